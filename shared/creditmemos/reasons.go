package creditmemos

import (
	"backroom/shared/issue"
	"backroom/shared/language"
	"backroom/shared/sales"
)

// Why a refund has no credit memo, or one that somebody must look at. The text of a
// reason is stored: it is never renamed.
const (
	RefundAccountMissing     issue.Reason = "refund-account-missing"
	NonRestockAccountMissing issue.Reason = "non-restock-account-missing"
	RefundExceedsOrder       issue.Reason = "refund-exceeds-order"
	MemoRefused              issue.Reason = "credit-memo-refused"
	MemoDiffers              issue.Reason = "credit-memo-differs"
	AdoptedMemoDiffers       issue.Reason = "adopted-credit-memo-differs"
	TwoMemosFound            issue.Reason = "two-credit-memos-found"
	RefundOfAConflict        issue.Reason = "refund-of-a-conflict"
)

// Reasons explains what this package says of refunds.
var Reasons = issue.Written(english, french).Quoting(language.French, sales.French, frenchPhrases)
