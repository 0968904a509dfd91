// Package shipments sends what Business Central has shipped to Shopify: posted
// shipments become fulfilments of their orders, line by line, and are taken back
// when they are undone. What a shipment has become is stored beside it, so that
// nothing is fulfilled twice.
package shipments

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
)

// Shipment is a posted shipment of the company. It holds every line of its order,
// with quantity 0 where nothing was shipped.
type Shipment struct {
	ID         string // guid
	Number     string
	External   string // external document number, which ends in the order's id
	Posted     string // date, 2006-01-02
	ModifiedAt time.Time
	Lines      []Line // in the order of their sequences
	Parcels    []Parcel
	// Agent and AgentName are the shipping agent's code and name, "" when the source
	// does not tell.
	Agent, AgentName string
}

// Kind is what a line of a shipment is of.
type Kind int

// The kinds. All that is neither an item nor a text is Other.
const (
	Other Kind = iota
	Item
	Text
)

// Line is a line of a shipment. Sequence is that of the order's line; a line that
// takes another one back has a sequence of its own and a negative quantity.
type Line struct {
	Sequence     int
	Kind         Kind
	Object       string // number of the item
	Description  string
	Description2 string
	Quantity     decimal.Decimal
	Location     string // code; "" when the source does not tell
	Tracking     string // number of the parcel that holds it; "" when the source does not tell
}

// Parcel is one parcel of a shipment. Of Agent and AgentName either may be "".
type Parcel struct {
	Number    string
	Agent     string // code of the shipping agent, or what a person called the carrier
	AgentName string
	URL       string
	Items     []string // numbers of the items that it holds; nil: the source does not tell
	// ByText: a text on the order names it, which stands in every later shipment of the
	// order too.
	ByText bool
}

// Negative is a line that takes another one of its shipment back. The header's time
// does not change by it.
type Negative struct {
	ID       string // guid of the line
	Shipment string // number
}

// Source is the company that ships. Errors carry a fault.Kind.
type Source interface {
	// Changed lists shipments by the time of their last change, from that time on,
	// at most limit, without lines.
	Changed(ctx context.Context, from time.Time, limit int) ([]Shipment, error)
	// ByNumber reads shipments without lines. One that does not exist is left out.
	ByNumber(ctx context.Context, numbers []string) ([]Shipment, error)
	// Complete reads lines and parcels of shipments. It reports false if the company
	// cannot tell parcels but by texts on lines.
	Complete(ctx context.Context, ss []Shipment) (tells bool, err error)
	// Undone lists the lines that take others back, with a shipment date from that
	// day on; a zero time is all.
	Undone(ctx context.Context, from time.Time) ([]Negative, error)
}
