package outbound

import (
	"backroom/shared/fault"
	"backroom/shared/issue"
)

// OutcomeUnknown is the reason of a record whose create was sent and not answered.
const OutcomeUnknown issue.Reason = "outcome-unknown"

// Reasons explains what this package says of records.
var Reasons = issue.Catalogue{
	OutcomeUnknown: {Side: fault.System, Text: "Business Central did not answer in time for {}; what became of it will be clear within 20 minutes.", WayOut: "Nothing to do: it is looked up and finished by itself."},
}
