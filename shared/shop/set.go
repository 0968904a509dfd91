package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"backroom/shared/strict"
)

// Problem is a setting of the card that cannot be.
type Problem struct {
	Field string // its JSON name, with the row of a list: taxCodes[2].rate
	Value string
	Want  string // what it must be
}

func (p Problem) Error() string { return fmt.Sprintf("%s %q: must be %s", p.Field, p.Value, p.Want) }

// Set brings JSON that a person has written into s. What it does not name keeps
// its value; a list that it names replaces the one of before as a whole. If
// anything is wrong s stays as it was; the error joins all [Problem]s.
func (s *Shop) Set(js []byte) error {
	next := *s
	var named map[string]json.RawMessage
	if err := json.Unmarshal(js, &named); err == nil {
		next.emptied(named)
	}
	if err := strict.Decode(js, &next); err != nil {
		return err
	}
	if err := next.Check(); err != nil {
		return err
	}
	*s = next
	return nil
}

// emptied empties the lists that are named: encoding/json writes a row into the
// one that was there, which would leave it the fields that the new one lacks.
func (s *Shop) emptied(named map[string]json.RawMessage) {
	v := reflect.ValueOf(s).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || f.Type.Kind() != reflect.Slice {
			continue
		}
		for name := range named {
			if strings.EqualFold(name, tag) { // as encoding/json takes names
				v.FieldByIndex(f.Index).SetZero()
			}
		}
	}
}

// Check reports all settings that cannot be, [Problem]s joined.
func (s *Shop) Check() error {
	c := checker{}
	c.words(s)
	c.texts(s)
	if s.Tolerance.IsNegative() {
		c.bad("tolerance", s.Tolerance.String(), "0 or more")
	}
	if s.KeepProcessedOrders < -1 {
		c.bad("keepProcessedOrders", fmt.Sprint(s.KeepProcessedOrders), "a number of days, 0 for 90 days, or -1 for ever")
	}
	c.lists(s)
	return errors.Join(c.problems...)
}

type checker struct{ problems []error }

func (c *checker) bad(field, value, want string) {
	c.problems = append(c.problems, Problem{field, value, want})
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

// texts: numbers of accounts and customers have at most 20 characters in Business Central.
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
		if utf8.RuneCountInString(f.value) > 20 || strings.TrimSpace(f.value) != f.value {
			c.bad(f.name, f.value, "at most 20 characters without blanks around them")
		}
	}
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
		}
		seen[strings.ToLower(r.key)] = i
		if r.valueName != "" && strings.TrimSpace(r.value) == "" {
			c.bad(at+r.valueName, r.value, "set")
		}
	}
}

func (c *checker) lists(s *Shop) {
	rows := func(n int, f func(int) row) (out []row) {
		for i := range n {
			out = append(out, f(i))
		}
		return out
	}
	one := decimal.NewFromInt(1)
	for i, m := range s.TaxCodes {
		if m.Rate.IsNegative() || m.Rate.GreaterThanOrEqual(one) {
			c.bad(fmt.Sprintf("taxCodes[%d].rate", i), m.Rate.String(), "a share from 0 to less than 1: 0.19 for 19 %")
		}
	}
	c.list("taxCodes", rows(len(s.TaxCodes), func(i int) row { return row{s.TaxCodes[i].Rate.String(), "rate", s.TaxCodes[i].Code, "code"} }))
	c.list("locations", rows(len(s.Locations), func(i int) row { return row{s.Locations[i].LocationID, "locationID", s.Locations[i].Code, "code"} }))
	c.list("shipmentMethods", rows(len(s.ShipmentMethods), func(i int) row { return row{key: s.ShipmentMethods[i].Title, keyName: "title"} }))
	c.list("countryCustomers", rows(len(s.CountryCustomers), func(i int) row {
		return row{s.CountryCustomers[i].Country, "country", s.CountryCustomers[i].CustomerNo, "customerNo"}
	}))
	c.list("countries", rows(len(s.Countries), func(i int) row { return row{s.Countries[i].From, "from", s.Countries[i].To, "to"} }))
	c.list("variants", rows(len(s.Variants), func(i int) row { return row{s.Variants[i].VariantID, "variantID", s.Variants[i].ItemNo, "itemNo"} }))
}
