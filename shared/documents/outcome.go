package documents

import (
	"context"
	"errors"
	"slices"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/table"
)

// save stores outcomes and answers what is then stored. An order that somebody
// else has changed meanwhile is left out (its answer is zero) and does not stop
// the others: the next run sees it as it is then.
func (s *slice) save(ctx context.Context, os []Outcome) ([]Pending, error) {
	all := make([]Pending, 0, len(os))
	for chunk := range slices.Chunk(os, transaction) {
		ps, err := s.Staging.Save(ctx, s.Guard, s.request.Lease, chunk)
		if errors.Is(err, table.ErrConflict) {
			ps, err = s.saveEach(ctx, chunk)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, ps...)
	}
	return all, nil
}

func (s *slice) saveEach(ctx context.Context, os []Outcome) ([]Pending, error) {
	all := make([]Pending, len(os))
	for i, o := range os {
		ps, err := s.Staging.Save(ctx, s.Guard, s.request.Lease, []Outcome{o})
		switch {
		case errors.Is(err, table.ErrConflict):
			s.counts.Skipped++
		case err != nil:
			return nil, err
		default:
			all[i] = ps[0]
		}
	}
	return all, nil
}

func (s *slice) newIssue(p Pending, r issue.Reason, thing string) issue.Issue {
	i := issue.New(r, thing)
	i.Shop, i.Kind, i.Record, i.Name = p.Shop, "order", p.ID, p.Name
	i.FirstSeen, i.LastSeen = s.Now(), s.Now()
	return i
}

func (s *slice) issue(p Pending, r issue.Reason, thing string, unknown bool) Outcome {
	switch r {
	case issue.TestOrder, issue.Cancelled, issue.Unconfirmed, issue.NothingLeft:
		s.counts.Skipped++
	default:
		s.counts.Failed++
		if e, ok := issue.Lookup(r); ok && e.Side == issue.System {
			s.counts.SystemFailed++
		}
	}
	i := s.newIssue(p, r, thing)
	return Outcome{Pending: p, Issue: &i, Unknown: unknown}
}

// problems makes one issue of all that is missing: the first gives the reason.
// No create of the order is under way.
func (s *slice) problems(p Pending, problems []Problem) Outcome {
	things := []string{problems[0].Thing}
	var others []string
	for _, pr := range problems[1:] {
		if pr.Reason == problems[0].Reason {
			things = append(things, pr.Thing)
			continue
		}
		others = append(others, issue.New(pr.Reason, pr.Thing).Text)
	}
	o := s.issue(p, problems[0].Reason, strings.Join(things, ", "), false)
	o.Issue.Detail = strings.Join(others, " ")
	return o
}

func code(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Code
	}
	return ""
}

func merchant(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Merchant != "" {
		return e.Merchant
	}
	return err.Error()
}

// writeSize is how many orders one request to Shopify writes to.
const writeSize = 50

// writeBack puts the BC numbers into Shopify, where the shop wants that, and
// reports false when the slice's time is over before all are written.
func (s *slice) writeBack(ctx context.Context) (done bool, err error) {
	if !s.card.OrderAttributesToShop || s.request.DryRun || s.Writer == nil {
		return true, nil
	}
	w, err := s.Writer(s.card)
	if err != nil {
		return false, err
	}
	for {
		if s.over() {
			return false, nil
		}
		s.steps++
		todo, err := s.Staging.Unwritten(ctx, s.request.Shop, writeSize)
		if err != nil || len(todo) == 0 {
			return true, err
		}
		sets := make([]orders.Attributes, len(todo))
		for i, u := range todo {
			sets[i] = orders.Attributes{OrderID: u.ID, Set: []orders.Attr{{Key: "BC Doc. No.", Value: u.Number}}}
		}
		if err := s.hold(ctx); err != nil {
			return false, err
		}
		answers, err := w.SetAttributes(ctx, sets)
		if err != nil {
			return false, err
		}
		var written []Written
		for i, a := range answers {
			switch {
			case a.Err == nil:
				todo[i].Before, todo[i].UpdatedAt = a.Before, a.UpdatedAt
				written = append(written, todo[i])
			case fault.KindOf(a.Err) == fault.Rejected:
				written = append(written, todo[i]) // Shopify will never take it: it must not keep the others from their turn
			}
		}
		if len(written) == 0 {
			return true, nil // tried again by the next run
		}
		if err := s.Staging.SaveWritten(ctx, s.Guard, s.request.Lease, written); err != nil {
			return false, err
		}
		if len(written) < len(todo) {
			return true, nil
		}
	}
}
