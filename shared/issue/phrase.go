package issue

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"backroom/shared/language"
)

// Phrases say in another language what the things of a domain's reasons say beside names
// and values: "{} in Shopify, {} in Business Central". Keys are in English. Each {} stands
// for something, which is said by a phrase in its turn; {2} in a value is the second of them,
// where their order is another one.
type Phrases map[string]string

// Quoting makes c say the things of its reasons by all of ps in l.
func (c Catalogue) Quoting(l language.Tag, ps ...Phrases) Catalogue {
	q := &quotes{rows: sync.OnceValue(func() []quote {
		all := Phrases{}
		for _, p := range ps {
			maps.Copy(all, p)
		}
		return compiled(all)
	})}
	for _, e := range c {
		if said, ok := e.In[l]; ok {
			said.quotes = q
			e.In[l] = said
		}
	}
	return c
}

// quotes are phrases, made ready when they are first needed.
type quotes struct{ rows func() []quote }

type quote struct {
	english *regexp.Regexp
	other   string
}

// compiled are ps, those with more words of their own first.
func compiled(ps Phrases) []quote {
	keys := make([]string, 0, len(ps))
	for k := range ps {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(strings.ReplaceAll(b, "{}", "")), len(strings.ReplaceAll(a, "{}", ""))), cmp.Compare(a, b))
	})
	var out []quote
	for _, k := range keys {
		out = append(out, quote{regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(k), `\{\}`, "(.+?)") + "$"), ps[k]})
	}
	return out
}

// deepest is how often a phrase may be in a phrase.
const deepest = 4

// say is an English thing in the other language; what no phrase says stays. Things that
// semicolons separate are said one by one.
func (q *quotes) say(thing string) string {
	if q == nil {
		return thing
	}
	var out []string
	for one := range strings.SplitSeq(thing, "; ") {
		out = append(out, q.one(one, deepest))
	}
	return strings.Join(out, " ; ")
}

func (q *quotes) one(thing string, deep int) string {
	if deep == 0 {
		return thing
	}
	for _, row := range q.rows() {
		parts := row.english.FindStringSubmatch(thing)
		if parts == nil {
			continue
		}
		said := row.other
		for i, p := range parts[1:] {
			p = q.one(p, deep-1)
			if at := "{" + string(rune('1'+i)) + "}"; strings.Contains(said, at) {
				said = strings.Replace(said, at, p, 1)
			} else {
				said = strings.Replace(said, "{}", p, 1)
			}
		}
		return said
	}
	return thing
}
