package wiring

import (
	"context"
	"sync"

	"backroom/shared/jobqueue"
	"backroom/shared/usage"
)

// totals count what the tasks of each shop use. The zero value is ready; safe for
// concurrent use.
type totals struct {
	mu    sync.Mutex
	shops map[string]*usage.Meter
}

func (t *totals) of(shop string) *usage.Meter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shops == nil {
		t.shops = map[string]*usage.Meter{}
	}
	if t.shops[shop] == nil {
		t.shops[shop] = &usage.Meter{}
	}
	return t.shops[shop]
}

// task is inner, counted.
func (t *totals) task(inner jobqueue.Task) jobqueue.Task {
	return jobqueue.TaskFunc(func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		return inner.Run(usage.Under(ctx, t.of(r.Shop)), r)
	})
}
