package issue_test

import (
	"reflect"
	"testing"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/language"
)

// A catalogue in the words of nobody's domain.
var (
	unmapped = issue.Entry{Side: fault.Merchant, Text: "No item is known for {}.", WayOut: "Map it."}
	account  = issue.Entry{Side: fault.Merchant, Text: "No account is set for tips ({}).", WayOut: "Set one."}
	skipped  = issue.Entry{Side: fault.Merchant, Text: "{} is a test.", WayOut: "Nothing to do."}
	gone     = issue.Entry{Side: fault.System, Text: "{} is gone.", WayOut: "Nothing to do."}

	catalogue = issue.Join(issue.Catalogue{"unmapped": unmapped, "account": account}, issue.Catalogue{"skipped": skipped, "gone": gone})
)

// All problems of a record are in its issue, each way out once.
func TestAllProblemsAtOnce(t *testing.T) {
	i := catalogue.Of(
		issue.Part{Reason: "unmapped", Things: []string{"Mug (SKU M)", "Cup (SKU C)", "Pot"}},
		issue.Part{Reason: "account", Things: []string{"Tip"}},
		issue.Part{Reason: "skipped", Things: []string{"#1"}},
		issue.Part{Reason: "gone", Things: []string{"#1"}},
	)
	want := "No item is known for Mug (SKU M), Cup (SKU C) and Pot. No account is set for tips (Tip). #1 is a test. #1 is gone."
	if i.Reason != "unmapped" || i.Text != want || i.Attempts != 1 {
		t.Errorf("got %s: %q", i.Reason, i.Text)
	}
	if i.WayOut != "Map it. Set one. Nothing to do." {
		t.Errorf("way out %q", i.WayOut)
	}
}

func TestNewNamesTheThing(t *testing.T) {
	i := catalogue.New("unmapped", "Red shirt (SKU 4711)")
	if i.Text != "No item is known for Red shirt (SKU 4711)." || i.WayOut != unmapped.WayOut || i.Attempts != 1 {
		t.Errorf("got %+v", i)
	}
	if i := catalogue.New("from-the-future", "order #1"); i.Text != "Order #1 could not be handled because of a failure on our side." || i.Reason != "from-the-future" {
		t.Errorf("an unknown reason must be kept and explained: %+v", i)
	}
	if i := catalogue.New("account", " "); i.Text != "No account is set for tips." {
		t.Errorf("nothing to name: %q", i.Text)
	}
}

// A join explains all of its parts and what is common, and changes none of them.
func TestJoin(t *testing.T) {
	one := issue.Catalogue{"one": unmapped}
	all := issue.Join(one, issue.Catalogue{"two": gone})
	if len(all) != 2+len(issue.Join()) || !reflect.DeepEqual(all["one"], unmapped) || !reflect.DeepEqual(all["two"], gone) || all[issue.SystemFailure].Side != fault.System {
		t.Errorf("joined %v", all)
	}
	if len(one) != 1 || len(issue.Join()) != 1 {
		t.Errorf("the parts are %v, nothing joined %v", one, issue.Join())
	}
}

// What is stored in English is said in French by its parts; what has none, or says
// more than French explains, stays as it was stored.
func TestIn(t *testing.T) {
	c := issue.Join(issue.Written(
		issue.Texts{"unmapped": {Text: "No item is known for {}.", WayOut: "Map it."}, "changed": {Text: "{} was changed.", WayOut: "Map it."}},
		issue.Texts{"unmapped": {Text: "aucun article n'est connu pour {}.", WayOut: "Mappez-le."}, "changed": {Text: "{} a changé.", WayOut: "Mappez-le."}},
	), issue.Catalogue{"new": {Side: fault.Merchant, Text: "{} is new.", WayOut: "Wait."}})
	unmappedMug := issue.Part{Reason: "unmapped", Things: []string{"Mug", "Cup."}}
	old := c.Of(unmappedMug)
	old.Parts = nil
	for _, tt := range []struct {
		name         string
		is           issue.Issue
		text, wayOut string
	}{
		{"one part", c.Of(unmappedMug), "Aucun article n'est connu pour Mug et Cup.", "Mappez-le."},
		{
			"two parts, one way out", c.Of(unmappedMug, issue.Part{Reason: "changed", Things: []string{"#1"}, More: "lines; note"}),
			"Aucun article n'est connu pour Mug et Cup. #1 a changé : lines; note.", "Mappez-le.",
		},
		{"stored by an earlier release", old, "No item is known for Mug and Cup.", "Map it."},
		{"one part is not in French", c.Of(unmappedMug, issue.Part{Reason: "new", Things: []string{"#1"}}), "No item is known for Mug and Cup. #1 is new.", "Map it. Wait."},
		{"stored by a newer release", c.New("from-the-future", "#1"), "#1 could not be handled because of a failure on our side.", "Nothing to do: it is tried again by itself; tell support if it stays."},
	} {
		if got := c.In(language.French, tt.is); got.Text != tt.text || got.WayOut != tt.wayOut {
			t.Errorf("%s: %q, %q", tt.name, got.Text, got.WayOut)
		}
		if got := c.In(language.English, tt.is); !reflect.DeepEqual(got, tt.is) {
			t.Errorf("%s, in English: %+v", tt.name, got)
		}
	}
}
