package customersync

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"backroom/shared/customers"
	"backroom/shared/shop"
)

// Settings are the settings of the shop card about which side follows which. Missing
// fields of an older card have working zero values.
type Settings struct {
	// ShopifyCanUpdateCustomer has the company follow the shop,
	// CanUpdateShopifyCustomer the shop the company: never both.
	ShopifyCanUpdateCustomer bool `json:"shopifyCanUpdateCustomer,omitempty"`
	CanUpdateShopifyCustomer bool `json:"canUpdateShopifyCustomer,omitempty"`
	// CustomerMetafields are the custom fields that the shop is told, too.
	CustomerMetafields []MetafieldMap `json:"customerMetafields,omitempty"`
}

// MetafieldMap says which custom field of the shop holds a field of the company's
// customer.
type MetafieldMap struct {
	Field     string `json:"field"` // one of [fields]
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
	Type      string `json:"type,omitempty"` // "" is that of the field
}

// field is a field of a customer that a custom field may hold, in the API's words.
type field struct {
	name  string
	types []string // of custom fields that hold it; the first is its own
	value func(c customers.Customer) string
}

const (
	line  = "single_line_text_field"
	lines = "multi_line_text_field"
)

// fields are those that the shop may be told. Types that hold lists, references,
// rich text and ratings hold none of them.
var fields = []field{
	{"number", []string{line, lines}, func(c customers.Customer) string { return c.Number }},
	{"displayName", []string{line, lines}, func(c customers.Customer) string { return c.DisplayName }},
	{"type", []string{line}, func(c customers.Customer) string { return c.Type }},
	{"taxRegistrationNumber", []string{line, lines}, func(c customers.Customer) string { return c.TaxRegistrationNumber }},
	{"salespersonCode", []string{line, lines}, func(c customers.Customer) string { return c.SalespersonCode }},
	{"currencyCode", []string{line, lines}, func(c customers.Customer) string { return c.CurrencyCode }},
	{"website", []string{line, lines, "url"}, func(c customers.Customer) string { return c.Website }},
	{"creditLimit", []string{"number_decimal", line}, func(c customers.Customer) string { return c.CreditLimit.String() }},
	{"taxLiable", []string{"boolean", line}, func(c customers.Customer) string {
		if c.TaxLiable == nil {
			return ""
		}
		return fmt.Sprint(*c.TaxLiable)
	}},
	{"blocked", []string{"boolean", line}, func(c customers.Customer) string { return fmt.Sprint(customers.Blocked(c)) }},
	{"lastModifiedDateTime", []string{"date", line}, func(c customers.Customer) string {
		if c.ModifiedAt.IsZero() {
			return ""
		}
		return c.ModifiedAt.UTC().Format("2006-01-02")
	}},
}

// maxMetafields of a customer go in one call.
const maxMetafields = MaxWrites

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Customers in step", Settings{}, checkSettings,
	shop.Setting{Names: []string{"shopifyCanUpdateCustomer"}, Does: "the job that keeps customers in step brings to Business Central what the shop changes of a customer that is linked: name, address, phone, e-mail; not together with `canUpdateShopifyCustomer`"},
	shop.Setting{Names: []string{"canUpdateShopifyCustomer"}, Does: "the job that keeps customers in step brings to the shop what Business Central changes of a customer that is linked; marketing consent is never touched"},
	shop.Setting{Names: []string{"customerMetafields"}, Does: "custom fields of the shop's customers that Business Central fills, with `canUpdateShopifyCustomer`: `[{\"field\": \"creditLimit\", \"namespace\": \"erp\", \"key\": \"credit_limit\", \"type\": \"number_decimal\"}]`. Fields: " + fieldNames() + ". A blank field leaves the shop's", Theirs: "on"},
)

func fieldNames() string {
	var names []string
	for _, f := range fields {
		names = append(names, "`"+f.name+"`")
	}
	return strings.Join(names, ", ")
}

var keyForm = regexp.MustCompile(`^[A-Za-z0-9_-]{3,64}$`)

func checkSettings(c *shop.Checker, s Settings) {
	if s.ShopifyCanUpdateCustomer && s.CanUpdateShopifyCustomer {
		c.Bad("canUpdateShopifyCustomer", "true", "false while shopifyCanUpdateCustomer is true: one side follows the other")
	}
	if len(s.CustomerMetafields) > maxMetafields {
		c.Bad("customerMetafields", fmt.Sprint(len(s.CustomerMetafields), " rows"), fmt.Sprintf("at most %d rows", maxMetafields))
	}
	for i, m := range s.CustomerMetafields {
		at := fmt.Sprintf("customerMetafields[%d].", i)
		f, err := m.of()
		switch {
		case err != nil:
			c.Bad(at+"field", m.Field, "one of "+fieldNames())
		case m.Type != "" && !slices.Contains(f.types, m.Type):
			c.Bad(at+"type", m.Type, "one of "+strings.Join(f.types, ", ")+", or none")
		}
		c.Form(at+"namespace", m.Namespace, keyForm, "3 to 64 letters, digits, - and _")
		c.Form(at+"key", m.Key, keyForm, "3 to 64 letters, digits, - and _")
	}
	c.List("customerMetafields", len(s.CustomerMetafields), func(i int) shop.Row {
		return shop.Row{Key: s.CustomerMetafields[i].Namespace + "." + s.CustomerMetafields[i].Key, KeyName: "key"}
	})
}

func (m MetafieldMap) of() (field, error) {
	for _, f := range fields {
		if f.name == m.Field {
			return f, nil
		}
	}
	return field{}, errors.New("no such field")
}

// card is what a shop card says about customers.
type card struct {
	customers.Card
	Settings
}

func cardOf(s shop.Shop) (c card, err error) {
	c.Shop = s
	if c.CustomerSettings, err = shop.Of[customers.CustomerSettings](s); err != nil {
		return c, err
	}
	c.Settings, err = shop.Of[Settings](s)
	return c, err
}

// imports says which customers of the shop are looked at.
type imports int

const (
	importsNone  imports = iota
	importsKnown         // those that are linked
	importsAll
)

// imports is what the card says: all, or only those that orders have linked, if their
// changes are wanted.
func (c card) imports() imports {
	switch {
	case c.CustomerMapping == customers.DefaultCustomer || c.CustomerImport == customers.ImportNone:
		return importsNone
	case c.CustomerImport == customers.AllCustomers:
		return importsAll
	case c.ShopifyCanUpdateCustomer:
		return importsKnown
	}
	return importsNone
}
