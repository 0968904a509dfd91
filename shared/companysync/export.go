package companysync

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/link"
	"backroom/shared/outbound"
)

// leave lists customers that have changed, and brings those that are linked with a company
// to the shop. A page that ends where it begins is asked for again, larger.
func (s *slice) leave(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	if at.Limit == 0 {
		m, err := s.Marks.Get(ctx, s.Request.Shop, marksOut)
		if err != nil {
			return false, err
		}
		if at.OutUpTo, at.Limit = m.UpTo, pageOut; !m.UpTo.IsZero() {
			at.OutFrom = m.UpTo.Add(-overlap)
		}
	}
	cs, err := s.Company.CustomersChanged(ctx, at.OutFrom, at.Limit)
	if err != nil {
		return false, err
	}
	for part := range slices.Chunk(cs, MaxRead) {
		if err := s.export(ctx, part, false); err != nil {
			return false, err
		}
	}
	done := len(cs) < at.Limit
	if len(cs) > 0 {
		last := cs[len(cs)-1].ModifiedAt
		at.OutUpTo = later(at.OutUpTo, last)
		if at.Limit = pageOut; !last.After(at.OutFrom) {
			at.Limit = 2 * len(cs)
		}
		at.OutFrom = later(at.OutFrom, last)
	}
	if !done || s.Request.DryRun {
		return done, nil
	}
	m, err := s.Marks.Get(ctx, s.Request.Shop, marksOut)
	if err != nil || !m.UpTo.Before(at.OutUpTo) {
		return true, err
	}
	return true, s.Marks.Change(ctx, s.Guard, s.Request.Lease, s.Request.Shop, marksOut, func(m *cursor.Stored) { m.Reach(at.OutUpTo) })
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// unsent looks at customers that wait, or that the run was asked to add.
func (s *slice) unsent(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	var numbers []string
	if s.adds() {
		n := min(len(at.Left), maxWaiting)
		numbers, at.Left = at.Left[:n], at.Left[n:]
	} else {
		rs, err := s.Store.Due(ctx, s.Request.Shop, insync.Leaving, s.Now(), maxWaiting)
		if err != nil {
			return false, err
		}
		for _, r := range rs {
			numbers = append(numbers, r.ID)
		}
	}
	if len(numbers) == 0 {
		return true, nil
	}
	cs, err := s.Company.CustomersByNumber(ctx, numbers)
	if err != nil {
		return false, err
	}
	for _, n := range numbers {
		if !slices.ContainsFunc(cs, func(c customers.Customer) bool { return strings.EqualFold(c.Number, n) }) {
			if err := s.absent(ctx, n); err != nil {
				return false, err
			}
		}
	}
	done := len(numbers) < maxWaiting || s.Request.DryRun
	if s.adds() {
		done = len(at.Left) == 0
	}
	return done, s.export(ctx, cs, true)
}

// absent is a number that BC has no customer of.
func (s *slice) absent(ctx context.Context, number string) error {
	r, err := s.Store.Get(ctx, s.Request.Shop, insync.Leaving, strings.ToUpper(number))
	if err != nil {
		return err
	}
	s.Counts.Read++
	if s.adds() {
		s.Counts.Failed++
		return s.say(ctx, kindExported, strings.ToUpper(number), number, "", issue.Part{Reason: NumberUnknown, Things: []string{number}})
	}
	return s.quiet(ctx, &r)
}

// quiet says that nothing is wrong with a customer that is no company of the shop.
func (s *slice) quiet(ctx context.Context, r *insync.Record) error {
	if err := s.say(ctx, kindExported, r.ID, r.ID, ""); err != nil {
		return err
	}
	*r = r.Settled()
	return s.put(ctx, r)
}

// leaver is a customer on its way to the shop as a company.
type leaver struct {
	customer customers.Customer
	record   insync.Record
	content  content
	link     link.Link // of the company; its ID is "" for one that is to be created
	here     Here
	person   string // the customer of the shop with the e-mail address; "" for nobody
	change   Change
	says     []string
	problems []issue.Part // that keep a part of it, or all, from the shop
	detail   string
	sending  bool
}

// export brings customers to the shop: those that are linked with a company there, and
// with add those that are to be added. again looks at those too that have not changed
// since they were brought.
func (s *slice) export(ctx context.Context, cs []customers.Customer, again bool) error {
	var works []*leaver
	for _, c := range cs {
		w, err := s.begun(ctx, c, again)
		if err != nil {
			return err
		}
		if w != nil {
			works = append(works, w)
		}
	}
	if len(works) == 0 {
		return nil
	}
	there, err := outbound.There(ctx, s.Clock, s.Now())
	if err != nil {
		return err
	}
	if err := s.look(ctx, works); err != nil {
		return err
	}
	var send []*leaver
	for _, w := range works {
		goes, err := s.decide(ctx, w, there)
		if err != nil {
			return err
		}
		if goes {
			send = append(send, w)
		}
	}
	for part := range slices.Chunk(send, MaxWrites) {
		if err := s.actions().Act(ctx, part); err != nil {
			return err
		}
	}
	return s.joins(ctx, works)
}

// begun is a customer with what is known of it, nil if nothing is to be done.
func (s *slice) begun(ctx context.Context, c customers.Customer, again bool) (*leaver, error) {
	held, err := s.Links.Held(ctx, s.link(""), c.Number)
	if err != nil {
		return nil, err
	}
	ids := held.Of(s.Request.Shop)
	r, err := s.Store.Get(ctx, s.Request.Shop, insync.Leaving, strings.ToUpper(c.Number))
	if err != nil {
		return nil, err
	}
	w := &leaver{customer: c, record: r}
	if len(ids) == 0 && !s.adds() && !r.Add {
		if r.Open() { // it was linked once
			s.Counts.Read++
			return nil, s.quiet(ctx, &w.record)
		}
		return nil, nil
	}
	s.Counts.Read++
	if len(ids) > 1 && strings.EqualFold(c.Number, s.card.DefaultCompanyNo) {
		s.Counts.Skipped++
		return nil, nil
	}
	if len(ids) > 1 { // it stands for several companies of the shop, and is no one's
		w.problems = []issue.Part{{Reason: OfSeveral, Things: []string{c.Number}}}
		return nil, s.done(ctx, w)
	}
	if w.content, err = s.contentOf(ctx, c); err != nil {
		return nil, err
	}
	if !again && r.Version > 0 && !r.Open() && r.Print == w.content.print() {
		s.Counts.Unchanged++
		return nil, nil
	}
	if len(ids) == 1 {
		if w.link, err = s.Links.Get(ctx, s.link(ids[0])); err != nil || !w.link.Linked() {
			return nil, err // it is just being made of a company of the shop
		}
	}
	w.problems = w.content.Problems
	return w, nil
}

// contentOf is c in the words of the shop, with the country of BC's company where it has
// none, and the shop's template of its payment terms.
func (s *slice) contentOf(ctx context.Context, c customers.Customer) (content, error) {
	home := ""
	if c.Country == "" {
		if s.home == nil {
			code, err := s.Company.HomeCountry(ctx)
			if err != nil {
				return content{}, err
			}
			iso := s.card.ISO(code)
			s.home = &iso
		}
		home = *s.home
	}
	template, err := s.template(ctx, c.PaymentTermsID)
	return contentOf(s.card, c, home, template), err
}

// template is the id of the shop's payment terms that BC's are by the card; "" for those
// that it maps to none, or to several.
func (s *slice) template(ctx context.Context, id string) (string, error) {
	if len(s.card.terms) == 0 || id == "" {
		return "", nil
	}
	if err := s.readTerms(ctx); err != nil {
		return "", err
	}
	if s.templates == nil {
		ts, err := s.Shop.Templates(ctx)
		if err != nil {
			return "", err
		}
		s.templates = ts
	}
	found := ""
	for t, template := range s.templates {
		if s.codes[s.card.termsCode(&t)] != id || s.card.termsCode(&t) == "" {
			continue
		}
		if found != "" {
			return "", nil
		}
		found = template
	}
	return found, nil
}

// look reads the companies of the shop that works are about.
func (s *slice) look(ctx context.Context, works []*leaver) error {
	var adds []*leaver
	for _, w := range works {
		if w.link.ID == "" {
			adds = append(adds, w)
		}
	}
	for part := range slices.Chunk(adds, MaxWrites) {
		if err := s.find(ctx, part); err != nil {
			return err
		}
	}
	var ids []string
	for _, w := range works {
		if w.link.ID != "" {
			ids = append(ids, w.link.ID)
		}
		if w.record.Unset && w.person == "" { // an earlier run has not come so far
			people, err := s.People(ctx, []string{w.content.Email})
			if err != nil {
				return err
			}
			w.person = people[0]
		}
	}
	read, err := s.Shop.Companies(ctx, ids)
	if err != nil {
		return err
	}
	for _, w := range works {
		if w.link.ID == "" {
			continue
		}
		i := slices.IndexFunc(read.Companies, func(h Here) bool { return h.ID == w.link.ID })
		switch err := read.Unread[w.link.ID]; {
		case err != nil:
			w.problems, w.detail = []issue.Part{{Reason: Unread, Things: []string{"company " + w.link.ID}}}, fault.Say(err)
		case i < 0:
			w.problems = []issue.Part{{Reason: GoneFromShop, Things: []string{w.customer.Number}}}
		case len(read.Companies[i].Locations) == 0:
			w.problems = []issue.Part{{Reason: WithoutLocation, Things: []string{named(read.Companies[i])}}}
		default:
			w.here = read.Companies[i]
		}
	}
	return nil
}

// find looks customers that are to be added up in the shop: a company whose external id is
// the number is the one, and a customer with the e-mail address becomes its main contact.
func (s *slice) find(ctx context.Context, adds []*leaver) error {
	numbers, emails := make([]string, len(adds)), make([]string, len(adds))
	for i, w := range adds {
		numbers[i], emails[i] = w.customer.Number, w.content.Email
	}
	found, err := s.Shop.ByExternalID(ctx, numbers)
	if err != nil {
		return err
	}
	people, err := s.People(ctx, emails)
	if err != nil {
		return err
	}
	for i, w := range adds {
		w.person = people[i]
		id := found[strings.ToUpper(w.customer.Number)]
		if id == "" {
			if w.content.Email == "" {
				w.problems = []issue.Part{{Reason: NoContact, Things: []string{w.customer.Number}}}
			}
			continue
		}
		l, err := s.Links.Get(ctx, s.link(id))
		if err != nil {
			return err
		}
		if l.Linked() || !l.SentAt.IsZero() {
			w.problems = []issue.Part{{Reason: Taken, Things: []string{w.customer.Number}}} // that is another customer
			continue
		}
		w.link = l
	}
	return nil
}

// decide settles w, or says that a request is to be sent.
func (s *slice) decide(ctx context.Context, w *leaver, there time.Time) (send bool, err error) {
	if blocking(w.problems) {
		return false, s.done(ctx, w)
	}
	byName := s.card.CountySource == customers.CountyName
	sent := outbound.Sent(!w.record.SentAt.IsZero(), w.record.SentThere, there)
	shown := outbound.Undone
	var unclear bool
	if w.link.ID != "" {
		w.change, w.says, unclear = w.content.change(w.here, byName)
		if w.change.terms(w.content, w.here.Locations[0], s.templates) {
			w.says = append(w.says, "payment terms")
		}
		if w.change.empty() {
			shown = outbound.Done
		}
	} else {
		w.change, unclear = w.content.create(w.person == "", byName)
		w.says = []string{"all"}
	}
	if unclear {
		w.problems = append(w.problems, issue.Part{Reason: StateUnclear, Things: []string{w.customer.Number}})
	}
	if s.Request.DryRun {
		s.planned(w)
		return false, nil
	}
	switch outbound.Due(sent, shown, there) {
	case outbound.Finish:
		if err := s.join(ctx, w); err != nil {
			return false, err
		}
		return false, s.done(ctx, w)
	case outbound.Await:
		w.problems = []issue.Part{{Reason: ChangeUnknown, Things: []string{w.customer.Number}}}
		w.record.SentThere = sent
		return false, s.done(ctx, w)
	case outbound.Act:
	}
	w.sending = true
	return true, nil
}

// blocking reports whether any of ps keeps all of a company from the shop.
func blocking(ps []issue.Part) bool {
	return slices.ContainsFunc(ps, func(p issue.Part) bool { return p.Reason != PhoneUnclear && p.Reason != StateUnclear })
}

// planned is what a dry run says of w.
func (s *slice) planned(w *leaver) {
	row := Row{To: "shop", Name: w.customer.DisplayName, ID: w.link.ID, Number: w.customer.Number, Does: "update", Parts: w.says}
	switch {
	case blocking(w.problems):
		row.Does = "wait"
	case w.link.ID == "":
		row.Does = "create"
	case w.change.empty():
		row.Does = "nothing"
	}
	if len(w.problems) > 0 {
		row.Reason, row.Text = w.problems[0].Reason, Reasons.Of(w.problems...).Text
	}
	s.Row(row)
}

// join links w with its company of the shop, if it is not.
func (s *slice) join(ctx context.Context, w *leaver) error {
	if w.link.Linked() {
		return nil
	}
	how := link.ByExternal
	if w.here.ID == "" {
		how = link.Exported
	}
	l := w.link.To(w.customer.Number, how, s.Now())
	l.RecordID = w.customer.ID
	if err := s.Links.Put(ctx, s.Guard, s.Request.Lease, l); err != nil {
		return changedMeanwhile(err)
	}
	w.link = l.Stored()
	return nil
}

// done stores what became of w.
func (s *slice) done(ctx context.Context, w *leaver) error {
	if s.Request.DryRun {
		s.planned(w)
		return nil
	}
	name := w.customer.Number
	w.record.SeenAt = w.customer.ModifiedAt
	if blocking(w.problems) {
		w.record.Add = w.record.Add || s.adds() && w.link.ID == ""
		return s.troubled(ctx, w)
	}
	w.record.Print = w.content.print()
	// Somebody who is a customer of the shop already is still to become the main contact.
	unset := w.person != "" && (w.here.ID == "" || w.here.Contact == nil)
	if len(w.problems) > 0 {
		w.record.Add, w.record.SentAt, w.record.SentThere, w.record.Unset = false, time.Time{}, time.Time{}, unset
		return s.troubled(ctx, w)
	}
	if !w.sending {
		s.Counts.Unchanged++
	}
	if err := s.say(ctx, kindExported, w.record.ID, name, ""); err != nil {
		return err
	}
	w.record = w.record.Settled()
	w.record.Unset, w.record.NotBefore = unset, s.Now()
	return s.put(ctx, &w.record)
}

// troubled stores why w waits, and says it.
func (s *slice) troubled(ctx context.Context, w *leaver) error {
	s.Counts.Failed++
	if e, ok := Reasons[w.problems[0].Reason]; !ok || e.Side == fault.System {
		s.Counts.SystemFailed++
	}
	w.record = w.record.Troubled(w.problems[0].Reason, s.Now())
	if err := s.put(ctx, &w.record); err != nil {
		return err
	}
	return s.say(ctx, kindExported, w.record.ID, w.customer.Number, w.detail, w.problems...)
}
