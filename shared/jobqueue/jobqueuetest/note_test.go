package jobqueuetest_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

// TestNotifySuccess: of an entry with NotifySuccess, each run that succeeds and
// found something leaves a note; of others none does.
func TestNotifySuccess(t *testing.T) {
	results := []struct {
		counts jobqueue.Counts
		err    error
		note   string
	}{
		{jobqueue.Counts{Read: 3, Created: 2, Unchanged: 1}, nil, "Weekly a succeeded: 2 created, 1 unchanged."},
		{jobqueue.Counts{}, nil, ""}, // nothing was found, and nobody waits to hear that
		{jobqueue.Counts{Read: 2, Created: 1, Failed: 1}, nil, "Weekly a succeeded with issues: 1 created, 1 failed."},
		{jobqueue.Counts{Read: 1, Created: 1}, &fault.Error{Op: "test", Kind: fault.Rejected, Err: errBroken}, ""},
		{jobqueue.Counts{}, nil, "Weekly a succeeded: there was nothing to do."}, // after one that failed
	}
	for _, notify := range []bool{true, false} {
		n := -1
		g := task("a", "a", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			if n++; n >= len(results) {
				return jobqueue.Result{Done: true}, nil
			}
			return jobqueue.Result{Done: true, Counts: results[n].counts}, results[n].err
		})
		g.Default.Resume, g.Default.NotifySuccess, g.Default.Description = true, notify, "Weekly a"
		r := newRig(t, every(g, time.Hour))
		for range len(results) {
			r.pass(time.Hour)
		}
		var want []string
		for _, res := range results {
			if notify && res.note != "" {
				want = append(want, res.note)
			}
		}
		slices.Reverse(want) // newest first
		var notes []string
		_, rs := r.pages(jobstore.LogQuery{Notes: true})
		for _, run := range rs {
			notes = append(notes, run.Note)
		}
		if !slices.Equal(notes, want) || n < len(results)-1 {
			t.Errorf("notify %v, %d runs: notes %q, want %q", notify, n+1, notes, want)
		}
	}
}

// A run that was asked for leaves its note even if there was nothing to do.
func TestNoteOfAnEmptyRunByHand(t *testing.T) {
	g := task("a", "a", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: true}, nil
	})
	g.Default.NotifySuccess, g.Default.Description = true, ""
	r := newRig(t, g)
	if _, err := r.d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: shop, Entry: "a", Trigger: jobqueue.ByHand}); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Minute)
	if _, rs := r.pages(jobstore.LogQuery{Notes: true}); len(rs) != 1 || rs[0].Note != "a succeeded: there was nothing to do." {
		t.Errorf("%+v", rs)
	}
}
