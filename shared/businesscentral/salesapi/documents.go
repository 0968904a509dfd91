package salesapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/internal/lines"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// Documents are the sales documents of a company. Safe for concurrent use.
type Documents struct {
	bc              *businesscentral.Client
	orders, changes businesscentral.Sizes
	marks           marks
}

var (
	_ documents.Documents = (*Documents)(nil)
	_ documents.Claimer   = (*Documents)(nil)
)

// New makes the documents of c's company.
func New(c *businesscentral.Client) *Documents { return &Documents{bc: c} }

// OrdersPerBatch is how many documents a call of CreateDocuments should hold
// now: that many are expected to take about a minute. More are cut into
// several batches, of which the last may come back unsent (fault.Transient).
func (d *Documents) OrdersPerBatch() int { return d.orders.Size() }

// withLines are the options that make an answer hold a document of s with its
// lines, net amounts included.
func (s set) withLines() []string {
	return []string{"$select", s.header, "$expand", s.lines + "($select=" + s.lineField + ")"}
}

// at names a document of s.
func (s set) at(id string) string { return s.name + "(" + id + ")" }

// CreateDocuments implements documents.Documents.
func (d *Documents) CreateDocuments(ctx context.Context, docs []sales.Document) ([]outbound.Created[sales.Found], error) {
	const op = "businesscentral.CreateDocuments"
	ops := make([]businesscentral.Operation, len(docs))
	for i, doc := range docs {
		to := sets[doc.Kind]
		ops[i] = businesscentral.Operation{Method: http.MethodPost, Path: d.bc.Path(to.name, to.withLines()...), Body: posted(doc)}
	}
	answers, err := d.bc.Write(ctx, op, &d.orders, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[sales.Found], len(docs))
	for i, doc := range docs {
		out[i] = document(op, doc.Kind, answers[i])
	}
	return out, nil
}

// document is what an answer says of a document of a kind. One that cannot be read
// has happened all the same: its outcome is unknown.
func document(op string, kind sales.Kind, a businesscentral.Answer) outbound.Created[sales.Found] {
	return businesscentral.Created(op, []businesscentral.Answer{a}, idOf, read(kind))[0]
}

func idOf(o salesOrder) string { return o.ID }

// FindDocuments implements documents.Documents.
func (d *Documents) FindDocuments(ctx context.Context, externalNumbers []string) ([]sales.Found, []documents.Invoice, error) {
	const op = "businesscentral.FindDocuments"
	values := businesscentral.Distinct(externalNumbers, bcapi.Code)
	return d.lookUp(ctx, op, ordersBy("externalDocumentNumber", values), invoicesBy("externalDocumentNumber", values))
}

// DocumentsByNumber finds the sales order of a number, without its lines, and the
// drafts and posted invoices that have it or that an order of it has become, in one
// $batch. Errors carry a fault.Kind.
func (d *Documents) DocumentsByNumber(ctx context.Context, number string) ([]sales.Found, []documents.Invoice, error) {
	const op = "businesscentral.DocumentsByNumber"
	values := businesscentral.Distinct([]string{number}, bcapi.Code)
	return d.lookUp(ctx, op, ordersBy("number", values), invoicesBy("number", values), invoicesBy("orderNumber", values))
}

// ordersBy finds the sales orders whose field has one of values.
func ordersBy(field string, values []string) businesscentral.Search {
	of := sets[sales.Order]
	return businesscentral.Search{Set: of.name, Fields: of.header, Field: field, Values: values}
}

// invoicesBy finds the drafts and posted invoices whose field has one of values.
func invoicesBy(field string, values []string) businesscentral.Search {
	return businesscentral.Search{Set: "salesInvoices", Fields: businesscentral.Fields[salesInvoice](), Field: field, Values: values}
}

// lookUp reads what look-ups of orders and of invoices find, in one $batch.
func (d *Documents) lookUp(ctx context.Context, op string, orders businesscentral.Search, invoices ...businesscentral.Search) ([]sales.Found, []documents.Invoice, error) {
	answers, err := d.bc.Searches(ctx, op, append([]businesscentral.Search{orders}, invoices...)...)
	if err != nil {
		return nil, nil, err
	}
	docs, err := businesscentral.Collect(ctx, d.bc, op, answers[0], func(o salesOrder) sales.Found {
		f, err := read(sales.Order)(o)
		if err != nil {
			f.Mark = "" // what cannot be read shows when it is read with its lines
		}
		return f
	})
	if err != nil {
		return nil, nil, err
	}
	posted, err := businesscentral.Collect(ctx, d.bc, op, slices.Concat(answers[1:]...), func(i salesInvoice) documents.Invoice {
		var r lines.Reading
		return documents.Invoice{
			ID: i.ID, Mark: i.ETag, Number: i.Number, ExternalNumber: i.ExternalDocumentNumber, OrderNumber: i.OrderNumber,
			Draft:    i.Status == statusDraft,
			Customer: i.CustomerNumber, Currency: i.CurrencyCode, Total: r.Must("totalAmountIncludingTax", i.TotalAmountIncludingTax), Unreadable: r.Err,
		}
	})
	if err != nil {
		return nil, nil, err
	}
	return docs, posted, nil
}

// ReadDocuments implements documents.Documents.
func (d *Documents) ReadDocuments(ctx context.Context, refs []documents.Ref) ([]outbound.Created[sales.Found], error) {
	const op = "businesscentral.ReadDocuments"
	ops := make([]businesscentral.Operation, len(refs))
	for i, r := range refs {
		if !businesscentral.IsGUID(r.ID) {
			return nil, businesscentral.Bug(op, "%s id %q is not a guid", r.Kind, r.ID)
		}
		of := sets[r.Kind]
		ops[i] = businesscentral.Operation{Method: http.MethodGet, Path: d.bc.Path(of.at(r.ID), of.withLines()...), Record: true}
	}
	answers, err := d.bc.ReadEach(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[sales.Found], len(refs))
	for i, r := range refs {
		out[i] = document(op, r.Kind, answers[i])
	}
	return out, nil
}

// ChangeDocuments implements documents.Documents.
func (d *Documents) ChangeDocuments(ctx context.Context, changes []documents.Change) ([]outbound.Created[sales.Found], error) {
	const op = "businesscentral.ChangeDocuments"
	var ops []businesscentral.Operation
	groups := make([]int, len(changes))
	for i, ch := range changes {
		more, err := d.change(ch)
		if err != nil {
			return nil, businesscentral.Bug(op, "%w", err)
		}
		groups[i] = len(more)
		ops = append(ops, more...)
	}
	answers, err := d.bc.WriteGroups(ctx, op, &d.changes, groups, ops)
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
func (d *Documents) change(ch documents.Change) ([]businesscentral.Operation, error) {
	if !businesscentral.IsGUID(ch.Found.ID) {
		return nil, fmt.Errorf("%s id %q is not a guid", ch.Found.Header.Kind, ch.Found.ID)
	}
	of := sets[ch.Found.Header.Kind]
	at := of.at(ch.Found.ID)
	var ops []businesscentral.Operation
	if ch.Header || ch.Discount {
		ch.Meant.Kind = ch.Found.Header.Kind
		b := written(ch.Meant)
		if ch.Discount {
			b.DiscountAmount = lines.Decimal(decimal.Zero)
		}
		ops = append(ops, businesscentral.Operation{Method: http.MethodPatch, Path: d.bc.Path(at, "$select", of.header), Body: b, Record: true, Match: ch.Found.Mark})
	}
	for _, sequence := range ch.Anew {
		op, err := d.changeLine(ch, sequence)
		if err != nil {
			return nil, err
		}
		op.Body = lines.Body{Quantity: lines.Decimal(decimal.Zero)}
		ops = append(ops, op)
	}
	for _, sequence := range slices.Concat(ch.Anew, ch.Lines) {
		op, err := d.changeLine(ch, sequence)
		if err != nil {
			return nil, err
		}
		if slices.Contains(ch.Anew, sequence) {
			op.Match = "*" // its mark is another one since it was emptied
		}
		ops = append(ops, op)
	}
	for _, sequence := range ch.Add {
		i := slices.IndexFunc(ch.Meant.Lines, func(l sales.Line) bool { return l.Sequence == sequence })
		if i < 0 {
			return nil, fmt.Errorf("line %d to append to %s is not meant", sequence, at)
		}
		ops = append(ops, businesscentral.Operation{Method: http.MethodPost, Path: d.bc.Path(at+"/"+of.lines, "$select", "id"), Body: lines.Inserted(ch.Meant.Lines[i]), Record: true})
	}
	if readsAgain(ch) {
		ops = append(ops, businesscentral.Operation{Method: http.MethodGet, Path: d.bc.Path(at, of.withLines()...), Record: true})
	}
	if len(ops) == 0 || len(ops) > businesscentral.MaxBatch {
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
func (d *Documents) changeLine(ch documents.Change, sequence int) (businesscentral.Operation, error) {
	of := sets[ch.Found.Header.Kind]
	l, ok := ch.Found.Line(sequence)
	i := slices.IndexFunc(ch.Meant.Lines, func(l sales.Line) bool { return l.Sequence == sequence })
	if !ok || i < 0 || !businesscentral.IsGUID(l.ID) {
		return businesscentral.Operation{}, fmt.Errorf("line %d of %s cannot be changed: it is not in both", sequence, of.at(ch.Found.ID))
	}
	return businesscentral.Operation{
		Method: http.MethodPatch, Path: d.bc.Path(of.at(ch.Found.ID)+"/"+of.lines+"("+l.ID+")", "$select", "id"), Record: true, Match: l.Mark,
		Body: lines.Changed(ch.Meant.Lines[i], slices.Contains(ch.Taxed, sequence)),
	}, nil
}

// outcome is what the answers to ch say. The worst of the writes' errors is
// the change's; a read that failed leaves the outcome unknown.
func outcome(op string, ch documents.Change, answers []businesscentral.Answer) (out outbound.Created[sales.Found]) {
	last := answers[len(answers)-1]
	writes := answers[:len(answers)-1]
	read := readsAgain(ch)
	if !read {
		writes = answers
	}
	var err error
	for _, w := range writes {
		if w.Err != nil && !lineExists(w) {
			err = gravest(err, w.Err)
		}
	}
	switch {
	case !read && err != nil:
		return outbound.Created[sales.Found]{Err: err}
	case read && last.Err != nil:
		return outbound.Created[sales.Found]{Err: gravest(err, businesscentral.Lost(op, last.Err))}
	}
	if out = document(op, ch.Found.Header.Kind, last); out.Err != nil {
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
func lineExists(a businesscentral.Answer) bool {
	return errors.Is(a.Err, businesscentral.ErrExists) || fault.KindOf(a.Err) == fault.Rejected && strings.Contains(a.Text, "line already exists")
}

var errTouched = errors.New("refused: the document is no untouched draft")

const sayTouched = "The document has been released, shipped or invoiced and is left as it is."

// DeleteDocument implements documents.Documents. What was posted under its number is
// looked up first: a number is free again after posting, and to delete a
// second document under it can lead the posted one's id astray.
// The document itself is not read again: it goes under the mark of what was found.
func (d *Documents) DeleteDocument(ctx context.Context, f sales.Found) error {
	const op = "businesscentral.DeleteDocument"
	if !businesscentral.IsGUID(f.ID) || f.Mark == "" {
		return businesscentral.Bug(op, "%s id %q is not a guid, or it has no mark", f.Header.Kind, f.ID)
	}
	answers, err := d.bc.ReadEach(ctx, op, d.beside(f))
	if err != nil {
		return err
	}
	touched := !f.Draft || f.Touched()
	for _, got := range answers {
		var p businesscentral.Page[struct{ ID, Status string }]
		if got.Err != nil {
			return got.Err
		}
		if err := businesscentral.Unpack(op, got.Body, &p); err != nil {
			return err
		}
		for _, r := range p.Value {
			touched = touched || r.ID != f.ID || r.Status != statusDraft
		}
	}
	if touched {
		return &fault.Error{Op: op, Kind: fault.Rejected, Err: errTouched, Merchant: sayTouched}
	}
	_, err = d.bc.Send(ctx, businesscentral.Request{Op: op, Method: http.MethodDelete, Path: d.bc.Path(sets[f.Header.Kind].at(f.ID)), Record: true, Match: f.Mark})
	if errors.Is(err, businesscentral.ErrNotFound) {
		return nil
	}
	return err
}

// beside reads what says that f is posted: what an order has become, or the invoices
// that have f's external number. A posted invoice has the id of its draft, and a
// DELETE would go for the posted one.
func (d *Documents) beside(f sales.Found) []businesscentral.Operation {
	if f.Header.Kind == sales.Invoice {
		by := businesscentral.AnyOf("externalDocumentNumber", []string{f.Header.ExternalNumber})
		return []businesscentral.Operation{{Method: http.MethodGet, Path: d.bc.Path("salesInvoices", "$filter", by, "$select", "id,status", "$top", "2")}}
	}
	by := businesscentral.AnyOf("orderNumber", []string{f.Header.Number})
	return []businesscentral.Operation{
		{Method: http.MethodGet, Path: d.bc.Path("salesInvoices", "$filter", by, "$select", "id", "$top", "1")},
		{Method: http.MethodGet, Path: d.bc.Path("salesShipments", "$filter", by, "$select", "id", "$top", "1")},
	}
}
