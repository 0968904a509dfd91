package outbound

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// OutcomeUnknown is the reason of a record whose create was sent and not answered.
const OutcomeUnknown issue.Reason = "outcome-unknown"

// Reasons explains what this package says of records.
var Reasons = issue.Written(english, french, OutcomeUnknown).Quoting(language.French, frenchPhrases)
