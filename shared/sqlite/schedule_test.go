package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"backroom/shared/schedule"
	"backroom/shared/schedule/scheduletest"
	"backroom/shared/sqlite"
	"backroom/shared/testclock"
)

func TestSchedules(t *testing.T) {
	scheduletest.Run(t, func(t *testing.T) scheduletest.Harness {
		t.Helper()
		c := testclock.New(scheduletest.Start)
		db := open(t, filepath.Join(t.TempDir(), "s.db"), sqlite.WithNow(c.Now))
		q := db.Queue("jobs")
		s := db.Schedules(q)
		return scheduletest.OnClock(c, s, q, func(ctx context.Context) error {
			_, err := s.Tick(ctx)
			return err
		})
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
