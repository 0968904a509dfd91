package listings

import "backroom/shared/issue"

// Why a product and its items are not in step. The text of a reason is stored: it is
// never renamed.
const (
	Unreadable    issue.Reason = "product-unreadable"
	Ambiguous     issue.Reason = "product-item-ambiguous"
	Twice         issue.Reason = "product-variants-same-item"
	Elsewhere     issue.Reason = "product-item-elsewhere"
	ItemGone      issue.Reason = "product-item-gone"
	ItemIsBlocked issue.Reason = "product-item-blocked"
	ItemMissing   issue.Reason = "product-item-missing"
	Conflicting   issue.Reason = "product-field-conflict"
	ShopRefused   issue.Reason = "product-refused-by-shopify"
	BCRefused     issue.Reason = "product-refused-by-business-central"
	NotSellable   issue.Reason = "item-cannot-be-a-product"
	HandleTaken   issue.Reason = "item-handle-taken"
	ItemShared    issue.Reason = "product-item-shared"
	NoUse         issue.Reason = "product-field-unusable"
	NoChannel     issue.Reason = "product-channel-unknown"
)

// Reasons explains what this package says of products and items.
var Reasons = issue.Written(english, french, Unreadable)
