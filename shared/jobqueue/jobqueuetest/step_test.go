package jobqueuetest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobqueuetest"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/sqlite"
	"backroom/shared/table"
	"backroom/shared/testclock"
)

// stepping is a job queue on a host whose clock steps. What passes in truth is
// counted apart from it.
type stepping struct {
	*testclock.Clock // the host's

	t         *testing.T
	rng       *rand.Rand
	truth     time.Duration // that has passed
	ahead     time.Duration // of the host's clock
	table     table.Table
	queue     queue.Queue
	schedules schedule.Schedules
	tick      func(context.Context) (int, error)
	release   func(context.Context) error
	reopen    func() // the queue and the schedules as a new process sees them
	d         *dispatch.Dispatcher
	sweeper   *sweep.Sweeper
	calm      bool // nothing dies, fails or steps any more
	started   map[string][]time.Duration
	said      *strings.Builder // the log
}

// cadences of the entries. The one that drifts counts from the end of a run.
var cadences = map[string]time.Duration{"grid": 10 * time.Minute, "drifts": 15 * time.Minute, "fails": 20 * time.Minute, "slow": 30 * time.Minute}

func newStepping(t *testing.T, seed uint64, file bool, ahead time.Duration) *stepping {
	t.Helper()
	s := &stepping{
		Clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)), t: t, rng: rand.New(rand.NewPCG(seed, 7)),
		started: map[string][]time.Duration{}, said: &strings.Builder{}, release: func(context.Context) error { return nil },
	}
	if file {
		db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.WithNow(s.Now))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		s.table = db.Table()
		s.reopen = func() {
			q := db.Queue("jobs")
			book := db.Schedules(q)
			s.queue, s.schedules, s.tick, s.release = q, book, book.Tick, q.ReleaseAll
		}
	} else {
		q := memory.NewQueue(s.Now)
		book := memory.NewSchedules(s.Now, q)
		s.table = memory.NewTable(s.Now)
		s.reopen = func() { s.queue, s.schedules, s.tick = q, book, book.Tick }
	}
	s.set(ahead)
	s.begin()
	return s
}

// begin makes a process.
func (s *stepping) begin() {
	s.reopen()
	var regs []jobqueue.Registration
	for _, name := range []string{"grid", "drifts", "fails", "slow"} {
		reg := every(task(name, "of-"+name, s.run), cadences[name])
		reg.Default.Drifting = name == "drifts"
		reg.Default.MaxAttempts = 11
		regs = append(regs, reg)
	}
	tasks := jobqueue.NewRegistry(regs...)
	store := jobstore.New(s.table, s.Now)
	log := slog.New(slog.NewTextHandler(s.said, nil))
	s.d = dispatch.New(jobs.New(store, tasks, s.queue, s.schedules, log), deadly{s, dispatch.NewExecutor(tasks, store, log)})
	s.d.Jobs.Random = s.rng.Int64N
	s.sweeper = sweep.New(s.d, sweep.ShopList{shop})
	if err := s.release(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	if err := store.EndLeases(s.t.Context(), shop); err != nil {
		s.t.Fatal(err)
	}
	if err := s.d.Jobs.Ensure(s.t.Context(), shop, shop, s.Now().Add(time.Minute)); err != nil {
		s.t.Fatal(err)
	}
	s.sweep()
}

// deadly loses slices before they run, and answers after they have.
type deadly struct {
	s *stepping
	jobqueue.Invoker
}

func (d deadly) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	if !d.s.calm && d.s.rng.IntN(8) == 0 {
		return jobqueue.Result{}, errors.New("the slice is gone")
	}
	res, err := d.Invoker.Invoke(ctx, r)
	if !d.s.calm && d.s.rng.IntN(8) == 0 {
		return jobqueue.Result{}, errors.New("its answer is lost")
	}
	return res, err
}

// run is every task: some of its slices see the clock step.
func (s *stepping) run(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	s.started[r.Task] = append(s.started[r.Task], s.truth)
	s.pass(time.Duration(s.rng.IntN(20)) * time.Second)
	if !s.calm && s.rng.IntN(12) == 0 {
		s.step()
	}
	res := jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 1, Unchanged: 1}}
	switch {
	case r.Task == "fails" && !s.calm && s.rng.IntN(2) == 0:
		return res, &fault.Error{Op: "fails", Kind: fault.Transient, Err: errBroken}
	case r.Task == "slow" && s.rng.IntN(3) == 0:
		return res, &fault.Error{Op: "slow", Kind: fault.Throttled, RetryAfter: time.Duration(s.rng.IntN(120)) * time.Second, Err: errBroken}
	}
	return res, nil
}

// step sets the host's clock: wrong by minutes or by more than a year, or right.
func (s *stepping) step() {
	steps := []time.Duration{0, 45 * time.Minute, -45 * time.Minute, 400 * 24 * time.Hour, -400 * 24 * time.Hour, 30 * time.Minute}
	s.set(steps[s.rng.IntN(len(steps))])
}

func (s *stepping) set(ahead time.Duration) {
	s.Advance(ahead - s.ahead)
	s.ahead = ahead
}

func (s *stepping) pass(d time.Duration) {
	s.Advance(d)
	s.truth += d
}

func (s *stepping) sweep() {
	if _, err := s.sweeper.Sweep(s.t.Context()); err != nil {
		s.t.Fatalf("sweep: %v", err)
	}
}

// live lets so much time pass in truth, a minute at a time: schedules fire, what
// is due is handled, a sweep looks.
func (s *stepping) live(d time.Duration) {
	for end := s.truth + d; s.truth < end; {
		s.pass(20 * time.Second)
		if _, err := s.tick(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
		for range 20 {
			some, err := s.d.Next(s.t.Context(), 0)
			if err == nil && !some {
				break
			}
		}
		if s.rng.IntN(3) == 0 || s.calm {
			s.sweep()
		}
		if s.calm {
			continue
		}
		switch s.rng.IntN(60) {
		case 0:
			s.step()
		case 1:
			s.begin() // the process before is gone
		case 2:
			_, _ = s.d.Jobs.Trigger(s.t.Context(), jobs.TriggerRequest{Shop: shop, Entry: "grid", Trigger: jobqueue.ByHand})
		}
	}
}

// TestClockSteps: in every history in which the host's clock steps by minutes and
// by more than a year, each entry runs within two cadences of the moment at which
// the clock is right again, and nobody waits for a time that was stored before.
func TestClockSteps(t *testing.T) {
	for engine, seeds := range map[string]uint64{"memory": jobqueuetest.SteppedSeeds, "sqlite": (jobqueuetest.SteppedSeeds + 14) / 15} { // a file is slow
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			righted := uint64(0)
			for seed := range seeds {
				if s := newStepping(t, seed, engine == "sqlite", 0); !s.history(seed) {
					return
				} else if strings.Contains(s.said.String(), "set right") {
					righted++
				}
			}
			if righted < seeds {
				t.Errorf("%d of %d histories say that something was set right", righted, seeds)
			}
		})
	}
}

// TestFirstConnectionWhileTheClockIsAhead: the entries that a shop is given then run
// once the clock is right, and a person sees why they did not before.
func TestFirstConnectionWhileTheClockIsAhead(t *testing.T) {
	for _, ahead := range []time.Duration{45 * time.Minute, 400 * 24 * time.Hour} {
		for engine, file := range map[string]bool{"memory": false, "sqlite": true} {
			t.Run(fmt.Sprint(engine, " ", ahead), func(t *testing.T) {
				s := newStepping(t, 1, file, ahead)
				s.calm = true
				s.set(0)
				s.sweep()
				js, err := s.d.Jobs.Store.Jobs(t.Context(), shop)
				if err != nil {
					t.Fatal(err)
				}
				for _, j := range js {
					if want := "ahead of the clock; they were set right at"; !strings.Contains(j.Why, want) {
						t.Errorf("%s: %q, want it to say that its times were %s", j.ID, j.Why, want)
					}
				}
				s.live(time.Hour + time.Minute)
				for name, cadence := range cadences {
					if n, want := len(s.started[name]), int(time.Hour/cadence)-1; n < want {
						t.Errorf("%s ran %d times within the hour, want %d at least", name, n, want)
					}
				}
				rs, err := jobqueuetest.Logged(t.Context(), s.d.Jobs.Store, shop)
				if err != nil {
					t.Fatal(err)
				}
				noted := map[string]int{}
				for _, r := range rs {
					if strings.Contains(r.Detail, "ahead of the clock") {
						noted[r.Entry]++
					}
				}
				for name := range cadences {
					if noted[name] != 1 {
						t.Errorf("%d runs of %s say that its times were set right, want the first one: %v", noted[name], name, noted)
					}
				}
			})
		}
	}
}

// TestStartThatSomebodyHasNamed: a date in the future is not taken for a mistake of
// the clock, whichever way that was wrong.
func TestStartThatSomebodyHasNamed(t *testing.T) {
	s := newStepping(t, 1, false, 0)
	s.calm = true
	e, err := s.d.Jobs.Store.Entry(t.Context(), shop, "grid")
	if err != nil {
		t.Fatal(err)
	}
	e.EarliestStart = s.Now().AddDate(0, 1, 0)
	if _, err := s.d.Jobs.Save(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	s.set(-400 * 24 * time.Hour)
	s.live(time.Hour)
	s.set(0)
	s.live(time.Hour)
	if got, err := s.d.Jobs.Store.Entry(t.Context(), shop, "grid"); err != nil || !got.EarliestStart.Equal(e.EarliestStart) || len(s.started["grid"]) > 0 {
		t.Errorf("it starts at %v after %d runs, want at %v (%v)", got.EarliestStart, len(s.started["grid"]), e.EarliestStart, err)
	}
}

func (s *stepping) history(seed uint64) bool {
	t := s.t
	s.live(4 * time.Hour)
	s.set([]time.Duration{45 * time.Minute, 400 * 24 * time.Hour}[seed%2])
	s.live(40 * time.Minute)
	s.set(0)
	s.calm = true
	right := s.truth
	s.live(2 * time.Minute)
	js, err := s.d.Jobs.Store.Jobs(t.Context(), shop)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range js {
		if j.Running == nil && j.NextAt.Sub(s.Now()) > cadences[j.ID]+clock.Slack {
			t.Errorf("seed %d: %s runs next in %v, its cadence is %v", seed, j.ID, j.NextAt.Sub(s.Now()), cadences[j.ID])
		}
	}
	s.live(time.Hour + 10*time.Minute)
	for _, j := range js {
		if j.State == jobqueue.InError {
			continue // its slices died again and again, which is a person's to look at
		}
		name, cadence, last := j.ID, cadences[j.ID], right
		for _, at := range append(s.started[name], s.truth) {
			if at <= right {
				continue
			}
			if at-last > 2*cadence+time.Minute {
				t.Errorf("seed %d: %s did not run from %v to %v after the clock was right, its cadence is %v", seed, name, last-right, at-right, cadence)
			}
			last = at
		}
	}
	if t.Failed() {
		for _, j := range js {
			t.Logf("%s: %s %s, next %v, retry %v, running %v", j.ID, j.State, j.Why, j.NextAt, j.RetryAt, j.Running != nil)
		}
		t.Log(fmt.Sprint("now ", s.Now(), " log: ", s.said.String()))
	}
	return !t.Failed()
}
