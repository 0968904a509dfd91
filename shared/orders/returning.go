package orders

import (
	"context"
	"slices"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
)

// returnsEvery is how often orders are looked for whose returns have begun: that moves
// no update time.
const returnsEvery = time.Hour

// returnsPages is how many pages of them there can be: Shopify lists 25,000 orders.
const returnsPages = 100

// Returning reports whether a return of o is under way.
func (o Order) Returning() bool {
	return !slices.Contains([]string{"", "NO_RETURN", "RETURNED"}, o.ReturnStatus)
}

// returns reads the orders of which a return has begun since they were read. What becomes
// of it then is read as of all that [Order.Unsettled] reports. Where there are more than
// are read together, the next run goes on.
func (s *importing) returns(ctx context.Context) error {
	at, err := s.Stage.Cursor(ctx, s.Request.Shop)
	if err != nil || !clock.Due(at.ReturnsAt.Add(returnsEvery), s.Now(), returnsEvery) {
		return err
	}
	at.ReturnsAt = s.Now()
	begun, err := s.begun(ctx)
	switch k := fault.KindOf(err); {
	case err == nil:
	case k == fault.Blocked || k == fault.Rejected || k == fault.Bug:
		s.pos.NoReturns = true // the others are imported all the same
	default:
		return err
	}
	if len(begun) > detailsSize {
		begun, at.ReturnsAt = begun[:detailsSize], time.Time{}
	}
	if err := s.read(ctx, begun, time.Time{}); err != nil || s.Request.DryRun || at.ReturnsAt.IsZero() {
		return err
	}
	return s.Stage.Mark(ctx, s.Guard, s.Request.Lease, s.Request.Shop, func(c *Cursor) { c.ReturnsAt = at.ReturnsAt })
}

// begun are imported orders of which a return is under way and, by what is stored, none
// is; more than are read together are not looked for.
func (s *importing) begun(ctx context.Context) (out []Known, err error) {
	for n, page := 0, ""; n == 0 || page != "" && n < returnsPages && len(out) <= detailsSize; n++ {
		p, err := s.source.Changed(ctx, Window{Returning: true}, page)
		if err != nil {
			return nil, err
		}
		page = p.Next
		ids := make([]string, len(p.Orders))
		for i, c := range p.Orders {
			ids[i] = c.ID
		}
		known, err := s.Stage.Known(ctx, s.Request.Shop, ids)
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(known, func(k Known) bool { return k.Version == 0 || k.Returning || k.Missed })...)
	}
	return out, nil
}
