package documents

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/outbound"
)

// mark is a mark of the company.
type mark struct {
	says string
	at   time.Time
}

// Claim implements Claimer.
func (c *company) Claim(_ context.Context, code string, change func(string, time.Duration) (string, bool)) error {
	if c.marks == nil {
		c.marks = map[string]mark{}
	}
	for {
		was := c.marks[code]
		next, write := change(was.says, c.w.now.Sub(was.at))
		if !write {
			return nil
		}
		c.w.step()
		if c.marks[code] != was {
			continue // somebody else has written
		}
		c.marks[code] = mark{next, c.w.now}
		c.w.step()
		return nil
	}
}

// post posts all that is there, whole: the numbers are free again.
func (c *company) post() {
	for _, id := range slices.Sorted(maps.Keys(c.orders)) {
		o := c.orders[id]
		c.invoices = append(c.invoices, Invoice{
			ID: "of " + id, Number: "PSI-" + id, ExternalNumber: o.Header.ExternalNumber, OrderNumber: o.Header.Number,
			Customer: o.Header.Customer, Currency: o.Header.Currency, Total: o.Total().Value,
		})
	}
	clear(c.orders)
}

// documents counts them by order.
func (c *company) documents() map[string]int {
	n := map[string]int{}
	for _, o := range c.orders {
		n[orderOf(o.Header.ExternalNumber)]++
	}
	for _, i := range c.invoices {
		n[orderOf(i.ExternalNumber)]++
	}
	return n
}

// two are two engines of stores of their own, on one shop and one company.
func two(t *testing.T, manual bool) (a, b *world) {
	t.Helper()
	a, b = newWorld(t), newWorld(t)
	b.bc = a.bc
	a.bc.manual, a.bc.perBatch = manual, 1
	for _, w := range []*world{a, b} {
		w.engine = &Engine{Table: w.table}
		w.put(placed("1"), placed("2"), placed("3"))
	}
	return a, b
}

// turn makes b's run at a's time; that it waits for a is no failure.
func (w *world) turn(now time.Time) {
	w.t.Helper()
	w.now = now
	if _, err := w.drain(); err != nil && fault.KindOf(err) != fault.Throttled {
		w.t.Fatal(err)
	}
}

// One engine stops at every moment of its run while another one runs, and what is
// there by then is posted or not: every order has one document.
func TestTwoEnginesOnOneCompany(t *testing.T) {
	for _, manual := range []bool{true, false} {
		for _, posted := range []bool{true, false} {
			t.Run(fmt.Sprintf("manual %t posted %t", manual, posted), func(t *testing.T) {
				for n := 1; ; n++ {
					a, b := two(t, manual)
					steps, met := 0, false
					a.pause = func() {
						if steps++; steps != n {
							return
						}
						a.pause, met = nil, true
						b.turn(a.now)
						if posted {
							a.bc.post()
						}
					}
					a.turn(a.now)
					a.pause = nil
					for range 3 {
						a.advance(time.Minute)
						b.turn(a.now)
						a.turn(a.now)
					}
					got := a.bc.documents()
					for _, id := range []string{"1", "2", "3"} {
						if got[id] != 1 {
							t.Errorf("step %d: order %s has %d documents", n, id, got[id])
						}
						for name, w := range map[string]*world{"first": a, "second": b} {
							if r := w.result(id); r != "Order 190.00" && r != "Invoice 190.00" {
								t.Errorf("step %d: order %s is %s for the %s", n, id, r, name)
							}
						}
					}
					if len(a.bc.customers) != 2 { // C1 was there before
						t.Errorf("step %d: %d customers", n, len(a.bc.customers))
					}
					if !met {
						if n < 30 {
							t.Errorf("%d moments to meet at, there were 30", n)
						}
						return
					}
				}
			})
		}
	}
}

// An engine sleeps at every moment of its run, until another one has taken its
// claim over and done the work: it wakes up and makes nothing.
func TestSleepingEngineMakesNothing(t *testing.T) {
	for n := 1; ; n++ {
		a, b := two(t, false)
		steps, slept := 0, false
		a.pause = func() {
			if steps++; steps != n {
				return
			}
			a.pause, slept = nil, true
			for range 8 {
				a.advance(7 * time.Minute)
				b.turn(a.now)
			}
			a.bc.post()
		}
		_, _ = a.drain() // how it ends is its own affair
		a.pause = nil
		for range 3 {
			a.advance(7 * time.Minute)
			a.turn(a.now)
		}
		for _, id := range []string{"1", "2", "3"} {
			if got := a.bc.documents()[id]; got != 1 || a.result(id) != "Order 190.00" && a.result(id) != "Invoice 190.00" {
				t.Errorf("step %d: order %s has %d documents and is %s", n, id, got, a.result(id))
			}
		}
		if !slept {
			if n < 30 {
				t.Errorf("%d moments to sleep at, there were 30", n)
			}
			return
		}
	}
}

// An engine that is gone with a create under way keeps the others out until the
// create can no longer take effect; the same engine goes on at once.
func TestAbandonedClaim(t *testing.T) {
	for _, back := range []bool{false, true} {
		a, b := two(t, false)
		for n := 1; len(a.late) == 0; n++ { // the write that creates the first document
			a, b = two(t, false)
			a.fail = plan{n: n, when: "late", dies: true}
			_, _ = a.drain()
			if len(a.bc.creates) == 0 {
				a.late = nil
			}
		}
		began := a.now
		if back {
			a.fail = plan{}
			if a.must(); a.bc.documents()["2"] != 1 {
				t.Error("the engine itself does not go on")
			}
		}
		for a.now.Sub(began) < claimBeats+outbound.Settle {
			b.turn(a.now)
			if !back && len(b.bc.customers) > 2 || !back && a.bc.documents()["2"] != 0 {
				t.Fatalf("after %v the other one writes", a.now.Sub(began))
			}
			a.advance(time.Minute)
		}
		b.turn(a.now)
		a.fail = plan{}
		a.turn(a.now)
		if got, err := json.Marshal(a.bc.documents()); err != nil || string(got) != `{"1":1,"2":1,"3":1}` {
			t.Errorf("back %t: %s, %v", back, got, err)
		}
	}
}

func TestClaimCode(t *testing.T) {
	a, b := claimCode("Acme.myshopify.com"), claimCode("other.myshopify.com")
	if a != claimCode("acme.myshopify.com") || a == b || len(a) != 10 {
		t.Errorf("%q, %q", a, b)
	}
}

func TestClaimBinds(t *testing.T) {
	at := time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		says string
		age  time.Duration
		want bool
	}{
		{"", 24 * time.Hour, true}, // nobody is excluded
		{"x", 0, true},
		{"x", claimBeats - timeout - time.Second, true},
		{"x", claimBeats - timeout, false},
		{"x", -time.Minute, false}, // the clock was set back: how old it is, nobody knows
	} {
		if got := (claim{says: tt.says, at: at}).binds(at.Add(tt.age), timeout); got != tt.want {
			t.Errorf("%q after %v: %t", tt.says, tt.age, got)
		}
	}
	// What a batch may take after it was claimed for is within it.
	if claimRenewed+outbound.SendWithin+timeout >= claimBeats {
		t.Error("a batch may outlive its claim")
	}
}
