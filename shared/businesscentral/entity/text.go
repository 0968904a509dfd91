package entity

import (
	"strings"
	"unicode/utf16"
)

// Cut is the longest prefix of s that has at most n UTF-16 units, which is how
// BC counts (an emoji is two), and does not split a character. Bytes that are
// not UTF-8 become U+FFFD.
func Cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	units := 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units > n {
			return s[:i]
		}
	}
	return s
}

// Code is s as BC stores a Code field: trimmed and in upper case, cut to n.
func Code(s string, n int) string {
	return strings.TrimSpace(Cut(strings.ToUpper(strings.TrimSpace(s)), n))
}

// Phone keeps what BC allows in a phone number: digits, blanks and + ( ) / . -
// (letters are refused).
func Phone(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || strings.ContainsRune(" +()/.-", r) {
			return r
		}
		return -1
	}, s))
}

// email keeps an address that BC can hold; half an address would be another one.
func email(s string) string {
	if s = strings.TrimSpace(s); Cut(s, 80) != s {
		return ""
	}
	return s
}

func cut(n int, fields ...*string) {
	for _, f := range fields {
		*f = strings.TrimSpace(Cut(strings.TrimSpace(*f), n))
	}
}

func codes(n int, fields ...*string) {
	for _, f := range fields {
		*f = Code(*f, n)
	}
}

// Fit cuts every text to its field's length (reference 4.5).
func (o *SalesOrder) Fit() {
	codes(20, &o.Number, &o.CustomerNumber, &o.BillToCustomerNumber, &o.SellToPostCode, &o.ShipToPostCode, &o.Salesperson)
	codes(35, &o.ExternalDocumentNumber)
	codes(10, &o.CurrencyCode, &o.SellToCountry, &o.ShipToCountry)
	cut(100, &o.ShipToName, &o.ShipToContact, &o.SellToAddressLine1, &o.ShipToAddressLine1)
	cut(50, &o.SellToAddressLine2, &o.ShipToAddressLine2)
	o.PhoneNumber = Phone(o.PhoneNumber)
	cut(30, &o.SellToCity, &o.SellToState, &o.ShipToCity, &o.ShipToState, &o.PhoneNumber)
	o.Email = email(o.Email)
	for i := range o.Lines {
		o.Lines[i].Fit()
	}
}

// Fit cuts every text to its field's length (reference 4.5).
func (l *SalesOrderLine) Fit() {
	codes(20, &l.LineObjectNumber)
	codes(10, &l.UnitOfMeasureCode)
	codes(50, &l.TaxCode)
	cut(100, &l.Description)
	cut(50, &l.Description2)
}

// Fit cuts every text to its field's length (reference 4.2).
func (c *Customer) Fit() {
	codes(20, &c.Number, &c.PostalCode)
	codes(10, &c.Country, &c.CurrencyCode)
	cut(100, &c.DisplayName, &c.AddressLine1)
	cut(50, &c.AddressLine2)
	c.PhoneNumber = Phone(c.PhoneNumber)
	cut(30, &c.City, &c.State, &c.PhoneNumber)
	c.Email = email(c.Email)
}
