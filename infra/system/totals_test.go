package system_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/staging"
	"backroom/shared/testsize"
)

// TestTotalsOfShopsByChance imports shops whose orders combine what orders can
// have, in each tax mode. What has a document has Shopify's total, to the cent
// (of net prices, to a cent for each tax rate) and by the simulator's own
// arithmetic; what has none says why.
func TestTotalsOfShopsByChance(t *testing.T) {
	for _, mode := range []documents.TaxMode{documents.TaxAuto, documents.SalesTax} {
		for seed := uint64(1); seed <= testsize.Of[uint64](6, 2, 1); seed++ {
			t.Run(fmt.Sprintf("%s seed %d", mode, seed), func(t *testing.T) {
				t.Parallel()
				w := worldOf(t, 0, data.Random(seed, begin, 80), func(c *documents.Card) {
					worlds.Accounts(c)
					c.DefaultCustomerNo = "WEB"
					c.TaxMode = mode
				})
				w.injector.Arm(0, faulty.Before, false)
				w.live(12*time.Minute, 12*time.Minute)
				store := &staging.Store{Table: w.table, Issues: &issue.Store{Table: w.table}, Now: w.Now}
				vs, _, err := store.List(t.Context(), "sample", "", "", 0)
				if err != nil || len(vs) != 80 {
					t.Fatalf("%d orders, %v", len(vs), err)
				}
				totals := map[string]decimal.Decimal{}
				for _, o := range w.BC.Companies()[0].SalesOrders() {
					_, id, _ := strings.Cut(o.ExternalDocumentNumber, "-")
					if _, twice := totals[id]; twice {
						t.Errorf("order %s has two documents", id)
					}
					totals[id] = o.TotalAmountIncludingTax
				}
				count := map[string]int{}
				for _, v := range vs {
					i := slices.IndexFunc(w.shop.Orders, func(o *data.Order) bool { return fmt.Sprint(o.ID) == v.ID })
					// What was rounded at the till is a line of its own.
					want := w.shop.Orders[i].Totals().CurrentPrice.Add(w.shop.Orders[i].CashRounding).Shop
					got, has := totals[v.ID]
					switch {
					case v.State == orders.Processed && has:
						count["documents"]++
						// Net prices: BC rounds the tax of all lines of a rate together.
						allowed := decimal.Zero
						if o := w.shop.Orders[i]; !o.TaxesIncluded {
							allowed = decimal.New(int64(len(ratesOf(o))), -2)
						}
						if got.Sub(want).Abs().GreaterThan(allowed) {
							t.Errorf("order %s of %s has a document of %s", v.Name, want, got)
						}
					case v.State == orders.Skipped && !has:
						count["skipped"]++
					case v.State == orders.Attention && !has && v.Issue != nil && v.Issue.Text != "" && v.Issue.WayOut != "":
						count[string(v.Issue.Reason)]++
						if v.Issue.Reason == documents.DocumentDiffers || v.Issue.Reason == documents.TotalDiffers {
							t.Log(v.Name, v.Issue.Text, v.Issue.Detail)
						}
					default:
						t.Errorf("order %s is %s, document %v, issue %+v", v.Name, v.State, has, v.Issue)
					}
				}
				t.Log(count)
				if count["documents"] < 30 {
					t.Errorf("%v: too few documents to prove anything", count)
				}
			})
		}
	}
}

// ratesOf are the tax rates of an order.
func ratesOf(o *data.Order) map[string]bool {
	rates := map[string]bool{}
	add := func(ts []data.Tax) {
		sum := decimal.Zero
		for _, t := range ts {
			sum = sum.Add(t.Rate)
		}
		if !sum.IsZero() {
			rates[sum.String()] = true
		}
	}
	for _, l := range o.Lines {
		add(l.Taxes)
	}
	for _, l := range o.ShippingLines {
		add(l.Taxes)
	}
	return rates
}
