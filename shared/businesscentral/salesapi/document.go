package salesapi

import (
	"fmt"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/sales"
)

// statusDraft is a document that nobody has released or sent for approval.
const statusDraft = "Draft"

// posted is the body that creates d.
func posted(d sales.Document) orderBody {
	b := written(d)
	b.Number, b.CustomerNumber, b.CurrencyCode = given(d.Number), given(d.Customer), given(d.Currency)
	b.ExternalDocumentNumber, b.PricesIncludeTax = &d.ExternalNumber, d.PricesIncludeTax
	b.DiscountAmount = decimalOf(decimal.Zero)
	for _, l := range d.Sent() {
		b.Lines = append(b.Lines, inserted(l))
	}
	return b
}

// written is the header fields of d that may be changed at any time, all of
// them: BC validates only those that differ.
func written(d sales.Document) orderBody {
	order := func(name, v string) *string {
		if d.Leaves(name) {
			return nil
		}
		return &v
	}
	b := orderBody{
		ShipToName: order("shipToName", d.ShipToName), ShipToContact: order("shipToContact", d.ShipToContact),
		SellToAddressLine1: order("sellToAddressLine1", d.SellTo.Line1), SellToAddressLine2: order("sellToAddressLine2", d.SellTo.Line2),
		SellToCountry: order("sellToCountry", d.SellTo.Country), SellToPostCode: order("sellToPostCode", d.SellTo.PostCode),
		SellToCity: order("sellToCity", d.SellTo.City), SellToState: order("sellToState", d.SellTo.State),
		ShipToAddressLine1: order("shipToAddressLine1", d.ShipTo.Line1), ShipToAddressLine2: order("shipToAddressLine2", d.ShipTo.Line2),
		ShipToCountry: order("shipToCountry", d.ShipTo.Country), ShipToPostCode: order("shipToPostCode", d.ShipTo.PostCode),
		ShipToCity: order("shipToCity", d.ShipTo.City), ShipToState: order("shipToState", d.ShipTo.State),
		PaymentTermsID: given(d.PaymentTerms), ShipmentMethodID: given(d.ShipmentMethod), Salesperson: given(d.Salesperson),
		PhoneNumber: order("phoneNumber", d.Phone), Email: order("email", d.Email),
	}
	if d.Date != "" {
		b.OrderDate = order("orderDate", d.Date)
	}
	return b
}

// inserted is the body that creates l.
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

// changed is the body that makes a line what l says. The tax code is sent only
// when taxed: a code that is there already would be validated all the same,
// since what is read is another one. Quantity, price and discount go together.
func changedLine(l sales.Line, taxed bool) lineBody {
	b := lineBody{
		LocationID: given(l.Location), UnitOfMeasureCode: given(l.Unit),
		Quantity: decimalOf(l.Quantity), UnitPrice: decimalOf(l.UnitPrice), DiscountAmount: decimalOf(l.Discount),
	}
	if taxed {
		b.TaxCode = given(l.TaxCode)
	}
	return b
}

// given is a value to send, nil if there is none.
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

// lineTypes are the kinds of lines as BC encodes them in JSON.
var lineTypes = map[sales.LineKind]string{sales.ItemLine: "Item", sales.AccountLine: "Account", sales.CommentLine: "Comment"}

func lineKind(s string) sales.LineKind {
	for k, name := range lineTypes {
		if name == s {
			return k
		}
	}
	return 0
}

// found is o as a document. An amount that cannot be read is an error: nothing
// may be decided by the rest.
func found(o salesOrder) (sales.Found, error) {
	f := sales.Found{
		ID: o.ID, Mark: o.ETag, Draft: o.Status == statusDraft, PostingDate: o.PostingDate, BillToCustomer: o.BillToCustomerNumber,
		Header: sales.Document{
			Number: o.Number, ExternalNumber: o.ExternalDocumentNumber, Date: o.OrderDate, Customer: o.CustomerNumber,
			Currency: o.CurrencyCode, PricesIncludeTax: o.PricesIncludeTax,
			SellTo: sales.Address{
				Line1: o.SellToAddressLine1, Line2: o.SellToAddressLine2, City: o.SellToCity,
				State: o.SellToState, PostCode: o.SellToPostCode, Country: o.SellToCountry,
			},
			ShipTo: sales.Address{
				Line1: o.ShipToAddressLine1, Line2: o.ShipToAddressLine2, City: o.ShipToCity,
				State: o.ShipToState, PostCode: o.ShipToPostCode, Country: o.ShipToCountry,
			},
			ShipToName: o.ShipToName, ShipToContact: o.ShipToContact, Phone: o.PhoneNumber, Email: o.Email,
			PaymentTerms: o.PaymentTermsID, ShipmentMethod: o.ShipmentMethodID, Salesperson: o.Salesperson,
		},
		BillTo: sales.Address{
			Line1: o.BillToAddressLine1, Line2: o.BillToAddressLine2, City: o.BillToCity,
			State: o.BillToState, PostCode: o.BillToPostCode, Country: o.BillToCountry,
		},
	}
	r := reading{}
	f.Discount = r.amount("discountAmount", o.DiscountAmount)
	for _, l := range o.Lines {
		f.Lines = append(f.Lines, r.line(l))
	}
	if r.err != nil {
		return f, fmt.Errorf("document %s: %w", o.Number, r.err)
	}
	return f, nil
}

// reading keeps the first amount that could not be read.
type reading struct{ err error }

// amount is 0 for one that the answer leaves out.
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

func (r *reading) line(l salesOrderLine) sales.FoundLine {
	out := sales.FoundLine{
		ID: l.ID, Mark: l.ETag,
		Line: sales.Line{
			Sequence: l.Sequence, Kind: lineKind(l.LineType), Object: l.LineObjectNumber, Variant: id(l.ItemVariantID), Location: id(l.LocationID),
			Unit: l.UnitOfMeasureCode, TaxCode: l.TaxCode, Description: l.Description,
			Quantity: r.amount("quantity", l.Quantity), UnitPrice: r.amount("unitPrice", l.UnitPrice), Discount: r.amount("discountAmount", l.DiscountAmount),
			Percent: r.amount("taxPercent", l.TaxPercent),
		},
	}
	out.Touched = !r.amount("shippedQuantity", l.ShippedQuantity).IsZero() || !r.amount("invoicedQuantity", l.InvoicedQuantity).IsZero()
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
