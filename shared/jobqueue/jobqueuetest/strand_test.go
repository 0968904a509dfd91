package jobqueuetest_test

import (
	"testing"
	"time"

	"backroom/shared/jobqueue"
)

// TestARecurringEntryWithoutANextRunIsAnError: a rule that an earlier release
// accepted, and from which nothing follows any more, is an error on our side
// that somebody is called for, whatever notices it; one that has expired is none.
func TestARecurringEntryWithoutANextRunIsAnError(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(e *jobqueue.Entry)
		notice  func(t *testing.T, r *rig)
		status  jobqueue.Status
		inError int
	}{
		{"a formula, and the sweep", func(e *jobqueue.Entry) { e.Formula = "0D" }, sweepOnce, jobqueue.InError, 1},
		{"a formula, when it is armed", func(e *jobqueue.Entry) { e.Formula = "0D" }, func(t *testing.T, r *rig) {
			t.Helper()
			if err := r.d.Jobs.Arm(t.Context(), r.entry("sync-orders"), r.history("sync-orders")); err != nil {
				t.Error(err)
			}
		}, jobqueue.InError, 1},
		{"a formula, when its run ends", func(e *jobqueue.Entry) { e.Formula = "0D" }, func(t *testing.T, r *rig) {
			t.Helper()
			r.trigger("sync-orders")
			r.drain()
		}, jobqueue.InError, 1},
		{"a formula that nobody can read any more", func(e *jobqueue.Entry) { e.Formula = "next moon" }, sweepOnce, jobqueue.InError, 1},
		{"on hold", func(e *jobqueue.Entry) { e.Formula, e.Status = "0D", jobqueue.OnHold }, sweepOnce, jobqueue.OnHold, 0},
		{"expired", func(e *jobqueue.Entry) {
			e.Formula, e.Expiration = "1D", e.EarliestStart.Add(time.Minute)
		}, sweepOnce, jobqueue.Ready, 0},
		{"with a next run", func(e *jobqueue.Entry) { e.Formula = "1D" }, sweepOnce, jobqueue.Ready, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", created))
			r.Advance(5 * time.Minute)
			r.trigger("sync-orders")
			r.drain()
			e := r.entry("sync-orders")
			tt.change(&e)
			if err := r.d.Jobs.Store.SaveEntry(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			r.Advance(time.Hour)
			tt.notice(t, r)
			got := r.entry("sync-orders")
			if got.Status != tt.status || (got.Status == jobqueue.InError) != (got.Whose == "system" && got.LastError != "") {
				t.Errorf("%s, of %q: %q, want %s", got.Status, got.Whose, got.LastError, tt.status)
			}
			if swept, err := r.sweeper().Sweep(t.Context()); err != nil || swept.InError != tt.inError {
				t.Errorf("%d in error, %v, want %d", swept.InError, err, tt.inError)
			}
		})
	}
}

func sweepOnce(t *testing.T, r *rig) {
	t.Helper()
	if swept, err := r.sweeper().Sweep(t.Context()); err != nil {
		t.Errorf("%+v, %v", swept, err)
	}
}
