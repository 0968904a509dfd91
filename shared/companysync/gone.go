package companysync

import (
	"context"
	"fmt"

	"backroom/shared/clock"
	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/link"
)

// minGone linked companies, none of which is there, are no merchant's work: the shop is
// another one, or does not show them.
const minGone = 25

// resting reports whether it is not yet time to look at all that is linked.
func (s *slice) resting(ctx context.Context) (bool, error) {
	m, err := s.Marks.Get(ctx, s.Request.Shop, marksThere)
	return s.Request.DryRun || !m.SweptAt.IsZero() && !clock.Due(m.SweptAt.Add(checkEvery), s.Now(), checkEvery), err
}

// linked looks once a day at all linked companies: a main contact may have changed without
// its company, and of a company that was deleted the link goes.
func (s *slice) linked(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	if at.Links == "" {
		if rests, err := s.resting(ctx); err != nil || rests {
			return true, err
		}
	}
	ls, next, err := s.Links.List(ctx, s.Request.Shop, link.Company, at.Links, MaxRead)
	if err != nil {
		return false, err
	}
	var ids []string
	records := map[string]*insync.Record{}
	of := map[string]link.Link{}
	for _, l := range ls {
		if !l.Linked() {
			continue
		}
		r, err := s.Store.Get(ctx, s.Request.Shop, insync.Arriving, l.ID)
		if err != nil {
			return false, err
		}
		ids, records[l.ID], of[l.ID] = append(ids, l.ID), &r, l
	}
	s.Counts.Read += len(ids)
	if err := s.part(ctx, ids, of, func(ids []string) (map[string]bool, error) {
		read, err := s.Shop.Companies(ctx, ids)
		there := map[string]bool{}
		for id := range read.Unread {
			there[id] = true
		}
		var here []string
		for _, c := range read.Companies {
			there[c.ID] = true
			if r := records[c.ID]; !r.Waits(s.Now()) { // else it has its own turn
				here = append(here, c.ID)
			}
		}
		if err != nil {
			return nil, err
		}
		return there, s.bring(ctx, here, records)
	}); err != nil {
		return false, err
	}
	at.Links = next
	return next == "", nil
}

// apart ends the links of locations that the shop does not have any more.
func (s *slice) apart(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	if at.Links == "" {
		if rests, err := s.resting(ctx); err != nil || rests {
			return true, err
		}
	}
	ls, next, err := s.Links.List(ctx, s.Request.Shop, link.Location, at.Links, MaxThere)
	if err != nil {
		return false, err
	}
	var ids []string
	of := map[string]link.Link{}
	for _, l := range ls {
		if l.Linked() {
			ids, of[l.ID] = append(ids, l.ID), l
		}
	}
	if err := s.part(ctx, ids, of, func(ids []string) (map[string]bool, error) { return s.Shop.Places(ctx, ids) }); err != nil {
		return false, err
	}
	if at.Links = next; next != "" {
		return false, nil
	}
	now := s.Now()
	return true, s.Marks.Change(ctx, s.Guard, s.Request.Lease, s.Request.Shop, marksThere, func(m *cursor.Stored) { m.SweptAt = now })
}

// part ends the links of those of ids that look does not find.
func (s *slice) part(ctx context.Context, ids []string, of map[string]link.Link, look func([]string) (map[string]bool, error)) error {
	if len(ids) == 0 {
		return nil
	}
	there, err := look(ids)
	if err != nil {
		return err
	}
	var gone []link.Link
	for _, id := range ids {
		if !there[id] {
			l := of[id]
			l.Company = s.Card.Company.Key()
			old := l.To("", link.Gone, s.Now())
			old.Mark = ""
			gone = append(gone, old)
		}
	}
	if len(gone) == len(ids) && len(ids) >= minGone {
		return &fault.Error{Op: TaskName, Kind: fault.Transient, Err: fmt.Errorf("of %d linked companies the shop has none", len(ids))}
	}
	for _, l := range gone {
		if err := changedMeanwhile(s.Links.Put(ctx, s.Guard, s.Request.Lease, l)); err != nil {
			return err
		}
	}
	return nil
}
