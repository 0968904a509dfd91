package documents

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/orders"
)

// sale is an order in cents, taxes of 25 % included: what the tests reckon with.
type sale struct {
	n                              int
	quantity, unit, discount, ship int64
	customer                       int
}

func sold(n int) []sale {
	var out []sale
	for i := range n {
		k := int64(i)
		out = append(out, sale{n: i, quantity: 1 + k%3, unit: 1999 + 731*k, discount: (k % 4) * 150, ship: (k % 2) * 490, customer: i % 5})
	}
	return out
}

// cents is what the sale comes to, reckoned apart from the code under test.
func (s sale) cents() int64 {
	if s.n == uneven {
		return 255
	}
	return s.quantity*s.unit - s.discount + s.ship
}

func (s sale) total() string { return decimal.New(s.cents(), -2).StringFixed(2) }

func (s sale) id() string { return strconv.Itoa(7000 + s.n) }

func (s sale) order() orders.Order {
	amount := func(c int64) money.Bag { return eur(decimal.New(c, -2).String()) }
	vat := func(c int64) []orders.TaxLine {
		return []orders.TaxLine{tax("VAT", "0.25", decimal.New(c, -2).Mul(dec("0.2")).Round(2).String())}
	}
	o := order()
	o.ID, o.Number, o.Name = s.id(), int64(2000+s.n), fmt.Sprintf("#%d", 2000+s.n)
	o.Customer = &orders.Customer{ID: strconv.Itoa(90 + s.customer), Email: fmt.Sprintf("c%d@example.com", s.customer), Default: o.Shipping}
	o.Lines = []orders.Line{{
		ID: "l" + s.id(), Title: "Shirt", SKU: "1000", VariantID: "v", Quantity: int(s.quantity), CurrentQuantity: int(s.quantity),
		UnitPrice: amount(s.unit), TaxLines: vat(s.quantity*s.unit - s.discount),
	}}
	if s.discount > 0 {
		o.Lines[0].Discounts = []money.Bag{amount(s.discount)}
	}
	o.ShippingLines = nil
	if s.ship > 0 {
		o.ShippingLines = []orders.ShippingLine{{ID: "s", Title: "Standard", Price: amount(s.ship), TaxLines: vat(s.ship)}}
	}
	o.Total = amount(s.cents())
	if s.n == uneven { // 2 x 1.02 and 25 % of it: in BC the cents of two tax groups are one more
		o.TaxesIncluded, o.Lines[0].Quantity, o.Lines[0].CurrentQuantity, o.Lines[0].UnitPrice, o.Lines[0].Discounts = false, 1, 1, amount(102), nil
		o.Lines[0].TaxLines = []orders.TaxLine{tax("VAT", "0.25", "0.26")}
		second := o.Lines[0]
		second.ID, second.TaxLines = "m"+s.id(), []orders.TaxLine{tax("VAT", "0.25", "0.25")}
		o.Lines, o.ShippingLines = append(o.Lines, second), nil
	}
	return o
}

// What BC makes by itself of some of the sales.
const (
	town       = 1 // takes the city from its post code table
	discounted = 2 // gives a discount on the whole
	uneven     = 3 // rounds more taxes than Shopify
	dear       = 5 // has a price of its own
	wrong      = 8 // has a price of its own, whatever is said
)

func crashWorld(t *testing.T, ss []sale) *world {
	t.Helper()
	w := newWorld(t)
	w.card.OrderAttributesToShop = true
	w.bc.perBatch = 2
	for _, s := range ss {
		o := s.order()
		if s.n == town {
			a := *o.Shipping
			a.Zip = "999 99"
			o.Shipping = &a
		}
		w.put(o)
	}
	w.bc.split[ss[uneven].id()] = true
	w.bc.off[ss[dear].id()], w.bc.off[ss[wrong].id()] = dec("1"), dec("5")
	w.bc.stubborn[ss[wrong].id()] = true
	w.bc.discount[ss[discounted].id()] = dec("3")
	w.bc.cities = map[string]string{"999 99": "Elsewhere"}
	return w
}

// checkAll holds everything against what the sales say: every order has one
// document with Shopify's total, except the wrong one, which has none.
func checkAll(t *testing.T, w *world, ss []sale) {
	t.Helper()
	documents := map[string]int{}
	for _, o := range w.bc.orders {
		documents[shopifyID(*o)]++
	}
	for i, s := range ss {
		r, err := w.row(s.id())
		if err != nil {
			t.Fatal(err)
		}
		if i == wrong {
			if documents[s.id()] != 0 || r.result() != "attention total-differs" {
				t.Errorf("order %s, whose total differs, has %d documents and is %s", s.id(), documents[s.id()], r.result())
			}
			continue
		}
		if documents[s.id()] != 1 || r.result() != "Order "+s.total() {
			t.Errorf("order %s has %d documents and is %s, want one of %s", s.id(), documents[s.id()], r.result(), s.total())
			continue
		}
		d := w.bc.orders[r.Link.ID]
		switch {
		case d == nil || !d.Total().Value.Equal(decimal.New(s.cents(), -2)) || d.Header.ShipTo.City != "Stockholm" || !d.Discount.IsZero():
			t.Errorf("order %s is linked to %+v, want a total of %s, in Stockholm", s.id(), d, s.total())
		case w.shopify.attributes[s.id()]["BC Doc. No."] != d.Header.Number:
			t.Errorf("order %s: Shopify says document %q, want %q", s.id(), w.shopify.attributes[s.id()]["BC Doc. No."], d.Header.Number)
		}
	}
	if want := 1 + 5; len(w.bc.customers) != want { // C1 was there before
		t.Errorf("%d customers, want %d", len(w.bc.customers), want)
	}
}

// The points may not become fewer: a write that is no longer seen is not tested.
const crashPoints = 34

// Every write of the store, to BC and to Shopify fails once, in every way, with
// the task going on or the process ended there.
func TestEveryWriteFailsOnce(t *testing.T) {
	everyWriteFails(t, true, []string{"before", "after", "half", "late"}, []bool{false, true})
}

// The same where the number series takes no number of ours.
func TestEveryWriteFailsOnceWithoutNumbers(t *testing.T) {
	everyWriteFails(t, false, []string{"before", "half", "late"}, []bool{true})
}

func everyWriteFails(t *testing.T, manual bool, whens []string, deaths []bool) {
	t.Helper()
	ss := sold(14)
	world := func() *world {
		w := crashWorld(t, ss)
		w.bc.manual = manual
		return w
	}
	clean := world()
	clean.must()
	checkAll(t, clean, ss)
	t.Logf("crash-points %d", clean.writes)
	if clean.writes < crashPoints {
		t.Errorf("%d writes, there were %d", clean.writes, crashPoints)
	}
	walked := 0
	for n := 1; n <= clean.writes; n++ {
		for _, when := range whens {
			for _, dies := range deaths {
				if walked++; walked%stride != 0 {
					continue
				}
				t.Run(fmt.Sprintf("write %d/%s/dies %t", n, when, dies), func(t *testing.T) {
					w := world()
					w.fail = plan{n, when, dies}
					_, _ = w.drain() // whether it fails is its own affair
					for range 8 {
						w.advance(7 * time.Minute)
						w.must()
					}
					checkAll(t, w, ss)
					writes := w.writes
					w.advance(time.Hour)
					if w.must(); w.writes != writes {
						t.Errorf("%d writes when nothing is left to do", w.writes-writes)
					}
				})
			}
		}
	}
}

// An owner that sleeps at any moment while another does the work, and then
// wakes up, changes nothing.
func TestPausedOwnerChangesNothing(t *testing.T) {
	ss := sold(14)
	for n := 1; ; n++ {
		w := crashWorld(t, ss)
		w.bc.perBatch = 1
		steps, asleep := 0, 0
		var before map[string]string
		w.pause = func() {
			if steps++; steps != n {
				return
			}
			w.pause = nil
			asleep = n
			for range 8 {
				w.advance(7 * time.Minute)
				w.must()
			}
			before = w.snapshot()
		}
		_, _ = w.drain()
		if asleep == 0 {
			if n < 20 {
				t.Errorf("%d moments to sleep at, there were 20", n)
			}
			return
		}
		for k, v := range w.snapshot() {
			if before[k] != v {
				t.Errorf("slept at step %d: %s was %s, is %s", n, k, before[k], v)
			}
		}
		checkAll(t, w, ss)
	}
}

// snapshot is all that a task can change outside of its own store.
func (w *world) snapshot() map[string]string {
	m := map[string]string{}
	for id, o := range w.bc.orders {
		m["document "+id] = fmt.Sprintf("%+v", *o)
	}
	for n, c := range w.bc.customers {
		m["customer "+n] = fmt.Sprintf("%+v", c)
	}
	for id, a := range w.shopify.attributes {
		m["attributes "+id] = fmt.Sprint(a)
	}
	m["sizes"] = fmt.Sprint(len(w.bc.orders), len(w.bc.customers), w.bc.writes, w.shopify.requests)
	return m
}
