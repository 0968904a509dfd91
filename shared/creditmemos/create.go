package creditmemos

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/outbound"
	"backroom/shared/sales"
	"backroom/shared/table"
)

// setOfMemos is the API's set of credit memos, under which their number series is known.
const setOfMemos = "salesCreditMemos"

// refundOf is the refund that an external number is of, "" if it is of none.
func refundOf(external string) string {
	tail := external[strings.LastIndex(external, "-")+1:]
	id, ok := strings.CutPrefix(strings.ToUpper(tail), "R")
	if !ok {
		return ""
	}
	return id
}

func numbersOf(fs []sales.Found) string {
	var ns []string
	for _, f := range fs {
		ns = append(ns, f.Header.Number)
	}
	return strings.Join(ns, ", ")
}

// fingerprint is of what would be sent, and of what it is held against.
func fingerprint(card documents.Card, d sales.Document) string {
	js, err := json.Marshal([]any{d, card.Tolerance})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(js)
	return hex.EncodeToString(sum[:12])
}

// create makes memos by one request. It answers those that are to be made again.
func (s *booking) create(ctx context.Context, ws []*work, keep func([]Pending)) ([]*work, error) {
	if err := s.askNumbers(ctx); err != nil {
		return nil, err
	}
	c := &creation{booking: s, keep: keep}
	err := outbound.Creates[*work, sales.Found]{
		Hold: s.Hold(), Records: c, Clock: s.Clock, Ready: s.Claimed, Bound: s.Bound,
		Name: func(f sales.Found) string { return "credit memo " + f.Header.Number },
	}.Create(ctx, ws)
	return c.again, err
}

// askNumbers finds out what is known of the number series.
func (s *booking) askNumbers(ctx context.Context) (err error) {
	if s.automatic.known || s.Numbers == nil {
		return nil
	}
	s.automatic.known = true
	s.automatic.only, err = s.Numbers.Forbidden(ctx, setOfMemos, s.Card.Code, s.Card.Company.Key(), s.Now())
	return err
}

// creation is one batch of memos that are made.
type creation struct {
	*booking
	keep  func([]Pending)
	again []*work
}

// Intend implements outbound.Records, as do the three below.
func (c *creation) Intend(ctx context.Context, ws []*work, i outbound.Intent) ([]*work, error) {
	outcomes := make([]Outcome, len(ws))
	for n, w := range ws {
		m := w.memo()
		w.again = !m.SentAt.IsZero()
		m.SentAt, m.SentThere, m.Log = i.At, i.There, m.Log.With(i.Event())
		outcomes[n] = Outcome{Pending: w.pending}
	}
	return c.stored(ctx, ws, outcomes)
}

// stored saves outcomes and answers those of ws that are stored, as they are then.
func (c *creation) stored(ctx context.Context, ws []*work, outcomes []Outcome) (out []*work, err error) {
	ps, err := c.save(ctx, outcomes)
	if c.keep(ps); err != nil {
		return nil, err
	}
	for n, w := range ws {
		if ps[n].ID != "" { // else it has changed meanwhile
			w.pending = ps[n]
			out = append(out, w)
		}
	}
	return out, nil
}

func (c *creation) Send(ctx context.Context, ws []*work) ([]outbound.Created[sales.Found], error) {
	docs := make([]sales.Document, len(ws))
	for i, w := range ws {
		docs[i] = w.doc
		if c.automatic.only {
			docs[i].Number = ""
		}
	}
	return c.target.CreateMemos(ctx, docs)
}

func (c *creation) Withdraw(ctx context.Context, ws []*work) error {
	outcomes := make([]Outcome, len(ws))
	for i, w := range ws {
		outcomes[i] = c.withdrawn(w)
	}
	_, err := c.stored(ctx, ws, outcomes)
	return err
}

// withdrawn is w without an intent: nothing was made.
func (c *creation) withdrawn(w *work) Outcome {
	m := w.memo()
	m.SentAt, m.SentThere = zero, zero
	m.Log = m.Log.With(outbound.Event{At: c.Now(), Did: outbound.DidWithdraw})
	return Outcome{Pending: w.pending}
}

func (c *creation) Answered(ctx context.Context, as []outbound.Answer[*work, sales.Found]) error {
	var made, free []*work
	var outcomes []Outcome
	var of []*work
	for _, a := range as {
		w := a.Item
		w.memo().Log = w.memo().Log.With(a.Log...)
		switch {
		case a.Verdict == outbound.Made:
			w.got, w.found = a.Entity, false
			made = append(made, w)
		case !a.Whole && !c.automatic.only && errors.Is(a.Err, bcapi.ErrNumberForbidden):
			free = append(free, w)
			outcomes, of = append(outcomes, c.withdrawn(w)), append(of, w)
		default:
			outcomes, of = append(outcomes, c.failed(a)), append(of, w)
		}
	}
	if len(free) > 0 {
		c.automatic.only = true
		op := documents.RefusedAt(setOfMemos, c.Card.Code, c.Card.Company.Key(), c.Now())
		if c.Numbers != nil {
			if err := c.Guard.Write(ctx, *c.Lease, op); err != nil {
				return err
			}
		}
	}
	kept, err := c.stored(ctx, of, outcomes)
	if err != nil {
		return err
	}
	for _, w := range free {
		if slices.Contains(kept, w) {
			c.again = append(c.again, w)
		}
	}
	again, err := c.settle(ctx, made, c.keep)
	c.again = append(c.again, again...)
	return err
}

// failed is what becomes of a refund whose create gave a.
func (c *creation) failed(a outbound.Answer[*work, sales.Found]) Outcome {
	w := a.Item
	switch {
	case a.Verdict == outbound.Lost, a.Verdict == outbound.Taken && !w.again:
		c.Doubt()
		c.count(fault.System)
		return c.says(w, outbound.OutcomeUnknown, w.order.Name)
	case a.Verdict == outbound.Unsent:
		if !a.Whole {
			c.count(fault.System)
		}
		return c.withdrawn(w)
	case outbound.Kind(a.Err) == fault.Bug:
		return c.refusal(w, issue.SystemFailure, w.order.Name, a.Err)
	}
	return c.refusal(w, MemoRefused, merchant(a.Err), a.Err)
}

func (s *booking) count(side fault.Side) {
	s.Counts.Failed++
	if side == fault.System {
		s.Counts.SystemFailed++
	}
}

// refusal is w after BC has refused it: it is not sent again unchanged for a while.
func (s *booking) refusal(w *work, r issue.Reason, thing string, err error) Outcome {
	side := fault.Merchant
	if r == issue.SystemFailure {
		side = fault.System
	}
	s.count(side)
	m := w.memo()
	m.SentAt, m.SentThere, m.Tried, m.NotBefore = zero, zero, w.print, s.Now().Add(refusedFor)
	o := s.says(w, r, thing)
	o.Issue.Detail = err.Error()
	return o
}

func merchant(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Merchant != "" {
		return e.Merchant
	}
	return err.Error()
}

// says is w with an issue.
func (s *booking) says(w *work, r issue.Reason, thing string) Outcome {
	return s.issue(w, explained.New(r, thing))
}

func (s *booking) issue(w *work, said issue.Issue) Outcome {
	i := s.Issue(Kind, w.refund.ID, w.order.Name+" (refund "+w.refund.ID+")", said)
	return Outcome{Pending: w.pending, Refund: w.refund.ID, Issue: &i}
}

// explained is all that is said of refunds.
var explained = issue.Join(documents.Explained, Reasons)

// problems makes one issue of all that is missing for a refund's memo.
func (s *booking) problems(w *work, problems []documents.Problem) Outcome {
	var parts []issue.Part
	for _, p := range problems {
		at := slices.IndexFunc(parts, func(x issue.Part) bool { return x.Reason == p.Reason })
		if at < 0 {
			at, parts = len(parts), append(parts, issue.Part{Reason: p.Reason})
		}
		parts[at].Things = append(parts[at].Things, p.Thing)
	}
	s.count(explained[problems[0].Reason].Side)
	return s.issue(w, explained.Of(parts...))
}

// save stores outcomes and answers what is then stored. An order that somebody else
// has changed meanwhile is left out (its answer is zero): the next run sees it as it
// is then.
func (s *booking) save(ctx context.Context, os []Outcome) ([]Pending, error) {
	if s.DryRun {
		return nil, nil
	}
	all := make([]Pending, 0, len(os))
	for chunk := range slices.Chunk(os, saveSize) {
		ps, err := s.Staging.SaveMemos(ctx, s.Guard, *s.Lease, chunk)
		if errors.Is(err, table.ErrConflict) {
			ps = make([]Pending, len(chunk))
			for i, o := range chunk {
				one, err := s.Staging.SaveMemos(ctx, s.Guard, *s.Lease, []Outcome{o})
				switch {
				case errors.Is(err, table.ErrConflict):
					s.Counts.Skipped++
				case err != nil:
					return nil, err
				default:
					ps[i] = one[0]
				}
			}
		} else if err != nil {
			return nil, err
		}
		all = append(all, ps...)
	}
	return all, nil
}
