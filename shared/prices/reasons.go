package prices

import "backroom/shared/issue"

// Why the price of a variant is not sent to Shopify. The text of a reason is stored: it is
// never renamed.
const (
	NoPrice         issue.Reason = "price-none"
	Unusable        issue.Reason = "price-unusable"
	CurrencyUnknown issue.Reason = "price-currency-unknown"
	TaxUnknown      issue.Reason = "price-tax-unknown"
	UnitUnknown     issue.Reason = "price-unit-unknown"
	Edited          issue.Reason = "price-edited"
	Refused         issue.Reason = "price-refused"
	Unread          issue.Reason = "price-unread"
	Rounded         issue.Reason = "price-rounded"
)

// Reasons explains what this package says of variants.
var Reasons = issue.Written(english, french, Unread)
