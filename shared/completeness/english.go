package completeness

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	NotKnown:       {Text: "{} is in Shopify, and Backroom does not know it.", WayOut: "Have it imported by its id; its document follows by itself."},
	DocumentGone:   {Text: "The document of {} is not in Business Central any more.", WayOut: "Take the link back (orders unlink) and have the order processed again (orders retry), or accept it if the document was deleted on purpose."},
	Doubled:        {Text: "Business Central has more than one document of {}.", WayOut: "Delete or cancel those that are too many in Business Central."},
	TotalDiffers:   {Text: "The totals of the order and its document differ: {}.", WayOut: "Correct the document in Business Central, or accept it if it was changed on purpose."},
	TaxDiffers:     {Text: "The tax of the order and its document differs: {}.", WayOut: "Correct the document in Business Central, or accept it if it was changed on purpose."},
	OrderMissing:   {Text: "Business Central has {} of an order that the shop does not have.", WayOut: "Delete or cancel it in Business Central if it was made by mistake, or accept it if the order was deleted in Shopify."},
	RefundUnbooked: {Text: "A refund of {} has no credit memo.", WayOut: "Have the order imported again by its id; the credit memo follows by itself."},
	MemoDoubled:    {Text: "Business Central has more than one credit memo of a refund of {}.", WayOut: "Delete or cancel those that are too many in Business Central."},
	MemoDiffers:    {Text: "A refund and its credit memo differ: {}.", WayOut: "Correct the credit memo in Business Central, or accept it if it was changed on purpose."},
	MemoTaxDiffers: {Text: "The tax of a refund and its credit memo differs: {}.", WayOut: "Correct the credit memo in Business Central, or accept it if it was changed on purpose."},
	NotFulfilled:   {Text: "More was shipped than Shopify has fulfilled: {}.", WayOut: "Have the shipment sent by its number, or fulfil it by hand in Shopify."},
}
