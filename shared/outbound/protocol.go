package outbound

import (
	"context"
	"errors"
	"time"

	"backroom/shared/fault"
)

// Verdict is what an answer says about one create or action.
type Verdict int

// The verdicts.
const (
	Made    Verdict = iota + 1 // the thing is there, the change is made
	Lost                       // it may be there: the intent stays, and a later run looks
	Taken                      // it was there already; nothing was done by this request
	Unsent                     // nothing was done, and not for what was sent: it may be sent again
	Refused                    // nothing was done, and the same would be refused again
)

// Answer is what became of one create or action.
type Answer[W, E any] struct {
	Item    W
	Entity  E // with Made
	Verdict Verdict
	Err     error // nil with Made
	Whole   bool  // Err is of the whole call
	Log     Log   // when it was sent, and what the answer was
}

// Records is where the intents of W are stored, and the other side, where each
// becomes an E. Every store is made under the run's lease. One goroutine at a time
// calls it.
type Records[W, E any] interface {
	// Intend stores that each of ws is about to be sent. It answers those that
	// may be: whatever somebody else has changed meanwhile is left out.
	Intend(ctx context.Context, ws []W, i Intent) ([]W, error)
	// Send creates ws, or acts on them, by one request. Its answers are in the
	// order of ws.
	Send(ctx context.Context, ws []W) ([]Created[E], error)
	// Withdraw takes intents back whose request was not sent.
	Withdraw(ctx context.Context, ws []W) error
	// Answered stores what became of each. Of Lost the intent is to stay, of Unsent
	// and Refused it is to go.
	Answered(ctx context.Context, as []Answer[W, E]) error
}

// Intent is that a request is about to be sent.
type Intent struct {
	At    time.Time // by this host's clock
	There time.Time // by the other side's, see [There]
}

// Event is the intent in a log.
func (i Intent) Event() Event { return Event{At: i.At, Did: DidIntend} }

// protocol is what creates and actions have in common: the order in which an
// effect is prepared, sent and stored.
type protocol[W, E any] struct {
	Hold
	records Records[W, E]
	clock   Clocked
	ready   func(ctx context.Context) error
	bound   func() bool
	name    func(E) string
	made    Did              // how a log calls what was made
	taken   func(error) bool // whether a refusal says that it was there already
}

// send sends ws by one request. The intents are stored first. The request is sent
// once, and only if the lease outlives it and the intents are fresh: they are
// withdrawn if this process has slept, with an error of kind fault.Transient. An
// error of kind Unknown is none of the run: it is stored with each of ws.
func (p protocol[W, E]) send(ctx context.Context, ws []W) error {
	if err := p.Renew(ctx); err != nil {
		return err
	}
	if p.ready != nil {
		if err := p.ready(ctx); err != nil {
			return err
		}
	}
	i := Intent{At: p.Now()}
	var err error
	if i.There, err = There(ctx, p.clock, i.At); err != nil {
		return err
	}
	if ws, err = p.records.Intend(ctx, ws, i); err != nil || len(ws) == 0 {
		return err
	}
	// The time is taken again: what was stored is old if this process slept.
	if err := p.Held(); err != nil {
		return err
	}
	if !fresh(i.At, p.Now()) || p.bound != nil && !p.bound() {
		slept := errors.New("slept between an intent and its request")
		if err := p.records.Withdraw(ctx, ws); err != nil {
			return err
		}
		return &fault.Error{Op: p.Op, Kind: fault.Transient, Err: slept}
	}
	sent := p.Now()
	answers, callErr := p.records.Send(ctx, ws)
	as, stop := p.classify(ws, answers, callErr, sent)
	if err := p.records.Answered(ctx, as); err != nil {
		return err
	}
	if Kind(stop) == fault.Unknown {
		return nil // each is marked, the others of the run go on
	}
	return stop
}

// classify gives each of ws its answer, and the error after which nothing more is
// to be sent by this run.
func (p protocol[W, E]) classify(ws []W, answers []Created[E], callErr error, sent time.Time) (as []Answer[W, E], stop error) {
	stop = callErr
	now := p.Now()
	for n, w := range ws {
		a := Answer[W, E]{Item: w, Err: callErr, Whole: callErr != nil}
		if !a.Whole {
			a.Entity, a.Err = answers[n].Entity, answers[n].Err
			if Kind(a.Err) == fault.Blocked {
				stop = a.Err // so would every other of this connection
			}
		}
		a.Verdict = p.verdict(a.Err, a.Whole)
		answered := a.event(p.made)
		if answered.At = now; a.Verdict == Made && p.name != nil {
			answered.Says = p.name(a.Entity)
		}
		a.Log = Log{{At: sent, Did: DidSend}, answered}
		as = append(as, a)
	}
	return as, stop
}

// verdict is what err says about a request; whole: the whole call failed by it.
func (p protocol[W, E]) verdict(err error, whole bool) Verdict {
	switch kind := Kind(err); {
	case err == nil:
		return Made
	case kind == fault.Unknown:
		return Lost
	case p.taken(err):
		return Taken
	case whole, kind == fault.Throttled, kind == fault.Transient, kind == fault.Blocked:
		return Unsent
	}
	return Refused
}

func is(err error, code string) bool { return fault.Of(err).Code == code }
