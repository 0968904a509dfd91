package businesscentral

import (
	"time"

	"github.com/shopspring/decimal"
)

// Record is what every row has. The tag bc says what the API shows of a field
// and takes; see schemaOf.
type Record struct {
	ID       string    `json:"id" bc:"guid,ro"`
	Modified time.Time `json:"lastModifiedDateTime" bc:"time,ro"`
	Rev      int64     `json:"rev" bc:"-"` // makes the ETag
}

func (r *Record) base() *Record { return r }

type row interface{ base() *Record }

// CompanyInfo is a row of companies.
type CompanyInfo struct {
	Record
	SystemVersion     string `json:"systemVersion" bc:"text,ro"`
	Name              string `json:"name" bc:"text:30,ro"`
	DisplayName       string `json:"displayName" bc:"text,ro"`
	BusinessProfileID string `json:"businessProfileId" bc:"text,ro"`
}

// Information is the row of companyInformation.
type Information struct {
	Record
	DisplayName           string `json:"displayName" bc:"text:100,ro"`
	AddressLine1          string `json:"addressLine1" bc:"text:100,ro"`
	AddressLine2          string `json:"addressLine2" bc:"text:50,ro"`
	City                  string `json:"city" bc:"text:30,ro"`
	State                 string `json:"state" bc:"text:30,ro"`
	Country               string `json:"country" bc:"code:10,ro"`
	PostalCode            string `json:"postalCode" bc:"code:20,ro"`
	TaxRegistrationNumber string `json:"taxRegistrationNumber" bc:"text:50,ro"`
	CurrencyCode          string `json:"currencyCode" bc:"code:10,ro"`
}

// LedgerSetup is the row of generalLedgerSetup.
type LedgerSetup struct {
	Record
	AllowPostingFrom            string `json:"allowPostingFrom" bc:"date,ro"`
	AllowPostingTo              string `json:"allowPostingTo" bc:"date,ro"`
	AdditionalReportingCurrency string `json:"additionalReportingCurrency" bc:"code:10,ro"`
	LocalCurrencyCode           string `json:"localCurrencyCode" bc:"code:10,ro"`
	LocalCurrencySymbol         string `json:"localCurrencySymbol" bc:"text:10,ro"`
}

// ReturnReason is a row of customerReturnReasons, the table Reason Code (9.7).
type ReturnReason struct {
	Record
	Code        string `json:"code" bc:"code:10"`
	Description string `json:"description" bc:"text:100"`
}

// Reference is a row of one of the small tables.
type Reference struct {
	Record
	Code        string `json:"code" bc:"code:20"`
	DisplayName string `json:"displayName" bc:"text:100"`

	TaxType                   string          `json:"taxType" bc:"enum:Sales_x0020_Tax|VAT,ro,only=taxAreas,only=taxGroups"`
	DueDateCalculation        string          `json:"dueDateCalculation" bc:"text:32,only=paymentTerms"`
	DiscountDateCalculation   string          `json:"discountDateCalculation" bc:"text:32,only=paymentTerms"`
	DiscountPercent           decimal.Decimal `json:"discountPercent" bc:"dec,only=paymentTerms"`
	Symbol                    string          `json:"symbol" bc:"text:10,only=currencies,only=unitsOfMeasure"`
	AmountDecimalPlaces       string          `json:"amountDecimalPlaces" bc:"text:5,only=currencies"`
	AmountRoundingPrecision   decimal.Decimal `json:"amountRoundingPrecision" bc:"dec,only=currencies"`
	Rate                      decimal.Decimal `json:"rate" bc:"-"` // LCY for one unit; 0 is no exchange rate
	AddressFormat             string          `json:"addressFormat" bc:"text,only=countriesRegions"`
	County                    bool            `json:"county" bc:"-"` // a country's address format has a county
	InternationalStandardCode string          `json:"internationalStandardCode" bc:"code:10,only=unitsOfMeasure"`
	Contact                   string          `json:"contact" bc:"text:100,only=locations"`
	AddressLine1              string          `json:"addressLine1" bc:"text:100,only=locations"`
	AddressLine2              string          `json:"addressLine2" bc:"text:50,only=locations"`
	City                      string          `json:"city" bc:"text:30,only=locations"`
	State                     string          `json:"state" bc:"text:30,only=locations"`
	Country                   string          `json:"country" bc:"code:10,only=locations"`
	PostalCode                string          `json:"postalCode" bc:"code:20,only=locations"`
	PhoneNumber               string          `json:"phoneNumber" bc:"text:30,only=locations"`
	Email                     string          `json:"email" bc:"text:80,only=locations"`
	Website                   string          `json:"website" bc:"text:90,only=locations"`
}

// Account is a row of accounts.
type Account struct {
	Record
	Number        string          `json:"number" bc:"code:20,ro"`
	DisplayName   string          `json:"displayName" bc:"text:100,ro"`
	Category      string          `json:"category" bc:"enum:_x0020_|Assets|Liabilities|Equity|Income|Cost_x0020_of_x0020_Goods_x0020_Sold|Expense,ro"`
	SubCategory   string          `json:"subCategory" bc:"text:80,ro"`
	Blocked       bool            `json:"blocked" bc:"bool,ro"`
	AccountType   string          `json:"accountType" bc:"enum:Posting|Heading|Total|Begin_x002D_Total|End_x002D_Total,ro"`
	DirectPosting bool            `json:"directPosting" bc:"bool,ro"`
	NetChange     decimal.Decimal `json:"netChange" bc:"dec,ro,computed"`
	GenProdGroup  string          `json:"genProdGroup" bc:"-"`
	VATProdGroup  string          `json:"vatProdGroup" bc:"-"`
	// NeedsDimension is a dimension without which no journal line is posted to it.
	NeedsDimension string `json:"needsDimension" bc:"-"`
}

// Customer is a row of customers.
type Customer struct {
	Record
	Number                string          `json:"number" bc:"code:20"`
	DisplayName           string          `json:"displayName" bc:"text:100"`
	Type                  string          `json:"type" bc:"enum:Company|Person"`
	AddressLine1          string          `json:"addressLine1" bc:"text:100"`
	AddressLine2          string          `json:"addressLine2" bc:"text:50"`
	City                  string          `json:"city" bc:"text:30"`
	State                 string          `json:"state" bc:"text:30"`
	Country               string          `json:"country" bc:"code:10"`
	PostalCode            string          `json:"postalCode" bc:"code:20"`
	PhoneNumber           string          `json:"phoneNumber" bc:"text:30"`
	Email                 string          `json:"email" bc:"text:80"`
	Website               string          `json:"website" bc:"text:255"`
	SalespersonCode       string          `json:"salespersonCode" bc:"code:20"`
	BalanceDue            decimal.Decimal `json:"balanceDue" bc:"dec,ro,computed"`
	CreditLimit           decimal.Decimal `json:"creditLimit" bc:"dec"`
	TaxLiable             bool            `json:"taxLiable" bc:"bool"`
	TaxAreaID             string          `json:"taxAreaId" bc:"guid"`
	TaxAreaDisplayName    string          `json:"taxAreaDisplayName" bc:"text,ro,computed"`
	TaxRegistrationNumber string          `json:"taxRegistrationNumber" bc:"code:20,computed"`
	CurrencyID            string          `json:"currencyId" bc:"guid"`
	CurrencyCode          string          `json:"currencyCode" bc:"code:10,computed"`
	PaymentTermsID        string          `json:"paymentTermsId" bc:"guid"`
	ShipmentMethodID      string          `json:"shipmentMethodId" bc:"guid"`
	PaymentMethodID       string          `json:"paymentMethodId" bc:"guid"`
	Blocked               string          `json:"blocked" bc:"enum:_x0020_|Ship|Invoice|All"`
	GenBusGroup           string          `json:"genBusGroup" bc:"-"`
	VATBusGroup           string          `json:"vatBusGroup" bc:"-"`

	// What the API does not show and documents take over (9.2).
	Contact          string `json:"contact" bc:"-"`
	BillTo           string `json:"billTo" bc:"-"`             // number of the customer who pays, "" is this one
	ShipTo           string `json:"shipTo" bc:"-"`             // code of the default ship-to address
	Location         string `json:"location" bc:"-"`           // code
	PriceGroup       string `json:"priceGroup" bc:"-"`         // of price rules
	DiscountGroup    string `json:"discountGroup" bc:"-"`      // of line-discount rules
	InvoiceDiscount  string `json:"invoiceDiscount" bc:"-"`    // code of invoice discounts, "" is the customer's own number
	PricesIncludeTax bool   `json:"pricesIncludeTax" bc:"-"`   // of new documents
	ShipComplete     bool   `json:"shipComplete" bc:"-"`       // shipping advice
	PaymentTerms     string `json:"paymentTermsCode" bc:"-"`   // of data only: becomes the id
	ShipmentMethod   string `json:"shipmentMethodCode" bc:"-"` // of data only
	TaxArea          string `json:"taxAreaCode" bc:"-"`        // of sales-tax companies
}

// Item is a row of items.
type Item struct {
	Record
	Number                string          `json:"number" bc:"code:20"`
	DisplayName           string          `json:"displayName" bc:"text:100"`
	DisplayName2          string          `json:"displayName2" bc:"text:50"`
	Type                  string          `json:"type" bc:"enum:Inventory|Service|Non_x002D_Inventory"`
	ItemCategoryCode      string          `json:"itemCategoryCode" bc:"code:20"`
	Blocked               bool            `json:"blocked" bc:"bool"`
	GTIN                  string          `json:"gtin" bc:"code:14"`
	Inventory             decimal.Decimal `json:"inventory" bc:"dec,computed"`
	UnitPrice             decimal.Decimal `json:"unitPrice" bc:"dec"`
	PriceIncludesTax      bool            `json:"priceIncludesTax" bc:"bool"`
	UnitCost              decimal.Decimal `json:"unitCost" bc:"dec"`
	TaxGroupID            string          `json:"taxGroupId" bc:"guid"`
	TaxGroupCode          string          `json:"taxGroupCode" bc:"code:20"`
	BaseUnitOfMeasureID   string          `json:"baseUnitOfMeasureId" bc:"guid"`
	BaseUnitOfMeasureCode string          `json:"baseUnitOfMeasureCode" bc:"code:10"`
	GenProdGroup          string          `json:"generalProductPostingGroupCode" bc:"code:20"`
	InventoryGroup        string          `json:"inventoryPostingGroupCode" bc:"code:20"`
	VATProdGroup          string          `json:"vatProdGroup" bc:"-"`      // what lines take; in VAT companies the API does not show it (10.5)
	NoInvoiceDiscount     bool            `json:"noInvoiceDiscount" bc:"-"` // Allow Invoice Disc. is off
	Stocks                []StockAt       `json:"stocks,omitempty" bc:"-"`  // what makes up the inventory
	Units                 []ItemUnit      `json:"units,omitempty" bc:"-"`   // beside the base unit
	Prices                []ItemPrice     `json:"prices,omitempty" bc:"-"`
	References            []ItemReference `json:"references,omitempty" bc:"-"`
	Details               ItemDetails     `json:"details,omitzero" bc:"-"`
	Pictures              [][]byte        `json:"pictures,omitempty" bc:"-"`
	FirstPicture          string          `json:"firstPicture,omitempty" bc:"-"` // id of its medium; another one at each import
}

// Variant is a row of itemVariants.
type Variant struct {
	Record
	ItemID      string `json:"itemId" bc:"guid"`
	ItemNumber  string `json:"itemNumber" bc:"code:20"`
	Code        string `json:"code" bc:"code:10"`
	Description string `json:"description" bc:"text:100"`

	Pictures [][]byte `json:"pictures,omitempty" bc:"-"`
}

// Shipment is a row of salesShipments.
type Shipment struct {
	Record
	Number                         string `json:"number" bc:"code:20,ro"`
	ExternalDocumentNumber         string `json:"externalDocumentNumber" bc:"code:35,ro"`
	InvoiceDate                    string `json:"invoiceDate" bc:"date,ro"`
	PostingDate                    string `json:"postingDate" bc:"date,ro"`
	DueDate                        string `json:"dueDate" bc:"date,ro"`
	CustomerPurchaseOrderReference string `json:"customerPurchaseOrderReference" bc:"text:35,ro"`
	CustomerID                     string `json:"customerId" bc:"guid,ro"`
	CustomerNumber                 string `json:"customerNumber" bc:"code:20,ro"`
	CustomerName                   string `json:"customerName" bc:"text:100,ro"`
	ShipToName                     string `json:"shipToName" bc:"text:100,ro"`
	ShipToContact                  string `json:"shipToContact" bc:"text:100,ro"`
	ShipToAddressLine1             string `json:"shipToAddressLine1" bc:"text:100,ro"`
	ShipToAddressLine2             string `json:"shipToAddressLine2" bc:"text:50,ro"`
	ShipToCity                     string `json:"shipToCity" bc:"text:30,ro"`
	ShipToCountry                  string `json:"shipToCountry" bc:"code:10,ro"`
	ShipToState                    string `json:"shipToState" bc:"text:30,ro"`
	ShipToPostCode                 string `json:"shipToPostCode" bc:"code:20,ro"`
	CurrencyCode                   string `json:"currencyCode" bc:"code:10,ro"`
	OrderNumber                    string `json:"orderNumber" bc:"code:20,ro"`
	ShipmentMethodCode             string `json:"shipmentMethodCode" bc:"code:10,ro"`
	PricesIncludeTax               bool   `json:"pricesIncludeTax" bc:"bool,ro"`
	PhoneNumber                    string `json:"phoneNumber" bc:"text:30,ro"`
	Email                          string `json:"email" bc:"text:80,ro"`

	Parcel
}

// Parcel is what API v2.0 does not show of how a document is sent (7.1).
type Parcel struct {
	Tracking     string `json:"tracking" bc:"-"` // number
	Agent        string `json:"agent" bc:"-"`    // code of the shipping agent
	AgentService string `json:"agentService" bc:"-"`
	AgentName    string `json:"agentName" bc:"-"`
	TrackingURL  string `json:"trackingURL" bc:"-"` // the agent's, with the number in it
}

// ShipmentLine is a row of salesShipmentLines.
type ShipmentLine struct {
	Record
	DocumentID        string          `json:"documentId" bc:"guid,ro"`
	DocumentNo        string          `json:"documentNo" bc:"code:20,ro"`
	Sequence          int             `json:"sequence" bc:"int,ro"`
	LineType          string          `json:"lineType" bc:"enum:_x0020_|G_x002F_L_x0020_Account|Item|Resource,ro"`
	LineObjectNumber  string          `json:"lineObjectNumber" bc:"code:20,ro"`
	Description       string          `json:"description" bc:"text:100,ro"`
	Description2      string          `json:"description2" bc:"text:50,ro"`
	UnitOfMeasureCode string          `json:"unitOfMeasureCode" bc:"code:10,ro"`
	UnitPrice         decimal.Decimal `json:"unitPrice" bc:"dec,ro"`
	Quantity          decimal.Decimal `json:"quantity" bc:"dec,ro"`
	DiscountPercent   decimal.Decimal `json:"discountPercent" bc:"dec,ro"`
	TaxPercent        decimal.Decimal `json:"taxPercent" bc:"dec,ro"`
	ShipmentDate      string          `json:"shipmentDate" bc:"date,ro"`

	LineParcel
}

// LineParcel is what API v2.0 does not show of a line of a shipment.
type LineParcel struct {
	OrderNumber string `json:"orderNumber" bc:"-"`
	OrderLine   int    `json:"orderLine" bc:"-"`
	Location    string `json:"location" bc:"-"` // code
	Variant     string `json:"variant" bc:"-"`  // code
	Tracking    string `json:"tracking" bc:"-"`
	Undone      bool   `json:"undone" bc:"-"` // there is a line that takes it back
}
