package jobqueuetest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/recurrence"
)

// TestRulesThatNeverRunAgain are refused when somebody sets them, and do not
// keep an entry from being changed otherwise when their time has come.
func TestRulesThatNeverRunAgain(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", created)) // it is 8 o'clock on a Monday
	rule := func(f func(*recurrence.Rule)) jobqueue.Entry {
		e := jobqueue.Entry{Shop: shop, ID: "x", Task: "sync-orders", Scope: shop, Category: "orders", Status: jobqueue.Ready, MaxAttempts: 1}
		e.Every, e.EarliestStart = time.Hour, r.Now()
		f(&e.Rule)
		return e
	}
	for _, tt := range []struct {
		name, want string
		change     func(*recurrence.Rule)
	}{
		{"over", `expiration "2026-11-23T07:30:00Z": must be after now, 2026-11-23T08:00:00Z`, func(r *recurrence.Rule) {
			r.EarliestStart, r.Expiration = r.EarliestStart.Add(-2*time.Hour), r.EarliestStart.Add(-30*time.Minute)
		}},
		{"no slot", `one that runs at least once`, func(r *recurrence.Rule) {
			r.StartingTime, r.Expiration = "10:00", r.EarliestStart.Add(time.Hour)
		}},
		{"one slot", "", func(r *recurrence.Rule) {
			r.EarliestStart = r.EarliestStart.Add(time.Minute)
			r.Expiration = r.EarliestStart.Add(time.Minute)
		}},
	} {
		_, err := r.d.Jobs.Save(t.Context(), rule(tt.change))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	r.pass(10 * time.Minute) // it has run, and is over
	e := r.entry("x")
	if r.history(e.ID).Started.IsZero() {
		t.Fatal("it has not run")
	}
	e.Description = "ran once"
	e = r.save(e)
	e.Expiration = r.Now().Add(20 * time.Minute)
	_, err := r.d.Jobs.Save(t.Context(), e)
	if want := `expiration "2026-11-23T08:30:00Z": must be not before its next run, 2026-11-23T09:01:00Z`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	e.Expiration = r.Now().Add(55 * time.Minute)
	r.save(e)
}

// TestAnotherShopIsNoScope: two shops share a company's categories, not one
// the other's.
func TestAnotherShopIsNoScope(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", created))
	e := jobqueue.Entry{Shop: "rival", ID: "x", Task: "sync-orders", Scope: shop, Category: "orders", Status: jobqueue.Ready, MaxAttempts: 1}
	if _, err := r.d.Jobs.Save(t.Context(), e); err == nil || !strings.Contains(err.Error(), `scope "acme": must be rival, or a company`) {
		t.Errorf("saved: %v", err)
	}
	e.Scope = "company"
	r.save(e)
}

// TestAnEntrysOldTimeDoesNotTick once it has another one.
func TestAnEntrysOldTimeDoesNotTick(t *testing.T) {
	for name, change := range map[string]func(*jobqueue.Entry){
		"earlier": func(e *jobqueue.Entry) { e.EarliestStart = e.EarliestStart.Add(-time.Hour) },
		"later":   func(e *jobqueue.Entry) { e.EarliestStart = e.EarliestStart.Add(time.Hour) },
		"a grid":  func(e *jobqueue.Entry) { e.Formula, e.Every = "", 40*time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) { return created(ctx, q) }))
			e := jobqueue.Entry{Shop: shop, ID: "x", Task: "sync-orders", Scope: shop, Category: "orders", Status: jobqueue.Ready, MaxAttempts: 1}
			e.Formula, e.EarliestStart = "2D", r.Now().Add(2*time.Hour)
			e = r.save(e)
			change(&e)
			r.save(e)
			r.pass(5 * time.Hour)
			if rs := r.runs(); len(rs) != 1 || rs[0].Outcome != jobqueue.Succeeded {
				t.Errorf("%d runs", len(rs))
				for _, x := range rs {
					t.Log(x.Trigger, x.Outcome, x.Detail)
				}
			}
		})
	}
}
