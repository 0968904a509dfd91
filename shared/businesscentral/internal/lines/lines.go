// Package lines is what the documents of Business Central's sales API have in common:
// their lines, as they are read and as they are sent.
package lines

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/sales"
)

// Digits is a JSON number kept as its digits; BC sends and wants numbers, and
// a float would lose cents.
type Digits = json.Number

// Line is what is read of a line of any sales document.
type Line struct {
	ETag string `json:"@odata.etag,omitempty"`
	ID   string `json:"id,omitempty"`

	Sequence          int    `json:"sequence,omitempty"`
	LineType          string `json:"lineType,omitempty"`
	LineObjectNumber  string `json:"lineObjectNumber,omitempty"`
	ItemVariantID     string `json:"itemVariantId,omitempty"`
	LocationID        string `json:"locationId,omitempty"`
	UnitOfMeasureCode string `json:"unitOfMeasureCode,omitempty"`
	TaxCode           string `json:"taxCode,omitempty"`
	Quantity          Digits `json:"quantity,omitempty"`
	UnitPrice         Digits `json:"unitPrice,omitempty"`
	DiscountAmount    Digits `json:"discountAmount,omitempty"`
	Description       string `json:"description,omitempty"`

	// Computed by BC, or written by later steps only.
	TaxPercent Digits `json:"taxPercent,omitempty"`
	// Net amounts are the booked ones, after invoice discount and with carried
	// cents: their sums are the document's totals.
	NetAmount             Digits `json:"netAmount,omitempty"`
	NetTaxAmount          Digits `json:"netTaxAmount,omitempty"`
	NetAmountIncludingTax Digits `json:"netAmountIncludingTax,omitempty"`
}

// Body is what is sent of a line, in the order in which BC writes it. A nil field is
// not sent. The tax code comes before the price: in documents with prices including
// VAT a change of the rate rescales the price that is there.
type Body struct {
	Sequence          *int    `json:"sequence,omitempty"` // at creation only, as type and object are
	LineType          *string `json:"lineType,omitempty"`
	LineObjectNumber  *string `json:"lineObjectNumber,omitempty"`
	ItemVariantID     *string `json:"itemVariantId,omitempty"`
	LocationID        *string `json:"locationId,omitempty"`
	UnitOfMeasureCode *string `json:"unitOfMeasureCode,omitempty"`
	Quantity          *Digits `json:"quantity,omitempty"`
	TaxCode           *string `json:"taxCode,omitempty"`
	UnitPrice         *Digits `json:"unitPrice,omitempty"`
	DiscountAmount    *Digits `json:"discountAmount,omitempty"`
	Description       *string `json:"description,omitempty"`
}

// Inserted is the body that creates l.
func Inserted(l sales.Line) Body {
	kind := types[l.Kind]
	b := Body{Sequence: &l.Sequence, LineType: &kind, Description: Given(l.Description)}
	if l.Kind == sales.CommentLine {
		return b
	}
	b.LineObjectNumber, b.ItemVariantID = &l.Object, Given(l.Variant)
	b.LocationID, b.UnitOfMeasureCode, b.TaxCode = Given(l.Location), Given(l.Unit), Given(l.TaxCode)
	b.Quantity, b.UnitPrice, b.DiscountAmount = Decimal(l.Quantity), Decimal(l.UnitPrice), Decimal(l.Discount)
	return b
}

// Changed is the body that makes a line what l says. The tax code is sent only
// when taxed: a code that is there already would be validated all the same,
// since what is read is another one. Quantity, price and discount go together.
func Changed(l sales.Line, taxed bool) Body {
	b := Body{
		LocationID: Given(l.Location), UnitOfMeasureCode: Given(l.Unit),
		Quantity: Decimal(l.Quantity), UnitPrice: Decimal(l.UnitPrice), DiscountAmount: Decimal(l.Discount),
	}
	if taxed {
		b.TaxCode = Given(l.TaxCode)
	}
	return b
}

// Given is a value to send, nil if there is none.
func Given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Decimal is d as it is sent.
func Decimal(d decimal.Decimal) *Digits {
	n := Digits(d.String())
	return &n
}

// types are the kinds of lines as BC encodes them in JSON.
var types = map[sales.LineKind]string{sales.ItemLine: "Item", sales.AccountLine: "Account", sales.CommentLine: "Comment"}

func kindOf(s string) sales.LineKind {
	for k, name := range types {
		if name == s {
			return k
		}
	}
	return 0
}

// Reading reads amounts, and keeps the first one that could not be read in Err.
type Reading struct{ Err error }

// Amount is 0 for one that the answer leaves out.
func (r *Reading) Amount(name string, v Digits) decimal.Decimal {
	if v == "" {
		return decimal.Zero
	}
	d, err := money.Parse(string(v))
	if err != nil && r.Err == nil {
		r.Err = fmt.Errorf("%s: %w", name, err)
	}
	return d
}

// Must is Amount for one that has to be there.
func (r *Reading) Must(name string, v Digits) decimal.Decimal {
	if v == "" && r.Err == nil {
		r.Err = fmt.Errorf("%s is missing in the answer", name)
	}
	return r.Amount(name, v)
}

// Line is l as a line that was found. Net amounts of all but comments have to be there.
func (r *Reading) Line(l Line) sales.FoundLine {
	out := sales.FoundLine{
		ID: l.ID, Mark: l.ETag,
		Line: sales.Line{
			Sequence: l.Sequence, Kind: kindOf(l.LineType), Object: l.LineObjectNumber, Variant: id(l.ItemVariantID), Location: id(l.LocationID),
			Unit: l.UnitOfMeasureCode, TaxCode: l.TaxCode, Description: l.Description,
			Quantity: r.Amount("quantity", l.Quantity), UnitPrice: r.Amount("unitPrice", l.UnitPrice), Discount: r.Amount("discountAmount", l.DiscountAmount),
			Percent: r.Amount("taxPercent", l.TaxPercent),
		},
	}
	if out.Kind != sales.CommentLine {
		out.Net, out.Tax, out.Gross = r.Must("netAmount", l.NetAmount), r.Must("netTaxAmount", l.NetTaxAmount), r.Must("netAmountIncludingTax", l.NetAmountIncludingTax)
	}
	return out
}

// id is s, "" for the id that stands for none.
func id(s string) string {
	if s == "00000000-0000-0000-0000-000000000000" {
		return ""
	}
	return s
}
