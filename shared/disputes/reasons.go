package disputes

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// What a dispute wants. The text of a reason is stored: it is never renamed.
const (
	Wanted  issue.Reason = "dispute-evidence-wanted"
	DueSoon issue.Reason = "dispute-evidence-due-soon"
	Overdue issue.Reason = "dispute-evidence-overdue"
	Undated issue.Reason = "dispute-response-wanted"
)

// Reasons explains what this package says of disputes.
var Reasons = issue.Written(english, french).Quoting(language.French, frenchPhrases)
