package system_test

import (
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/orders"
)

// Customers are merged once their orders have documents: the orders have another customer
// and another e-mail address, which is no change, and what is processed later goes to the
// one who is left. A shipping address that somebody writes is a change all the same.
func TestMergedCustomersOfOrders(t *testing.T) {
	s := worlds.Plain(begin)
	os := s.Ordinary(3)
	gone, kept := s.Shop.Customers[0].ID, s.Shop.Customers[1].ID
	for _, o := range os {
		o.Customer, o.Email = gone, s.Shop.Customers[0].Email
	}
	later := os[2]
	later.FulfillmentStatus = "UNFULFILLED"
	s.Card.OrderGates = []orders.Gate{{Tags: []string{"wait"}}}
	later.Tags = []string{"wait"}
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)
	before := [][]string{comesTo(w, os[0]), comesTo(w, os[1])}
	if f := w.Fate(later); f.State != "held" || len(before[0]) != 1 || len(before[1]) != 1 {
		t.Fatalf("%+v; documents %q", f, before)
	}
	sh := w.Shopify.Shop("")
	if err := sh.MergeCustomers(gone, kept); err != nil {
		t.Fatal(err)
	}
	w.Live(15 * time.Minute)
	for _, o := range os[:2] {
		now := sh.Order(o.ID)
		if f := w.Fate(o); now.Customer != kept || f.State != "processed" || f.Text != "" {
			t.Errorf("%s of customer %d is %s: %s", o.Name, now.Customer, f.State, f.Text)
		}
	}
	update(t, w, os[0], func(o *data.Order) {
		to := *o.Shipping
		to.Address1 = "Neue Gasse 7"
		o.Shipping = &to
	})
	update(t, w, later, func(o *data.Order) { o.Tags = nil })
	w.Live(15 * time.Minute)
	for o, want := range map[*data.Order]string{os[0]: "conflict", os[1]: "processed", later: "processed"} {
		if f := w.Fate(o); f.State != want || len(comesTo(w, o)) != 1 {
			t.Errorf("%s is %s, want %s: %s", o.Name, f.State, want, f.Text)
		}
	}
}

func update(t *testing.T, w *worlds.World, o *data.Order, f func(*data.Order)) {
	t.Helper()
	if _, err := w.Shopify.Shop("").UpdateOrder(o.ID, f); err != nil {
		t.Fatal(err)
	}
}

// The risk of an order moves after its import: one that waits is judged by what it is now,
// one that has its document keeps it and is in no conflict.
func TestRiskThatMoves(t *testing.T) {
	of := func(level string) []data.Risk { return []data.Risk{{Level: level}} }
	s := worlds.Plain(begin)
	s.Card.OrderGates = []orders.Gate{{MaxRisk: "LOW"}}
	os := s.Ordinary(4)
	for i, level := range []string{"HIGH", "LOW", "PENDING", "MEDIUM"} {
		os[i].Risks = of(level)
	}
	w := worlds.New(t, s)
	state := func(when string, want ...string) {
		t.Helper()
		for i, o := range os {
			if f := w.Fate(o); f.State != want[i] {
				t.Errorf("%s, %s is %s, want %s: %s", when, o.Name, f.State, want[i], f.Text)
			}
		}
	}
	w.Live(15 * time.Minute)
	state("at first", "held", "processed", "held", "held")
	for i, level := range []string{"LOW", "HIGH", "HIGH", "HIGH"} {
		update(t, w, os[i], func(o *data.Order) { o.Risks = of(level) })
	}
	w.Live(15 * time.Minute)
	state("assessed anew", "processed", "processed", "held", "held")
	update(t, w, os[2], func(o *data.Order) { o.Risks = of("NONE") })
	w.Decide(os[3], "release")
	w.Live(15 * time.Minute)
	state("at last", "processed", "processed", "processed", "processed")
	for _, o := range os {
		if n := len(comesTo(w, o)); n != 1 {
			t.Errorf("%s has %d documents", o.Name, n)
		}
	}
}

// A cancellation is a job of the shop's: the money and the units go first, and the order
// reads as cancelled only then. Whatever is imported between, no document is left that
// somebody would ship, unless the order says so.
func TestCancelledWhileTheJobRuns(t *testing.T) {
	for _, tt := range []struct {
		name      string
		processed bool // before it is cancelled
		amends    bool
		state     string
		docs      int
	}{
		{"before it has its document", false, false, "skipped", 0},
		{"with its document", true, false, "conflict", 1},
		{"with its document, amended by itself", true, true, "conflict", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := worlds.Plain(begin)
			s.Card.AmendOrders = tt.amends
			o := s.Ordinary(1)[0]
			if !tt.processed {
				s.Card.OrderGates = []orders.Gate{{Tags: []string{"wait"}}}
				o.Tags = []string{"wait"}
			}
			w := worlds.New(t, s)
			w.Live(15 * time.Minute)
			sh := w.Shopify.Shop("")
			all := data.Reversal{Units: map[int64]int{}}
			for _, l := range o.Lines {
				all.Units[l.ID] = l.Current()
			}
			if _, err := sh.RefundOrder(o.ID, all); err != nil {
				t.Fatal(err)
			}
			w.Live(15 * time.Minute)
			if f := w.Fate(o); f.State == "processed" && f.Text == "" {
				t.Errorf("while the job runs nothing is said: %+v", f)
			}
			if _, err := sh.CancelOrder(o.ID, "CUSTOMER"); err != nil {
				t.Fatal(err)
			}
			w.Live(15 * time.Minute)
			if f := w.Fate(o); f.State != tt.state || len(comesTo(w, o)) != tt.docs || tt.docs > 0 && f.Reason == "" {
				t.Errorf("it is %s, want %s, with documents %q: %s", f.State, tt.state, comesTo(w, o), f.Text)
			}
		})
	}
}
