package customers

import (
	"fmt"
	"regexp"
	"strings"

	"backroom/shared/orders"
	"backroom/shared/shop"
)

// CustomerSettings are the settings of the shop card about who a customer is and
// how addresses are written. Missing fields of an older card have working zero values.
type CustomerSettings struct {
	CustomerImport             CustomerImport  `json:"customerImport,omitempty"`
	AutoCreateUnknownCustomers bool            `json:"autoCreateUnknownCustomers,omitempty"`
	CustomerMapping            CustomerMapping `json:"customerMapping,omitempty"`
	DefaultCustomerNo          string          `json:"defaultCustomerNo,omitempty"`
	DefaultCompanyNo           string          `json:"defaultCompanyNo,omitempty"` // customer of orders that are placed for a company (B2B); "": they wait
	NameSource                 NameSource      `json:"nameSource,omitempty"`
	Name2Source                NameSource      `json:"name2Source,omitempty"`
	ContactSource              NameSource      `json:"contactSource,omitempty"`
	CountySource               CountySource    `json:"countySource,omitempty"`
	CustomerNoPrefix           string          `json:"customerNoPrefix,omitempty"` // BC number = prefix + Shopify id, so that BC refuses a second one; "" is "S"

	CompanyCustomers []CompanyMap   `json:"companyCustomers,omitempty"`
	CountryCustomers []CountryMap   `json:"countryCustomers,omitempty"`
	Countries        []shop.CodeMap `json:"countries,omitempty"` // ISO code to BC country code, where they differ

	CustomerTemplates []Template `json:"customerTemplates,omitempty"`
}

// Card is a shop card as customers are found and made by it.
type Card struct {
	shop.Shop
	CustomerSettings
}

// CustomerImport says who may be imported; "" is WithOrderImport. Its text is stored.
type CustomerImport string

// Stored values.
const (
	ImportNone      CustomerImport = "none"
	WithOrderImport CustomerImport = "with-order-import"
	AllCustomers    CustomerImport = "all"
)

// CustomerMapping is how a BC customer is found; "" is ByEmailPhone. Its text is stored.
type CustomerMapping string

// Stored values.
const (
	ByEmailPhone    CustomerMapping = "email-phone"
	ByBillTo        CustomerMapping = "bill-to"
	DefaultCustomer CustomerMapping = "default"
)

// NameSource says which name a name field takes. Its text is stored.
type NameSource string

// Stored values; "" is the connector's default of the field.
const (
	NameCompany   NameSource = "company"
	NameFirstLast NameSource = "first-last"
	NameLastFirst NameSource = "last-first"
	NameNone      NameSource = "none"
)

// CountySource says what goes into the state field; "" is CountyCode. Its text is stored.
type CountySource string

// Stored values.
const (
	CountyCode CountySource = "code"
	CountyName CountySource = "name"
)

// CompanyMap gives orders that are placed for a company, or for one of its locations, a
// customer.
type CompanyMap struct {
	CompanyID  string `json:"companyID"`            // number of the company in Shopify
	LocationID string `json:"locationID,omitempty"` // of its location; "": all that have no row
	CustomerNo string `json:"customerNo"`
	// BillToNo is the customer who pays instead; "": the one of the customer's card.
	BillToNo string `json:"billToNo,omitempty"`
}

// companyNo is the customer that the card names for orders of a company: that of its
// location, else its own; "" if there is none.
func (s CustomerSettings) companyNo(company, location string) string {
	return s.companyRow(company, location).CustomerNo
}

// companyRow is the row of a location, else of its company; the zero one if there is none.
func (s CustomerSettings) companyRow(company, location string) (own CompanyMap) {
	for _, m := range s.CompanyCustomers {
		switch {
		case m.CompanyID != company:
		case m.LocationID == "":
			own = m
		case m.LocationID == location:
			return m
		}
	}
	return own
}

// BillTo is the customer who pays for o as the card says; "" leaves that to BC.
func (s CustomerSettings) BillTo(o orders.Order) string {
	if o.Company == nil {
		return ""
	}
	return strings.ToUpper(s.companyRow(o.Company.ID, o.Company.LocationID).BillToNo)
}

// CountryMap gives orders shipped to a country a fixed customer.
type CountryMap struct {
	Country    string `json:"country"` // ISO code of two letters
	CustomerNo string `json:"customerNo"`
}

// prefixLength leaves room for Shopify's customer ids in a customer number.
const prefixLength = 7

var (
	prefixForm  = regexp.MustCompile(`^[0-9A-Za-z._/-]*$`)
	countryForm = regexp.MustCompile(`^[A-Za-z]{2}$`)
)

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Customers and addresses", CustomerSettings{}, checkSettings,
	shop.Setting{Names: []string{"customerImport"}, Does: "`none`: all orders go to `defaultCustomerNo`; `with-order-import`; `all`: the job that keeps customers in step imports every customer of the shop, with or without orders", New: "blank, which is `with-order-import`", Theirs: "with order import"},
	shop.Setting{Names: []string{"customerMapping"}, Does: "how a customer is found: `email-phone`, `bill-to` (by name and billing address), or `default`: all orders go to `defaultCustomerNo`", New: "blank, which is `email-phone`", Theirs: "by e-mail and phone"},
	shop.Setting{Names: []string{"autoCreateUnknownCustomers"}, Does: "a buyer who is not found becomes a new customer"},
	shop.Setting{Names: []string{"defaultCustomerNo"}, Does: "the customer of orders without a customer of their own"},
	shop.Setting{Names: []string{"defaultCompanyNo"}, Does: "the customer of orders that are placed for a company (B2B) that neither `companyCustomers` nor a link has a customer for; without it they wait"},
	shop.Setting{Names: []string{"companyCustomers"}, Does: "the customer of orders that are placed for a company (B2B), or for one of its locations: `[{\"companyID\": \"40000271\", \"customerNo\": \"10000\"}, {\"companyID\": \"40000271\", \"locationID\": \"40000273\", \"customerNo\": \"20000\"}]`; `billToNo` beside `customerNo` names another customer who pays. A company without a row goes to the customer that the job that keeps companies in step has linked it with, else to `defaultCompanyNo`", Theirs: "by the company's link"},
	shop.Setting{Names: []string{"countryCustomers"}, Does: "the customer of all orders that are shipped to a country: `[{\"country\": \"SE\", \"customerNo\": \"10000\"}]`"},
	shop.Setting{Names: []string{"customerTemplates"}, Does: "what a new customer in a country has beside what Business Central's own template gives: `[{\"country\": \"US\", \"currency\": \"USD\", \"paymentTerms\": \"30D\", \"paymentMethod\": \"\", \"shipmentMethod\": \"\", \"taxArea\": \"\", \"salesperson\": \"\", \"taxLiable\": true}]`; a row without country is of all others. `taxLiable` makes a customer liable for sales tax unless Shopify says that they are exempt", Theirs: "a customer template for each country"},
	shop.Setting{Names: []string{"customerNoPrefix"}, Does: "what stands before the Shopify id in the number of a new customer, at most 7 letters, digits and `. _ / -`", New: "blank, which is `S`", Theirs: "-"},
	shop.Setting{Names: []string{"nameSource", "name2Source", "contactSource"}, Does: "what the name, the second name and the contact of an address are: `company`, `first-last`, `last-first` or `none`", New: "blank, which is company, first and last, first and last", Theirs: "the same"},
	shop.Setting{Names: []string{"countySource"}, Does: "whether the state is written as its `code` or its `name`", New: "blank, which is `code`", Theirs: "code"},
	shop.Setting{Names: []string{"countries"}, Does: "the company's codes of countries, where they are not the ISO code: `[{\"from\": \"GB\", \"to\": \"UK\"}]`", Theirs: "-"},
)

func checkSettings(c *shop.Checker, s CustomerSettings) {
	c.Word("customerImport", string(s.CustomerImport), string(ImportNone), string(WithOrderImport), string(AllCustomers))
	c.Word("customerMapping", string(s.CustomerMapping), string(ByEmailPhone), string(ByBillTo), string(DefaultCustomer))
	for _, f := range []struct {
		name  string
		value NameSource
	}{{"nameSource", s.NameSource}, {"name2Source", s.Name2Source}, {"contactSource", s.ContactSource}} {
		c.Word(f.name, string(f.value), string(NameCompany), string(NameFirstLast), string(NameLastFirst), string(NameNone))
	}
	c.Word("countySource", string(s.CountySource), string(CountyCode), string(CountyName))
	c.Number("defaultCustomerNo", s.DefaultCustomerNo)
	c.Number("defaultCompanyNo", s.DefaultCompanyNo)
	if len(s.CustomerNoPrefix) > prefixLength || !prefixForm.MatchString(s.CustomerNoPrefix) {
		c.Bad("customerNoPrefix", s.CustomerNoPrefix, fmt.Sprintf("at most %d letters, digits and . _ / -: the id of a Shopify customer follows", prefixLength))
	}
	for i, m := range s.CompanyCustomers {
		at := fmt.Sprintf("companyCustomers[%d].", i)
		c.ShopifyID(at+"companyID", m.CompanyID, "company")
		if m.LocationID != "" {
			c.ShopifyID(at+"locationID", m.LocationID, "company location")
		}
		c.Number(at+"customerNo", m.CustomerNo)
		if m.BillToNo != "" {
			c.Number(at+"billToNo", m.BillToNo)
		}
	}
	c.List("companyCustomers", len(s.CompanyCustomers), func(i int) shop.Row {
		m := s.CompanyCustomers[i]
		return shop.Row{Key: strings.TrimSuffix(m.CompanyID+"/"+m.LocationID, "/"), KeyName: "companyID", Value: m.CustomerNo, ValueName: "customerNo"}
	})
	for i, m := range s.CountryCustomers {
		at := fmt.Sprintf("countryCustomers[%d].", i)
		c.Form(at+"country", m.Country, countryForm, "a country's ISO code of two letters, such as DE")
		c.Number(at+"customerNo", m.CustomerNo)
	}
	c.List("countryCustomers", len(s.CountryCustomers), func(i int) shop.Row {
		return shop.Row{Key: s.CountryCustomers[i].Country, KeyName: "country", Value: s.CountryCustomers[i].CustomerNo, ValueName: "customerNo"}
	})
	checkTemplates(c, s.CustomerTemplates)
	c.Codes("countries", s.Countries, countryForm, "a country's ISO code of two letters, such as GB")
}
