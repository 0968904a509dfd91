package products

import (
	"fmt"

	"backroom/shared/shop"
)

// ItemSettings are the settings of the shop card about the items behind variants.
// Missing fields of an older card have working zero values.
type ItemSettings struct {
	SKUMapping        SKUMapping   `json:"skuMapping,omitempty"`
	SKUFieldSeparator string       `json:"skuFieldSeparator,omitempty"` // "" is "|"
	FindMappingByGTIN bool         `json:"findMappingByGTIN,omitempty"` // the variant's barcode against items.gtin; on in a new card
	Variants          []VariantMap `json:"variants,omitempty"`          // explicit variant mappings, win over SKU
}

// SKUMapping says what a SKU means in BC. Its text is stored.
type SKUMapping string

// Stored values; "" uses only the barcode.
const (
	SKUItemNo        SKUMapping = "item-no"
	SKUVariantCode   SKUMapping = "variant-code"
	SKUItemNoVariant SKUMapping = "item-no-variant-code"
	SKUGTIN          SKUMapping = "bar-code"
	SKUVendorItem    SKUMapping = "vendor-item-no" // of the item, as the companion API tells it
)

// VariantMap maps a Shopify variant to a BC item (and variant) by hand.
type VariantMap struct {
	VariantID   string `json:"variantID"` // numeric Shopify id
	ItemNo      string `json:"itemNo"`
	VariantCode string `json:"variantCode,omitempty"`
	UoM         string `json:"uom,omitempty"`
}

const separatorLength = 10

// Section is the card's section of them.
var Section = shop.SectionOf(
	"Items", ItemSettings{FindMappingByGTIN: true}, checkSettings,
	shop.Setting{Names: []string{"skuMapping"}, Does: "what a SKU is in Business Central: `item-no`, `variant-code`, `item-no-variant-code`, `bar-code` or `vendor-item-no` (what the item's vendor calls it, letter by letter: needs the companion API, and finds items, not their variants); blank: SKUs are not used"},
	shop.Setting{Names: []string{"skuFieldSeparator"}, Does: "what stands between item number and variant code in a SKU, at most 10 characters", New: "blank, which is `|`", Theirs: "`|`"},
	shop.Setting{Names: []string{"findMappingByGTIN"}, Does: "a variant's bar code finds the item with that GTIN", New: "on"},
	shop.Setting{Names: []string{"variants"}, Does: "items of single variants, before SKU and bar code: `[{\"variantID\": \"44\", \"itemNo\": \"1000\", \"variantCode\": \"RED\", \"uom\": \"BOX\"}]`", Theirs: "-"},
)

func checkSettings(c *shop.Checker, s ItemSettings) {
	c.Word("skuMapping", string(s.SKUMapping), string(SKUItemNo), string(SKUVariantCode), string(SKUItemNoVariant), string(SKUGTIN), string(SKUVendorItem))
	if len([]rune(s.SKUFieldSeparator)) > separatorLength {
		c.Bad("skuFieldSeparator", s.SKUFieldSeparator, fmt.Sprintf("at most %d characters", separatorLength))
	}
	for i, m := range s.Variants {
		at := fmt.Sprintf("variants[%d].", i)
		c.ShopifyID(at+"variantID", m.VariantID, "variant")
		c.Number(at+"itemNo", m.ItemNo)
		c.Code(at+"variantCode", m.VariantCode)
		c.Code(at+"uom", m.UoM)
	}
	c.List("variants", len(s.Variants), func(i int) shop.Row {
		return shop.Row{Key: s.Variants[i].VariantID, KeyName: "variantID", Value: s.Variants[i].ItemNo, ValueName: "itemNo"}
	})
}
