package main

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"backroom/shared/jobapi"
	"backroom/shared/jobqueue"
)

// TestAListKnowsWhetherThereAreMore: exactly as many as are shown are no more.
func TestAListKnowsWhetherThereAreMore(t *testing.T) {
	all := []int{1, 2, 3, 4, 5}
	for _, tt := range []struct {
		limit int
		want  []int
		more  bool
	}{
		{1, []int{1}, true}, {4, []int{1, 2, 3, 4}, true}, {5, all, false}, {6, all, false}, {mostListed, all, false}, {0, all, false},
	} {
		answered := all[:min(len(all), max(oneMore(tt.limit), 0))]
		if tt.limit == 0 {
			answered = all
		}
		if got, more := first(answered, tt.limit); !slices.Equal(got, tt.want) || more != tt.more {
			t.Errorf("limit %d: %v, %v, want %v, %v", tt.limit, got, more, tt.want, tt.more)
		}
		if n := oneMore(tt.limit); n > mostListed {
			t.Errorf("limit %d asks for %d, which the server refuses", tt.limit, n)
		}
	}
}

// TestTooManyWaitingRunsAreOneErrorOnBothEnds: the server answers 429, and who
// asked through it meets the same error as an engine in this process gives.
func TestTooManyWaitingRunsAreOneErrorOnBothEnds(t *testing.T) {
	err := error(&jobqueue.Busy{Shop: "acme", Entry: "sync-orders", Waiting: 20})
	status := statusOf(err)
	if status != http.StatusTooManyRequests {
		t.Errorf("status %d", status)
	}
	far := refusal{status, err.Error()}
	if !errors.Is(far, jobqueue.ErrBusy) || !errors.Is(far, jobqueue.ErrRefused) || errors.Is(far, jobqueue.ErrNotFound) {
		t.Errorf("%v is another error than %v", far, err)
	}
}

// TestNextSaysWhichAttemptComes: after a failure the table says which attempt is
// next and when, unless the job runs before that by itself.
func TestNextSaysWhichAttemptComes(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 52, 10, 0, time.Local)
	for _, tt := range []struct {
		name string
		job  jobapi.Job
		want string
	}{
		{"nothing", jobapi.Job{}, "-"},
		{"a slot", jobapi.Job{Next: at}, "2026-11-27 12:52:10"},
		{"a retry of a job that only others start", jobapi.Job{RetryAt: at, Attempts: 1, MaxAttempts: 5}, "retry 2 of 5 at 12:52"},
		{"a retry before the slot", jobapi.Job{RetryAt: at, Next: at.Add(time.Hour), Attempts: 3, MaxAttempts: 4}, "retry 4 of 4 at 12:52"},
		{"a slot before the retry", jobapi.Job{RetryAt: at.Add(time.Hour), Next: at, Attempts: 3, MaxAttempts: 4}, "2026-11-27 12:52:10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := nextOf(tt.job); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
