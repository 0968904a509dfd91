package shipments

import (
	"context"
	"slices"
	"time"

	"backroom/shared/outbound"
)

// Order is what Shopify has of an order to ship, and what was sent of it.
type Order struct {
	ID        string
	Name      string
	UpdatedAt time.Time
	State     string // a hash of what else tells that somebody has changed the order
	Cancelled bool
	ToShip    []FulfilmentOrder
	Sent      []Fulfilment
}

// FulfilmentOrder is what of an order ships from one location. Its id is good for
// the moment only: holds, moves and edits make others.
type FulfilmentOrder struct {
	ID           string
	Status       string // OPEN, IN_PROGRESS, ON_HOLD, SCHEDULED, CLOSED, …
	Request      string // UNSUBMITTED, SUBMITTED, ACCEPTED, …: what a service was asked
	Method       string // PICK_UP, SHIPPING, …
	Location     string // numeric id
	LocationName string
	Service      bool // the location is a fulfilment service's
	CanFulfil    bool // Shopify offers to create a fulfilment
	Holds        []string
	FulfilAt     time.Time
	Lines        []OpenLine
}

// OpenLine is a line of a fulfilment order.
type OpenLine struct {
	ID        string
	Item      string // id of the order's line item
	SKU       string
	Title     string
	Remaining int
}

// Fulfilment is what was sent of an order at one time from one location.
type Fulfilment struct {
	ID        string
	Name      string // #1001-F1
	Cancelled bool
	Location  string
	Units     map[string]int // by line item
	Parcels   []Tracking
}

// Tracking is a parcel as Shopify knows it.
type Tracking struct {
	Number  string `json:"number,omitempty"`
	Company string `json:"company,omitempty"`
	URL     string `json:"url,omitempty"`
}

// Sending is a fulfilment to create: parts of fulfilment orders of one order and
// one location, with parcels of one company.
type Sending struct {
	Order   string
	Parts   []Portion
	Parcels []Tracking
	Notify  bool // Shopify writes to the buyer
}

// Portion is units of a line of a fulfilment order.
type Portion struct {
	FulfilmentOrder, Line, Item string
	Units                       int
}

// Done is what Shopify says after a change: the fulfilment, if there is one, and
// the order as it is then.
type Done struct {
	ID, Name  string
	UpdatedAt time.Time // zero: Shopify does not tell
	State     string    // as that of [Order]
}

// Read is what reading orders by id gave. One that does not exist is in neither.
type Read struct {
	Orders []Order
	Unread map[string]error // those that exist and could not be read
}

// Target is the shop that is told. Errors carry a fault.Kind; one of a single row
// is in its answer.
type Target interface {
	Orders(ctx context.Context, ids []string) (Read, error)
	// Fulfil creates fulfilments by one request. Its answers are in the order of ss.
	Fulfil(ctx context.Context, ss []Sending) ([]outbound.Created[Done], error)
	// Cancel cancels a fulfilment; one that is cancelled stays so.
	Cancel(ctx context.Context, fulfilment string) (Done, error)
	// Track replaces the parcels of a fulfilment.
	Track(ctx context.Context, fulfilment string, parcels []Tracking, notify bool) (Done, error)
	// Ready makes a fulfilment order ready for pickup. Shopify writes to the buyer.
	Ready(ctx context.Context, fulfilmentOrder string) (Done, error)
}

// MaxSendings is how many fulfilments one request creates at most.
const MaxSendings = 40

func (o Order) fulfilment(id string) *Fulfilment {
	i := slices.IndexFunc(o.Sent, func(f Fulfilment) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return &o.Sent[i]
}

// requested reports whether a service has the fulfilment order in hand: then it is
// not the merchant's to ship, whatever Shopify offers.
func (f FulfilmentOrder) requested() bool {
	switch f.Request {
	case "SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED":
		return true
	}
	return false
}

// remains is how many units of a line item are still in it.
func (f FulfilmentOrder) remains(item string) (n int) {
	for _, l := range f.Lines {
		if l.Item == item {
			n += l.Remaining
		}
	}
	return n
}

// over reports whether nothing can come of the fulfilment order any more. What
// remains in a closed one says nothing: it stands in another one.
func (f FulfilmentOrder) over() bool { return f.Status == "CLOSED" || f.Status == "CANCELLED" }
