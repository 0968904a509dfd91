// Package customers finds, or creates, the Business Central customer of an
// order: one per buyer, however often and from wherever it is asked, and never
// one for two buyers with different e-mail addresses. The laws are in fit.go and
// pure; docs/decisions/0016-who-the-buyer-is.md says why they are as they are.
package customers

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
)

// Finder finds customers of a BC company. Values are at most 100 a call; errors
// carry a fault.Kind.
type Finder interface {
	CustomersByNumber(ctx context.Context, numbers []string) ([]Customer, error)
	// CustomersByEmail finds those whose e-mail field is one of emails, ignoring case.
	CustomersByEmail(ctx context.Context, emails []string) ([]Customer, error)
	// CustomersOfSeveralEmails are all whose e-mail field holds several addresses.
	CustomersOfSeveralEmails(ctx context.Context) ([]Customer, error)
}

// Roll is all that are customers of a BC company. Errors carry a fault.Kind.
type Roll interface {
	// Customers pages through all customers, and ends with the error of each.
	Customers(ctx context.Context, each func(Customer) error) error
	// HomeCountry is BC's code of the company's own country, "" if it has none.
	HomeCountry(ctx context.Context) (string, error)
}

// Creator creates customers. After an error of kind Unknown each create of the call
// is unknown.
type Creator interface {
	// CreateCustomers creates customers, at most 100. Answers are in the order of the
	// arguments; a customer that the answer does not mention is Unknown.
	CreateCustomers(ctx context.Context, cs []Customer) ([]outbound.Created[Customer], error)
}

// Changer changes customers. After an error of kind Unknown the change is unknown.
type Changer interface {
	// UpdateCustomer changes what change answers, or nothing if it answers false;
	// change may be called again with the customer as it is then.
	UpdateCustomer(ctx context.Context, id string, change func(Customer) (Change, bool)) (Customer, error)
}

// Target is the BC company that customers are found and created in.
type Target interface {
	Finder
	Roll
	Creator
	Changer
}

// Resolver finds and creates customers for one run of one shop. It remembers
// what it has read, so make a new one for each slice. Not safe for concurrent use.
type Resolver struct {
	Target  Target
	Clock   outbound.Clocked // the company's; nil: it does not tell the time
	Links   *link.Store
	Guard   jobqueue.Guard
	Now     func() time.Time
	Timeout time.Duration // of one BC request: no write starts unless the lease outlives it
	// Wanted notes companies of the shop that orders wait for because no customer is linked
	// with them; nil: nobody asks.
	Wanted func(ctx context.Context, lease jobqueue.Lease, shop string, companies []string) error

	known   map[string]Customer // by number, what this run has seen
	missing map[string]bool     // numbers that BC does not have
	mail    *mailBook
	all     *book // the whole customer table, read when needed
	// taken are the buyers, by key, that this run has given each customer to: they
	// count at once, also where nothing is written.
	taken map[string]map[string]link.Claim
	home  *string                         // BC's code of the company's own country; nil: not read
	codes map[bcapi.Set]map[string]string // ids that the card's templates need, by code
}

// Resolved is the customer of one order: a number, or the reason there is none.
type Resolved struct {
	Number string
	Reason issue.Reason
	Thing  string // what the reason is about
}

// perChunk is how many buyers are looked for together.
const perChunk = 90

// Resolve answers for every order, by order id. With dry it creates and writes
// nothing; a customer that would be created is answered by its number. An error
// means that the run cannot go on; ErrFenced that the lease is lost.
func (r *Resolver) Resolve(ctx context.Context, lease jobqueue.Lease, card Card, os []orders.Order, dry bool) (map[string]Resolved, error) {
	out := make(map[string]Resolved, len(os))
	buyers := map[string]*seeking{}
	for _, o := range os {
		w := want(card, o)
		if w.Way == wayCompany {
			continue
		}
		if w.Way != waySearch {
			out[o.ID] = w.settled(o)
			continue
		}
		s := &seeking{want: w, order: o, buyer: buyerOf(o)}
		// The copy that was read last knows the buyer best.
		if had := buyers[s.buyer.key()]; had == nil || had.order.UpdatedAt.Before(o.UpdatedAt) {
			buyers[s.buyer.key()] = s
		}
	}
	j, err := r.begin(ctx, lease, card, dry)
	if err != nil {
		return nil, err
	}
	if err := j.ofCompanies(ctx, os, out); err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(inTurn(os, buyers), perChunk) {
		if err := j.chunk(ctx, chunk); err != nil {
			return nil, err
		}
	}
	for _, o := range os {
		if s, ok := buyers[buyerOf(o).key()]; ok && want(card, o).Way == waySearch && out[o.ID] == (Resolved{}) {
			out[o.ID] = s.result
		}
	}
	return out, r.verify(ctx, out)
}

// settled is the answer of a rule that needs no search.
func (w wanted) settled(o orders.Order) Resolved {
	switch w.Way {
	case wayNoDefault:
		return Resolved{Reason: DefaultCustomerMissing, Thing: o.Name}
	case wayUnidentified:
		return Resolved{Reason: OrderWithoutCustomer, Thing: o.Name}
	case wayCompany:
		return Resolved{Reason: CompanyUnmapped, Thing: company(o)}
	case wayFixed, waySearch:
	}
	return Resolved{Number: w.Number}
}

// inTurn are the buyers in the order in which they are looked for: those with an
// e-mail address first, then those with a phone number alone, so that these see
// the customers of those whatever order they came in; orders without customer last,
// for which none is created.
func inTurn(os []orders.Order, buyers map[string]*seeking) []*seeking {
	var turns [3][]*seeking
	seen := map[string]bool{}
	for _, o := range os {
		k := buyerOf(o).key()
		s, ok := buyers[k]
		if !ok || seen[k] {
			continue
		}
		seen[k] = true
		turn := 0
		switch {
		case s.buyer.ID == "":
			turn = 2
		case s.buyer.Email == "":
			turn = 1
		}
		turns[turn] = append(turns[turn], s)
	}
	return slices.Concat(turns[0], turns[1], turns[2])
}

// seeking is one buyer whose BC customer is looked for.
type seeking struct {
	want  wanted
	order orders.Order // the one that tells about the buyer
	buyer buyer
	link  link.Link
	// doubt is what is wrong with the stored link, if it is not used for it.
	doubt  trusted
	result Resolved
	// abroad: BC has no such country as the buyer's own address is in, and has
	// refused the customer for it.
	abroad bool
	made   bool  // its customer was created by this run
	firm   *firm // a company of the shop; nil: the buyer of an order, or a customer of the shop
	// Of a customer of the shop that is kept in step: the link before, and the content
	// that BC has from now on, nil if it is not known.
	was   link.Link
	wrote *Customer
}

// choose decides whose customer s is: by the law of buyers, or by that of companies.
func (s *seeking) choose(ctx context.Context, c candidates, of firmCandidates, ours bool) (choice, error) {
	if s.firm != nil {
		return chooseFirm(ctx, *s.firm, s.buyer, of, ours)
	}
	return choose(s.buyer, c, ours)
}

// who is what a person calls s.
func (s *seeking) who() string {
	if s.firm != nil {
		return NamedCompany(s.firm.Company)
	}
	return who(s.order)
}

// linkOf is the empty link of s.
func (s *seeking) linkOf(card Card) link.Link {
	if s.firm != nil && s.firm.place {
		return locationLink(card, s.firm.location.ID)
	}
	if s.firm != nil {
		return companyLink(card, s.firm.ID)
	}
	return linkOf(card, s.buyer)
}

// job is one call of Resolve.
type job struct {
	*Resolver
	lease jobqueue.Lease
	card  Card
	dry   bool
	there time.Time // the clock by which intents are judged, as of this round
}

// begin is a call that has read what the card's templates name.
func (r *Resolver) begin(ctx context.Context, lease jobqueue.Lease, card Card, dry bool) (*job, error) {
	j := &job{Resolver: r, lease: lease, card: card, dry: dry}
	return j, j.readCodes(ctx)
}

func (j *job) chunk(ctx context.Context, seek []*seeking) error {
	open, err := j.unlinked(ctx, seek)
	if err != nil {
		return err
	}
	for len(open) > 0 {
		if open, err = j.round(ctx, open); err != nil {
			return err
		}
	}
	return j.mend(ctx, seek)
}

// round looks for each, creates those that nobody is found for, and returns
// those that must be looked for once more, since they may fit one of the created.
func (j *job) round(ctx context.Context, open []*seeking) (again []*seeking, err error) {
	if j.there, err = outbound.There(ctx, j.Clock, j.Now()); err != nil {
		return nil, err
	}
	if err := j.search(ctx, open); err != nil {
		return nil, err
	}
	var create []*seeking
	var links []link.Link
	for _, s := range open {
		if slices.ContainsFunc(create, func(c *seeking) bool { return mayFit(c.buyer, s.buyer) }) {
			again = append(again, s)
			continue
		}
		changed, make, err := j.decide(ctx, s)
		if err != nil {
			return nil, err
		}
		if make {
			create = append(create, s)
		}
		if changed && s.buyer.linkable() {
			links = append(links, s.link)
			s.link = s.link.Stored()
		}
	}
	if j.dry {
		for _, s := range create {
			c := j.customer(*s)
			s.link = s.link.Intends(c.Number, j.Now(), j.there)
			s.link.Mark = s.buyer.mark()
			j.learn(c)
			j.take(s)
		}
		return again, nil
	}
	if err := j.Links.Put(ctx, j.Guard, j.lease, links...); err != nil {
		return nil, err
	}
	if err := j.createAll(ctx, create); err != nil {
		return nil, err
	}
	// Whoever may fit a customer of whom it is not known whether it was made waits too.
	return slices.DeleteFunc(again, func(s *seeking) bool {
		unknown := slices.ContainsFunc(create, func(c *seeking) bool {
			return c.result.Reason == outbound.OutcomeUnknown && mayFit(c.buyer, s.buyer)
		})
		if unknown {
			s.result = Resolved{Reason: outbound.OutcomeUnknown, Thing: s.who()}
		}
		return unknown
	}), nil
}

// mayFit reports whether a customer made for c may be found for b.
func mayFit(c, b buyer) bool {
	return c.Tax != "" && c.Tax == b.Tax || c.Email != "" && c.Email == b.Email || b.Email == "" && b.Phone != "" && c.Phone == b.Phone
}

// decide settles s by what was found, or says that its customer is to be made.
// changed: its link is to be written.
func (j *job) decide(ctx context.Context, s *seeking) (changed, create bool, err error) {
	c := j.candidates(ctx, *s)
	sent := !s.link.SentAt.IsZero()
	at := outbound.Sent(sent, s.link.SentThere, j.there)
	if c.own == nil && outbound.Next(at, 0, j.there) == outbound.Wait {
		// Who else fits does not count while our own create may still arrive.
		s.result = Resolved{Reason: outbound.OutcomeUnknown, Thing: s.who()}
		changed = !s.link.SentThere.Equal(at)
		s.link.SentThere = at
		return changed, false, nil
	}
	ch, err := s.choose(ctx, c, j.firmCandidates(*s), sent)
	if err != nil {
		return false, false, err
	}
	switch {
	case ch.how == link.ByPhone && s.doubt != 0:
		s.result = doubtful(s.doubt, s.who(), s.link.Number) // a phone number outweighs no doubt
	case ch.how != "":
		if sent {
			s.link.Log = s.link.Log.With(outbound.Event{At: j.Now(), Did: outbound.DidFind, Says: "customer " + ch.found.Number})
		}
		s.link = s.link.To(ch.found.Number, ch.how, j.Now())
		s.link.Mark, s.link.RecordID = s.buyer.mark(), ch.found.ID
		j.take(s)
		return true, false, nil
	case len(ch.several) > 0:
		s.result = Resolved{Reason: CustomerAmbiguous, Thing: s.who() + ": " + strings.Join(ch.several, ", ")}
	case ch.doubt != 0:
		s.result = doubtful(ch.doubt, s.who(), ch.found.Number)
	case s.doubt != 0:
		s.result = doubtful(s.doubt, s.who(), s.link.Number)
	case s.want.Create && j.unknownCode(s.home().Country) != "":
		s.result = Resolved{Reason: TemplateCodeMissing, Thing: j.unknownCode(s.home().Country)}
	case s.want.Create:
		return false, true, nil
	case s.want.Number != "":
		s.result = Resolved{Number: s.want.Number} // the default customer is not the buyer's link
	case s.buyer.ID == "":
		s.result = Resolved{Reason: OrderWithoutCustomer, Thing: s.order.Name}
	default:
		s.result = Resolved{Reason: CustomerUnmapped, Thing: s.who()}
	}
	return false, false, nil
}

// unlinked answers those whose link leads to a customer and is in order, and
// returns the others. A link to a customer that BC does not have any more counts
// for nothing.
func (j *job) unlinked(ctx context.Context, seek []*seeking) ([]*seeking, error) {
	var numbers []string
	for _, s := range seek {
		s.link = s.linkOf(j.card)
		if !s.buyer.linkable() {
			continue
		}
		var err error
		if s.link, err = j.Links.Get(ctx, s.link); err != nil {
			return nil, err
		}
		if s.link.Linked() {
			numbers = append(numbers, s.link.Number)
		}
	}
	if err := j.read(ctx, numbers); err != nil {
		return nil, err
	}
	var open []*seeking
	var renewed []link.Link
	for _, s := range seek {
		c, ok := j.known[strings.ToUpper(s.link.Number)]
		if !s.link.Linked() || !ok {
			open = append(open, s)
			continue
		}
		t, err := j.judge(ctx, s, c)
		switch {
		case err != nil:
			return nil, err
		case t == trustDoubtful || t == trustDisputed:
			s.doubt = t
			open = append(open, s)
			continue
		case t == trustRenewed && !j.dry:
			if s.link.How == "" {
				s.link.How = link.Kept
			}
			s.link.Mark, s.link.RecordID = s.buyer.mark(), c.ID
			renewed = append(renewed, s.link)
			s.link = s.link.Stored()
		}
		j.take(s)
	}
	return open, j.Links.Put(ctx, j.Guard, j.lease, renewed...)
}

// judge is trust with what the store knows.
func (j *job) judge(ctx context.Context, s *seeking, c Customer) (trusted, error) {
	if s.want.BillTo && s.link.How == "" {
		s.link.How = link.ByBillTo // an earlier release found it by the address, as the card says
		return trustRenewed, nil
	}
	if s.firm != nil {
		return trustFirm(s.link, s.buyer, j.firmCandidates(*s).otherTax(c, *s.firm)), nil
	}
	own := s.buyer.ID != "" && strings.EqualFold(c.Number, s.number(j.card))
	return trust(s.link, s.buyer, c, own, func() ([]link.Claim, error) { return j.claims(ctx, s.link, c.Number) })
}

// claims are those of other buyers on the customer of number.
func (r *Resolver) claims(ctx context.Context, l link.Link, number string) ([]link.Claim, error) {
	h, err := r.Links.Held(ctx, l, number)
	out := h.Others(l)
	for key, c := range r.taken[strings.ToUpper(number)] {
		if key != l.ID {
			out = append(out, c)
		}
	}
	return out, err
}

// take notes that s has its customer.
func (r *Resolver) take(s *seeking) {
	s.result = Resolved{Number: s.link.Number}
	n := strings.ToUpper(s.link.Number)
	if r.taken == nil {
		r.taken = map[string]map[string]link.Claim{}
	}
	if r.taken[n] == nil {
		r.taken[n] = map[string]link.Claim{}
	}
	r.taken[n][s.link.ID] = link.Claim{Mark: s.link.Mark}
}

func numbersOf(out map[string]Resolved) (ns []string) {
	for _, res := range out {
		ns = append(ns, res.Number)
	}
	return ns
}

// verify turns numbers that BC does not have, or that are blocked, into reasons.
func (r *Resolver) verify(ctx context.Context, out map[string]Resolved) error {
	if err := r.read(ctx, numbersOf(out)); err != nil {
		return err
	}
	for id, res := range out {
		n := strings.ToUpper(res.Number)
		switch {
		case n == "":
		case r.missing[n]:
			out[id] = Resolved{Reason: CustomerMissing, Thing: res.Number}
		case Blocked(r.known[n]):
			out[id] = Resolved{Reason: CustomerBlocked, Thing: res.Number}
		}
	}
	return nil
}

// read reads the customers of numbers, as far as this run has not seen them.
func (r *Resolver) read(ctx context.Context, numbers []string) error {
	var ask []string
	for _, n := range numbers {
		n = strings.ToUpper(n)
		if _, ok := r.known[n]; n != "" && !ok && !r.missing[n] && !slices.Contains(ask, n) {
			ask = append(ask, n)
		}
	}
	slices.Sort(ask)
	for chunk := range slices.Chunk(ask, 100) {
		cs, err := r.Target.CustomersByNumber(ctx, chunk)
		if err != nil {
			return err
		}
		r.remember(cs...)
		for _, n := range chunk {
			if _, ok := r.known[n]; !ok {
				if r.missing == nil {
					r.missing = map[string]bool{}
				}
				r.missing[n] = true
			}
		}
	}
	return nil
}

func (r *Resolver) remember(cs ...Customer) {
	if r.known == nil {
		r.known = map[string]Customer{}
	}
	for _, c := range cs {
		delete(r.missing, strings.ToUpper(c.Number))
		r.known[strings.ToUpper(c.Number)] = c
	}
}
