package main

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/orders"
)

// A list that is longer than its limit says so, on both ends, and its pages are
// the whole list: what is shown exactly is not "more".
func TestListsSayThatThereAreMore(t *testing.T) {
	e := at(t, simulate(t, 12))
	defer work(t, e)()
	once(t, e, "sync-orders", nil)
	settled(t, e)
	s := serving(t, e)
	r := desked(t, s)
	for name, b := range map[string]*desk{"engine": e.desk, "server": r} {
		for _, state := range []orders.State{"", orders.Processed} {
			for _, limit := range []int{1, 5, 11, 12, 13} {
				names := pages(t, name, limit, func(page string) (names []string, next string, err error) {
					vs, next, err := b.Orders(t.Context(), state, page, limit)
					for _, v := range vs {
						names = append(names, v.Name)
					}
					return names, next, err
				})
				if slices.Sort(names); len(names) != 12 || len(slices.Compact(names)) != 12 {
					t.Errorf("%s: orders %q, %d a page: %v", name, state, limit, names)
				}
			}
		}
		ids := pages(t, name, 1, func(page string) (ids []string, next string, err error) {
			rs, next, err := b.Runs(t.Context(), page, 1)
			for _, v := range rs {
				ids = append(ids, v.ID)
			}
			return ids, next, err
		})
		if len(ids) != 2 || ids[0] == ids[1] {
			t.Errorf("%s: runs %v", name, ids)
		}
		if vs, next, err := b.Orders(t.Context(), orders.Conflict, "", 5); err != nil || len(vs) != 0 || next != "" {
			t.Errorf("%s: of none: %v, %q, %v", name, vs, next, err)
		}
	}
	if _, _, err := r.Orders(t.Context(), "", "no page", 5); err == nil || !strings.Contains(err.Error(), `page "no page": must be the next of an earlier answer`) {
		t.Errorf("a page that no answer has named: %v", err)
	}
}

// pages are the rows of all pages of a list, and fails if one has more than limit
// or the last one is empty.
func pages(t *testing.T, name string, limit int, list func(page string) ([]string, string, error)) (all []string) {
	t.Helper()
	for page := ""; ; {
		rows, next, err := list(page)
		if err != nil || len(rows) > limit || len(rows) == 0 {
			t.Fatalf("%s: %d rows of a page of %d, %v", name, len(rows), limit, err)
		}
		all = append(all, rows...)
		if page = next; page == "" {
			return all
		}
	}
}

// TestTooManyWaitingRunsAreOneErrorOnBothEnds: the server answers 429, and who
// asked through it meets the same error as an engine in this process gives.
func TestTooManyWaitingRunsAreOneErrorOnBothEnds(t *testing.T) {
	err := jobs.ErrBusy
	p := api.ProblemFor(err)
	if p.Status != http.StatusTooManyRequests {
		t.Errorf("status %d", p.Status)
	}
	far := refusal{p.Status, p.Code, p.Detail}
	if !errors.Is(far, jobs.ErrBusy) || !errors.Is(far, jobs.ErrRefused) || errors.Is(far, jobstore.ErrNotFound) {
		t.Errorf("%v is another error than %v", far, err)
	}
}

// TestNextSaysWhichAttemptComes: after a failure the table says which attempt is
// next and when, unless the job runs before that by itself.
func TestNextSaysWhichAttemptComes(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 52, 10, 0, time.Local)
	for _, tt := range []struct {
		name string
		job  api.Job
		want string
	}{
		{"nothing", api.Job{}, "-"},
		{"a slot", api.Job{Next: at}, "2026-11-27 12:52:10"},
		{"a retry of a job that only others start", api.Job{RetryAt: at, Attempts: 1, MaxAttempts: 5}, "retry 2 of 5 at 12:52"},
		{"a retry before the slot", api.Job{RetryAt: at, Next: at.Add(time.Hour), Attempts: 3, MaxAttempts: 4}, "retry 4 of 4 at 12:52"},
		{"a slot before the retry", api.Job{RetryAt: at.Add(time.Hour), Next: at, Attempts: 3, MaxAttempts: 4}, "2026-11-27 12:52:10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.want
			if want != "-" {
				want += at.Format(" MST")
			}
			if got := nextOf(tt.job); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}
