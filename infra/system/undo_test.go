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
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/completeness"
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

// shipped is a world with one order that was shipped, tracked and fulfilled.
type shipped struct {
	*worlds.World
	t      *testing.T
	number string // of the shipment
	lines  []int  // sequences of its lines
	order  int64
}

func newShipped(t *testing.T) shipped {
	t.Helper()
	set := worlds.Plain(begin)
	set.Shop = data.Bulk(begin, 1)
	w := worlds.New(t, set)
	w.BC.SetCompanion("shipments", "shipmentLines")
	w.Live(15 * time.Minute)
	c := w.BC.Companies()[0]
	d := c.SalesOrders()[0]
	units := map[int]decimal.Decimal{}
	for _, l := range c.Lines(d.ID) {
		if l.LineType == "Item" {
			units[l.Sequence] = l.Quantity
		}
	}
	s := shipped{World: w, t: t, lines: slices.Sorted(maps.Keys(units)), order: set.Shop.Orders[0].ID}
	s.must(c.Ship(d.Number, units))
	s.number = c.Shipments()[0].Shipment.Number
	s.must(c.Track(s.number, businesscentral.Parcel{Tracking: "1Z1", Agent: "UPS"}))
	return s
}

func (s shipped) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// run sends shipments, and tells what the shop has then.
func (s shipped) run(parameters string) string {
	s.t.Helper()
	s.Live(time.Minute)
	ask(s.t, s.World, shipments.TaskName, parameters)
	return sent(s.Shopify.Shop("").Order(s.order))
}

// A shipment of which a line is undone has its fulfilment cancelled and the rest fulfilled
// again, under the same number; the buyer was written once, and is not written again,
// whatever is undone after that. Over the wire, as the shop counts its mails.
func TestUndoneLineWritesToNobody(t *testing.T) {
	s := newShipped(t)
	said := []string{s.run("")}
	for _, undone := range [][]int{s.lines[:1], s.lines[1:2], s.lines[2:]} {
		s.must(s.BC.Companies()[0].Undo(s.number, undone...))
		said = append(said, s.run(""))
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

// A fulfilment that somebody cancels in Shopify is said by the proof of the night, and of
// its shipment when that is looked at; it is not fulfilled again.
func TestFulfilmentCancelledByHand(t *testing.T) {
	s := newShipped(t)
	s.run("")
	_, err := s.Shopify.Shop("").FulfilOrder(s.order, shopify.Fulfilling{Do: "cancel-fulfilment"})
	s.must(err)
	const want = "CANCELLED 1*1 2*2 3*3 UPS:1Z1; shipped #1001-F1"
	said := func() (reasons string) {
		is, err := s.Wired.Issues.List(t.Context(), s.Card.Code)
		s.must(err)
		for _, i := range is {
			reasons += string(i.Reason) + " " + i.Name + "; "
		}
		return reasons
	}
	s.Advance(2 * time.Hour)
	ask(t, s.World, completeness.TaskName, "")
	if got := said(); got != "proof-shipment-not-fulfilled #1001; " {
		t.Errorf("the proof says %q", got)
	}
	if got := s.run(fmt.Sprintf(`{"shipments":[%q]}`, s.number)); got != want || !strings.Contains(said(), "shipment-cancelled-by-hand "+s.number) {
		t.Errorf("%s\nwant %s\nsaid %s", got, want, said())
	}
}
