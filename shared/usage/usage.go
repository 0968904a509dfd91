// Package usage counts what is used of the two APIs by the work that a context
// stands for. The clients count with [Add], whoever wants to know begins a [Meter].
// Two tasks that run at the same time in one process, on one client, each know
// their own.
package usage

import (
	"context"
	"sync"
)

// Count is what was used of the two APIs. Requests are those that were sent, also
// when they were refused or lost; those for access tokens are not among them.
type Count struct {
	ShopifyRequests int // each a GraphQL document that was sent
	ShopifyPoints   int // as charged, not as requested
	BCRequests      int // each an HTTP request, a batch too
	BCOperations    int // each inside a batch, or the request itself
}

// Plus is the sum of both.
func (c Count) Plus(o Count) Count {
	return Count{c.ShopifyRequests + o.ShopifyRequests, c.ShopifyPoints + o.ShopifyPoints, c.BCRequests + o.BCRequests, c.BCOperations + o.BCOperations}
}

// Requests are those of both sides.
func (c Count) Requests() int { return c.ShopifyRequests + c.BCRequests }

// Meter counts what is used under its contexts. The zero value is ready; it is
// safe for concurrent use.
type Meter struct {
	mu    sync.Mutex
	count Count
}

// Count is what was used so far.
func (m *Meter) Count() Count {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count
}

func (m *Meter) add(c Count) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count = m.count.Plus(c)
}

// chain is a meter and the one that its context was under before.
type chain struct {
	meter *Meter
	above *chain
}

type key struct{}

// Under is ctx with m, which counts what is used under it; so do the meters that ctx
// is under already.
func Under(ctx context.Context, m *Meter) context.Context {
	above, _ := ctx.Value(key{}).(*chain)
	return context.WithValue(ctx, key{}, &chain{m, above})
}

// Begin is [Under] with a new meter.
func Begin(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{}
	return Under(ctx, m), m
}

// Add counts c with every meter that ctx is under.
func Add(ctx context.Context, c Count) {
	for at, _ := ctx.Value(key{}).(*chain); at != nil; at = at.above {
		at.meter.add(c)
	}
}
