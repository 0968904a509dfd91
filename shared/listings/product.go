package listings

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/cursor"
)

// Product is a product of a Shopify shop, whole.
type Product struct {
	ID        string // numeric Shopify id
	Handle    string // of its address, one in a shop
	Title     string
	HTML      string
	Vendor    string
	Type      string
	Status    string // ACTIVE, DRAFT, ARCHIVED, UNLISTED
	GiftCard  bool
	UpdatedAt time.Time
	Options   []string // names
	Variants  []ProductVariant
}

// ProductVariant is a variant of a product.
type ProductVariant struct {
	ID            string // numeric Shopify id
	InventoryItem string // numeric Shopify id
	Name          string // its option values
	SKU           string
	Barcode       string
	Price         decimal.Decimal // in the shop's currency
	Weight        Weight
	HSCode        string
	Origin        string // ISO code of a country
	Taxable       bool
	Oversell      bool     // it is sold when there is none in stock
	Values        []string // of the product's options
	Components    bool     // it is assembled of other variants
}

// Weight is an amount of a unit: GRAMS, KILOGRAMS, OUNCES or POUNDS.
type Weight struct {
	Value decimal.Decimal
	Unit  string
}

// ProductChange is what is to change of a product; nil stays.
type ProductChange struct{ Title, HTML, Vendor, Type, Status *string }

// VariantChange is what is to change of a variant; nil stays.
type VariantChange struct {
	ID           string // numeric Shopify id
	SKU, Barcode *string
	Weight       *Weight
	HSCode       *string
	Origin       *string
	Taxable      *bool
	Oversell     *bool
}

// NewProduct is a product to be made.
type NewProduct struct {
	Handle string // which makes it one: a second one of it is refused
	Title  string
	HTML   string
	Vendor string
	Type   string
	Status string
	Option string // name of the only option; "" for a product of one variant without
	// Variants are at most 2,048.
	Variants []NewVariant
}

// NewVariant is a variant to be made.
type NewVariant struct {
	Value        string // of the only option
	SKU, Barcode string
	Price        decimal.Decimal
	Weight       *Weight
	HSCode       string
	Origin       string
	Taxable      bool
	Oversell     bool // it is sold when there is none in stock
	Tracked      bool // its stock is counted
}

// ProductPage is a page of products that changed, oldest change first.
type ProductPage struct {
	Products []Product
	Unread   map[string]error // why some could not be read whole, by id; these are in no other list
	Next     string           // "" on the last page
}

// Channel is a sales channel of a shop.
type Channel struct{ ID, Title string }

// Shop is the products of a Shopify shop. Errors carry a fault.Kind; a refusal is
// fault.Rejected, with a sentence for merchants.
type Shop interface {
	// Clock, CountProducts and ChangedProducts are those of [cursor.Feed].
	Clock() time.Time
	CountProducts(ctx context.Context, w cursor.Window, limit int) (int, error)
	ChangedProducts(ctx context.Context, w cursor.Window, page string) (ProductPage, error)
	// ProductsByID reads at most [MaxByID] products from the database; those that are
	// gone are left out.
	ProductsByID(ctx context.Context, ids []string) (ProductPage, error)
	// Existing are those of at most [MaxExisting] ids that products have.
	Existing(ctx context.Context, ids []string) (map[string]bool, error)
	// ProductByHandle reads from the database; nil: there is none.
	ProductByHandle(ctx context.Context, handle string) (*Product, error)
	// ProductsOfCodes are the ids of products with a variant that has one of these SKUs
	// or bar codes, at most 20 of each, by the search index.
	ProductsOfCodes(ctx context.Context, skus, barcodes []string) ([]string, error)
	// CreateProduct makes a product. Errors: [ErrTaken] for a handle that another has.
	CreateProduct(ctx context.Context, p NewProduct) (Product, error)
	// UpdateProduct answers title, HTML, vendor, type and status as Shopify has stored them.
	UpdateProduct(ctx context.Context, id string, c ProductChange) (Product, error)
	// UpdateVariants changes at most 250 variants of a product, and no other, and answers
	// them as Shopify has stored them; refused says why some were not, by id.
	UpdateVariants(ctx context.Context, product string, cs []VariantChange) (done []ProductVariant, refused map[string]error, err error)
	// CreateVariants adds at most 250 variants to a product, all or none.
	CreateVariants(ctx context.Context, product, option string, vs []NewVariant) ([]ProductVariant, error)
	Channels(ctx context.Context) ([]Channel, error)
	Publish(ctx context.Context, product string, channels []string) error
}

// How many products are asked for by their ids in one call.
const (
	MaxByID     = 25
	MaxExisting = 250
)
