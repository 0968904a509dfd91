package wiring_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/staging"
)

var (
	oneSetting = regexp.MustCompile(`\b[a-z]+[A-Z][A-Za-z]*\b`)
	oneCommand = regexp.MustCompile(`\(orders ([a-z]+)\)`)
	// Ends of sentences: a stop before a blank, apart from abbreviations.
	stop = regexp.MustCompile(`[.!?](\s|$)`)
)

// form checks sentences as they reach a person.
func form(t *testing.T, about, s string, most int) {
	t.Helper()
	n := len(stop.FindAllString(s, -1))
	first, _ := utf8.DecodeRuneInString(s)
	if n < 1 || n > most || !strings.HasSuffix(s, ".") || strings.Contains(s, "..") || strings.Contains(s, "  ") || strings.Contains(s, "()") ||
		strings.Contains(s, "{") || strings.Contains(s, " ,") || strings.Contains(s, " .") || !unicode.IsUpper(first) && unicode.IsLetter(first) || len(s) < 10 {
		t.Errorf("%s: %q does not read as one sentence", about, s)
	}
}

// Every reason is explained about all that it may be about, and its way out
// names settings and commands that exist.
func TestEveryReasonIsExplained(t *testing.T) {
	known := append(sections.Names(), "orderDate") // a value of bcWins
	all := registered.Reasons
	for r, e := range all {
		if e.Side != fault.Merchant && e.Side != fault.System {
			t.Errorf("%s: side %q", r, e.Side)
		}
		if strings.Count(e.Text, "{}") != 1 {
			t.Errorf("%s: %q does not name what it is about", r, e.Text)
		}
		for _, things := range [][]string{
			{"#1042"},
			{"Eva Ek (Shopify customer 7)"},
			{"the buyer of order #1"},
			{"Red shirt, size M (SKU R-1, variant 42)"},
			{"Posting date is not allowed."},
			{"A", "B"},
			{"A.", "B ", "  C\nD."},
			{"12.50 EUR instead of 12.51 EUR"},
		} {
			i := all.Of(issue.Part{Reason: r, Things: things})
			form(t, string(r), i.Text, 1)
			for _, thing := range things {
				if want := strings.TrimRight(strings.Join(strings.Fields(thing), " "), "."); !strings.Contains(strings.ToLower(i.Text), strings.ToLower(want)) {
					t.Errorf("%s: %q does not name %q", r, i.Text, want)
				}
			}
		}
		form(t, string(r), e.WayOut, 2)
		for _, name := range oneSetting.FindAllString(e.Text+" "+e.WayOut, -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s names the setting %s, which the shop card does not have", r, name)
			}
		}
		for _, m := range oneCommand.FindAllStringSubmatch(e.WayOut, -1) {
			if !slices.Contains(staging.Decisions(), staging.Decision(m[1])) {
				t.Errorf("%s names the command orders %s, which does not exist", r, m[1])
			}
		}
		if strings.Contains(e.WayOut, "shop card") && !slices.ContainsFunc(known, func(s string) bool { return strings.Contains(e.WayOut, s) }) && r != documents.AccountUnusable && r != documents.ChargeItemUnusable {
			t.Errorf("%s: %q names no setting of the shop card", r, e.WayOut)
		}
	}
}
