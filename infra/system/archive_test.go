package system_test

import (
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
)

// open has an archived order opened by a person.
func open(o *data.Order) { o.ClosedAt = time.Time{} }

// tag has an order touched by a person.
func tag(o *data.Order) { o.Tags = append(o.Tags, "vip") }

// An order is archived once it has its document, all of it is shipped and paid and
// nobody has to look at it, where the card wants that; once only, whatever a person
// does afterwards. Nothing is read again for it.
func TestFinishedOrdersAreArchived(t *testing.T) {
	posts := func(w *worlds.World, o *data.Order) {
		for _, d := range worlds.Read[summed](w, worlds.DocumentOf("salesOrders", o)) {
			w.Write("POST", "salesOrders("+d.ID+")/Microsoft.NAV.shipAndInvoice", "")
		}
		for _, i := range invoicesOf(w, o) {
			if i.Status != "Draft" {
				continue
			}
			w.Write("POST", "salesInvoices("+i.ID+")/Microsoft.NAV.post", "")
		}
	}
	change := func(f func(*data.Order)) func(*worlds.World, *data.Order) {
		return func(w *worlds.World, o *data.Order) { _, _ = w.Shopify.Shop("").UpdateOrder(o.ID, f) }
	}
	for _, tt := range []struct {
		name       string
		card       func(*worlds.Setup)
		order      func(*data.Order)
		first      bool // archived after the first while
		then       func(*worlds.World, *data.Order)
		afterwards bool
	}{
		{"finished, and opened again", nil, nil, true, change(open), false},
		{"opened again, and changed", nil, nil, true, change(func(o *data.Order) { open(o); tag(o) }), false},
		{"changed afterwards", nil, nil, true, change(tag), true},
		{"not wanted", func(s *worlds.Setup) { s.Card.ArchiveProcessedOrders = false }, nil, false, change(tag), false},
		{"shipped later", nil, func(o *data.Order) { o.FulfillmentStatus = "PARTIALLY_FULFILLED" }, false, change(func(o *data.Order) { o.FulfillmentStatus = "FULFILLED" }), true},
		{"never shipped", nil, func(o *data.Order) { o.FulfillmentStatus = "UNFULFILLED" }, false, change(tag), false},
		{"not paid", nil, func(o *data.Order) { o.Transactions = nil }, false, change(tag), false},
		{"something comes back", nil, func(o *data.Order) { o.ReturnStatus = "IN_PROGRESS" }, false, change(tag), false},
		{"archived by a person", nil, func(o *data.Order) { o.ClosedAt = begin.Add(-time.Hour) }, true, change(tag), true},
		{"it waits for a person", func(s *worlds.Setup) { s.Card.ShippingChargesAccount, s.Card.SKUMapping = "", "" }, nil, false, change(tag), false},
		{"an invoice", func(s *worlds.Setup) { s.Card.CreateInvoicesFromOrders = true }, nil, true, change(tag), true},
		{"an invoice that is posted", func(s *worlds.Setup) { s.Card.CreateInvoicesFromOrders, s.Card.ArchiveOnlyPosted = true, true }, nil, false, posts, true},
		{"a sales order that is posted", func(s *worlds.Setup) { s.Card.ArchiveOnlyPosted = true }, nil, false, posts, true},
		{"one that is not posted", func(s *worlds.Setup) { s.Card.ArchiveOnlyPosted = true }, nil, false, change(tag), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := worlds.Plain(begin)
			o := s.Ordinary(1)[0]
			s.Shop.Orders = []*data.Order{o}
			s.Card.ArchiveProcessedOrders, o.FulfillmentStatus = true, "FULFILLED"
			if tt.card != nil {
				tt.card(&s)
			}
			if tt.order != nil {
				tt.order(o)
			}
			w := worlds.New(t, s)
			sh := w.Shopify.Shop("")
			w.Live(15 * time.Minute)
			if got := !sh.Order(o.ID).ClosedAt.IsZero(); got != tt.first {
				t.Fatalf("archived %t, want %t: %+v", got, tt.first, w.Fate(o))
			}
			count := func() (n int) {
				for _, e := range sh.Log() {
					if e.Operation == "OrderBatch" {
						n++
					}
				}
				return n
			}
			reads := count()
			w.Live(25 * time.Minute)
			if n := count() - reads; n != 0 && tt.first {
				t.Errorf("it was read %d times after its own echo", n)
			}
			tt.then(w, o)
			w.Live(100 * time.Minute)
			if got := !sh.Order(o.ID).ClosedAt.IsZero(); got != tt.afterwards {
				t.Errorf("afterwards archived %t, want %t: %+v", got, tt.afterwards, w.Fate(o))
			}
		})
	}
}
