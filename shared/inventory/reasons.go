package inventory

import "backroom/shared/issue"

// Why the stock of a variant is not sent to Shopify, or not as it is. The text of a
// reason is stored: it is never renamed.
const (
	ItemUnstocked    issue.Reason = "stock-item-unstocked"
	CompanionMissing issue.Reason = "stock-companion-missing"
	VariantsUntold   issue.Reason = "stock-variants-untold"
	UnitUnknown      issue.Reason = "stock-unit-unknown"
	Negative         issue.Reason = "stock-negative"
	BundleParent     issue.Reason = "stock-bundle"
	LocationUnknown  issue.Reason = "stock-location-unknown"
	ServiceLocation  issue.Reason = "stock-at-service"
	ItemGone         issue.Reason = "stock-item-gone"
	Unstocked        issue.Reason = "stock-not-stocked"
	ItemUnread       issue.Reason = "stock-unread"
	Refused          issue.Reason = "stock-refused"
)

// Reasons explains what this package says of variants.
var Reasons = issue.Written(english, french, ItemUnread)
