package documents

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/customers"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// What BC makes of a document by itself, what is done about it, and what that
// costs: changes, and reads after changes of lines or of the header's discount.
func TestMending(t *testing.T) {
	tests := []struct {
		name  string
		world func(*world)
		order func(*orders.Order)
		want  string
		cost  int
		text  string
		check func(sales.Found) bool // of the document
	}{
		{
			name: "nothing", want: "Order 190.00",
			check: func(f sales.Found) bool { return len(f.Lines) == 2 && f.Header.Currency == "EUR" },
		},
		{
			name: "the city of its post code table", world: func(w *world) { w.bc.cities = map[string]string{"111 22": "Elsewhere"} },
			want: "Order 190.00", cost: 1, check: func(f sales.Found) bool { return f.Header.ShipTo.City == "Stockholm" },
		},
		{
			name: "the card's contact for a blank one", world: func(w *world) { w.bc.blanks, w.card.ContactSource = "Card", customers.NameNone },
			want: "Order 190.00", cost: 1, check: func(f sales.Found) bool { return f.Header.ShipToContact == "" },
		},
		{
			name: "a discount on the whole", world: func(w *world) { w.bc.discount["1"] = dec("12") },
			want: "Order 190.00", cost: 2, check: func(f sales.Found) bool { return f.Discount.IsZero() },
		},
		{
			name: "a price of its own", world: func(w *world) { w.bc.off["1"] = dec("-1") },
			want: "Order 190.00", cost: 2,
		},
		{
			name: "a price of its own, and cents that pile up where it is changed", world: func(w *world) { w.bc.off["1"], w.bc.clumped["1"] = dec("-1"), true },
			want: "Order 190.00", cost: 2 + 5,
		},
		{
			name: "all of it at once", world: func(w *world) {
				w.bc.off["1"], w.bc.discount["1"] = dec("-1"), dec("12")
				w.bc.cities = map[string]string{"111 22": "Elsewhere"}
			},
			want: "Order 190.00", cost: 4, check: func(f sales.Found) bool { return f.Header.ShipTo.City == "Stockholm" && f.Discount.IsZero() },
		},
		{
			name: "another tax code than was sent", world: func(w *world) { w.bc.deaf["1"] = true },
			want: "Order 190.00", cost: 4, check: func(f sales.Found) bool { return f.Lines[0].Percent.Equal(dec("25")) },
		},
		{
			name: "another percent whatever code is sent: not again and again", world: func(w *world) { w.bc.exempt["1"] = true },
			want: "attention document-differs", cost: 2, text: "taxPercent of Item 1000 is 25 in Shopify, 0 in Business Central",
		},
		{
			name: "the card's currency, once", world: func(w *world) { w.bc.currency["1"], w.bc.times = "DKK", 1 },
			want: "Order 190.00", check: func(f sales.Found) bool { return f.Header.Currency == "EUR" },
		},
		{
			name: "the card's currency, again and again", world: func(w *world) { w.bc.currency["1"], w.bc.times = "DKK", 9 },
			want: "attention document-differs", text: "currencyCode is EUR in Shopify, DKK in Business Central",
		},
		{
			name: "a change that it refuses", world: func(w *world) {
				w.bc.off["1"] = dec("-1")
				w.bc.refuseChange["1"] = refusal("Application_DialogException", "The price is fixed.")
			},
			want: "attention total-differs", cost: 2,
			text: "190.00 EUR in Shopify, 188.00 EUR in Business Central; unitPrice of Item 1000 is 100 in Shopify, 99 in Business Central; Business Central says: The price is fixed.",
		},
		{
			name: "somebody else was quicker", world: func(w *world) { w.bc.off["1"], w.bc.conflicts = dec("-1"), 1 },
			want: "Order 190.00", cost: 4,
		},
		{
			name: "a field that is left to it", world: func(w *world) {
				w.card.BCWins = []string{"shipToCity"}
				w.bc.cities = map[string]string{"111 22": "Elsewhere"}
			},
			want: "Order 190.00", check: func(f sales.Found) bool { return f.Header.ShipTo.City == "Elsewhere" },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
			if tt.world != nil {
				tt.world(w)
			}
			if tt.order == nil {
				tt.order = func(*orders.Order) {}
			}
			w.put(placed("1", tt.order))
			w.must()
			r, err := w.row("1")
			if err != nil || r.result() != tt.want {
				t.Fatalf("%s, want %s (%+v, %v)", r.result(), tt.want, r.Issue, err)
			}
			if tt.text != "" && !strings.Contains(r.Issue.Text, tt.text) {
				t.Errorf("%q, want it to say %q", r.Issue.Text, tt.text)
			}
			if w.bc.changes != tt.cost {
				t.Errorf("%d operations to mend it, want %d", w.bc.changes, tt.cost)
			}
			if r.Link == nil {
				if len(w.bc.orders) > 0 {
					t.Errorf("%d documents of an order that has none", len(w.bc.orders))
				}
				return
			}
			if f := w.bc.orders[r.Link.ID]; f == nil || tt.check != nil && !tt.check(*f) || len(w.bc.orders) != 1 {
				t.Errorf("document %+v of %d", f, len(w.bc.orders))
			}
			if w.bc.times > 0 || tt.want == "Order 190.00" && tt.cost == 0 && len(w.bc.currency) > 0 && !slices.Equal(w.bc.creates, []int{1, 1}) {
				t.Errorf("creates %v", w.bc.creates)
			}
		})
	}
}

// Of an order whose taxes are not those of its percents no document is made,
// unless a person accepts what it comes to.
func TestTaxesThatNoDocumentCanShow(t *testing.T) {
	w := newWorld(t)
	w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
	w.put(placed("1", func(o *orders.Order) { o.Lines[0].TaxLines[0].Price = eur("5") }))
	w.must()
	w.must()
	r, _ := w.row("1")
	if r.result() != "attention document-differs" || !strings.Contains(r.Issue.Text, "netTaxAmount of Item 1000 is 5 in Shopify, 36 in Business Central") || len(w.bc.creates) != 0 {
		t.Fatalf("%s, %+v, creates %v", r.result(), r.Issue, w.bc.creates)
	}
	r.State, r.Accepted, r.Tried = "ready", r.Differs, ""
	w.set(r)
	if w.must(); w.result("1") != "Order 190.00" {
		t.Errorf("accepted: %s", w.result("1"))
	}
}

// A document that BC has added a line to stays, and waits for a person.
func TestAStrangeLineIsForAPerson(t *testing.T) {
	kept := func(t *testing.T) *world {
		t.Helper()
		w := newWorld(t)
		w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
		w.bc.strange["1"] = sales.Line{Sequence: 5000, Kind: sales.CommentLine, Description: "Season's greetings"}
		w.put(placed("1"))
		w.must()
		r, err := w.row("1")
		if err != nil || r.result() != "attention document-differs" || !strings.Contains(r.Issue.Text, "Season's greetings") || len(w.bc.orders) != 1 {
			t.Fatalf("%s, %+v, %d documents, %v", r.result(), r.Issue, len(w.bc.orders), err)
		}
		return w
	}
	t.Run("it is looked at again and left alone", func(t *testing.T) {
		w := kept(t)
		writes := w.bc.writes
		w.must()
		if r, _ := w.row("1"); r.result() != "attention document-differs" || w.bc.writes != writes || r.Own == "" {
			t.Errorf("%s after %d writes to BC", r.result(), w.bc.writes-writes)
		}
	})
	t.Run("accepted", func(t *testing.T) {
		w := kept(t)
		r, _ := w.row("1")
		r.State, r.Accepted, r.Tried = "ready", r.Differs, ""
		w.set(r)
		if w.must(); w.result("1") != "Order 190.00" || len(w.bc.creates) != 1 {
			t.Errorf("%s, creates %v", w.result("1"), w.bc.creates)
		}
	})
	t.Run("corrected in BC", func(t *testing.T) {
		w := kept(t)
		for _, o := range w.bc.orders {
			o.Lines = slices.DeleteFunc(o.Lines, func(l sales.FoundLine) bool { return l.Sequence == 5000 })
			w.bc.reckon(o)
		}
		if w.must(); w.result("1") != "Order 190.00" || len(w.bc.creates) != 1 {
			t.Errorf("%s, creates %v", w.result("1"), w.bc.creates)
		}
	})
	for _, c := range []struct {
		name          string
		change        func(*orders.Order)
		waits, ending string
	}{
		{"cancelled", func(o *orders.Order) {
			o.CancelledAt, o.CurrentTotal, o.Lines[0].CurrentQuantity = o.CreatedAt, eur("0"), 0
		}, "attention cancelled-after-processing", "skipped cancelled"},
		{"emptied", func(o *orders.Order) { o.ShippingLines, o.CurrentTotal, o.Lines[0].CurrentQuantity = nil, eur("0"), 0 }, "attention changed-after-processing", "skipped nothing-left"},
		{"refunded in part", func(o *orders.Order) { o.Refunded = eur("5") }, "attention changed-after-processing", "attention refund-before-processing"},
	} {
		t.Run(c.name+" in Shopify while its document waits", func(t *testing.T) {
			w := kept(t)
			r, _ := w.row("1")
			c.change(&r.Order)
			w.set(r)
			for range 2 { // it is said as long as the document is there
				if w.must(); w.result("1") != c.waits || len(w.bc.orders) != 1 || len(w.bc.creates) != 1 {
					t.Fatalf("%s, %d documents", w.result("1"), len(w.bc.orders))
				}
			}
			clear(w.bc.orders)
			if w.must(); w.result("1") != c.ending || len(w.bc.creates) != 1 {
				t.Errorf("without the document: %s, creates %v", w.result("1"), w.bc.creates)
			}
		})
	}
	t.Run("deleted in BC, and BC adds none any more", func(t *testing.T) {
		w := kept(t)
		clear(w.bc.orders)
		clear(w.bc.strange)
		w.advance(time.Hour)
		if w.must(); w.result("1") != "Order 190.00" || len(w.bc.creates) != 2 {
			t.Errorf("%s, creates %v", w.result("1"), w.bc.creates)
		}
	})
	t.Run("the order is edited", func(t *testing.T) {
		w := kept(t)
		clear(w.bc.strange)
		w.put(placed("1", func(o *orders.Order) { o.Edited, o.CurrentTotal, o.Lines[0].CurrentQuantity = true, eur("100"), 1 }))
		if w.must(); w.result("1") != "Order 100.00" || len(w.bc.orders) != 1 {
			t.Errorf("%s, %d documents", w.result("1"), len(w.bc.orders))
		}
	})
}

// A document whose header BC will not have as it was meant stays, with an
// issue; it is tried again after an hour.
func TestAHeaderThatBCInsistsOn(t *testing.T) {
	w := newWorld(t)
	w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
	w.bc.cities = map[string]string{"111 22": "Elsewhere"}
	w.bc.refuseChange["1"] = refusal("Application_DialogException", "No such city.")
	w.put(placed("1"))
	w.must()
	r, _ := w.row("1")
	if r.result() != "attention document-differs" || !strings.Contains(r.Issue.Text, "shipToCity is Stockholm in Shopify, Elsewhere in Business Central") || !strings.Contains(r.Issue.Text, "No such city") {
		t.Fatalf("%s, %+v", r.result(), r.Issue)
	}
	delete(w.bc.refuseChange, "1")
	w.advance(10 * time.Minute)
	if w.must(); w.result("1") != "attention document-differs" || w.bc.changes != 1 {
		t.Errorf("%s after %d operations: it is not tried all the time", w.result("1"), w.bc.changes)
	}
	w.advance(refusedFor)
	if w.must(); w.result("1") != "Order 190.00" || len(w.bc.creates) != 1 {
		t.Errorf("%s, creates %v", w.result("1"), w.bc.creates)
	}
}

// Where BC's set-up makes the order date follow the posting date, that is found
// out once, said once for the company, and taken back when it ends.
func TestOrderDatesThatFollowThePostingDate(t *testing.T) {
	w := newWorld(t)
	w.card.CustomerImport, w.card.DefaultCustomerNo, w.card.Company.ID = customers.ImportNone, "C1", "company-1"
	w.bc.linked = "2026-07-02"
	w.put(placed("1"), placed("2"), placed("3"))
	said := func() []issue.Issue {
		is, err := (&issue.Store{Table: w.table}).List(t.Context(), "MAIN")
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	w.must()
	for _, id := range []string{"1", "2", "3"} {
		if w.result(id) != "Order 190.00" {
			t.Errorf("order %s is %s", id, w.result(id))
		}
	}
	if is := said(); len(is) != 1 || is[0].Reason != OrderDateFollowsPosting || w.bc.changes != 1 {
		t.Fatalf("%+v after %d changes, want one issue and one attempt", is, w.bc.changes)
	}
	w.put(placed("4")) // another run remembers
	if w.must(); w.result("4") != "Order 190.00" || w.bc.changes != 1 || len(said()) != 1 {
		t.Errorf("%s, %d changes, %+v", w.result("4"), w.bc.changes, said())
	}
	w.bc.linked = ""
	w.put(placed("5"))
	if w.must(); w.result("5") != "Order 190.00" || len(said()) != 0 {
		t.Errorf("%s, still said: %+v", w.result("5"), said())
	}
	if off := w.bc.orders; len(off) != 5 {
		t.Errorf("%d documents", len(off))
	}
}

// A document of an earlier release stands under the number that it gave.
func TestTheEarlierNumberIsFoundToo(t *testing.T) {
	s := &slice{Task: &Task{}}
	bc := newCompany(newWorld(t))
	bc.orders["a"] = &sales.Found{ID: "a", Header: sales.Document{ExternalNumber: "1001-77"}}
	bc.invoices = []Invoice{{ID: "i", ExternalNumber: "#1002-78"}}
	s.target = bc.target()
	found, err := s.find(t.Context(), []work{
		{order: orders.Order{ID: "77"}, doc: sales.Document{ExternalNumber: "#1001-77", EarlierNumber: "1001-77"}},
		{order: orders.Order{ID: "78"}, doc: sales.Document{ExternalNumber: "#1002-78", EarlierNumber: "1002-78"}},
		{order: orders.Order{ID: "79"}, doc: sales.Document{ExternalNumber: "#1003-79", EarlierNumber: "#1003-79"}},
	})
	if err != nil || found["77"].count() != 1 || found["77"].orders[0].ID != "a" || found["78"].count() != 1 || found["79"].count() != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}
