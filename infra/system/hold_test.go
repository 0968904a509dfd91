package system_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/orders"
)

// An order that is edited in its window gets one document, of what it is after it.
func TestEditsInTheWindowCostNothing(t *testing.T) {
	s := worlds.Plain(begin)
	s.Card.OrderGates = []orders.Gate{{Minutes: 60}}
	o := s.Ordinary(1)[0]
	o.CreatedAt, o.UpdatedAt = begin, begin
	w := worlds.New(t, s)
	w.Live(30 * time.Minute)
	if f := w.Fate(o); f.State != "held" {
		t.Fatalf("%s: %s", f.State, f.Text)
	}
	line := o.Lines[0]
	if _, err := w.Shopify.Shop("").EditOrder(o.ID, data.Edit{Quantities: map[int64]int{line.ID: line.Current() + 2}}); err != nil {
		t.Fatal(err)
	}
	w.Live(20 * time.Minute)
	if docs := worlds.Read[numbered](w, worlds.DocumentOf("salesOrders", o)); len(docs) > 0 {
		t.Fatalf("%+v before the window has ended", docs)
	}
	w.Live(30 * time.Minute)
	type document struct {
		SalesOrderLines []struct {
			Quantity decimal.Decimal
		}
	}
	docs := worlds.Read[document](w, worlds.DocumentOf("salesOrders", o)+"&$expand=salesOrderLines")
	if len(docs) != 1 || !docs[0].SalesOrderLines[0].Quantity.Equal(decimal.NewFromInt(int64(line.Current()+2))) {
		t.Errorf("%+v, want %d units on the first line", docs, line.Current()+2)
	}
	if f := w.Fate(o); f.State != "processed" {
		t.Errorf("%s: %s", f.State, f.Text)
	}
}

// What is only authorised waits for its capture, though nothing of it is outstanding;
// a person may let it go on.
func TestAuthorisedIsNotPaid(t *testing.T) {
	s := worlds.Plain(begin)
	s.Card.OrderGates = []orders.Gate{{Paid: true}}
	os := s.Ordinary(2)
	for _, o := range os {
		o.FinancialStatus = "AUTHORIZED"
		o.Transactions = o.Transactions[:1]
		o.Transactions[0].Kind = "AUTHORIZATION"
	}
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)
	for _, o := range os {
		if f := w.Fate(o); f.State != "held" {
			t.Fatalf("%s: %s", f.State, f.Text)
		}
	}
	_, err := w.Shopify.Shop("").UpdateOrder(os[0].ID, func(o *data.Order) {
		capture := *o.Transactions[0]
		capture.ID, capture.Kind, capture.Parent, o.FinancialStatus = capture.ID+1, "CAPTURE", capture.ID, "PAID"
		o.Transactions = append(o.Transactions, &capture)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Decide(os[1], "release")
	w.Live(15 * time.Minute)
	for _, o := range os {
		if f := w.Fate(o); f.State != "processed" {
			t.Errorf("%s is %s: %s", o.Name, f.State, strings.TrimSpace(f.Text))
		}
	}
}

// A gate of one sales channel holds its orders also while the app may not see channels.
func TestGateOfAChannelThatIsHidden(t *testing.T) {
	for _, seen := range []bool{true, false} {
		s := worlds.Plain(begin)
		s.Card.OrderGates = []orders.Gate{{Channel: "Online Store", Minutes: 60}}
		o := s.Ordinary(1)[0]
		o.CreatedAt, o.UpdatedAt, o.AttributionName, o.SourceName = begin, begin, "Online Store", "web"
		w := worlds.New(t, s)
		if !seen {
			if err := w.Shopify.Shop("").FailField(shopify.FieldFault{Type: "Order", Field: "attribution", Code: "ACCESS_DENIED"}); err != nil {
				t.Fatal(err)
			}
		}
		w.Live(30 * time.Minute)
		if f := w.Fate(o); f.State != "held" {
			t.Errorf("in the window, channels are seen %t: %s", seen, f.State)
		}
		w.Live(45 * time.Minute)
		if f := w.Fate(o); f.State != "processed" {
			t.Errorf("after it, channels are seen %t: %s: %s", seen, f.State, f.Text)
		}
	}
}
