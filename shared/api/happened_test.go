package api_test

import (
	"testing"
	"time"

	"backroom/shared/api"
)

// What happened to an order names the run that did it: of the event's task, and going on
// at its time.
func TestHistoryNamesRuns(t *testing.T) {
	r := newRig(t)
	before := into[api.Run](t, r.want(202, "POST", "/v1/shops/acme/jobs/sync-orders/runs", ""))
	r.work()
	r.Advance(time.Hour)
	other := into[api.Run](t, r.want(202, "POST", "/v1/shops/acme/jobs/process-orders/runs", ""))
	read := into[api.Run](t, r.want(202, "POST", "/v1/shops/acme/jobs/sync-orders/runs", ""))
	r.work()
	r.stage() // at the end of the last of them
	runs := map[string]string{}
	for _, e := range into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/1002", "")).History {
		runs[e.What] = e.Run
	}
	if runs["read"] != read.ID || runs["placed"] != "" {
		t.Errorf("%v, want %s for read; before it %s, beside it %s", runs, read.ID, before.ID, other.ID)
	}
	r.Advance(time.Hour)
	r.want(202, "POST", "/v1/shops/acme/jobs/sync-orders/runs", "")
	r.work()
	if h := into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/1002", "")).History; len(h) < 2 || h[len(h)-1].Run != "" && h[len(h)-1].Run != read.ID {
		t.Errorf("a later run: %+v", h)
	}
}

// A row of a mapping list says who has set it and when, until it is set by something else.
func TestMappingsSayWhoSetThem(t *testing.T) {
	r := newRig(t)
	const at = "/v1/shops/acme/mappings"
	r.do(call{method: "PUT", path: at + "/variants/401", body: `{"itemNo":"1000"}`, bearer: r.good("9", "a").String()})
	r.Advance(time.Hour)
	r.want(200, "PUT", at+"/variants/402", `{"itemNo":"2000","variantCode":""}`)
	is := func(want map[string]string) {
		t.Helper()
		for _, m := range into[api.MappingList](t, r.want(200, "GET", at+"?list=variants", "")).Mappings {
			if m.By != want[m.Key] || (m.By == "") != m.At.IsZero() || m.Key == "401" && m.By != "" && !m.At.Equal(r.Now().Add(-time.Hour)) {
				t.Errorf("%+v, want %q", m, want[m.Key])
			}
		}
	}
	is(map[string]string{"401": "9", "402": "local"})
	r.want(200, "PATCH", "/v1/shops/acme/card", `{"variants":[{"variantID":"401","itemNo":"1001"},{"variantID":"402","itemNo":"2000"},{"variantID":"403","itemNo":"3000"}]}`)
	for _, m := range into[api.MappingList](t, r.want(200, "GET", at+"?list=variants", "")).Mappings {
		if m.By != "local" || !m.At.Equal(r.Now()) {
			t.Errorf("%+v, want local now", m)
		}
	}
	// A row that the card has again as it was keeps who has set it.
	set := r.Now()
	r.Advance(time.Hour)
	r.do(call{method: "PATCH", path: "/v1/shops/acme/card", body: `{"variants":[{"variantID":"401","itemNo":"1001"},{"variantID":"403","itemNo":"3001"}]}`, bearer: r.good("9", "b").String()})
	for _, m := range into[api.MappingList](t, r.want(200, "GET", at+"?list=variants", "")).Mappings {
		if m.Key == "401" && (m.By != "local" || !m.At.Equal(set)) || m.Key == "403" && (m.By != "9" || !m.At.Equal(r.Now())) {
			t.Errorf("%+v", m)
		}
	}
}
