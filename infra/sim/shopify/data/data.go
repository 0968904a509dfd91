// Package data is what a simulated shop holds: products, customers and orders,
// with the arithmetic that makes an order's totals agree. It is written from
// the API's documentation and shares nothing with the client under test, so
// that its figures can serve as the expected ones.
package data

import (
	"time"

	"github.com/shopspring/decimal"
)

// Data is a whole shop.
type Data struct {
	Shop      Shop
	Locations []*Location
	Products  []*Product
	Customers []*Customer
	Companies []*Company
	Orders    []*Order
	Flood     Flood `json:"-"` // nil: none
	Payments  *Payments
}

// Shop is the shop itself and how an app is installed in it.
type Shop struct {
	ID            int64
	Domain        string // sample.myshopify.com
	Name, Email   string
	Currency      string
	Timezone      string // IANA
	TaxesIncluded bool
	Plan          string // public display name
	OrderPrefix   string
	Address       Address
	CreatedAt     time.Time
	// ClientID and ClientSecret are the app's; the secret also signs webhooks.
	ClientID, ClientSecret string
	// Scopes are granted to the app. A write scope implies its read scope.
	Scopes []string
	// NoB2B is a plan without companies.
	NoB2B bool
}

// Location stocks goods.
type Location struct {
	ID                 int64
	Name               string
	Address            Address
	Inactive           bool
	FulfillmentService bool
}

// Address is a mailing address. ID 0 is as good as any.
type Address struct {
	ID                     int64
	FirstName, LastName    string
	Company                string
	Address1, Address2     string
	City, Zip              string
	Province, ProvinceCode string
	Country                string // ISO 3166-1 alpha-2
	Phone                  string
}

// Customer of the shop.
type Customer struct {
	ID                   int64
	FirstName, LastName  string
	Email, Phone         string
	Note, Locale         string
	Tags                 []string
	TaxExempt            bool
	Addresses            []Address
	Default              int // index of the default address
	CreatedAt, UpdatedAt time.Time
	Subscribed           bool // to marketing by e-mail
	Metafields           []Metafield
}

// Metafield is a custom field of an object, known by namespace and key.
type Metafield struct{ Namespace, Key, Type, Value string }

// Company buys business to business.
type Company struct {
	ID                   int64
	Name, ExternalID     string
	Locations            []CompanyLocation
	Contacts             []CompanyContact
	Main                 int64 // the main contact; 0 is the first
	CreatedAt, UpdatedAt time.Time
}

// CompanyContact is a customer who buys for a company.
type CompanyContact struct {
	ID, Customer int64
	Title        string
	Location     int64 // where they may order; 0: nowhere that is known
}

// CompanyLocation is a branch of a company.
type CompanyLocation struct {
	ID               int64
	Name, ExternalID string

	Phone                string
	Billing, Shipping    *Address
	TaxID                string
	Terms                int64     // the template of its payment terms; 0: it pays at once
	CreatedAt, UpdatedAt time.Time // zero: as the company
}

// Product with its variants; every product has at least one.
type Product struct {
	ID                    int64
	Title, Handle         string
	DescriptionHTML       string
	Vendor, Type          string
	Tags                  []string
	Status                string // ACTIVE, ARCHIVED, DRAFT
	GiftCard              bool
	Options               []string // their names
	Variants              []*Variant
	Images                []string // URLs
	CreatedAt, UpdatedAt  time.Time
	PublishedAt           time.Time
	DefaultVariantOnly    bool
	SEOTitle, SEODescribe string
	Channels              []int64 // publications that show it
}

// Variant is what is sold; its inventory item has the same number.
type Variant struct {
	ID               int64
	Title            string
	SKU, Barcode     string // "" is null
	Values           []string
	Price            decimal.Decimal
	CompareAt        *decimal.Decimal
	Cost             *decimal.Decimal
	Grams            int
	WeightUnit       string // that it is told in; "" is GRAMS
	Taxable          bool
	RequiresShipping bool
	Tracked          bool
	Oversell         bool
	HSCode, Origin   string
	Stock            map[int64]int // available by location
	// Inactive are locations whose level is not active: hidden unless asked for.
	Inactive map[int64]bool
	// RequiresComponents: a bundle, whose stock is its components'.
	RequiresComponents bool
	Image              string
}

// Bag is an amount in the shop's and in the buyer's currency.
type Bag struct{ Shop, Presentment decimal.Decimal }

// Add is b + o.
func (b Bag) Add(o Bag) Bag { return Bag{b.Shop.Add(o.Shop), b.Presentment.Add(o.Presentment)} }

// Sub is b − o.
func (b Bag) Sub(o Bag) Bag { return Bag{b.Shop.Sub(o.Shop), b.Presentment.Sub(o.Presentment)} }

// Mul is b × n.
func (b Bag) Mul(n int) Bag {
	d := decimal.NewFromInt(int64(n))
	return Bag{b.Shop.Mul(d), b.Presentment.Mul(d)}
}

// IsZero tells whether both amounts are zero.
func (b Bag) IsZero() bool { return b.Shop.IsZero() && b.Presentment.IsZero() }

// Attr is a custom attribute.
type Attr struct{ Key, Value string }

// Order is an order as the shop stores it. Times that are zero are null.
// Totals are not stored: see [Order.Totals].
type Order struct {
	ID                 int64
	Name               string
	Number             int
	CreatedAt          time.Time
	UpdatedAt          time.Time // whole seconds
	ProcessedAt        time.Time
	CancelledAt        time.Time
	CancelReason       string
	ClosedAt           time.Time
	Test, Edited       bool
	Unconfirmed        bool
	SourceName         string
	SourceIdentifier   string
	AttributionHandle  string
	AttributionName    string // "" is null
	RetailLocation     int64
	PONumber           string
	Note, Email, Phone string
	Tags               []string
	Attributes         []Attr
	RiskRecommendation string // "" is NONE
	Risks              []Risk

	Currency, Presentment string // presentment "" is the shop's
	TaxesIncluded         bool
	TaxExempt             bool
	DutiesIncluded        bool
	EstimatedTaxes        bool
	FinancialStatus       string // "" is null
	FulfillmentStatus     string
	ReturnStatus          string // "" is NO_RETURN
	DiscountCodes         []string

	Customer int64 // 0 is none
	Company  *Purchase
	Shipping *Address
	Billing  *Address
	Terms    *Terms
	Staff    *Staff // who placed it; nil is nobody of the shop

	Discounts     []Discount // applications; allocations name their index
	Lines         []*Line
	ShippingLines []*ShippingLine
	Fees          []Fee
	// OriginalPrice is the total as placed of an order that was edited since.
	OriginalPrice *Bag
	Tip           Bag // without a line
	CashRounding  Bag // what payments were rounded by, signed
	Transactions  []*Transaction
	Refunds       []*Refund
	Returns       []*Return

	FulfillmentOrders []*FulfillmentOrder
	Fulfillments      []*Fulfillment
	// Mails are what the buyer was written about shipping, such as "shipped #1001-F1".
	Mails []string
}

// Purchase is the company that buys, for one of its locations, through a contact.
type Purchase struct {
	CompanyID, LocationID int64
	ContactID             int64 // 0 is none
}

// Risk is an assessment of an order.
type Risk struct {
	Level    string // HIGH, MEDIUM, LOW, NONE, PENDING
	Provider string // title of the app; "" is Shopify, which is null
	Facts    []RiskFact
}

// RiskFact speaks for or against an order.
type RiskFact struct{ Description, Sentiment string } // POSITIVE, NEUTRAL, NEGATIVE

// Staff is a staff member.
type Staff struct {
	ID   int64
	Name string
}

// Terms of payment.
type Terms struct {
	ID        int64
	Name      string
	Type      string // NET, FIXED, RECEIPT, FULFILLMENT
	DueInDays int
	Schedules []Schedule
}

// Schedule is one instalment.
type Schedule struct {
	ID                           int64
	IssuedAt, DueAt, CompletedAt time.Time
	Amount                       decimal.Decimal // buyer's currency
}

// Discount is a discount application.
type Discount struct {
	Kind       string           // code, manual, automatic
	Title      string           // or the code
	Target     string           // LINE_ITEM or SHIPPING_LINE
	Selection  string           // ALL, ENTITLED, EXPLICIT
	Method     string           // ACROSS, EACH
	Percentage *decimal.Decimal // or
	Amount     decimal.Decimal  // in the buyer's currency
}

// Allocation is a part of a discount on a line.
type Allocation struct {
	Discount int
	Amount   Bag
}

// Tax is a tax line; Price is for the whole quantity.
type Tax struct {
	Title         string
	Rate          decimal.Decimal // 0.21
	ChannelLiable bool
	// LiabilityUnknown makes channelLiable null.
	LiabilityUnknown bool
	Source           string
	Price            Bag
}

// Fee is an additional fee.
type Fee struct {
	ID    int64
	Name  string
	Price Bag
	Taxes []Tax
}

// Line is a line item.
type Line struct {
	ID                  int64
	Title, VariantTitle string
	SKU, Vendor         string
	Product, Variant    int64 // 0 is none
	Quantity            int   // as ordered, with what was refunded or removed
	Removed             int   // units that edits and refunds took away
	Refunded            int   // of these, units that refunds took away
	GiftCard, Tip       bool
	Taxable             bool
	RequiresShipping    bool
	Grams               int
	Attributes          []Attr
	UnitPrice           Bag
	Allocations         []Allocation
	Taxes               []Tax
	Duty                *Duty
	Group               *Group // the bundle that it is a component of; nil is none
}

// Group is an ordered bundle. Its components are lines, the bundle is none.
type Group struct {
	ID       int64
	Title    string
	SKU      string
	Variant  int64
	Product  int64
	Quantity int
}

// Duty on a line.
type Duty struct {
	ID             int64
	HSCode, Origin string
	Price          Bag
	Taxes          []Tax
}

// ShippingLine of an order.
type ShippingLine struct {
	ID                  int64
	Title, Code, Source string
	Carrier             string
	Removed             bool
	Price               Bag
	Allocations         []Allocation
	Taxes               []Tax
}

// Transaction is a payment or one's reversal.
type Transaction struct {
	ID             int64
	Kind, Status   string
	Gateway        string
	Formatted      string
	PaymentID      string
	ErrorCode      string
	Manual, Test   bool
	Parent         int64
	Amount         Bag
	Rounding       *Bag
	ProcessedAt    time.Time
	SettleCurrency string
	ExpiresAt      time.Time // of an authorisation
	Account        string    // masked number
	Card           *Card     // paymentDetails, or
	Method         string    // the name of a local payment method
}

// Card is what a transaction tells of the card that paid.
type Card struct {
	Company, Number, Name, BIN string
	AVS, CVV                   string // the processor's one-letter answers
	Month, Year                int    // of expiry; 0 is null
	Wallet                     string // APPLE_PAY, …; "" is null
}

// Refund of an order.
type Refund struct {
	ID                   int64
	CreatedAt, UpdatedAt time.Time
	Note                 string
	ReturnID             int64
	Lines                []RefundLine
	Shipping             []RefundShipping
	Adjustments          []Adjustment
	Duties               []RefundDuty
	Transactions         []int64
}

// Return tracks goods that come back.
type Return struct {
	ID        int64
	Number    int    // of the order's returns
	Status    string // REQUESTED, OPEN, CLOSED, DECLINED, CANCELED
	CreatedAt time.Time
	ClosedAt  time.Time
	Lines     []*ReturnLine
	Exchanges []*Exchange
	Reverse   *ReverseOrder   // of the first parcel; nil until it is approved
	Others    []*ReverseOrder `json:",omitempty"` // of other parcels
}

// ReverseOrders are those of all parcels; none until the return is approved.
func (r *Return) ReverseOrders() []*ReverseOrder {
	if r.Reverse == nil {
		return nil
	}
	return append([]*ReverseOrder{r.Reverse}, r.Others...)
}

// ReturnLine is units of a line item that come back.
type ReturnLine struct {
	ID, Fulfillment int64 // of the fulfilment line
	Line            int64
	Quantity        int
	Processed       int
}

// Exchange is what goes out for what comes back. New becomes a line of the order
// when it is processed.
type Exchange struct {
	ID       int64
	Quantity int
	New      *Line
	Lines    []int64
}

// ReverseOrder is where what comes back is inspected.
type ReverseOrder struct {
	ID     int64
	Status string // OPEN, CLOSED, CANCELED
	Lines  []*ReverseLine
}

// ReverseLine is a return line in a [ReverseOrder].
type ReverseLine struct {
	ID, Fulfillment int64 // of the fulfilment line
	Line            int64
	Total           int
	Dispositions    []Disposition
}

// Disposition is what became of units that came back.
type Disposition struct {
	ID        int64
	CreatedAt time.Time
	Type      string // RESTOCKED, NOT_RESTOCKED, PROCESSING_REQUIRED, MISSING
	Quantity  int
	Location  int64
}

// RefundDuty gives a duty back with units of its line, without its taxes.
type RefundDuty struct {
	Duty   int64
	Amount Bag
}

// RefundLine takes back units of a line.
type RefundLine struct {
	ID, Line      int64
	Quantity      int
	RestockType   string // RETURN, CANCEL, NO_RESTOCK
	Restocked     bool
	Location      int64
	Subtotal, Tax Bag
}

// RefundShipping pays shipping back.
type RefundShipping struct {
	ID, ShippingLine int64
	Subtotal, Tax    Bag
}

// Adjustment is the difference between what is refunded and what its lines say.
type Adjustment struct {
	ID          int64
	Reason      string
	Amount, Tax Bag
}

// FulfillmentOrder groups what ships from one location.
type FulfillmentOrder struct {
	ID            int64
	Status        string // OPEN, IN_PROGRESS, CLOSED, ON_HOLD, CANCELLED, SCHEDULED, INCOMPLETE
	RequestStatus string // "" is UNSUBMITTED
	// Progress: somebody has reported that it is being worked on, so that it is
	// neither moved nor split.
	Progress  bool
	FulfillAt time.Time // of a scheduled one; zero is the order's own time
	Location  int64
	Method    string // "" is SHIPPING
	Holds     []string
	Lines     []*FulfillmentOrderLine
	UpdatedAt time.Time
}

// FulfillmentOrderLine is a part of a line item.
type FulfillmentOrderLine struct {
	ID, Line         int64
	Total, Remaining int
}

// Fulfillment is a shipment.
type Fulfillment struct {
	ID        int64
	Status    string
	CreatedAt time.Time
	Location  int64
	Order     int64 // the fulfilment order; the first of several
	Tracking  []Tracking
	Lines     []FulfillmentLine
}

// Tracking of a shipment.
type Tracking struct{ Number, Company, URL string }

// FulfillmentLine is what was shipped of a line item.
type FulfillmentLine struct {
	ID, Line int64
	Quantity int
	Order    int64 // the fulfilment order; 0 is the fulfilment's own
}
