package shopify

import (
	"fmt"

	"backroom/infra/sim/shopify/data"
)

// spot is a variant at a location.
type spot struct{ variant, location int64 }

// promised are the units that an order has taken out of what is available: what is
// still to ship and what was shipped, less what was put back. A shipment leaves it as
// it is: what was committed is gone then.
func promised(o *data.Order) map[spot]int {
	m := map[spot]int{}
	if o == nil {
		return m
	}
	add := func(line, location int64, n int) {
		if l := o.Line(line); l != nil && l.Variant != 0 {
			m[spot{l.Variant, location}] += n
		}
	}
	for _, f := range o.FulfillmentOrders {
		if f.Status == "CANCELLED" || f.Status == "CLOSED" {
			continue
		}
		for _, l := range f.Lines {
			add(l.Line, f.Location, l.Remaining)
		}
	}
	for _, f := range o.Fulfillments {
		if f.Status == "CANCELLED" {
			continue
		}
		for _, l := range f.Lines {
			add(l.Line, f.Location, l.Quantity)
		}
	}
	for _, r := range o.Refunds {
		for _, l := range r.Lines {
			if l.Restocked && l.RestockType == "RETURN" {
				add(l.Line, l.Location, -l.Quantity)
			}
		}
	}
	return m
}

// sell moves what is available by what an order has come to promise. The caller holds
// the lock.
func (s *Shop) sell(was, now *data.Order) {
	delta := promised(now)
	for at, n := range promised(was) {
		delta[at] -= n
	}
	for at, n := range delta {
		if va, ok := s.variants[at.variant]; ok && va.v.Tracked && n != 0 {
			if _, stocked := va.v.Stock[at.location]; stocked {
				va.v.Stock[at.location] -= n
			}
		}
	}
}

// Available is what is available of a variant at a location; false: it is not stocked
// there.
func (s *Shop) Available(variant, location int64) (int, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	va, ok := s.variants[variant]
	if !ok {
		return 0, false
	}
	n, ok := va.v.Stock[location]
	return n, ok
}

// ChangeVariant changes a variant, as somebody does in the admin.
func (s *Shop) ChangeVariant(id int64, f func(*data.Variant)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	va, ok := s.variants[id]
	if !ok {
		return fmt.Errorf("shopify: no variant %d in %s", id, s.info.Domain)
	}
	f(va.v)
	return nil
}

// KeyTrouble has the next calls that bring an idempotency key answered by a code,
// such as IDEMPOTENCY_CONCURRENT_REQUEST. They do nothing.
func (s *Shop) KeyTrouble(code string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keyCode, s.keyTimes = code, times
}

// troubled is the code that a call with a key is answered by, "" for none.
func (s *Shop) troubled() string {
	if s.keyTimes == 0 {
		return ""
	}
	s.keyTimes--
	return s.keyCode
}
