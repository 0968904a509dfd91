package completeness

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// cents is an amount in ten-thousandths of a unit: exact for every currency's minor
// unit, in eight bytes.
type cents int64

func centsOf(d decimal.Decimal) cents { return cents(d.Shift(4).Round(0).IntPart()) }

// unit is one minor unit of a currency.
func unit(currency string) cents { return centsOf(decimal.New(1, -money.Digits(currency))) }

// sum is a total with its tax.
type sum struct{ total, tax cents }

func (s *sum) add(o sum) { s.total, s.tax = s.total+o.total, s.tax+o.tax }

func sumOf(v Value) sum { return sum{centsOf(v.Total), centsOf(v.Tax)} }

// flags of an entry.
const (
	needless  uint8 = 1 << iota // gets no document by its nature
	fulfilled                   // all units are
	posted                      // the company has shipped of it
	odd                         // something about its documents needs a closer look
	whole                       // a sales order holds all of it
	refunded                    // it has refunds
	buyers                      // its documents are in the buyer's currency
)

// entry is one order. It has no pointers, so that a million of them are 72 MB and
// nothing to the garbage collector.
type entry struct {
	id          int64
	shop, buyer sum
	docs        sum
	group       uint64
	shopCode    uint16 // index of the currency
	buyerCode   uint16
	flags       uint8
	documents   uint8
}

// repaid is one refund.
type repaid struct {
	id          int64
	order       int64
	shop, buyer cents
	memo        sum
	memos       uint8
}

// Ledger matches the orders of a part of a window with the documents of the company by
// totals. Orders are added first, then it is closed, then documents are booked. It holds
// some 80 bytes an order, and no more of a document than its sums. Not safe for
// concurrent use.
type Ledger struct {
	books    bool // refunds get credit memos
	affixes  affixes
	entries  []entry
	refunds  []repaid
	wholes   map[int64][2]sum // of refunded orders, before: in the shop's currency and the buyer's
	currency []string
	seed     maphash.Seed
	// strangers are orders that documents claim and that are not among the entries, with
	// the documents' external numbers; the same for refunds and shipments.
	strangers, memos, shipped map[int64]string
}

// NewLedger makes an empty one. books says that refunds get credit memos.
func NewLedger(prefix, suffix string, books bool) *Ledger {
	return &Ledger{
		books: books, affixes: affixes{prefix, suffix}, seed: maphash.MakeSeed(), wholes: map[int64][2]sum{},
		strangers: map[int64]string{}, memos: map[int64]string{}, shipped: map[int64]string{},
	}
}

func (l *Ledger) code(currency string) uint16 {
	i := slices.Index(l.currency, currency)
	if i < 0 {
		i = len(l.currency)
		l.currency = append(l.currency, currency)
	}
	return uint16(i) //nolint:gosec // there are fewer than 200 currencies
}

// Add adds an order, before the ledger is closed. One without a numeric id is left out.
func (l *Ledger) Add(o Order) {
	id, err := strconv.ParseInt(o.ID, 10, 64)
	if err != nil {
		return
	}
	e := entry{id: id, shop: sumOf(o.Shop), buyer: sumOf(o.Buyer), shopCode: l.code(o.Shop.Currency), buyerCode: l.code(o.Buyer.Currency)}
	if o.needless() {
		e.flags |= needless
	}
	if o.Fulfilled {
		e.flags |= fulfilled
	}
	for _, r := range o.Refunds {
		e.flags |= refunded
		l.wholes[id] = [2]sum{sumOf(o.Whole), sumOf(o.WholeBuyer)}
		if rid, err := strconv.ParseInt(r.ID, 10, 64); err == nil {
			l.refunds = append(l.refunds, repaid{id: rid, order: id, shop: centsOf(r.Amount.Shop.Value), buyer: centsOf(r.Amount.Presentment.Value)})
		}
	}
	l.entries = append(l.entries, e)
}

// Close ends the adding. An order that was added twice counts once, as it was last.
func (l *Ledger) Close() {
	slices.SortStableFunc(l.entries, func(a, b entry) int { return cmp.Compare(a.id, b.id) })
	kept := l.entries[:0]
	for i, e := range l.entries {
		if i+1 < len(l.entries) && l.entries[i+1].id == e.id {
			continue
		}
		kept = append(kept, e)
	}
	l.entries = kept
	slices.SortFunc(l.refunds, func(a, b repaid) int { return cmp.Compare(a.id, b.id) })
	l.refunds = slices.CompactFunc(l.refunds, func(a, b repaid) bool { return a.id == b.id })
}

// Len is how many orders it holds.
func (l *Ledger) Len() int { return len(l.entries) }

func (l *Ledger) entry(id int64) *entry {
	i, ok := slices.BinarySearchFunc(l.entries, id, func(e entry, id int64) int { return cmp.Compare(e.id, id) })
	if !ok {
		return nil
	}
	return &l.entries[i]
}

// Document books a sales order or an invoice; all sales orders come first.
func (l *Ledger) Document(d Document) {
	id, ok := number(l.affixes.claim(d.External).Order)
	if !ok {
		return
	}
	e := l.entry(id)
	if e == nil {
		l.strangers[id] = d.External
		return
	}
	group := maphash.String(l.seed, GroupOf(d))
	switch currency := l.currency[e.shopCode]; {
	case d.Void || e.flags&whole != 0 || e.documents > 0 && e.group != group || e.documents == 255:
		e.flags |= odd
		return
	case d.Currency == currency:
	case d.Currency == l.currency[e.buyerCode]:
		e.flags |= buyers
	default:
		e.flags |= odd
	}
	if d.Kind == SalesOrder {
		e.flags |= whole
	}
	e.group = group
	e.documents++
	e.docs.add(sumOf(d.Value))
}

// GroupOf is the same for documents that are parts of one: a sales order and the
// invoices posted from it.
func GroupOf(d Document) string {
	switch {
	case d.Kind == SalesOrder:
		return d.Number
	case d.Order != "":
		return d.Order
	}
	return string(d.Kind) + " " + d.Number
}

// Memo books a credit memo. later: it is dated after the part that the ledger is of,
// and a refund that the ledger does not know is another part's.
func (l *Ledger) Memo(d Document, later bool) {
	id, ok := number(l.affixes.claim(d.External).Refund)
	if !ok || d.Void {
		return
	}
	i, ok := slices.BinarySearchFunc(l.refunds, id, func(r repaid, id int64) int { return cmp.Compare(r.id, id) })
	if !ok {
		if !later {
			l.memos[id] = d.External
		}
		return
	}
	r := &l.refunds[i]
	r.memos = min(r.memos, 254) + 1
	r.memo.add(sumOf(d.Value))
}

// Shipped books a posted shipment.
func (l *Ledger) Shipped(s Shipment) {
	id, ok := number(l.affixes.claim(s.External).Order)
	if !ok {
		return
	}
	if e := l.entry(id); e != nil {
		e.flags |= posted
	} else {
		l.shipped[id] = s.External
	}
}

func number(id string) (int64, bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	return n, err == nil
}

// Doubts are what the ledger does not prove: ids of orders to judge, and ids that only
// the company has named: of orders by documents and by shipments, and of refunds.
type Doubts struct {
	Orders                      []string
	Strangers, Shipped, Refunds []string
	// External are their external numbers, those of refunds by "R" and the id.
	External map[string]string
	// Sound is how many orders agree, Needless how many get no document and have none.
	Sound, Needless int
}

// Doubts ends the booking.
func (l *Ledger) Doubts() Doubts {
	d := Doubts{External: map[string]string{}}
	d.Strangers, d.Shipped, d.Refunds = d.named(l.strangers, ""), d.named(l.shipped, ""), d.named(l.memos, "R")
	back := l.repayments()
	for i := range l.entries {
		e := &l.entries[i]
		switch {
		case e.flags&(needless|odd|posted|refunded) == needless && e.documents == 0:
			d.Needless++
		case l.agrees(e, back[e.id]):
			d.Sound++
		default:
			d.Orders = append(d.Orders, strconv.FormatInt(e.id, 10))
		}
	}
	return d
}

// repayment is what the refunds of an order come to, and its credit memos.
type repayment struct {
	shop, buyer cents
	memos       sum
	each        bool // every refund has its one memo, of just that amount in either currency
}

func (l *Ledger) repayments() map[int64]repayment {
	out := map[int64]repayment{}
	for _, r := range l.refunds {
		p, ok := out[r.order]
		if !ok {
			p.each = true
		}
		p.shop, p.buyer = p.shop+r.shop, p.buyer+r.buyer
		p.memos.add(r.memo)
		p.each = p.each && r.memos == 1 && (r.memo.total == r.shop || r.memo.total == r.buyer)
		out[r.order] = p
	}
	return out
}

// agrees reports whether an order is proved: one document of its total, a tax that
// differs by a minor unit at most, a credit memo for each refund, and nothing shipped
// that is not fulfilled.
func (l *Ledger) agrees(e *entry, back repayment) bool {
	if e.flags&odd != 0 || e.documents == 0 || e.flags&posted != 0 && e.flags&fulfilled == 0 {
		return false
	}
	meant, whole, repaid, currency := e.shop, l.wholes[e.id][0], back.shop, l.currency[e.shopCode]
	if e.flags&buyers != 0 {
		meant, whole, repaid, currency = e.buyer, l.wholes[e.id][1], back.buyer, l.currency[e.buyerCode]
	}
	same := func(a, b sum) bool { return a.total == b.total && abs(a.tax-b.tax) <= unit(currency) }
	switch {
	case e.flags&refunded == 0:
		return same(e.docs, meant)
	case l.books && !back.each:
		return false
	case l.books:
		return back.memos.total == repaid && same(e.docs, sum{meant.total + repaid, meant.tax + back.memos.tax})
	}
	return same(e.docs, meant) || same(e.docs, whole)
}

func abs(c cents) cents {
	if c < 0 {
		return -c
	}
	return c
}

// named are the ids of m in their order; their external numbers are noted.
func (d *Doubts) named(m map[int64]string, mark string) (out []string) {
	for _, id := range slices.Sorted(maps.Keys(m)) {
		text := strconv.FormatInt(id, 10)
		d.External[mark+text] = m[id]
		out = append(out, text)
	}
	return out
}
