package jobs

import (
	"errors"
	"fmt"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
)

// Why an action is not done; nothing was changed then.
var (
	// ErrRefused is what every refusal is, those below too.
	ErrRefused = errors.New("refused")
	// ErrOnHold means that the entry may not run before somebody releases it.
	ErrOnHold = fmt.Errorf("%w: the job entry is on hold", ErrRefused)
	// ErrEnded means that the run has ended before it could be stopped.
	ErrEnded = fmt.Errorf("%w: the run has ended", ErrRefused)
	// ErrPaused means that a pause keeps the entry from running.
	ErrPaused = fmt.Errorf("%w: paused", ErrRefused)
	// ErrBusy means that so many accepted runs of the entry wait to start that no
	// more are accepted.
	ErrBusy = fmt.Errorf("%w: too many runs wait to start", ErrRefused)
)

// Refusal is an action that the status of its entry forbids: an [ErrRefused], and
// where the status is On Hold an [ErrOnHold].
type Refusal struct {
	Action      Action
	Shop, Entry string
	Status      jobqueue.Status
	Detail      string // about the status, such as why it is on hold; may be ""
	WayOut      string
}

// Error is one sentence for a person.
func (r *Refusal) Error() string {
	return r.In(func(text string) string { return text })
}

// In is that sentence in the words of say, which says each of its parts in a language.
func (r *Refusal) In(say func(string) string) string {
	is := "%s: job %s of %s is %s%s: %s"
	return fmt.Sprintf(say(is), r.Action, r.Entry, r.Shop, r.Status, say(r.Detail), say(r.WayOut))
}

// Unwrap is the refusal's kind, one of the errors above.
func (r *Refusal) Unwrap() error {
	if r.Status == jobqueue.OnHold {
		return ErrOnHold
	}
	return ErrRefused
}

// refused is a refusal for another cause, of a kind, in one sentence for a person.
type refused struct {
	kind error
	text string
}

func (r *refused) Error() string { return r.text }

func (r *refused) Unwrap() error { return r.kind }

// paused refuses an action because of a pause.
func paused(a Action, shop string, p jobstore.Pause) error {
	what := "shop " + shop
	if p.All {
		what = "everything"
	}
	return &refused{ErrPaused, fmt.Sprintf("%s: %s is paused since %s%s; resume it first", a, what, p.Since.Format("2006-01-02 15:04 MST"), jobqueue.Because(p.Reason))}
}
