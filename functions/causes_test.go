package functions_test

import (
	"testing"
	"time"

	"backroom/shared/jobqueue"
)

// A refused secret of an app is ours to mend, whichever side refuses it, and a
// side that is down is a passing cause.
func TestCausesOfFailures(t *testing.T) {
	for _, tt := range []struct {
		name, entry string
		spoil       func(*world)
		want        jobqueue.Cause
	}{
		{"the secret of the Shopify app is refused", "sync-orders", func(w *world) { w.account.Apps["SHOPIFY_CLIENT_SECRET"] = "wrong" }, jobqueue.OurApp},
		{"the secret of the Entra app is refused", "process-orders", func(w *world) { w.account.Apps["BC_CLIENT_SECRET"] = "wrong" }, jobqueue.OurApp},
		{"Business Central is down", "process-orders", func(w *world) { w.bc.SetDown(503) }, jobqueue.Passing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.spoil(w)
			w.live(10 * time.Minute)
			e, err := w.dispatcher.Jobs.Store.Entry(t.Context(), "sample", tt.entry)
			if err != nil || e.Cause != tt.want || e.FailingSince.IsZero() {
				t.Errorf("%v: %+v; want %s", err, e, tt.want)
			}
		})
	}
}
