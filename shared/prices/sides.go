package prices

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
)

// Profile is what a shop says of its prices.
type Profile struct {
	Currency      string // ISO
	TimeZone      string // IANA
	TaxesIncluded bool
	// Reads says that the app may see products. Without it a variant that is asked for by
	// its id is missing, as one that was deleted.
	Reads bool
}

// Shown is what a shop shows of a variant's price.
type Shown struct {
	Variant   string // numeric Shopify id
	Price     decimal.Decimal
	CompareAt decimal.NullDecimal
	Cost      decimal.NullDecimal
	// Err is why the variant could not be read: then nothing else is known of it.
	Err error
}

// Change is what is to change of a variant.
type Change struct {
	Variant   string // numeric Shopify id
	Price     decimal.Decimal
	CompareAt *decimal.Decimal // nil stays, 0 is none
	Cost      *decimal.Decimal // nil stays
}

// Changes are those of a product, at most [PerProduct].
type Changes struct {
	Product string // numeric Shopify id
	Changes []Change
}

// PerProduct is how many variants of a product one request or line changes.
const PerProduct = 250

// Answered is what became of the changes of a product: of a variant that is in neither,
// nothing is known.
type Answered struct {
	Shown   []Shown          // what was done
	Refused map[string]error // by variant: what was not
}

// Bulk is how far a bulk operation is.
type Bulk struct {
	Ended  bool
	URL    string // of its rows; "": it has none
	Failed string // why it has ended without all of them; "": it has not
}

// Shop is the prices of a shop. Errors carry a fault.Kind.
type Shop interface {
	Profile(ctx context.Context) (Profile, error)
	// Shown reads variants, at most [MaxByID]; those that do not exist are left out.
	Shown(ctx context.Context, variants []string) ([]Shown, error)
	// Change changes variants of one product. One that is refused stops no other.
	Change(ctx context.Context, c Changes) (Answered, error)

	// BeginShown and BeginChanges start bulk operations: one that reads all variants of
	// the shop, and one that makes changes. Errors: fault.Throttled when too many are
	// running.
	BeginShown(ctx context.Context) (id string, err error)
	BeginChanges(ctx context.Context, cs []Changes) (id string, err error)
	Bulk(ctx context.Context, id string) (Bulk, error)
	// AllShown calls f with each row of the one, AllChanged with those of the other.
	// product is "" where a row does not tell it; line counts what was sent from 0.
	AllShown(ctx context.Context, b Bulk, f func(Shown) error) error
	AllChanged(ctx context.Context, b Bulk, f func(line int, a RowAnswer) error) error
	// Pause waits.
	Pause(ctx context.Context, d time.Duration) error
}

// RowAnswer is the answer to one line of changes.
type RowAnswer struct {
	Shown   []Shown       // what was done, and beside a refusal maybe what was not
	Refused map[int]error // by the index of the change; -1: all of them
}

// Answered are the changes of a line by its answer.
func (r RowAnswer) Answered(cs []Change) Answered {
	a := Answered{Refused: map[string]error{}}
	for i, c := range cs {
		if err := r.Refused[i]; err != nil {
			a.Refused[c.Variant] = err
		} else if err := r.Refused[-1]; err != nil {
			a.Refused[c.Variant] = err
		}
	}
	for _, s := range r.Shown {
		if a.Refused[s.Variant] == nil {
			a.Shown = append(a.Shown, s)
		}
	}
	return a
}

// MaxByID is how many variants one request reads.
const MaxByID = 250
