package products

import (
	"backroom/shared/fault"
	"backroom/shared/issue"
)

// Why no item is found for a line. The text
// of a reason is stored: it is never renamed.
const (
	ItemUnmapped    issue.Reason = "item-unmapped"
	VariantUnmapped issue.Reason = "variant-unmapped"
	ItemBlocked     issue.Reason = "item-blocked"
	ItemAmbiguous   issue.Reason = "item-ambiguous"
)

// Reasons explains what this package says of records.
var Reasons = issue.Catalogue{
	ItemUnmapped:    {Side: fault.Merchant, Text: "No Business Central item is known for {}.", WayOut: "Give the item in Business Central the product's SKU or bar code (skuMapping and findMappingByGTIN on the shop card say which count), or map the variant by its id in variants."},
	VariantUnmapped: {Side: fault.Merchant, Text: "Business Central has no such item variant for {}.", WayOut: "Create the item variant in Business Central, correct the SKU in Shopify, or map the variant by its id in variants on the shop card."},
	ItemBlocked:     {Side: fault.Merchant, Text: "The item is blocked in Business Central for {}.", WayOut: "Unblock the item in Business Central, or map the variant by its id to another one in variants on the shop card."},
	ItemAmbiguous:   {Side: fault.Merchant, Text: "Several Business Central items fit {}.", WayOut: "Leave the code on one of the items in Business Central, or map the variant by its id in variants on the shop card."},
}
