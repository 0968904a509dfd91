package creditapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/internal/lines"
	"backroom/shared/creditmemos"
	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

const set = "salesCreditMemos"

// Memos are the credit memos of a company. Safe for concurrent use.
type Memos struct {
	bc              *businesscentral.Client
	creates, writes businesscentral.Sizes
}

var _ creditmemos.Target = (*Memos)(nil)

// New makes the credit memos of c's company.
func New(c *businesscentral.Client) *Memos { return &Memos{bc: c} }

// MemosPerBatch is how many memos a call of CreateMemos should hold now.
func (m *Memos) MemosPerBatch() int { return m.creates.Size() }

func withLines() []string {
	return []string{"$select", businesscentral.Fields[memo](), "$expand", "salesCreditMemoLines($select=" + businesscentral.Fields[lines.Line]() + ")"}
}

func idOf(m memo) string { return m.ID }

// CreateMemos implements creditmemos.Target.
func (m *Memos) CreateMemos(ctx context.Context, docs []sales.Document) ([]outbound.Created[sales.Found], error) {
	const op = "businesscentral.CreateMemos"
	ops := make([]businesscentral.Operation, len(docs))
	for i, d := range docs {
		ops[i] = businesscentral.Operation{Method: http.MethodPost, Path: m.bc.Path(set, withLines()...), Body: created(d)}
	}
	answers, err := m.bc.Write(ctx, op, &m.creates, ops)
	if err != nil {
		return nil, err
	}
	return businesscentral.Created(op, answers, idOf, found), nil
}

// FindMemos implements creditmemos.Target.
func (m *Memos) FindMemos(ctx context.Context, externalNumbers []string) ([]sales.Found, error) {
	const op = "businesscentral.FindMemos"
	answers, err := m.bc.Searches(ctx, op, businesscentral.Search{
		Set: set, Fields: businesscentral.Fields[memo](), Field: "externalDocumentNumber", Values: businesscentral.Distinct(externalNumbers, bcapi.Code),
	})
	if err != nil {
		return nil, err
	}
	return businesscentral.Collect(ctx, m.bc, op, answers[0], func(o memo) sales.Found {
		f, err := found(o)
		if err != nil {
			f.Mark = "" // what cannot be read shows when it is read with its lines
		}
		return f
	})
}

func path(id string) string { return set + "(" + id + ")" }

// ReadMemos implements creditmemos.Target.
func (m *Memos) ReadMemos(ctx context.Context, ids []string) ([]outbound.Created[sales.Found], error) {
	const op = "businesscentral.ReadMemos"
	ops := make([]businesscentral.Operation, len(ids))
	for i, id := range ids {
		if !businesscentral.IsGUID(id) {
			return nil, businesscentral.Bug(op, "credit memo id %q is not a guid", id)
		}
		ops[i] = businesscentral.Operation{Method: http.MethodGet, Path: m.bc.Path(path(id), withLines()...), Record: true}
	}
	answers, err := m.bc.ReadEach(ctx, op, ops)
	if err != nil {
		return nil, err
	}
	out := make([]outbound.Created[sales.Found], len(ids))
	for i, a := range answers {
		out[i] = businesscentral.Created(op, []businesscentral.Answer{a}, idOf, found)[0]
	}
	return out, nil
}

// ChangeMemo implements creditmemos.Target.
func (m *Memos) ChangeMemo(ctx context.Context, ch creditmemos.Change) (sales.Found, error) {
	const op = "businesscentral.ChangeMemo"
	ops, err := m.change(ch)
	if err != nil {
		return ch.Found, businesscentral.Bug(op, "%w", err)
	}
	answers, err := m.bc.WriteGroups(ctx, op, &m.writes, []int{len(ops)}, ops)
	if err != nil {
		return ch.Found, err
	}
	last := answers[len(answers)-1]
	var worst error
	for _, w := range answers[:len(answers)-1] {
		if w.Err != nil && (worst == nil || fault.KindOf(w.Err) == fault.Unknown) {
			worst = w.Err
		}
	}
	if last.Err != nil {
		return ch.Found, errors.Join(worst, businesscentral.Lost(op, last.Err))
	}
	now := businesscentral.Created(op, []businesscentral.Answer{last}, idOf, found)[0]
	if now.Err != nil {
		return ch.Found, now.Err
	}
	return now.Entity, worst
}

// change is the operations of ch, the last of which reads the memo.
func (m *Memos) change(ch creditmemos.Change) ([]businesscentral.Operation, error) {
	if !businesscentral.IsGUID(ch.Found.ID) {
		return nil, fmt.Errorf("credit memo id %q is not a guid", ch.Found.ID)
	}
	at := path(ch.Found.ID)
	var ops []businesscentral.Operation
	if ch.Header {
		b := written(ch.Meant)
		b.DiscountAmount = lines.Decimal(decimal.Zero)
		ops = append(ops, businesscentral.Operation{Method: http.MethodPatch, Path: m.bc.Path(at, "$select", "id"), Body: b, Record: true, Match: ch.Found.Mark})
	}
	for _, sequence := range ch.Lines {
		l, ok := ch.Found.Line(sequence)
		i := slices.IndexFunc(ch.Meant.Lines, func(l sales.Line) bool { return l.Sequence == sequence })
		if !ok || i < 0 || !businesscentral.IsGUID(l.ID) {
			return nil, fmt.Errorf("line %d of credit memo %s cannot be changed: it is not in both", sequence, ch.Found.ID)
		}
		ops = append(ops, businesscentral.Operation{
			Method: http.MethodPatch, Path: m.bc.Path(at+"/salesCreditMemoLines("+l.ID+")", "$select", "id"), Record: true, Match: l.Mark,
			Body: lines.Changed(ch.Meant.Lines[i], slices.Contains(ch.Taxed, sequence)),
		})
	}
	ops = append(ops, businesscentral.Operation{Method: http.MethodGet, Path: m.bc.Path(at, withLines()...), Record: true})
	if len(ops) > businesscentral.MaxBatch {
		return nil, fmt.Errorf("a change of %d operations", len(ops))
	}
	return ops, nil
}

// DeleteMemo implements creditmemos.Target: under the mark of what was found, so that
// one that was posted since stays.
func (m *Memos) DeleteMemo(ctx context.Context, f sales.Found) error {
	const op = "businesscentral.DeleteMemo"
	if !businesscentral.IsGUID(f.ID) || f.Mark == "" {
		return businesscentral.Bug(op, "credit memo id %q is not a guid, or it has no mark", f.ID)
	}
	if !f.Draft {
		return &fault.Error{Op: op, Kind: fault.Rejected, Err: errors.New("refused: it is no draft"), Merchant: "The credit memo has been released or posted and is left as it is."}
	}
	_, err := m.bc.Send(ctx, businesscentral.Request{Op: op, Method: http.MethodDelete, Path: m.bc.Path(path(f.ID)), Record: true, Match: f.Mark})
	if errors.Is(err, businesscentral.ErrNotFound) {
		return nil
	}
	return err
}
