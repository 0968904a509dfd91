package customers

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/phone"
)

// buyer is who placed an order, by what is theirs: never by an address, which
// may be somebody else's who gets a parcel.
type buyer struct {
	ID    string // of the Shopify customer; "" if the order has none
	Email string // in lower case; "" if there is none
	Phone string // E.164; "" if there is none, or none that is beyond doubt
	// Tax is the key of a company's tax number; "" if there is none.
	Tax string
	// Mark is what a link remembers instead of e-mail address and tax number; "": those.
	Mark string
}

// buyerOf is the buyer of o: its Shopify customer with their own e-mail address
// and phone number; without one, whoever has the order's own.
func buyerOf(o orders.Order) buyer {
	if c := o.Customer; c != nil {
		return buyer{ID: c.ID, Email: mailbox(c.Email), Phone: number(c.Phone, c.Default, o.Billing)}
	}
	return buyer{Email: mailbox(o.Email), Phone: number(o.Phone, o.Billing)}
}

// number is text as E.164. Shopify keeps it so; if it does not, the country is
// that of the buyer's own addresses.
func number(text string, where ...*orders.Address) string {
	country := ""
	for _, a := range where {
		if a != nil && country == "" {
			country = a.Country
		}
	}
	n, _ := phone.E164(text, country)
	return n
}

func mailbox(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Mailboxes are the e-mail addresses of the customer, in lower case. Its field may hold
// several, separated by semicolons or commas.
func (c Customer) Mailboxes() []string { return mailboxes(c.Email) }

func mailboxes(field string) []string {
	var out []string
	for s := range strings.FieldsFuncSeq(field, func(r rune) bool { return r == ';' || r == ',' }) {
		if s = mailbox(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Mark is what a link remembers of an e-mail address in lower case; "" for none.
func Mark(email string) string { return mark(email) }

// mark is what a link remembers of an e-mail address: a hash, which is enough to
// know it again.
func mark(email string) string {
	if email == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(email))
	return hex.EncodeToString(sum[:8])
}

// key tells buyers apart: who has the same key is one buyer.
func (b buyer) key() string {
	switch {
	case b.ID != "":
		return b.ID
	case b.Email != "":
		return "mail:" + mark(b.Email)
	case b.Phone != "":
		return "phone:" + b.Phone
	}
	return ""
}

// linkable reports whether b's customer is remembered. One whom nothing but a
// phone number identifies is looked for every time.
func (b buyer) linkable() bool { return b.ID != "" || b.Email != "" }

// way is how an order's customer is found.
type way int

const (
	wayFixed        way = iota + 1 // wanted.Number, always
	waySearch                      // by the buyer: their link, else a search, else a create
	wayNoDefault                   // the card sends all to the default customer, and names none
	wayUnidentified                // nothing identifies the buyer, and there is no default
	wayCompany                     // placed for a company that the card has no row of: its link, else wanted.Number
)

// wanted is the rule for one order.
type wanted struct {
	Way    way
	Number string // wayFixed, and the fallback of waySearch ("" if there is none)
	Create bool   // waySearch: may be created
	BillTo bool   // waySearch: by name and billing address instead of e-mail and phone
}

// want decides how the customer of o is found, as the connector does. An
// order that is placed for a company goes to that company's customer, and to
// no person. Otherwise a customer fixed for the ship-to country wins; without
// customer import the default customer is left.
func want(card Card, o orders.Order) wanted {
	if o.Company != nil {
		if number := card.companyNo(o.Company.ID, o.Company.LocationID); number != "" {
			return wanted{Way: wayFixed, Number: number}
		}
		return wanted{Way: wayCompany, Number: card.DefaultCompanyNo}
	}
	if o.Shipping != nil {
		for _, c := range card.CountryCustomers {
			if strings.EqualFold(c.Country, o.Shipping.Country) && c.CustomerNo != "" {
				return wanted{Way: wayFixed, Number: c.CustomerNo}
			}
		}
	}
	fallback := wanted{Way: wayFixed, Number: card.DefaultCustomerNo}
	if card.CustomerImport == ImportNone || card.CustomerMapping == DefaultCustomer {
		if fallback.Number == "" {
			return wanted{Way: wayNoDefault}
		}
		return fallback
	}
	b := buyerOf(o)
	if b.key() == "" {
		if fallback.Number == "" {
			return wanted{Way: wayUnidentified}
		}
		return fallback
	}
	named := func(a *orders.Address) bool { return a != nil && (a.FirstName != "" || a.LastName != "") }
	return wanted{
		Way: waySearch, Number: card.DefaultCustomerNo,
		Create: b.ID != "" && card.AutoCreateUnknownCustomers,
		BillTo: b.ID != "" && card.CustomerMapping == ByBillTo && named(o.Billing),
	}
}

// addressKey is a name and address as they are compared.
func addressKey(displayName, county, country string, a orders.Address) string {
	parts := []string{displayName, a.Address1, a.Address2, a.Zip, a.City, county, country}
	for i, p := range parts {
		parts[i] = strings.ToLower(strings.TrimSpace(p))
	}
	return strings.Join(parts, "\x00")
}

// Blocked reports whether no order may be made for c.
func Blocked(c Customer) bool { return c.Blocked == "All" || c.Blocked == "Ship" }

// linkOf is the empty link of b.
func linkOf(card Card, b buyer) link.Link {
	return link.Link{Shop: card.Code, Company: card.Company.Key(), Kind: link.Customer, ID: b.key()}
}
