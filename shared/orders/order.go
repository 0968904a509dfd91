// Package orders imports a shop's orders: discovery, our own copy of each
// order, filters, change and conflict detection. Documents are made from the
// copy, never straight from an API answer.
package orders

import (
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// Order is our copy of a Shopify order with everything that mapping needs.
// Ids are the numeric tails of Shopify's. Enum values are Shopify's own text;
// values we do not know pass through.
type Order struct {
	ID                string    `json:"id"`
	Name              string    `json:"name"`             // "#1001": free text, not a key
	Number            int64     `json:"number,omitempty"` // 1001
	CreatedAt         time.Time `json:"createdAt"`
	UpdatedAt         time.Time `json:"updatedAt"`
	ProcessedAt       time.Time `json:"processedAt,omitzero"`
	CancelledAt       time.Time `json:"cancelledAt,omitzero"`
	CancelReason      string    `json:"cancelReason,omitempty"`
	ClosedAt          time.Time `json:"closedAt,omitzero"`
	Test              bool      `json:"test,omitempty"`
	Edited            bool      `json:"edited,omitempty"`
	Confirmed         bool      `json:"confirmed"`
	FullyPaid         bool      `json:"fullyPaid"`
	FinancialStatus   string    `json:"financialStatus,omitempty"`   // PAID, PENDING, …
	FulfillmentStatus string    `json:"fulfillmentStatus,omitempty"` // UNFULFILLED, FULFILLED, …
	ReturnStatus      string    `json:"returnStatus,omitempty"`
	SourceName        string    `json:"sourceName,omitempty"`
	Channel           string    `json:"channel,omitempty"` // attribution's display name, else source name
	RetailLocation    string    `json:"retailLocation,omitempty"`
	PONumber          string    `json:"poNumber,omitempty"`
	Note              string    `json:"note,omitempty"`
	Tags              []string  `json:"tags,omitempty"`
	Email             string    `json:"email,omitempty"`
	Phone             string    `json:"phone,omitempty"`
	Risk              string    `json:"risk,omitempty"` // highest of the assessments: NONE, LOW, MEDIUM, HIGH, PENDING
	Attributes        []Attr    `json:"attributes,omitempty"`

	Currency            string `json:"currency"`            // the shop's
	PresentmentCurrency string `json:"presentmentCurrency"` // the buyer's
	TaxesIncluded       bool   `json:"taxesIncluded,omitempty"`
	TaxExempt           bool   `json:"taxExempt,omitempty"`

	Customer *Customer `json:"customer,omitempty"` // nil: none
	Company  *Company  `json:"company,omitempty"`  // B2B
	Shipping *Address  `json:"shipping,omitempty"`
	Billing  *Address  `json:"billing,omitempty"`

	PaymentTerms *PaymentTerms `json:"paymentTerms,omitempty"`

	Staff    *Staff   `json:"staff,omitempty"` // who placed it; read where the shop card maps salespeople
	Gateways []string `json:"gateways,omitempty"`

	Total           money.Bag  `json:"total"`        // as placed
	CurrentTotal    money.Bag  `json:"currentTotal"` // after edits, returns and refunds
	Subtotal        money.Bag  `json:"subtotal"`
	CurrentSubtotal money.Bag  `json:"currentSubtotal"`
	Discounts       money.Bag  `json:"discounts"`
	ShippingTotal   money.Bag  `json:"shippingTotal"`
	Tax             money.Bag  `json:"tax"`
	CurrentTax      money.Bag  `json:"currentTax"`
	Tip             money.Bag  `json:"tip"`
	Received        money.Bag  `json:"received,omitzero"` // sales and captures that succeeded; no currency in copies of earlier releases
	Refunded        money.Bag  `json:"refunded"`
	Outstanding     money.Bag  `json:"outstanding"`
	Duties          *money.Bag `json:"duties,omitempty"` // all of DutyLines together, taxes left out
	CashRounding    money.Bag  `json:"cashRounding"`     // what payments were rounded by, signed

	TaxLines []TaxLine `json:"taxLines,omitempty"`
	// CurrentTaxLines are TaxLines without removed and refunded units; the taxes
	// of lines keep those.
	CurrentTaxLines []TaxLine      `json:"currentTaxLines,omitempty"`
	DutyLines       []Duty         `json:"dutyLines,omitempty"`
	Fees            []Fee          `json:"fees,omitempty"`
	Lines           []Line         `json:"lines"`
	ShippingLines   []ShippingLine `json:"shippingLines,omitempty"`
	Transactions    []Transaction  `json:"transactions,omitempty"`
	// RefundCount is the number of refund records. Units that an edit removes make
	// one too: only Refunds and Transactions tell whether money moved.
	RefundCount int      `json:"refundCount,omitempty"`
	Refunds     []Refund `json:"refunds,omitempty"`
	// Returns are read where the shop card wants refunds imported.
	Returns []Return `json:"returns,omitempty"`
	// Hidden are the fields of Shopify's order that the app may not read, such as
	// "paymentTerms": what is made of them is empty for that reason alone.
	Hidden []string `json:"hidden,omitempty"`
}

// Attr is one custom attribute ("note attribute").
type Attr struct {
	Key   string `json:"k"`
	Value string `json:"v,omitempty"`
}

// Customer is the order's customer as Shopify knows it.
type Customer struct {
	ID        string   `json:"id"`
	FirstName string   `json:"firstName,omitempty"`
	LastName  string   `json:"lastName,omitempty"`
	Email     string   `json:"email,omitempty"`
	Phone     string   `json:"phone,omitempty"`
	Note      string   `json:"note,omitempty"`
	TaxExempt bool     `json:"taxExempt,omitempty"`
	Default   *Address `json:"default,omitempty"`
}

// Company is the purchasing company of a B2B order.
type Company struct {
	ID         string `json:"id"`
	Name       string `json:"name,omitempty"`
	LocationID string `json:"locationID,omitempty"`
	ContactID  string `json:"contactID,omitempty"` // who ordered for it
}

// Address is a mailing address. Country and province are codes where Shopify knows one.
type Address struct {
	FirstName    string `json:"firstName,omitempty"`
	LastName     string `json:"lastName,omitempty"`
	Company      string `json:"company,omitempty"`
	Address1     string `json:"address1,omitempty"`
	Address2     string `json:"address2,omitempty"`
	City         string `json:"city,omitempty"`
	Zip          string `json:"zip,omitempty"`
	Province     string `json:"province,omitempty"`
	ProvinceCode string `json:"provinceCode,omitempty"`
	Country      string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Phone        string `json:"phone,omitempty"`
}

// Staff is a staff member of the shop.
type Staff struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// PaymentTerms of an order; DueAt is set if there is exactly one schedule.
type PaymentTerms struct {
	Name  string    `json:"name,omitempty"`
	Type  string    `json:"type,omitempty"`
	DueIn int       `json:"dueIn,omitempty"` // days
	DueAt time.Time `json:"dueAt,omitzero"`
}

// TaxLine is one tax on a line, a shipping line, or (summed) on the order.
type TaxLine struct {
	Title         string          `json:"title"`
	Rate          decimal.Decimal `json:"rate"` // 0.21
	ChannelLiable bool            `json:"channelLiable,omitempty"`
	Price         money.Bag       `json:"price"`
}

// Fee is an additional fee of the order.
type Fee struct {
	Name     string    `json:"name"`
	Price    money.Bag `json:"price"`
	TaxLines []TaxLine `json:"taxLines,omitempty"`
}

// Duty is one import duty of a line.
type Duty struct {
	LineID   string    `json:"lineID,omitempty"`
	Country  string    `json:"country,omitempty"` // of origin, ISO 3166-1 alpha-2
	Code     string    `json:"code,omitempty"`    // harmonised system code
	Price    money.Bag `json:"price"`             // without TaxLines
	TaxLines []TaxLine `json:"taxLines,omitempty"`
}

// Line is one line item.
type Line struct {
	ID               string      `json:"id"`
	Title            string      `json:"title"`
	VariantTitle     string      `json:"variantTitle,omitempty"`
	SKU              string      `json:"sku,omitempty"`
	Barcode          string      `json:"barcode,omitempty"` // the variant's
	ProductID        string      `json:"productID,omitempty"`
	VariantID        string      `json:"variantID,omitempty"`
	Quantity         int         `json:"quantity"`        // as ordered
	CurrentQuantity  int         `json:"currentQuantity"` // without refunded and removed units
	GiftCard         bool        `json:"giftCard,omitempty"`
	Tip              bool        `json:"tip,omitempty"`
	Taxable          bool        `json:"taxable,omitempty"`
	RequiresShipping bool        `json:"requiresShipping,omitempty"`
	UnitPrice        money.Bag   `json:"unitPrice"` // original
	Discounts        []money.Bag `json:"discounts,omitempty"`
	TaxLines         []TaxLine   `json:"taxLines,omitempty"`
	// Location is the Shopify location that the line ships from, by its
	// fulfilment order; "" when not known, or when there are several.
	Location string `json:"location,omitempty"`
	// Places are the locations that the current units ship from, if there are
	// several; their quantities make up CurrentQuantity.
	Places []Place `json:"places,omitempty"`
	// PlacesSold are the locations that more units than the current ones are of: those
	// that were refunded are among them. None where that is not known.
	PlacesSold []Place `json:"placesSold,omitempty"`
	// Group is the bundle that the line is a component of; nil: none.
	Group *Group `json:"group,omitempty"`
}

// Group is a bundle that was ordered. Its components have lines, and prices that make
// up the bundle's, and it has none itself.
type Group struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	SKU      string `json:"sku,omitempty"`
	Quantity int    `json:"quantity"` // bundles, as ordered
}

// Place is where some units of a line ship from.
type Place struct {
	Location string `json:"location"`
	Quantity int    `json:"quantity"`
}

// Discount is the sum of the allocations.
func (l Line) Discount() money.Bag {
	var sum money.Bag
	for _, d := range l.Discounts {
		sum = sum.Add(d)
	}
	return sum
}

// ShippingLine is one shipping line.
type ShippingLine struct {
	ID        string      `json:"id"`
	Title     string      `json:"title"`
	Code      string      `json:"code,omitempty"`
	Source    string      `json:"source,omitempty"`
	Removed   bool        `json:"removed,omitempty"`
	Price     money.Bag   `json:"price"` // original
	Discounts []money.Bag `json:"discounts,omitempty"`
	TaxLines  []TaxLine   `json:"taxLines,omitempty"`
}

// Discount is the sum of the allocations.
func (l ShippingLine) Discount() money.Bag {
	var sum money.Bag
	for _, d := range l.Discounts {
		sum = sum.Add(d)
	}
	return sum
}

// Transaction is one payment transaction.
type Transaction struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`   // SALE, CAPTURE, …
	Status   string    `json:"status"` // SUCCESS, PENDING, …
	Test     bool      `json:"test,omitempty"`
	Gateway  string    `json:"gateway,omitempty"`
	Amount   money.Bag `json:"amount"`
	Rounding money.Bag `json:"rounding"`
}
