package orders

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// What is wrong with orders as they are read, and with those whose document is made. The text
// of a reason is stored: it is never renamed.
const (
	ChangedAfterProcessing   issue.Reason = "changed-after-processing"
	CancelledAfterProcessing issue.Reason = "cancelled-after-processing"
	ExchangeChanged          issue.Reason = "exchange-changed-after-booking"
	ChangedAfterClosing      issue.Reason = "changed-after-closing"
	CancelledAfterClosing    issue.Reason = "cancelled-after-closing"
	OrderUnreadable          issue.Reason = "order-unreadable"
	OrderDenied              issue.Reason = "order-denied"
	OrdersHidden             issue.Reason = "orders-hidden"
	FieldHidden              issue.Reason = "field-hidden"
)

// Reasons explains what this package says of records.
var Reasons = issue.Written(english, french, OrderUnreadable).Quoting(language.French, frenchPhrases)
