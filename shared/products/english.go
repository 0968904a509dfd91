package products

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	ItemUnmapped:    {Text: "No Business Central item is known for {}.", WayOut: "Give the item in Business Central the product's SKU or bar code (skuMapping and findMappingByGTIN on the shop card say which count), or map the variant by its id in variants."},
	VariantUnmapped: {Text: "Business Central has no such item variant for {}.", WayOut: "Create the item variant in Business Central, correct the SKU in Shopify, or map the variant by its id in variants on the shop card."},
	ItemBlocked:     {Text: "The item is blocked in Business Central for {}.", WayOut: "Unblock the item in Business Central, or map the variant by its id to another one in variants on the shop card."},
	ItemAmbiguous:   {Text: "Several Business Central items fit {}.", WayOut: "Leave the code on one of the items in Business Central, or map the variant by its id in variants on the shop card."},
}
