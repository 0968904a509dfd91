package documents

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/customers"
	"backroom/shared/sales"
)

// only is the document of an order in BC.
func (w *world) only(id string) sales.Found {
	w.t.Helper()
	var out []sales.Found
	for _, o := range w.bc.orders {
		if shopifyID(*o) == id {
			out = append(out, *o)
		}
	}
	if len(out) != 1 {
		w.t.Fatalf("order %s has %d documents", id, len(out))
	}
	return out[0]
}

// The number is the order's id where the series takes it. A series that does not
// is asked once, for all runs of a week, and then again.
func TestDocumentNumberIsTheOrdersID(t *testing.T) {
	w := newWorld(t)
	create := func(id string, creates ...int) string {
		t.Helper()
		w.bc.creates = nil
		w.put(placed(id))
		if w.must(); w.result(id) != "Order 190.00" || !slices.Equal(w.bc.creates, creates) {
			t.Errorf("order %s: %s, creates %v, want %v", id, w.result(id), w.bc.creates, creates)
		}
		if r, err := w.row(id); err != nil || r.Link == nil || r.Link.Number != w.only(id).Header.Number {
			t.Errorf("order %s is linked to %+v, %v", id, r.Link, err)
		}
		return w.only(id).Header.Number
	}
	if n := create("1", 1); n != "1" {
		t.Errorf("number %q, want the order's id", n)
	}
	w.bc.manual = false // a person changes the series
	if n := create("2", 1, 1); n == "2" || n == "" {
		t.Errorf("number %q, want the series' own", n)
	}
	if n := create("3", 1); n == "3" {
		t.Errorf("number %q, want the series' own", n)
	}
	w.advance(askAgain)
	create("4", 1, 1)
	w.bc.manual = true
	create("5", 1)
	w.advance(askAgain)
	if n := create("6", 1); n != "6" {
		t.Errorf("number %q, want the order's id again", n)
	}
}

// What one company's series refuses says nothing about another's.
func TestSeriesAreOfACompany(t *testing.T) {
	for _, tt := range []struct {
		environment, company string
		asked                bool // whether its series takes the order's id
	}{
		{"Production", "another company", true},
		{"Sandbox", "a company", true}, // copied from production, ids and all
		{"PRODUCTION", "A COMPANY", false},
	} {
		w := newWorld(t)
		w.bc.manual, w.card.Company.Environment, w.card.Company.ID = false, "Production", "a company"
		w.put(placed("1"))
		w.must()
		w.bc.manual, w.card.Company.Environment, w.card.Company.ID = true, tt.environment, tt.company
		w.put(placed("2"))
		if w.must(); (w.only("2").Header.Number == "2") != tt.asked {
			t.Errorf("%s of %s: number %q", tt.company, tt.environment, w.only("2").Header.Number)
		}
	}
}

// A number is free again once its document is posted. An untouched draft that has
// it all the same is a second document, which nobody changes, links or deletes; one
// that was posted in part is the order's document.
func TestDraftUnderAPostedNumber(t *testing.T) {
	for _, touched := range []bool{false, true} {
		w := newWorld(t)
		w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
		w.put(placed("1"))
		f := w.document("1")
		f.Header.Number = "1"
		f.Lines[0].Touched = touched
		w.bc.invoices = append(w.bc.invoices, Invoice{ID: "i", Number: "PSI1", ExternalNumber: f.Header.ExternalNumber, OrderNumber: "1", Total: dec("190")})
		want := "attention two-documents-found"
		if touched {
			want = "Order 190.00"
		}
		before := w.snapshot()
		for range 3 {
			if w.must(); w.result("1") != want {
				t.Errorf("touched %t: %s, want %s", touched, w.result("1"), want)
			}
			w.advance(time.Hour)
		}
		for k, v := range w.snapshot() {
			if strings.HasPrefix(k, "document ") && before[k] != v {
				t.Errorf("touched %t: %s was %s, is %s", touched, k, before[k], v)
			}
		}
	}
}
