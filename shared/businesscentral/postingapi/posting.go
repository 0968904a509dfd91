package postingapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/posting"
)

// Posting posts documents of a company. Safe for concurrent use.
type Posting struct {
	bc             *businesscentral.Client
	posts, changes businesscentral.Sizes
}

var _ posting.Target = (*Posting)(nil)

// New makes the posting of c's company.
func New(c *businesscentral.Client) *Posting { return &Posting{bc: c} }

// ServerTime implements outbound.Clocked.
func (p *Posting) ServerTime(ctx context.Context, within time.Duration) (time.Time, error) {
	return p.bc.ServerTime(ctx, within)
}

// maxPosts is how many documents one request posts at most: each takes seconds, and
// all wait for what is before them.
const maxPosts = 20

// PerBatch implements posting.Target.
func (p *Posting) PerBatch() int { return min(p.posts.Size(), maxPosts) }

// names are those that differ between orders and invoices.
type names struct{ set, lines, date, action string }

func of(k posting.Kind) names {
	if k == posting.Invoice {
		return names{"salesInvoices", "salesInvoiceLines", "invoiceDate", "post"}
	}
	return names{"salesOrders", "salesOrderLines", "orderDate", "shipAndInvoice"}
}

// List implements posting.Target.
func (p *Posting) List(ctx context.Context, k posting.Kind, q posting.Query) ([]posting.Document, error) {
	if k == posting.Invoice {
		return list[invoice](ctx, p, k, q)
	}
	return list[order](ctx, p, k, q)
}

func list[R row](ctx context.Context, p *Posting, k posting.Kind, q posting.Query) ([]posting.Document, error) {
	n := of(k)
	path := p.bc.Path(n.set, "$filter", filter(n, q), "$select", businesscentral.Fields[R]())
	return businesscentral.All(ctx, p.bc, "businesscentral.OpenDocuments", path, R.document)
}

// filter is q in the words of OData.
func filter(n names, q posting.Query) string {
	var statuses []string
	if q.Drafts {
		statuses = append(statuses, string(posting.Draft))
	}
	if q.Released {
		statuses = append(statuses, string(posting.Released))
	}
	terms := []string{"(" + businesscentral.AnyOf("status", statuses) + ")"}
	if q.From != "" {
		terms = append(terms, n.date+" ge "+q.From)
	}
	if q.To != "" {
		terms = append(terms, n.date+" le "+q.To)
	}
	return strings.Join(terms, " and ")
}

// reading is the operation that reads a document with its lines.
func (p *Posting) reading(k posting.Kind, id string) businesscentral.Operation {
	n, header, lines := of(k), businesscentral.Fields[order](), businesscentral.Fields[orderLine]()
	if k == posting.Invoice {
		header, lines = businesscentral.Fields[invoice](), businesscentral.Fields[invoiceLine]()
	}
	return businesscentral.Operation{
		Method: http.MethodGet, Record: true, Path: p.bc.Path(n.set+"("+id+")", "$select", header, "$expand", n.lines+"($select="+lines+")"),
	}
}

// read is a document out of an answer.
func read(op string, k posting.Kind, body []byte) (posting.Document, error) {
	if k == posting.Invoice {
		return unpack[invoice](op, body)
	}
	return unpack[order](op, body)
}

func unpack[R row](op string, body []byte) (posting.Document, error) {
	var r R
	if err := businesscentral.Unpack(op, body, &r); err != nil {
		return posting.Document{}, err
	}
	return r.document(), nil
}

// Change implements posting.Target. Of a line the quantity to ship is written first,
// which resets the one to invoice; then its mark is another one.
func (p *Posting) Change(ctx context.Context, k posting.Kind, cs []posting.Change) ([]outbound.Created[posting.Document], error) {
	const op = "businesscentral.PrepareDocuments"
	var ops []businesscentral.Operation
	groups := make([]int, len(cs))
	for n, c := range cs {
		if !businesscentral.IsGUID(c.ID) || len(c.Lines) > posting.MaxLines {
			return nil, businesscentral.Bug(op, "document %q with %d lines to change", c.ID, len(c.Lines))
		}
		before := len(ops)
		at := of(k).set + "(" + c.ID + ")"
		patch := func(path, mark string, body any) {
			ops = append(ops, businesscentral.Operation{Method: http.MethodPatch, Path: p.bc.Path(path, "$select", "id"), Body: body, Record: true, Match: mark})
		}
		if c.Date != "" {
			patch(at, c.Mark, headerBody{c.Date})
		}
		for _, l := range c.Lines {
			path, mark := at+"/"+of(k).lines+"("+l.ID+")", l.Mark
			if l.Ship != nil {
				patch(path, mark, shipBody{number(*l.Ship)})
				mark = "*"
			}
			if l.Invoice != nil {
				patch(path, mark, invoiceBody{number(*l.Invoice)})
			}
		}
		ops = append(ops, p.reading(k, c.ID))
		groups[n] = len(ops) - before
	}
	answers, err := p.bc.WriteGroups(ctx, op, &p.changes, groups, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[posting.Document], len(cs))
	for n := range cs {
		out[n] = changed(op, k, answers[:groups[n]])
		answers = answers[groups[n]:]
	}
	return out, nil
}

func number(d decimal.Decimal) json.Number { return json.Number(d.String()) }

// changed is the outcome of a change: its first error, or the document as it was read
// afterwards.
func changed(op string, k posting.Kind, answers []businesscentral.Answer) (out outbound.Created[posting.Document]) {
	for _, a := range answers {
		if a.Err != nil {
			out.Err = meaning(a)
			return out
		}
	}
	out.Entity, out.Err = read(op, k, answers[len(answers)-1].Body)
	return out
}

// Post implements posting.Target.
func (p *Posting) Post(ctx context.Context, k posting.Kind, ds []posting.Document) ([]outbound.Created[struct{}], error) {
	const op = "businesscentral.PostDocuments"
	ops := make([]businesscentral.Operation, len(ds))
	for n, d := range ds {
		if !businesscentral.IsGUID(d.ID) {
			return nil, businesscentral.Bug(op, "document id %q is not a guid", d.ID)
		}
		ops[n] = businesscentral.Operation{Method: http.MethodPost, Path: p.bc.Path(of(k).set + "(" + d.ID + ")/Microsoft.NAV." + of(k).action), Record: true}
	}
	answers, err := p.bc.Write(ctx, op, &p.posts, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[struct{}], len(ds))
	for n, a := range answers {
		out[n].Err = meaning(a)
	}
	return out, nil
}

// meanings are what BC's texts in English say, beside their codes: the same code is
// a missing setup, a blocked account and a document that is gone. The first that
// fits holds.
var meanings = []struct {
	text string
	is   error
}{
	{"posting setup", posting.ErrSetup},
	{"posting group", posting.ErrSetup},
	{"is blocked", posting.ErrBlocked},
	{"blocked must be", posting.ErrBlocked},
	{"can be applied to a draft", posting.ErrNotDraft},
}

// meaning is the error of an answer, with what it means to posting in its chain.
func meaning(a businesscentral.Answer) error {
	e, ok := errors.AsType[*fault.Error](a.Err)
	if !ok || e.Kind != fault.Rejected {
		return a.Err
	}
	is := error(nil)
	text := strings.ToLower(a.Text)
	for _, m := range meanings {
		if strings.Contains(text, m.text) {
			is = m.is
			break
		}
	}
	if is == nil && errors.Is(a.Err, businesscentral.ErrNotFound) {
		is = posting.ErrNotDraft
	}
	if is == nil {
		return a.Err
	}
	same := *e
	same.Err = fmt.Errorf("%w: %w", is, e.Err)
	return &same
}

// Range implements posting.Target.
func (p *Posting) Range(ctx context.Context) (posting.Range, error) {
	const op = "businesscentral.PostingDates"
	rows, err := businesscentral.All(ctx, p.bc, op, p.bc.Path("generalLedgerSetup", "$select", businesscentral.Fields[ledgerSetup]()),
		func(s ledgerSetup) posting.Range {
			return posting.Range{From: date(s.AllowPostingFrom), To: date(s.AllowPostingTo)}
		})
	switch {
	case err != nil:
		return posting.Range{}, err
	case len(rows) != 1:
		return posting.Range{}, businesscentral.Bug(op, "%d rows, want 1", len(rows))
	}
	return rows[0], nil
}
