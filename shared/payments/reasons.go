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

	// Why it is not booked, or not any more as it is.
	AccountMissing  issue.Reason = "payout-account-missing"
	BankUnknown     issue.Reason = "payout-bank-unknown"
	BankCurrency    issue.Reason = "payout-bank-currency"
	DateClosed      issue.Reason = "payout-date-closed"
	JournalRefused  issue.Reason = "payout-journal-refused"
	JournalTaken    issue.Reason = "payout-journal-taken"
	JournalChanged  issue.Reason = "payout-journal-changed"
	BookedOtherwise issue.Reason = "payout-booked-otherwise"
	NotProved       issue.Reason = "payout-not-proved"
	FailedBooked    issue.Reason = "payout-failed-booked"
	MovedBooked     issue.Reason = "payout-moved-booked"
)

// Reasons explains what this package says of payouts.
var Reasons = issue.Written(english, french).Quoting(language.French, frenchPhrases)
