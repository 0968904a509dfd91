package documents

import (
	"context"
	"errors"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/table"
)

// save stores outcomes and answers what is then stored. An order that somebody
// else has changed meanwhile is left out (its answer is zero) and does not stop
// the others: the next run sees it as it is then.
func (s *slice) save(ctx context.Context, os []Outcome) ([]Pending, error) {
	all := make([]Pending, 0, len(os))
	for chunk := range slices.Chunk(os, transaction) {
		ps, err := s.Staging.Save(ctx, s.Guard, s.Request.Lease, chunk)
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
		ps, err := s.Staging.Save(ctx, s.Guard, s.Request.Lease, []Outcome{o})
		switch {
		case errors.Is(err, table.ErrConflict):
			s.Counts.Skipped++
		case err != nil:
			return nil, err
		default:
			all[i] = ps[0]
		}
	}
	return all, nil
}

func (s *slice) newIssue(p Pending, r issue.Reason, thing string) issue.Issue {
	return s.Issue("order", p.ID, p.Name, Explained.New(r, thing))
}

func (s *slice) issue(p Pending, r issue.Reason, thing string, unknown bool) Outcome {
	switch r {
	case TestOrder, Cancelled, Unconfirmed, NothingLeft, OrderGone:
		s.Counts.Skipped++
	default:
		s.Counts.Failed++
		if Explained[r].Side == fault.System {
			s.Counts.SystemFailed++
		}
	}
	i := s.newIssue(p, r, thing)
	return Outcome{Pending: p, Issue: &i, Unknown: unknown}
}

// problems makes one issue of all that is missing: the first gives the reason,
// and each its sentence and its way out. No create of the order is under way.
func (s *slice) problems(p Pending, problems []Problem) Outcome {
	var parts []issue.Part
	for _, pr := range problems {
		at := slices.IndexFunc(parts, func(x issue.Part) bool { return x.Reason == pr.Reason })
		if at < 0 {
			at, parts = len(parts), append(parts, issue.Part{Reason: pr.Reason})
		}
		parts[at].Things = append(parts[at].Things, pr.Thing)
	}
	o := s.issue(p, problems[0].Reason, problems[0].Thing, false)
	all := Explained.Of(parts...)
	o.Issue.Text, o.Issue.WayOut, o.Issue.Parts = all.Text, all.WayOut, all.Parts
	return o
}

func merchant(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Merchant != "" {
		return e.Merchant
	}
	return err.Error()
}
