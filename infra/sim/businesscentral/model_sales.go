package businesscentral

import "github.com/shopspring/decimal"

// SalesDocument is a row of salesOrders, salesInvoices or salesCreditMemos.
type SalesDocument struct {
	Record
	Number                 string `json:"number" bc:"code:20,insert"` // not editable, yet applied at creation
	ExternalDocumentNumber string `json:"externalDocumentNumber" bc:"code:35"`
	OrderDate              string `json:"orderDate" bc:"date,only=salesOrders"`
	InvoiceDate            string `json:"invoiceDate" bc:"date,only=salesInvoices"`
	CreditMemoDate         string `json:"creditMemoDate" bc:"date,only=salesCreditMemos"`
	PostingDate            string `json:"postingDate" bc:"date"`
	DueDate                string `json:"dueDate" bc:"date,only=salesInvoices,only=salesCreditMemos"`
	PromisedPayDate        string `json:"promisedPayDate" bc:"date,only=salesInvoices"`
	CustomerReference      string `json:"customerPurchaseOrderReference" bc:"text:35,only=salesInvoices"`
	CustomerID             string `json:"customerId" bc:"guid"`
	CustomerNumber         string `json:"customerNumber" bc:"code:20"`
	CustomerName           string `json:"customerName" bc:"text:100,ro"`
	BillToName             string `json:"billToName" bc:"text:100,ro"`
	BillToCustomerID       string `json:"billToCustomerId" bc:"guid"`
	BillToCustomerNumber   string `json:"billToCustomerNumber" bc:"code:20"`
	ShipToName             string `json:"shipToName" bc:"text:100,not=salesCreditMemos"`
	ShipToContact          string `json:"shipToContact" bc:"text:100,not=salesCreditMemos"`
	SellToAddressLine1     string `json:"sellToAddressLine1" bc:"text:100"`
	SellToAddressLine2     string `json:"sellToAddressLine2" bc:"text:50"`
	SellToCity             string `json:"sellToCity" bc:"text:30"`
	SellToCountry          string `json:"sellToCountry" bc:"code:10"`
	SellToState            string `json:"sellToState" bc:"text:30"`
	SellToPostCode         string `json:"sellToPostCode" bc:"code:20"`
	BillToAddressLine1     string `json:"billToAddressLine1" bc:"text:100,ro=salesOrders,ro=salesInvoices"`
	BillToAddressLine2     string `json:"billToAddressLine2" bc:"text:50,ro=salesOrders,ro=salesInvoices"`
	BillToCity             string `json:"billToCity" bc:"text:30,ro=salesOrders,ro=salesInvoices"`
	BillToCountry          string `json:"billToCountry" bc:"code:10,ro=salesOrders,ro=salesInvoices"`
	BillToState            string `json:"billToState" bc:"text:30,ro=salesOrders,ro=salesInvoices"`
	BillToPostCode         string `json:"billToPostCode" bc:"code:20,ro=salesOrders,ro=salesInvoices"`
	ShipToAddressLine1     string `json:"shipToAddressLine1" bc:"text:100,not=salesCreditMemos"`
	ShipToAddressLine2     string `json:"shipToAddressLine2" bc:"text:50,not=salesCreditMemos"`
	ShipToCity             string `json:"shipToCity" bc:"text:30,not=salesCreditMemos"`
	ShipToCountry          string `json:"shipToCountry" bc:"code:10,not=salesCreditMemos"`
	ShipToState            string `json:"shipToState" bc:"text:30,not=salesCreditMemos"`
	ShipToPostCode         string `json:"shipToPostCode" bc:"code:20,not=salesCreditMemos"`
	ShortcutDimension1Code string `json:"shortcutDimension1Code" bc:"code:20"`
	ShortcutDimension2Code string `json:"shortcutDimension2Code" bc:"code:20"`
	CurrencyID             string `json:"currencyId" bc:"guid"`
	CurrencyCode           string `json:"currencyCode" bc:"code:10,computed"` // blank is the local currency, shown as its code
	OrderID                string `json:"orderId" bc:"guid,ro,only=salesInvoices"`
	OrderNumber            string `json:"orderNumber" bc:"code:20,ro,only=salesInvoices"`
	PricesIncludeTax       bool   `json:"pricesIncludeTax" bc:"bool,ro=salesInvoices,ro=salesCreditMemos"`
	PaymentTermsID         string `json:"paymentTermsId" bc:"guid"`
	ShipmentMethodID       string `json:"shipmentMethodId" bc:"guid"`
	Salesperson            string `json:"salesperson" bc:"code:20"`
	InvoiceID              string `json:"invoiceId" bc:"guid,only=salesCreditMemos"`        // posted invoice that is applied to
	InvoiceNumber          string `json:"invoiceNumber" bc:"code:20,only=salesCreditMemos"` // of it
	ReturnReasonID         string `json:"customerReturnReasonId" bc:"guid,only=salesCreditMemos"`
	PartialShipping        bool   `json:"partialShipping" bc:"bool,computed,only=salesOrders"`
	RequestedDeliveryDate  string `json:"requestedDeliveryDate" bc:"date,only=salesOrders"`

	DiscountAmount           decimal.Decimal `json:"discountAmount" bc:"dec"`
	DiscountAppliedBeforeTax bool            `json:"discountAppliedBeforeTax" bc:"bool,ro"`
	TotalAmountExcludingTax  decimal.Decimal `json:"totalAmountExcludingTax" bc:"dec,ro"`
	TotalTaxAmount           decimal.Decimal `json:"totalTaxAmount" bc:"dec,ro"`
	TotalAmountIncludingTax  decimal.Decimal `json:"totalAmountIncludingTax" bc:"dec,ro"`
	RemainingAmount          decimal.Decimal `json:"remainingAmount" bc:"dec,ro,computed,only=salesInvoices"`
	FullyShipped             bool            `json:"fullyShipped" bc:"bool,ro,only=salesOrders"`
	DisputeStatus            string          `json:"disputeStatus" bc:"code:10,only=salesInvoices"`
	Status                   string          `json:"status" bc:"enum:_x0020_|Draft|In_x0020_Review|Open|Paid|Canceled|Corrective,ro"`
	PhoneNumber              string          `json:"phoneNumber" bc:"text:30"`
	Email                    string          `json:"email" bc:"text:80"`

	VATBusGroup string `json:"vatBusGroup" bc:"-"`
	CreditMemo  bool   `json:"creditMemo,omitempty" bc:"-"`
	Invoice     bool   `json:"invoice" bc:"-"`    // or a credit memo; else an order
	Posted      bool   `json:"posted" bc:"-"`     // of an invoice
	ShippingNo  string `json:"shippingNo" bc:"-"` // taken by a posting that failed later
	PostingNo   string `json:"postingNo" bc:"-"`
	PreAssigned string `json:"preAssigned" bc:"-"` // number of the draft that a posted invoice was

	SellToContact   string `json:"sellToContact" bc:"-"`
	ShipToCode      string `json:"shipToCode" bc:"-"`
	ShipToPhone     string `json:"shipToPhone" bc:"-"`
	Location        string `json:"location" bc:"-"` // code
	TaxArea         string `json:"taxArea" bc:"-"`  // of sales-tax companies
	TaxLiable       bool   `json:"taxLiable" bc:"-"`
	PriceGroup      string `json:"priceGroup" bc:"-"`
	DiscountGroup   string `json:"discountGroup" bc:"-"`
	DiscountCode    string `json:"discountCode" bc:"-"`    // of the customer's invoice discounts
	DiscountIsFixed bool   `json:"discountIsFixed" bc:"-"` // an amount: the customer's percentage is not worked out

	Parcel

	YourReference string `json:"yourReference" bc:"-"`
	PaymentMethod string `json:"paymentMethod" bc:"-"`  // code
	ShopifyOrder  string `json:"shopifyOrderId" bc:"-"` // a field of the companion's
}

// SalesLine is a row of salesOrderLines, salesInvoiceLines or salesCreditMemoLines.
type SalesLine struct {
	Record
	DocumentID       string `json:"documentId" bc:"guid,insert"`
	Sequence         int    `json:"sequence" bc:"int"`
	ItemID           string `json:"itemId" bc:"guid"`
	AccountID        string `json:"accountId" bc:"guid"`
	LineType         string `json:"lineType" bc:"enum:Comment|Account|Item|Resource|Fixed_x0020_Asset|Charge|Allocation_x0020_Account"`
	LineObjectNumber string `json:"lineObjectNumber" bc:"code:20"`
	Description      string `json:"description" bc:"text:100"`
	Description2     string `json:"description2" bc:"text:50"`

	UnitOfMeasureID   string          `json:"unitOfMeasureId" bc:"guid"`
	UnitOfMeasureCode string          `json:"unitOfMeasureCode" bc:"code:10"`
	Quantity          decimal.Decimal `json:"quantity" bc:"dec"`
	UnitPrice         decimal.Decimal `json:"unitPrice" bc:"dec"`
	DiscountAmount    decimal.Decimal `json:"discountAmount" bc:"dec"`
	DiscountPercent   decimal.Decimal `json:"discountPercent" bc:"dec"`

	DiscountAppliedBeforeTax  bool            `json:"discountAppliedBeforeTax" bc:"bool,ro"`
	AmountExcludingTax        decimal.Decimal `json:"amountExcludingTax" bc:"dec,ro"`
	TaxCode                   string          `json:"taxCode" bc:"code:50"` // written as tax group, read as VAT identifier (9.3)
	TaxPercent                decimal.Decimal `json:"taxPercent" bc:"dec,ro"`
	TotalTaxAmount            decimal.Decimal `json:"totalTaxAmount" bc:"dec,ro"`
	AmountIncludingTax        decimal.Decimal `json:"amountIncludingTax" bc:"dec,ro"`
	InvoiceDiscountAllocation decimal.Decimal `json:"invoiceDiscountAllocation" bc:"dec,ro"`
	NetAmount                 decimal.Decimal `json:"netAmount" bc:"dec,ro"`
	NetTaxAmount              decimal.Decimal `json:"netTaxAmount" bc:"dec,ro"`
	NetAmountIncludingTax     decimal.Decimal `json:"netAmountIncludingTax" bc:"dec,ro"`

	ShipmentDate     string          `json:"shipmentDate" bc:"date"`
	ShippedQuantity  decimal.Decimal `json:"shippedQuantity" bc:"dec,ro,only=salesOrderLines"`
	InvoicedQuantity decimal.Decimal `json:"invoicedQuantity" bc:"dec,ro,only=salesOrderLines"`
	InvoiceQuantity  decimal.Decimal `json:"invoiceQuantity" bc:"dec,only=salesOrderLines"` // before shipQuantity, as on the page (10.1)
	ShipQuantity     decimal.Decimal `json:"shipQuantity" bc:"dec,only=salesOrderLines"`
	ItemVariantID    string          `json:"itemVariantId" bc:"guid"`
	LocationID       string          `json:"locationId" bc:"guid"`

	VATIdentifier string `json:"vatIdentifier" bc:"-"`
	TaxGroup      string `json:"taxGroup" bc:"-"`      // VAT product posting group, or tax group
	AllowDiscount bool   `json:"allowDiscount" bc:"-"` // of the invoice: items only
	ServiceCharge bool   `json:"serviceCharge" bc:"-"` // BC added it
	Invoice       bool   `json:"invoice" bc:"-"`       // of an invoice
	CreditMemo    bool   `json:"creditMemo,omitempty" bc:"-"`
}
