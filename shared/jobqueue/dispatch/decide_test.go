package dispatch

import (
	"testing"
	"time"

	"backroom/shared/jobqueue"
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

func TestDecideClaim(t *testing.T) {
	at := func(d time.Duration) time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC).Add(d) }
	held := jobqueue.Category{Run: &jobqueue.Run{Slice: 2}, ID: "r", Owner: "o", Until: at(0), Fence: 3}
	yielded := held
	yielded.Owner, yielded.Yields = "", true
	for _, tt := range []struct {
		name string
		c    jobqueue.Category
		b    jobqueue.Beat
		run  string
		now  time.Duration
		step claimStep
		wait time.Duration
	}{
		{"free", jobqueue.Category{}, jobqueue.Beat{}, "r", 0, claimNew, 0},
		{"held", held, jobqueue.Beat{}, "other", -time.Minute, claimWait, time.Minute + 5*time.Second},
		{"held, and its own message came back", held, jobqueue.Beat{}, "r", -time.Minute, claimWait, time.Minute + 5*time.Second},
		{"over here, perhaps not there", held, jobqueue.Beat{}, "other", 5*time.Second - 1, claimWait, 1},
		{"over by every clock", held, jobqueue.Beat{}, "other", 5 * time.Second, claimNew, 0},
		{"over, and its own message came back", held, jobqueue.Beat{}, "r", 5 * time.Second, claimResume, 0},
		{"renewed", held, jobqueue.Beat{Fence: 3, Until: at(time.Minute)}, "other", 10 * time.Second, claimWait, 55 * time.Second},
		{"renewed by the owner before", held, jobqueue.Beat{Fence: 2, Until: at(time.Minute)}, "other", 10 * time.Second, claimNew, 0},
		{"between two slices of its own", yielded, jobqueue.Beat{}, "r", -time.Minute, claimResume, 0},
		{"between two slices of another", yielded, jobqueue.Beat{}, "other", -time.Minute, claimWait, time.Minute + 5*time.Second},
		{"between two slices for too long", yielded, jobqueue.Beat{}, "other", 5 * time.Second, claimNew, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			step, wait := decideClaim(tt.c, tt.b, tt.run, at(tt.now), 5*time.Second)
			if step != tt.step || wait != tt.wait {
				t.Errorf("step %d, wait %v; want %d, %v", step, wait, tt.step, tt.wait)
			}
		})
	}
}
