package inventory

import (
	"context"

	"github.com/shopspring/decimal"
)

// Stock is what a company has of an item, or of its variant, at a location, in base
// units. Codes are as [bcapi.Code] gives them.
type Stock struct {
	Item, Variant string // number and code; Variant "" is the item itself
	Location      string // code; "" is a location, too
	Quantity      decimal.Decimal
	// Sold is what of Quantity the company has sold and not shipped.
	Sold decimal.Decimal
	// Projected is Quantity with what is received up to today, less Sold and what else
	// needs it up to today.
	Projected decimal.Decimal
}

// Stocks is what a company says of its stock.
type Stocks struct {
	// Located: stock is told per variant and location. Else a row is an item's total,
	// with all of its variants at all locations, and Projected is not told.
	Located bool
	Rows    []Stock
	// Items are those that stock is kept of, by number.
	Items map[string]Item
}

// Item is what a company says of an item that stock is kept of.
type Item struct {
	BaseUnit string // code
	// Variants: it has variants. Told where stock is not told per variant.
	Variants bool
	// Unsure: what is sold of it is not known, a line being in another unit of measure.
	Unsure bool
	// Units are how many base units one of another unit of measure holds, by code.
	Units map[string]decimal.Decimal
}

// Asked is what of a company's stock is asked for.
type Asked struct {
	Items []string // numbers; nil: all
	// Units: other units of measure than an item's base unit are needed.
	Units bool
}

// Source is the company whose stock it is. Errors carry a fault.Kind.
type Source interface {
	// Stock reads what was asked for. What is sold is read before what is there.
	Stock(ctx context.Context, a Asked) (Stocks, error)
}

// Good is a variant of the shop, linked with an item, or a variant of one.
type Good struct {
	Variant       string // numeric Shopify id
	InventoryItem string // numeric Shopify id
	Item          string // number
	Code          string // of the item's variant; "": the item itself
	Unit          string // of measure that the variant is sold by; "": the item's base unit
	Name          string // what a person calls it
}

// Links are the goods of a shop. Errors carry a fault.Kind.
type Links interface {
	// Goods lists the goods of a shop, of these items; nil: all.
	Goods(ctx context.Context, shop string, items []string) ([]Good, error)
}
