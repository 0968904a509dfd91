package disputes

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
)

func TestJudge(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		d    Dispute
		want issue.Reason
		says string
	}{
		{"due in weeks", Dispute{Status: NeedsResponse, DueBy: now.AddDate(0, 0, 14)}, Wanted, "by 2026-03-24 13:00"},
		{"due in three days and a second", Dispute{Status: NeedsResponse, DueBy: now.Add(soon + time.Second)}, Wanted, ""},
		{"due in three days", Dispute{Status: NeedsResponse, DueBy: now.Add(soon)}, DueSoon, "by 2026-03-13 13:00"},
		{"due in a second", Dispute{Status: NeedsResponse, DueBy: now.Add(time.Second)}, DueSoon, ""},
		{"due now", Dispute{Status: NeedsResponse, DueBy: now}, Overdue, ""},
		{"without a date", Dispute{Status: NeedsResponse}, Undated, "12.50 EUR, product not received"},
		{"answered", Dispute{Status: NeedsResponse, DueBy: now, SentOn: now}, "", ""},
		{"under review", Dispute{Status: "UNDER_REVIEW", DueBy: now}, "", ""},
		{"won", Dispute{Status: won, DueBy: now}, "", ""},
		{"lost", Dispute{Status: lost, DueBy: now}, "", ""},
		{"something new", Dispute{Status: "APPEALED", DueBy: now}, "", ""},
	} {
		c.d.ID, c.d.OrderName, c.d.Reason, c.d.Amount = "7", "#1001", "PRODUCT_NOT_RECEIVED", money.Amount{Value: decimal.RequireFromString("12.5"), Currency: "EUR"}
		got := Judge(c.d, now, time.FixedZone("", 3600))
		if got.Reason != c.want || !strings.Contains(got.Text, c.says) || c.want != "" && !strings.HasPrefix(got.Text, "Dispute 7 of order #1001") {
			t.Errorf("%s: %s: %s", c.name, got.Reason, got.Text)
		}
	}
}

// One of which nothing more becomes is not read again; any status that we do not know is.
func TestOpen(t *testing.T) {
	for status, open := range map[string]bool{
		NeedsResponse: true, "UNDER_REVIEW": true, "APPEALED": true, "": true, won: false, lost: false, accepted: false, prevented: false, refunded: false,
	} {
		if got := (Dispute{Status: status}).Open(); got != open {
			t.Errorf("%q is open: %t", status, got)
		}
	}
}
