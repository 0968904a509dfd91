package posting_test

import (
	"encoding/json"
	"testing"

	"backroom/shared/fault"
	"backroom/shared/posting"
	"backroom/shared/task/tasktest"
)

// Whatever fails, each document is posted once, and so much of it as was asked for:
// an order of which a shipment alone is asked for is never invoiced.
func TestTasks(t *testing.T) {
	for _, tt := range []struct {
		name       string
		kind       posting.Kind
		parameters string
		set        func(*world)
	}{
		{"orders", posting.Order, `{}`, nil},
		{"orders on another date", posting.Order, `{"postingDate":"2026-11-23"}`, nil},
		{"shipments of orders", posting.Order, `{"post":"ship"}`, nil},
		{"invoices of orders", posting.Order, `{"post":"invoice"}`, func(w *world) {
			for _, d := range w.open {
				for i := range d.Lines {
					l := &d.Lines[i]
					l.Shipped, l.Ship = one(1), one(1)
				}
			}
		}},
		{"invoices", posting.Invoice, `{"status":"draft"}`, nil},
		{"invoices that are released", posting.Invoice, `{"status":"any"}`, func(w *world) {
			for _, d := range w.open {
				d.Status = posting.Released
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name := posting.OrdersTask
			if tt.kind == posting.Invoice {
				name = posting.InvoicesTask
			}
			tasktest.Run(t, tasktest.Suite{
				Task: name, Parameters: json.RawMessage(tt.parameters), Records: 4, Paged: 10, Idle: idle(tt.name), Writes: 4,
				Open: func(k *tasktest.Kit, n, bad int) tasktest.World {
					w := newWorld(k, tt.kind, n)
					card, err := w.card.With(posting.Settings{PostByQuantities: true})
					if err != nil {
						t.Fatal(err)
					}
					w.card = card
					if tt.set != nil {
						tt.set(w)
					}
					if bad >= 0 {
						w.blocked[w.open[bad].Number] = &fault.Error{Op: "bc", Kind: fault.Rejected, Merchant: "Account 1 is blocked.", Err: posting.ErrBlocked}
					}
					return w
				},
			})
		})
	}
}

// idle is how many calls a run makes when nothing is left: the list, and a look at
// what stays in it.
func idle(name string) int {
	switch name {
	case "orders", "orders on another date", "invoices":
		return 1
	}
	return 5 // documents that are posted in part, or look as if they were not
}
