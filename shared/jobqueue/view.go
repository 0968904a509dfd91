package jobqueue

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Job is a job entry as a person sees it, with what its category says about it.
// Its Entry may be changed and saved; the rest is derived.
type Job struct {
	Entry

	History  History  // what its runs have left behind
	State    Status   // the entry's, or In Process or Waiting
	Why      string   // it is on hold or in error, or times of it were set right; "" otherwise
	Running  *Run     // the run in progress, with its progress
	WaitsFor *Holding // what it waits for
	NextAt   time.Time
	RetryAt  time.Time // when its failed run is tried again; zero: it is not, or that time has gone by
}

// Holding is a run that others wait for.
type Holding struct {
	Shop, Entry, Run, Category string

	Since time.Time // the run's start
	Due   time.Time // since when the one that waits would have run
}

// Jobs lists a shop's entries by id as a person sees them, as of now.
func (s *Store) Jobs(ctx context.Context, shop string) ([]Job, error) {
	es, err := s.Entries(ctx, shop)
	if err != nil {
		return nil, err
	}
	cs, err := s.categoriesOf(ctx, es)
	if err != nil {
		return nil, err
	}
	out := make([]Job, len(es))
	for i, e := range es {
		if out[i], err = s.job(ctx, e, cs[e.Group()]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Job is one entry of Jobs, or ErrNotFound.
func (s *Store) Job(ctx context.Context, shop, id string) (Job, error) {
	e, err := s.Entry(ctx, shop, id)
	if err != nil {
		return Job{}, err
	}
	c, err := s.lock(ctx, e)
	if err != nil {
		return Job{}, err
	}
	return s.job(ctx, e, c)
}

func (s *Store) job(ctx context.Context, e Entry, c category) (Job, error) {
	var b beat
	var accepted time.Time
	if c.Run != nil {
		var err error
		if b, err = s.beat(ctx, e); err != nil {
			return Job{}, err
		}
	}
	if e.Queued != "" {
		r, err := s.row(ctx, e.Shop, e.Queued)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Job{}, err
		}
		accepted = r.Accepted
	}
	j := jobOf(e, c, b, accepted, s.Now())
	if h := c.History(e); e.Attempts > 0 && e.Status == Ready && h.Outcome == Failed && j.Running == nil {
		r, err := s.row(ctx, e.Shop, h.Logged)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Job{}, err
		}
		if r.RetryAt.After(s.Now()) {
			j.RetryAt = r.RetryAt
		}
	}
	return j, nil
}

// jobOf derives what a person sees. accepted is when the run that the entry
// waits to start was asked for, zero if there is none.
func jobOf(e Entry, c category, b beat, accepted, now time.Time) Job {
	j := Job{Entry: e, History: c.History(e), State: e.Status}
	next, recurs := e.NextRun(j.History)
	if recurs {
		j.NextAt = next
	}
	switch e.Status {
	case OnHold:
		j.Why = e.HoldReason
	case Error:
		j.Why = strings.TrimSpace(strings.TrimSuffix(e.LastError, passing) + " " + e.wayOut())
		if e.LastError == passing { // of an earlier release
			j.Why = gaveUp(e.Attempts) + " " + e.wayOut()
		}
	case Ready, InProcess, Waiting, Finished:
		if e.Righted != nil {
			j.Why = e.Righted.Sentence()
		}
		if !e.Expiration.IsZero() && e.Expired(now) {
			j.State = Finished
		}
	}
	if c.Run == nil {
		return j
	}
	if c.Shop == e.Shop && c.Run.Entry == e.ID {
		r := c.progressed(b)
		j.State, j.Running = InProcess, &r
		return j
	}
	due := accepted
	if recurs && !next.After(now) && (due.IsZero() || next.Before(due)) {
		due = next
	}
	if !due.IsZero() && e.Status != OnHold && now.Before(until(c, b)) {
		j.State = Waiting
		j.WaitsFor = &Holding{Shop: c.Shop, Entry: c.Run.Entry, Run: c.ID, Category: e.Category, Since: c.Run.Started, Due: due}
	}
	return j
}

// progressed is the run in progress with how far its slice has said it is.
func (c category) progressed(b beat) Run {
	r := c.running()
	if b.Fence == c.Fence && b.Progress != nil {
		r.Progress = *b.Progress
	}
	return r
}

// Pace is how much a run does in a minute, counted from its start, and how long
// the rest takes at that pace. left is 0 while the total, or the pace, is not known.
func (r Run) Pace(now time.Time) (perMinute float64, left time.Duration) {
	if r.Done() {
		now = r.Ended
	}
	took := now.Sub(r.Started)
	if r.Started.IsZero() || took <= 0 || r.Progress.Done <= 0 {
		return 0, 0
	}
	perMinute = float64(r.Progress.Done) / took.Minutes()
	if rest := r.Progress.Total - r.Progress.Done; rest > 0 && !r.Done() {
		left = time.Duration(float64(rest) / perMinute * float64(time.Minute)).Round(time.Second)
	}
	return perMinute, left
}
