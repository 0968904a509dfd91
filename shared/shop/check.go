package shop

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Lengths of Business Central's fields, in UTF-16 units.
const (
	codeLength   = 10 // locations, shipment methods, payment terms, countries, currencies, units, item variants
	numberLength = 20 // accounts, customers, items, tax codes
)

var (
	domainForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)
	guidForm    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	tenantForm  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]*$`)
	environForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*$`)
	digitsForm  = regexp.MustCompile(`^[0-9]{1,20}$`)
)

// Checker collects what cannot be in the settings of a card. A field is named by
// its JSON name, with the row of a list: taxCodes[2].rate. Not for concurrent use.
type Checker struct{ problems []error }

// Bad notes that field cannot be value, but what want says after "must be".
func (c *Checker) Bad(field, value, want string) {
	c.problems = append(c.problems, Problem{field, clipped(value), want})
}

// connection: a part that is missing is the host's to ask for.
func (c *Checker) connection(s Shop) {
	c.Form("domain", s.Domain, domainForm, "the permanent host of the shop, such as my-shop.myshopify.com")
	c.Form("company.tenant", s.Company.Tenant, tenantForm, "the Entra tenant, a guid or a domain")
	c.Form("company.environment", s.Company.Environment, environForm, "the name of the environment, such as Production")
	c.Form("company.id", s.Company.ID, guidForm, "the id of the company, a guid (names can change)")
}

// Word checks that value is blank or one of known; a word of another program is not guessed at.
func (c *Checker) Word(field, value string, known ...string) {
	if value != "" && !slices.Contains(known, value) {
		c.Bad(field, value, strings.Join(known, ", ")+`, or "" for the default`)
	}
}

// Code checks that value is blank, or what a code of Business Central of 10 characters can be.
func (c *Checker) Code(field, value string) { c.code(field, value, codeLength) }

// Number checks that value is blank, or what an account, customer or item number or a tax
// code can be, of 20 characters.
func (c *Checker) Number(field, value string) { c.code(field, value, numberLength) }

func (c *Checker) code(field, value string, n int) {
	long := len(utf16.Encode([]rune(value))) > n
	if long || strings.TrimSpace(value) != value || strings.ContainsFunc(value, unicode.IsControl) {
		c.Bad(field, value, fmt.Sprintf("at most %d characters without blanks around them", n))
	}
}

// Form checks that value is blank or has a form, which want tells in words.
func (c *Checker) Form(field, value string, form *regexp.Regexp, want string) {
	if value != "" && !form.MatchString(value) {
		c.Bad(field, value, want)
	}
}

// ShopifyID checks that value is blank or the numeric id of a thing in Shopify, such as a "location".
func (c *Checker) ShopifyID(field, value, thing string) {
	c.Form(field, value, digitsForm, "the id of a Shopify "+thing+", digits alone: those at the end of its address in Shopify")
}

// Row of a list: what tells it from others, and what it must have; ValueName is ""
// if it need not have anything.
type Row struct{ Key, KeyName, Value, ValueName string }

// List checks that each of n rows has its key, which is no other row's, and its value.
func (c *Checker) List(name string, n int, of func(i int) Row) {
	seen := map[string]int{}
	for i := range n {
		r := of(i)
		at := fmt.Sprintf("%s[%d].", name, i)
		if strings.TrimSpace(r.Key) == "" {
			c.Bad(at+r.KeyName, r.Key, "set")
		} else if n, twice := seen[strings.ToLower(r.Key)]; twice {
			c.Bad(at+r.KeyName, r.Key, fmt.Sprintf("another than that of row %d", n))
		} else {
			seen[strings.ToLower(r.Key)] = i
		}
		if r.ValueName != "" && strings.TrimSpace(r.Value) == "" {
			c.Bad(at+r.ValueName, r.Value, "set")
		}
	}
}

// Codes checks that each code of Shopify, of a form that want tells in words, has one of the company.
func (c *Checker) Codes(name string, ms []CodeMap, form *regexp.Regexp, want string) {
	for i, m := range ms {
		at := fmt.Sprintf("%s[%d].", name, i)
		c.Form(at+"from", m.From, form, want)
		c.Code(at+"to", m.To)
	}
	c.List(name, len(ms), func(i int) Row { return Row{ms[i].From, "from", ms[i].To, "to"} })
}
