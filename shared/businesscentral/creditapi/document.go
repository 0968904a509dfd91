package creditapi

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/internal/lines"
	"backroom/shared/sales"
)

// created is the body that creates d.
func created(d sales.Document) memoBody {
	b := written(d)
	b.Number, b.CustomerNumber, b.BillToCustomerNumber, b.CurrencyCode = lines.Given(d.Number), lines.Given(d.Customer), lines.Given(d.BillToCustomer), lines.Given(d.Currency)
	b.ExternalDocumentNumber, b.DiscountAmount = &d.ExternalNumber, lines.Decimal(decimal.Zero)
	for _, l := range d.Lines {
		b.Lines = append(b.Lines, lines.Inserted(l))
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
		PhoneNumber: mine("phoneNumber", d.Phone), Email: mine("email", d.Email),
	}
	if d.BillToCustomer == "" || strings.EqualFold(d.BillToCustomer, d.Customer) { // else it is the address of who pays
		b.BillToAddressLine1, b.BillToAddressLine2 = mine("sellToAddressLine1", d.SellTo.Line1), mine("sellToAddressLine2", d.SellTo.Line2)
		b.BillToCountry, b.BillToPostCode = mine("sellToCountry", d.SellTo.Country), mine("sellToPostCode", d.SellTo.PostCode)
		b.BillToCity, b.BillToState = mine("sellToCity", d.SellTo.City), mine("sellToState", d.SellTo.State)
	}
	if d.Date != "" {
		b.CreditMemoDate = mine("orderDate", d.Date)
	}
	return b
}

// found is m as a document. An amount that cannot be read is an error: nothing may be
// decided by the rest.
func found(m memo) (sales.Found, error) {
	f := sales.Found{
		ID: m.ID, Mark: m.ETag, Draft: m.Status == "Draft", PostingDate: m.PostingDate, BillToCustomer: m.BillToCustomerNumber,
		Header: sales.Document{
			Number: m.Number, ExternalNumber: m.ExternalDocumentNumber, Date: m.CreditMemoDate, Customer: m.CustomerNumber, BillToCustomer: m.BillToCustomerNumber,
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
	var r lines.Reading
	f.Discount = r.Amount("discountAmount", m.DiscountAmount)
	for _, l := range m.Lines {
		f.Lines = append(f.Lines, r.Line(l))
	}
	if r.Err != nil {
		return f, fmt.Errorf("credit memo %s: %w", m.Number, r.Err)
	}
	return f, nil
}
