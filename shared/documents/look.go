package documents

import (
	"context"
	"slices"
	"time"

	"backroom/shared/clock"
	"backroom/shared/issue"
	"backroom/shared/orders"
)

// cadence is how long what Shopify last said of an order is believed where the
// task has no opinion.
const cadence = 10 * time.Minute

// reachMargin is how long before an order leaves the app's reach that is
// reckoned with: Shopify does not say to the hour when it does.
const reachMargin = 48 * time.Hour

// old reports whether p has waited for so long that it has to be looked at once
// more before a document is made of it.
func (s *slice) old(p Pending) bool {
	if s.Look == nil || s.Request.DryRun {
		return false
	}
	limit := s.Cadence
	if limit <= 0 {
		limit = cadence
	}
	// Read while the clock was ahead: nobody knows how long ago.
	return s.Now().Sub(p.ReadAt) > limit || clock.Ahead(p.ReadAt, s.Now()) > 0
}

// look reads those of ps that are old from Shopify once more, and answers what
// waits then, with the copies that are stored then. What will not be sent in any
// case is not looked at: a create that may still take effect, and a try that was
// refused not long ago.
func (s *slice) look(ctx context.Context, ps []Pending) ([]Pending, error) {
	var ids []string
	for _, p := range ps {
		if s.old(p) && !s.unsettled(p) && !p.tooEarly(s.Now()) {
			ids = append(ids, p.ID)
		}
	}
	return s.lookAt(ctx, ps, ids)
}

func (s *slice) lookAt(ctx context.Context, ps []Pending, ids []string) ([]Pending, error) {
	if len(ids) == 0 {
		return ps, nil
	}
	looked, err := s.Look(ctx, s.Card, s.Request.Lease, ids)
	if err != nil {
		return nil, err
	}
	if s.missing == nil {
		s.missing = map[string]bool{}
	}
	for _, id := range looked.Missing {
		s.missing[id] = true
	}
	if !looked.Horizon.IsZero() {
		s.horizon = looked.Horizon
	}
	var out []Pending
	for _, p := range ps {
		if slices.Contains(ids, p.ID) {
			now, waits, err := s.Staging.PendingByID(ctx, p.Shop, p.ID)
			if err != nil {
				return nil, err
			}
			if !waits {
				continue
			}
			p = now
		}
		out = append(out, p)
	}
	return out, nil
}

// unseen is why o gets no document as far as Shopify does not show all of it, ""
// if it does.
func (s *slice) unseen(o orders.Order) issue.Reason {
	switch {
	case s.missing[o.ID] && o.CreatedAt.Before(s.horizon.Add(reachMargin)):
		return OrderOutOfReach
	case s.missing[o.ID]:
		return OrderGone
	case slices.Contains(o.Hidden, "paymentTerms") && len(s.card.PaymentTerms) > 0:
		return PaymentTermsHidden
	}
	return ""
}

// fresh are those of ws that need not be looked at first. The others are dealt
// with anew: what they were refused for has changed, or the run has lasted long.
func (s *slice) fresh(ctx context.Context, ws []work) ([]work, error) {
	var out []work
	var ps []Pending
	var ids []string
	for _, w := range ws {
		if s.old(w.pending) && !s.missing[w.pending.ID] {
			ps, ids = append(ps, w.pending), append(ids, w.pending.ID)
			continue
		}
		out = append(out, w)
	}
	if len(ids) == 0 {
		return out, nil
	}
	ps, err := s.lookAt(ctx, ps, ids)
	if err != nil {
		return nil, err
	}
	s.Counts.Read -= len(ids)
	return out, s.batch(ctx, ps)
}
