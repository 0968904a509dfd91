package orders

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"backroom/shared/fault"
	"backroom/shared/table"
)

// glance looks at the orders of a page that are known as of their second alone: our
// own write was in it, or they were read in it. It stores what such a write has changed
// in those that nobody else has changed in that second, and tells which they are. The
// others are read, and so are all of them when looking fails.
func (s *importing) glance(ctx context.Context, changed []Changed, known []Known) (same map[string]bool, err error) {
	var young []Known
	var ids []string
	for i, k := range known {
		if k.Young && !k.Missed && !changed[i].UpdatedAt.After(k.UpdatedAt) {
			young, ids = append(young, k), append(ids, k.ID)
		}
	}
	if len(ids) == 0 || s.Request.DryRun {
		return nil, nil
	}
	copies, err := s.Stage.Kept(ctx, s.Request.Shop, ids)
	if err != nil {
		return nil, err
	}
	began := s.Now()
	read, err := s.source.Glances(ctx, ids)
	if err != nil {
		if ctx.Err() == nil && fault.KindOf(err) != fault.Throttled {
			err = nil // reading them tells what is wrong
		}
		return nil, err
	}
	at := s.clock().Add(-max(s.Now().Sub(began), 0))
	staged, same := s.settled(young, copies, read.Orders, at)
	for part := range slices.Chunk(staged, detailsSize) {
		err := s.store(ctx, part, time.Time{})
		if errors.Is(err, table.ErrConflict) { // somebody else was faster: they are read
			for _, g := range part {
				delete(same, g.Known.ID)
			}
			err = nil
		}
		if err != nil {
			return nil, err
		}
	}
	return same, nil
}

// settled is what becomes of young orders that are, at a time of the source's clock, what
// their copies say, and which they are.
func (s *importing) settled(young []Known, copies map[string]Order, seen []Order, at time.Time) ([]Staged, map[string]bool) {
	var out []Staged
	same := map[string]bool{}
	for _, k := range young {
		i := slices.IndexFunc(seen, func(o Order) bool { return o.ID == k.ID })
		was, ok := copies[k.ID]
		if i < 0 || !ok || !seen[i].UpdatedAt.Equal(k.UpdatedAt) {
			continue
		}
		now, ok := was.glanced(seen[i])
		if !ok {
			continue
		}
		hash, err := now.Hash()
		if err != nil {
			continue
		}
		k.Books = s.settings.Books()
		g := decide(s.Parameters, k, now, hash, at, s.Now())
		if g.State != k.State || g.Issue != nil {
			continue
		}
		g = s.settings.archives(g, now)
		s.pos.Ready = s.pos.Ready || g.Archive
		out, same[k.ID] = append(out, g), true
	}
	return out, same
}

// glanced is o as it is now that it was glanced at: without its lists, which seen lacks.
// False: somebody may have changed it. Whatever changes its lines, shipping lines or
// taxes is an edit, which shows; so that of an order that was edited before nothing is
// known, nor of one with refunds or returns.
func (o Order) glanced(seen Order) (Order, bool) {
	if seen.Edited || o.Edited || o.returned() || seen.returned() {
		return o, false
	}
	a, errA := o.withoutLists()
	b, errB := seen.withoutLists()
	if errA != nil || errB != nil || a != b {
		return o, false
	}
	seen.Lines, seen.ShippingLines, seen.DutyLines = o.Lines, o.ShippingLines, o.DutyLines
	return seen, true
}

// withoutLists is all that a glance tells of an order but what our own writes change:
// the number of its document, fulfilments, and that it is archived.
func (o Order) withoutLists() (string, error) {
	o.Lines, o.ShippingLines, o.DutyLines = nil, nil, nil
	o.UpdatedAt, o.FulfillmentStatus, o.ClosedAt = time.Time{}, "", time.Time{}
	o.Attributes = slices.DeleteFunc(slices.Clone(o.Attributes), func(a Attr) bool { return a.Key == DocumentAttribute })
	if len(o.Attributes) == 0 {
		o.Attributes = nil
	}
	js, err := json.Marshal(o)
	return string(js), err
}
