package listings

import (
	"context"
	"errors"
	"time"

	"github.com/shopspring/decimal"
)

// ErrTaken is a refusal of what has a name that another has.
var ErrTaken = errors.New("the name is taken")

// Item is an item of a company.
type Item struct {
	ID         string // guid
	Number     string
	Name       string
	Category   string // code
	Unit       string // of measure, its base unit, of one that is made; "": the company's own default
	Blocked    bool
	GTIN       string
	UnitPrice  decimal.Decimal // in the company's own currency
	ModifiedAt time.Time       // moves with stock too
}

// ItemVariant is a variant of an item.
type ItemVariant struct {
	ID         string // guid
	Item       string // number
	Code       string
	Name       string
	ModifiedAt time.Time
}

// Details are what API v2.0 does not show of an item.
type Details struct {
	Item         string          // number
	Vendor       string          // its name
	VendorItem   string          // what the vendor calls it
	Weight       decimal.Decimal // gross, of a base unit, in whatever unit the company enters it
	TariffNo     string
	Origin       string // ISO code of a country
	SalesBlocked bool
	Barcodes     map[string]string // by variant code, "" for the item itself: in the base unit, or whatever unit
}

// ItemChange is what is to change of an item; nil stays.
type ItemChange struct{ Name, GTIN *string }

// Company is the items of a company. Errors carry a fault.Kind; a refusal is
// fault.Rejected.
type Company interface {
	// Items and ItemVariants call f with each, in no order, and end with its error.
	Items(ctx context.Context, f func(Item) error) error
	ItemVariants(ctx context.Context, f func(ItemVariant) error) error
	// ChangedItems and ChangedVariants are those that changed at from or later, oldest
	// change first.
	ChangedItems(ctx context.Context, from time.Time) ([]Item, error)
	ChangedVariants(ctx context.Context, from time.Time) ([]ItemVariant, error)
	// ByNumber reads items with their variants, in one request if that is possible.
	ByNumber(ctx context.Context, numbers []string) ([]Item, []ItemVariant, error)
	// ByCode reads the items with these GTINs, and the item variants with these codes.
	ByCode(ctx context.Context, gtins, codes []string) ([]Item, []ItemVariant, error)
	// ByVendorItem are the numbers of items that their vendors call so; none where there is
	// no companion API.
	ByVendorItem(ctx context.Context, codes []string) ([]string, error)
	// Details are those of items of these numbers, of all for nil; known is false where
	// there is no companion API that tells them.
	Details(ctx context.Context, numbers []string) (ds []Details, known bool, err error)
	// Texts are the descriptions of items, HTML, by number; those without are left out.
	// There are none where there is no companion API.
	Texts(ctx context.Context, numbers []string) (map[string]string, error)
	// CategoryNames are the names of item categories by their codes.
	CategoryNames(ctx context.Context) (map[string]string, error)
	// CreateItem makes an item of a number, and CreateItemVariant a variant of it.
	// Errors: [ErrTaken] when there is one.
	CreateItem(ctx context.Context, i Item) (Item, error)
	CreateItemVariant(ctx context.Context, v ItemVariant) (ItemVariant, error)
	// UpdateItem changes an item by its id.
	UpdateItem(ctx context.Context, id string, c ItemChange) (Item, error)
}
