package completeness

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
)

// Value is a total with the tax that it holds, in units of a currency (ISO 4217).
type Value struct {
	Currency   string
	Total, Tax decimal.Decimal
}

// Order is an order by its totals.
type Order struct {
	ID        string // numeric
	Name      string
	CreatedAt time.Time
	// Test, Unconfirmed and Cancelled orders need no document.
	Test, Unconfirmed, Cancelled bool
	// Fulfilled: all of its units are.
	Fulfilled bool
	// Shop and Buyer are what it comes to after edits and refunds, in the two currencies.
	Shop, Buyer Value
	// Whole and WholeBuyer are what it came to with the units that have been taken from it since.
	Whole, WholeBuyer Value
	Refunds           []Refund
}

// needless reports whether the order gets no document by its nature.
func (o Order) needless() bool { return o.Test || o.Unconfirmed || o.Cancelled }

// Refund is a refund of an order by the money that went back.
type Refund struct {
	ID     string // numeric
	Amount money.Bag
}

// Kind is what a document of the company is.
type Kind string

// The kinds.
const (
	SalesOrder Kind = "sales order"
	Invoice    Kind = "invoice"
	CreditMemo Kind = "credit memo"
)

// Document is a document of the company by its totals. Those of sales orders are of
// their lines, since the header's can be stale.
type Document struct {
	Kind     Kind
	Number   string
	Order    string // number of the sales order that an invoice was posted from; "": none
	External string // external document number
	Value
	// Inclusive: its prices include tax.
	Inclusive bool
	// Void: it was cancelled, or cancels another one.
	Void bool
}

// Goods are units by an item's number, or a line's SKU, as codes; "" is of goods whose
// lines are not known.
type Goods map[string]decimal.Decimal

// add adds o to g, which is made if it is nil.
func (g Goods) add(o Goods) Goods {
	if g == nil {
		g = Goods{}
	}
	for code, n := range o {
		g[code] = g[code].Add(n)
	}
	return g
}

func (g Goods) sum() (all decimal.Decimal) {
	for _, n := range g {
		all = all.Add(n)
	}
	return all
}

// Shipment is a posted shipment.
type Shipment struct {
	Number     string
	External   string
	ModifiedAt time.Time
}

// Days is a range of dates (2006-01-02), both included.
type Days struct{ From, To string }

// Shop lists orders by the search index. Errors carry a fault.Kind, here and below.
type Shop interface {
	// Placed counts the orders that were placed in [from, to), at most limit.
	Placed(ctx context.Context, from, to time.Time, limit int) (int, error)
	// Page is the ids of a page of them; next is "" on the last.
	Page(ctx context.Context, from, to time.Time, page string) (ids []string, next string, err error)
	// Refunded is the ids of a page of the orders that were placed before, and that
	// have changed since and have refunds.
	Refunded(ctx context.Context, since time.Time, page string) (ids []string, next string, err error)
}

// Heads reads from the shop's database, at most [PerRead] ids. What is not there is
// left out.
type Heads interface {
	Orders(ctx context.Context, ids []string) ([]Order, error)
	// Refunds are the orders of refunds, by the refund's id.
	Refunds(ctx context.Context, ids []string) (map[string]string, error)
	// Units are how many units of orders were fulfilled, by SKU, gift cards that Shopify
	// sends by itself left out, by the order's id.
	Units(ctx context.Context, ids []string) (map[string]Goods, error)
}

// PerRead is how many ids one read of the shop takes.
const PerRead = 250

// Copies reads orders whole, as [orders.Copies] does.
type Copies interface {
	Orders(ctx context.Context, ids []string) (orders.Read, error)
	Refunds(ctx context.Context, os []orders.Order) (orders.RefundsRead, error)
}

// Exports reads many orders in one go.
type Exports interface {
	// Begin asks for the orders that were placed in [from, to), and answers the export's
	// id. All places being taken is fault.Throttled.
	Begin(ctx context.Context, from, to time.Time) (id string, err error)
	// Export tells how far one is.
	Export(ctx context.Context, id string) (Export, error)
	// Rows calls f with each order of an export that has ended.
	Rows(ctx context.Context, e Export, f func(Order) error) error
}

// Export is how far an export is.
type Export struct {
	Ended  bool
	Failed string // why there are no rows; "": it has not failed. An id that is not known has failed
	URL    string // "": it has no rows
}

// Lists reads the company's documents flat, without their lines but for totals.
type Lists interface {
	// Documents are sales orders and invoices by the document's date, sales orders first.
	Documents(ctx context.Context, d Days, f func(Document) error) error
	// Memos are credit memos by the document's date.
	Memos(ctx context.Context, d Days, f func(Document) error) error
	// Shipments are those posted on the days.
	Shipments(ctx context.Context, d Days, f func(Shipment) error) error
}

// Finds finds the company's documents by their external numbers.
type Finds interface {
	DocumentsOf(ctx context.Context, externals []string) ([]Document, error)
	// DocumentsBy are the sales orders of the numbers, and the invoices of such orders.
	DocumentsBy(ctx context.Context, numbers []string) ([]Document, error)
	MemosOf(ctx context.Context, externals []string) ([]Document, error)
	ShipmentsOf(ctx context.Context, externals []string) ([]Shipment, error)
	// Shipped is how many units of items shipments hold, by the item's number, what was
	// taken back left out, by the shipment's number.
	Shipped(ctx context.Context, numbers []string) (map[string]Goods, error)
}

// Fate is what Backroom has stored of an order: the zero value is nothing.
type Fate struct {
	Known    bool
	State    orders.State
	Document string // number of the document it is linked with
	// Accepted is a total that a person has accepted although it is not Shopify's.
	Accepted *money.Amount
	// Refunds are what is stored of its refunds, by id.
	Refunds map[string]RefundFate
	// Shipments are the reasons why shipments are not fulfilled, by their number; ""
	// for one that is under way.
	Shipments map[string]issue.Reason
}

// RefundFate is what is stored of a refund.
type RefundFate struct {
	Waits bool // for its credit memo
	Needs bool // one; false: it gets none
}

// Known tells what is stored of orders.
type Known interface {
	Fates(ctx context.Context, shop string, ids []string) (map[string]Fate, error)
}

// Sides are the two systems.
type Sides struct {
	Shop    Shop
	Heads   Heads
	Exports Exports
	Copies  Copies
	Profile Profile
	Lists   Lists
	Finds   Finds
}

// Profile tells how orders are named, and which the app may see.
type Profile interface {
	// Horizon is the time before which orders were placed that the app may not read.
	Horizon(ctx context.Context) (time.Time, error)
	// Affixes are what stands around the number in the name of an order.
	Affixes(ctx context.Context) (prefix, suffix string, err error)
}
