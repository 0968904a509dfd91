package shopify

import (
	"time"

	"backroom/infra/sim/shopify/data"
)

// Returning is what is done with a return of an order, in the shop.
type Returning struct {
	// Do is open, request, approve, decline, cancel, close, reopen, dispose or process.
	Do string
	// ID of the return; 0 is the last one.
	ID       int64
	Units    map[int64]int // by line item: of open and request, of process (none are all)
	Exchange []*data.Line  // what goes out, of open and request
	// Line, Type, Quantity and Location are what dispose says of units.
	Line     int64
	Type     string
	Quantity int
	Location int64
	// Reversal is how process pays, if not as units and exchange are worth.
	Reversal data.Reversal
	// Quiet has process leave the order's update time, as the other steps do.
	Quiet bool
}

// ReturnOrder does it now. Only what is processed moves the order's update time; whether
// it does so in Shopify in each case is not known.
func (s *Shop) ReturnOrder(id int64, e Returning) (*data.Order, error) {
	do := func(o *data.Order, now time.Time) error {
		was := o.UpdatedAt
		err := e.do(o, now, s.next)
		if e.Quiet {
			o.UpdatedAt = was
		}
		return err
	}
	if e.Do == "process" && !e.Quiet {
		return s.change(id, func(o *data.Order, now time.Time) (string, error) { return "REFUNDS_CREATE", do(o, now) })
	}
	return s.quietly(id, do)
}

func (e Returning) do(o *data.Order, now time.Time, next func() int64) error {
	switch e.Do {
	case "open", "request":
		return o.OpenReturn(now, e.Units, e.Exchange, e.Do == "request", next)
	case "dispose":
		return o.Dispose(e.ID, e.Line, data.Disposition{CreatedAt: now, Type: e.Type, Quantity: e.Quantity, Location: e.Location}, next)
	case "process":
		r := e.Reversal
		r.At = now
		if e.Units != nil {
			r.Units = e.Units
		}
		return o.ProcessReturn(e.ID, r, e.Location, next)
	}
	return o.MoveReturn(e.ID, e.Do, now, next)
}

// Settling ends a transaction.
type Settling struct {
	ID     int64 // 0 is the first one that is pending
	Status string
}

// SettleTransaction lets a pending transaction end, and sends orders/updated.
func (s *Shop) SettleTransaction(id int64, e Settling) (*data.Order, error) {
	return s.change(id, func(o *data.Order, now time.Time) (string, error) {
		return "", o.SettleTransaction(e.ID, e.Status, now)
	})
}
