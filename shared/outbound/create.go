package outbound

import (
	"context"

	"backroom/shared/bcapi"
)

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
	// Taken reports whether a refusal says that the thing is there already: a look must say
	// what it is. Nil: BC's code for that does.
	Taken func(error) bool
}

// Create sends ws by one request. The intents are stored first. The request is
// sent once, and only if the lease outlives it and the intents are fresh: they are
// withdrawn if this process has slept, with an error of kind fault.Transient. An
// error of kind Unknown is none of the run: it is stored with each of ws.
func (c Creates[W, E]) Create(ctx context.Context, ws []W) error {
	taken := c.Taken
	if taken == nil {
		taken = func(err error) bool { return is(err, bcapi.CodeExists) }
	}
	return protocol[W, E]{
		Hold: c.Hold, records: c.Records, clock: c.Clock, ready: c.Ready, bound: c.Bound, name: c.Name, made: DidMake, taken: taken,
	}.send(ctx, ws)
}
