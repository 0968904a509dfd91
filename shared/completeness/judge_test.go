package completeness

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
)

var dec = decimal.RequireFromString

func bag(shop, buyer string) money.Bag {
	return money.Bag{Shop: money.Amount{Value: dec(shop), Currency: "EUR"}, Presentment: money.Amount{Value: dec(buyer), Currency: "SEK"}}
}

var placedAt = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// sound is an order of 119 with a tax of 19 that has its invoice.
func sound() Case {
	o := orders.Order{
		ID: "5000001", Name: "#1001", CreatedAt: placedAt, Confirmed: true, Currency: "EUR", PresentmentCurrency: "SEK", TaxesIncluded: true,
		Total: bag("119", "1190"), CurrentTotal: bag("119", "1190"), Tax: bag("19", "190"), CurrentTax: bag("19", "190"),
		TaxLines:        []orders.TaxLine{{Title: "VAT", Rate: dec("0.19"), Price: bag("19", "190")}},
		CurrentTaxLines: []orders.TaxLine{{Title: "VAT", Rate: dec("0.19"), Price: bag("19", "190")}},
		Lines:           []orders.Line{{ID: "1", Quantity: 2, CurrentQuantity: 2, UnitPrice: bag("59.50", "595"), TaxLines: []orders.TaxLine{{Title: "VAT", Rate: dec("0.19"), Price: bag("19", "190")}}}},
	}
	return Case{
		ID: o.ID, Name: o.Name, Order: &o, Documents: []Document{invoiceOf("1", "119", "19")},
		Fate: Fate{Known: true, State: orders.Processed, Document: "S1"},
	}
}

func invoiceOf(number, total, tax string) Document {
	return Document{Kind: Invoice, Number: number, Order: "S" + number, External: "#1001-5000001", Inclusive: true, Value: Value{Currency: "EUR", Total: dec(total), Tax: dec(tax)}}
}

func memoOf(number, refund, total string) Document {
	return Document{Kind: CreditMemo, Number: number, External: "#1001-R" + refund, Value: Value{Currency: "EUR", Total: dec(total), Tax: dec("9.50")}}
}

// of are units of goods.
func of(codesAndUnits ...any) Goods {
	g := Goods{}
	for i := 0; i < len(codesAndUnits); i += 2 {
		g[codesAndUnits[i].(string)] = decimal.NewFromInt(int64(codesAndUnits[i+1].(int)))
	}
	return g
}

// back gives one of the two units back.
func back(c *Case, refund string) {
	o := c.Order
	r := orders.Refund{
		ID: refund, Amount: bag("59.50", "595"), Detailed: true,
		Lines: []orders.RefundLine{{LineID: "1", Quantity: 1, RestockType: "RETURN", Subtotal: bag("59.50", "595"), Tax: bag("9.50", "95")}},
	}
	o.Refunds = append(o.Refunds, r)
	o.Lines[0].CurrentQuantity--
	o.CurrentTotal, o.CurrentTax = o.CurrentTotal.Sub(r.Amount), o.CurrentTax.Sub(bag("9.50", "95"))
	o.CurrentTaxLines = []orders.TaxLine{{Title: "VAT", Rate: dec("0.19"), Price: o.CurrentTax}}
}

func TestJudge(t *testing.T) {
	books := Rules{Books: true, Fulfils: true, Since: placedAt.AddDate(0, -1, 0)}
	state := func(s orders.State) func(*Case) {
		return func(c *Case) { c.Documents, c.Fate = nil, Fate{Known: true, State: s} }
	}
	wrong := func(c *Case) { c.Documents[0].Total = dec("120") }
	for _, tt := range []struct {
		name   string
		does   func(*Case)
		rules  func(*Rules)
		want   []issue.Reason
		excuse string
	}{
		{name: "sound", does: func(*Case) {}},
		{name: "sound, and forgotten", does: func(c *Case) { c.Fate = Fate{} }},
		{name: "in the buyer's currency", does: func(c *Case) { c.Documents[0].Value = Value{"SEK", dec("1190"), dec("190")} }},
		{name: "in nobody's currency", does: func(c *Case) { c.Documents[0].Currency = "DKK" }, want: []issue.Reason{TotalDiffers}},
		{name: "forgotten", does: func(c *Case) { c.Documents, c.Fate = nil, Fate{} }, want: []issue.Reason{NotKnown}},
		{name: "forgotten, placed before the first import", does: func(c *Case) { c.Documents, c.Fate, c.Order.CreatedAt = nil, Fate{}, placedAt.AddDate(-1, 0, 0) }, excuse: "it was placed before the first import"},
		{name: "a forgotten test", does: func(c *Case) { c.Documents, c.Fate, c.Order.Test = nil, Fate{}, true }, excuse: "it needs no document"},
		{name: "held", does: state(orders.Held), excuse: "held"},
		{name: "needs attention", does: state(orders.Attention), excuse: "attention"},
		{name: "skipped", does: state(orders.Skipped), excuse: "skipped"},
		{name: "done by a person", does: state(orders.Done), excuse: "done"},
		{name: "dismissed", does: state(orders.Dismissed), excuse: "dismissed"},
		{name: "its document is gone", does: state(orders.Processed), want: []issue.Reason{DocumentGone}},
		{name: "its invoice was cancelled", does: func(c *Case) { c.Documents[0].Void = true }, want: []issue.Reason{DocumentGone}},
		{name: "two invoices", does: func(c *Case) { c.Documents = append(c.Documents, invoiceOf("2", "119", "19")) }, want: []issue.Reason{Doubled}},
		{name: "an order and another's invoice", does: func(c *Case) { c.Documents = append(c.Documents, Document{Kind: SalesOrder, Number: "S7"}) }, want: []issue.Reason{Doubled}},
		{name: "invoiced in two parts", does: func(c *Case) {
			c.Documents = []Document{invoiceOf("1", "59.50", "9.50"), invoiceOf("2", "59.50", "9.50")}
			c.Documents[1].Order = "S1"
		}},
		{name: "an order that is invoiced in part", does: func(c *Case) {
			c.Documents = append(c.Documents, invoiceOf("1", "119", "19"))
			c.Documents[0] = Document{Kind: SalesOrder, Number: "S1", Inclusive: true, Value: Value{"EUR", dec("119"), dec("19")}}
			c.Documents[1].Total = dec("59.50")
		}},
		{name: "wrong total", does: wrong, want: []issue.Reason{TotalDiffers}},
		{name: "a cent, prices with tax", does: func(c *Case) { c.Documents[0].Total = dec("119.01") }, want: []issue.Reason{TotalDiffers}},
		{name: "a cent, prices without tax", does: func(c *Case) { c.Documents[0].Total, c.Documents[0].Inclusive = dec("119.01"), false }},
		{name: "within the tolerance", does: func(c *Case) { c.Documents[0].Total, c.Documents[0].Inclusive = dec("119.05"), false }, rules: func(r *Rules) { r.Tolerance = dec("0.05") }},
		{name: "beyond the tolerance", does: func(c *Case) { c.Documents[0].Total, c.Documents[0].Inclusive = dec("119.06"), false }, rules: func(r *Rules) { r.Tolerance = dec("0.05") }, want: []issue.Reason{TotalDiffers}},
		{name: "wrong tax", does: func(c *Case) { c.Documents[0].Tax = dec("7") }, want: []issue.Reason{TaxDiffers}},
		{name: "a cent of tax", does: func(c *Case) { c.Documents[0].Tax = dec("18.99") }},
		{name: "tax as a line", does: func(c *Case) { c.Documents[0].Tax = dec("0") }, rules: func(r *Rules) { r.SalesTax = true }},
		{name: "tax that the channel owes", does: func(c *Case) {
			c.Documents[0].Tax, c.Order.CurrentTaxLines[0].ChannelLiable = dec("0"), true
		}},
		{name: "paid in cash, rounded", does: func(c *Case) { c.Order.CashRounding, c.Documents[0].Total = bag("0.02", "0"), dec("119.02") }},
		{name: "wrong total, in conflict", does: func(c *Case) { wrong(c); c.Fate.State = orders.Conflict }, excuse: "it was changed in Shopify since"},
		{name: "wrong total, accepted", does: func(c *Case) { wrong(c); c.Fate.Accepted = &money.Amount{Value: dec("120"), Currency: "EUR"} }, excuse: "a person has accepted the difference"},
		{name: "another total was accepted", does: func(c *Case) { wrong(c); c.Fate.Accepted = &money.Amount{Value: dec("121"), Currency: "EUR"} }, want: []issue.Reason{TotalDiffers}},
		{name: "wrong total, made by hand", does: func(c *Case) { wrong(c); c.Fate.State = orders.Done }, excuse: "a person has handled it"},

		{name: "refunded", does: func(c *Case) { back(c, "77"); c.Memos = []Document{memoOf("1", "77", "59.50")} }},
		{name: "refunded twice", does: func(c *Case) {
			back(c, "77")
			back(c, "78")
			c.Memos = []Document{memoOf("1", "77", "59.50"), memoOf("2", "78", "59.50")}
		}},
		{name: "refunded before the document, which is of what is left", does: func(c *Case) {
			back(c, "77")
			c.Documents[0].Total, c.Documents[0].Tax = dec("59.50"), dec("9.50")
		}},
		{name: "no credit memo", does: func(c *Case) { back(c, "77") }, want: []issue.Reason{RefundUnbooked}},
		{name: "one of two credit memos", does: func(c *Case) {
			back(c, "77")
			back(c, "78")
			c.Memos = []Document{memoOf("1", "77", "59.50")}
		}, want: []issue.Reason{RefundUnbooked}},
		{name: "its credit memo was cancelled", does: func(c *Case) {
			back(c, "77")
			c.Memos = []Document{memoOf("1", "77", "59.50")}
			c.Memos[0].Void = true
		}, want: []issue.Reason{RefundUnbooked}},
		{name: "no credit memo, which waits", does: func(c *Case) { back(c, "77"); c.Fate.Refunds = map[string]RefundFate{"77": {Waits: true, Needs: true}} }, excuse: "a refund waits for its credit memo"},
		{name: "no credit memo, and none is wanted", does: func(c *Case) { back(c, "77") }, rules: func(r *Rules) { r.Books = false }, excuse: "refunds are not booked"},
		{name: "money on its way", does: func(c *Case) {
			back(c, "77")
			c.Order.Refunds[0].Transactions = []string{"9"}
			c.Order.Transactions = []orders.Transaction{{ID: "9", Kind: "REFUND", Status: "PENDING"}}
		}, excuse: "the money of a refund is on its way"},
		{name: "two credit memos", does: func(c *Case) {
			back(c, "77")
			c.Memos = []Document{memoOf("1", "77", "59.50"), memoOf("2", "77", "59.50")}
		}, want: []issue.Reason{MemoDoubled}},
		{name: "a credit memo of another amount", does: func(c *Case) { back(c, "77"); c.Memos = []Document{memoOf("1", "77", "50")} }, want: []issue.Reason{MemoDiffers}},
		{name: "a credit memo of another tax", does: func(c *Case) {
			back(c, "77")
			c.Memos = []Document{memoOf("1", "77", "59.50")}
			c.Memos[0].Tax = dec("9.48")
		}, want: []issue.Reason{MemoTaxDiffers}},
		{name: "a cent of a credit memo's tax", does: func(c *Case) {
			back(c, "77")
			c.Memos = []Document{memoOf("1", "77", "59.50")}
			c.Memos[0].Tax = dec("9.49")
		}},
		{name: "a credit memo's tax that the channel owes", does: func(c *Case) {
			back(c, "77")
			c.Memos = []Document{memoOf("1", "77", "59.50")}
			c.Memos[0].Tax, c.Order.TaxLines[0].ChannelLiable = dec("0"), true
		}},
		{name: "refunded, and a wrong total", does: func(c *Case) { back(c, "77"); c.Memos = []Document{memoOf("1", "77", "59.50")}; wrong(c) }, want: []issue.Reason{TotalDiffers}},

		{name: "shipped and fulfilled", does: func(c *Case) { c.Shipments, c.Shipped, c.Fulfilled = []string{"P1"}, of("A", 2), of("A", 2) }},
		{name: "fulfilled by hand too", does: func(c *Case) { c.Shipments, c.Shipped, c.Fulfilled = []string{"P1"}, of("A", 1), of("A", 2) }},
		{name: "not fulfilled", does: func(c *Case) { c.Shipments, c.Shipped, c.Fulfilled = []string{"P1", "P2"}, of("A", 2), of("A", 1) }, want: []issue.Reason{NotFulfilled}},
		{name: "not fulfilled, which nobody wants to know", does: func(c *Case) { c.Shipments, c.Shipped = []string{"P1"}, of("A", 2) }, rules: func(r *Rules) { r.Fulfils = false }},
		{name: "not fulfilled yet, for a reason", does: func(c *Case) {
			c.Shipments, c.Shipped, c.Fate.Shipments = []string{"P1"}, of("A", 2), map[string]issue.Reason{"P1": "shipment-on-hold"}
		}, excuse: "a shipment waits"},
		{name: "not fulfilled, and a wrong total", does: func(c *Case) { wrong(c); c.Shipments, c.Shipped = []string{"P1"}, of("A", 2) }, want: []issue.Reason{TotalDiffers, NotFulfilled}},

		{name: "other goods were fulfilled by hand", does: func(c *Case) {
			c.Order.Lines = append(c.Order.Lines, orders.Line{ID: "2", SKU: "a"}, orders.Line{ID: "3", SKU: "B"})
			c.Shipments, c.Shipped, c.Fulfilled = []string{"P1"}, of("A", 2, "B", 1), of("A", 1, "B", 2)
		}, want: []issue.Reason{NotFulfilled}},
		{name: "items by other numbers than the SKUs", does: func(c *Case) {
			c.Order.Lines = append(c.Order.Lines, orders.Line{ID: "2", SKU: "A"}, orders.Line{ID: "3", SKU: "B"})
			c.Shipments, c.Shipped, c.Fulfilled = []string{"P1"}, of("1000", 2, "1001", 1), of("A", 2, "B", 1)
		}},
		{name: "goods whose lines were not read", does: func(c *Case) {
			c.Order.Lines = append(c.Order.Lines, orders.Line{ID: "2", SKU: "A"})
			c.Shipments, c.Shipped, c.Fulfilled = []string{"P1"}, of("A", 2), of("A", 1, "", 1)
		}},

		{name: "a document without its order", does: func(c *Case) { c.Order = nil }, want: []issue.Reason{OrderMissing}},
		{name: "a shipment without its order", does: func(c *Case) { c.Order, c.Documents, c.Shipments = nil, nil, []string{"P1"} }, want: []issue.Reason{OrderMissing}},
		{name: "a shipment of an order that may be hidden", does: func(c *Case) { c.Order, c.Documents, c.Shipments, c.Hidden = nil, nil, []string{"P1"}, true }, excuse: "older orders are hidden from the app"},
		{name: "another shop's", does: func(c *Case) { c.Order, c.Elsewhere = nil, true }, excuse: "it is another shop's"},
		{name: "nothing of it anywhere", does: func(c *Case) { *c = Case{ID: "5000001"} }},
		{name: "a credit memo without its refund", does: func(c *Case) { *c = Case{ID: "R77", Memos: []Document{memoOf("1", "77", "5")}} }, want: []issue.Reason{OrderMissing}},
		{name: "a credit memo of an older order's refund", does: func(c *Case) { *c = Case{ID: "R77", Memos: []Document{memoOf("1", "77", "5")}, Repaid: true} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, r := sound(), books
			tt.does(&c)
			if tt.rules != nil {
				tt.rules(&r)
			}
			v := Judge(c, r)
			var got []issue.Reason
			for _, d := range v.Differences {
				got = append(got, d.Reason)
				if d.Thing == "" || d.Record == "" {
					t.Errorf("%+v says of nothing", d)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) || v.Excuse != tt.excuse {
				t.Errorf("differs in %v, excused by %q; want %v, %q", got, v.Excuse, tt.want, tt.excuse)
			}
		})
	}
}

// What differs is said in both languages, things with it.
func TestDifferencesAreSaid(t *testing.T) {
	c := sound()
	c.Documents = append(c.Documents, Document{Kind: SalesOrder, Number: "S7"})
	d := Judge(c, Rules{}).Differences[0]
	i := Reasons.New(d.Reason, d.Thing)
	if want := "Business Central has more than one document of #1001: invoice 1; sales order S7."; i.Text != want {
		t.Errorf("%s", i.Text)
	}
	if fr := Reasons.In("fr", i).Text; !strings.Contains(fr, "la facture 1") || !strings.Contains(fr, "la commande client S7") {
		t.Errorf("%s", fr)
	}
}
