package creditmemos

import (
	"context"

	"backroom/shared/orders"
)

// unsettled says of each refund of orders in conflict that it waits for that, once, and
// answers the other orders.
func (s *booking) unsettled(ctx context.Context, ps []Pending) (others []Pending, err error) {
	for _, p := range ps {
		if !p.Conflict {
			others = append(others, p)
			continue
		}
		os, err := s.Staging.Copies(ctx, []Pending{p})
		if err != nil {
			return nil, err
		}
		for {
			o := s.saysConflict(p, os[0])
			if o == nil {
				break
			}
			s.Counts.Read++
			s.count(explained[RefundOfAConflict].Side)
			stored, err := s.save(ctx, []Outcome{*o})
			if err != nil {
				return nil, err
			}
			if len(stored) == 0 || stored[0].ID == "" { // a dry run, or somebody else was faster
				break
			}
			p = stored[0]
		}
	}
	return others, nil
}

// saysConflict is the next refund of p of which it is not said yet, nil for none.
func (s *booking) saysConflict(p Pending, o orders.Order) *Outcome {
	for at, m := range p.Memos {
		if m.State != Waiting || m.Tried == InConflict || !m.SentAt.IsZero() || !p.Facts.Counts(m.Refund) {
			continue
		}
		for _, r := range o.Refunds {
			if r.ID == m.Refund && r.Detailed && o.Standing(r) == orders.Due {
				p.Memos[at].Tried = InConflict
				out := s.issue(&work{pending: p, order: o, refund: r}, Reasons.New(RefundOfAConflict, o.Name))
				return &out
			}
		}
	}
	return nil
}
