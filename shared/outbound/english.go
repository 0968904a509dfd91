package outbound

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	OutcomeUnknown: {Text: "Business Central did not answer in time for {}; what became of it will be clear within 20 minutes.", WayOut: "Nothing to do: it is looked up and finished by itself."},
}
