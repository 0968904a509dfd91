package orderapi

import (
	"sync"

	"backroom/shared/shopify/internal/gql"
)

// The bounds of a batch.
const (
	maxOrders    = 100
	minBatch     = 50
	targetAnswer = 1 << 20 // bytes of an answer that is neither slow nor wasteful
)

// sizer chooses how many orders are read at once, by the bytes of the answers
// so far.
type sizer struct {
	mu       sync.Mutex
	perOrder float64 // bytes, smoothed; 0 before the first answer
	limit    int     // lowered when a batch was too much, 0: none
	pages    bool    // nodes(ids:) has become dearer than search pages
}

// next is the number of orders of the next batch, and whether it is a page.
func (s *sizer) next() (n int, page bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = minBatch
	if s.perOrder > 0 {
		n = min(max(int(targetAnswer/s.perOrder), minBatch), maxOrders)
	}
	if s.limit > 0 {
		n = min(n, s.limit)
	}
	if s.pages {
		n = min(n, pageOrders)
	}
	return n, s.pages
}

// took notes an answer; a full batch that went well lifts the limit a little.
func (s *sizer) took(orders, bytes int) {
	if orders == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	per := float64(bytes) / float64(orders)
	if s.perOrder == 0 {
		s.perOrder = per
	}
	s.perOrder += (per - s.perOrder) / 4
	if s.limit > 0 && orders >= s.limit {
		if s.limit++; s.limit >= maxOrders {
			s.limit = 0
		}
	}
}

// tooMuch notes that n orders at once were too many.
func (s *sizer) tooMuch(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = max(n/2, 1)
}

// charged notes what a batch of n by id was to cost, and turns to pages when
// those have become cheaper an order.
func (s *sizer) charged(n int, points float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages = s.pages || points > 2*gql.Costs["OrderBatch"] && points/float64(n) > gql.Costs["OrderPage"]/pageOrders
}
