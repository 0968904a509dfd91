package issue

import (
	"strings"

	"backroom/shared/language"
)

// Phrases say in another language what the things of a domain's reasons say beside names
// and values.
type Phrases = language.Phrases

// Quoting makes c say the things of its reasons by all of ps in l.
func (c Catalogue) Quoting(l language.Tag, ps ...Phrases) Catalogue {
	q := &quotes{language.Speaking(func() Phrases { return language.Joined(ps...) })}
	for _, e := range c {
		if said, ok := e.In[l]; ok {
			said.quotes = q
			e.In[l] = said
		}
	}
	return c
}

// quotes say the things of an issue.
type quotes struct{ *language.Speaker }

// say is an English thing in the other language; what no phrase says stays. Things that
// semicolons separate are said one by one.
func (q *quotes) say(thing string) string {
	if q == nil {
		return thing
	}
	var out []string
	for one := range strings.SplitSeq(thing, "; ") {
		out = append(out, q.Phrase(one))
	}
	return strings.Join(out, " ; ")
}
