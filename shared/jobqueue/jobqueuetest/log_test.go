package jobqueuetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// history is a rig with a log of 48 hours: a run of a each hour, of which each
// fifth fails, and one of b each six hours.
func history(t *testing.T) *rig {
	t.Helper()
	n := 0
	reg := func(name string, fails bool) jobqueue.Registration {
		g := task(name, name, func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			if n++; fails && n%5 == 0 {
				return jobqueue.Result{}, &fault.Error{Op: "test", Kind: fault.Rejected, Err: errBroken}
			}
			return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
		})
		g.Default.Resume = true
		return g
	}
	r := newRig(t, every(reg("a", true), time.Hour), every(reg("b", false), 6*time.Hour))
	for range 48 {
		r.pass(time.Hour)
	}
	return r
}

// pages walks all pages of a query.
func (r *rig) pages(q jobstore.LogQuery) (ids []string, all []jobqueue.Run) {
	r.tb.Helper()
	q.Shop = shop
	for range 200 {
		p, err := r.d.Jobs.Store.Log(r.tb.Context(), q)
		if err != nil {
			r.tb.Fatal(err)
		}
		if q.Limit > 0 && len(p.Runs) > q.Limit {
			r.tb.Errorf("%d runs on a page of %d", len(p.Runs), q.Limit)
		}
		for _, run := range p.Runs {
			ids, all = append(ids, run.ID), append(all, run)
		}
		if q.Page = p.Next; q.Page == "" {
			return ids, all
		}
	}
	r.tb.Fatal("the pages do not end")
	return nil, nil
}

func TestLog(t *testing.T) {
	r := history(t)
	start, end := r.Now().Add(-48*time.Hour), r.Now()
	_, all := r.pages(jobstore.LogQuery{Limit: 1000})
	if len(all) < 55 {
		t.Fatalf("%d runs", len(all))
	}
	for i, run := range all[1:] {
		if run.Started.After(all[i].Started) {
			t.Errorf("run %d is newer than the one before", i+1)
		}
	}
	for _, c := range []struct {
		name string
		q    jobstore.LogQuery
		want func(jobqueue.Run) bool
	}{
		{"all", jobstore.LogQuery{}, func(jobqueue.Run) bool { return true }},
		{"of an entry that ran rarely", jobstore.LogQuery{Entry: "b"}, func(r jobqueue.Run) bool { return r.Entry == "b" }},
		{"that failed", jobstore.LogQuery{Outcomes: []jobqueue.Outcome{jobqueue.Failed}}, func(r jobqueue.Run) bool { return r.Outcome == jobqueue.Failed }},
		{
			"that failed or were lost, of an entry",
			jobstore.LogQuery{Entry: "a", Outcomes: []jobqueue.Outcome{jobqueue.Failed, jobqueue.Lost}},
			func(r jobqueue.Run) bool { return r.Entry == "a" && r.Outcome == jobqueue.Failed },
		},
		{"in progress, of which there are none", jobstore.LogQuery{Open: true}, func(jobqueue.Run) bool { return false }},
		{"since a time", jobstore.LogQuery{Since: end.Add(-10 * time.Hour)}, func(r jobqueue.Run) bool { return !r.Started.Before(end.Add(-10 * time.Hour)) }},
		{"until a time", jobstore.LogQuery{Until: start.Add(10 * time.Hour)}, func(r jobqueue.Run) bool { return r.Started.Before(start.Add(10 * time.Hour)) }},
		{
			"within a day",
			jobstore.LogQuery{Since: start.Add(2 * time.Hour), Until: start.Add(9 * time.Hour)},
			func(r jobqueue.Run) bool {
				return !r.Started.Before(start.Add(2*time.Hour)) && r.Started.Before(start.Add(9*time.Hour))
			},
		},
		{
			"over midnight",
			jobstore.LogQuery{Since: start.Add(12 * time.Hour), Until: start.Add(30 * time.Hour)},
			func(r jobqueue.Run) bool {
				return !r.Started.Before(start.Add(12*time.Hour)) && r.Started.Before(start.Add(30*time.Hour))
			},
		},
		{"of no time at all", jobstore.LogQuery{Since: end, Until: start}, func(jobqueue.Run) bool { return false }},
		{"of an entry that never was", jobstore.LogQuery{Entry: "c"}, func(jobqueue.Run) bool { return false }},
	} {
		var want []string
		for _, run := range all {
			if c.want(run) {
				want = append(want, run.ID)
			}
		}
		for _, limit := range []int{1, 3, 50} {
			t.Run(fmt.Sprintf("%s, %d a page", c.name, limit), func(t *testing.T) {
				r.tb = t
				c.q.Limit = limit
				if got, _ := r.pages(c.q); !slices.Equal(got, want) {
					t.Errorf("%d runs, want %d", len(got), len(want))
				}
			})
		}
	}
	if _, err := r.d.Jobs.Store.Log(t.Context(), jobstore.LogQuery{Shop: shop, Page: "nonsense"}); !errors.Is(err, table.ErrInvalid) {
		t.Errorf("a page that is none: %v", err)
	}
}

func TestLogKeepsItsPlaceWhileRunsCome(t *testing.T) {
	r := history(t)
	before, _ := r.pages(jobstore.LogQuery{})
	p, err := r.d.Jobs.Store.Log(t.Context(), jobstore.LogQuery{Shop: shop, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	r.pass(5 * time.Hour)
	rest, _ := r.pages(jobstore.LogQuery{Page: p.Next, Limit: 10})
	if !slices.Equal(rest, before[10:]) {
		t.Errorf("the second page goes on with %d other runs, want %d", len(rest), len(before)-10)
	}
}

func TestLogLeavesOutWhatIsPastItsTime(t *testing.T) {
	r := newRig(t, task("a", "one", done))
	r.d.Jobs.Store.Keep = 24 * time.Hour
	r.trigger("a")
	r.drain()
	r.Advance(23 * time.Hour)
	if ids, _ := r.pages(jobstore.LogQuery{}); len(ids) != 1 {
		t.Errorf("%d runs within the time", len(ids))
	}
	r.Advance(2 * time.Hour) // the table has not dropped it
	if ids, _ := r.pages(jobstore.LogQuery{}); len(ids) != 0 {
		t.Errorf("%d runs past their time", len(ids))
	}
}

func TestLogShowsWhatIsInProgress(t *testing.T) {
	r := newRig(t, every(task("a", "one", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: q.Slice == 3, Counts: jobqueue.Counts{Created: 1}}, nil
	}), time.Hour), task("b", "one", done))
	r.Advance(time.Minute)
	r.tick()
	r.next() // by schedule: it has no row yet
	waits := r.trigger("b")
	for name, q := range map[string]jobstore.LogQuery{"all": {}, "open": {Open: true}} {
		_, got := r.pages(q)
		if len(got) != 2 || got[0].Entry != "a" || got[0].Started.IsZero() || got[1].ID != waits.ID {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if ids, _ := r.pages(jobstore.LogQuery{Outcomes: []jobqueue.Outcome{jobqueue.Succeeded}}); len(ids) != 0 {
		t.Errorf("ended: %v", ids)
	}
}
