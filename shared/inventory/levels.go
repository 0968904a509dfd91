package inventory

import (
	"context"
	"time"

	"backroom/shared/outbound"
)

// Level is what a shop has of an inventory item at a location.
type Level struct {
	Active    bool
	Available int
}

// ShopItem is an inventory item of a shop.
type ShopItem struct {
	ID      string
	Tracked bool
	Levels  map[string]Level // by location; one where it is not stocked is missing
}

// ShopLocation is a location of a shop.
type ShopLocation struct {
	ID, Name string
	Active   bool
	Service  bool // a fulfilment service keeps its stock
}

// Levels are inventory items and locations as they are in the database. What does not
// exist (any more) is missing.
type Levels struct {
	Items     map[string]ShopItem
	Locations map[string]ShopLocation
	// Unread are items that exist and could not be read, each with its own error.
	Unread map[string]error
}

// Change is one quantity to set, if it is still From.
type Change struct {
	Item     string `json:"item"`     // numeric id of the inventory item
	Location string `json:"location"` // numeric id
	Quantity int    `json:"quantity"`
	From     int    `json:"from"`
}

// Batch is what is set by one request, all of it or nothing.
type Batch struct {
	Key     string    `json:"key"` // idempotency key
	At      time.Time `json:"at"`  // when it was first about to be sent
	Changes []Change  `json:"changes"`
}

const (
	// MaxChanges is how many a batch has at most.
	MaxChanges = 250
	// MaxLevels is how many items and locations one read is of.
	MaxLevels = 250
)

// Codes of what is wrong with one change.
const (
	CodeStale     = "CHANGE_FROM_QUANTITY_STALE"
	CodeBundle    = "NON_MUTABLE_INVENTORY_ITEM"
	CodeItem      = "INVALID_INVENTORY_ITEM"
	CodeLocation  = "INVALID_LOCATION"
	CodeUnstocked = "ITEM_NOT_STOCKED_AT_LOCATION"
	// CodeOthers: nothing is wrong with it, others of its batch are refused.
	CodeOthers = "BATCH_REFUSED"
	// CodeBusy: a request of the same key is still being worked on.
	CodeBusy = "IDEMPOTENCY_CONCURRENT_REQUEST"
	// CodeFailed: a request of the same key has failed, and did nothing.
	CodeFailed = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
)

// Target is the shop that is told. Errors carry a fault.Kind.
type Target interface {
	// Levels reads items and locations, MaxLevels together at most.
	Levels(ctx context.Context, items, locations []string) (Levels, error)
	// Set sends a batch. An answer is an error for each change if any is refused: its
	// own code, or CodeOthers. A batch that was sent before is not done again.
	Set(ctx context.Context, b Batch) ([]outbound.Created[Change], error)
	// Placed lists the orders that were placed since a time, from the database.
	Placed(ctx context.Context, since time.Time) ([]string, error)
}

// Sales are the shop's orders as the shop has them.
type Sales interface {
	// Sold is what orders promise. One that is cancelled, a test, gone or cannot be
	// read promises nothing.
	Sold(ctx context.Context, ids []string) ([]Promise, error)
}
