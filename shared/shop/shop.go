// Package shop is the shop card: one connection of a Shopify shop with a
// Business Central company, its settings and its mapping tables.
package shop

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/record"
)

// Shop is the shop card. Field names are the connector's where it has the
// setting. A field that is missing in an older stored card has a working zero value.
type Shop struct {
	record.Rest // settings of a newer release

	Code        string    `json:"code"`   // ours, A-Z 0-9 -
	Domain      string    `json:"domain"` // x.myshopify.com
	Enabled     bool      `json:"enabled"`
	ConnectedAt time.Time `json:"connectedAt"`
	TimeZone    string    `json:"timeZone,omitempty"` // IANA; "" is UTC
	Currency    string    `json:"currency"`           // the shop's, ISO

	Company Company `json:"company"`

	// ImportFrom is where the first import starts; zero means ConnectedAt.
	ImportFrom time.Time `json:"importFrom,omitzero"`

	CurrencyHandling CurrencyHandling `json:"currencyHandling,omitempty"`
	TaxMode          TaxMode          `json:"taxMode,omitempty"`

	UseShopifyOrderNo       bool `json:"useShopifyOrderNo,omitempty"`       // document number = Shopify name; the number series must allow manual numbers
	ShopifyOrderNoOnDocLine bool `json:"shopifyOrderNoOnDocLine,omitempty"` // first line is a comment with the name
	OrderAttributesToShop   bool `json:"orderAttributesToShop,omitempty"`   // write the BC number back; off by default
	// KeepProcessedOrders is for how many days the copy of an order that has its
	// document is kept; 0 is 90, -1 keeps it for ever.
	KeepProcessedOrders int `json:"keepProcessedOrders,omitempty"`

	ShippingChargesAccount string          `json:"shippingChargesAccount,omitempty"`
	TipAccount             string          `json:"tipAccount,omitempty"`
	SoldGiftCardAccount    string          `json:"soldGiftCardAccount,omitempty"`
	CashRoundingsAccount   string          `json:"cashRoundingsAccount,omitempty"`
	FeeAccount             string          `json:"feeAccount,omitempty"`        // additional fees and duties
	SalesTaxAccount        string          `json:"salesTaxAccount,omitempty"`   // TaxMode SalesTax
	ChannelTaxAccount      string          `json:"channelTaxAccount,omitempty"` // tax the channel owes
	RoundingAccount        string          `json:"roundingAccount,omitempty"`   // total differences within Tolerance
	Tolerance              decimal.Decimal `json:"tolerance"`                   // largest difference a rounding line may take

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

	SKUMapping         SKUMapping `json:"skuMapping,omitempty"`
	SKUFieldSeparator  string     `json:"skuFieldSeparator,omitempty"` // "" is "|"
	FindMappingByGTIN  bool       `json:"findMappingByGTIN,omitempty"` // the variant's barcode against items.gtin; on in a new card
	DefaultLocationID  string     `json:"defaultLocationID,omitempty"` // Shopify location of lines without one
	UnknownItemAccount string     `json:"unknownItemAccount,omitempty"`

	// TaxCodes maps a tax rate to the VAT product posting group (or tax group)
	// of lines taxed at it; a rate without a row leaves BC's own choice.
	TaxCodes []TaxCodeMap `json:"taxCodes,omitempty"`

	// BCWins names fields of a document that Business Central decides: they are
	// neither sent nor compared. See sales.Winners for the names.
	BCWins []string `json:"bcWins,omitempty"`

	Locations        []LocationMap `json:"locations,omitempty"`
	ShipmentMethods  []ShipmentMap `json:"shipmentMethods,omitempty"`
	PaymentTerms     []TermsMap    `json:"paymentTerms,omitempty"`
	CountryCustomers []CountryMap  `json:"countryCustomers,omitempty"`
	Countries        []CodeMap     `json:"countries,omitempty"`  // ISO code to BC country code, where they differ
	Currencies       []CodeMap     `json:"currencies,omitempty"` // ISO code to BC currency code, where they differ; the local one too
	Variants         []VariantMap  `json:"variants,omitempty"`   // explicit variant mappings, win over SKU
}

// New is the card of a shop that is connected now: the connector's defaults.
// What differs from a field's zero value is set here, once, when the card is made.
// A stored card keeps what it says, so a later default changes no shop.
func New(code string, now time.Time) Shop {
	return Shop{Code: code, Enabled: true, ConnectedAt: now.UTC(), FindMappingByGTIN: true}
}

// Company is the BC side of the connection.
type Company struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	ID          string `json:"id"` // guid
	LCY         string `json:"lcy"`
}

// Key is what is stored of the company goes by: environment and id, "" without an
// id. A sandbox that was copied from production has companies of the same ids. The
// tenant is left out: it has two names, its guid and its domain.
func (c Company) Key() string {
	if c.ID == "" {
		return ""
	}
	return strings.ToLower(c.Environment + "/" + c.ID)
}

// CurrencyHandling says which amounts a document uses.
type CurrencyHandling string

// Stored values; "" is ShopCurrency.
const (
	ShopCurrency        CurrencyHandling = "shop"
	PresentmentCurrency CurrencyHandling = "presentment"
)

// TaxMode says how a document carries tax.
type TaxMode string

// Stored values; "" means VATIncluded for orders with taxes included, else VATOnTop.
const (
	TaxAuto     TaxMode = ""
	VATIncluded TaxMode = "vat-included" // prices include VAT
	VATOnTop    TaxMode = "vat-on-top"   // BC adds VAT
	SalesTax    TaxMode = "sales-tax"    // untaxed lines, one account line per tax title as Shopify charged it
)

// CustomerImport says who may be imported; "" is WithOrderImport.
type CustomerImport string

// Stored values.
const (
	ImportNone      CustomerImport = "none"
	WithOrderImport CustomerImport = "with-order-import"
	AllCustomers    CustomerImport = "all"
)

// CustomerMapping is how a BC customer is found; "" is ByEmailPhone.
type CustomerMapping string

// Stored values.
const (
	ByEmailPhone    CustomerMapping = "email-phone"
	ByBillTo        CustomerMapping = "bill-to"
	DefaultCustomer CustomerMapping = "default"
)

// NameSource says which name a name field takes.
type NameSource string

// Stored values; "" is the connector's default of the field.
const (
	NameCompany   NameSource = "company"
	NameFirstLast NameSource = "first-last"
	NameLastFirst NameSource = "last-first"
	NameNone      NameSource = "none"
)

// CountySource says what goes into the state field; "" is CountyCode.
type CountySource string

// Stored values.
const (
	CountyCode CountySource = "code"
	CountyName CountySource = "name"
)

// SKUMapping says what a SKU means in BC.
type SKUMapping string

// Stored values; "" uses only the barcode.
const (
	SKUItemNo        SKUMapping = "item-no"
	SKUVariantCode   SKUMapping = "variant-code"
	SKUItemNoVariant SKUMapping = "item-no-variant-code"
	SKUGTIN          SKUMapping = "bar-code"
)

// TaxCodeMap maps a tax rate (0.25; 0 for untaxed) to a tax code of BC.
type TaxCodeMap struct {
	Rate decimal.Decimal `json:"rate"`
	Code string          `json:"code"`
}

// TaxCode is the tax code of lines taxed at rate, "" if none is mapped.
func (s Shop) TaxCode(rate decimal.Decimal) string {
	for _, m := range s.TaxCodes {
		if m.Rate.Equal(rate) {
			return m.Code
		}
	}
	return ""
}

// CurrencyCode is the company's code of a currency of Shopify, in upper case: what
// the card maps it to, else the ISO code itself.
func (s Shop) CurrencyCode(iso string) string {
	for _, m := range s.Currencies {
		if strings.EqualFold(m.From, iso) {
			return strings.ToUpper(m.To)
		}
	}
	return strings.ToUpper(iso)
}

// LocationMap maps a Shopify location to a BC location code.
type LocationMap struct {
	LocationID string `json:"locationID"`
	Name       string `json:"name,omitempty"`
	Code       string `json:"code"`
}

// ShipmentMap maps a shipping line's title to a BC shipment method and account.
type ShipmentMap struct {
	Title   string `json:"title"`
	Code    string `json:"code,omitempty"`
	Account string `json:"account,omitempty"` // "" is ShippingChargesAccount
}

// TermsMap maps Shopify payment terms to BC's.
type TermsMap struct {
	Type string `json:"type"`
	Name string `json:"name,omitempty"`
	Code string `json:"code"`
}

// CountryMap gives orders shipped to a country a fixed customer.
type CountryMap struct {
	Country    string `json:"country"`
	CustomerNo string `json:"customerNo"`
}

// CodeMap maps one code to another.
type CodeMap struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// VariantMap maps a Shopify variant to a BC item (and variant) by hand.
type VariantMap struct {
	VariantID   string `json:"variantID"`
	ItemNo      string `json:"itemNo"`
	VariantCode string `json:"variantCode,omitempty"`
	UoM         string `json:"uom,omitempty"`
}

// Location is the time zone, UTC when it is unset or unknown.
func (s Shop) Location() *time.Location {
	if l, err := time.LoadLocation(s.TimeZone); err == nil && s.TimeZone != "" {
		return l
	}
	return time.UTC
}
