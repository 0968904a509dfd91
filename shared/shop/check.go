package shop

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/sales"
)

// Lengths of Business Central's fields, in UTF-16 units.
const (
	codeLength   = 10 // locations, shipment methods, payment terms, countries, currencies, units, item variants
	numberLength = 20 // accounts, customers, items, tax codes
	// prefixLength leaves room for Shopify's customer ids in a customer number.
	prefixLength    = 7
	separatorLength = 10
	maxKeptDays     = 36_500
)

var (
	domainForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)
	guidForm    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	tenantForm  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]*$`)
	environForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*$`)
	prefixForm  = regexp.MustCompile(`^[0-9A-Za-z._/-]*$`)
	digitsForm  = regexp.MustCompile(`^[0-9]{1,20}$`)
	countryForm = regexp.MustCompile(`^[A-Za-z]{2}$`)
	isoForm     = regexp.MustCompile(`^[A-Za-z]{3}$`)
)

// termsTypes are Shopify's types of payment terms.
var termsTypes = []string{"FIXED", "FULFILLMENT", "NET", "RECEIPT", "UNKNOWN"}

// Check reports all settings that cannot be, [Problem]s joined.
func (s *Shop) Check() error {
	c := checker{}
	c.company(s)
	c.words(s)
	c.texts(s)
	if s.Tolerance.IsNegative() {
		c.bad("tolerance", s.Tolerance.String(), "0 or more")
	}
	if s.KeepProcessedOrders < -1 || s.KeepProcessedOrders > maxKeptDays {
		c.bad("keepProcessedOrders", fmt.Sprint(s.KeepProcessedOrders), fmt.Sprintf("a number of days up to %d, 0 for 90 days, or -1 for ever", maxKeptDays))
	}
	if y := s.ImportFrom.Year(); !s.ImportFrom.IsZero() && (y < 2000 || y > 9999) {
		c.bad("importFrom", s.ImportFrom.Format("2006-01-02"), "a time since 2000, such as 2026-07-01T00:00:00Z")
	}
	c.lists(s)
	c.terms(s.PaymentTerms)
	for i, n := range s.BCWins {
		if _, err := sales.Winners([]string{n}); err != nil {
			c.bad(fmt.Sprintf("bcWins[%d]", i), n, "one of "+strings.Join(sales.Winnable(), ", "))
		}
	}
	return errors.Join(c.problems...)
}

type checker struct{ problems []error }

func (c *checker) bad(field, value, want string) {
	c.problems = append(c.problems, Problem{field, clipped(value), want})
}

// company: a part that is missing is the host's to ask for.
func (c *checker) company(s *Shop) {
	for _, f := range []struct {
		name, value string
		form        *regexp.Regexp
		want        string
	}{
		{"domain", s.Domain, domainForm, "the permanent host of the shop, such as my-shop.myshopify.com"},
		{"company.tenant", s.Company.Tenant, tenantForm, "the Entra tenant, a guid or a domain"},
		{"company.environment", s.Company.Environment, environForm, "the name of the environment, such as Production"},
		{"company.id", s.Company.ID, guidForm, "the id of the company, a guid (names can change)"},
	} {
		if f.value != "" && !f.form.MatchString(f.value) {
			c.bad(f.name, f.value, f.want)
		}
	}
}

// word: value is one of known; a word of another program is not guessed at.
func (c *checker) word(field, value string, known ...string) {
	if value != "" && !slices.Contains(known, value) {
		c.bad(field, value, strings.Join(known, ", ")+`, or "" for the default`)
	}
}

func (c *checker) words(s *Shop) {
	c.word("currencyHandling", string(s.CurrencyHandling), string(ShopCurrency), string(PresentmentCurrency))
	c.word("taxMode", string(s.TaxMode), string(VATIncluded), string(VATOnTop), string(SalesTax))
	c.word("customerImport", string(s.CustomerImport), string(ImportNone), string(WithOrderImport), string(AllCustomers))
	c.word("customerMapping", string(s.CustomerMapping), string(ByEmailPhone), string(ByBillTo), string(DefaultCustomer))
	for _, f := range []struct {
		name  string
		value NameSource
	}{{"nameSource", s.NameSource}, {"name2Source", s.Name2Source}, {"contactSource", s.ContactSource}} {
		c.word(f.name, string(f.value), string(NameCompany), string(NameFirstLast), string(NameLastFirst), string(NameNone))
	}
	c.word("countySource", string(s.CountySource), string(CountyCode), string(CountyName))
	c.word("skuMapping", string(s.SKUMapping), string(SKUItemNo), string(SKUVariantCode), string(SKUItemNoVariant), string(SKUGTIN))
}

// code: value is blank, or what a code of at most n characters can be.
func (c *checker) code(field, value string, n int) {
	long := len(utf16.Encode([]rune(value))) > n
	if long || strings.TrimSpace(value) != value || strings.ContainsFunc(value, unicode.IsControl) {
		c.bad(field, value, fmt.Sprintf("at most %d characters without blanks around them", n))
	}
}

func (c *checker) form(field, value string, f *regexp.Regexp, want string) {
	if value != "" && !f.MatchString(value) {
		c.bad(field, value, want)
	}
}

func (c *checker) texts(s *Shop) {
	for _, f := range []struct{ name, value string }{
		{"shippingChargesAccount", s.ShippingChargesAccount},
		{"tipAccount", s.TipAccount},
		{"soldGiftCardAccount", s.SoldGiftCardAccount},
		{"cashRoundingsAccount", s.CashRoundingsAccount},
		{"feeAccount", s.FeeAccount},
		{"salesTaxAccount", s.SalesTaxAccount},
		{"channelTaxAccount", s.ChannelTaxAccount},
		{"roundingAccount", s.RoundingAccount},
		{"unknownItemAccount", s.UnknownItemAccount},
		{"defaultCustomerNo", s.DefaultCustomerNo},
		{"defaultCompanyNo", s.DefaultCompanyNo},
	} {
		c.code(f.name, f.value, numberLength)
	}
	if len(s.CustomerNoPrefix) > prefixLength || !prefixForm.MatchString(s.CustomerNoPrefix) {
		c.bad("customerNoPrefix", s.CustomerNoPrefix, fmt.Sprintf("at most %d letters, digits and . _ / -: the id of a Shopify customer follows", prefixLength))
	}
	if len([]rune(s.SKUFieldSeparator)) > separatorLength {
		c.bad("skuFieldSeparator", s.SKUFieldSeparator, fmt.Sprintf("at most %d characters", separatorLength))
	}
	c.form("defaultLocationID", s.DefaultLocationID, digitsForm, shopifyID("location"))
}

func shopifyID(of string) string {
	return "the id of a Shopify " + of + ", digits alone: those at the end of its address in Shopify"
}

// row of a list: what tells it from others, and what it must have.
type row struct{ key, keyName, value, valueName string }

func (c *checker) list(name string, rows []row) {
	seen := map[string]int{}
	for i, r := range rows {
		at := fmt.Sprintf("%s[%d].", name, i)
		if strings.TrimSpace(r.key) == "" {
			c.bad(at+r.keyName, r.key, "set")
		} else if n, twice := seen[strings.ToLower(r.key)]; twice {
			c.bad(at+r.keyName, r.key, fmt.Sprintf("another than that of row %d", n))
		} else {
			seen[strings.ToLower(r.key)] = i
		}
		if r.valueName != "" && strings.TrimSpace(r.value) == "" {
			c.bad(at+r.valueName, r.value, "set")
		}
	}
}

func rows(n int, f func(int) row) (out []row) {
	for i := range n {
		out = append(out, f(i))
	}
	return out
}

func (c *checker) lists(s *Shop) {
	one := decimal.NewFromInt(1)
	for i, m := range s.TaxCodes {
		at := fmt.Sprintf("taxCodes[%d].", i)
		if m.Rate.IsNegative() || m.Rate.GreaterThanOrEqual(one) {
			c.bad(at+"rate", m.Rate.String(), "a share from 0 to less than 1: 0.19 for 19 %")
		}
		c.code(at+"code", m.Code, numberLength)
	}
	for i, m := range s.Locations {
		at := fmt.Sprintf("locations[%d].", i)
		c.form(at+"locationID", m.LocationID, digitsForm, shopifyID("location"))
		c.code(at+"code", m.Code, codeLength)
	}
	for i, m := range s.ShipmentMethods {
		at := fmt.Sprintf("shipmentMethods[%d].", i)
		c.code(at+"code", m.Code, codeLength)
		c.code(at+"account", m.Account, numberLength)
	}
	for i, m := range s.CountryCustomers {
		at := fmt.Sprintf("countryCustomers[%d].", i)
		c.form(at+"country", m.Country, countryForm, "a country's ISO code of two letters, such as DE")
		c.code(at+"customerNo", m.CustomerNo, numberLength)
	}
	c.codes("countries", s.Countries, countryForm, "a country's ISO code of two letters, such as GB")
	c.codes("currencies", s.Currencies, isoForm, "a currency's ISO code of three letters, such as EUR")
	c.currencies(s.Currencies)
	for i, m := range s.Variants {
		at := fmt.Sprintf("variants[%d].", i)
		c.form(at+"variantID", m.VariantID, digitsForm, shopifyID("variant"))
		c.code(at+"itemNo", m.ItemNo, numberLength)
		c.code(at+"variantCode", m.VariantCode, codeLength)
		c.code(at+"uom", m.UoM, codeLength)
	}
	c.list("taxCodes", rows(len(s.TaxCodes), func(i int) row { return row{s.TaxCodes[i].Rate.String(), "rate", s.TaxCodes[i].Code, "code"} }))
	c.list("locations", rows(len(s.Locations), func(i int) row { return row{s.Locations[i].LocationID, "locationID", s.Locations[i].Code, "code"} }))
	c.list("shipmentMethods", rows(len(s.ShipmentMethods), func(i int) row { return row{key: s.ShipmentMethods[i].Title, keyName: "title"} }))
	c.list("countryCustomers", rows(len(s.CountryCustomers), func(i int) row {
		return row{s.CountryCustomers[i].Country, "country", s.CountryCustomers[i].CustomerNo, "customerNo"}
	}))
	c.list("variants", rows(len(s.Variants), func(i int) row { return row{s.Variants[i].VariantID, "variantID", s.Variants[i].ItemNo, "itemNo"} }))
}

// codes: each code of Shopify has one of the company.
func (c *checker) codes(name string, ms []CodeMap, form *regexp.Regexp, want string) {
	for i, m := range ms {
		at := fmt.Sprintf("%s[%d].", name, i)
		c.form(at+"from", m.From, form, want)
		c.code(at+"to", m.To, codeLength)
	}
	c.list(name, rows(len(ms), func(i int) row { return row{ms[i].From, "from", ms[i].To, "to"} }))
}

// currencies: one code of the company never stands for two currencies of Shopify:
// an amount of one would be booked as the same amount of the other.
func (c *checker) currencies(ms []CodeMap) {
	for i, m := range ms {
		at := fmt.Sprintf("currencies[%d].to", i)
		n := slices.IndexFunc(ms, func(o CodeMap) bool { return strings.EqualFold(o.To, m.To) })
		moved := slices.ContainsFunc(ms, func(o CodeMap) bool { return strings.EqualFold(o.From, m.To) })
		switch {
		case m.To == "":
		case n < i:
			c.bad(at, m.To, fmt.Sprintf("another than that of row %d: a currency is one of Shopify's", n))
		case money.ISO(m.To) && !strings.EqualFold(m.From, m.To) && !moved:
			c.bad(at, m.To, fmt.Sprintf("another code, or %s mapped too: it is Shopify's code of another currency than %s", strings.ToUpper(m.To), strings.ToUpper(m.From)))
		}
	}
}

// terms: the first row that fits is taken, one without a name by every name.
func (c *checker) terms(ms []TermsMap) {
	for i, m := range ms {
		at := fmt.Sprintf("paymentTerms[%d].", i)
		if !slices.ContainsFunc(termsTypes, func(t string) bool { return strings.EqualFold(t, m.Type) }) {
			c.bad(at+"type", m.Type, "one of "+strings.Join(termsTypes, ", "))
		}
		if strings.TrimSpace(m.Code) == "" {
			c.bad(at+"code", m.Code, "set")
		}
		c.code(at+"code", m.Code, codeLength)
		for n, before := range ms[:i] {
			switch {
			case !strings.EqualFold(before.Type, m.Type):
			case before.Name == "" && m.Name != "":
				c.bad(at+"name", m.Name, fmt.Sprintf("before row %d, which takes all terms of its type", n))
			case strings.EqualFold(before.Name, m.Name):
				c.bad(at+"name", m.Name, fmt.Sprintf("another than that of row %d", n))
			}
		}
	}
}
