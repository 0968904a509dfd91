package sales

import (
	"regexp"
	"testing"

	"backroom/shared/issue"
	"backroom/shared/language"
)

// Every kind of difference is said in French.
func TestDifferencesInFrench(t *testing.T) {
	c := issue.Written(issue.Texts{"r": {Text: "{}.", WayOut: "Wait."}}, issue.Texts{"r": {Text: "{}.", WayOut: "Attendez."}}).Quoting(language.French, French)
	english := regexp.MustCompile(`\b(the|in|is|of|has|at|blank|more|says|Item|Account)\b`)
	for _, d := range []Difference{
		{Field: "currencyCode", Meant: "EUR", Found: "USD"},
		{Field: "currencyCode", Found: "USD"},
		{Field: "taxPercent", Line: 1, Of: "Item CAP-2", Meant: "6.5 % (4.49)", Found: "25 % (17.25)"},
		{Field: "unitPrice", Line: 1, Of: "Account 6610", Meant: "1", Found: "2"},
		{Field: "tax", Percent: "19", Meant: "1", Found: "2"},
		{Of: "Item CAP-2", Found: noLine},
		{Of: "Item CAP-2", Meant: noLine},
	} {
		for _, text := range []string{d.String(), d.String() + "; and more", d.String() + "; Business Central says: Gesperrt"} {
			if said := c.In(language.French, c.New("r", text)).Text; english.MatchString(said) || said == text {
				t.Errorf("%q is said as %q", text, said)
			}
		}
	}
}
