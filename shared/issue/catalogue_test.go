package issue_test

import (
	"testing"

	"backroom/shared/fault"
	"backroom/shared/issue"
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
	if len(all) != 2+len(issue.Join()) || all["one"] != unmapped || all["two"] != gone || all[issue.SystemFailure].Side != fault.System {
		t.Errorf("joined %v", all)
	}
	if len(one) != 1 || len(issue.Join()) != 1 {
		t.Errorf("the parts are %v, nothing joined %v", one, issue.Join())
	}
}
