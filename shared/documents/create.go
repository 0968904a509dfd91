package documents

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/fault"
	"backroom/shared/intent"
	"backroom/shared/issue"
	"backroom/shared/money"
)

const (
	// refusedFor is how long a refused document is not sent again unchanged.
	refusedFor = time.Hour
	// differsFor is the same for one whose total differs: until the order, the
	// settings or a person change it.
	differsFor = 10 * 365 * 24 * time.Hour
)

// create sends one batch: intents first, and nothing unless the lease outlives
// the request.
func (s *slice) create(ctx context.Context, ws []work) error {
	if err := s.renew(ctx); err != nil {
		return err
	}
	ws, err := s.intend(ctx, ws)
	if err != nil || len(ws) == 0 {
		return err
	}
	docs := make([]entity.SalesOrder, len(ws))
	for i, w := range ws {
		docs[i] = w.doc.Order
	}
	answers, callErr := s.target.CreateSalesOrders(ctx, docs)
	var created []work
	var outcomes []Outcome
	stop := callErr
	for i, w := range ws {
		err := callErr
		if err == nil {
			err = answers[i].Err
		}
		if err == nil {
			created = append(created, w.with(answers[i].Entity))
			continue
		}
		if callErr == nil && intent.Kind(err) == fault.Blocked {
			stop = err // so would every other of this connection
		}
		outcomes = append(outcomes, s.failed(w, err, callErr != nil))
	}
	if _, err := s.save(ctx, outcomes); err != nil {
		return err
	}
	if err := s.settle(ctx, created); err != nil {
		return err
	}
	if intent.Kind(stop) == fault.Unknown {
		return nil // each is marked, the others of the run go on
	}
	return stop
}

// intend stores the intents of ws, and answers those that may be sent now.
func (s *slice) intend(ctx context.Context, ws []work) ([]work, error) {
	now := s.Now()
	intents := make([]Outcome, len(ws))
	for i, w := range ws {
		intents[i] = Outcome{Pending: w.pending, SentAt: now}
	}
	stored, err := s.save(ctx, intents)
	if err != nil {
		return nil, err
	}
	var out []work
	for i, w := range ws {
		if stored[i].ID == "" {
			continue // changed meanwhile
		}
		w.again = !w.pending.SentAt.IsZero()
		w.pending = stored[i]
		out = append(out, w)
	}
	// The time is taken again: what was stored is old if this process slept.
	if err := s.held(); err != nil {
		return nil, err
	}
	if !intent.Fresh(now, s.Now()) {
		back := make([]Outcome, len(out))
		for i, w := range out {
			back[i] = Outcome{Pending: w.pending, Withdrawn: true}
		}
		if _, err := s.save(ctx, back); err != nil {
			return nil, err
		}
		return nil, &fault.Error{Op: "process-orders", Kind: fault.Transient, Err: errors.New("slept between an intent and its create")}
	}
	return out, nil
}

// failed is what becomes of an order whose create gave err; whole: the whole call did.
func (s *slice) failed(w work, err error, whole bool) Outcome {
	sameKey := code(err) == "Internal_EntityWithSameKeyExists"
	switch kind := intent.Kind(err); {
	// The number is taken: by an earlier create of ours, which the next run finds.
	// If it was looked for after it had settled, the number is somebody else's.
	case kind == fault.Unknown, sameKey && !w.again:
		return s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true)
	case whole, kind == fault.Throttled, kind == fault.Transient, kind == fault.Blocked:
		if !whole {
			s.counts.Failed++
			s.counts.SystemFailed++
		}
		return Outcome{Pending: w.pending, Withdrawn: true}
	case kind == fault.Bug:
		return s.refused(w, issue.SystemFailure, w.order.Name, err)
	default:
		return s.refused(w, issue.DocumentRefused, merchant(err), err)
	}
}

func (s *slice) refused(w work, r issue.Reason, thing string, err error) Outcome {
	o := s.issue(w.pending, r, thing, false)
	o.Issue.Detail = err.Error()
	o.Tried, o.NotBefore = w.print, s.Now().Add(refusedFor)
	return o
}

// settle compares totals of documents that exist, and links, rounds or deletes.
func (s *slice) settle(ctx context.Context, ws []work) error {
	var outcomes []Outcome
	var round, drop []work
	for _, w := range ws {
		v, _, err := Compare(s.card, w.doc, w.doc.Order)
		got := w.got()
		switch {
		case err != nil:
			outcomes = append(outcomes, s.unreadable(w, err))
		case v == Equal, w.settles(got):
			outcomes = append(outcomes, s.link(w))
		case w.found && !w.ours: // not known to be our work: not ours to change or to delete
			outcomes = append(outcomes, s.differs(w, got, w.doc.Order.Number))
		case v == Roundable:
			round = append(round, w)
		default:
			drop = append(drop, w)
		}
	}
	// What is settled is stored before anything else can fail.
	if _, err := s.save(ctx, outcomes); err != nil {
		return err
	}
	for chunk := range slices.Chunk(round, transaction) {
		more, err := s.round(ctx, chunk)
		if err != nil {
			return err // the intents stay; the next run adopts
		}
		drop = append(drop, more...)
	}
	return s.drop(ctx, drop)
}

// got is the document's total; zero if it cannot be read, which Compare reports.
func (w work) got() money.Amount {
	v, err := money.Parse(string(w.doc.Order.TotalAmountIncludingTax))
	if err != nil {
		v = money.Amount{}.Value
	}
	return money.Amount{Value: v, Currency: w.doc.Expected.Currency}
}

// settles reports whether got is Shopify's total, or what a person has accepted in its place.
func (w work) settles(got money.Amount) bool {
	a := w.pending.Accepted
	return got.Value.Sub(w.doc.Expected.Value).Round(w.doc.Digits).IsZero() || a != nil && a.Value.Equal(got.Value)
}

func (s *slice) link(w work) Outcome {
	if w.found {
		s.counts.Updated++
	} else {
		s.counts.Created++
	}
	return Outcome{Pending: w.pending, Link: &Link{
		Type: "Order", ID: w.doc.Order.ID, Number: w.doc.Order.Number, Total: w.got(), Lines: w.doc.Lines,
	}}
}

func (s *slice) unreadable(w work, err error) Outcome {
	o := s.issue(w.pending, issue.SystemFailure, w.order.Name, true)
	o.Issue.Detail = "total of " + w.doc.Order.Number + ": " + err.Error()
	return o
}

// differs is the issue of a document that stays although its total is another one.
func (s *slice) differs(w work, got money.Amount, number string) Outcome {
	o := s.issue(w.pending, issue.AdoptedContentDiffers, number, s.unsettled(w.pending))
	o.Issue.Detail = totals(w, got)
	o.Differs = &got
	return o
}

func totals(w work, got money.Amount) string {
	return fmt.Sprintf("%s in Shopify, %s in Business Central", w.doc.Expected, got)
}

// round adds rounding lines, and answers the documents that they do not settle.
func (s *slice) round(ctx context.Context, ws []work) (drop []work, err error) {
	if err := s.hold(ctx); err != nil {
		return nil, err
	}
	lines := make([]LineFor, len(ws))
	for i, w := range ws {
		difference := w.doc.Expected.Value.Sub(w.got().Value).Round(w.doc.Digits)
		lines[i] = LineFor{OrderID: w.doc.Order.ID, Line: RoundingLine(s.card, difference)}
	}
	answers, err := s.target.AddLines(ctx, lines)
	if err != nil {
		return nil, err
	}
	var outcomes []Outcome
	for i, w := range ws {
		switch err := answers[i].Err; intent.Kind(err) {
		case "":
			w.doc.Order.TotalAmountIncludingTax = answers[i].Entity.TotalAmountIncludingTax
			if v, _, err := Compare(s.card, w.doc, w.doc.Order); err != nil {
				outcomes = append(outcomes, s.unreadable(w, err))
			} else if v == Equal {
				outcomes = append(outcomes, s.link(w))
			} else { // the line did not settle it, for example because BC taxed it
				drop = append(drop, w)
			}
		case fault.Rejected:
			drop = append(drop, w)
		default:
			o := s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true)
			o.Issue.Detail = err.Error()
			outcomes = append(outcomes, o)
		}
	}
	_, err = s.save(ctx, outcomes)
	return drop, err
}

// drop deletes documents whose total is not Shopify's.
func (s *slice) drop(ctx context.Context, ws []work) error {
	var outcomes []Outcome
	var held error
	for _, w := range ws {
		if held = s.hold(ctx); held != nil {
			break
		}
		outcomes = append(outcomes, s.dropOne(ctx, w))
	}
	_, err := s.save(ctx, outcomes)
	return errors.Join(held, err)
}

func (s *slice) dropOne(ctx context.Context, w work) Outcome {
	got := w.got()
	err := s.target.DeleteSalesOrder(ctx, w.doc.Order.ID)
	switch {
	case err == nil:
		o := s.issue(w.pending, issue.TotalDiffers, totals(w, got), false)
		o.Differs = &got
		// A document found later may show the order as it was then: that is no
		// reason not to try it as it is now.
		if !w.found {
			o.Tried, o.NotBefore = w.print, s.Now().Add(differsFor)
		}
		return o
	case fault.KindOf(err) == fault.Rejected: // it is shipped: a person may accept it as it is
		o := s.issue(w.pending, issue.TotalDiffers, totals(w, got), s.unsettled(w.pending))
		o.Issue.Detail, o.Differs = err.Error(), &got
		return o
	default:
		// It stays in BC; the intent stays too, so the next run finds it and tries again.
		o := s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true)
		o.Issue.Detail = err.Error()
		return o
	}
}
