package api_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"backroom/shared/api"
	"backroom/shared/issue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// dispute stores disputes 51 and 52, as a run would, the first with its issue.
func (r *rig) dispute() {
	r.tb.Helper()
	put := func(id, js string) table.Op {
		return record.Put(table.Key{PK: "SHOP#acme#DISPUTE", SK: fmt.Sprintf("%020s", id)}, 1, json.RawMessage(js), table.Always)
	}
	said, err := r.host.Issues.Put(r.tb.Context(), issue.Issue{Shop: "acme", Kind: "dispute", Record: "51", Name: "Dispute 51", Reason: "dispute-evidence-due-soon", Text: "It is due."})
	if err == nil {
		err = r.host.Table.Write(r.tb.Context(), said,
			put("51", `{"status":"NEEDS_RESPONSE","amount":{"v":"12","c":"EUR"},"reason":"FRAUDULENT","initiatedAt":"2026-03-01T05:00:00Z","dueBy":"2026-03-09T05:00:00Z","orderName":"#1001"}`),
			put("52", `{"status":"WON","inquiry":true,"amount":{"v":"3","c":"EUR"},"initiatedAt":"2026-03-01T05:00:00Z"}`))
	}
	if err != nil {
		r.tb.Fatal(err)
	}
}

func TestDisputes(t *testing.T) {
	r := newRig(t)
	r.dispute()
	l := into[api.DisputeList](t, r.want(200, "GET", "/v1/shops/acme/disputes?limit=1", ""))
	if len(l.Disputes) != 1 || l.Disputes[0].ID != "52" || l.Disputes[0].Kind != api.Inquiry || l.Disputes[0].Issue.Reason != "" || l.Next == "" {
		t.Errorf("the latest: %+v", l)
	}
	l = into[api.DisputeList](t, r.want(200, "GET", "/v1/shops/acme/disputes?limit=1&page="+l.Next, ""))
	if len(l.Disputes) != 1 {
		t.Fatalf("the one before: %+v", l)
	}
	if d := l.Disputes[0]; d.ID != "51" || d.Kind != api.Chargeback || d.Order != "#1001" || d.DueBy.IsZero() || d.Issue.Reason != "dispute-evidence-due-soon" {
		t.Errorf("the one before: %+v", d)
	}
}
