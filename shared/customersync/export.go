package customersync

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

// leave lists customers of the company that have changed, and brings those that are
// linked to the shop. A page that ends where it begins is asked for again, larger.
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

// unsent looks at customers of the company that wait, or that the run was asked to add.
func (s *slice) unsent(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	var numbers []string
	if s.named() {
		n := min(len(at.Left), MaxRead)
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
	if s.named() {
		done = len(at.Left) == 0
	}
	return done, s.export(ctx, cs, true)
}

// absent is a number that the company has no customer of.
func (s *slice) absent(ctx context.Context, number string) error {
	r, err := s.Store.Get(ctx, s.Request.Shop, insync.Leaving, strings.ToUpper(number))
	if err != nil {
		return err
	}
	s.Counts.Read++
	if s.named() {
		s.Counts.Failed++
		return s.say(ctx, kindCompany, strings.ToUpper(number), number, "", issue.Part{Reason: NumberUnknown, Things: []string{number}})
	}
	return s.settle(ctx, &r, number)
}

// leaver is a customer of the company on its way to the shop.
type leaver struct {
	customer customers.Customer
	record   insync.Record
	content  content
	link     link.Link // of the customer of the shop; its ID is "" for one that is to be created
	person   Person
	change   Change
	says     []string
	problems []issue.Part // that keep a part of it, or all, from the shop
	detail   string
	sending  bool
}

// export brings customers of the company to the shop: those that are linked with one
// there, and with add those that are to be added. again looks at those too that have not
// changed since they were brought.
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
	return s.extras(ctx, works)
}

// begun is a customer with what is known of it, nil if nothing is to be done.
func (s *slice) begun(ctx context.Context, c customers.Customer, again bool) (*leaver, error) {
	add := s.named()
	l := link.Link{Shop: s.Request.Shop, Company: s.Card.Company.Key(), Kind: link.Customer}
	held, err := s.Links.Held(ctx, l, c.Number)
	if err != nil {
		return nil, err
	}
	ids := held.Of(s.Request.Shop)
	r, err := s.Store.Get(ctx, s.Request.Shop, insync.Leaving, strings.ToUpper(c.Number))
	if err != nil {
		return nil, err
	}
	w := &leaver{customer: c, record: r}
	if len(ids) == 0 && !add && !r.Add {
		if r.Open() { // it was linked once
			s.Counts.Read++
			return nil, s.settle(ctx, &w.record, c.Number)
		}
		return nil, nil
	}
	s.Counts.Read++
	if len(ids) > 1 { // it stands for several customers of the shop, and is no one's
		if strings.EqualFold(c.Number, s.card.DefaultCustomerNo) {
			s.Counts.Skipped++
			return nil, nil
		}
		s.Row(Row{To: "shop", Name: c.DisplayName, Number: c.Number, Does: "wait", Reason: customers.CustomerOfSeveral})
		return nil, s.trouble(ctx, &w.record, c.Number, "", issue.Part{Reason: customers.CustomerOfSeveral, Things: []string{c.Number}})
	}
	home := ""
	if c.Country == "" {
		if home, err = s.homeCountry(ctx); err != nil {
			return nil, err
		}
	}
	w.content = contentOf(s.card, c, home)
	if !again && r.Version > 0 && !r.Open() && r.Print == w.content.print() && r.Fields == w.content.fields() {
		s.Counts.Unchanged++
		return nil, nil
	}
	if len(ids) == 1 {
		l.ID = ids[0]
		if w.link, err = s.Links.Get(ctx, l); err != nil || !w.link.Linked() {
			return nil, err // it is just being made of a customer of the shop
		}
	}
	w.problems = w.content.Problems
	return w, nil
}

// look reads the customers of the shop that works are about.
func (s *slice) look(ctx context.Context, works []*leaver) error {
	var ids []string
	var adds []*leaver
	for _, w := range works {
		if w.link.ID != "" {
			ids = append(ids, w.link.ID)
		} else {
			adds = append(adds, w)
		}
	}
	if err := s.find(ctx, adds); err != nil {
		return err
	}
	for _, w := range adds {
		if w.link.ID != "" {
			ids = append(ids, w.link.ID)
		}
	}
	read, err := s.Shop.People(ctx, ids)
	if err != nil {
		return err
	}
	for _, w := range works {
		if w.link.ID == "" {
			continue
		}
		if err := read.Unread[w.link.ID]; err != nil {
			w.problems, w.detail = []issue.Part{{Reason: Unread, Things: []string{"Shopify customer " + w.link.ID}}}, fault.Say(err)
			continue
		}
		i := slices.IndexFunc(read.People, func(p Person) bool { return p.ID == w.link.ID })
		if i < 0 {
			w.problems = []issue.Part{{Reason: GoneFromShop, Things: []string{w.customer.Number}}}
			continue
		}
		w.person = read.People[i]
	}
	return nil
}

// find looks the contacts of customers that are to be added up in the shop: who has
// the e-mail address there is the customer, unless it is another's.
func (s *slice) find(ctx context.Context, adds []*leaver) error {
	for part := range slices.Chunk(adds, MaxWrites) {
		contacts := make([]Contact, len(part))
		for i, w := range part {
			contacts[i] = w.content.contact()
		}
		found, err := s.Shop.Find(ctx, contacts)
		if err != nil {
			return err
		}
		for i, w := range part {
			if err := s.found(ctx, w, contacts[i], found[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *slice) found(ctx context.Context, w *leaver, k Contact, f Found) error {
	taken := issue.Part{Reason: ContactTaken, Things: []string{w.customer.Number}}
	id := f.ByEmail
	if k.Email == "" {
		id = f.ByPhone
	}
	switch {
	case k == (Contact{}):
		w.problems = []issue.Part{{Reason: NoContact, Things: []string{w.customer.Number}}}
		return nil
	case k.Email != "" && f.ByPhone != "" && f.ByPhone != f.ByEmail:
		w.problems = []issue.Part{taken} // the phone number is somebody else's
		return nil
	case id == "":
		return nil
	}
	ls, err := s.links(ctx, []string{id})
	if err != nil {
		return err
	}
	if l := ls[id]; l.Linked() || !l.SentAt.IsZero() {
		w.problems = []issue.Part{taken} // that is another customer of the company
		return nil
	}
	w.link = ls[id]
	return nil
}

// decide settles w, or says that a request is to be sent.
func (s *slice) decide(ctx context.Context, w *leaver, there time.Time) (send bool, err error) {
	if blocking(w.problems) {
		return false, s.done(ctx, w)
	}
	sent := outbound.Sent(!w.record.SentAt.IsZero(), w.record.SentThere, there)
	shown := outbound.Undone
	if w.link.ID != "" {
		var unclear bool
		if w.change, w.says, unclear = w.content.change(w.person, s.card.CountySource == customers.CountyName); unclear {
			w.problems = append(w.problems, issue.Part{Reason: StateUnclear, Things: []string{w.customer.Number}})
		}
		if w.change.empty() {
			shown = outbound.Done
		}
	} else {
		w.change, w.says = w.content.create(), []string{"all"}
	}
	if s.Request.DryRun {
		s.planned(w)
		return false, nil
	}
	switch outbound.Due(sent, shown, there) {
	case outbound.Finish:
		if err := s.join(ctx, w, w.link.How == "" || !w.link.Linked(), w.person.UpdatedAt); err != nil {
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

// blocking reports whether any of ps keeps all of a customer from the shop.
func blocking(ps []issue.Part) bool {
	return slices.ContainsFunc(ps, func(p issue.Part) bool { return p.Reason != PhoneUnclear && p.Reason != StateUnclear })
}

// planned is what a dry run says of w.
func (s *slice) planned(w *leaver) {
	row := Row{To: "shop", Name: w.customer.DisplayName, ID: w.link.ID, Number: w.customer.Number, Does: "update", Parts: w.says}
	switch {
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

// join links w with its customer of the shop, as it is from at on.
func (s *slice) join(ctx context.Context, w *leaver, fresh bool, at time.Time) error {
	l := w.link
	if fresh {
		how := link.ByEmail
		if w.person.ID == "" {
			how = link.Exported
		}
		l = l.To(w.customer.Number, how, s.Now())
		l.RecordID = w.customer.ID
	}
	email := strings.ToLower(w.person.Email)
	if w.change.Email != nil {
		email = *w.change.Email
	}
	l.Mark, l.SeenAt = customers.Mark(email), later(l.SeenAt, at)
	if !fresh && l.Mark == w.link.Mark && l.SeenAt.Equal(w.link.SeenAt) {
		return nil
	}
	if err := s.Links.Put(ctx, s.Guard, s.Request.Lease, l); err != nil {
		return err
	}
	w.link = l.Stored()
	return nil
}

// done stores what became of w.
func (s *slice) done(ctx context.Context, w *leaver) error {
	name := w.customer.Number
	if s.Request.DryRun {
		s.planned(w)
		return nil
	}
	w.record.SeenAt = w.customer.ModifiedAt
	if blocking(w.problems) {
		w.record.Add = w.record.Add || s.named() && len(s.Parameters.Add) > 0 && w.link.ID == ""
		return s.trouble(ctx, &w.record, name, w.detail, w.problems...)
	}
	w.record.Print = w.content.print()
	if len(w.problems) > 0 {
		w.record.Add, w.record.SentAt, w.record.SentThere, w.record.Unset = false, time.Time{}, time.Time{}, w.unset()
		return s.trouble(ctx, &w.record, name, w.detail, w.problems...)
	}
	if !w.sending {
		s.Counts.Unchanged++
	}
	if err := s.say(ctx, kindCompany, w.record.ID, name, ""); err != nil {
		return err
	}
	w.record = w.record.Settled()
	w.record.Unset, w.record.NotBefore = w.unset(), s.Now()
	return s.put(ctx, &w.record)
}

// unset reports whether custom fields of w are still to be set.
func (w *leaver) unset() bool { return w.record.Fields != w.content.fields() }
