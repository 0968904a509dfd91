package jobqueuetest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/table"
)

var errFull = errors.New("no space left on the disk")

// brokenTable reads, and every write fails with err.
type brokenTable struct {
	table.Table

	err error
}

func (b brokenTable) Write(context.Context, ...table.Op) error { return b.err }

// What a store says of its writes reaches whoever asked for them, also when it
// does not know what became of them; "condition not met" is for other writers.
func TestCauseOfAFailingStoreIsKept(t *testing.T) {
	unknown := fmt.Errorf("%w: %w", table.ErrUnknown, errFull)
	for name, f := range map[string]func(*dispatch.Dispatcher) error{
		"trigger": func(d *dispatch.Dispatcher) error {
			_, err := d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand})
			return err
		},
		"hold": func(d *dispatch.Dispatcher) error {
			_, err := d.Jobs.Hold(t.Context(), shop, "sync-orders", "")
			return err
		},
		"pause": func(d *dispatch.Dispatcher) error { return d.Jobs.Store.Pause(t.Context(), shop, "") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", done))
			for _, c := range []struct{ store, want error }{
				{errFull, errFull}, {unknown, errFull}, {table.ErrConflict, table.ErrConflict},
			} {
				err := f(r.dispatcher(brokenTable{r.table, c.store}))
				if !errors.Is(err, c.want) {
					t.Errorf("the store says %v, the caller hears %v", c.store, err)
				}
			}
		})
	}
}
