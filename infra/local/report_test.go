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

// What a dry run would have done is listed up to a bound; that it is cut short is said.
func TestReportThatIsCutShort(t *testing.T) {
	for _, tt := range []struct {
		rows, read int
		want       string
	}{
		{500, 900, "These are the first 500; 900 orders were read.\n"},
		{500, 500, ""},
		{12, 900, ""}, // the others were unchanged
	} {
		js, err := json.Marshal(make([]orders.Planned, tt.rows))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		report(&b, runView{Task: "sync-orders", DryRun: true, Report: js, Counts: jobqueue.Counts{Read: tt.read}})
		if at := strings.Index(b.String(), "These are"); at < 0 && tt.want != "" || at >= 0 && b.String()[at:] != tt.want {
			t.Errorf("%d of %d: %q", tt.rows, tt.read, b.String()[max(0, b.Len()-80):])
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
