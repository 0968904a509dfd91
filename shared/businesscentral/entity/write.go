package entity

// SalesOrderBody is what is sent of a sales order, at creation and in changes.
// A nil field is not sent; a pointer to a blank or zero is sent, because it is a value.
// BC writes the fields in this order: what is sent after the customer
// wins over what the customer brings; state after country and post code; all eight
// ship-to fields together, the shipment method after them.
type SalesOrderBody struct {
	Number                 *string  `json:"number,omitempty"` // at creation only, where the series allows manual numbers
	ExternalDocumentNumber *string  `json:"externalDocumentNumber,omitempty"`
	OrderDate              *string  `json:"orderDate,omitempty"` // yyyy-mm-dd
	CustomerNumber         *string  `json:"customerNumber,omitempty"`
	ShipToName             *string  `json:"shipToName,omitempty"`
	ShipToContact          *string  `json:"shipToContact,omitempty"`
	SellToAddressLine1     *string  `json:"sellToAddressLine1,omitempty"`
	SellToAddressLine2     *string  `json:"sellToAddressLine2,omitempty"`
	SellToCountry          *string  `json:"sellToCountry,omitempty"`
	SellToPostCode         *string  `json:"sellToPostCode,omitempty"`
	SellToCity             *string  `json:"sellToCity,omitempty"`
	SellToState            *string  `json:"sellToState,omitempty"`
	ShipToAddressLine1     *string  `json:"shipToAddressLine1,omitempty"`
	ShipToAddressLine2     *string  `json:"shipToAddressLine2,omitempty"`
	ShipToCountry          *string  `json:"shipToCountry,omitempty"`
	ShipToPostCode         *string  `json:"shipToPostCode,omitempty"`
	ShipToCity             *string  `json:"shipToCity,omitempty"`
	ShipToState            *string  `json:"shipToState,omitempty"`
	CurrencyCode           *string  `json:"currencyCode,omitempty"` // at creation only
	PricesIncludeTax       *bool    `json:"pricesIncludeTax,omitempty"`
	PaymentTermsID         *string  `json:"paymentTermsId,omitempty"`
	ShipmentMethodID       *string  `json:"shipmentMethodId,omitempty"`
	Salesperson            *string  `json:"salesperson,omitempty"`
	DiscountAmount         *Decimal `json:"discountAmount,omitempty"` // 0 stops BC's own invoice discount
	PhoneNumber            *string  `json:"phoneNumber,omitempty"`
	Email                  *string  `json:"email,omitempty"`

	Lines []SalesOrderLineBody `json:"salesOrderLines,omitempty"`
}

// SalesOrderLineBody is what is sent of a line, as SalesOrderBody is of an
// order, in the order in which BC writes them. The tax code comes before the price: in documents
// with prices including VAT a change of the rate rescales the price that is there.
type SalesOrderLineBody struct {
	Sequence          *int     `json:"sequence,omitempty"` // at creation only, as type and object are
	LineType          *string  `json:"lineType,omitempty"`
	LineObjectNumber  *string  `json:"lineObjectNumber,omitempty"`
	ItemVariantID     *string  `json:"itemVariantId,omitempty"`
	LocationID        *string  `json:"locationId,omitempty"`
	UnitOfMeasureCode *string  `json:"unitOfMeasureCode,omitempty"`
	Quantity          *Decimal `json:"quantity,omitempty"`
	TaxCode           *string  `json:"taxCode,omitempty"`
	UnitPrice         *Decimal `json:"unitPrice,omitempty"`
	DiscountAmount    *Decimal `json:"discountAmount,omitempty"`
	Description       *string  `json:"description,omitempty"`
}
