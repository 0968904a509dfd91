package businesscentral

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// OrdersPerBatch is how many documents a call of CreateDocuments should hold
// now: that many are expected to take about a minute. More are cut into
// several batches, of which the last may come back unsent (fault.Transient).
func (c *Client) OrdersPerBatch() int { return c.orders.get().Size() }

// withLines are the options that make an answer hold the document with its
// lines, net amounts included.
func withLines() []string {
	return []string{
		"$select", fields[salesOrder](),
		"$expand", "salesOrderLines($select=" + fields[salesOrderLine]() + ")",
	}
}

// CreateDocuments implements documents.Target.
func (c *Client) CreateDocuments(ctx context.Context, docs []sales.Document) ([]outbound.Created[sales.Found], error) {
	const op = "businesscentral.CreateDocuments"
	ops := make([]operation, len(docs))
	for i, d := range docs {
		ops[i] = operation{Method: http.MethodPost, URL: query(c.company+"salesOrders", withLines()...), Body: posted(d)}
	}
	answers, err := c.writeBatch(ctx, op, &c.orders, 1, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[sales.Found], len(docs))
	for i, o := range created(op, answers, func(o salesOrder) string { return o.ID }) {
		out[i] = document(op, o)
	}
	return out, nil
}

// document turns an answer into a document. One that cannot be read has
// happened all the same: its outcome is unknown.
func document(op string, o outbound.Created[salesOrder]) outbound.Created[sales.Found] {
	if o.Err != nil {
		return outbound.Created[sales.Found]{Err: o.Err}
	}
	f, err := found(o.Entity)
	if err != nil {
		err = &fault.Error{Op: op, Kind: fault.Unknown, Err: err}
	}
	return outbound.Created[sales.Found]{Entity: f, Err: err}
}

// FindDocuments implements documents.Target.
func (c *Client) FindDocuments(ctx context.Context, externalNumbers []string) ([]sales.Found, []documents.Invoice, error) {
	const op = "businesscentral.FindDocuments"
	values := distinct(externalNumbers, bcapi.Code)
	s := search{set: "salesOrders", field: "externalDocumentNumber", sel: fields[salesOrder](), values: values}
	ops := s.operations(c.company)
	n := len(ops)
	s.set, s.sel = "salesInvoices", fields[salesInvoice]()
	answers, err := c.readBatch(ctx, op, append(ops, s.operations(c.company)...))
	if err != nil {
		return nil, nil, err
	}
	orders, err := collect[salesOrder](ctx, c, op, answers[:n])
	if err != nil {
		return nil, nil, err
	}
	var docs []sales.Found
	for _, o := range orders {
		f, err := found(o)
		if err != nil {
			f.Mark = "" // what cannot be read shows when it is read with its lines
		}
		docs = append(docs, f)
	}
	invoices, err := collect[salesInvoice](ctx, c, op, answers[n:])
	if err != nil {
		return nil, nil, err
	}
	var out []documents.Invoice
	for _, i := range invoices {
		var r reading
		out = append(out, documents.Invoice{
			ID: i.ID, Number: i.Number, ExternalNumber: i.ExternalDocumentNumber, OrderNumber: i.OrderNumber,
			Customer: i.CustomerNumber, Currency: i.CurrencyCode, Total: r.must("totalAmountIncludingTax", i.TotalAmountIncludingTax), Unreadable: r.err,
		})
	}
	return docs, out, nil
}

// order is the address of a sales order, relative to the root.
func (c *Client) order(id string) string { return c.company + "salesOrders(" + id + ")" }

// ReadDocuments implements documents.Target.
func (c *Client) ReadDocuments(ctx context.Context, ids []string) ([]outbound.Created[sales.Found], error) {
	const op = "businesscentral.ReadDocuments"
	ops := make([]operation, len(ids))
	for i, id := range ids {
		if !guid.MatchString(id) {
			return nil, ours(op, "order id %q is not a guid", id)
		}
		ops[i] = operation{Method: http.MethodGet, URL: query(c.order(id), withLines()...), record: true}
	}
	answers, err := c.readEach(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[sales.Found], len(ids))
	for i, a := range answers {
		out[i] = document(op, one(op, a))
	}
	return out, nil
}

// one decodes the answer to a read of one order.
func one(op string, a answer) (out outbound.Created[salesOrder]) {
	if out.Err = a.err; out.Err == nil {
		out.Err = unpack(about{op: op, write: true}, a.body, &out.Entity)
	}
	return out
}

// readEach is readBatch for reads that may fail each by itself for good.
func (c *Client) readEach(ctx context.Context, op string, ops []operation) ([]answer, error) {
	answers := make([]answer, 0, len(ops))
	for len(ops) > len(answers) {
		rest := ops[len(answers):]
		got, err := c.measured(ctx, op, &c.reads, rest[:min(len(rest), c.reads.get().Size())])
		if err != nil {
			return nil, err
		}
		answers = append(answers, got...)
	}
	return answers, nil
}

// ChangeDocuments implements documents.Target.
func (c *Client) ChangeDocuments(ctx context.Context, changes []documents.Change) ([]outbound.Created[sales.Found], error) {
	const op = "businesscentral.ChangeDocuments"
	var ops []operation
	groups := make([]int, len(changes))
	for i, ch := range changes {
		more, err := c.change(ch)
		if err != nil {
			return nil, ours(op, "%w", err)
		}
		groups[i] = len(more)
		ops = append(ops, more...)
	}
	answers, err := c.writeGroups(ctx, op, &c.changes, groups, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[sales.Found], len(changes))
	for i, ch := range changes {
		out[i] = outcome(op, ch, answers[:groups[i]])
		answers = answers[groups[i]:]
	}
	return out, nil
}

// change is the operations of ch: the header's, the lines', and what reads the
// document afterwards unless the header's own answer says it all.
func (c *Client) change(ch documents.Change) ([]operation, error) {
	if !guid.MatchString(ch.Found.ID) {
		return nil, fmt.Errorf("order id %q is not a guid", ch.Found.ID)
	}
	order := c.order(ch.Found.ID)
	var ops []operation
	if ch.Header || ch.Discount {
		b := written(ch.Meant)
		if ch.Discount {
			b.DiscountAmount = decimalOf(decimal.Zero)
		}
		ops = append(ops, operation{Method: http.MethodPatch, URL: query(order, "$select", fields[salesOrder]()), Body: b, record: true, match: ifMatchOf(ch.Found.Mark)})
	}
	for _, sequence := range ch.Anew {
		op, err := c.changeLine(ch, sequence)
		if err != nil {
			return nil, err
		}
		op.Body = lineBody{Quantity: decimalOf(decimal.Zero)}
		ops = append(ops, op)
	}
	for _, sequence := range slices.Concat(ch.Anew, ch.Lines) {
		op, err := c.changeLine(ch, sequence)
		if err != nil {
			return nil, err
		}
		if slices.Contains(ch.Anew, sequence) {
			op.match = "*" // its mark is another one since it was emptied
		}
		ops = append(ops, op)
	}
	for _, sequence := range ch.Add {
		i := slices.IndexFunc(ch.Meant.Lines, func(l sales.Line) bool { return l.Sequence == sequence })
		if i < 0 {
			return nil, fmt.Errorf("line %d to append to order %s is not meant", sequence, ch.Found.ID)
		}
		ops = append(ops, operation{Method: http.MethodPost, URL: query(order+"/salesOrderLines", "$select", "id"), Body: inserted(ch.Meant.Lines[i]), record: true})
	}
	if readsAgain(ch) {
		ops = append(ops, operation{Method: http.MethodGet, URL: query(order, withLines()...), record: true})
	}
	if len(ops) == 0 || len(ops) > maxBatch {
		return nil, fmt.Errorf("a change of %d operations", len(ops))
	}
	return ops, nil
}

// readsAgain reports whether no answer to ch's writes says what the document
// is then.
func readsAgain(ch documents.Change) bool {
	return ch.Discount || len(ch.Lines)+len(ch.Anew)+len(ch.Add) > 0
}

// changeLine is the operation that makes a line what was meant.
func (c *Client) changeLine(ch documents.Change, sequence int) (operation, error) {
	l, ok := ch.Found.Line(sequence)
	i := slices.IndexFunc(ch.Meant.Lines, func(l sales.Line) bool { return l.Sequence == sequence })
	if !ok || i < 0 || !guid.MatchString(l.ID) {
		return operation{}, fmt.Errorf("line %d of order %s cannot be changed: it is not in both", sequence, ch.Found.ID)
	}
	return operation{
		Method: http.MethodPatch, URL: query(c.order(ch.Found.ID)+"/salesOrderLines("+l.ID+")", "$select", "id"), record: true, match: ifMatchOf(l.Mark),
		Body: changedLine(ch.Meant.Lines[i], slices.Contains(ch.Taxed, sequence)),
	}, nil
}

// outcome is what the answers to ch say. The worst of the writes' errors is
// the change's; a read that failed leaves the outcome unknown.
func outcome(op string, ch documents.Change, answers []answer) (out outbound.Created[sales.Found]) {
	last := answers[len(answers)-1]
	writes := answers[:len(answers)-1]
	read := readsAgain(ch)
	if !read {
		writes = answers
	}
	var err error
	for _, w := range writes {
		if w.err != nil && !lineExists(w) {
			err = gravest(err, w.err)
		}
	}
	switch {
	case !read && err != nil:
		return outbound.Created[sales.Found]{Err: err}
	case read && last.err != nil:
		return outbound.Created[sales.Found]{Err: gravest(err, lost(about{op: op, write: true}, last.err))}
	}
	if out = document(op, one(op, last)); out.Err != nil {
		return out
	}
	if !read {
		out.Entity = ch.Found.WithHeader(out.Entity)
	}
	out.Err = err
	return out
}

// gravest is the error that says most about what must happen next: what is not
// known, then what stops all, then what was refused.
func gravest(a, b error) error {
	rank := func(err error) int {
		if err == nil {
			return -1
		}
		return slices.Index([]fault.Kind{fault.Transient, fault.Rejected, fault.Bug, fault.Throttled, fault.Blocked, fault.Unknown}, fault.KindOf(err))
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// lineExists: the sequence is the line's key within its order, so a second
// insert of the same line is refused and the first one stands.
func lineExists(a answer) bool {
	return is(a.err, ErrExists) || fault.KindOf(a.err) == fault.Rejected && strings.Contains(a.text, "line already exists")
}

func ifMatchOf(etag string) string { return ifMatch(etag)["If-Match"] }

var errTouched = errors.New("refused: the document is no untouched draft")

const sayTouched = "The document has been released, shipped or invoiced and is left as it is."

// DeleteDocument implements documents.Target. What was posted under its number is
// looked up first: a number is free again after posting, and to delete a
// second document under it can lead the posted one's id astray.
// The document itself is not read again: it goes under the mark of what was found.
func (c *Client) DeleteDocument(ctx context.Context, f sales.Found) error {
	a := about{op: "businesscentral.DeleteDocument", write: true, record: true}
	if !guid.MatchString(f.ID) || f.Mark == "" {
		return ours(a.op, "order id %q is not a guid, or it has no mark", f.ID)
	}
	by := anyOf("orderNumber", []string{f.Header.Number})
	answers, err := c.readEach(ctx, a.op, []operation{
		{Method: http.MethodGet, URL: query(c.company+"salesInvoices", "$filter", by, "$select", "id", "$top", "1")},
		{Method: http.MethodGet, URL: query(c.company+"salesShipments", "$filter", by, "$select", "id", "$top", "1")},
	})
	if err != nil {
		return err
	}
	touched := !f.Draft || f.Touched()
	for _, got := range answers {
		var p page[struct{ ID string }]
		if got.err != nil {
			return got.err
		}
		if err := decode(a, got.body, &p); err != nil {
			return err
		}
		touched = touched || len(p.Value) > 0
	}
	if touched {
		return &fault.Error{Op: a.op, Kind: fault.Rejected, Err: errTouched, Merchant: sayTouched}
	}
	_, err = c.send(ctx, call{about: a, method: http.MethodDelete, url: c.root + c.order(f.ID), ops: 1, header: ifMatch(f.Mark)})
	if is(err, ErrNotFound) {
		return nil
	}
	return err
}
