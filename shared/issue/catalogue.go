package issue

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"backroom/shared/fault"
)

// SystemFailure is the reason of any record that a failure on our side has kept
// from being handled.
const SystemFailure Reason = "system-failure"

// Entry is what a catalogue says of a reason. {} in Text stands for the name
// of the record or thing that it is about.
type Entry struct {
	Side   fault.Side // whose it is to mend
	Text   string     // one sentence for the merchant
	WayOut string     // what to do about it, one sentence or two
}

// Catalogue explains reasons: each domain has one of its own reasons, and no
// reason is in two. Not to be changed once it is in use.
type Catalogue map[Reason]Entry

// common explains the reasons that are of no domain.
var common = Catalogue{
	SystemFailure: {Side: fault.System, Text: "{} could not be handled because of a failure on our side.", WayOut: "Nothing to do: it is tried again by itself; tell support if it stays."},
}

// Join is a catalogue of all that cs explain, and of the common reasons.
func Join(cs ...Catalogue) Catalogue {
	all := maps.Clone(common)
	for _, c := range cs {
		maps.Copy(all, c)
	}
	return all
}

// Part is one of the problems of a record: a reason and what it is about, all
// that have this reason together.
type Part struct {
	Reason Reason
	Things []string
}

// Of is the issue of a record that has all of parts, at least one: the first
// gives the reason, and each its sentence and its way out. A reason that c does
// not explain (stored by a newer release) is kept and has the text of [SystemFailure].
func (c Catalogue) Of(parts ...Part) Issue {
	i := Issue{Reason: parts[0].Reason, Attempts: 1}
	var ways []string
	for _, p := range parts {
		e, ok := c[p.Reason]
		if !ok {
			e = common[SystemFailure]
		}
		i.Text = strings.TrimSpace(i.Text + " " + e.sentence(p.Things))
		if !slices.Contains(ways, e.WayOut) {
			ways = append(ways, e.WayOut)
		}
	}
	i.WayOut = strings.Join(ways, " ")
	return i
}

// New is an issue of one reason about one thing. It has the texts and the first
// attempt; record and times are the caller's to set.
func (c Catalogue) New(r Reason, thing string) Issue {
	return c.Of(Part{Reason: r, Things: []string{thing}})
}

// sentence is e's text about things, in one sentence with one full stop.
func (e Entry) sentence(things []string) string {
	var named []string
	for _, t := range things {
		if t = strings.TrimRight(strings.Join(strings.Fields(t), " "), " ."); t != "" {
			named = append(named, t)
		}
	}
	text := e.Text
	if len(named) == 0 { // nothing to name in brackets
		text = strings.ReplaceAll(text, " ({})", "")
	}
	list := strings.Join(named, ", ")
	if n := len(named); n > 1 {
		list = strings.Join(named[:n-1], ", ") + " and " + named[n-1]
	}
	text = strings.ReplaceAll(text, "{}", list)
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
