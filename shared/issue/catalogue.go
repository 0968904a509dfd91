package issue

import (
	"maps"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/language"
)

// SystemFailure is the reason of any record that a failure on our side has kept
// from being handled.
const SystemFailure Reason = "system-failure"

// Entry is what a catalogue says of a reason.
type Entry struct {
	Side fault.Side // whose it is to mend
	// Text is one sentence for the merchant, WayOut what to do about it, one sentence
	// or two; both in English. {} in Text stands for the name of the record or thing
	// that it is about.
	Text, WayOut string
	In           map[language.Tag]Said // other languages
}

// Said is what an entry says in one language: its text and its way out, as in [Entry].
type Said struct {
	Text, WayOut string

	quotes *quotes // what says its things; nil: they stay
}

// Texts are those of a domain's reasons in one language, in a file of its own
// beside the reasons: english.go, french.go.
type Texts map[Reason]Said

// Catalogue explains reasons: each domain has one of its own reasons, and no
// reason is in two. Not to be changed once it is in use.
type Catalogue map[Reason]Entry

// Written is a catalogue of the reasons that english has. Those that ours names are
// for us to mend, the others for the merchant.
func Written(english, french Texts, ours ...Reason) Catalogue {
	c := Catalogue{}
	for r, said := range english {
		e := Entry{Side: fault.Merchant, Text: said.Text, WayOut: said.WayOut}
		if slices.Contains(ours, r) {
			e.Side = fault.System
		}
		if in, ok := french[r]; ok {
			e.In = map[language.Tag]Said{language.French: in}
		}
		c[r] = e
	}
	return c
}

// common explains the reasons that are of no domain.
var common = Written(english, french, SystemFailure)

// Join is a catalogue of all that cs explain, and of the common reasons.
func Join(cs ...Catalogue) Catalogue {
	all := maps.Clone(common)
	for _, c := range cs {
		maps.Copy(all, c)
	}
	return all
}

// said is what e says in l, and reports false where it says nothing in l.
func (e Entry) said(l language.Tag) (Said, bool) {
	if l == language.English {
		return Said{Text: e.Text, WayOut: e.WayOut}, true
	}
	s, ok := e.In[l]
	return s, ok
}

// Of is the issue of a record that has all of parts, at least one: the first
// gives the reason, and each its sentence and its way out. A reason that c does
// not explain (stored by a newer release) is kept and has the text of [SystemFailure].
func (c Catalogue) Of(parts ...Part) Issue {
	i := Issue{Reason: parts[0].Reason, Attempts: 1, Parts: parts}
	var ps []spoken
	for _, p := range parts {
		e, ok := c[p.Reason]
		if !ok {
			e = common[SystemFailure]
		}
		ps = append(ps, spoken{p, Said{Text: e.Text, WayOut: e.WayOut}})
	}
	i.Text, i.WayOut = say(language.English, ps)
	return i
}

// New is an issue of one reason about one thing. It has the texts and the first
// attempt; record and times are the caller's to set.
func (c Catalogue) New(r Reason, thing string) Issue {
	return c.Of(Part{Reason: r, Things: []string{thing}})
}

// In is i in language l. It stays as it was stored, in English, where c does not
// explain all of it in l, or where an earlier release has stored nothing but its text.
func (c Catalogue) In(l language.Tag, i Issue) Issue {
	var ps []spoken
	for _, p := range i.Parts {
		s, ok := c[p.Reason].said(l)
		if !ok || s.Text == "" {
			return i
		}
		ps = append(ps, spoken{p, s})
	}
	if len(ps) > 0 && l != language.English {
		i.Text, i.WayOut = say(l, ps)
	}
	return i
}
