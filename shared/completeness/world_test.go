package completeness

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
)

// world is both systems in memory, and a shop's table.
type world struct {
	t      *testing.T
	now    time.Time
	table  *memory.Table
	issues *issue.Store
	card   shop.Shop
	lost   bool // the lease

	orders    []orders.Order // by the time they were placed
	documents []dated[Document]
	memos     []dated[Document]
	shipments []dated[Shipment]
	units     map[string]decimal.Decimal // by shipment
	fulfilled map[string]int             // by order
	partly    bool                       // there is more of all orders to ship
	charge    string                     // an item of all shipments that stands in the place of an account
	fates     map[string]Fate
	foreign   map[string]bool // orders of another shop of the company
	horizon   time.Time

	page    int  // orders of a page of the shop
	many    bool // it says that it has many orders
	exports map[string][2]time.Time
	began   int
	fails   int // exports that fail from now on
	reads   map[string]int
}

// dated is a document with its date, and the order that it is of.
type dated[T any] struct {
	day string
	row T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, now: time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC), units: map[string]decimal.Decimal{}, fulfilled: map[string]int{}, fates: map[string]Fate{},
		foreign: map[string]bool{}, page: 250, exports: map[string][2]time.Time{}, reads: map[string]int{},
	}
	w.table = memory.NewTable(func() time.Time { return w.now })
	w.issues = &issue.Store{Table: w.table}
	w.card = shop.Shop{Code: "acme", Currency: "EUR", ConnectedAt: w.now.AddDate(-1, 0, 0)}
	w.set(orders.OrderSettings{RefundsAndReturns: orders.BookRefunds})
	return w
}

func (w *world) set(section any) {
	w.t.Helper()
	card, err := w.card.With(section)
	if err != nil {
		w.t.Fatal(err)
	}
	w.card = card
}

// Write implements jobqueue.Guard, as do the two below.
func (w *world) Write(ctx context.Context, _ jobqueue.Lease, ops ...table.Op) error {
	if w.lost {
		return jobqueue.ErrFenced
	}
	return w.table.Write(ctx, ops...)
}

func (w *world) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	return l, false, nil
}

func (w *world) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// run plays a run, a step a slice if paged, and answers its counts and its note.
func (w *world) run(parameters string, paged bool) (jobqueue.Counts, string) {
	w.t.Helper()
	c, note, err := w.try(parameters, paged)
	if err != nil {
		w.t.Fatal(err)
	}
	return c, note
}

func (w *world) try(parameters string, paged bool) (sum jobqueue.Counts, note string, err error) {
	deps := task.Deps{Card: func(context.Context, string) (shop.Shop, error) { return w.card, nil }, Guard: w, Now: func() time.Time { return w.now }, Timeout: time.Minute, Issues: w.issues}
	t := &Task{
		Deps: deps, Store: &Store{Table: w.table, Issues: w.issues}, Known: w,
		Connect:   func(shop.Shop) (Sides, error) { return Sides{w, heads{w}, w, w, w, w, w}, nil },
		Elsewhere: func(_ context.Context, _ shop.Shop, order string) (bool, error) { return w.foreign[order], nil },
		Shared:    func(context.Context, shop.Shop) (bool, error) { return len(w.foreign) > 0, nil },
	}
	r := jobqueue.Request{Shop: "acme", Parameters: []byte(parameters), Deadline: w.now.Add(13 * time.Minute)}
	if paged {
		r.MaxPages = 1
	}
	for range 100_000 {
		res, err := t.Definition().Run.Run(w.t.Context(), r)
		add(&sum, res.Counts)
		if fault.KindOf(err) == fault.Throttled {
			w.now = w.now.Add(fault.RetryAfter(err))
			r.Checkpoint, r.Deadline = res.Checkpoint, w.now.Add(13*time.Minute)
			continue
		}
		if err != nil || res.Done {
			return sum, res.Progress.Note, err
		}
		r.Checkpoint = res.Checkpoint
	}
	w.t.Fatal("the run does not end")
	return sum, "", nil
}

func add(sum *jobqueue.Counts, c jobqueue.Counts) {
	sum.Read, sum.Created, sum.Updated, sum.Unchanged = sum.Read+c.Read, sum.Created+c.Created, sum.Updated+c.Updated, sum.Unchanged+c.Unchanged
	sum.Skipped, sum.Failed = sum.Skipped+c.Skipped, sum.Failed+c.Failed
}

// said are the reasons of the issues, by their record.
func (w *world) said() map[string]string {
	w.t.Helper()
	is, err := w.issues.List(w.t.Context(), "acme")
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	for _, i := range is {
		out[i.Record] = string(i.Reason)
	}
	return out
}

// sell adds n sound orders, a quarter of an hour apart, the last of them two hours ago.
func (w *world) sell(n int) {
	for i := range n {
		at := w.now.Add(-2*time.Hour - time.Duration(n-1-i)*15*time.Minute)
		id := strconv.Itoa(5_000_000_000_001 + i)
		total := decimal.NewFromInt(int64(100 + i%50))
		tax := total.Mul(dec("0.19")).DivRound(dec("1.19"), 2)
		both := func(d decimal.Decimal) money.Bag {
			return money.Bag{Shop: money.Amount{Value: d, Currency: "EUR"}, Presentment: money.Amount{Value: d, Currency: "EUR"}}
		}
		taxes := []orders.TaxLine{{Title: "VAT", Rate: dec("0.19"), Price: both(tax)}}
		w.orders = append(w.orders, orders.Order{
			ID: id, Name: fmt.Sprintf("#%d", 1001+i), CreatedAt: at, UpdatedAt: at, Confirmed: true, Currency: "EUR", PresentmentCurrency: "EUR", TaxesIncluded: true,
			Total: both(total), CurrentTotal: both(total), Tax: both(tax), CurrentTax: both(tax), TaxLines: taxes, CurrentTaxLines: taxes,
			Lines: []orders.Line{{ID: id + "1", Quantity: 1, CurrentQuantity: 1, UnitPrice: both(total), TaxLines: taxes}},
		})
		w.documents = append(w.documents, dated[Document]{at.Format(time.DateOnly), Document{
			Kind: Invoice, Number: "I" + id, Order: "S" + id, External: fmt.Sprintf("#%d-%s", 1001+i, id), Inclusive: true, Value: Value{"EUR", total, tax},
		}})
		w.fates[id] = Fate{Known: true, State: orders.Processed, Document: "S" + id}
	}
}

// order is the i-th order, document its document.
func (w *world) order(i int) *orders.Order { return &w.orders[i] }

func (w *world) document(i int) *Document { return &w.documents[i].row }

// repay refunds the i-th order in full, with its credit memo.
func (w *world) repay(i int) {
	o := w.order(i)
	refund := "9" + o.ID[1:]
	zero := money.Bag{Shop: money.Amount{Currency: "EUR"}, Presentment: money.Amount{Currency: "EUR"}}
	o.Refunds = []orders.Refund{{ID: refund, Amount: o.Total, Detailed: true, Lines: []orders.RefundLine{{LineID: o.Lines[0].ID, Quantity: 1, RestockType: "RETURN", Subtotal: o.Total, Tax: o.Tax}}}}
	o.CurrentTotal, o.CurrentTax, o.CurrentTaxLines, o.Lines[0].CurrentQuantity, o.UpdatedAt = zero, zero, nil, 0, o.CreatedAt.Add(time.Hour)
	d := w.document(i)
	w.memos = append(w.memos, dated[Document]{w.documents[i].day, Document{
		Kind: CreditMemo, Number: "M" + o.ID, External: o.Name + "-R" + refund, Inclusive: true, Value: d.Value,
	}})
}

// ship ships the i-th order, and fulfils it.
func (w *world) ship(i int) {
	o := w.order(i)
	w.shipments = append(w.shipments, dated[Shipment]{w.documents[i].day, Shipment{Number: "P" + o.ID, External: w.document(i).External, ModifiedAt: o.CreatedAt.Add(time.Minute)}})
	w.units["P"+o.ID], w.fulfilled[o.ID] = decimal.NewFromInt(1), 1
}

func (w *world) between(from, to time.Time) (out []orders.Order) {
	for _, o := range w.orders {
		if !o.CreatedAt.Before(from) && o.CreatedAt.Before(to) {
			out = append(out, o)
		}
	}
	return out
}

func (w *world) Placed(_ context.Context, from, to time.Time, limit int) (int, error) {
	w.reads["count"]++
	if w.many {
		return 1_000_000, nil // so that each day is a part
	}
	return min(len(w.between(from, to)), limit), nil
}

func (w *world) pageOf(os []orders.Order, page string) (ids []string, next string, err error) {
	w.reads["page"]++
	at := 0
	if page != "" {
		if at, err = strconv.Atoi(page); err != nil {
			return nil, "", err
		}
	}
	end := min(at+w.page, len(os))
	for _, o := range os[at:end] {
		ids = append(ids, o.ID)
	}
	if end < len(os) {
		next = strconv.Itoa(end)
	}
	return ids, next, nil
}

func (w *world) Page(_ context.Context, from, to time.Time, page string) (ids []string, next string, err error) {
	return w.pageOf(w.between(from, to), page)
}

func (w *world) Refunded(_ context.Context, since time.Time, page string) (ids []string, next string, err error) {
	os := slices.DeleteFunc(slices.Clone(w.orders), func(o orders.Order) bool {
		return !o.CreatedAt.Before(since) || o.UpdatedAt.Before(since) || len(o.Refunds) == 0
	})
	return w.pageOf(os, page)
}

func (w *world) head(o orders.Order) Order {
	h := Order{
		ID: o.ID, Name: o.Name, CreatedAt: o.CreatedAt, Test: o.Test, Unconfirmed: !o.Confirmed, Cancelled: !o.CancelledAt.IsZero(), Fulfilled: w.fulfilled[o.ID] > 0 && !w.partly,
		Shop: Value{"EUR", o.CurrentTotal.Shop.Value, o.CurrentTax.Shop.Value}, Buyer: Value{"EUR", o.CurrentTotal.Presentment.Value, o.CurrentTax.Presentment.Value},
		Whole: Value{"EUR", o.Total.Shop.Value, o.Tax.Shop.Value}, WholeBuyer: Value{"EUR", o.Total.Presentment.Value, o.Tax.Presentment.Value},
	}
	for _, r := range o.Refunds {
		h.Refunds = append(h.Refunds, Refund{ID: r.ID, Amount: r.Amount})
	}
	return h
}

// byID finds orders, which are in the order of their ids.
func (w *world) byID(id string) *orders.Order {
	i := slices.IndexFunc(w.orders, func(o orders.Order) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return &w.orders[i]
}

// heads are the world's, whose orders have another form than those of Copies.
type heads struct{ *world }

func (h heads) Orders(_ context.Context, ids []string) (out []Order, err error) {
	h.reads["heads"]++
	for _, id := range ids {
		if o := h.byID(id); o != nil {
			out = append(out, h.head(*o))
		}
	}
	return out, nil
}

func (h heads) Refunds(_ context.Context, ids []string) (map[string]string, error) {
	of := map[string]string{}
	for _, o := range h.orders {
		for _, r := range o.Refunds {
			if slices.Contains(ids, r.ID) {
				of[r.ID] = o.ID
			}
		}
	}
	return of, nil
}

func (h heads) Units(_ context.Context, ids []string) (map[string]Goods, error) {
	out := map[string]Goods{}
	for _, id := range ids {
		out[id] = Goods{"": decimal.NewFromInt(int64(h.fulfilled[id]))}
	}
	return out, nil
}

func (w *world) Begin(_ context.Context, from, to time.Time) (string, error) {
	w.began++
	id := strconv.Itoa(w.began)
	w.exports[id] = [2]time.Time{from, to}
	return id, nil
}

// Export answers that an export runs, the first time.
func (w *world) Export(_ context.Context, id string) (Export, error) {
	w.reads["poll "+id]++
	switch {
	case w.reads["poll "+id] < 2:
		return Export{}, nil
	case w.fails > 0:
		w.fails--
		return Export{Failed: "INTERNAL_SERVER_ERROR"}, nil
	}
	return Export{Ended: true, URL: id}, nil
}

func (w *world) Rows(_ context.Context, e Export, f func(Order) error) error {
	span := w.exports[e.URL]
	for _, o := range slices.Backward(w.between(span[0], span[1])) { // in no order that counts
		if err := f(w.head(o)); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) Orders(_ context.Context, ids []string) (read orders.Read, err error) {
	w.reads["whole"] += len(ids)
	for _, id := range ids {
		if o := w.byID(id); o != nil {
			read.Orders = append(read.Orders, *o)
		}
	}
	return read, nil
}

func (w *world) Refunds(context.Context, []orders.Order) (orders.RefundsRead, error) {
	return orders.RefundsRead{}, nil // orders of this world have them already
}

func (w *world) Affixes(context.Context) (prefix, suffix string, err error) { return "#", "", nil }

func (w *world) Horizon(context.Context) (time.Time, error) { return w.horizon, nil }

func list[T any](rows []dated[T], d Days, f func(T) error) error {
	for _, r := range rows {
		if r.day >= d.From && r.day <= d.To {
			if err := f(r.row); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) Documents(_ context.Context, d Days, f func(Document) error) error {
	for _, k := range []Kind{SalesOrder, Invoice} {
		if err := list(w.documents, d, func(row Document) error {
			if row.Kind != k {
				return nil
			}
			return f(row)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) Memos(_ context.Context, d Days, f func(Document) error) error {
	return list(w.memos, d, f)
}

func (w *world) Shipments(_ context.Context, d Days, f func(Shipment) error) error {
	return list(w.shipments, d, f)
}

func find[T any](rows []dated[T], of func(T) string, values []string) (out []T) {
	for _, r := range rows {
		if slices.Contains(values, of(r.row)) {
			out = append(out, r.row)
		}
	}
	return out
}

func (w *world) DocumentsOf(_ context.Context, externals []string) ([]Document, error) {
	return find(w.documents, func(d Document) string { return d.External }, externals), nil
}

func (w *world) DocumentsBy(_ context.Context, numbers []string) ([]Document, error) {
	return find(w.documents, func(d Document) string { return strings.TrimPrefix(GroupOf(d), "invoice ") }, numbers), nil
}

func (w *world) MemosOf(_ context.Context, externals []string) ([]Document, error) {
	return find(w.memos, func(d Document) string { return d.External }, externals), nil
}

func (w *world) ShipmentsOf(_ context.Context, externals []string) ([]Shipment, error) {
	return find(w.shipments, func(s Shipment) string { return s.External }, externals), nil
}

func (w *world) Shipped(_ context.Context, numbers []string) (map[string]Goods, error) {
	out := map[string]Goods{}
	for _, n := range numbers {
		out[n] = Goods{"1896-S": w.units[n]}
		if w.charge != "" {
			out[n][w.charge] = decimal.NewFromInt(1)
		}
	}
	return out, nil
}

// Fates implements Known.
func (w *world) Fates(_ context.Context, _ string, ids []string) (map[string]Fate, error) {
	out := map[string]Fate{}
	for _, id := range ids {
		if f, ok := w.fates[id]; ok {
			out[id] = f
		}
	}
	return out, nil
}
