package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"backroom/shared/queue/queuetest"
	"backroom/shared/schedule"
	"backroom/shared/sqlite"
	"backroom/shared/testclock"
)

func TestQueueWhoseClockIsSetBack(t *testing.T) {
	c := testclock.New(testclock.Monday)
	db := open(t, filepath.Join(t.TempDir(), "q.db"), sqlite.WithNow(c.Now))
	queuetest.SetBack(t, queuetest.Harness{Queue: db.Queue("jobs"), Advance: c.Advance}, func(d time.Duration) { c.Advance(-d) })
}

// TestScheduleWhoseClockIsSetBack: a recurring schedule that fired while the clock
// was ahead fires at its next time once it is right, in the process that saw the
// step and in the next one.
func TestScheduleWhoseClockIsSetBack(t *testing.T) {
	for _, restarts := range []bool{false, true} {
		c := testclock.New(testclock.Monday)
		db := open(t, filepath.Join(t.TempDir(), "s.db"), sqlite.WithNow(c.Now))
		q := db.Queue("jobs")
		s := db.Schedules(q)
		rate := schedule.Recurrence{Rate: 10 * time.Minute, Anchor: c.Now()}
		if err := s.Every(t.Context(), "r", rate, schedule.Target{Group: "g", Body: schedule.TimePlaceholder}); err != nil {
			t.Fatal(err)
		}
		const ahead = 400 * 24 * time.Hour
		for _, step := range []time.Duration{11 * time.Minute, ahead, -ahead, 10 * time.Minute} {
			if restarts && step == -ahead {
				s = db.Schedules(q)
			}
			c.Advance(step)
			fired, err := s.Tick(t.Context())
			if want := step != -ahead; err != nil || fired > 0 != want {
				t.Errorf("restarts %t, after a step of %v: %d firings (%v)", restarts, step, fired, err)
			}
		}
	}
}
