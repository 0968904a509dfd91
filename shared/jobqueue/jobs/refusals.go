package jobs

import (
	"errors"
	"fmt"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
)

// ErrRefused is what every *Refusal, *PausedError, *NotRetried and *Busy is.
var ErrRefused = errors.New("refused")

// Refusal is an action that the status of its entry forbids: nothing was
// changed. errors.Is(err, ErrOnHold) holds where the status is On Hold.
type Refusal struct {
	Action      Action
	Shop, Entry string
	Status      jobqueue.Status
	Detail      string // about the status, such as why it is on hold; may be ""
	WayOut      string
}

// Error is one sentence for a person.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s: job %s of %s is %s%s: %s", r.Action, r.Entry, r.Shop, r.Status, r.Detail, r.WayOut)
}

// Is makes it an ErrRefused, and one of an entry on hold an ErrOnHold.
func (r *Refusal) Is(target error) bool {
	return target == ErrRefused || target == ErrOnHold && r.Status == jobqueue.OnHold
}

// NotRetried says that a run is none that failed.
type NotRetried struct {
	Shop, Run string
	Outcome   jobqueue.Outcome // "": it has not ended
}

// Error is one sentence for a person.
func (e *NotRetried) Error() string {
	switch e.Outcome {
	case "":
		return fmt.Sprintf("retry: run %s of %s has not ended: cancel it first, or wait", e.Run, e.Shop)
	case jobqueue.Rejected:
		return fmt.Sprintf("retry: run %s of %s was %s, and has no input to repeat: run its job", e.Run, e.Shop, e.Outcome)
	case jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Failed, jobqueue.Cancelled, jobqueue.Lost, jobqueue.Skipped:
	}
	return fmt.Sprintf("retry: run %s of %s %s: run its job again instead", e.Run, e.Shop, e.Outcome)
}

// Is makes it an ErrRefused.
func (e *NotRetried) Is(target error) bool { return target == ErrRefused }

// NotCancelled says that a run has ended before it could be stopped.
type NotCancelled struct {
	Shop, Run string
	Outcome   jobqueue.Outcome
}

// Error is one sentence for a person.
func (e *NotCancelled) Error() string {
	return fmt.Sprintf("cancel: run %s of %s has ended already (%s): nothing is left to stop", e.Run, e.Shop, e.Outcome)
}

// Is makes it an ErrRefused.
func (e *NotCancelled) Is(target error) bool { return target == ErrRefused }

// PausedError says that a pause keeps an entry from running.
type PausedError struct {
	Action Action
	Shop   string
	Pause  jobstore.Pause
}

// Error is one sentence for a person.
func (e *PausedError) Error() string {
	return fmt.Sprintf("%s: %s resume it first", e.Action, sayPaused(e.Pause, e.Shop))
}

// Is makes it an ErrRefused.
func (e *PausedError) Is(target error) bool { return target == ErrRefused }

func sayPaused(p jobstore.Pause, shop string) string {
	what := "shop " + shop
	if p.All {
		what = "everything"
	}
	return fmt.Sprintf("%s is paused since %s%s;", what, p.Since.Format("2006-01-02 15:04 MST"), jobqueue.Because(p.Reason))
}

// ErrOnHold means that the entry may not run before somebody releases it.
var ErrOnHold = errors.New("the job entry is on hold")

// ErrBusy is what every *Busy is.
var ErrBusy = errors.New("too many runs wait to start")

// Busy says that so many accepted runs of an entry wait to start that no more
// are accepted: nothing was changed.
type Busy struct {
	Shop, Entry string
	Waiting     int
}

// Error is one sentence for a person.
func (b *Busy) Error() string {
	return fmt.Sprintf("run: %d runs of job %s of %s wait to start already: wait until one of them has started, or cancel some", b.Waiting, b.Entry, b.Shop)
}

// Is makes it an ErrRefused and an ErrBusy.
func (b *Busy) Is(target error) bool { return target == ErrRefused || target == ErrBusy }
