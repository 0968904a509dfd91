package outbound

import (
	"context"
	"errors"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/fault"
)

// Verdict is what an answer says about one create.
type Verdict int

// The verdicts.
const (
	Made    Verdict = iota + 1 // the thing is there
	Lost                       // it may be there: the intent stays, and a later run looks
	Taken                      // its number is there already; nothing was made by this create
	Unsent                     // nothing was made, and not for what was sent: it may be sent again
	Refused                    // nothing was made, and the same would be refused again
)

// Answer is what became of one create.
type Answer[W, E any] struct {
	Item    W
	Entity  E // with Made
	Verdict Verdict
	Err     error // nil with Made
	Whole   bool  // Err is of the whole call
	Log     Log   // when it was sent, and what the answer was
}

// Records is where the intents of W are stored, and the other side, where each
// becomes an E. Every store is made under the run's lease.
type Records[W, E any] interface {
	// Intend stores that each of ws is about to be created. It answers those that
	// may be sent: whatever somebody else has changed meanwhile is left out.
	Intend(ctx context.Context, ws []W, i Intent) ([]W, error)
	// Send creates ws by one request. Its answers are in the order of ws.
	Send(ctx context.Context, ws []W) ([]Created[E], error)
	// Withdraw takes intents back whose request was not sent.
	Withdraw(ctx context.Context, ws []W) error
	// Answered stores what became of each. Of Lost the intent is to stay, of Unsent
	// and Refused it is to go.
	Answered(ctx context.Context, as []Answer[W, E]) error
}

// Intent is that a create is about to be sent.
type Intent struct {
	At    time.Time // by this host's clock
	There time.Time // by the other side's, see [There]
}

// Event is the intent in a log.
func (i Intent) Event() Event { return Event{At: i.At, Did: DidIntend} }

// Creates is the one way in which things are created outside. Nothing is looked
// up here: what is to be created has been decided by [Next] before.
type Creates[W, E any] struct {
	Hold
	Records Records[W, E]
	Clock   Clocked // the other side's; nil: it does not tell the time
	// Ready is called under the renewed lease, before an intent is stored; nil: there
	// is nothing more to make sure of.
	Ready func(ctx context.Context) error
	// Bound reports whether what Ready has made sure of outlives a request that
	// starts now; nil: it does.
	Bound func() bool
	// Name is what a person calls a thing that was made; nil: it has no name.
	Name func(E) string
}

// Create sends ws by one request. The intents are stored first. The request is
// sent once, and only if the lease outlives it and the intents are fresh: they are
// withdrawn if this process has slept, with an error of kind fault.Transient. An
// error of kind Unknown is none of the run: it is stored with each of ws.
func (c Creates[W, E]) Create(ctx context.Context, ws []W) error {
	if err := c.Renew(ctx); err != nil {
		return err
	}
	if c.Ready != nil {
		if err := c.Ready(ctx); err != nil {
			return err
		}
	}
	i := Intent{At: c.Now()}
	var err error
	if i.There, err = There(ctx, c.Clock, i.At); err != nil {
		return err
	}
	if ws, err = c.Records.Intend(ctx, ws, i); err != nil || len(ws) == 0 {
		return err
	}
	// The time is taken again: what was stored is old if this process slept.
	if err := c.Held(); err != nil {
		return err
	}
	if !fresh(i.At, c.Now()) || c.Bound != nil && !c.Bound() {
		slept := errors.New("slept between an intent and its create")
		if err := c.Records.Withdraw(ctx, ws); err != nil {
			return err
		}
		return &fault.Error{Op: c.Op, Kind: fault.Transient, Err: slept}
	}
	sent := c.Now()
	answers, callErr := c.Records.Send(ctx, ws)
	as, stop := c.classify(ws, answers, callErr, sent)
	if err := c.Records.Answered(ctx, as); err != nil {
		return err
	}
	if Kind(stop) == fault.Unknown {
		return nil // each is marked, the others of the run go on
	}
	return stop
}

// classify gives each of ws its answer, and the error after which nothing more is
// to be sent by this run.
func (c Creates[W, E]) classify(ws []W, answers []Created[E], callErr error, sent time.Time) (as []Answer[W, E], stop error) {
	stop = callErr
	now := c.Now()
	for n, w := range ws {
		a := Answer[W, E]{Item: w, Err: callErr, Whole: callErr != nil}
		if !a.Whole {
			a.Entity, a.Err = answers[n].Entity, answers[n].Err
			if Kind(a.Err) == fault.Blocked {
				stop = a.Err // so would every other of this connection
			}
		}
		a.Verdict = verdict(a.Err, a.Whole)
		answered := a.event()
		if answered.At = now; a.Verdict == Made && c.Name != nil {
			answered.Says = c.Name(a.Entity)
		}
		a.Log = Log{{At: sent, Did: DidSend}, answered}
		as = append(as, a)
	}
	return as, stop
}

// verdict is what err says about a create; whole: the whole call failed by it.
func verdict(err error, whole bool) Verdict {
	switch kind := Kind(err); {
	case err == nil:
		return Made
	case kind == fault.Unknown:
		return Lost
	case is(err, bcapi.CodeExists):
		return Taken
	case whole, kind == fault.Throttled, kind == fault.Transient, kind == fault.Blocked:
		return Unsent
	}
	return Refused
}

func is(err error, code string) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Code == code
}
