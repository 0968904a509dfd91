package wiring_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"backroom/shared/issue"
	"backroom/shared/language"
)

// names are what a text says that is the same in every language: settings, scopes,
// commands and numbers.
var names = regexp.MustCompile(`\b[a-z]+[A-Z][A-Za-z]*\b|\b[a-z]+(_[a-z]+)+\b|\(orders [a-z]+\)|[0-9]+`)

func namesIn(text string) []string {
	found := names.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// Every reason is said in every language, as a sentence, about the same things, and
// with the same names.
func TestEveryReasonInEveryLanguage(t *testing.T) {
	for r, e := range registered.Reasons {
		for _, l := range language.All[1:] {
			about := string(r) + " in " + string(l)
			said, ok := e.In[l]
			if !ok || said.Text == "" || said.WayOut == "" {
				t.Errorf("%s has no text", about)
				continue
			}
			if strings.Count(said.Text, "{}") != strings.Count(e.Text, "{}") || strings.Contains(said.Text, " ({})") != strings.Contains(e.Text, " ({})") {
				t.Errorf("%s: %q names other things than %q", about, said.Text, e.Text)
			}
			for _, p := range [][2]string{{said.Text, e.Text}, {said.WayOut, e.WayOut}} {
				if p[0] == p[1] {
					t.Errorf("%s: %q is not translated", about, p[0])
				}
				if a, b := namesIn(p[0]), namesIn(p[1]); !slices.Equal(a, b) {
					t.Errorf("%s: %q has the names %v, in English %v", about, p[0], a, b)
				}
			}
			stored := registered.Reasons.Of(issue.Part{Reason: r, Things: []string{"#1042", "Eva Ek."}})
			i := registered.Reasons.In(l, stored)
			form(t, about, i.Text, 1)
			form(t, about, i.WayOut, 2)
			if i.Text == stored.Text || !strings.Contains(i.Text, "#1042") || !strings.Contains(i.Text, "Eva Ek") {
				t.Errorf("%s: %q", about, i.Text)
			}
		}
	}
}
