package documents

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
)

func TestNoCreateUnlessTheLeaseOutlivesIt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		sleep   time.Duration // between the intents and the create
		kind    fault.Kind
		fenced  bool
		want    string // state of the order
	}{
		{"a lease shorter than the time-out", leaseTime, 0, "", true, "creating"},
		{"slept past the lease", timeout, leaseTime, "", true, "creating"},
		{"slept so long that the intent is old", timeout, 4 * time.Minute, fault.Transient, false, "ready"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.card.CustomerImport, w.card.DefaultCustomerNo, w.timeout = customers.ImportNone, "C1", tt.timeout
			w.put(placed("1"))
			w.pause = func() {
				if r, _ := w.row("1"); r.State == "creating" {
					w.pause = nil
					w.advance(tt.sleep)
				}
			}
			_, err := w.drain()
			if errors.Is(err, jobqueue.ErrFenced) != tt.fenced || !tt.fenced && fault.KindOf(err) != tt.kind || err == nil {
				t.Errorf("run: %v", err)
			}
			if len(w.bc.creates) != 0 || w.result("1") != tt.want {
				t.Errorf("creates %v, order %s", w.bc.creates, w.result("1"))
			}
		})
	}
}

func TestWholeCallRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"throttled", &fault.Error{Kind: fault.Throttled, RetryAfter: time.Minute, Err: errors.New("429")}, fault.Throttled},
		{"no permission", &fault.Error{Kind: fault.Blocked, Err: errors.New("403")}, fault.Blocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.put(placed("1"), placed("2"))
			w.bc.refuseAll = tt.err
			if _, err := w.drain(); fault.KindOf(err) != tt.want {
				t.Errorf("run: %v", err)
			}
			w.bc.refuseAll = nil
			if c := w.must(); c.Created != 2 {
				t.Errorf("the next run, at once: %+v", c)
			}
		})
	}
	t.Run("no permission for one operation", func(t *testing.T) {
		w := newWorld(t)
		w.put(placed("1"), placed("2"))
		w.bc.refuse["2"] = &fault.Error{Kind: fault.Blocked, Err: errors.New("403")}
		if _, err := w.drain(); fault.KindOf(err) != fault.Blocked || w.result("1") != "Order 190.00" || w.result("2") != "ready" {
			t.Errorf("run: %v, %s, %s", err, w.result("1"), w.result("2"))
		}
	})
}

// A person's way out of a difference: accept, retry after mending, recreate.
func TestWaysOutOfADifference(t *testing.T) {
	differs := func(t *testing.T) *world {
		t.Helper()
		w := newWorld(t)
		w.put(placed("1"))
		w.bc.off["1"], w.bc.stubborn["1"] = dec("1.25"), true
		w.must()
		w.advance(time.Hour)
		if c := w.must(); w.result("1") != "attention total-differs" || c.Unchanged != 1 || len(w.bc.creates) != 1 {
			t.Fatalf("%s, %+v: it must not be tried over and over", w.result("1"), c)
		}
		return w
	}
	accept := func(w *world) {
		r, _ := w.row("1")
		r.State, r.Accepted, r.AcceptedFor, r.Tried = "ready", r.Differs, r.Issue.Reason, ""
		w.set(r)
	}
	t.Run("accepted", func(t *testing.T) {
		w := differs(t)
		accept(w)
		if w.must(); w.result("1") != "Order 192.50" || len(w.bc.orders) != 1 {
			t.Errorf("%s, %d documents", w.result("1"), len(w.bc.orders))
		}
	})
	t.Run("what is left of a refunded order is accepted: the rest is the order's", func(t *testing.T) {
		w := newWorld(t)
		w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
		w.bc.cities = map[string]string{"111 22": "Elsewhere"}
		w.put(placed("1", func(o *orders.Order) { o.Refunded = eur("5") }))
		if w.must(); w.result("1") != "attention refund-before-processing" {
			t.Fatal(w.result("1"))
		}
		accept(w)
		if w.must(); w.result("1") != "Order 190.00" || len(w.bc.orders) != 1 {
			t.Fatalf("%s, %d documents", w.result("1"), len(w.bc.orders))
		}
		for _, d := range w.bc.orders {
			if d.Header.ShipTo.City != "Stockholm" {
				t.Errorf("shipped to %q", d.Header.ShipTo.City)
			}
		}
	})
	t.Run("what is left of a refunded order is accepted: not taxes that no document shows", func(t *testing.T) {
		w := newWorld(t)
		w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
		w.put(placed("1", func(o *orders.Order) {
			o.Refunded = eur("5")
			o.TaxesIncluded = true
			o.Lines[0].TaxLines = []orders.TaxLine{{Title: "VAT", Rate: dec("0.25"), Price: eur("3")}}
		}))
		for _, want := range []string{"attention refund-before-processing", "attention document-differs"} {
			if w.must(); w.result("1") != want || len(w.bc.orders) != 0 {
				t.Fatalf("%s, %d documents; want %s", w.result("1"), len(w.bc.orders), want)
			}
			accept(w)
		}
		if w.must(); w.result("1") != "Order 190.00" {
			r, _ := w.row("1")
			t.Errorf("%s after both were accepted: %+v", w.result("1"), r.Issue)
		}
	})
	t.Run("accepted, and then another difference", func(t *testing.T) {
		w := differs(t)
		accept(w)
		w.bc.off["1"] = dec("1.50")
		for range 3 {
			w.must()
		}
		if w.result("1") != "attention total-differs" || len(w.bc.orders) != 0 || len(w.bc.creates) != 2 {
			t.Errorf("%s, %d documents, creates %v: once is enough", w.result("1"), len(w.bc.orders), w.bc.creates)
		}
	})
	t.Run("mended and retried", func(t *testing.T) {
		w := differs(t)
		delete(w.bc.off, "1")
		r, _ := w.row("1")
		r.State, r.Tried = "ready", ""
		w.set(r)
		if w.must(); w.result("1") != "Order 190.00" {
			t.Error(w.result("1"))
		}
	})
	t.Run("another tolerance", func(t *testing.T) {
		w := newWorld(t)
		w.put(placed("1", func(o *orders.Order) { o.Total = eur("192.50") }))
		if w.must(); w.result("1") != "attention order-does-not-add-up" {
			t.Fatal(w.result("1"))
		}
		w.card.Tolerance = dec("3")
		if w.must(); w.result("1") != "Order 192.50" {
			t.Error(w.result("1"))
		}
	})
	t.Run("what is left after a refund, accepted", func(t *testing.T) {
		w := newWorld(t)
		w.put(placed("1", func(o *orders.Order) {
			o.Refunded, o.CurrentTotal, o.Lines[0].CurrentQuantity = eur("90"), eur("100"), 1
		}))
		if w.must(); w.result("1") != "attention refund-before-processing" {
			t.Fatal(w.result("1"))
		}
		if r, _ := w.row("1"); r.Differs == nil || r.Differs.String() != "100.00 EUR" {
			t.Fatalf("what is left: %v", r.Differs)
		}
		accept(w)
		if w.must(); w.result("1") != "Order 100.00" {
			t.Error(w.result("1"))
		}
	})
	t.Run("nothing is left after a refund, accepted", func(t *testing.T) {
		w := newWorld(t)
		w.put(placed("1", func(o *orders.Order) {
			o.Refunded, o.CurrentTotal, o.Lines[0].CurrentQuantity, o.ShippingLines = eur("190"), eur("0"), 0, nil
		}))
		w.must()
		accept(w)
		if w.must(); w.result("1") != "skipped nothing-left" || len(w.bc.orders) != 0 {
			t.Error(w.result("1"))
		}
	})
	t.Run("deleted, unlinked and recreated", func(t *testing.T) {
		w := newWorld(t)
		w.put(placed("1"))
		w.must()
		first, _ := w.row("1")
		delete(w.bc.orders, first.Link.ID)
		w.set(row{Order: first.Order, State: "ready"})
		w.must()
		if r, _ := w.row("1"); r.result() != "Order 190.00" || r.Link.ID == first.Link.ID || len(w.bc.orders) != 1 {
			t.Errorf("%s, %+v", r.result(), r.Link)
		}
	})
	t.Run("a posted total accepted", func(t *testing.T) {
		w := newWorld(t)
		w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
		w.put(placed("1"))
		w.bc.invoices = []Invoice{{ID: "i", Number: "PI-1", ExternalNumber: "1001-1", Customer: "C1", Total: dec("189")}}
		w.must()
		accept(w)
		if w.must(); w.result("1") != "Invoice 189.00" {
			t.Error(w.result("1"))
		}
	})
}

// A document found after an edit shows the order as it was: it gives way to a new one.
func TestEditedWhileACreateWasUnanswered(t *testing.T) {
	w := newWorld(t)
	w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
	w.put(placed("1"))
	w.fail = plan{n: 2, when: "after"}
	w.must()
	w.put(placed("1", func(o *orders.Order) { o.Edited, o.CurrentTotal, o.Lines[0].CurrentQuantity = true, eur("100"), 1 }))
	w.must()
	w.must()
	if w.result("1") != "Order 100.00" || len(w.bc.orders) != 1 {
		t.Errorf("%s, %d documents", w.result("1"), len(w.bc.orders))
	}
}

func TestChangedMeanwhileDoesNotStopTheOthers(t *testing.T) {
	w := newWorld(t)
	w.put(placed("1"), placed("2"), placed("3"))
	steps := 0
	w.pause = func() { // an import stores order 2 anew while it is processed
		if steps++; steps == 1 {
			return // before it is read
		}
		w.pause = nil
		w.put(placed("2", func(o *orders.Order) { o.PONumber = "7" }))
	}
	c := w.must()
	if w.result("1") != "Order 190.00" || w.result("2") != "ready" || w.result("3") != "Order 190.00" || c.Skipped != 1 {
		t.Errorf("%s, %s, %s, %+v", w.result("1"), w.result("2"), w.result("3"), c)
	}
	if w.must(); w.result("2") != "Order 190.00" || len(w.bc.orders) != 3 {
		t.Errorf("the next run: %s, %d documents", w.result("2"), len(w.bc.orders))
	}
}

func TestWriteBack(t *testing.T) {
	w := newWorld(t)
	w.card.OrderAttributesToShop, w.bc.perBatch = true, 45
	for i := range 120 {
		w.put(placed(fmt.Sprintf("%03d", i)))
	}
	w.shopify.gone = "007"
	w.deadline = time.Second // every slice makes one step only
	w.must()
	if !slices.Equal(w.shopify.requests, []int{50, 50, 20}) {
		t.Errorf("requests of %v orders", w.shopify.requests)
	}
	for i := range 120 {
		r, err := w.row(fmt.Sprintf("%03d", i))
		if err != nil || !r.Written {
			t.Fatalf("order %d is not written: %v", i, err)
		}
		if got := w.shopify.attributes[r.Order.ID]["BC Doc. No."]; r.Order.ID != "007" && (got != r.Link.Number || !r.After.After(r.Before)) {
			t.Errorf("order %d: %q, want %q; written from %s to %s", i, got, r.Link.Number, r.Before, r.After)
		}
	}
	w.must()
	if len(w.shopify.requests) != 3 {
		t.Error("what is written is not written again")
	}
	off := newWorld(t)
	off.put(placed("1"))
	if off.must(); len(off.shopify.requests) != 0 {
		t.Error("the setting is off by default")
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.card.OrderAttributesToShop = true
	w.put(placed("1"), placed("2", sku("NOPE")), placed("3", func(o *orders.Order) { o.Test = true }))
	res, err := w.run(t.Context(), func(r *jobqueue.Request) { r.DryRun = true })
	if err != nil {
		t.Fatal(err)
	}
	if w.writes != 0 || len(w.bc.creates) != 0 || len(w.bc.customers) != 1 {
		t.Errorf("%d writes, creates %v, %d customers", w.writes, w.bc.creates, len(w.bc.customers))
	}
	var planned []Planned
	if err := json.Unmarshal(res.Report, &planned); err != nil || len(planned) != 3 {
		t.Fatalf("report %s, %v", res.Report, err)
	}
	if p := planned[0]; p.Order != "#1" || p.Total != "190.00 EUR" || p.Document == nil || p.Document.CustomerNumber != "S7" || len(p.Document.Lines) != 2 {
		t.Errorf("first: %+v", p)
	}
	if p := planned[1]; p.Document != nil || len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text, "NOPE") {
		t.Errorf("second: %+v", p)
	}
	if c := res.Counts; c.Created != 1 || c.Failed != 1 || c.Skipped != 1 {
		t.Errorf("counts %+v", c)
	}
}

func TestSlicesAndParameters(t *testing.T) {
	w := newWorld(t)
	w.maxPages = 1
	for i := range 250 {
		w.put(placed(fmt.Sprintf("%03d", i)))
	}
	named := json.RawMessage(`{"orders":["003","004","nothing"]}`)
	if _, err := w.run(t.Context(), func(r *jobqueue.Request) { r.Parameters = named }); err != nil || len(w.bc.orders) != 2 {
		t.Fatalf("%d documents of the two named: %v", len(w.bc.orders), err)
	}
	fence := w.fence
	if c := w.must(); c.Created != 248 || w.fence-fence != 3 {
		t.Errorf("%+v in %d slices, want 3", c, w.fence-fence)
	}
	for name, mod := range map[string]func(*jobqueue.Request){
		"parameters": func(r *jobqueue.Request) { r.Parameters = json.RawMessage(`{"order":["1"]}`) },
		"checkpoint": func(r *jobqueue.Request) { r.Checkpoint = json.RawMessage(`{"page":1}`) },
	} {
		if _, err := w.run(t.Context(), mod); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s that make no sense: %v", name, err)
		}
	}
	w.cancel = true
	w.put(placed("300"))
	if _, err := w.drain(); err == nil || w.result("300") != "ready" {
		t.Errorf("a cancelled run: %v, %s", err, w.result("300"))
	}
}
