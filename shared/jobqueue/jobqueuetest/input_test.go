package jobqueuetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"backroom/shared/jobqueue"
)

// TestARunKeepsItsInput: what a run works with is what its entry said when it
// was accepted or began; a later edit is for later runs.
func TestARunKeepsItsInput(t *testing.T) {
	const ours, edited = `{"limit":50}`, `{"limit":1}`
	var seen []string
	work := func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: true}, nil
	}
	rigged := func(t *testing.T, f jobqueue.TaskFunc) *rig {
		t.Helper()
		seen, work = nil, f
		reg := task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
			seen = append(seen, string(q.Parameters))
			return work(ctx, q)
		})
		reg.Parameters = jobqueue.ParametersOf(thingParameters{Limit: 50}, nil)
		return newRig(t, reg)
	}
	edit := func(r *rig) {
		e := r.entry("sync-orders")
		e.Parameters = json.RawMessage(edited)
		r.save(e)
	}
	same := func(t *testing.T, want ...string) {
		t.Helper()
		for i := range seen { // of all parameters, the one that was changed
			var p thingParameters
			if err := json.Unmarshal([]byte(seen[i]), &p); err != nil {
				t.Fatal(err)
			}
			seen[i] = fmt.Sprintf(`{"limit":%d}`, p.Limit)
		}
		if !slices.Equal(seen, want) {
			t.Errorf("worked with %v, want %v", seen, want)
		}
	}
	t.Run("in all slices", func(t *testing.T) {
		r := rigged(t, func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
			return jobqueue.Result{Done: q.Slice == 2, Counts: jobqueue.Counts{Created: 1}, Checkpoint: checkpoint(1)}, nil
		})
		r.trigger("sync-orders")
		r.next()
		edit(r)
		r.drain()
		r.trigger("sync-orders")
		r.drain()
		same(t, ours, ours, edited, edited)
	})
	t.Run("from its acceptance on", func(t *testing.T) {
		r := rigged(t, created)
		r.trigger("sync-orders")
		edit(r)
		r.drain()
		same(t, ours)
	})
	t.Run("when it is retried by hand", func(t *testing.T) {
		r := rigged(t, failing)
		run := r.trigger("sync-orders")
		r.drain()
		edit(r)
		work = created
		if _, err := r.d.Jobs.Retry(t.Context(), shop, run.ID); err != nil {
			t.Fatal(err)
		}
		r.drain()
		same(t, ours, ours)
		if e := r.entry("sync-orders"); string(e.Parameters) != edited {
			t.Errorf("the entry's parameters are %s", e.Parameters)
		}
	})
}
