package system_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/shipments"
)

// sent is what a shop has of an order's shipments: fulfilments by name, units by line and
// tracking numbers, and what its buyer was written.
func sent(o *data.Order) string {
	var out []string
	for _, f := range o.Fulfillments {
		units := map[int64]int{}
		for _, l := range f.Lines {
			units[l.Line] += l.Quantity
		}
		text := f.Status
		for i, l := range o.Lines {
			if n := units[l.ID]; n > 0 {
				text += fmt.Sprintf(" %d*%d", n, i+1)
			}
		}
		for _, p := range f.Tracking {
			text += " " + p.Company + ":" + p.Number
		}
		out = append(out, text)
	}
	return strings.Join(append(out, o.Mails...), "; ")
}

// A shipment of which a line is undone has its fulfilment cancelled and the rest fulfilled
// again, under the same number; the buyer was written once, and is not written again,
// whatever is undone after that. Over the wire, as the shop counts its mails.
func TestUndoneLineWritesToNobody(t *testing.T) {
	set := worlds.Plain(begin)
	set.Shop = data.Bulk(begin, 1)
	w := worlds.New(t, set)
	w.BC.SetCompanion("shipments", "shipmentLines")
	c := w.BC.Companies()[0]
	run := func() string {
		t.Helper()
		w.Live(time.Minute)
		ask(t, w, shipments.TaskName, "")
		return sent(w.Shopify.Shop("").Order(set.Shop.Orders[0].ID))
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w.Live(15 * time.Minute)
	d := c.SalesOrders()[0]
	units := map[int]decimal.Decimal{}
	for _, l := range c.Lines(d.ID) {
		if l.LineType == "Item" {
			units[l.Sequence] = l.Quantity
		}
	}
	lines := slices.Sorted(maps.Keys(units))
	must(c.Ship(d.Number, units))
	number := c.Shipments()[0].Shipment.Number
	must(c.Track(number, businesscentral.Parcel{Tracking: "1Z1", Agent: "UPS"}))
	said := []string{run()}
	for _, undone := range [][]int{lines[:1], lines[1:2], lines[2:]} {
		must(c.Undo(number, undone...))
		said = append(said, run())
	}
	want := []string{
		"SUCCESS 1*1 2*2 3*3 UPS:1Z1; shipped #1001-F1",
		"CANCELLED 1*1 2*2 3*3 UPS:1Z1; SUCCESS 2*2 3*3 UPS:1Z1; shipped #1001-F1",
		"CANCELLED 1*1 2*2 3*3 UPS:1Z1; CANCELLED 2*2 3*3 UPS:1Z1; SUCCESS 3*3 UPS:1Z1; shipped #1001-F1",
		"CANCELLED 1*1 2*2 3*3 UPS:1Z1; CANCELLED 2*2 3*3 UPS:1Z1; CANCELLED 3*3 UPS:1Z1; shipped #1001-F1",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
