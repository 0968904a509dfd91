package salesapi

import (
	"fmt"

	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/internal/lines"
	"backroom/shared/sales"
)

// statusDraft is a document that nobody has released or sent for approval.
const statusDraft = "Draft"

// posted is the body that creates d.
func posted(d sales.Document) orderBody {
	b := written(d)
	b.Number, b.CustomerNumber, b.BillToCustomerNumber, b.CurrencyCode = lines.Given(d.Number), lines.Given(d.Customer), lines.Given(d.BillToCustomer), lines.Given(d.Currency)
	b.ExternalDocumentNumber = &d.ExternalNumber
	b.DiscountAmount = lines.Decimal(decimal.Zero)
	var ls []lines.Body
	for _, l := range d.Sent() {
		ls = append(ls, lines.Inserted(l))
	}
	if d.Kind == sales.Invoice {
		b.InvoiceLines = ls
		return b
	}
	b.PricesIncludeTax, b.Lines = d.PricesIncludeTax, ls
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
		PaymentTermsID: lines.Given(d.PaymentTerms), ShipmentMethodID: lines.Given(d.ShipmentMethod), Salesperson: lines.Given(d.Salesperson),
		PhoneNumber: order("phoneNumber", d.Phone), Email: order("email", d.Email),
	}
	switch {
	case d.Kind == sales.Invoice:
		b.InvoiceDate, b.DueDate = order("orderDate", d.Date), lines.Given(d.DueDate)
		if d.Date == "" {
			b.InvoiceDate = nil
		}
	case d.Date != "":
		b.OrderDate = order("orderDate", d.Date)
	}
	return b
}

// read is how a document of a kind is read from its wire form.
func read(kind sales.Kind) func(salesOrder) (sales.Found, error) {
	return func(o salesOrder) (sales.Found, error) {
		o.Lines = append(o.Lines, o.InvoiceLines...)
		f, err := found(o)
		if f.Header.Kind = kind; kind == sales.Invoice {
			f.Header.Date, f.Header.DueDate = o.InvoiceDate, o.DueDate
		}
		return f, err
	}
}

// found is o as a document. An amount that cannot be read is an error: nothing
// may be decided by the rest.
func found(o salesOrder) (sales.Found, error) {
	f := sales.Found{
		ID: o.ID, Mark: o.ETag, Draft: o.Status == statusDraft, PostingDate: o.PostingDate, BillToCustomer: o.BillToCustomerNumber,
		Header: sales.Document{
			Number: o.Number, ExternalNumber: o.ExternalDocumentNumber, Date: o.OrderDate, Customer: o.CustomerNumber, BillToCustomer: o.BillToCustomerNumber,
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
	r := lines.Reading{}
	f.Discount = r.Amount("discountAmount", o.DiscountAmount)
	for _, l := range o.Lines {
		line := r.Line(l.Line)
		line.Touched = !r.Amount("shippedQuantity", l.ShippedQuantity).IsZero() || !r.Amount("invoicedQuantity", l.InvoicedQuantity).IsZero()
		f.Lines = append(f.Lines, line)
	}
	if r.Err != nil {
		return f, fmt.Errorf("document %s: %w", o.Number, r.Err)
	}
	return f, nil
}
