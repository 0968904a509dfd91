package life_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

// TestTheJudgeNoticesPlanted: of worlds at rest, each thing that is made wrong behind the
// tasks' back is noticed. Without that, a test that finds nothing wrong says nothing.
func TestTheJudgeNoticesPlanted(t *testing.T) {
	h := play(t, 6)
	memos := h.company.SalesCreditMemos()
	f := h.read()
	fits := map[string]func(l *life) bool{
		"come to": func(l *life) bool { return f.at(fmt.Sprint("-", l.id)).memos > 0 },
		"fulfilled": func(l *life) bool {
			if l.sent {
				return false
			}
			for _, s := range h.order(l).Fulfillments {
				if s.Status != "CANCELLED" {
					return true
				}
			}
			return false
		},
		"documents": func(l *life) bool { _, number := h.document(l); return number != "" },
		"shipped": func(l *life) bool {
			id, _ := h.document(l)
			for _, x := range h.company.Lines(id) {
				if x.LineType == "Item" && x.Quantity.GreaterThan(x.ShippedQuantity) {
					return true
				}
			}
			return false
		},
		"tax": func(l *life) bool { // of units that are left
			x := h.order(l).Lines[0]
			return h.order(l).CancelledAt.IsZero() && x.Current() == x.Quantity
		},
	}
	fits["never archived"] = func(l *life) bool { return l.archived == 1 && finished(h.order(l)) }
	fits["archived 2 times"] = fits["never archived"]
	fits["had not shipped"] = func(l *life) bool { return l.sent && f.at(fmt.Sprint("-", l.id)).invoice }
	plant := map[string]func(l *life) error{
		"never archived": func(l *life) error {
			l.archived = 0
			return nil
		},
		"archived 2 times": func(l *life) error {
			l.archived = 2
			return nil
		},
		"had not shipped": func(l *life) error {
			l.sent = false
			return nil
		},
		"come to": func(l *life) error {
			for _, m := range memos {
				for _, r := range h.order(l).Refunds {
					if strings.HasSuffix(m.ExternalDocumentNumber, fmt.Sprintf("-R%d", r.ID)) {
						return h.company.DeleteMemo(m.Number)
					}
				}
			}
			return fmt.Errorf("no memo")
		},
		"fulfilled": func(l *life) error { return h.fulfil(l, shopify.Fulfilling{Do: "cancel-fulfilment"}) },
		"documents": func(l *life) error {
			h.Write("POST", "salesOrders", fmt.Sprintf(`{"externalDocumentNumber":"%s-%d","customerNumber":"10000"}`, l.name, l.id))
			return nil
		},
		"shipped": func(l *life) error {
			_, number := h.document(l)
			return h.company.Ship(number, map[int]decimal.Decimal{})
		},
		"tax": func(l *life) error {
			return h.update(l, func(o *data.Order) {
				o.Lines[0].Taxes[0].Price.Shop = o.Lines[0].Taxes[0].Price.Shop.Add(decimal.NewFromInt(1))
			})
		},
	}
	taken := map[int64]string{}
	for _, what := range slices.Sorted(maps.Keys(plant)) {
		do := plant[what]
		for _, v := range h.verdicts() {
			if len(v.named)+len(v.wrong) > 0 || v.view.Document == nil || taken[v.life.id] != "" || !fits[what](v.life) {
				continue
			}
			if err := do(v.life); err == nil {
				taken[v.life.id] = what
				break
			}
		}
	}
	if len(taken) != len(plant) {
		t.Errorf("planted %v, want each of %d", taken, len(plant))
	}
	all := h.verdicts()
	proof := h.prove()
	for _, v := range all {
		if what := taken[v.life.id]; what != "" && !strings.Contains(strings.Join(v.wrong, "\n"), what) {
			t.Errorf("%s: %q is planted, and %q is noticed", v.life.name, what, v.wrong)
		} else if what == "" && len(v.wrong) > 0 {
			t.Errorf("%s: nothing is planted, and %q is noticed", v.life.name, v.wrong)
		}
		// The proof looks at both systems alone: it finds what is planted in them. It leaves
		// time to what was shipped a moment ago.
		says, what := proof[fmt.Sprint(v.life.id)], taken[v.life.id]
		if found := len(says) > 0; len(v.named) == 0 && found != slices.Contains([]string{"come to", "fulfilled", "documents", "tax"}, what) {
			t.Errorf("%s: %q is planted, and the proof says %q", v.life.name, what, says)
		}
	}
}
