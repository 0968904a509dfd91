package listings

import (
	"slices"
	"strings"

	"backroom/shared/products"
	"backroom/shared/shop"
)

// Direction says who is followed for fields that have no owner of their own, and where
// what is missing is made. Its text is stored.
type Direction string

// The directions. Without one, variants are linked with items, and nothing is written.
const (
	ToShop   Direction = "to-shopify"
	FromShop Direction = "from-shopify"
	BothWays Direction = "both"
)

// Settings are the settings of the shop card about products. Missing fields of an older
// card have working zero values.
type Settings struct {
	ProductSync        Direction       `json:"productSync,omitempty"`
	ProductFieldOwners map[Field]Owner `json:"productFieldOwners,omitempty"`
	AddProducts        bool            `json:"addProducts,omitempty"`       // items without product become products
	AddItems           bool            `json:"addItems,omitempty"`          // variants without item become items
	ProductCategories  []string        `json:"productCategories,omitempty"` // of items that become products; empty: all
	NewProductStatus   string          `json:"newProductStatus,omitempty"`  // "" is draft
	NewProductVendor   string          `json:"newProductVendor,omitempty"`
	NewProductOption   string          `json:"newProductOption,omitempty"` // "" is Variant
	NewProductOversell bool            `json:"newProductOversell,omitempty"`
	NewProductTracked  bool            `json:"newProductTracked,omitempty"`
	ProductChannels    []string        `json:"productChannels,omitempty"` // titles of sales channels
	RemovedProducts    string          `json:"removedProducts,omitempty"` // "", archive, draft
	ShowProducts       bool            `json:"showProducts,omitempty"`    // existing ones too, in ProductChannels
	NewItemCategory    string          `json:"newItemCategory,omitempty"`
	NewItemUnit        string          `json:"newItemUnit,omitempty"`
	ItemWeightUnit     string          `json:"itemWeightUnit,omitempty"`  // "" is kg
	ProductTaxable     string          `json:"productTaxable,omitempty"`  // "", yes, no
	ProductOversell    string          `json:"productOversell,omitempty"` // "", yes, no
}

const (
	archive, draft = "archive", "draft"
	// maxOptionName is how long the name of an option may be in Shopify, in characters.
	maxOptionName = 255
)

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Products", Settings{}, checkSettings,
	shop.Setting{Names: []string{"productSync"}, Does: "which side products follow: `to-shopify` (items of Business Central), `from-shopify` (products of Shopify) or `both` (whichever changes first); blank: variants are linked with items, and nothing is written"},
	shop.Setting{Names: []string{"productFieldOwners"}, Does: "whose value counts, field by field, in place of `productSync`: `{\"title\": \"shopify\", \"barcode\": \"first\"}`. Fields are `title` (an item's description), `type` (its category), `sku` (by `skuMapping`) and `barcode` (its GTIN); owners are `shopify`, `business-central`, `first` and `nobody`; `type` and `sku` are Business Central's or nobody's. With the companion API also `vendor` (the name of an item's vendor), `body` (its marketing text), `weight` (its gross weight), `hs-code` (its tariff number) and `origin` (its country of origin): they are nobody's until they are named here as `business-central`'s, and without the companion API they stay as they are in Shopify; bar codes of item variants come from its item references. Tags and what a product looks like are Shopify's", New: "blank", Theirs: "-"},
	shop.Setting{Names: []string{"addProducts"}, Does: "items that no product stands for become products, with all their item variants; one that is found by SKU or bar code is linked instead. The price is the item's unit price as a number, in whatever currency and with or without tax: look at it before the product is made active. Needs `productSync` `to-shopify` or `both`"},
	shop.Setting{Names: []string{"addItems"}, Does: "variants that stand for no item become items, or item variants, of the number that their SKU gives (`skuMapping` `item-no` or `item-no-variant-code`). Needs `productSync` `from-shopify` or `both`"},
	shop.Setting{Names: []string{"productCategories"}, Does: "codes of the item categories whose items become products", New: "blank, which is all", Theirs: "-"},
	shop.Setting{Names: []string{"newProductStatus"}, Does: "status of products that are made: `active`, `draft` or `unlisted`", New: "blank, which is `draft`: somebody looks at the price first", Theirs: "`active`"},
	shop.Setting{Names: []string{"newProductVendor"}, Does: "vendor of products that are made, where the companion API tells none of the item", Theirs: "-"},
	shop.Setting{Names: []string{"newProductOption"}, Does: "name of the option that tells item variants apart", New: "blank, which is `Variant`", Theirs: "-"},
	shop.Setting{Names: []string{"newProductOversell"}, Does: "variants that are made are sold when there is none in stock", Theirs: "on"},
	shop.Setting{Names: []string{"showProducts"}, Does: "products that exist are shown in `productChannels` too, once they stand for items; one that somebody hides after that stays hidden. Needs `productSync` `to-shopify` or `both`", Theirs: "-"},
	shop.Setting{Names: []string{"newItemCategory"}, Does: "code of the category of items that are made, if none has the name of the product's type. What else an item needs, as its posting groups, is the company's template for items", Theirs: "of `Item Templ. Code`"},
	shop.Setting{Names: []string{"newItemUnit"}, Does: "code of the base unit of measure of items that are made", New: "blank, which is that of the company's template", Theirs: "of `Item Templ. Code`"},
	shop.Setting{Names: []string{"itemWeightUnit"}, Does: "unit in which the company enters the gross weight of items, of which Business Central says nothing: `kg`, `g`, `lb` or `oz`", New: "blank, which is `kg`", Theirs: "-"},
	shop.Setting{Names: []string{"productTaxable"}, Does: "all variants that stand for items are taxable: `yes`, `no`; blank: as Shopify has it, and new ones are. What somebody changes in Shopify is set right. Needs `productSync` `to-shopify` or `both`", New: "blank", Theirs: "`yes`"},
	shop.Setting{Names: []string{"productOversell"}, Does: "all variants that stand for items are sold when there is none in stock: `yes`, `no`; blank: as Shopify has it, and `newProductOversell` for new ones. What somebody changes in Shopify is set right. Needs `productSync` `to-shopify` or `both`", New: "blank", Theirs: "`yes`"},
	shop.Setting{Names: []string{"newProductTracked"}, Does: "Shopify counts the stock of variants that are made"},
	shop.Setting{Names: []string{"productChannels"}, Does: "titles of the sales channels that show products that are made: `[\"Online Store\"]`; blank: none does, until somebody says so in Shopify"},
	shop.Setting{Names: []string{"removedProducts"}, Does: "what becomes of a product all of whose items are blocked or gone: `archive`, `draft`; blank: it stays, and an issue says so"},
)

func checkSettings(c *shop.Checker, s Settings) {
	c.Word("productSync", string(s.ProductSync), string(ToShop), string(FromShop), string(BothWays))
	c.Word("newProductStatus", s.NewProductStatus, "active", draft, "unlisted")
	c.Word("removedProducts", s.RemovedProducts, archive, draft)
	c.Word("itemWeightUnit", s.ItemWeightUnit, "kg", "g", "lb", "oz")
	c.Word("productTaxable", s.ProductTaxable, yes, no)
	c.Word("productOversell", s.ProductOversell, yes, no)
	for f, o := range s.ProductFieldOwners {
		switch {
		case f != Title && f != Barcode && !slices.Contains(bcOnly, f):
			c.Bad("productFieldOwners", string(f), "a field: title, type, vendor, body, sku, barcode, weight, hs-code or origin")
		case o != OwnerShopify && o != OwnerBC && o != OwnerFirst && o != OwnerNobody:
			c.Bad("productFieldOwners."+string(f), string(o), "shopify, business-central, first or nobody")
		case slices.Contains(bcOnly, f) && o != OwnerBC && o != OwnerNobody:
			c.Bad("productFieldOwners."+string(f), string(o), "business-central or nobody")
		}
	}
	c.Number("newItemCategory", s.NewItemCategory)
	c.Code("newItemUnit", s.NewItemUnit)
	for _, code := range s.ProductCategories {
		c.Number("productCategories", code)
	}
	if len([]rune(s.NewProductOption)) > maxOptionName || strings.Contains(s.NewProductOption, " / ") {
		c.Bad("newProductOption", s.NewProductOption, "at most 255 characters, without \" / \"")
	}
}

// rules are what a card says about products and the items behind them.
type rules struct {
	Settings
	products.ItemSettings
}

func rulesOf(card shop.Shop) (r rules, err error) {
	if r.Settings, err = shop.Of[Settings](card); err == nil {
		r.ItemSettings, err = shop.Of[products.ItemSettings](card)
	}
	return r, err
}

// owner is whose value of a field counts.
func (r rules) owner(f Field) Owner {
	switch {
	case f == Taxable && r.ProductTaxable == "", f == Oversell && r.ProductOversell == "", (f == Taxable || f == Oversell) && r.ProductSync == FromShop:
		return OwnerNobody
	}
	if o := r.ProductFieldOwners[f]; o != "" && r.ProductSync != "" {
		return o
	}
	only := slices.Contains(bcOnly, f) || f == Taxable || f == Oversell
	switch {
	case slices.Contains(toldFields, f): // until the card names them
	case r.ProductSync == ToShop, r.ProductSync == BothWays && only:
		return OwnerBC
	case r.ProductSync == FromShop && !only:
		return OwnerShopify
	case r.ProductSync == BothWays:
		return OwnerFirst
	}
	return OwnerNobody
}

func (r rules) makesProducts() bool {
	return r.AddProducts && (r.ProductSync == ToShop || r.ProductSync == BothWays)
}

func (r rules) makesItems() bool {
	return r.AddItems && (r.ProductSync == FromShop || r.ProductSync == BothWays)
}

// option is the name of the option of products that are made.
func (r rules) option() string {
	if r.NewProductOption == "" {
		return "Variant"
	}
	return r.NewProductOption
}

// sku is what the SKU of an item, or of its variant, is by the mapping; "": it says
// nothing of it.
func (r rules) sku(i Item, d Details, code string) string {
	switch r.SKUMapping {
	case products.SKUItemNo:
		return i.Number
	case products.SKUVariantCode:
		return code
	case products.SKUItemNoVariant:
		if code == "" {
			return i.Number
		}
		sep := r.SKUFieldSeparator
		if sep == "" {
			sep = "|"
		}
		return i.Number + sep + code
	case products.SKUGTIN:
		if code == "" {
			return i.GTIN
		}
	case products.SKUVendorItem:
		if code == "" {
			return d.VendorItem
		}
	}
	return ""
}

// byDetails are the settings of a card that ask for details of items.
func byDetails(card shop.Shop) (by []string, err error) {
	r, err := rulesOf(card)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(toldFields, func(f Field) bool { return r.owner(f) == OwnerBC }) {
		by = append(by, "productFieldOwners")
	}
	if r.SKUMapping == products.SKUVendorItem {
		by = append(by, "skuMapping")
	}
	return by, nil
}

// byReferences are those that ask for references of items.
func byReferences(card shop.Shop) ([]string, error) {
	r, err := rulesOf(card)
	if err != nil || r.owner(Barcode) != OwnerBC {
		return nil, err
	}
	return []string{"productSync"}, nil
}
