package creditmemos

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	RefundAccountMissing:     {Text: "No account is set for what was given back ({}).", WayOut: "Set refundAccount on the shop card to a G/L account that allows direct posting."},
	NonRestockAccountMissing: {Text: "No account is set for refunded units that do not go back into stock ({}).", WayOut: "Set nonRestockAccount on the shop card to a G/L account that allows direct posting."},
	RefundExceedsOrder:       {Text: "More units are refunded than the order has: {}.", WayOut: "Check the refunds in Shopify, and make the credit memo by hand."},
	MemoRefused:              {Text: "Business Central refused the credit memo: {}.", WayOut: "Correct what Business Central names; the refund is tried again by itself."},
	MemoDiffers:              {Text: "Business Central makes another credit memo of this refund: {}.", WayOut: "Correct the set-up that Business Central takes it from, or taxCodes and roundingAccount on the shop card; the refund is tried again by itself."},
	AdoptedMemoDiffers:       {Text: "Credit memo {} has this refund's number and says something else.", WayOut: "Correct the credit memo, or delete its draft so that it is made anew; it is looked at again by itself."},
	TwoMemosFound:            {Text: "Business Central has several credit memos for this refund: {}.", WayOut: "Keep one and delete the others; it is looked at again by itself."},
	RefundOfAConflict:        {Text: "The refund of {} has no credit memo while the order is in conflict with its document.", WayOut: "Settle the order's conflict; the credit memo is then made by itself."},
}
