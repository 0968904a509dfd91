package jobqueuetest_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"backroom/shared/jobqueue"
)

// FuzzMessage: whatever is on the queue is a message, which says the same after
// it was written and read again, or is acknowledged at its first delivery
// without a task being called.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{
		`{"v":1,"shop":"acme","entry":"sync-orders","trigger":"schedule","at":"2026-11-23T08:00:00Z"}`,
		`{"v":1,"shop":"acme","entry":"sync-orders","trigger":"manual","run":"r1","part":3,"later":{"than":"us"}}`,
		`{"v":1,"shop":"acme","entry":"sync-orders","trigger":"retry","at":"2026-11-23T08:00:00+01:00","retry":"r1"}`,
		`{"v":2,"shop":"acme","entry":"sync-orders","trigger":"schedule"}`, `{"v":1,"shop":"../acme"}`, `[]`, `null`, ``, "\xff", `{"v":1}{"v":1}`,
		`{"v":1,"shop":"acme","entry":"sync-orders","trigger":"manual","run":"r1"}}]`,
	} {
		f.Add([]byte(s))
	}
	r := newRig(f, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		return done(ctx, q)
	}))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := jobqueue.ParseMessage(body)
		if err != nil {
			if got, err := r.d.Handle(t.Context(), messageOf(r, body)); err != nil || !got.Ack {
				t.Errorf("%q is left on the queue: %+v, %v", body, got, err)
			}
			return
		}
		js, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := jobqueue.ParseMessage(js)
		if err != nil || !reflect.DeepEqual(again, m) || again.RunID() != m.RunID() {
			t.Errorf("%q is %+v, and written again %+v, %v", body, m, again, err)
		}
		if id := m.RunID(); id == "" || strings.ContainsAny(id, "#/ ") {
			t.Errorf("%q asks for run %q", body, id)
		}
	})
}

func TestNothingFollowsAMessage(t *testing.T) {
	const m = `{"v":1,"shop":"acme","entry":"sync-orders","trigger":"manual","run":"r1"}`
	if _, err := jobqueue.ParseMessage([]byte(m + "\n ")); err != nil {
		t.Error(err)
	}
	for _, more := range []string{m, "}", "]garbage", "x", ","} {
		if _, err := jobqueue.ParseMessage([]byte(m + more)); err == nil {
			t.Errorf("a message with %q after it was read", more)
		}
	}
}
