package creditapi

import "backroom/shared/businesscentral/internal/lines"

// memo is what is read of salesCreditMemos, drafts and posted ones. They have no
// ship-to.
type memo struct {
	ETag string `json:"@odata.etag,omitempty"`
	ID   string `json:"id,omitempty"`

	Number                 string       `json:"number,omitempty"`
	ExternalDocumentNumber string       `json:"externalDocumentNumber,omitempty"`
	CreditMemoDate         string       `json:"creditMemoDate,omitempty"`
	PostingDate            string       `json:"postingDate,omitempty"`
	CustomerNumber         string       `json:"customerNumber,omitempty"`
	BillToCustomerNumber   string       `json:"billToCustomerNumber,omitempty"`
	SellToAddressLine1     string       `json:"sellToAddressLine1,omitempty"`
	SellToAddressLine2     string       `json:"sellToAddressLine2,omitempty"`
	SellToCity             string       `json:"sellToCity,omitempty"`
	SellToCountry          string       `json:"sellToCountry,omitempty"`
	SellToState            string       `json:"sellToState,omitempty"`
	SellToPostCode         string       `json:"sellToPostCode,omitempty"`
	BillToAddressLine1     string       `json:"billToAddressLine1,omitempty"`
	BillToAddressLine2     string       `json:"billToAddressLine2,omitempty"`
	BillToCity             string       `json:"billToCity,omitempty"`
	BillToCountry          string       `json:"billToCountry,omitempty"`
	BillToState            string       `json:"billToState,omitempty"`
	BillToPostCode         string       `json:"billToPostCode,omitempty"`
	CurrencyCode           string       `json:"currencyCode,omitempty"`
	PricesIncludeTax       *bool        `json:"pricesIncludeTax,omitempty"` // the customer's, never written
	DiscountAmount         lines.Digits `json:"discountAmount,omitempty"`
	Status                 string       `json:"status,omitempty"`
	PhoneNumber            string       `json:"phoneNumber,omitempty"`
	Email                  string       `json:"email,omitempty"`
	Lines                  []lines.Line `json:"salesCreditMemoLines,omitempty"`
}

// memoBody is what is sent of a memo. A nil field is not sent; a pointer to a blank
// is. BC writes the fields in this order: what is sent after the customer wins over
// what the customer brings, state after country and post code. Bill-to is no copy of
// sell-to here, so that both are sent.
type memoBody struct {
	Number                 *string       `json:"number,omitempty"`
	ExternalDocumentNumber *string       `json:"externalDocumentNumber,omitempty"`
	CreditMemoDate         *string       `json:"creditMemoDate,omitempty"`
	CustomerNumber         *string       `json:"customerNumber,omitempty"`
	BillToCustomerNumber   *string       `json:"billToCustomerNumber,omitempty"`
	SellToAddressLine1     *string       `json:"sellToAddressLine1,omitempty"`
	SellToAddressLine2     *string       `json:"sellToAddressLine2,omitempty"`
	SellToCountry          *string       `json:"sellToCountry,omitempty"`
	SellToPostCode         *string       `json:"sellToPostCode,omitempty"`
	SellToCity             *string       `json:"sellToCity,omitempty"`
	SellToState            *string       `json:"sellToState,omitempty"`
	BillToAddressLine1     *string       `json:"billToAddressLine1,omitempty"`
	BillToAddressLine2     *string       `json:"billToAddressLine2,omitempty"`
	BillToCountry          *string       `json:"billToCountry,omitempty"`
	BillToPostCode         *string       `json:"billToPostCode,omitempty"`
	BillToCity             *string       `json:"billToCity,omitempty"`
	BillToState            *string       `json:"billToState,omitempty"`
	CurrencyCode           *string       `json:"currencyCode,omitempty"`
	DiscountAmount         *lines.Digits `json:"discountAmount,omitempty"` // 0 stops BC's own invoice discount
	PhoneNumber            *string       `json:"phoneNumber,omitempty"`
	Email                  *string       `json:"email,omitempty"`

	Lines []lines.Body `json:"salesCreditMemoLines,omitempty"`
}
