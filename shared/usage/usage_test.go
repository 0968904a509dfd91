package usage_test

import (
	"context"
	"sync"
	"testing"

	"backroom/shared/usage"
)

// Meters count what is used under them and nothing else, those above what is used
// below, at the same time too.
func TestMeters(t *testing.T) {
	one := usage.Count{ShopifyRequests: 1, ShopifyPoints: 13, BCRequests: 2, BCOperations: 100}
	usage.Add(t.Context(), one) // under none: nobody wants to know
	var shop usage.Meter
	all := usage.Under(t.Context(), &shop)
	var wg sync.WaitGroup
	tasks := make([]*usage.Meter, 4)
	for i := range tasks {
		ctx, m := usage.Begin(all)
		tasks[i] = m
		wg.Go(func() {
			for range 100 * (i + 1) {
				usage.Add(context.WithoutCancel(ctx), one) // as what is given back at the end
			}
		})
	}
	wg.Wait()
	usage.Add(all, one)
	sum := one
	for i, m := range tasks {
		n := 100 * (i + 1)
		if got := m.Count(); got != (usage.Count{ShopifyRequests: n, ShopifyPoints: 13 * n, BCRequests: 2 * n, BCOperations: 100 * n}) || got.Requests() != 3*n {
			t.Errorf("task %d has used %+v", i, got)
		}
		sum = sum.Plus(m.Count())
	}
	if shop.Count() != sum || sum.ShopifyRequests != 1001 {
		t.Errorf("the shop has used %+v, want %+v", shop.Count(), sum)
	}
}
