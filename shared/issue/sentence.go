package issue

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"backroom/shared/language"
)

// Part is one of the problems of a record: a reason and what it is about, all
// that have this reason together.
type Part struct {
	Reason Reason   `json:"reason"`
	Things []string `json:"things,omitempty"`
	More   string   `json:"more,omitempty"` // what follows the sentence after a colon
}

// spoken is a part with what is said of its reason in one language.
type spoken struct {
	Part
	Said
}

// words are what a language joins sentences with.
type words struct{ and, colon string }

var joints = map[language.Tag]words{
	language.English: {" and ", ": "},
	language.French:  {" et ", " : "},
}

// say is the text and the way out of all of ps in l, each way out once.
func say(l language.Tag, ps []spoken) (text, wayOut string) {
	var sentences, ways []string
	for _, p := range ps {
		sentences = append(sentences, p.sentence(joints[l]))
		if !slices.Contains(ways, p.WayOut) {
			ways = append(ways, p.WayOut)
		}
	}
	return strings.Join(sentences, " "), strings.Join(ways, " ")
}

// sentence is p's text about its things, in one sentence with one full stop.
func (p spoken) sentence(w words) string {
	var named []string
	for _, t := range p.Things {
		if t = strings.TrimRight(strings.Join(strings.Fields(t), " "), " ."); t != "" {
			named = append(named, p.quotes.say(t))
		}
	}
	text := p.Text
	if len(named) == 0 { // nothing to name in brackets
		text = strings.ReplaceAll(text, " ({})", "")
	}
	list := strings.Join(named, ", ")
	if n := len(named); n > 1 {
		list = strings.Join(named[:n-1], ", ") + w.and + named[n-1]
	}
	text = strings.ReplaceAll(text, "{}", list)
	if p.More != "" {
		text = strings.TrimSuffix(text, ".") + w.colon + p.quotes.say(p.More) + "."
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
