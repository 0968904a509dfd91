package jobqueuetest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
)

// remake deletes an entry and saves it again, as a person writes it who wants
// the same as before.
func (r *rig) remake(e jobqueue.Entry, between func()) jobqueue.Entry {
	r.tb.Helper()
	if err := r.d.Jobs.Delete(r.tb.Context(), shop, e.ID); err != nil {
		r.tb.Fatal(err)
	}
	if between != nil {
		between()
	}
	again := jobqueue.Entry{
		Shop: e.Shop, ID: e.ID, Task: e.Task, Scope: e.Scope, Category: e.Category, Rule: e.Rule, Once: e.Once,
		MaxAttempts: e.MaxAttempts, RerunDelay: e.RerunDelay, Status: jobqueue.Ready,
	}
	return r.save(again)
}

// TestAnEntryMadeAnewHasRunsOfItsOwn: it runs at the same times as one of the
// same name that was deleted, beside whose runs its own are in the log, and its
// category goes on.
func TestAnEntryMadeAnewHasRunsOfItsOwn(t *testing.T) {
	for _, tt := range []struct {
		name string
		rule func(e *jobqueue.Entry)
	}{
		{"every half hour", func(e *jobqueue.Entry) { e.Every = 30 * time.Minute }},
		{"counted from the end of a run", func(e *jobqueue.Entry) { e.Every, e.Drifting = 30*time.Minute, true }},
		{"once, and it failed", func(e *jobqueue.Entry) { e.Once = true }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fails := true
			r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				if fails {
					return jobqueue.Result{}, errBroken
				}
				return created(ctx, q)
			}))
			e := jobqueue.Entry{Shop: shop, ID: "again", Task: "sync-orders", Scope: shop, Category: "orders", MaxAttempts: 1, Status: jobqueue.Ready}
			e.EarliestStart = r.Now().Add(time.Minute)
			tt.rule(&e)
			e = r.save(e)
			r.pass(2 * time.Minute)
			fails = false
			r.remake(e, nil)
			r.pass(time.Minute)
			other := r.trigger("sync-orders")
			r.pass(time.Minute)
			rs := r.runs()
			if len(rs) != 3 || rs[0].Outcome != jobqueue.Failed || rs[1].Outcome != jobqueue.Succeeded || !rs[1].Scheduled.Equal(rs[0].Scheduled) {
				t.Errorf("%d runs: %+v", len(rs), rs)
			}
			if got := r.run(other.ID); got.Outcome != jobqueue.Succeeded {
				t.Errorf("the category's next run is %q", got.Outcome)
			}
		})
	}
}

// TestWhatADeletedEntryHasLeftDoesNotStart: a tick on its way, an accepted run
// and a retry end as skipped, or leave no trace; nobody is called for them; and
// none of them is taken for one of an entry of the same name.
func TestWhatADeletedEntryHasLeftDoesNotStart(t *testing.T) {
	for _, tt := range []struct {
		name  string
		leave func(r *rig) // what is not handled yet when the entry goes
		runs  string       // what the log says of them
		anew  string       // and if the entry is made anew, whose slots are its own
	}{
		{"a tick", func(r *rig) {
			r.Advance(30 * time.Minute)
			r.tick()
		}, "skipped", ""},
		{"an accepted run", func(r *rig) { r.trigger("sync-orders") }, "skipped", "skipped"},
		{"one with parameters of its own", func(r *rig) {
			ask := jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand, DryRun: true}
			if _, err := r.d.Jobs.Trigger(r.tb.Context(), ask); err != nil {
				r.tb.Fatal(err)
			}
		}, "skipped", "skipped"},
		{"a retry and a tick", func(r *rig) {
			r.trigger("sync-orders")
			r.drain()
			r.Advance(5 * time.Minute)
			r.tick()
		}, "failed skipped skipped", "failed"},
	} {
		for _, anew := range []bool{false, true} {
			name := tt.name
			if anew {
				name += ", and the entry is made anew"
			}
			t.Run(name, func(t *testing.T) {
				starts := 0
				r := newRig(t, every(task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
					starts++
					return jobqueue.Result{}, errBroken
				}), 30*time.Minute))
				tt.leave(r)
				before := starts
				e := r.entry("sync-orders")
				if anew {
					e.EarliestStart = r.Now().Add(24 * time.Hour)
					r.remake(e, nil)
				} else if err := r.d.Jobs.Delete(t.Context(), shop, e.ID); err != nil {
					t.Fatal(err)
				}
				r.pass(30 * time.Minute)
				var got []string
				for _, run := range r.runs() {
					got = append(got, string(run.Outcome))
					if run.Outcome == jobqueue.Skipped && !strings.Contains(run.Merchant, "deleted") {
						t.Errorf("skipped: %s", run.Merchant)
					}
				}
				want := tt.runs
				if anew {
					want = tt.anew
				}
				if starts != before || strings.Join(got, " ") != want {
					t.Errorf("%d starts after it was deleted, runs %q, want %q", starts-before, got, want)
				}
			})
		}
	}
}

// TestATickOfADeletedEntryIsNotTheNextOnes: the entry that is made anew has a
// slot at the same time, which its own tick starts, once.
func TestATickOfADeletedEntryIsNotTheNextOnes(t *testing.T) {
	for _, once := range []bool{false, true} {
		r := newRig(t, task("sync-orders", "orders", created))
		e := jobqueue.Entry{Shop: shop, ID: "again", Task: "sync-orders", Scope: shop, Category: "orders", MaxAttempts: 1, Status: jobqueue.Ready, Once: once}
		e.EarliestStart = r.Now().Add(time.Minute)
		if !once {
			e.Every = 30 * time.Minute
		}
		e = r.save(e)
		r.Advance(time.Minute)
		r.tick() // and it is not handled yet
		anew := r.remake(e, nil)
		r.pass(5 * time.Minute)
		if rs := r.runs(); len(rs) != 1 || rs[0].Made != anew.Made || rs[0].Outcome != jobqueue.Succeeded {
			t.Errorf("once %t: %d runs of one slot, %+v; want one of the entry made %s", once, len(rs), rs, anew.Made)
		}
	}
}
