package api

import (
	"backroom/shared/issue"
	"backroom/shared/language"
)

// kind is what is the same in all problems of a code.
type kind struct{ title, remedy string }

// kinds and failed are what problems say, in a file for each language.
var (
	kinds  = map[language.Tag]map[ProblemCode]kind{language.English: english, language.French: french}
	failed = map[language.Tag]string{language.English: failedInEnglish, language.French: failedInFrench}
)

// said is i in l, as it is answered.
func (h *Host) said(l language.Tag, i issue.Issue) issue.Issue {
	i = h.Reasons.In(l, i)
	i.Parts = nil // what it is said by
	return i
}
