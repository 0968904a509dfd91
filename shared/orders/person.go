package orders

import (
	"maps"
	"slices"
	"strings"
)

// WithoutPerson is o without what tells who bought it: customer, contact, e-mail, telephone,
// note, attributes, and all of the addresses but what taxes go by. Goods and amounts stay.
func (o Order) WithoutPerson() Order {
	o.Email, o.Phone, o.Note, o.Attributes, o.Customer = "", "", "", nil, nil
	o.Shipping, o.Billing = o.Shipping.place(), o.Billing.place()
	if o.Company != nil {
		c := *o.Company
		c.ContactID = ""
		o.Company = &c
	}
	return o
}

// place is an address without street, names and town.
func (a *Address) place() *Address {
	if a == nil {
		return nil
	}
	return &Address{Country: a.Country, Province: a.Province, ProvinceCode: a.ProvinceCode}
}

// personal are the words of a print that are about the buyer.
var personal = []string{"customer", "e-mail", customerMail, "phone", "billing address", "delivery address"}

// WithoutPerson are f without what they say of the buyer, digests too: it is left open, so that
// another buyer is no change.
func (f Facts) WithoutPerson() Facts {
	if f.Print == nil {
		return f
	}
	p := *f.Print
	p.Head = maps.Clone(p.Head)
	for _, word := range personal {
		delete(p.Head, word)
	}
	f.Print = &p
	return f
}

// Buyer is the id of the customer whom the facts name, "" for none.
func (f Facts) Buyer() string {
	if f.Print == nil {
		return ""
	}
	return f.Print.Head["customer"]
}

// OfMail reports whether the order had one of the e-mail addresses, by their digests.
func (f Facts) OfMail(emails []string) bool {
	if f.Print == nil {
		return false
	}
	return slices.ContainsFunc(emails, func(e string) bool {
		d := hidden(strings.ToLower(e))
		return d != "" && (f.Print.Head["e-mail"] == d || f.Print.Head[customerMail] == d)
	})
}
