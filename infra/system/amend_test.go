package system_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/orders"
	"backroom/shared/testsize"
)

// summed is a document with what its lines come to.
type summed struct {
	ID              string
	SalesOrderLines []struct {
		NetAmountIncludingTax decimal.Decimal
	}
}

// comesTo are the totals of an order's documents.
func comesTo(w *worlds.World, o *data.Order) (totals []string) {
	for _, d := range worlds.Read[summed](w, worlds.DocumentOf("salesOrders", o)+"&$expand=salesOrderLines") {
		var sum decimal.Decimal
		for _, l := range d.SalesOrderLines {
			sum = sum.Add(l.NetAmountIncludingTax)
		}
		totals = append(totals, sum.StringFixed(2))
	}
	return totals
}

// Orders that are edited or cancelled after they were processed: the change is
// flagged line by line, or the untouched sales order is made anew of what they are.
func TestChangesAfterProcessing(t *testing.T) {
	for i, tt := range []struct {
		name    string
		itself  bool // amendOrders
		decides string
		change  func(*worlds.World, *data.Order) error
		state   string
		docs    int  // sales orders left
		follows bool // the document comes to what the order is now
	}{
		{"an edit is flagged", false, "", more, "conflict", 1, false},
		{"an edit is amended by itself", true, "", more, "processed", 1, true},
		{"a person has it amended", false, "amend", more, "processed", 1, true},
		{"a person takes it as it is", false, "accept", more, "processed", 1, false},
		{"units are removed", true, "", fewerUnits, "processed", 1, true},
		{"a line is added", true, "", oneMoreLine, "processed", 1, true},
		{"cancelled", true, "", func(w *worlds.World, o *data.Order) error {
			_, err := w.Shopify.Shop("").CancelOrder(o.ID, "CUSTOMER")
			return err
		}, "skipped", 0, true},
		{"cancelled, and flagged", false, "", func(w *worlds.World, o *data.Order) error {
			_, err := w.Shopify.Shop("").CancelOrder(o.ID, "CUSTOMER")
			return err
		}, "conflict", 1, false},
		{"a tag and a note", true, "", func(w *worlds.World, o *data.Order) error {
			_, err := w.Shopify.Shop("").UpdateOrder(o.ID, func(o *data.Order) { o.Note, o.Tags = "ring twice", []string{"vip"} })
			return err
		}, "processed", 1, true},
	} {
		if stride := testsize.Of(1, 1, 4); i%stride != stride/2 {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			s := worlds.Plain(begin)
			s.Card.AmendOrders = tt.itself
			o := s.Ordinary(1)[0]
			w := worlds.New(t, s)
			w.Live(15 * time.Minute)
			before := comesTo(w, o)
			if f := w.Fate(o); f.State != "processed" || len(before) != 1 {
				t.Fatalf("%+v, %q", f, before)
			}
			if err := tt.change(w, o); err != nil {
				t.Fatal(err)
			}
			w.Live(15 * time.Minute)
			if tt.decides != "" {
				v, err := w.Wired.Orders.Find(t.Context(), w.Card.Code, o.Name)
				if err != nil || v.State != orders.Conflict || len(v.Changes) == 0 {
					t.Fatalf("%+v, %v: want what has changed", v, err)
				}
				w.Decide(o, tt.decides)
				w.Live(15 * time.Minute)
			}
			now := w.Shopify.Shop("").Order(o.ID)
			total := now.Totals().CurrentPrice.Shop.StringFixed(2)
			f, after := w.Fate(o), comesTo(w, o)
			if f.State != tt.state || len(after) != tt.docs || tt.docs > 0 && (after[0] == total) != tt.follows {
				t.Errorf("it is %s (%s), documents come to %q, the order to %s", f.State, f.Text, after, total)
			}
		})
	}
}

func more(w *worlds.World, o *data.Order) error {
	l := o.Lines[0]
	_, err := w.Shopify.Shop("").EditOrder(o.ID, data.Edit{Quantities: map[int64]int{l.ID: l.Current() + 1}})
	return err
}

func fewerUnits(w *worlds.World, o *data.Order) error {
	l := o.Lines[0]
	_, err := w.Shopify.Shop("").EditOrder(o.ID, data.Edit{Quantities: map[int64]int{l.ID: l.Current() - 1}})
	return err
}

func oneMoreLine(w *worlds.World, o *data.Order) error {
	l := *o.Lines[0]
	l.ID, l.Quantity, l.Removed, l.Allocations, l.Duty = 0, 2, 0, nil, nil
	_, err := w.Shopify.Shop("").EditOrder(o.ID, data.Edit{Add: []*data.Line{&l}})
	return err
}
