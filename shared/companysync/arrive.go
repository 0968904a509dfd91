package companysync

import (
	"context"
	"errors"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/table"
)

// arrive looks at a page of companies of the shop that have changed, or of which a
// location has.
func (s *slice) arrive(ctx context.Context, w *cursor.Walker, marks string) (bool, error) {
	if w.Walk.Began.IsZero() {
		m, err := s.Marks.Get(ctx, s.Request.Shop, marks)
		if err != nil {
			return false, err
		}
		if err := w.Begin(ctx, m.Mark, epoch); err != nil {
			return false, err
		}
	}
	page, last, err := w.Page(ctx)
	if err != nil {
		return false, err
	}
	for rest := page.Changes; len(rest) > 0; {
		part := rest[:min(len(rest), MaxRead)]
		rest = rest[len(part):]
		if err := s.changed(ctx, part); err != nil {
			return false, err
		}
		if err := s.reach(ctx, w, marks, part, last && len(rest) == 0); err != nil {
			return false, err
		}
	}
	s.Checkpoint.Done += len(page.Changes)
	if !last {
		return false, w.Turn(ctx, page)
	}
	if len(page.Changes) == 0 {
		err = s.reach(ctx, w, marks, nil, true)
	}
	return true, err
}

// reach moves the mark behind part. What is in trouble waits on its own.
func (s *slice) reach(ctx context.Context, w *cursor.Walker, marks string, part []cursor.Change, last bool) error {
	upTo := w.Behind(part, last)
	if s.Request.DryRun {
		return nil
	}
	m, err := s.Marks.Get(ctx, s.Request.Shop, marks)
	if err != nil {
		return err
	}
	if !m.Reach(upTo) && (!last || !w.Walk.Sweep) {
		return nil
	}
	return s.Marks.Change(ctx, s.Guard, s.Request.Lease, s.Request.Shop, marks, func(m *cursor.Stored) {
		m.Reach(upTo)
		if last {
			m.Swept(*w.Walk, s.Now())
		}
	})
}

// changed looks at those of part that are not in step as they are now.
func (s *slice) changed(ctx context.Context, part []cursor.Change) error {
	var ids []string
	records := map[string]*insync.Record{}
	for _, c := range part {
		if records[c.ID] != nil { // two of its locations have changed
			continue
		}
		s.Counts.Read++
		l, err := s.Links.Get(ctx, s.link(c.ID))
		if err != nil {
			return err
		}
		if l.Linked() && !l.SeenAt.IsZero() && !c.UpdatedAt.After(l.SeenAt) {
			s.Counts.Unchanged++
			continue
		}
		r, err := s.Store.Get(ctx, s.Request.Shop, insync.Arriving, c.ID)
		if err != nil {
			return err
		}
		if r.Trouble != "" && r.Waits(s.Now()) && !c.UpdatedAt.After(r.SeenAt) {
			s.Counts.Unchanged++
			continue
		}
		ids, records[c.ID] = append(ids, c.ID), &r
	}
	return s.bring(ctx, ids, records)
}

// link is the empty link of a company of the shop.
func (s *slice) link(id string) link.Link {
	return link.Link{Shop: s.Request.Shop, Company: s.Card.Company.Key(), Kind: link.Company, ID: id}
}

// waiting looks at companies of the shop that wait, that orders wait for, or that the run
// was asked for.
func (s *slice) waiting(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	records := map[string]*insync.Record{}
	var ids []string
	if s.named() {
		n := min(len(at.Left), MaxRead)
		for _, id := range at.Left[:n] {
			r, err := s.Store.Get(ctx, s.Request.Shop, insync.Arriving, id)
			if err != nil {
				return false, err
			}
			ids, records[id] = append(ids, id), &r
		}
		s.Counts.Read += n
		at.Left = at.Left[n:]
		return len(at.Left) == 0, s.bring(ctx, ids, records)
	}
	rs, err := s.Store.Due(ctx, s.Request.Shop, insync.Arriving, s.Now(), maxWaiting)
	if err != nil {
		return false, err
	}
	for i, r := range rs {
		ids, records[r.ID] = append(ids, r.ID), &rs[i]
	}
	s.Counts.Read += len(rs)
	// Whoever still waits after its turn has a later one.
	return len(rs) < maxWaiting || s.Request.DryRun, s.bring(ctx, ids, records)
}

// tooMany companies that cannot be read, and none that can, are no fault of theirs.
const tooMany = 20

// bring reads companies of the shop, and has the company have them as the card says.
func (s *slice) bring(ctx context.Context, ids []string, records map[string]*insync.Record) error {
	if len(ids) == 0 {
		return nil
	}
	read, err := s.Shop.Companies(ctx, ids)
	if err != nil {
		return err
	}
	if len(read.Unread) >= tooMany && len(read.Companies) == 0 {
		return read.Unread[ids[0]]
	}
	there := map[string]bool{}
	var again, plain []Here
	for _, c := range read.Companies {
		there[c.ID] = true
		r := records[c.ID]
		wanted, err := s.wanted(ctx, c, r)
		switch {
		case err != nil:
			return err
		case !wanted:
			s.Counts.Skipped++
			if err := s.settle(ctx, r, named(c)); err != nil {
				return err
			}
		case r.Trouble != "" && s.halfMade(r.Trouble):
			again = append(again, c)
		default:
			plain = append(plain, c)
		}
	}
	if err := s.keep(ctx, plain, records, s.card.ShopifyCanUpdateCompanies); err != nil {
		return err
	}
	if err := s.keep(ctx, again, records, true); err != nil {
		return err
	}
	for _, id := range ids {
		switch err := read.Unread[id]; {
		case err != nil:
			err = s.trouble(ctx, records[id], "company "+id, fault.Say(err), issue.Part{Reason: Unread, Things: []string{"company " + id}})
			if err != nil {
				return err
			}
		case !there[id]: // deleted since: what was wrong with it is nobody's any more
			if err := s.settle(ctx, records[id], ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// wanted reports whether the card has c looked for: all companies, or those that something
// was ordered for, and whatever is linked.
func (s *slice) wanted(ctx context.Context, c Here, r *insync.Record) (bool, error) {
	if s.named() || s.card.CompanyImport == AllCompanies || c.Ordered || r.Add {
		return true, nil
	}
	l, err := s.Links.Get(ctx, s.link(c.ID))
	return l.Version > 0, err
}

// trouble stores why a company waits, and says it.
func (s *slice) trouble(ctx context.Context, r *insync.Record, name, detail string, parts ...issue.Part) error {
	s.Counts.Failed++
	if e, ok := Reasons[parts[0].Reason]; !ok || e.Side == fault.System {
		s.Counts.SystemFailed++
	}
	*r = r.Troubled(parts[0].Reason, s.Now())
	if err := s.put(ctx, r); err != nil {
		return err
	}
	return s.say(ctx, kindCompany, r.ID, name, detail, parts...)
}

// settle says that nothing is wrong with a company. What is said goes first: one that is
// settled is not looked at again.
func (s *slice) settle(ctx context.Context, r *insync.Record, name string) error {
	if err := s.say(ctx, kindCompany, r.ID, name, ""); err != nil {
		return err
	}
	if r.Version == 0 {
		return nil
	}
	*r = r.Settled()
	return s.put(ctx, r)
}

// changedMeanwhile is the error of a run whose link somebody else has changed.
func changedMeanwhile(err error) error {
	if errors.Is(err, table.ErrConflict) {
		return &fault.Error{Op: TaskName, Kind: fault.Transient, Err: errors.Join(errors.New("a company's link was changed meanwhile"), err)}
	}
	return err
}

// Wants has the companies of a shop looked for that orders wait for. It is what
// customers.Resolver calls Wanted.
func Wants(s *insync.Store, g jobqueue.Guard) func(context.Context, jobqueue.Lease, string, []string) error {
	return func(ctx context.Context, lease jobqueue.Lease, shop string, companies []string) error {
		for _, id := range companies {
			r, err := s.Get(ctx, shop, insync.Arriving, id)
			if err != nil {
				return err
			}
			if r.Open() {
				continue
			}
			r.Add = true
			op, err := r.Op()
			if err == nil {
				err = g.Write(ctx, lease, op)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}
