package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"backroom/shared/jobqueue"
	"backroom/shared/orders"
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
