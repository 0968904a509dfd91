package system_test

import (
	"fmt"
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
			if !strings.HasPrefix(p.URL, "https://track.example/") { // as Shopify makes it for a carrier that it knows
				text += ":" + p.URL
			}
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
	s := newOrdered(t)
	s.ship()
	s.must(s.BC.Companies()[0].Track(s.number, businesscentral.Parcel{Tracking: "1Z1", Agent: "UPS"}))
	return s
}

// newOrdered is the same before it was shipped.
func newOrdered(t *testing.T, settings ...any) shipped {
	t.Helper()
	set := worlds.Plain(begin)
	set.Shop, set.Settings = data.Bulk(begin, 1), settings
	w := worlds.New(t, set)
	w.BC.SetCompanion("shipments", "shipmentLines")
	w.Live(15 * time.Minute)
	s := shipped{World: w, t: t, order: set.Shop.Orders[0].ID}
	c := w.BC.Companies()[0]
	for _, l := range c.Lines(c.SalesOrders()[0].ID) {
		if l.LineType == "Item" {
			s.lines = append(s.lines, l.Sequence)
		}
	}
	return s
}

// ship ships all that is left of these lines, by their places; none are all.
func (s *shipped) ship(places ...int) {
	s.t.Helper()
	c := s.BC.Companies()[0]
	d := c.SalesOrders()[0]
	units := map[int]decimal.Decimal{}
	for _, l := range c.Lines(d.ID) {
		if at := slices.Index(s.lines, l.Sequence); at >= 0 && (len(places) == 0 || slices.Contains(places, at)) {
			units[l.Sequence] = l.Quantity.Sub(l.ShippedQuantity)
		}
	}
	s.must(c.Ship(d.Number, units))
	all := c.Shipments()
	s.number = all[len(all)-1].Shipment.Number
}

// text adds a text line to the order in the company.
func (s *shipped) text(text, items string) {
	c := s.BC.Companies()[0]
	s.Write("POST", "salesOrders("+c.SalesOrders()[0].ID+")/salesOrderLines", fmt.Sprintf(`{"lineType":"Comment","description":%q,"description2":%q}`, text, items))
}

// do has something happen to the order's fulfilment orders in the shop.
func (s *shipped) do(f shopify.Fulfilling) {
	s.t.Helper()
	_, err := s.Shopify.Shop("").FulfilOrder(s.order, f)
	s.must(err)
}

// sku is the number of the item of a line, by its place.
func (s *shipped) sku(place int) string { return s.Shopify.Shop("").Order(s.order).Lines[place].SKU }

// said are the reasons of what is said of shipments.
func (s *shipped) said() string {
	s.t.Helper()
	is, err := s.Wired.Issues.List(s.t.Context(), s.Card.Code)
	s.must(err)
	var out []string
	for _, i := range is {
		out = append(out, string(i.Reason)+" "+i.Name)
	}
	return strings.Join(out, "; ")
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
	s.Advance(2 * time.Hour)
	ask(t, s.World, completeness.TaskName, "")
	if got := s.said(); got != "proof-shipment-not-fulfilled #1001" {
		t.Errorf("the proof says %q", got)
	}
	if got := s.run(fmt.Sprintf(`{"shipments":[%q]}`, s.number)); got != want || !strings.Contains(s.said(), "shipment-cancelled-by-hand "+s.number) {
		t.Errorf("%s\nwant %s\nsaid %s", got, want, s.said())
	}
}

// What is shipped comes to the shop over the wire as it does to the tables of package
// shipments: by line, location, state and parcel.
func TestShipmentsOverTheWire(t *testing.T) {
	silent := shipments.Settings{SendShippingConfirmation: true} // off
	pickup := func(s *shipped) {
		_, err := s.Shopify.Shop("").UpdateOrder(s.order, func(o *data.Order) { o.FulfillmentOrders[0].Method = "PICK_UP" })
		s.must(err)
	}
	for _, tt := range []struct {
		name     string
		settings []any
		does     func(s *shipped)
		later    func(s *shipped) // after a first run; nil: nothing
		want     string
	}{
		{"in parts, each with its own parcel", nil, func(s *shipped) {
			s.text("TRACK:UPS:1", s.sku(0))
			s.text("TRACK:UPS:2", s.sku(1)+","+s.sku(2))
			s.ship(0)
		}, func(s *shipped) { s.ship(1, 2) }, "SUCCESS 1*1 UPS:1; SUCCESS 2*2 3*3 UPS:2; shipped #1001-F1; shipped #1001-F2"},
		{"two carriers with their goods", nil, func(s *shipped) {
			s.text("TRACK:UPS:1", s.sku(0)+", "+s.sku(1))
			s.text("TRACK:Hans \"H\":\U0001F4E6 2:https://hans.example/2", s.sku(2))
			s.ship()
		}, nil, "SUCCESS 1*1 2*2 UPS:1; SUCCESS 3*3 Hans \"H\":\U0001F4E6 2:https://hans.example/2; shipped #1001-F1; shipped #1001-F2"},
		{"two locations", nil, func(s *shipped) {
			o := s.Shopify.Shop("").Order(s.order)
			s.do(shopify.Fulfilling{Do: "move", Location: 61002, Units: map[int64]int{o.Lines[1].ID: 2}})
			s.ship()
		}, nil, "SUCCESS 1*1 3*3; SUCCESS 2*2; shipped #1001-F1; shipped #1001-F2"},
		{"a line on hold, then released", nil, func(s *shipped) {
			o := s.Shopify.Shop("").Order(s.order)
			s.do(shopify.Fulfilling{Do: "hold", Units: map[int64]int{o.Lines[0].ID: 1}})
			s.ship()
		}, func(s *shipped) {
			s.do(shopify.Fulfilling{Do: "release"})
			s.Live(40 * time.Minute)
		}, "SUCCESS 2*2 3*3; SUCCESS 1*1; shipped #1001-F1; shipped #1001-F2"},
		{"scheduled", nil, func(s *shipped) {
			s.do(shopify.Fulfilling{Do: "schedule", At: begin.AddDate(0, 1, 0)})
			s.ship()
		}, nil, "shipment-scheduled"},
		{"scheduled, then opened", nil, func(s *shipped) {
			s.do(shopify.Fulfilling{Do: "schedule", At: begin.AddDate(0, 1, 0)})
			s.ship()
		}, func(s *shipped) {
			s.do(shopify.Fulfilling{Do: "open"})
			s.Live(40 * time.Minute)
		}, "SUCCESS 1*1 2*2 3*3; shipped #1001-F1"},
		{"a pickup", nil, func(s *shipped) { pickup(s); s.ship() }, nil, "ready for pickup"},
		{"a pickup shipped in two parts", nil, func(s *shipped) { pickup(s); s.ship(0) }, func(s *shipped) {
			s.ship()
			s.Live(40 * time.Minute)
		}, "ready for pickup"},
		{"a pickup without a word to the buyer", []any{silent}, func(s *shipped) { pickup(s); s.ship() }, nil, "shipment-pickup-silent"},
		{"without a word to the buyer", []any{silent}, func(s *shipped) { s.ship() }, nil, "SUCCESS 1*1 2*2 3*3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newOrdered(t, tt.settings...)
			tt.does(&s)
			got := s.run("")
			if tt.later != nil {
				tt.later(&s)
				got = s.run("")
			}
			for reason := range strings.SplitSeq(s.said(), "; ") {
				if reason, _, _ = strings.Cut(reason, " "); reason != "" {
					got = strings.TrimPrefix(got+"; "+reason, "; ")
				}
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// An invoice that is posted may ship by itself (Shipment on Invoice): its shipment is of
// goods that went out before, so that the fulfilments that are there are the shipment's.
func TestShipmentOfAnInvoice(t *testing.T) {
	set := worlds.Plain(begin)
	set.Shop = data.Bulk(begin, 1)
	set.Card.CreateInvoicesFromOrders, set.Company.Sales.ShipmentOnInvoice = true, true
	w := worlds.New(t, set)
	s := shipped{World: w, t: t, order: set.Shop.Orders[0].ID}
	o := s.Shopify.Shop("").Order(s.order)
	s.do(shopify.Fulfilling{Do: "ship", Units: map[int64]int{o.Lines[2].ID: 2}})
	s.do(shopify.Fulfilling{Do: "ship"})
	w.Live(15 * time.Minute)
	is := invoicesOf(w, o)
	if len(is) != 1 {
		t.Fatalf("%+v: %+v", w.Fate(o), is)
	}
	w.Write("POST", "salesInvoices("+is[0].ID+")/Microsoft.NAV.post", "")
	if n := len(w.BC.Companies()[0].Shipments()); n != 1 {
		t.Fatalf("%d shipments", n)
	}
	const want = "SUCCESS 2*3; SUCCESS 1*1 2*2 1*3"
	if got := s.run(""); got != want || s.said() != "" {
		t.Errorf("got  %s\nwant %s\nsaid %s", got, want, s.said())
	}
}
