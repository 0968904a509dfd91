package sales

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"backroom/shared/bcapi"
)

// Whose says whose word a field is.
type Whose string

// The three kinds.
const (
	// TheOrders is what the order says, a blank too.
	TheOrders Whose = "the order's"
	// Mapped is compared only where the order or the card gave a value.
	Mapped Whose = "mapped"
	// Theirs is what Business Central works out; it is never written.
	Theirs Whose = "Business Central's"
)

// Mend is how a difference in a field can be put right.
type Mend string

// The ways, from the cheapest to none.
const (
	// ByHeader is a change of the header.
	ByHeader Mend = "a change of the header"
	// ByDiscount is a change of the header's discount, which the lines' amounts follow.
	ByDiscount Mend = "a change of the header's discount"
	// ByLine is a change of the line.
	ByLine Mend = "a change of the line"
	// ByRemaking is to delete the untouched document and to make it again: the
	// change of such a field re-creates or converts all lines.
	ByRemaking Mend = "making it again"
	// ByNobody is a difference that only a person can put right.
	ByNobody Mend = "nobody"
)

// Field is one text field of the header. Its name is the API's.
type Field struct {
	Name   string
	Whose  Whose
	Mend   Mend
	Form   bcapi.Form
	Length int // UTF-16 units that it holds; 0 for one that is plain
	at     func(*Document) *string
}

// fields of the header, in the order in which they are written.
var fields = []Field{
	{"number", Mapped, ByNobody, bcapi.KeyForm, bcapi.NumberLength, func(d *Document) *string { return &d.Number }},
	{"externalDocumentNumber", TheOrders, ByNobody, bcapi.KeyForm, bcapi.ExternalNumberLength, func(d *Document) *string { return &d.ExternalNumber }},
	{"orderDate", TheOrders, ByHeader, bcapi.PlainForm, 0, func(d *Document) *string { return &d.Date }},
	{"customerNumber", Mapped, ByRemaking, bcapi.KeyForm, bcapi.NumberLength, func(d *Document) *string { return &d.Customer }},
	{BillToCustomer, Mapped, ByRemaking, bcapi.KeyForm, bcapi.NumberLength, func(d *Document) *string { return &d.BillToCustomer }},
	{"shipToName", TheOrders, ByHeader, bcapi.TextForm, bcapi.NameLength, func(d *Document) *string { return &d.ShipToName }},
	{"shipToContact", TheOrders, ByHeader, bcapi.TextForm, bcapi.NameLength, func(d *Document) *string { return &d.ShipToContact }},
	{"sellToAddressLine1", TheOrders, ByHeader, bcapi.TextForm, bcapi.NameLength, func(d *Document) *string { return &d.SellTo.Line1 }},
	{"sellToAddressLine2", TheOrders, ByHeader, bcapi.TextForm, bcapi.Address2Length, func(d *Document) *string { return &d.SellTo.Line2 }},
	{"sellToCountry", TheOrders, ByHeader, bcapi.KeyForm, bcapi.CountryLength, func(d *Document) *string { return &d.SellTo.Country }},
	{"sellToPostCode", TheOrders, ByHeader, bcapi.CodeForm, bcapi.PostCodeLength, func(d *Document) *string { return &d.SellTo.PostCode }},
	{"sellToCity", TheOrders, ByHeader, bcapi.TextForm, bcapi.CityLength, func(d *Document) *string { return &d.SellTo.City }},
	{"sellToState", TheOrders, ByHeader, bcapi.TextForm, bcapi.CityLength, func(d *Document) *string { return &d.SellTo.State }},
	{"shipToAddressLine1", TheOrders, ByHeader, bcapi.TextForm, bcapi.NameLength, func(d *Document) *string { return &d.ShipTo.Line1 }},
	{"shipToAddressLine2", TheOrders, ByHeader, bcapi.TextForm, bcapi.Address2Length, func(d *Document) *string { return &d.ShipTo.Line2 }},
	{"shipToCountry", TheOrders, ByHeader, bcapi.KeyForm, bcapi.CountryLength, func(d *Document) *string { return &d.ShipTo.Country }},
	{"shipToPostCode", TheOrders, ByHeader, bcapi.CodeForm, bcapi.PostCodeLength, func(d *Document) *string { return &d.ShipTo.PostCode }},
	{"shipToCity", TheOrders, ByHeader, bcapi.TextForm, bcapi.CityLength, func(d *Document) *string { return &d.ShipTo.City }},
	{"shipToState", TheOrders, ByHeader, bcapi.TextForm, bcapi.CityLength, func(d *Document) *string { return &d.ShipTo.State }},
	{"currencyCode", TheOrders, ByRemaking, bcapi.KeyForm, bcapi.CountryLength, func(d *Document) *string { return &d.Currency }},
	{"paymentTermsId", Mapped, ByHeader, bcapi.PlainForm, 0, func(d *Document) *string { return &d.PaymentTerms }},
	{"dueDate", Mapped, ByHeader, bcapi.PlainForm, 0, func(d *Document) *string { return &d.DueDate }},
	{"shipmentMethodId", Mapped, ByHeader, bcapi.PlainForm, 0, func(d *Document) *string { return &d.ShipmentMethod }},
	{"salesperson", Mapped, ByHeader, bcapi.KeyForm, bcapi.NumberLength, func(d *Document) *string { return &d.Salesperson }},
	{"phoneNumber", TheOrders, ByHeader, bcapi.PhoneForm, bcapi.PhoneLength, func(d *Document) *string { return &d.Phone }},
	{"email", TheOrders, ByHeader, bcapi.EmailForm, bcapi.EmailLength, func(d *Document) *string { return &d.Email }},
}

// Fields is a copy of the table of the header's text fields.
func Fields() []Field { return slices.Clone(fields) }

// In is the field's place in d.
func (f Field) In(d *Document) *string { return f.at(d) }

// rule is one row of what is compared beside the header's text fields.
type rule struct {
	Name  string
	Whose Whose
	Mend  Mend
}

// others are what is compared beside the header's text fields.
var others = []rule{
	{PricesIncludeTax, Mapped, ByRemaking},
	{headerDiscount, TheOrders, ByDiscount},
	{BillTo, Theirs, ByHeader},
	{LineObject, TheOrders, ByRemaking},
	{lineVariant, TheOrders, ByRemaking},
	{lineUnit, TheOrders, ByLine},
	{lineLocation, Mapped, ByLine},
	{lineQuantity, TheOrders, ByLine},
	{linePrice, TheOrders, ByLine},
	{lineDiscount, TheOrders, ByLine},
	{LinePercent, Mapped, ByLine},
	{LineTax, Theirs, ByNobody},
	{Lines, Theirs, ByNobody},
	{RateNet, Theirs, ByNobody},
	{RateTax, Theirs, ByNobody},
	{Total, Theirs, ByNobody},
}

// Names of what is compared beside the header's text fields. Lines' names are
// the API's as well.
const (
	PricesIncludeTax = "pricesIncludeTax"
	headerDiscount   = "discountAmount of the document"
	BillTo           = "billToAddress"
	BillToCustomer   = "billToCustomerNumber"
	LineObject       = "lineObjectNumber"
	lineVariant      = "itemVariantId"
	lineUnit         = "unitOfMeasureCode"
	lineLocation     = "locationId"
	lineQuantity     = "quantity"
	linePrice        = "unitPrice"
	lineDiscount     = "discountAmount"
	LinePercent      = "taxPercent"
	LineTax          = "netTaxAmount"
	Lines            = "lines"
	RateNet          = "net amount"
	RateTax          = "tax"
	Total            = "total"
)

// wins are the names under which a setting may leave fields to Business Central,
// besides the fields' own.
var wins = map[string][]string{
	"phone": {"phoneNumber"},
	"sellTo": {
		"sellToAddressLine1", "sellToAddressLine2", "sellToCountry", "sellToPostCode", "sellToCity", "sellToState",
	},
	"shipTo": {
		"shipToName", "shipToContact", "shipToAddressLine1", "shipToAddressLine2", "shipToCountry", "shipToPostCode", "shipToCity", "shipToState",
	},
}

// Winners are the fields that names leave to Business Central. A name is a text
// field of the header that is the order's and that a change of the header can put
// right, or "phone", "sellTo", "shipTo"; any other is an error that says which
// there are.
func Winners(names []string) ([]string, error) {
	var out []string
	for _, n := range names {
		switch {
		case mayWin(n):
			out = append(out, n)
		case wins[n] != nil:
			out = append(out, wins[n]...)
		default:
			return out, fmt.Errorf("bcWins: %q: must be one of %s", n, strings.Join(Winnable(), ", "))
		}
	}
	return out, nil
}

// Winnable are the names that [Winners] takes.
func Winnable() []string {
	known := slices.Sorted(maps.Keys(wins))
	for _, f := range fields {
		if mayWin(f.Name) {
			known = append(known, f.Name)
		}
	}
	return known
}

func mayWin(name string) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name && f.Whose == TheOrders && f.Mend == ByHeader })
}

// mend is how a difference in what is no text field of the header is put right.
func mend(name string) Mend {
	i := slices.IndexFunc(others, func(r rule) bool { return r.Name == name })
	return others[i].Mend
}

// Fit brings every text into the form and length that the other side keeps.
func (d *Document) Fit() {
	for _, f := range fields {
		p := f.at(d)
		*p = f.Form.Fit(*p, f.Length)
	}
	for i := range d.Lines {
		l := &d.Lines[i]
		l.Object, l.Unit, l.TaxCode = bcapi.Code(l.Object), bcapi.Code(l.Unit), bcapi.Code(l.TaxCode)
		l.Description = bcapi.TextForm.Fit(l.Description, bcapi.NameLength)
	}
}
