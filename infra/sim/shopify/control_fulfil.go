package shopify

import (
	"fmt"
	"slices"
	"time"

	"backroom/infra/sim/shopify/data"
)

// Fulfilling is what happens to a fulfilment order by other hands than the client's.
type Fulfilling struct {
	// Do is hold, release, move, split, merge, cancel, schedule, open, progress,
	// ship, request, accept, reject, give-up, or cancel-fulfilment.
	Do string
	// ID of the fulfilment order; 0 is the first one with something to ship, of
	// cancel-fulfilment the first one that is not cancelled.
	ID       int64
	Units    map[int64]int // by line item; none are all
	Location int64         // of move
	Other    int64         // of merge
	Reason   string        // of hold; "" is OTHER
	At       time.Time     // of schedule
}

// FulfilOrder does what happens to a fulfilment order, and sends orders/updated.
func (s *Shop) FulfilOrder(id int64, e Fulfilling) (*data.Order, error) {
	return s.change(id, func(o *data.Order, now time.Time) (string, error) { return "", e.do(o, now, s.next) })
}

func (e Fulfilling) do(o *data.Order, now time.Time, next func() int64) error {
	if e.Do == "cancel-fulfilment" {
		i := slices.IndexFunc(o.Fulfillments, func(f *data.Fulfillment) bool { return f.ID == e.ID || e.ID == 0 && f.Status != "CANCELLED" })
		if i < 0 {
			return fmt.Errorf("no fulfilment %d", e.ID)
		}
		o.CancelFulfillment(o.Fulfillments[i], now, next)
		return nil
	}
	for _, f := range o.FulfillmentOrders {
		if e.ID == 0 && f.Status != "CLOSED" && slices.ContainsFunc(f.Lines, func(l *data.FulfillmentOrderLine) bool { return l.Remaining > 0 }) {
			e.ID = f.ID
		}
	}
	f := o.FulfillmentOrder(e.ID)
	if f == nil {
		return fmt.Errorf("no fulfilment order %d", e.ID)
	}
	switch e.Do {
	case "hold":
		return o.Hold(e.ID, or(e.Reason, "OTHER"), e.Units, now, next)
	case "release":
		return o.Release(e.ID, now)
	case "move":
		return o.Move(e.ID, e.Location, e.Units, now, next)
	case "split":
		return o.Split(e.ID, e.Units, now, next)
	case "merge":
		return o.Merge(e.ID, e.Other, now)
	case "cancel":
		return o.CancelFulfillmentOrder(e.ID, now, next)
	case "ship":
		o.Ship(now, e.parts(f), next)
		return nil
	}
	return e.service(f)
}

// parts are the units that are shipped by hand.
func (e Fulfilling) parts(f *data.FulfillmentOrder) (ps []data.Part) {
	for _, l := range f.Lines {
		n := l.Remaining
		if len(e.Units) > 0 {
			n = min(n, e.Units[l.Line])
		}
		if n > 0 {
			ps = append(ps, data.Part{From: f, Line: l, Units: n})
		}
	}
	return ps
}

// service is what only the state of a fulfilment order changes by.
func (e Fulfilling) service(f *data.FulfillmentOrder) error {
	to, ok := map[string]struct {
		status, request string
		progress        bool
	}{
		"schedule": {"SCHEDULED", "", false}, "open": {"OPEN", "", false}, "progress": {"IN_PROGRESS", "", true},
		"request": {"OPEN", "SUBMITTED", false}, "accept": {"IN_PROGRESS", "ACCEPTED", false}, "reject": {"OPEN", "REJECTED", false},
		"give-up": {"INCOMPLETE", "CLOSED", false},
	}[e.Do]
	if !ok {
		return fmt.Errorf("nothing is called %q", e.Do)
	}
	f.Status, f.RequestStatus, f.Progress, f.FulfillAt = to.status, to.request, to.progress, e.At
	return nil
}
