package documents

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/customers"
	"backroom/shared/money"
	"backroom/shared/sales"
	"backroom/shared/task"
)

// What comes next for a document: the table of the decision that may delete,
// change or link somebody's document.
func TestNext(t *testing.T) {
	reprice := func(w *world, k *work) {
		f := k.got
		w.reprice(&f, "99.99")
		k.got = f
	}
	accept := func(k *work, total decimal.Decimal) {
		k.pending.Accepted = &money.Amount{Value: total, Currency: "EUR"}
	}
	created := func(k *work) { k.found, k.ours = false, false }
	for _, tt := range []struct {
		name string
		mod  func(w *world, k *work)
		want step
	}{
		{"as it should be", func(*world, *work) {}, stepLink},
		{"released, and as it should be", func(_ *world, k *work) { k.got.Draft = false }, stepLink},
		{"another price", reprice, stepChange},
		{"another price, just created", func(w *world, k *work) { reprice(w, k); created(k) }, stepChange},
		{"another price, released", func(w *world, k *work) { reprice(w, k); k.got.Draft = false }, stepKeep},
		{"another price, shipped in part", func(w *world, k *work) { reprice(w, k); k.got.Lines[0].Touched = true }, stepKeep},
		{"another price, not known to be ours", func(w *world, k *work) { reprice(w, k); k.ours = false }, stepKeep},
		{"another price, and it could not be mended a moment ago", func(w *world, k *work) {
			reprice(w, k)
			k.pending.Own, k.pending.Tried, k.pending.NotBefore = "g", k.print, w.now.Add(time.Minute)
		}, stepKeep},
		{"another price, and it could not be mended a while ago", func(w *world, k *work) {
			reprice(w, k)
			k.pending.Own, k.pending.Tried, k.pending.NotBefore = "g", k.print, w.now
		}, stepChange},
		{"another price, and the settings have changed since", func(w *world, k *work) {
			reprice(w, k)
			k.pending.Own, k.pending.Tried, k.pending.NotBefore = "g", "other", w.now.Add(time.Minute)
		}, stepChange},
		{"another total, which was accepted", func(w *world, k *work) {
			reprice(w, k)
			accept(k, k.got.Total().Value)
			k.pending.Own = k.got.ID
		}, stepLink},
		{"another total, which was accepted of an earlier document", func(w *world, k *work) { reprice(w, k); accept(k, k.got.Total().Value) }, stepChange},
		{"another total, which was accepted, and the change is refused", func(w *world, k *work) {
			reprice(w, k)
			accept(k, k.got.Total().Value)
			k.refused = errors.New("refused")
		}, stepLink},
		{"another total, which was accepted, of somebody's document", func(w *world, k *work) {
			reprice(w, k)
			accept(k, k.got.Total().Value)
			k.ours = false
		}, stepLink},
		{"another city, of an accepted total, just created", func(_ *world, k *work) {
			k.got.Header.ShipTo.City += "x"
			accept(k, k.got.Total().Value)
			created(k)
		}, stepChange},
		{"another total than was accepted", func(w *world, k *work) { reprice(w, k); accept(k, dec("180")) }, stepChange},
		{"another customer", func(_ *world, k *work) { k.got.Header.Customer = "C9" }, stepKeep},
		{"another customer, of an accepted total", func(_ *world, k *work) {
			k.got.Header.Customer = "C9"
			accept(k, k.got.Total().Value)
		}, stepKeep},
		{"another currency", func(_ *world, k *work) { k.got.Header.Currency = "USD" }, stepKeep},
		{"another customer, just created", func(_ *world, k *work) { k.got.Header.Customer = "C9"; created(k) }, stepRemake},
		{"another customer, made again", func(_ *world, k *work) {
			k.got.Header.Customer = "C9"
			created(k)
			k.remade = true
		}, stepDrop},
		{"of an order that gets none now", func(_ *world, k *work) { k.barred = []Problem{{Reason: Cancelled}} }, stepLink},
		{"of an order that gets none now, another price", func(w *world, k *work) {
			reprice(w, k)
			k.barred = []Problem{{Reason: Cancelled}}
		}, stepKeep},
		{"of an order that gets none now, another city", func(_ *world, k *work) {
			k.got.Header.ShipTo.City += "x"
			k.barred = []Problem{{Reason: Cancelled}}
		}, stepLink},
		{"of an order that gets none now, another currency", func(_ *world, k *work) {
			k.got.Header.Currency = "USD"
			k.barred = []Problem{{Reason: Cancelled}}
		}, stepKeep},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
			o := placed("1")
			w.put(o)
			doc, problems := Map(w.card, o, "C1", refs())
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			k := work{order: o, doc: complete(w.card, o.Name, doc), print: "print", found: true, ours: true, got: *w.document("1")}
			tt.mod(w, &k)
			s := &slice{Task: &Task{Deps: task.Deps{Now: w.clock}}, Slice: &task.Slice[Parameters, checkpoint]{Card: w.card.Shop}, card: w.card}
			if got, _, ds := s.next(k); got != tt.want {
				t.Errorf("step %d for %v, want %d", got, ds, tt.want)
			}
		})
	}
}

func TestSettles(t *testing.T) {
	amount := func(v string) money.Amount { return money.Amount{Value: dec(v), Currency: "EUR"} }
	with, without := true, false
	for _, tt := range []struct {
		name      string
		inclusive *bool
		got       string
		accepted  string
		want      bool
	}{
		{"the same", &with, "119", "", true},
		{"a cent less, prices with tax", &with, "118.99", "", false},
		{"a cent less, prices without", &without, "118.99", "", true},
		{"two cents less", &without, "118.98", "", false},
		{"as a person accepted it", &with, "110", "110", true},
		{"another than a person accepted", &with, "111", "110", false},
		{"the same, although another was accepted", &with, "119", "110", true},
	} {
		w := work{doc: sales.Document{
			Digits: 2, Total: amount("119"), PricesIncludeTax: tt.inclusive,
			Taxes: []sales.Tax{{Percent: dec("19"), Net: dec("100"), Tax: dec("19")}},
		}}
		if tt.accepted != "" {
			a := amount(tt.accepted)
			w.pending.Accepted = &a
		}
		if got := w.settles(amount(tt.got), sales.Rules{}); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
