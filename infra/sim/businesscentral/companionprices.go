package businesscentral

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"
)

// ItemPrice is a line of an active price list for sales, which API v2.0 does not show
// (10.7). It is for whoever reads the companion API: documents go by [PriceRule].
type ItemPrice struct {
	SourceType      string          `json:"sourceType,omitempty"` // "" is All Customers
	SourceNumber    string          `json:"sourceNumber,omitempty"`
	Variant         string          `json:"variant,omitempty"`
	Unit            string          `json:"unit,omitempty"`
	Currency        string          `json:"currency,omitempty"` // "" is local
	MinimumQuantity decimal.Decimal `json:"minimumQuantity,omitzero"`
	Starting        string          `json:"starting,omitempty"`
	Ending          string          `json:"ending,omitempty"`
	UnitPrice       decimal.Decimal `json:"unitPrice"`
	IncludesTax     bool            `json:"includesTax,omitempty"`
	Discount        decimal.Decimal `json:"discount,omitzero"` // of the line, in percent
}

// ItemReference is what others call an item: a bar code, a vendor's number.
type ItemReference struct {
	Variant string `json:"variant,omitempty"`
	Unit    string `json:"unit,omitempty"`
	Type    string `json:"type,omitempty"` // "" is Bar Code
	Number  string `json:"number"`
}

// CompanionPrice is a row of salesPrices.
type CompanionPrice struct {
	Record
	SourceType      string          `json:"sourceType" bc:"text:30,ro"`
	SourceNumber    string          `json:"sourceNumber" bc:"code:20,ro"`
	ItemNumber      string          `json:"itemNumber" bc:"code:20,ro"`
	VariantCode     string          `json:"variantCode" bc:"code:10,ro"`
	Unit            string          `json:"unitOfMeasureCode" bc:"code:10,ro"`
	Currency        string          `json:"currencyCode" bc:"code:10,ro"`
	MinimumQuantity decimal.Decimal `json:"minimumQuantity" bc:"dec,ro"`
	Starting        string          `json:"startingDate" bc:"date,ro"`
	Ending          string          `json:"endingDate" bc:"date,ro"`
	UnitPrice       decimal.Decimal `json:"unitPrice" bc:"dec,ro"`
	IncludesTax     bool            `json:"priceIncludesTax" bc:"bool,ro"`
	Discount        decimal.Decimal `json:"lineDiscountPercent" bc:"dec,ro"`
}

// CompanionReference is a row of itemReferences.
type CompanionReference struct {
	Record
	ItemNumber  string `json:"itemNumber" bc:"code:20,ro"`
	VariantCode string `json:"variantCode" bc:"code:10,ro"`
	Unit        string `json:"unitOfMeasureCode" bc:"code:10,ro"`
	Type        string `json:"referenceType" bc:"text:30,ro"`
	Number      string `json:"referenceNumber" bc:"code:50,ro"`
}

func init() { //nolint:gochecknoinits // the views read sets, which name them
	prices := define[CompanionPrice]("salesPrices", "salesPrice", readOnly, nil)
	prices.view = (*tx).companionPrices
	references := define[CompanionReference]("itemReferences", "itemReference", readOnly, nil)
	references.view = (*tx).companionReferences
	for _, st := range []*set{prices, references} {
		companionSets[st.name] = st
	}
}

// inOrder are the items in the order of their numbers.
func (t *tx) inOrder() (items []*Item) {
	for _, r := range t.tables[setItems].rows {
		if i, ok := r.(*Item); ok {
			items = append(items, i)
		}
	}
	slices.SortFunc(items, func(a, b *Item) int { return cmp.Compare(a.Number, b.Number) })
	return items
}

func (t *tx) companionPrices() (out []row) {
	for _, i := range t.inOrder() {
		for n, p := range i.Prices {
			out = append(out, &CompanionPrice{
				Record:     Record{ID: guidOf(t.id + "/price/" + i.Number + "/" + strconv.Itoa(n)), Modified: i.Modified, Rev: i.Rev},
				SourceType: cmp.Or(p.SourceType, "All Customers"), SourceNumber: p.SourceNumber, ItemNumber: i.Number, VariantCode: p.Variant,
				Unit: p.Unit, Currency: p.Currency, MinimumQuantity: p.MinimumQuantity, Starting: cmp.Or(p.Starting, zeroDate), Ending: cmp.Or(p.Ending, zeroDate),
				UnitPrice: p.UnitPrice, IncludesTax: p.IncludesTax, Discount: p.Discount,
			})
		}
	}
	return out
}

func (t *tx) companionReferences() (out []row) {
	for _, i := range t.inOrder() {
		for _, r := range i.References {
			typ := cmp.Or(r.Type, "Bar Code")
			out = append(out, &CompanionReference{
				Record:     Record{ID: guidOf(t.id + "/reference/" + i.Number + "/" + typ + "/" + r.Variant + "/" + r.Number), Modified: i.Modified, Rev: i.Rev},
				ItemNumber: i.Number, VariantCode: r.Variant, Unit: r.Unit, Type: typ, Number: r.Number,
			})
		}
	}
	return out
}
