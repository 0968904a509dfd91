package receipts

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// Why payments of an order are not suggested, or not booked as they were. The text of a
// reason is stored: it is never renamed.
const (
	GatewayUnmapped issue.Reason = "payment-gateway-unmapped"
	CurrencyDiffers issue.Reason = "payment-other-currency"
	CardDiffers     issue.Reason = "payment-customer-currency"
	Refused         issue.Reason = "payment-refused"
	JournalTaken    issue.Reason = "payment-journal-taken"
	AccountRefused  issue.Reason = "payment-account-refused"
	LineGone        issue.Reason = "payment-line-gone"
	PaidBack        issue.Reason = "payment-paid-back"
)

// Reasons explains what this package says of payments.
var Reasons = issue.Written(english, french).Quoting(language.French, frenchPhrases)
