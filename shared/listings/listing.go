// Package listings keeps which Shopify products and variants stand for which items of
// Business Central.
package listings

import (
	"slices"
	"time"

	"backroom/shared/record"
)

// How says what the item of a variant rests on. Its text is stored.
type How string

const (
	BySKU     How = "SKU"      // by the shop card's SKU mapping
	ByBarcode How = "bar code" // the item's GTIN
	ByHand    How = "by hand"  // the shop card maps the variant's id
	Made      How = "made"     // one was made for the other by sync-products
)

// Listing is a Shopify product whose variants stand for items. Not safe for concurrent
// use.
type Listing struct {
	record.Rest // of a newer release

	Shop    string `json:"-"`
	Product string `json:"-"` // numeric Shopify id
	Version int64  `json:"-"` // 0: not stored

	Title    string    `json:"title,omitempty"`
	Variants []Variant `json:"variants,omitempty"` // those with an item, and bundles' parents
	// SeenAt is the product's update time when both sides were in step last.
	SeenAt time.Time `json:"seenAt,omitzero"`
	// ReadAt is the newest update time of the product that was read: a list that shows an
	// older one shows the product as it was.
	ReadAt time.Time `json:"readAt,omitzero"`
	// Made is the item that the product was made for: its other item variants become
	// variants too. "" for a product of Shopify's own.
	Made string `json:"made,omitempty"`
	// Shown are the sales channels that the product was shown in, as the card names them: that
	// is done once, and whoever hides it after that is followed.
	Shown string `json:"shown,omitempty"`
	// Others says whether other products stood for the same when they were looked for last:
	// "none" or "some"; "": they were not.
	Others string `json:"others,omitempty"`
	// Conflicts are fields that both sides had changed, until they are a week old.
	Conflicts []Conflict `json:"conflicts,omitempty"`
	// Agreed are hashes of what both sides said last of the product, by field.
	Agreed map[Field]string `json:"agreed,omitempty"`
}

// Conflict is a field that both sides had changed to different values.
type Conflict struct {
	Variant string    `json:"variant,omitempty"` // numeric Shopify id; "": it is of the product
	Field   Field     `json:"field"`
	BC      string    `json:"bc"`
	Shopify string    `json:"shopify"`
	Kept    Owner     `json:"kept"` // whose value counted
	At      time.Time `json:"at"`
}

// Variant is a Shopify variant with the item that it stands for.
type Variant struct {
	ID            string `json:"id"`                      // numeric Shopify id
	InventoryItem string `json:"inventoryItem,omitempty"` // numeric Shopify id
	Item          string `json:"item,omitempty"`          // number in Business Central; "" for a bundle's parent that has none
	Code          string `json:"code,omitempty"`          // of the item variant; "": the item itself
	Unit          string `json:"unit,omitempty"`          // of measure; "": the item's base unit
	Name          string `json:"name,omitempty"`          // for people: its option values
	// Components says that Shopify assembles it of other variants: its stock and price
	// are theirs, and it is never written to.
	Components bool `json:"components,omitempty"`

	How How       `json:"how,omitempty"`
	At  time.Time `json:"at,omitzero"` // since when it stands for this item
	// Agreed are hashes of what both sides said last of the variant, by field.
	Agreed map[Field]string `json:"agreed,omitempty"`
}

// Same reports whether v and o stand for the same thing in Business Central.
func (v Variant) Same(o Variant) bool {
	return v.Item == o.Item && v.Code == o.Code && v.Unit == o.Unit
}

// Variant is the variant of an id, and whether l has it.
func (l Listing) Variant(id string) (Variant, bool) {
	i := slices.IndexFunc(l.Variants, func(v Variant) bool { return v.ID == id })
	if i < 0 {
		return Variant{}, false
	}
	return l.Variants[i], true
}

// Items are the numbers of the items that l's variants stand for, sorted, each once.
func (l Listing) Items() []string {
	var out []string
	for _, v := range l.Variants {
		if v.Item != "" {
			out = append(out, v.Item)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// NameOf is what people call a variant of l.
func (l Listing) NameOf(v Variant) string {
	if v.Name == "" || v.Name == "Default Title" {
		return l.Title
	}
	return l.Title + " (" + v.Name + ")"
}
