package customers

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
)

// CompanyRules say how companies of the shop stand in BC.
type CompanyRules struct {
	Create bool                // one that nobody in BC is becomes a customer
	Update bool                // customers that are linked follow what the shop has changed
	Terms  func(*Terms) string // the id of BC's payment terms; "" leaves those that BC has
	Dry    bool                // nothing is written
}

// KeptCompany is what came of a company of the shop, and of those of its locations that
// have a customer of their own, by their ids.
type KeptCompany struct {
	Kept

	Locations map[string]Kept
}

// KeepCompanies has each of cs stand in BC as rules say: found by the law of companies,
// else created, and linked. A location has a customer of its own where its external id or
// a tax number that is not the company's says so; none is created for it. Answers are in
// the order of cs. Errors are those of Resolve.
func (r *Resolver) KeepCompanies(ctx context.Context, lease jobqueue.Lease, card Card, cs []Company, rules CompanyRules) ([]KeptCompany, error) {
	j, err := r.begin(ctx, lease, card, rules.Dry)
	if err != nil {
		return nil, err
	}
	home, err := j.homeCountry(ctx)
	if err != nil {
		return nil, err
	}
	seek, at := make([]*seeking, len(cs)), make([]time.Time, len(cs))
	var places []*seeking
	var of []int // whose of cs
	for i, c := range cs {
		seek[i], at[i] = j.company(c, c.main(), home, rules), c.UpdatedAt
		for _, l := range c.Locations {
			p := j.place(c, l, home, rules)
			if p != nil {
				places, of = append(places, p), append(of, i)
			}
			if err := j.release(ctx, l, p); err != nil {
				return nil, err
			}
		}
	}
	ats := make([]time.Time, len(places))
	for i := range places {
		ats[i] = at[of[i]]
	}
	// Locations first: a company that is in step is not looked at again for theirs.
	placed, err := j.keep(ctx, places, ats, rules.Update)
	if err != nil {
		return nil, err
	}
	kept, err := j.keep(ctx, seek, at, rules.Update)
	out := make([]KeptCompany, len(kept))
	for i, k := range kept {
		out[i].Kept, out[i].Locations = k, map[string]Kept{}
	}
	for i, k := range placed {
		if of[i] < len(out) {
			out[of[i]].Locations[places[i].firm.location.ID] = k
		}
	}
	return out, err
}

// homeCountry is BC's code of the company's own country, read once.
func (j *job) homeCountry(ctx context.Context) (string, error) {
	if j.home == nil {
		h, err := j.Target.HomeCountry(ctx)
		if err != nil {
			return "", err
		}
		j.home = &h
	}
	return *j.home, nil
}

// company is c as it is looked for.
func (j *job) company(c Company, l Location, home string, rules CompanyRules) *seeking {
	who := orders.Customer{ID: c.ID}
	if c.Contact != nil {
		who.Email, who.Phone = c.Contact.Email, c.Contact.Phone
	}
	f := &firm{Company: c, location: l, tax: taxKey(l.TaxID, cmp.Or(countryOf(l), iso(j.card, home)))}
	by := buyer{ID: c.ID, Email: mailbox(who.Email), Tax: f.tax}
	if f.tax == "" {
		by.Mark = mark("company:" + c.ID) // a link has nothing of a person
	}
	if l.Terms != nil && rules.Terms != nil {
		f.terms = rules.Terms(l.Terms)
	}
	return &seeking{
		firm: f, order: orders.Order{ID: c.ID, Customer: &who, UpdatedAt: c.UpdatedAt},
		buyer: by,
		want:  wanted{Way: waySearch, Create: rules.Create && c.Name != ""},
	}
}

// place is a location as it is looked for, nil if nothing but its company identifies it.
func (j *job) place(c Company, l Location, home string, rules CompanyRules) *seeking {
	s := j.company(c, l, home, rules)
	s.firm.place, s.want.Create, s.buyer.Email, s.order.Customer.Email = true, false, "", ""
	s.firm.ExternalID, s.firm.Name = l.ExternalID, l.Name
	if main := c.main(); main.ID == l.ID || s.firm.tax == taxKey(main.TaxID, cmp.Or(countryOf(main), iso(j.card, home))) {
		s.firm.tax, s.buyer.Tax = "", ""
	}
	s.buyer.Mark = mark("place:" + s.buyer.Tax + "|" + strings.ToUpper(l.ExternalID))
	if l.ExternalID == "" && s.buyer.Tax == "" || l.ID == c.main().ID && strings.EqualFold(l.ExternalID, c.ExternalID) {
		return nil
	}
	return s
}

// release ends the link of a location that rests on what the location does not have any
// more. p is the location as it is looked for, nil if its company alone identifies it.
func (j *job) release(ctx context.Context, l Location, p *seeking) error {
	was, err := j.Links.Get(ctx, locationLink(j.card, l.ID))
	if err != nil || j.dry || !was.Linked() || was.How != link.ByTax && was.How != link.ByExternal || p != nil && was.Mark == p.buyer.mark() {
		return err
	}
	next := was.To("", link.Undone, j.Now())
	next.Mark = ""
	return j.Links.Put(ctx, j.Guard, j.lease, next)
}

// TaxIDLength is how many characters of a tax id BC has room for; a longer one is none.
const TaxIDLength = 20

// LongTaxID reports whether BC has no room for a tax id.
func LongTaxID(id string) bool { return len(strings.Join(strings.Fields(id), "")) > TaxIDLength }

func countryOf(l Location) string {
	if l.Address == nil {
		return ""
	}
	return l.Address.Country
}

// firmCustomer is the BC customer of a company, or of one of its locations.
func (j *job) firmCustomer(s seeking) Customer {
	f, l := s.firm, s.firm.location
	a := *cmp.Or(l.Address, &orders.Address{})
	c := Customer{
		Number: s.number(j.card), DisplayName: f.Name, Type: "Company",
		AddressLine1: a.Address1, AddressLine2: a.Address2, City: a.City,
		State: j.card.County(a), Country: j.card.Country(a), PostalCode: a.Zip,
		PhoneNumber: bcapi.Phone(cmp.Or(l.Phone, a.Phone, s.order.Customer.Phone)), Email: strings.TrimSpace(s.order.Customer.Email),
	}
	if tax := strings.ToUpper(strings.Join(strings.Fields(l.TaxID), "")); len(tax) <= TaxIDLength {
		c.TaxRegistrationNumber = tax
	}
	j.fill(&c, a.Country, s.order)
	c.PaymentTermsID = cmp.Or(f.terms, c.PaymentTermsID)
	if s.abroad {
		c.Country = ""
	}
	c.Fit()
	return c
}

// home is the address by which the template of s's customer is chosen.
func (s *seeking) home() orders.Address {
	if s.firm != nil {
		return *cmp.Or(s.firm.location.Address, &orders.Address{})
	}
	return home(s.order)
}

// firmCandidates are those of s, by what was read; none for whoever is no company.
func (j *job) firmCandidates(s seeking) firmCandidates {
	home := ""
	if j.home != nil {
		home = *j.home
	}
	c := firmCandidates{
		own: j.own(s), taxOf: func(x Customer) string { return taxOf(j.card, x, home) },
		claims: func(ctx context.Context, number string) ([]link.Claim, error) { return j.claims(ctx, s.link, number) },
	}
	if s.firm == nil {
		return c
	}
	if x, ok := j.known[strings.ToUpper(s.firm.ExternalID)]; ok && s.firm.ExternalID != "" {
		c.external = &x
	}
	c.mail = j.withEmail(s.buyer.Email)
	if j.all != nil && s.buyer.Tax != "" {
		for _, n := range j.all.byTax[s.buyer.Tax] {
			if x, ok := j.known[strings.ToUpper(n)]; ok && c.taxOf(x) == s.buyer.Tax {
				c.tax = append(c.tax, x)
			}
		}
	}
	return c
}

// taxNumbers are the numbers of the customers with the tax numbers of open.
func (j *job) taxNumbers(open []*seeking) (out []string) {
	for _, s := range open {
		if s.buyer.Tax != "" {
			out = append(out, j.all.byTax[s.buyer.Tax]...)
		}
	}
	return out
}

// ofCompany is the customer of an order that is placed for a company that the card has no
// row of: the one that its location is linked with, else its own, else the default one.
// wanted are companies whose link would say more.
func (j *job) ofCompany(ctx context.Context, o orders.Order, w wanted) (r Resolved, want bool, err error) {
	for _, l := range []link.Link{locationLink(j.card, o.Company.LocationID), companyLink(j.card, o.Company.ID)} {
		if l.ID == "" {
			continue
		}
		if l, err = j.Links.Get(ctx, l); err != nil {
			return r, false, err
		}
		switch {
		case l.Linked():
			return Resolved{Number: l.Number}, false, nil
		case !l.SentAt.IsZero(): // its customer is just being made
			return Resolved{Reason: outbound.OutcomeUnknown, Thing: company(o)}, false, nil
		}
	}
	if w.Number != "" {
		return Resolved{Number: w.Number}, true, nil
	}
	return w.settled(o), true, nil
}

// ofCompanies answers for orders of companies, and asks for those that have no link.
func (j *job) ofCompanies(ctx context.Context, os []orders.Order, out map[string]Resolved) error {
	var ask []string
	for _, o := range os {
		w := want(j.card, o)
		if w.Way != wayCompany {
			continue
		}
		r, open, err := j.ofCompany(ctx, o, w)
		if err != nil {
			return err
		}
		if out[o.ID] = r; open && !slices.Contains(ask, o.Company.ID) {
			ask = append(ask, o.Company.ID)
		}
	}
	if err := j.read(ctx, numbersOf(out)); err != nil {
		return err
	}
	for _, o := range os {
		if n := out[o.ID].Number; o.Company != nil && j.missing[strings.ToUpper(n)] && want(j.card, o).Way == wayCompany && !slices.Contains(ask, o.Company.ID) {
			ask = append(ask, o.Company.ID) // BC does not have its customer any more
		}
	}
	if len(ask) == 0 || j.Wanted == nil || j.dry {
		return nil
	}
	return j.Wanted(ctx, j.lease, j.card.Code, ask)
}
