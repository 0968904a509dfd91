package customers

import (
	"cmp"
	"context"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/link"
	"backroom/shared/orders"
)

// Company is a company of the shop (B2B) as it is now.
type Company struct {
	ID, Name, ExternalID string

	Contact   *orders.Customer // who buys for it in the first place; nil: nobody
	Locations []Location       // the oldest first; at least one in a company that is whole
	// UpdatedAt is when it or one of its locations has changed last.
	UpdatedAt time.Time
}

// Location is a place that a company buys for.
type Location struct {
	ID, Name, ExternalID string

	Phone   string
	Address *orders.Address // where bills go, else where parcels do; nil: none
	TaxID   string          // as it was entered
	Terms   *Terms          // nil: it pays at once
	Ships   bool            // parcels go to the same address, or to none
}

// Terms are payment terms of a location.
type Terms struct {
	Type string // NET, RECEIPT, FULFILLMENT, FIXED, UNKNOWN
	Name string
}

// main is the location by which the company is known: the oldest one.
func (c Company) main() Location {
	if len(c.Locations) == 0 {
		return Location{}
	}
	return c.Locations[0]
}

// firm is what identifies a company of the shop among the customers of BC.
type firm struct {
	Company

	location Location // whose address and tax number it has
	place    bool     // the location alone is meant, which has a customer of its own
	tax      string   // key of its tax number, see [taxKey]; "" if it has none
	terms    string   // id of BC's payment terms; "" if they are not known
}

// mark is what a link remembers of b: a buyer's e-mail address, or a company's tax
// number, without one its e-mail address.
func (b buyer) mark() string {
	if b.Mark != "" {
		return b.Mark
	}
	if b.Tax != "" {
		return mark("tax:" + b.Tax)
	}
	return mark(b.Email)
}

// vatPrefixes are the countries whose tax numbers are written with the country in front.
const vatPrefixes = " AT BE BG CH CY CZ DE DK EE EL ES FI FR GB GR HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK XI "

// taxKey is a tax number as it is compared: the country it is of, and its letters and
// digits. country is the ISO code of where it was entered; it counts where the number
// itself does not name one. A [placeholder] has no key.
func taxKey(number, country string) string {
	var n strings.Builder
	for _, r := range strings.ToUpper(number) {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			n.WriteRune(r)
		}
	}
	text, country := n.String(), strings.ToUpper(country)
	if placeholder(text) {
		return ""
	}
	if len(text) > 2 && (text[:2] == country || strings.Contains(vatPrefixes, " "+text[:2]+" ") && hasDigit(text[2:])) {
		country, text = text[:2], text[2:]
	}
	switch country { // called otherwise in numbers than in addresses
	case "EL":
		country = "GR"
	case "XI":
		country = "GB"
	}
	return country + ":" + text
}

// genericNumbers are what the offices of Mexico and Italy have firms entered as that have no
// number there.
const genericNumbers = " XAXX010101000 XEXX010101000 MXXAXX010101000 MXXEXX010101000 99999999999 IT99999999999 OT99999999999 "

// placeholder reports whether a tax number says that there is none, such as N/A or
// 0000000: it has no digit but zeros, or is for all firms that have none. Many firms have
// the same of those, and none is known by it.
func placeholder(text string) bool {
	return !strings.ContainsAny(text, "123456789") || strings.Contains(genericNumbers, " "+text+" ")
}

// sameTax compares keys of tax numbers, one of which may be of no known country.
func sameTax(a, b string) bool {
	c, x, _ := strings.Cut(a, ":")
	d, y, _ := strings.Cut(b, ":")
	return x == y && (c == d || c == "" || d == "")
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// taxOf is the key of a BC customer's tax number. home is BC's code of the company's
// own country.
func taxOf(card Card, c Customer, home string) string {
	return taxKey(c.TaxRegistrationNumber, iso(card, cmp.Or(c.Country, home)))
}

// companyLink is the empty link of a company of the shop, locationLink that of one of its
// locations.
func companyLink(card Card, id string) link.Link {
	return link.Link{Shop: card.Code, Company: card.Company.Key(), Kind: link.Company, ID: id}
}

func locationLink(card Card, id string) link.Link {
	return link.Link{Shop: card.Code, Company: card.Company.Key(), Kind: link.Location, ID: id}
}

// companyNumber is the BC number of a customer that is made of a company.
func companyNumber(card Card, id string) string {
	prefix := strings.ToUpper(cmp.Or(card.CustomerNoPrefix, "S"))
	if n := prefix + "C" + id; len(n) <= bcapi.NumberLength {
		return n
	}
	return prefix + id
}

// firmCandidates are the BC customers that may be a company's.
type firmCandidates struct {
	own      *Customer  // has the number that we give the company's customer
	external *Customer  // has the number that the shop has as the company's external id
	tax      []Customer // have the tax number
	mail     []Customer // have the main contact's e-mail address
	taxOf    func(Customer) string
	// claims are those of other companies of the shop.
	claims func(ctx context.Context, number string) ([]link.Claim, error)
}

// otherTax reports whether both have a tax number, and not the same one.
func (c firmCandidates) otherTax(x Customer, f firm) bool {
	t := c.taxOf(x)
	return t != "" && f.tax != "" && !sameTax(t, f.tax)
}

// chooseFirm decides which customer is the company's. ours says that a create of it was
// sent.
//
// The number that we give comes first; then the tax number, which nobody shares but
// branches of one firm; then the external id, as far as tax number, e-mail address or
// name say that it is a customer's number; then the main contact's e-mail address. A
// customer with another tax number is another firm's, whatever else it has; and one that
// is known by its e-mail address alone is no second company's.
func chooseFirm(ctx context.Context, f firm, b buyer, c firmCandidates, ours bool) (choice, error) {
	if c.own != nil && (ours || !c.otherTax(*c.own, f)) {
		return choice{found: *c.own, how: link.Created}, nil
	}
	if len(c.tax) > 0 {
		return one(narrow(f, b, c.tax), func(x Customer) (choice, error) { return choice{found: x, how: link.ByTax}, nil })
	}
	if c.own != nil {
		return choice{found: *c.own, doubt: trustDoubtful}, nil
	}
	if x := c.external; x != nil && !c.otherTax(*x, f) && (names(*x, b) || strings.EqualFold(plainName(x.DisplayName), plainName(f.Name))) {
		return c.alone(ctx, f, *x, link.ByExternal)
	}
	var fits []Customer
	for _, x := range c.mail {
		if x.Type != "Person" && !c.otherTax(x, f) {
			fits = append(fits, x)
		}
	}
	return one(fits, func(x Customer) (choice, error) { return c.alone(ctx, f, x, link.ByEmail) })
}

// narrow are those of customers with one tax number, such as branches, that the external
// id or the e-mail address points to; all of them if neither does.
func narrow(f firm, b buyer, all []Customer) []Customer {
	if len(all) < 2 {
		return all
	}
	for _, fits := range []func(Customer) bool{
		func(x Customer) bool { return f.ExternalID != "" && strings.EqualFold(x.Number, f.ExternalID) },
		func(x Customer) bool { return names(x, b) },
	} {
		var out []Customer
		for _, x := range all {
			if fits(x) {
				out = append(out, x)
			}
		}
		if len(out) == 1 {
			return out
		}
	}
	return all
}

// alone is the choice of x, unless it is another company's: then it is in doubt, or is
// nobody for a company whose own tax number tells the two apart.
func (c firmCandidates) alone(ctx context.Context, f firm, x Customer, how link.How) (choice, error) {
	claims, err := c.claims(ctx, x.Number)
	if err != nil {
		return choice{}, err
	}
	if len(claims) > 0 && f.tax != "" {
		return choice{}, nil
	}
	if len(claims) > 0 {
		return choice{found: x, doubt: trustDisputed}, nil
	}
	return choice{found: x, how: how}, nil
}

// trustFirm judges the link of a company to c, which exists.
func trustFirm(l link.Link, b buyer, otherTax bool) trusted {
	switch {
	case l.How == link.ByHand, l.How == link.Exported:
		return trustSound
	case l.How == link.Created:
	case otherTax:
		return trustDoubtful
	}
	if l.Mark == b.mark() {
		return trustSound
	}
	return trustRenewed
}

func plainName(s string) string {
	return strings.TrimSpace(bcapi.Cut(strings.Join(strings.Fields(s), " "), bcapi.NameLength))
}
