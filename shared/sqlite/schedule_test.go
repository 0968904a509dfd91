package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/schedule"
	"backroom/shared/schedule/scheduletest"
	"backroom/shared/sqlite"
)

func TestSchedules(t *testing.T) {
	scheduletest.Run(t, func(t *testing.T) scheduletest.Harness {
		t.Helper()
		c := newClock()
		c.at = scheduletest.Start
		db := open(t, filepath.Join(t.TempDir(), "s.db"), sqlite.WithNow(c.now))
		q := db.Queue("jobs")
		s := db.Schedules(q)
		tick := func(t contract.T) {
			if _, err := s.Tick(t.Context()); err != nil {
				t.Fatalf("Tick: %v", err)
			}
		}
		return scheduletest.Harness{
			Schedules: s, Queue: q, Now: c.now,
			Advance: func(t contract.T, d time.Duration) {
				for ; d > 0; d -= time.Minute {
					c.advance(min(time.Minute, d))
					tick(t)
				}
			},
			Down: func(t contract.T, d time.Duration) {
				c.advance(d)
				tick(t)
			},
		}
	})
}

// On the real clock: Run fires what is in the past at once, and what is added
// while it sleeps.
func TestRunWakesForNewSchedules(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "s.db"))
	q := db.Queue("jobs")
	s := db.Schedules(q)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	if err := s.At(ctx, "now", time.Now(), schedule.Target{Group: "g", Body: "x"}); err != nil {
		t.Fatal(err)
	}
	ms, err := q.Receive(ctx, 1, time.Minute, 20*time.Second)
	if err != nil || len(ms) != 1 || string(ms[0].Body) != "x" {
		t.Errorf("got %v, %v", ms, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}
