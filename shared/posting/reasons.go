package posting

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// Reasons of documents that are not posted.
const (
	DateClosed    issue.Reason = "posting-date-closed"
	DateMissing   issue.Reason = "posting-date-missing"
	Blocked       issue.Reason = "posting-blocked"
	SetupMissing  issue.Reason = "posting-setup-missing"
	NothingToPost issue.Reason = "posting-nothing-to-post"
	TotalMoved    issue.Reason = "posting-total-moved"
	PostingDenied issue.Reason = "posting-refused"
	ChangeDenied  issue.Reason = "posting-change-refused"
	NotAsAsked    issue.Reason = "posting-not-as-asked"
	NotProved     issue.Reason = "posting-not-proved"
	Vanished      issue.Reason = "posting-vanished"
	TooManyLines  issue.Reason = "posting-too-many-lines"
)

// Reasons explains what this package says of documents. All of them are the
// merchant's to mend.
var Reasons = issue.Written(english, french).Quoting(language.French, frenchPhrases)
