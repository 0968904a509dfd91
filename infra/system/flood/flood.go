// Package flood is a shop and its company with any number of orders, which the two
// simulators make when they are asked for them: each order has its invoice, some are
// refunded and have a credit memo, some were shipped and are fulfilled. Single orders
// have something wrong.
package flood

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
)

// Wrong is what can be wrong with an order.
type Wrong int

// What can be wrong.
const (
	Nothing  Wrong = iota
	Lost           // it has no document
	Doubled        // it has two
	Total          // its document is of another total
	Tax            // and of another tax
	Unbooked       // its refund has no credit memo
	Unsent         // what was shipped is not fulfilled
	wrongs
)

// Flood is n orders, placed evenly from a time on. It implements the floods of both
// simulators. Safe for concurrent use.
type Flood struct {
	N     int
	From  time.Time // whole days in UTC
	Every time.Duration
	// Wrongs are the orders with something wrong, by their place.
	Wrongs map[int]Wrong
}

var (
	_ data.Flood            = (*Flood)(nil)
	_ businesscentral.Flood = (*Flood)(nil)
)

// New spreads n orders over days, of which bad have something wrong, evenly.
func New(from time.Time, days, n, bad int) *Flood {
	f := &Flood{N: n, From: from, Every: time.Duration(days) * 24 * time.Hour / time.Duration(n), Wrongs: map[int]Wrong{}}
	for k := range bad {
		f.Wrongs[(k*n+n/2)/bad] = Wrong(1 + k%int(wrongs-1))
	}
	return f
}

const (
	firstID, firstRefund = 7_000_000_000_000, 8_000_000_000_000
	firstNumber          = 100_000_000
)

// ID is the id of the i-th order.
func ID(i int) int64 { return firstID + int64(i)*10 }

func (f *Flood) refunded(i int) bool { return i%20 == 7 || f.Wrongs[i] == Unbooked }
func (f *Flood) shipped(i int) bool  { return i%3 == 0 || f.Wrongs[i] == Unsent }

func (f *Flood) placed(i int) time.Time {
	return f.From.Add(time.Duration(i) * f.Every).Truncate(time.Second)
}

// amounts are the total of an order and the tax that is in it.
func amounts(i int) (total, tax decimal.Decimal) {
	total = decimal.New(int64(500+i*7919%40_000), -2)
	return total, total.Mul(decimal.NewFromInt(19)).DivRound(decimal.NewFromInt(119), 2)
}

// Len implements data.Flood, as do the three below.
func (f *Flood) Len() int { return f.N }

// Since is the first order that was placed at t or later.
func (f *Flood) Since(t time.Time) int {
	i := max(int(t.Sub(f.From)/f.Every)-1, 0)
	for i < f.N && f.placed(i).Before(t) {
		i++
	}
	return min(i, f.N)
}

// Of is the place of an order by its id or a refund's.
func (f *Flood) Of(typ string, id int64) int {
	first := int64(firstID)
	if typ == "Refund" {
		first = firstRefund
	}
	i := int((id - first) / 10)
	if id < first || (id-first)%10 != 0 || i >= f.N || typ != "Order" && (typ != "Refund" || !f.refunded(i)) {
		return -1
	}
	return i
}

// At is the i-th order.
func (f *Flood) At(i int) *data.Order {
	total, tax := amounts(i)
	bag := func(d decimal.Decimal) data.Bag { return data.Bag{Shop: d, Presentment: d} }
	at := f.placed(i)
	l := &data.Line{
		ID: ID(i) + 1, Title: "Something", SKU: "SKU-0001", Quantity: 1, Taxable: true, RequiresShipping: true, UnitPrice: bag(total),
		Taxes: []data.Tax{{Title: "MwSt", Rate: decimal.New(19, -2), Price: bag(tax)}},
	}
	o := &data.Order{
		ID: ID(i), Name: "#" + strconv.Itoa(1001+i), Number: 1001 + i, CreatedAt: at, UpdatedAt: at, ProcessedAt: at, SourceName: "web", Currency: "EUR",
		TaxesIncluded: true, FinancialStatus: "PAID", FulfillmentStatus: "UNFULFILLED", Lines: []*data.Line{l},
		Transactions: []*data.Transaction{{ID: ID(i) + 2, Kind: "SALE", Status: "SUCCESS", Gateway: "shopify_payments", Amount: bag(total), ProcessedAt: at}},
	}
	if f.shipped(i) && f.Wrongs[i] != Unsent {
		o.FulfillmentStatus = "FULFILLED"
		o.Fulfillments = []*data.Fulfillment{{ID: ID(i) + 3, Status: "SUCCESS", CreatedAt: at, Lines: []data.FulfillmentLine{{ID: ID(i) + 4, Line: l.ID, Quantity: 1}}}}
	}
	if f.refunded(i) {
		l.Removed, l.Refunded = 1, 1
		back := &data.Transaction{ID: ID(i) + 5, Kind: "REFUND", Status: "SUCCESS", Gateway: "shopify_payments", Parent: ID(i) + 2, Amount: bag(total), ProcessedAt: at.Add(time.Minute)}
		o.Transactions = append(o.Transactions, back)
		o.FinancialStatus, o.UpdatedAt = "REFUNDED", at.Add(time.Minute)
		o.Refunds = []*data.Refund{{
			ID: firstRefund + int64(i)*10, CreatedAt: at.Add(time.Minute), UpdatedAt: at.Add(time.Minute), Transactions: []int64{back.ID},
			Lines: []data.RefundLine{{ID: ID(i) + 6, Line: l.ID, Quantity: 1, RestockType: "RETURN", Subtotal: bag(total), Tax: bag(tax)}},
		}}
	}
	return o
}

// number is that of the i-th order's document of a series; so is place the other way.
func number(series string, i int) string { return series + strconv.Itoa(firstNumber+i) }

func place(series, number string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(number, series), "-2"))
	if err != nil {
		return -1
	}
	return n - firstNumber
}

// each calls f with the places of the orders that h may mean.
func (f *Flood) each(series string, h businesscentral.Hint, visit func(i int) bool) {
	if h.Externals != nil || h.Numbers != nil {
		var is []int
		for _, x := range h.Externals {
			id := x[strings.LastIndexByte(x, '-')+1:]
			typ := "Order"
			if strings.HasPrefix(id, "R") {
				typ, id = "Refund", id[1:]
			}
			if n, err := strconv.ParseInt(id, 10, 64); err == nil {
				is = append(is, f.Of(typ, n))
			}
		}
		for _, n := range h.Numbers {
			is = append(is, place(series, n))
		}
		slices.Sort(is)
		for _, i := range slices.Compact(is) {
			if i >= 0 && i < f.N && !visit(i) {
				return
			}
		}
		return
	}
	from, to := 0, f.N
	if t, err := time.Parse(time.DateOnly, h.From); err == nil {
		from = f.Since(t)
	}
	if t, err := time.Parse(time.DateOnly, h.To); err == nil {
		to = f.Since(t.AddDate(0, 0, 1))
	}
	if h.After != "" {
		from = max(from, place(series, h.After))
	}
	for i := from; i < to; i++ {
		if !visit(i) {
			return
		}
	}
}

// Documents implements businesscentral.Flood.
func (f *Flood) Documents(set string, h businesscentral.Hint, take func(*businesscentral.SalesDocument) bool) {
	memos := set == "salesCreditMemos"
	series := "PSI"
	if memos {
		series = "PSCM"
	}
	f.each(series, h, func(i int) bool {
		wrong := f.Wrongs[i]
		if memos && (!f.refunded(i) || wrong == Unbooked) || !memos && wrong == Lost {
			return true
		}
		d := f.document(series, i, memos)
		more := d.Number <= h.After || take(d)
		if more && wrong == Doubled && !memos {
			second := f.document(series, i, false)
			second.Number, second.OrderNumber = d.Number+"-2", ""
			more = second.Number <= h.After || take(second)
		}
		return more
	})
}

func (f *Flood) document(series string, i int, memo bool) *businesscentral.SalesDocument {
	total, tax := amounts(i)
	day := f.placed(i).Format(time.DateOnly)
	d := &businesscentral.SalesDocument{
		Number: number(series, i), PostingDate: day, CustomerNumber: "10000", CurrencyCode: "EUR", PricesIncludeTax: true, Status: "Open", Invoice: true, Posted: true,
	}
	if memo {
		d.CreditMemo, d.CreditMemoDate = true, day
		d.ExternalDocumentNumber = fmt.Sprintf("#%d-R%d", 1001+i, firstRefund+int64(i)*10)
	} else {
		d.InvoiceDate, d.OrderNumber = day, number("SO", i)
		d.ExternalDocumentNumber = fmt.Sprintf("#%d-%d", 1001+i, ID(i))
	}
	switch f.Wrongs[i] {
	case Total:
		total = total.Add(decimal.New(1, -2))
	case Tax:
		tax = tax.Add(decimal.New(1, 0))
	case Nothing, Lost, Doubled, Unbooked, Unsent, wrongs:
	}
	d.TotalAmountIncludingTax, d.TotalTaxAmount, d.TotalAmountExcludingTax = total, tax, total.Sub(tax)
	return d
}

// Shipments implements businesscentral.Flood.
func (f *Flood) Shipments(h businesscentral.Hint, take func(*businesscentral.Shipment) bool) {
	f.each("PSS", h, func(i int) bool {
		if !f.shipped(i) {
			return true
		}
		day := f.placed(i).Format(time.DateOnly)
		s := &businesscentral.Shipment{
			Number: number("PSS", i), InvoiceDate: day, PostingDate: day, OrderNumber: number("SO", i), CustomerNumber: "10000",
			ExternalDocumentNumber: fmt.Sprintf("#%d-%d", 1001+i, ID(i)),
		}
		return s.Number <= h.After || take(s)
	})
}

// Lines implements businesscentral.Flood.
func (f *Flood) Lines(h businesscentral.Hint, take func(*businesscentral.ShipmentLine) bool) {
	if len(h.Numbers) == 0 {
		return
	}
	f.each("PSS", businesscentral.Hint{Numbers: h.Numbers}, func(i int) bool {
		l := &businesscentral.ShipmentLine{DocumentID: number("PSS", i), DocumentNo: number("PSS", i), Sequence: 10000, LineType: "Item", LineObjectNumber: "SKU-0001", Quantity: decimal.NewFromInt(1)}
		return !f.shipped(i) || take(l)
	})
}
