package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/posting"
)

// What a dry run would have done is listed up to a bound; how much is left out is said.
func TestReportThatIsCutShort(t *testing.T) {
	js, err := json.Marshal(make([]orders.Planned, 3))
	if err != nil {
		t.Fatal(err)
	}
	for left, want := range map[int]string{0: "", 7: "There are 7 more, which are not listed.\n"} {
		var b bytes.Buffer
		report(&b, runView{Task: "sync-orders", DryRun: true, Report: js, RowsLeft: left, Counts: jobqueue.Counts{Read: 900}})
		if at := strings.Index(b.String(), "There are"); at < 0 && want != "" || at >= 0 && b.String()[at:] != want {
			t.Errorf("%d left: %q", left, b.String())
		}
	}
}

// A dry run of postings says what of each document, why not, and how much together.
func TestReportOfPostings(t *testing.T) {
	var b bytes.Buffer
	report(&b, runView{Task: posting.OrdersTask, DryRun: true, Report: json.RawMessage(`[
		{"document":"SO1","order":"#1001","customer":"10000","postingDate":"2026-03-02","ship":"3","invoice":"3","total":"31.25","currency":"EUR"},
		{"document":"SO2","customer":"20000","ship":"0","invoice":"0","total":"0","currency":"EUR","not":"it is in review"},
		{"currency":"EUR","documents":1,"amount":"31.25"}]`)})
	for _, want := range []string{"SO1", "#1001", "2026-03-02", "31.25 EUR", "it is in review", "Together 31.25 EUR in 1 of them."} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	b.Reset()
	if report(&b, runView{Task: posting.InvoicesTask, DryRun: true, Report: json.RawMessage(`[{"document":"SI1","total":"0","ship":"0","invoice":"0","not":"x"}]`)}); !strings.Contains(b.String(), "Nothing would be posted.") {
		t.Error(b.String())
	}
}
