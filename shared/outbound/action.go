package outbound

import (
	"context"
	"time"
)

// Actions is the one way in which the state of a thing outside is changed for good,
// such as a document that is posted or goods that are fulfilled. W is the thing with
// what is asked of it, E what the other side answers.
//
// An action is repeated without harm only if nothing of it has taken effect and
// nothing can any more. So before it is sent the domain looks the thing up, stores
// with the intent how it stands (what is shipped of it, which fulfilments it has),
// and says by a later look, against that, whether it was [Done]. Nothing is looked
// up here: what is to be sent has been decided by [Due] before.
type Actions[W, E any] struct {
	Hold
	Records Records[W, E]
	Clock   Clocked // the other side's; nil: it does not tell the time
	// Ready is called under the renewed lease, before an intent is stored; nil: there
	// is nothing more to make sure of.
	Ready func(ctx context.Context) error
	// Name is what a person calls what came of it; nil: it has no name.
	Name func(E) string
	// Already reports whether a refusal says that the thing is as it was meant to
	// become, or gone: a look must say what it is. Nil: no refusal does.
	Already func(error) bool
}

// Act sends ws by one request. The intents are stored first. The request is sent
// once, and only if the lease outlives it and the intents are fresh: they are
// withdrawn if this process has slept, with an error of kind fault.Transient. An
// error of kind Unknown is none of the run: it is stored with each of ws.
func (a Actions[W, E]) Act(ctx context.Context, ws []W) error {
	taken := a.Already
	if taken == nil {
		taken = func(error) bool { return false }
	}
	return protocol[W, E]{
		Hold: a.Hold, records: a.Records, clock: a.Clock, ready: a.Ready, name: a.Name, made: DidAct, taken: taken,
	}.send(ctx, ws)
}

// Shown is what a look at a thing says of an action on it, held against how the
// thing stood before.
type Shown int

// What it may say.
const (
	Undone Shown = iota + 1 // it stands as before
	Done                    // as it was meant to become, by whomever
	Other                   // in another way: somebody has been at it, and what was sent may still come
)

// Course is what to do about one action.
type Course int

// The courses.
const (
	Act    Course = iota + 1 // send it: nothing was done, and nothing can still be
	Finish                   // it is done
	Await                    // what was sent may still take effect
)

// Due decides about an action. sent and now are those of [Next]. It is sent on the
// thing as it stands now.
func Due(sent time.Time, shown Shown, now time.Time) Course {
	switch {
	case shown == Done:
		return Finish
	case Next(sent, 0, now) == Wait:
		return Await
	}
	return Act
}
