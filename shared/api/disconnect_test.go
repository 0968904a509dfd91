package api_test

import (
	"slices"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
)

// connectAgain does what connecting a disconnected shop does.
func (r *rig) connectAgain(code string) {
	r.tb.Helper()
	ctx := r.tb.Context()
	was, err := r.host.Cards.Hold(ctx, code)
	if err != nil {
		r.tb.Fatal(err)
	}
	card := was.Card
	card.DisconnectedAt = time.Time{}
	if err = r.host.Cards.Connect(ctx, was, card); err == nil {
		err = r.host.Jobs.Client.Reconnect(ctx, code)
	}
	if err != nil {
		r.tb.Fatal(err)
	}
}

// TestDisconnect: whatever write of it fails, it can be repeated, and the end is the
// same: the shop is on no list of merchants, its jobs are held without schedules, its
// runs are stopped, its clients dropped, and the trail tells who did it.
func TestDisconnect(t *testing.T) {
	for _, mode := range []faulty.Mode{faulty.Before, faulty.After} {
		for n := 1; disconnects(t, n, mode); n++ {
			if n > 20 {
				t.Fatal("it writes without an end")
			}
		}
	}
}

// disconnects disconnects a shop whose n-th write fails so, and reports whether there was one.
func disconnects(t *testing.T, n int, mode faulty.Mode) (struck bool) {
	t.Helper()
	r := newRig(t)
	d := r.host.Jobs.Client
	held, err := d.Hold(t.Context(), "acme", "process-orders", "stocktaking")
	if err != nil || held.Status != jobqueue.OnHold {
		t.Fatal(held, err)
	}
	waits, err := d.Trigger(t.Context(), jobs.TriggerRequest{Shop: "acme", Entry: "sync-orders", Trigger: jobqueue.ByHand})
	if err != nil {
		t.Fatal(err)
	}
	r.injector.Arm(n, mode, true)
	r.do(call{method: "DELETE", path: "/v1/shops/acme", bearer: "k9-of-the-host"})
	struck = r.injector.Struck()
	r.injector.Revive()
	r.Advance(time.Second)
	done := into[api.Disconnection](t, r.want(200, "DELETE", "/v1/shops/acme", ""))
	if done.Shop.DisconnectedAt.IsZero() || !slices.Equal(done.Held, []string{"sync-orders"}) || !slices.Equal(done.Remains, []string{"The secret."}) || !slices.Contains(r.forgotten, "acme") {
		t.Errorf("write %d fails %s: %+v, forgotten %v", n, mode, done, r.forgotten)
	}
	r.work()
	if run, err := d.Store.Run(t.Context(), "acme", waits.ID); err != nil || run.Outcome != jobqueue.Cancelled && run.Outcome != jobqueue.Skipped {
		t.Errorf("write %d fails %s: the run that waited is %q, %v", n, mode, run.Outcome, err)
	}
	for _, id := range []string{"sync-orders", "process-orders"} {
		e, err := d.Store.Entry(t.Context(), "acme", id)
		if err != nil || e.Status != jobqueue.OnHold {
			t.Errorf("write %d fails %s: %s is %s, %v", n, mode, id, e.Status, err)
		}
		if _, err := d.Schedules.Get(t.Context(), e.ScheduleName()); err == nil {
			t.Errorf("write %d fails %s: %s has a schedule", n, mode, id)
		}
	}
	if l := into[api.ShopList](t, r.want(200, "GET", "/v1/shops", "")); len(l.Shops) != 2 || l.Shops[0].Code != "acme" || l.Shops[0].DisconnectedAt.IsZero() || !l.Shops[1].DisconnectedAt.IsZero() {
		t.Errorf("write %d fails %s: shops %+v", n, mode, l.Shops)
	}
	if l := into[api.ShopList](t, r.do(call{method: "GET", path: "/v1/shops", bearer: r.good("3", "which").String()})); len(l.Shops) != 0 {
		t.Errorf("write %d fails %s: a merchant's shops %+v", n, mode, l.Shops)
	}
	if c := into[api.TrailList](t, r.want(200, "GET", "/v1/shops/acme/trail", "")).Changes[0]; c.Operation != "disconnectShop" || c.Effect != "disconnected, 1 jobs held" {
		t.Errorf("write %d fails %s: the trail tells %+v", n, mode, c)
	}
	r.connectAgain("acme")
	for id, want := range map[string]jobqueue.Status{"sync-orders": jobqueue.Ready, "process-orders": jobqueue.OnHold} {
		if e, err := d.Store.Entry(t.Context(), "acme", id); err != nil || e.Status != want {
			t.Errorf("connected again: %s is %s, want %s, %v", id, e.Status, want, err)
		}
	}
	return struck
}
