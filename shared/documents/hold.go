package documents

import (
	"context"

	"backroom/shared/orders"
)

// held is why a person or a gate of the card holds p, zero if none does. What may
// have its document already, and what gets none, is not held; what a person has
// released, by no gate.
func (s *slice) held(p Pending, o orders.Order) orders.Hold {
	switch {
	case !p.SentAt.IsZero() || p.Own != "" || s.bar(p, o) != "":
		return orders.Hold{}
	case p.OnHold:
		return orders.Hold{Why: orders.PutOnHold}
	case p.Released:
		return orders.Hold{}
	}
	return s.card.HoldOf(o, s.Now())
}

// hold stores why some of ps are held, whose copies are os, and answers the others.
func (s *slice) hold(ctx context.Context, ps []Pending, os []orders.Order) (free []Pending, copies []orders.Order, err error) {
	var outcomes []Outcome
	for i, p := range ps {
		h := s.held(p, os[i])
		switch {
		case h.IsZero():
			free, copies = append(free, p), append(copies, os[i])
			continue
		case s.Request.DryRun:
			s.Row(Planned{Order: os[i].Name, Held: h.Why})
		case h.Why == p.Held.Why && h.Until.Equal(p.Held.Until):
			s.Counts.Unchanged++
			continue
		default:
			outcomes = append(outcomes, Outcome{Pending: p, Held: &h})
		}
		s.Counts.Skipped++
	}
	_, err = s.save(ctx, outcomes)
	return free, copies, err
}

// stillHeld takes those out of ps that are held by the copies that are stored: they
// are not read from Shopify for that.
func (s *slice) stillHeld(ctx context.Context, ps []Pending) ([]Pending, error) {
	var free, was []Pending
	for _, p := range ps {
		if p.Held.IsZero() {
			free = append(free, p)
		} else {
			was = append(was, p)
		}
	}
	if len(was) == 0 || s.Request.DryRun {
		return ps, nil
	}
	os, err := s.Staging.Load(ctx, was)
	if err != nil {
		return nil, err
	}
	was, _, err = s.hold(ctx, was, os)
	return append(free, was...), err
}

// due works on the held orders whose time has come; on all of them where others
// than the gates of the card have held them. It reports false when the slice's
// time is over before.
func (s *slice) due(ctx context.Context, cp *checkpoint) (done bool, err error) {
	gates := s.card.Gates()
	for !cp.Judged {
		if s.Over(s.Timeout) {
			return false, nil
		}
		ps, next, err := s.Staging.Held(ctx, s.Request.Shop, gates, cp.Held, pageSize)
		if err != nil {
			return false, err
		}
		if len(ps) > 0 {
			s.Step()
		}
		if err := s.batch(ctx, ps); err != nil {
			return false, err
		}
		if cp.Held, cp.Judged = next, next == ""; !cp.Judged || s.Request.DryRun {
			continue
		}
		if err := s.Staging.Judged(ctx, s.Guard, s.Request.Lease, s.Request.Shop, gates); err != nil {
			return false, err
		}
	}
	return true, nil
}
