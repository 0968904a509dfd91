package api

import (
	"context"
	"errors"
	"strings"

	"backroom/shared/connect"
	"backroom/shared/identity"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/language"
	"backroom/shared/link"
	"backroom/shared/staging"
)

// kind is what is the same in all problems of a code.
type kind struct{ title, remedy string }

// kinds and failed are what problems say, in a file for each language.
var (
	kinds  = map[language.Tag]map[ProblemCode]kind{language.English: english, language.French: french}
	failed = map[language.Tag]string{language.English: failedInEnglish, language.French: failedInFrench}
)

// phrases are all by which French is said.
func (h *Host) phrases() language.Phrases {
	of := language.Phrases{}
	for _, e := range h.Reasons { // a reason that is stored as a text
		if s, ok := e.In[language.French]; ok {
			of[e.Text], of[e.WayOut] = s.Text, s.WayOut
		}
	}
	return language.Joined(of, jobqueue.French, jobs.French, jobstore.French, identity.French, link.French, staging.French, connect.French, h.French, French)
}

// sayer says English texts in the language of a request.
type sayer func(text string) string

// sayer is that of a language.
func (h *Host) sayer(l language.Tag) sayer {
	if l == language.French {
		return h.french.Text
	}
	return func(text string) string { return text }
}

// say is the sayer of a request.
func (h *Host) say(ctx context.Context) sayer { return h.sayer(languageOf(ctx)) }

// each says what semicolons separate one by one, where nothing says the whole.
func (say sayer) each(text string) string {
	if whole := say(text); whole != text {
		return whole
	}
	parts := strings.Split(text, "; ")
	for i, p := range parts {
		parts[i] = say(p)
	}
	return strings.Join(parts, "; ")
}

// error is what an error says.
func (say sayer) error(err error) string {
	text := strings.ToValidUTF8(err.Error(), "?")
	if r, ok := errors.AsType[*jobs.Refusal](err); ok && text == r.Error() {
		return r.In(say)
	}
	return say(text)
}

// run is what a run says.
func (say sayer) run(r Run) Run {
	r.Merchant, r.Note, r.Detail, r.Progress.Note = say(r.Merchant), say(r.Note), say(r.Detail), say.each(r.Progress.Note)
	return r
}

// said is i in l, as it is answered.
func (h *Host) said(l language.Tag, i issue.Issue) issue.Issue {
	i = h.Reasons.In(l, i)
	i.Parts = nil // what it is said by
	return i
}
