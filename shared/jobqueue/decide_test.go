package jobqueue

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	longest := func(n int64) int64 { return n - 1 }
	shortest := func(int64) int64 { return 0 }
	for _, tt := range []struct {
		name     string
		delay    time.Duration
		n        int
		from, to time.Duration
	}{
		{"the first repeat", time.Minute, 1, time.Minute, 2 * time.Minute},
		{"it doubles", time.Minute, 3, time.Minute, 8 * time.Minute},
		{"no delay is 30 seconds", 0, 1, 30 * time.Second, time.Minute},
		{"six hours at most", time.Minute, 9, time.Minute, 6 * time.Hour},
		{"also after very many", time.Minute, 10_000, time.Minute, 6 * time.Hour},
		{"where doubling passes what a time can hold", time.Hour, 19, time.Hour, 6 * time.Hour},
		{"a delay of more is the delay", 8 * time.Hour, 1, 8 * time.Hour, 8 * time.Hour},
		{"a delay of six hours too", 6 * time.Hour, 4, 6 * time.Hour, 6 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, to := backoff(tt.delay, tt.n, shortest), backoff(tt.delay, tt.n, longest)
			if from != tt.from || to != tt.to {
				t.Errorf("%v to %v, want %v to %v", from, to, tt.from, tt.to)
			}
		})
	}
}

func TestEntryAfterARun(t *testing.T) {
	for _, tt := range []struct {
		name     string
		status   Status
		attempts int
		outcome  Outcome
		retry    bool
		want     Status
		then     int // attempts
	}{
		{"the first failure of three", Ready, 0, Failed, true, Ready, 1},
		{"the second", Ready, 1, Failed, true, Ready, 2},
		{"the third", Ready, 2, Failed, true, Error, 3},
		{"no use in trying again", Ready, 0, Failed, false, Error, 1},
		{"put on hold while it failed for good", OnHold, 2, Failed, true, OnHold, 3},
		{"put on hold while it failed as it always will", OnHold, 0, Failed, false, OnHold, 1},
		{"success ends the count", Ready, 2, Succeeded, false, Ready, 0},
		{"and the error", Error, 3, Succeeded, false, Ready, 0},
		{"success with issues too", Error, 3, SucceededWithIssues, false, Ready, 0},
		{"on hold it stays, also after a success", OnHold, 2, Succeeded, false, OnHold, 0},
		{"a lost run counts as none", Ready, 2, Lost, false, Ready, 2},
		{"nor does one that was cancelled", Ready, 2, Cancelled, false, Ready, 2},
		{"or did not start", Ready, 2, Skipped, false, Ready, 2},
		{"a lost run ends no error", Error, 3, Lost, false, Error, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Entry{Status: tt.status, Attempts: tt.attempts, MaxAttempts: 3}
			e = e.after(Run{Outcome: tt.outcome}, ending{outcome: tt.outcome, retry: tt.retry})
			if e.Status != tt.want || e.Attempts != tt.then {
				t.Errorf("%s after %d attempts, want %s after %d", e.Status, e.Attempts, tt.want, tt.then)
			}
		})
	}
}

func TestDecideClaim(t *testing.T) {
	at := func(d time.Duration) time.Time { return sweepTime.Add(d) }
	held := category{Run: &Run{Slice: 2}, ID: "r", Owner: "o", Until: at(0), Fence: 3}
	yielded := held
	yielded.Owner, yielded.Yields = "", true
	for _, tt := range []struct {
		name string
		c    category
		b    beat
		run  string
		now  time.Duration
		step claimStep
		wait time.Duration
	}{
		{"free", category{}, beat{}, "r", 0, claimNew, 0},
		{"held", held, beat{}, "other", -time.Minute, claimWait, time.Minute + 5*time.Second},
		{"held, and its own message came back", held, beat{}, "r", -time.Minute, claimWait, time.Minute + 5*time.Second},
		{"over here, perhaps not there", held, beat{}, "other", 5*time.Second - 1, claimWait, 1},
		{"over by every clock", held, beat{}, "other", 5 * time.Second, claimNew, 0},
		{"over, and its own message came back", held, beat{}, "r", 5 * time.Second, claimResume, 0},
		{"renewed", held, beat{Fence: 3, Until: at(time.Minute)}, "other", 10 * time.Second, claimWait, 55 * time.Second},
		{"renewed by the owner before", held, beat{Fence: 2, Until: at(time.Minute)}, "other", 10 * time.Second, claimNew, 0},
		{"between two slices of its own", yielded, beat{}, "r", -time.Minute, claimResume, 0},
		{"between two slices of another", yielded, beat{}, "other", -time.Minute, claimWait, time.Minute + 5*time.Second},
		{"between two slices for too long", yielded, beat{}, "other", 5 * time.Second, claimNew, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			step, wait := decideClaim(tt.c, tt.b, tt.run, at(tt.now), 5*time.Second)
			if step != tt.step || wait != tt.wait {
				t.Errorf("step %d, wait %v; want %d, %v", step, wait, tt.step, tt.wait)
			}
		})
	}
}
