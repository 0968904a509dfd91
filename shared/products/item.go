package products

import "context"

// Item is an item of a BC company.
type Item struct {
	Number  string
	Blocked bool
	GTIN    string
	Type    string // as Business Central writes it: Inventory, Service or Non_x002D_Inventory
}

// Inventory is the type of items of which stock is kept.
const Inventory = "Inventory"

// Variant is a variant of an item.
type Variant struct {
	ID         string // guid
	ItemNumber string
	Code       string
}

// VendorItem is an item under the number that its vendor gives it.
type VendorItem struct {
	Code       string
	ItemNumber string
}

// Items are the items of a BC company. A call has at most 100 values; errors carry
// a fault.Kind.
type Items interface {
	ItemsByNumber(ctx context.Context, numbers []string) ([]Item, error)
	ItemsByGTIN(ctx context.Context, gtins []string) ([]Item, error)
	VariantsByItem(ctx context.Context, itemNumbers []string) ([]Variant, error)
	// VendorItems are those of these vendors' numbers; none where there is no companion API.
	VendorItems(ctx context.Context, codes []string) ([]VendorItem, error)
	VariantsByCode(ctx context.Context, codes []string) ([]Variant, error)
}
