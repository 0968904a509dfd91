package listings

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	Unreadable:    {Text: "{} could not be read whole from Shopify.", WayOut: "Nothing to do: it is tried again by itself; tell support if it stays."},
	Ambiguous:     {Text: "Several Business Central items fit {}.", WayOut: "Leave the code on one of the items in Business Central, or map the variant by its id in variants on the shop card."},
	Twice:         {Text: "Two variants of the product stand for the same item: {}.", WayOut: "Correct the SKU of one of them in Shopify."},
	Elsewhere:     {Text: "Two products stand for the same item: {}.", WayOut: "Correct the SKU of one of them in Shopify, or map the variant by its id in variants on the shop card if both are to sell the item."},
	ItemGone:      {Text: "Business Central has the item no more that {} stands for.", WayOut: "Archive the product in Shopify, or correct its SKU; removedProducts on the shop card does it by itself."},
	ItemIsBlocked: {Text: "The item is blocked in Business Central that {} stands for.", WayOut: "Unblock the item, or archive the product in Shopify; removedProducts on the shop card does it by itself."},
	ItemMissing:   {Text: "No Business Central item can be made of {}.", WayOut: "Give the variant a SKU that can be an item number (skuMapping on the shop card says how it is read), or map it by its id in variants."},
	Conflicting:   {Text: "Both sides have changed {}.", WayOut: "Nothing to do if the value that counts is right; else enter the right one on the side that productFieldOwners on the shop card names."},
	ShopRefused:   {Text: "Shopify refuses a change of {}.", WayOut: "Correct in Business Central what the detail names; it is tried again by itself."},
	BCRefused:     {Text: "Business Central refuses a change of {}.", WayOut: "Correct in Shopify what the detail names; it is tried again by itself."},
	NotSellable:   {Text: "The item cannot become a product: {}.", WayOut: "Correct the item in Business Central; it is tried again by itself."},
	HandleTaken:   {Text: "Another product has the address that {} would get.", WayOut: "Give that product another handle in Shopify, or its variant this item's SKU."},
	ItemShared:    {Text: "Several variants stand for one item, so that Shopify's {} is not taken over.", WayOut: "Leave one of them with that item, or name business-central or first as the field's owner in productFieldOwners on the shop card."},
	NoUse:         {Text: "Shopify cannot take over what Business Central says: {}.", WayOut: "Correct it in Business Central, or name nobody as the field's owner in productFieldOwners on the shop card."},
	NoChannel:     {Text: "The shop has no such sales channel: {}.", WayOut: "Correct productChannels on the shop card."},
}
