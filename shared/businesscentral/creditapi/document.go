package creditapi

import (
	"fmt"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/sales"
)

// created is the body that creates d.
func created(d sales.Document) memoBody {
	b := written(d)
	b.Number, b.CustomerNumber, b.CurrencyCode = given(d.Number), given(d.Customer), given(d.Currency)
	b.ExternalDocumentNumber, b.DiscountAmount = &d.ExternalNumber, decimalOf(decimal.Zero)
	for _, l := range d.Lines {
		b.Lines = append(b.Lines, inserted(l))
	}
	return b
}

// written is the header fields of d that may be changed at any time.
func written(d sales.Document) memoBody {
	mine := func(name, v string) *string {
		if d.Leaves(name) {
			return nil
		}
		return &v
	}
	b := memoBody{
		SellToAddressLine1: mine("sellToAddressLine1", d.SellTo.Line1), SellToAddressLine2: mine("sellToAddressLine2", d.SellTo.Line2),
		SellToCountry: mine("sellToCountry", d.SellTo.Country), SellToPostCode: mine("sellToPostCode", d.SellTo.PostCode),
		SellToCity: mine("sellToCity", d.SellTo.City), SellToState: mine("sellToState", d.SellTo.State),
		BillToAddressLine1: mine("sellToAddressLine1", d.SellTo.Line1), BillToAddressLine2: mine("sellToAddressLine2", d.SellTo.Line2),
		BillToCountry: mine("sellToCountry", d.SellTo.Country), BillToPostCode: mine("sellToPostCode", d.SellTo.PostCode),
		BillToCity: mine("sellToCity", d.SellTo.City), BillToState: mine("sellToState", d.SellTo.State),
		PhoneNumber: mine("phoneNumber", d.Phone), Email: mine("email", d.Email),
	}
	if d.Date != "" {
		b.CreditMemoDate = mine("orderDate", d.Date)
	}
	return b
}

func inserted(l sales.Line) lineBody {
	kind := lineTypes[l.Kind]
	b := lineBody{Sequence: &l.Sequence, LineType: &kind, Description: given(l.Description)}
	if l.Kind == sales.CommentLine {
		return b
	}
	b.LineObjectNumber, b.ItemVariantID = &l.Object, given(l.Variant)
	b.LocationID, b.UnitOfMeasureCode, b.TaxCode = given(l.Location), given(l.Unit), given(l.TaxCode)
	b.Quantity, b.UnitPrice, b.DiscountAmount = decimalOf(l.Quantity), decimalOf(l.UnitPrice), decimalOf(l.Discount)
	return b
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func decimalOf(d decimal.Decimal) *digits {
	n := digits(d.String())
	return &n
}

var lineTypes = map[sales.LineKind]string{sales.ItemLine: "Item", sales.AccountLine: "Account", sales.CommentLine: "Comment"}

func lineKind(s string) sales.LineKind {
	for k, name := range lineTypes {
		if name == s {
			return k
		}
	}
	return 0
}

// found is m as a document. An amount that cannot be read is an error: nothing may be
// decided by the rest.
func found(m memo) (sales.Found, error) {
	f := sales.Found{
		ID: m.ID, Mark: m.ETag, Draft: m.Status == "Draft", PostingDate: m.PostingDate, BillToCustomer: m.BillToCustomerNumber,
		Header: sales.Document{
			Number: m.Number, ExternalNumber: m.ExternalDocumentNumber, Date: m.CreditMemoDate, Customer: m.CustomerNumber,
			Currency: m.CurrencyCode, PricesIncludeTax: m.PricesIncludeTax, Phone: m.PhoneNumber, Email: m.Email,
			SellTo: sales.Address{
				Line1: m.SellToAddressLine1, Line2: m.SellToAddressLine2, City: m.SellToCity,
				State: m.SellToState, PostCode: m.SellToPostCode, Country: m.SellToCountry,
			},
		},
		BillTo: sales.Address{
			Line1: m.BillToAddressLine1, Line2: m.BillToAddressLine2, City: m.BillToCity,
			State: m.BillToState, PostCode: m.BillToPostCode, Country: m.BillToCountry,
		},
	}
	var r reading
	f.Discount = r.amount("discountAmount", m.DiscountAmount)
	for _, l := range m.Lines {
		f.Lines = append(f.Lines, r.line(l))
	}
	if r.err != nil {
		return f, fmt.Errorf("credit memo %s: %w", m.Number, r.err)
	}
	return f, nil
}

// reading keeps the first amount that could not be read.
type reading struct{ err error }

func (r *reading) amount(name string, v digits) decimal.Decimal {
	if v == "" {
		return decimal.Zero
	}
	d, err := money.Parse(string(v))
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%s: %w", name, err)
	}
	return d
}

// must is amount for one that has to be there.
func (r *reading) must(name string, v digits) decimal.Decimal {
	if v == "" && r.err == nil {
		r.err = fmt.Errorf("%s is missing in the answer", name)
	}
	return r.amount(name, v)
}

func (r *reading) line(l memoLine) sales.FoundLine {
	out := sales.FoundLine{
		ID: l.ID, Mark: l.ETag,
		Line: sales.Line{
			Sequence: l.Sequence, Kind: lineKind(l.LineType), Object: l.LineObjectNumber, Variant: id(l.ItemVariantID), Location: id(l.LocationID),
			Unit: l.UnitOfMeasureCode, TaxCode: l.TaxCode, Description: l.Description,
			Quantity: r.amount("quantity", l.Quantity), UnitPrice: r.amount("unitPrice", l.UnitPrice), Discount: r.amount("discountAmount", l.DiscountAmount),
			Percent: r.amount("taxPercent", l.TaxPercent),
		},
	}
	if out.Kind != sales.CommentLine {
		out.Net, out.Tax, out.Gross = r.must("netAmount", l.NetAmount), r.must("netTaxAmount", l.NetTaxAmount), r.must("netAmountIncludingTax", l.NetAmountIncludingTax)
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
