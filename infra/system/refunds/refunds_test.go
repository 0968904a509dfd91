// Package refunds_test plays what is given back of orders through whole syncs.
package refunds_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/completeness"
	"backroom/shared/creditmemos"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/orders"
)

var begin = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func euros(s string) data.Bag { return data.Bag{Shop: dec(s), Presentment: dec(s)} }

// accounts of credit memos, without VAT of their own.
const (
	refundAccount = businesscentral.AccountTip
	noRestock     = businesscentral.AccountFee
)

// setup is a shop with one order of 3 desks at 30.00, 2 mugs at 10.00 and shipping of
// 5.00, paid, with 19 % in its prices or on top; and a company for it.
func setup(included bool) world.Setup {
	s := world.Plain(begin)
	s.Shop = data.Bulk(begin, 1)
	o := s.Shop.Orders[0]
	tax := func(sum string) []data.Tax {
		v := dec(sum).Mul(dec("0.19"))
		if included {
			v = v.Div(dec("1.19"))
		}
		return []data.Tax{{Title: "VAT", Rate: dec("0.19"), Price: data.Bag{Shop: v.Round(2), Presentment: v.Round(2)}}}
	}
	o.TaxesIncluded, o.Discounts = included, nil
	o.Lines = o.Lines[:2]
	for i, l := range []struct {
		title    string
		quantity int
		unit     string
		sum      string
	}{{"Desk", 3, "30", "90"}, {"Mug", 2, "10", "20"}} {
		x := o.Lines[i]
		x.Title, x.Quantity, x.UnitPrice, x.Allocations, x.Taxes = l.title, l.quantity, euros(l.unit), nil, tax(l.sum)
	}
	o.ShippingLines = []*data.ShippingLine{{ID: 77, Title: "Standard", Price: euros("5"), Taxes: tax("5")}}
	f := o.FulfillmentOrders[0]
	f.Lines = f.Lines[:2]
	for i, l := range o.Lines {
		f.Lines[i].Line, f.Lines[i].Total, f.Lines[i].Remaining = l.ID, l.Quantity, l.Quantity
	}
	o.Transactions = o.Transactions[:1]
	o.Transactions[0].Amount = o.Totals().Price
	s.Card.RefundsAndReturns, s.Card.RoundingAccount = orders.BookRefunds, businesscentral.AccountRounding
	s.CreditMemos = creditmemos.Settings{RefundAccount: refundAccount, NonRestockAccount: noRestock}
	return s
}

// memo is a credit memo as BC shows it.
type memo struct {
	ID, Number, Status, ExternalDocumentNumber, CustomerNumber, CurrencyCode string
	BillToAddressLine1, SellToAddressLine1                                   string
	PricesIncludeTax                                                         bool
	SalesCreditMemoLines                                                     []struct {
		LineType, LineObjectNumber, LocationID                     string
		Quantity, UnitPrice, DiscountAmount                        decimal.Decimal
		TaxPercent, NetAmount, NetTaxAmount, NetAmountIncludingTax decimal.Decimal
	}
}

func (m memo) total() (gross, tax decimal.Decimal) {
	for _, l := range m.SalesCreditMemoLines {
		gross, tax = gross.Add(l.NetAmountIncludingTax), tax.Add(l.NetTaxAmount)
	}
	return gross, tax
}

// lines are the memo's lines in short: object, units, and what they come to.
func (m memo) lines(names map[string]string) string {
	var out []string
	for _, l := range m.SalesCreditMemoLines {
		name := names[l.LineObjectNumber]
		if name == "" {
			name = l.LineObjectNumber
		}
		out = append(out, fmt.Sprintf("%s×%s %s", name, l.Quantity, l.NetAmountIncludingTax.StringFixed(2)))
	}
	return strings.Join(out, ", ")
}

func memos(w *world.World) []memo {
	ms := world.Read[memo](w, "salesCreditMemos?$expand=salesCreditMemoLines")
	slices.SortFunc(ms, func(a, b memo) int { return strings.Compare(a.ExternalDocumentNumber, b.ExternalDocumentNumber) })
	return ms
}

// shop is the shop of [setup], at work.
type shop struct {
	*shopify.Shop
	t                 *testing.T
	id, desk, mug, at int64
}

func shopOf(t *testing.T, w *world.World, o *data.Order) shop {
	t.Helper()
	return shop{w.Shopify.Shop(""), t, o.ID, o.Lines[0].ID, o.Lines[1].ID, o.FulfillmentOrders[0].Location}
}

// must takes what has to work.
func (s shop) must(_ *data.Order, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// balanced: the document less the memos is Shopify's current total and tax, and what
// went back beside units.
func balanced(t *testing.T, w *world.World, o *data.Order) {
	t.Helper()
	type document struct {
		SalesOrderLines []struct{ NetAmountIncludingTax, NetTaxAmount decimal.Decimal }
	}
	var gross, tax decimal.Decimal
	docs := world.Read[document](w, world.DocumentOf("salesOrders", o)+"&$expand=salesOrderLines")
	if len(docs) != 1 {
		t.Fatalf("%d documents", len(docs))
	}
	for _, l := range docs[0].SalesOrderLines {
		gross, tax = gross.Add(l.NetAmountIncludingTax), tax.Add(l.NetTaxAmount)
	}
	ms := memos(w)
	for _, m := range ms {
		g, x := m.total()
		gross, tax = gross.Sub(g), tax.Sub(x)
	}
	now := w.Shopify.Shop("").Order(o.ID)
	sums := now.Totals()
	want := sums.CurrentPrice.Shop
	for _, r := range now.Refunds {
		for _, a := range r.Adjustments {
			want = want.Sub(a.Amount.Shop)
		}
	}
	cents := decimal.New(int64(1+len(ms)), -2)
	if gross.Sub(want).Abs().GreaterThan(cents) || tax.Sub(sums.CurrentTax.Shop).Abs().GreaterThan(cents) {
		t.Errorf("document less memos: %s with %s tax; Shopify: %s with %s", gross, tax, want, sums.CurrentTax.Shop)
	}
}

// proven: the proof of completeness has looked at the order, and says nothing of it.
func proven(t *testing.T, w *world.World) {
	t.Helper()
	w.Advance(2 * time.Hour)
	r, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: completeness.TaskName, Trigger: jobqueue.ByHand})
	if err != nil {
		t.Fatal(err)
	}
	w.Live(5 * time.Minute)
	if r, err = w.Jobs.Store.Run(t.Context(), w.Card.Code, r.ID); err != nil || r.Outcome != jobqueue.Succeeded || r.Counts.Unchanged != 1 {
		t.Errorf("%s, %+v, %s; %v; %s", r.Outcome, r.Counts, r.Progress.Note, err, said(t, w))
	}
}

// Every kind of refund becomes its credit memo, to the cent, whether prices hold tax
// in Shopify or in BC, and the order stays processed.
func TestRefundsBecomeCreditMemos(t *testing.T) {
	units := func(id int64, n int) map[int64]int { return map[int64]int{id: n} }
	for i, tt := range []struct {
		name string
		do   func(s shop)
		// what the lines of each memo are, of prices with tax, and what they come to
		memos  []string
		totals []string // prices with tax; on top
		top    []string
	}{
		{"units that never shipped", func(s shop) {
			s.must(s.RefundOrder(s.id, data.Reversal{Units: units(s.desk, 1)}))
		}, []string{"refund×1 30.00"}, []string{"30"}, []string{"35.7"}},
		{"units that are not restocked, with shipping", func(s shop) {
			s.must(s.RefundOrder(s.id, data.Reversal{Units: units(s.mug, 2), RestockType: "NO_RESTOCK", Shipping: map[int64]data.Bag{77: euros("5")}}))
		}, []string{"not restocked×2 20.00, shipping×1 5.00"}, []string{"25"}, []string{"29.75"}},
		{"units that were taken back, without a return", func(s shop) {
			s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
			s.must(s.RefundOrder(s.id, data.Reversal{Units: units(s.desk, 2), RestockType: "RETURN"}))
		}, []string{"desk×2 60.00"}, []string{"60"}, []string{"71.4"}},
		{"money alone", func(s shop) {
			ten := euros("10")
			s.must(s.RefundOrder(s.id, data.Reversal{Amount: &ten}))
		}, []string{"refund×1 10.00"}, []string{"10"}, []string{"10"}},
		{"units that are paid back in cash, rounded", func(s shop) {
			two := euros("0.02")
			s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
			s.must(s.RefundOrder(s.id, data.Reversal{Units: units(s.mug, 1), RestockType: "RETURN", Rounding: &two}))
		}, []string{"mug×1 10.00, cash×1 0.02"}, []string{"10.02"}, []string{"11.92"}},
		{"less money than the units are worth", func(s shop) {
			some := euros("25.5")
			s.must(s.RefundOrder(s.id, data.Reversal{Units: units(s.desk, 1), Amount: &some}))
		}, []string{"refund×1 30.00, refund×-1 -4.50"}, []string{"25.5"}, []string{"25.5"}},
		{"several, the rest of a line the last", func(s shop) {
			s.must(s.RefundOrder(s.id, data.Reversal{Units: units(s.desk, 1)}))
			s.must(s.RefundOrder(s.id, data.Reversal{Units: units(s.desk, 2)}))
		}, []string{"refund×1 30.00", "refund×2 60.00"}, []string{"30", "60"}, []string{"35.7", "71.4"}},
		{"a return of two parcels, one unit of it broken", func(s shop) {
			s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship", Units: units(s.desk, 1)}))
			s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
			s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "open", Units: units(s.desk, 3)}))
			s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "dispose", Line: s.desk, Type: "RESTOCKED", Quantity: 2, Location: s.at}))
			s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "dispose", Line: s.desk, Type: "MISSING", Quantity: 1}))
			s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "process"}))
		}, []string{"desk×2 60.00, not restocked×1 30.00"}, []string{"90"}, []string{"107.1"}},
		{
			"an exchange for less", func(s shop) { s.exchange("25") },
			[]string{"desk×3 90.00, mug×-1 -25.00"},
			[]string{"65"},
			[]string{"77.35"},
		},
		{
			"an exchange for more, of which the rest is owed", func(s shop) { s.exchange("120") },
			[]string{"desk×3 90.00, mug×-1 -120.00"},
			[]string{"-30"},
			[]string{"-35.7"},
		},
	} {
		for _, included := range []bool{true, false} {
			for _, inBC := range []bool{(i%2 == 0) == included} {
				t.Run(fmt.Sprintf("%s, tax included %t, in BC %t", tt.name, included, inBC), func(t *testing.T) {
					set := setup(included)
					if inBC {
						set.Card.CustomerMapping, set.Card.DefaultCustomerNo = "default", "WEB"
						for i := range set.Company.Customers {
							set.Company.Customers[i].PricesIncludeTax = true
						}
					}
					w := world.New(t, set)
					w.Live(15 * time.Minute)
					o := set.Shop.Orders[0]
					s := shopOf(t, w, o)
					if f := w.Fate(o); f.State != "processed" {
						t.Fatalf("%s: %s", f.State, f.Text)
					}
					tt.do(s)
					w.Live(25 * time.Minute)
					names := map[string]string{o.Lines[0].SKU: "desk", o.Lines[1].SKU: "mug", refundAccount: "refund", noRestock: "not restocked", businesscentral.AccountShipping: "shipping", businesscentral.AccountCashRounding: "cash"}
					ms, want := memos(w), tt.totals
					if !included {
						want = tt.top
					}
					if len(ms) != len(tt.memos) {
						t.Fatalf("%d memos, want %d; %s", len(ms), len(tt.memos), said(t, w))
					}
					for i, m := range ms {
						gross, _ := m.total()
						if !gross.Equal(dec(want[i])) || m.PricesIncludeTax != inBC || m.BillToAddressLine1 != m.SellToAddressLine1 || m.BillToAddressLine1 == "" {
							t.Errorf("memo %d comes to %s, want %s: %+v", i, gross, want[i], m)
						}
						if got := m.lines(names); included && got != tt.memos[i] {
							t.Errorf("memo %d: %s, want %s", i, got, tt.memos[i])
						}
					}
					if f := w.Fate(o); f.State != "processed" || f.Reason != "" {
						t.Errorf("%s: %s", f.State, f.Text)
					}
					balanced(t, w, o)
					proven(t, w)
				})
			}
		}
	}
}

// exchange returns three desks for a mug of another price.
func (s shop) exchange(price string) {
	s.t.Helper()
	mug := s.Order(s.id).Lines[1]
	out := &data.Line{
		Title: "Mug", SKU: mug.SKU, Product: mug.Product, Variant: mug.Variant, Quantity: 1, UnitPrice: euros(price), RequiresShipping: true, Taxable: true,
		Taxes: []data.Tax{{Title: "VAT", Rate: dec("0.19")}},
	}
	s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
	s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "open", Units: map[int64]int{s.desk: 3}, Exchange: []*data.Line{out}}))
	s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "process"}))
}

// said are the issues of a shop.
func said(t *testing.T, w *world.World) string {
	t.Helper()
	is, err := w.Wired.Issues.List(t.Context(), w.Card.Code)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, i := range is {
		out = append(out, i.Kind+": "+i.Text+" "+i.Detail)
	}
	for _, r := range w.Runs("process-orders") {
		if r.Detail != "" {
			out = append(out, r.Detail)
		}
	}
	return strings.Join(out, "\n")
}
