package jobqueuetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/table"
)

// crowd is a table in which somebody else is first with every write.
type crowd struct{ table.Table }

func (crowd) Write(context.Context, ...table.Op) error { return table.ErrConflict }

// Whoever is never first is told so, and what to do, not a word of the store's.
func TestWhoIsNeverFirstIsToldToRepeat(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	d := r.dispatcher(crowd{r.table})
	for name, f := range map[string]func(context.Context) error{
		"a run": func(ctx context.Context) error {
			_, err := d.Jobs.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand})
			return err
		},
		"a dry run": func(ctx context.Context) error {
			_, err := d.Jobs.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand, DryRun: true, Parameters: json.RawMessage(`{}`)})
			return err
		},
		"hold":  func(ctx context.Context) error { _, err := d.Jobs.Hold(ctx, shop, "sync-orders", ""); return err },
		"pause": func(ctx context.Context) error { return d.Jobs.Store.Pause(ctx, shop, "") },
	} {
		err := f(t.Context())
		if !errors.Is(err, table.ErrConflict) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text := err.Error(); strings.Contains(text, table.ErrConflict.Error()) || !strings.Contains(text, "repeat it") {
			t.Errorf("%s is told %q", name, text)
		}
	}
}
