package jobstore

import (
	"context"
	"errors"
	"strings"
	"time"

	"backroom/shared/jobqueue"
)

// Job is a job entry as a person sees it, with what its category says about it.
// Its Entry may be changed and saved; the rest is derived.
type Job struct {
	jobqueue.Entry

	History  jobqueue.History // what its runs have left behind
	State    jobqueue.Status  // the entry's, or In Process or Waiting
	Why      string           // it is on hold or in error, or times of it were set right; "" otherwise
	Running  *jobqueue.Run    // the run in progress, with its progress
	WaitsFor *Holding         // what it waits for
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
	cs, err := s.Categories(ctx, es)
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

func (s *Store) job(ctx context.Context, e jobqueue.Entry, c jobqueue.Category) (Job, error) {
	var b jobqueue.Beat
	var accepted time.Time
	if c.Run != nil {
		var err error
		if b, err = s.Beat(ctx, e); err != nil {
			return Job{}, err
		}
	}
	if e.Queued != "" {
		r, err := s.Row(ctx, e.Shop, e.Queued)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Job{}, err
		}
		accepted = r.Accepted
	}
	j := jobOf(e, c, b, accepted, s.Now())
	if h := c.History(e); e.Attempts > 0 && e.Status == jobqueue.Ready && h.Outcome == jobqueue.Failed && j.Running == nil {
		r, err := s.Row(ctx, e.Shop, h.Logged)
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
func jobOf(e jobqueue.Entry, c jobqueue.Category, b jobqueue.Beat, accepted, now time.Time) Job {
	j := Job{Entry: e, History: c.History(e), State: e.Status}
	next, recurs := e.NextRun(j.History)
	if recurs {
		j.NextAt = next
	}
	switch e.Status {
	case jobqueue.OnHold:
		j.Why = e.HoldReason
	case jobqueue.InError:
		j.Why = strings.TrimSpace(strings.TrimSuffix(e.LastError, jobqueue.PassingText) + " " + wayOut(e))
		if e.LastError == jobqueue.PassingText { // of an earlier release
			j.Why = jobqueue.GaveUpText(e.Attempts) + " " + wayOut(e)
		}
	case jobqueue.Ready, jobqueue.InProcess, jobqueue.Waiting, jobqueue.Finished:
		if e.Righted != nil {
			j.Why = e.Righted.Sentence()
		}
		if !e.Expiration.IsZero() && e.Expired(now) {
			j.State = jobqueue.Finished
		}
	}
	if c.Run == nil {
		return j
	}
	if c.Shop == e.Shop && c.Run.Entry == e.ID {
		r := progressed(c, b)
		j.State, j.Running = jobqueue.InProcess, &r
		return j
	}
	due := accepted
	if recurs && !next.After(now) && (due.IsZero() || next.Before(due)) {
		due = next
	}
	if !due.IsZero() && e.Status != jobqueue.OnHold && now.Before(jobqueue.LeaseEnd(c, b)) {
		j.State = jobqueue.Waiting
		j.WaitsFor = &Holding{Shop: c.Shop, Entry: c.Run.Entry, Run: c.ID, Category: e.Category, Since: c.Run.Started, Due: due}
	}
	return j
}

// progressed is the run in progress with how far its slice has said it is.
func progressed(c jobqueue.Category, b jobqueue.Beat) jobqueue.Run {
	r := c.Running()
	if b.Fence == c.Fence && b.Progress != nil {
		r.Progress = *b.Progress
	}
	return r
}

// wayOut is what an entry in Error needs; what stopped it is said beside it.
func wayOut(e jobqueue.Entry) string {
	switch {
	case e.Quarantined:
		return "It does not run again by itself: make it ready once the fault is mended."
	case e.Resume:
		return "It runs again at its next time; to have it run before, restart it."
	}
	return "It does not run again by itself: make it ready, or restart it, once the cause is mended."
}
