package completeness

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// What the two systems do not agree in. The text of a reason is stored: it is never
// renamed.
const (
	NotKnown       issue.Reason = "proof-order-not-known"
	DocumentGone   issue.Reason = "proof-document-gone"
	Doubled        issue.Reason = "proof-document-doubled"
	TotalDiffers   issue.Reason = "proof-total-differs"
	TaxDiffers     issue.Reason = "proof-tax-differs"
	OrderMissing   issue.Reason = "proof-order-missing"
	RefundUnbooked issue.Reason = "proof-refund-without-memo"
	MemoDoubled    issue.Reason = "proof-memo-doubled"
	MemoDiffers    issue.Reason = "proof-memo-differs"
	MemoTaxDiffers issue.Reason = "proof-memo-tax-differs"
	NotFulfilled   issue.Reason = "proof-shipment-not-fulfilled"
)

// Reasons explains what this package says.
var Reasons = issue.Written(english, french).Quoting(language.French, frenchPhrases)
