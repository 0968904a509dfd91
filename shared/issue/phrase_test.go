package issue_test

import (
	"testing"

	"backroom/shared/issue"
	"backroom/shared/language"
)

// Things are said by the phrase that has most words of its own, those in them in their
// turn; what no phrase says stays as it is, and in English everything does.
func TestPhrases(t *testing.T) {
	c := issue.Written(issue.Texts{"r": {Text: "It is: {}.", WayOut: "Wait."}}, issue.Texts{"r": {Text: "C'est : {}.", WayOut: "Attendez."}}).Quoting(language.French, issue.Phrases{
		"{} in Shopify, {} in BC":       "{} dans Shopify, {} dans BC",
		"{} is {} in Shopify, {} in BC": "{} vaut {} dans Shopify et {} dans BC",
		"{} of {}":                      "{} de {}",
		"blank":                         "rien",
		"{} for {}":                     "pour {2}, {1}",
	})
	for thing, want := range map[string]string{
		"#1042":                           "#1042",
		"10 EUR in Shopify, 11 EUR in BC": "10 EUR dans Shopify, 11 EUR dans BC",
		"tax of Mug is 1 in Shopify, blank in BC": "tax de Mug vaut 1 dans Shopify et rien dans BC",
		"1 in Shopify, 2 in BC; a of b":           "1 dans Shopify, 2 dans BC ; a de b",
		"blank paper":                             "blank paper",
		"C1 for Eva":                              "pour Eva, C1",
		"(.*) of [a":                              "(.*) de [a",
		"a of b of c of d of e of f of g":         "a de b de c de d de e of f of g",
	} {
		i := c.New("r", thing)
		if got := c.In(language.French, i); got.Text != "C'est : "+want+"." {
			t.Errorf("%q: %q", thing, got.Text)
		}
		if got := c.In(language.English, i); got.Text != "It is: "+thing+"." {
			t.Errorf("%q in English: %q", thing, got.Text)
		}
	}
	more := c.Of(issue.Part{Reason: "r", Things: []string{"#1"}, More: "a of b; blank"})
	if got := c.In(language.French, more); got.Text != "C'est : #1 : a de b ; rien." {
		t.Errorf("%q", got.Text)
	}
}
