package shopify

import (
	"slices"
	"time"

	"backroom/infra/sim/shopify/data"
)

// productVersion is a product as it was from at on; nil: there was none.
type productVersion struct {
	at time.Time
	p  *data.Product
}

// indexProduct has the search index learn what became of a product at a time: nil, it was
// deleted. was is the product before; nil: there was none. The caller holds the lock.
func (s *Shop) indexProduct(id int64, was, p *data.Product, at time.Time) {
	if s.lag == 0 {
		delete(s.productHist, id)
		return
	}
	h := s.productHist[id]
	if len(h) == 0 {
		h = []productVersion{{p: was}}
	}
	for len(h) > 1 && !h[1].at.After(at.Add(-s.lag)) {
		h = h[1:]
	}
	s.productHist[id] = append(h, productVersion{at, p})
}

// indexedProducts is what the search index knows at now: stale products as they were, and
// deleted ones too (5).
func (s *Shop) indexedProducts(now time.Time) []*data.Product {
	if s.lag == 0 || len(s.productHist) == 0 {
		return s.products
	}
	known, out := now.Add(-s.lag), make([]*data.Product, 0, len(s.products))
	for _, p := range s.products {
		if len(s.productHist[p.ID]) == 0 {
			out = append(out, p)
		}
	}
	for _, h := range s.productHist {
		for _, v := range slices.Backward(h) {
			if !v.at.After(known) {
				if v.p != nil {
					out = append(out, v.p)
				}
				break
			}
		}
	}
	return out
}

// searchableProducts is where a list of products looks: with a query in the index.
func (x *execution) searchableProducts(args map[string]any) []*data.Product {
	if asString(args["query"]) != "" {
		return x.shop.indexedProducts(x.now)
	}
	return x.shop.products
}
