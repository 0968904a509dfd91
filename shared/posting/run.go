package posting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
)

// Task posts documents. One serves all shops, and is safe for concurrent use for
// different ones.
type Task struct {
	task.Deps
	Target  func(shop.Shop) (Target, error)
	Store   *Store
	Origins Origins // nil: no document is of the shop's orders
}

// checkpoint is where a run is. It is stored.
type checkpoint struct {
	After  string           `json:"after,omitempty"` // the last document that was worked on
	Totals map[string]Total `json:"totals,omitempty"`
}

// Total is what a dry run would invoice in a currency.
type Total struct {
	Documents int             `json:"documents"`
	Amount    decimal.Decimal `json:"amount"`
}

// perPage bounds a page: three operations a document go in one transaction.
const perPage = (table.MaxTransactionOps - 1) / 3

// frame is what a slice of either task does alike.
type frame interface {
	Hold() outbound.Hold
	Over(room time.Duration) bool
	Step()
	Progress(ctx context.Context, p jobqueue.Progress)
	Row(row any)
	Issue(kind, record, name string, i issue.Issue) issue.Issue
}

// slice is the work of one invocation.
type slice struct {
	*Task
	frame
	kind    Kind
	p       OrderParameters
	target  Target
	card    shop.Shop
	request *jobqueue.Request
	counts  *jobqueue.Counts
	at      *checkpoint

	known map[string]Posting
	dates *Range    // of the ledger; nil: not read yet
	there time.Time // the clock by which intents are judged, as of this page
	ops   []table.Op
}

func (t *Task) orders(ctx context.Context, sl *task.Slice[OrderParameters, checkpoint], target Target) (bool, error) {
	s := &slice{Task: t, frame: sl, kind: Order, p: sl.Parameters, target: target, card: sl.Card, request: &sl.Request, counts: &sl.Counts, at: &sl.Checkpoint}
	s.p.Post = cmp.Or(s.p.Post, Both)
	return s.run(ctx)
}

func (t *Task) invoices(ctx context.Context, sl *task.Slice[InvoiceParameters, checkpoint], target Target) (bool, error) {
	s := &slice{Task: t, frame: sl, kind: Invoice, p: sl.Parameters.of(), target: target, card: sl.Card, request: &sl.Request, counts: &sl.Counts, at: &sl.Checkpoint}
	return s.run(ctx)
}

// run goes page by page through what is to be posted, in the order of the documents'
// numbers. The list is read anew in each slice: what was posted is not in it.
func (s *slice) run(ctx context.Context) (bool, error) {
	if err := s.allowed(); err != nil {
		return false, err
	}
	stored, err := s.Store.List(ctx, s.request.Shop, s.kind)
	if err != nil {
		return false, err
	}
	s.known = map[string]Posting{}
	for _, p := range stored {
		s.known[p.ID] = p
	}
	listed, err := s.target.List(ctx, s.kind, s.p.query())
	if err != nil {
		return false, err
	}
	todo := s.queue(listed)
	for n := 0; len(todo) > 0; {
		if s.Over(s.Timeout) {
			return false, nil
		}
		s.Step()
		page := todo[:min(len(todo), s.target.PerBatch(), perPage)]
		if err := s.page(ctx, page); err != nil {
			return false, err
		}
		s.at.After = place(page[len(page)-1])
		todo, n = todo[len(page):], n+len(page)
		s.Progress(ctx, jobqueue.Progress{Done: n, Total: n + len(todo), Note: "posting documents"})
	}
	for _, currency := range slices.Sorted(maps.Keys(s.at.Totals)) {
		s.Row(TotalRow{Currency: currency, Total: s.at.Totals[currency]})
	}
	return true, nil
}

// allowed refuses a run that posts a part of each order, unless the card lets it.
func (s *slice) allowed() error {
	set, err := shop.Of[Settings](s.card)
	if err != nil || s.p.Post == Both || set.PostByQuantities {
		return err
	}
	e := fmt.Errorf("post is %q, and postByQuantities is off", s.p.Post)
	return &fault.Error{Op: string(s.kind), Kind: fault.Rejected, Err: e, Merchant: fmt.Sprintf(
		"The job posts a part of each order (%s), which was not seen with a live Business Central yet: switch postByQuantities on on the shop card, or let the job ship and invoice.", s.p.Post)}
}

// place is where a document stands among those of a run.
func place(d Document) string { return d.Number + "\x00" + d.ID }

// queue are the documents that a slice works on, in their order: those that the
// filters let in, and those that are stored and may have left the list since.
func (s *slice) queue(listed []Document) (todo []Document) {
	now := s.Now()
	seen := map[string]bool{}
	add := func(d Document) {
		p, tried := s.known[d.ID]
		switch seen[d.ID] = true; {
		case place(d) <= s.at.After:
		case tried && !p.Sent() && now.Before(p.NotBefore) && !s.p.Retry:
			s.counts.Unchanged++
		default:
			todo = append(todo, d)
		}
	}
	for _, d := range listed {
		if p := s.known[d.ID]; p.Sent() || s.p.wants(d) {
			add(d)
		}
		seen[d.ID] = true
	}
	for id, p := range s.known {
		if !seen[id] {
			add(Document{ID: id, Number: p.Number, ExternalNumber: p.External})
		}
	}
	slices.SortFunc(todo, func(a, b Document) int { return cmp.Compare(place(a), place(b)) })
	return todo
}

// page works on some documents: it looks at each, finishes what was sent, prepares
// and posts the others, and looks again. One that fails stops no other.
func (s *slice) page(ctx context.Context, ds []Document) error {
	looks, err := s.look(ctx, ds)
	if err != nil {
		return err
	}
	if s.there, err = outbound.There(ctx, s.target, s.Now()); err != nil {
		return err
	}
	var ws []work
	for n, l := range looks {
		w, open, err := s.decide(ctx, ds[n], l)
		if err != nil {
			return err
		}
		if open {
			ws = append(ws, w)
		}
	}
	if err := s.flush(ctx); err != nil || s.request.DryRun {
		return err
	}
	if ws, err = s.prepare(ctx, ws); err != nil || len(ws) == 0 {
		return err
	}
	a := &posts{slice: s}
	err = outbound.Actions[work, struct{}]{
		Hold: s.Hold(), Records: a, Clock: s.target, Already: func(err error) bool { return errors.Is(err, ErrNotDraft) },
	}.Act(ctx, ws)
	return errors.Join(err, a.settle(ctx))
}

// look reads documents, with proof of those that may be posted already.
func (s *slice) look(ctx context.Context, ds []Document) ([]Look, error) {
	out := make([]Look, len(ds))
	for _, proof := range []bool{false, true} {
		var part []Document
		var at []int
		for n, d := range ds {
			if (s.known[d.ID].Sent() || s.kind == Invoice && d.Status != Draft) == proof {
				part, at = append(part, d), append(at, n)
			}
		}
		if len(part) == 0 {
			continue
		}
		looks, err := s.target.Look(ctx, s.kind, part, proof)
		if err != nil {
			return nil, err
		}
		for i, l := range looks {
			out[at[i]] = l
		}
	}
	return out, nil
}
