package customers

import (
	"cmp"
	"context"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/phone"
)

// search reads from BC what the candidates of open may be among.
func (j *job) search(ctx context.Context, open []*seeking) error {
	var emails, numbers []string
	scan := false
	for _, s := range open {
		// A number derived from the Shopify id is always looked up: it is what an
		// earlier create, forgotten or unanswered, has left behind.
		if s.buyer.ID != "" {
			numbers = append(numbers, s.number(j.card))
		}
		if s.firm != nil && s.firm.ExternalID != "" && len(s.firm.ExternalID) <= bcapi.NumberLength {
			numbers = append(numbers, s.firm.ExternalID)
		}
		if s.want.BillTo || s.buyer.Tax != "" { // the API does not look for tax numbers
			scan = true
		}
		if s.want.BillTo {
			continue
		}
		if s.buyer.Email != "" {
			emails = append(emails, s.buyer.Email)
		}
	}
	if err := j.readAgain(ctx, numbers); err != nil {
		return err
	}
	if err := j.readMail(ctx, emails); err != nil {
		return err
	}
	for _, s := range open {
		scan = scan || !s.want.BillTo && s.buyer.Phone != "" && len(j.withEmail(s.buyer.Email)) == 0 && j.own(*s) == nil
	}
	if !scan {
		return nil
	}
	if err := j.readAll(ctx); err != nil {
		return err
	}
	return j.read(ctx, j.taxNumbers(open))
}

// readAgain reads customers that this run has not seen, also such as it has
// missed before: a create may have arrived since.
func (j *job) readAgain(ctx context.Context, numbers []string) error {
	for _, n := range numbers {
		delete(j.missing, strings.ToUpper(n))
	}
	return j.read(ctx, numbers)
}

// own is the customer with the number that we give s, nil if there is none.
func (j *job) own(s seeking) *Customer {
	if s.buyer.ID == "" {
		return nil
	}
	if c, ok := j.known[strings.ToUpper(s.number(j.card))]; ok {
		return &c
	}
	return nil
}

// candidates are those of s, by what was read.
func (j *job) candidates(ctx context.Context, s seeking) candidates {
	c := candidates{own: j.own(s), claims: func(number string) ([]link.Claim, error) { return j.claims(ctx, s.link, number) }}
	switch {
	case s.want.BillTo && j.all != nil:
		a := *s.order.Billing
		c.address = j.all.byAddress[addressKey(j.card.Name(a), j.card.County(a), j.card.Country(a), a)]
	default:
		c.mail = j.withEmail(s.buyer.Email)
		if len(c.mail) == 0 && s.buyer.Phone != "" && j.all != nil {
			c.phone = j.all.byPhone[s.buyer.Phone]
		}
	}
	return c
}

// mailBook is what is known of customers by their e-mail addresses.
type mailBook struct {
	asked map[string]bool // addresses that BC was asked for
	by    map[string][]Customer
}

func (b *mailBook) add(c Customer) {
	for _, m := range mailboxes(c.Email) {
		has := false
		for _, x := range b.by[m] {
			has = has || strings.EqualFold(x.Number, c.Number)
		}
		if !has {
			b.by[m] = append(b.by[m], c)
		}
	}
}

// readMail asks BC for the customers with emails: for each whose field is the
// address, and once for all whose field holds several.
func (j *job) readMail(ctx context.Context, emails []string) error {
	if len(emails) == 0 {
		return nil
	}
	if j.mail == nil {
		b := &mailBook{asked: map[string]bool{}, by: map[string][]Customer{}}
		several, err := j.Target.CustomersOfSeveralEmails(ctx)
		if err != nil {
			return err
		}
		for _, c := range several {
			b.add(c)
		}
		j.mail = b
	}
	var ask []string
	for _, e := range emails {
		if !j.mail.asked[e] {
			ask = append(ask, e)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	found, err := j.Target.CustomersByEmail(ctx, ask)
	if err != nil {
		return err
	}
	for _, e := range ask {
		j.mail.asked[e] = true
	}
	j.remember(found...)
	for _, c := range found {
		j.mail.add(c)
	}
	return nil
}

// withEmail are the customers that have the address.
func (r *Resolver) withEmail(email string) []Customer {
	if r.mail == nil || email == "" {
		return nil
	}
	return r.mail.by[email]
}

// learn notes a customer that was made just now wherever it may be looked for.
func (j *job) learn(c Customer) {
	j.remember(c)
	if j.mail != nil {
		j.mail.add(c)
	}
	if j.all != nil {
		j.all.add(j.card, c)
	}
}

// book is an index over the whole customer table, by phone and by address. Of
// each customer it has id, number and e-mail addresses.
type book struct {
	home               string // BC's code of the company's country
	byPhone, byAddress map[string][]Customer
	byTax              map[string][]string // numbers
}

func (b *book) add(card Card, c Customer) {
	brief := Customer{ID: c.ID, Number: c.Number, Email: c.Email}
	if n, ok := phone.E164(c.PhoneNumber, iso(card, cmp.Or(c.Country, b.home))); ok {
		b.byPhone[n] = append(b.byPhone[n], brief)
	}
	if t := taxOf(card, c, b.home); t != "" {
		b.byTax[t] = append(b.byTax[t], c.Number)
	}
	if card.CustomerMapping == ByBillTo {
		k := addressKey(c.DisplayName, c.State, c.Country, orders.Address{Address1: c.AddressLine1, Address2: c.AddressLine2, Zip: c.PostalCode, City: c.City})
		b.byAddress[k] = append(b.byAddress[k], brief)
	}
}

// ISO is the ISO code of a country that BC calls code.
func (c Card) ISO(code string) string { return iso(c, code) }

// iso is the ISO code of a country that BC calls code.
func iso(card Card, code string) string {
	for _, m := range card.Countries {
		if strings.EqualFold(m.To, code) {
			return m.From
		}
	}
	return code
}

// readAll reads the whole customer table once.
func (j *job) readAll(ctx context.Context) error {
	if j.all != nil {
		return nil
	}
	b := &book{byPhone: map[string][]Customer{}, byAddress: map[string][]Customer{}, byTax: map[string][]string{}}
	var err error
	if b.home, err = j.Target.HomeCountry(ctx); err != nil {
		return err
	}
	err = j.Target.Customers(ctx, func(c Customer) error {
		b.add(j.card, c)
		return nil
	})
	if err != nil {
		return err
	}
	j.all = b
	return nil
}
