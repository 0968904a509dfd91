package life_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/infra/system/world"
	"backroom/shared/orders"
	"backroom/shared/staging"
)

// amounts are what documents of one order come to.
type amounts struct {
	documents, memos int
	gross, tax       decimal.Decimal // of the documents less the credit memos
	refunds          map[string]int  // credit memos by the refund they are of
	open             bool            // a document is not posted, or not whole
	invoice          bool            // it was made as an invoice
}

// found is what the company has, by the id of the order.
type found struct {
	of      map[string]*amounts
	shipped map[string]map[string]int // units by the item's number
}

type netLine struct{ NetAmountIncludingTax, NetTaxAmount decimal.Decimal }

func (f *found) at(external string) *amounts {
	_, id, _ := cutLast(external)
	if f.of[id] == nil {
		f.of[id] = &amounts{refunds: map[string]int{}}
	}
	return f.of[id]
}

func cutLast(external string) (name, id string, ok bool) {
	i := strings.LastIndexByte(external, '-')
	if i < 0 {
		return external, "", false
	}
	return external[:i], external[i+1:], true
}

func (a *amounts) add(ls []netLine, sign int64) {
	for _, l := range ls {
		a.gross = a.gross.Add(l.NetAmountIncludingTax.Mul(decimal.NewFromInt(sign)))
		a.tax = a.tax.Add(l.NetTaxAmount.Mul(decimal.NewFromInt(sign)))
	}
}

// read reads what the company has, over HTTP, shipments apart.
func (h *histories) read() *found {
	f := &found{of: map[string]*amounts{}, shipped: map[string]map[string]int{}}
	type order struct {
		Number, ExternalDocumentNumber string
		SalesOrderLines                []netLine
	}
	open := map[string]bool{}
	for _, d := range world.Read[order](h.World, "salesOrders?$expand=salesOrderLines") {
		a := f.at(d.ExternalDocumentNumber)
		a.documents++
		a.open = true
		a.add(d.SalesOrderLines, 1)
		open[d.ExternalDocumentNumber] = true
	}
	type invoice struct {
		ExternalDocumentNumber, OrderNumber, Status string
		SalesInvoiceLines                           []netLine
	}
	posted := map[string]bool{}
	for _, d := range world.Read[invoice](h.World, "salesInvoices?$expand=salesInvoiceLines") {
		if open[d.ExternalDocumentNumber] {
			continue // of an order that is there as a whole
		}
		a := f.at(d.ExternalDocumentNumber)
		a.open, a.invoice = a.open || d.Status == "Draft", a.invoice || d.OrderNumber == ""
		if a.add(d.SalesInvoiceLines, 1); !posted[d.ExternalDocumentNumber] {
			a.documents++
			posted[d.ExternalDocumentNumber] = true
		}
	}
	type memo struct {
		ExternalDocumentNumber string
		SalesCreditMemoLines   []netLine
	}
	for _, d := range world.Read[memo](h.World, "salesCreditMemos?$expand=salesCreditMemoLines") {
		_, refund, _ := cutLast(d.ExternalDocumentNumber)
		id := h.orderOf(strings.TrimPrefix(refund, "R"))
		a := f.at("-" + id)
		a.memos++
		a.refunds[refund]++
		a.add(d.SalesCreditMemoLines, -1)
	}
	for _, s := range h.company.Shipments() {
		_, id, _ := cutLast(s.Shipment.ExternalDocumentNumber)
		if f.shipped[id] == nil {
			f.shipped[id] = map[string]int{}
		}
		for _, l := range s.Lines {
			if l.LineType == "Item" {
				f.shipped[id][l.LineObjectNumber] += int(l.Quantity.IntPart())
			}
		}
	}
	return f
}

// orderOf is the id of the order that a refund is of.
func (h *histories) orderOf(refund string) string {
	for _, l := range h.lives {
		for _, r := range h.order(l).Refunds {
			if fmt.Sprint(r.ID) == refund {
				return fmt.Sprint(l.id)
			}
		}
	}
	return "nobody's " + refund
}

// issues are what is said of each order: of itself, its refunds, shipments, postings.
func (h *histories) issues() map[string][]string {
	h.tb.Helper()
	is, err := h.Wired.Issues.List(h.tb.Context(), h.Card.Code)
	if err != nil {
		h.tb.Fatal(err)
	}
	of := map[string]string{}
	for _, s := range h.company.Shipments() {
		_, of["shipment "+s.Shipment.Number], _ = cutLast(s.Shipment.ExternalDocumentNumber)
	}
	out := map[string][]string{}
	for _, i := range is {
		id := i.Record
		switch {
		case i.Kind == "order":
		case i.Kind == "refund":
			id = h.orderOf(i.Record)
		case strings.HasPrefix(i.Kind, proofs):
			continue
		default:
			id = of[i.Kind+" "+i.Record]
		}
		if short(i.Text) == "" || short(i.WayOut) == "" {
			h.tb.Errorf("an issue without words: %+v", i)
		}
		out[id] = append(out[id], fmt.Sprintf("%s %s: %s", i.Kind, i.Reason, i.Text))
	}
	return out
}

// verdict is what is wrong with an order, and what is said of it.
type verdict struct {
	life         *life
	view         staging.View
	wrong, named []string
}

// verdicts hold each order against what there is.
func (h *histories) verdicts() (out []verdict) {
	h.tb.Helper()
	f, named := h.read(), h.issues()
	vs, _, err := h.Wired.Orders.List(h.tb.Context(), h.Card.Code, "", "", 0)
	if err != nil {
		h.tb.Fatal(err)
	}
	views := map[string]staging.View{}
	for _, v := range vs {
		views[v.ID] = v
	}
	for _, l := range h.lives {
		id := fmt.Sprint(l.id)
		v := verdict{l, views[id], h.never(l, f), named[id]}
		if len(v.named) == 0 {
			v.wrong = append(v.wrong, h.settled(l, v.view, f)...)
		}
		out = append(out, v)
	}
	return out
}

// judge counts what became of the orders, and reports what is wrong.
func (h *histories) judge(seed uint64) {
	h.tb.Helper()
	all := h.verdicts()
	proof := h.prove()
	for _, v := range all {
		h.count["orders"]++
		if says := proof[fmt.Sprint(v.life.id)]; len(v.named)+len(v.wrong) == 0 {
			v.wrong = append(v.wrong, says...)
		} else if len(says) > 0 {
			h.count["named, and by the proof too"]++
		}
		if len(v.named) > 0 {
			h.count["named"]++
		}
		for _, text := range v.named {
			what, _, _ := strings.Cut(text, ":")
			h.count["named by: "+what]++
		}
		if len(v.wrong) == 0 {
			continue
		}
		h.count["wrong"]++
		var b strings.Builder
		fmt.Fprintf(&b, "seed %d, %s (%d): %s %s\n  %s\n", seed, v.life.name, v.life.id, v.view.State, v.view.Reason, strings.Join(v.life.events, "\n  "))
		for _, w := range append(v.wrong, v.named...) {
			fmt.Fprintf(&b, "  WRONG %s\n", w)
		}
		if *onlySeed > 0 {
			js, err := json.Marshal(h.order(v.life)) //nolint:musttag // in the simulator's own words
			if err != nil {
				h.tb.Fatal(err)
			}
			fmt.Fprintf(&b, "  %s\n", js)
		}
		fmt.Fprintf(&b, "  replay: go test ./infra/system/life -run '^TestRandomHistories$' -seed %d", seed)
		h.tb.Error(b.String())
	}
}

// never is what must not be, issue or not: something twice.
func (h *histories) never(l *life, f *found) (wrong []string) {
	a := f.at(fmt.Sprint("-", l.id))
	if a.documents > 1 {
		wrong = append(wrong, fmt.Sprintf("%d documents", a.documents))
	}
	for refund, n := range a.refunds {
		if n > 1 {
			wrong = append(wrong, fmt.Sprintf("%d credit memos of refund %s", n, refund))
		}
	}
	return wrong
}

// settled is what is wrong with an order of which nothing is said.
func (h *histories) settled(l *life, v staging.View, f *found) (wrong []string) {
	a, o := f.at(fmt.Sprint("-", l.id)), h.order(l)
	sums := o.Totals()
	switch {
	case v.State == orders.Skipped && a.documents == 0:
		if o.CancelledAt.IsZero() && sums.CurrentPrice.Shop.IsPositive() {
			wrong = append(wrong, "it is skipped, and "+sums.CurrentPrice.Shop.String()+" is left of it")
		}
		h.count["without document by their nature"]++
		return wrong
	case v.State != orders.Processed:
		return append(wrong, "nothing says why")
	}
	h.count["in order"]++
	want := sums.CurrentPrice.Shop
	for _, r := range o.Refunds {
		for _, x := range r.Adjustments {
			want = want.Sub(x.Amount.Shop)
		}
	}
	cents := decimal.New(int64(1+a.memos), -2)
	exact := decimal.Zero
	if !o.TaxesIncluded || a.invoice { // whose prices are on the basis of its customer
		exact = cents
	}
	if a.gross.Sub(want).Abs().GreaterThan(exact) {
		wrong = append(wrong, fmt.Sprintf("documents less credit memos come to %s, the order to %s", a.gross, want))
	}
	if a.tax.Sub(sums.CurrentTax.Shop).Abs().GreaterThan(cents) {
		wrong = append(wrong, fmt.Sprintf("documents less credit memos bear %s of tax, the order %s", a.tax, sums.CurrentTax.Shop))
	}
	wrong = append(wrong, h.filed(l, a)...)
	if a.invoice {
		h.count["invoices"]++
		if !l.sent || !h.card.CreateInvoicesFromOrders {
			wrong = append(wrong, "an invoice of what the shop had not shipped")
		}
	}
	if l.sent {
		return wrong // what the shop has shipped, the company has not
	}
	fulfilled := map[string]int{}
	for _, s := range o.Fulfillments {
		if s.Status == "CANCELLED" {
			continue
		}
		for _, x := range s.Lines {
			fulfilled[o.Line(x.Line).SKU] += x.Quantity
		}
	}
	for _, x := range o.Lines {
		if a, b := f.shipped[fmt.Sprint(l.id)][x.SKU], fulfilled[x.SKU]; a != b {
			wrong = append(wrong, fmt.Sprintf("%d of %s shipped, %d fulfilled", a, x.SKU, b))
		}
	}
	return wrong
}
