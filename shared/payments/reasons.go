package payments

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// Why a payout is not in order. The text of a reason is stored: it is never renamed.
const (
	Unbalanced   issue.Reason = "payout-unbalanced"
	OtherMoney   issue.Reason = "payout-other-currency"
	PayoutFailed issue.Reason = "payout-failed"
)

// Reasons explains what this package says of payouts.
var Reasons = issue.Written(english, french).Quoting(language.French, frenchPhrases)
