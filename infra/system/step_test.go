package system_test

import (
	"fmt"
	"testing"
	"time"

	"backroom/shared/faulty"
	"backroom/shared/jobqueue/sweep"
)

// sweepAll is a whole sweep, as the embedded engine makes it each minute.
func (w *world) sweepAll() {
	s := sweep.New(w.Dispatcher, sweep.ShopList{"sample"})
	_, _ = s.Sweep(w.tb.Context()) // the next one tries again
}

// TestHostClockSteps: the answer to a write is lost and its effect comes ten minutes
// later. The host's clock steps as soon as that is so, and is set right after half an
// hour; those of Shopify and Business Central go on as ever. Every order has one
// document in the end, and each job runs within two cadences of the correction.
func TestHostClockSteps(t *testing.T) {
	clean := newWorld(t, 0)
	clean.injector.Arm(0, faulty.Before, false)
	clean.live(25*time.Minute, 25*time.Minute)
	for n := 1; n <= clean.injector.Writes(); n += 8 * stride {
		for _, step := range []time.Duration{30 * time.Minute, 400 * 24 * time.Hour, -45 * time.Minute, -400 * 24 * time.Hour} {
			t.Run(fmt.Sprintf("write %d, step %v", n, step), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, 0)
				w.BC.Companies()[0].SetManualNumbers(false) // so that nothing in the company makes an order unique
				w.injector.Arm(n, faulty.Late, n%16 == 1)
				w.live(2*time.Minute, 2*time.Minute)
				for range 8 {
					w.Ahead = step
					w.live(4*time.Minute, 4*time.Minute)
					w.sweepAll()
				}
				w.Ahead = 0
				right := w.Now()
				for range 25 {
					w.sweepAll()
					w.live(time.Minute, time.Minute)
				}
				for _, x := range w.check() {
					t.Error(x)
				}
				_, h, err := w.Jobs.Store.WithHistory(t.Context(), "sample", "sync-orders")
				if err != nil {
					t.Fatal(err)
				}
				if h.Started.Before(right) || h.Started.After(w.Now()) {
					t.Errorf("sync-orders started last at %v, the clock is right since %v, and it is %v", h.Started, right, w.Now())
				}
			})
		}
	}
}
