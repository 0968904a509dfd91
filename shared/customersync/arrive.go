package customersync

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/link"
	"backroom/shared/table"
)

// arrive looks at a page of customers of the shop that have changed.
func (s *slice) arrive(ctx context.Context) (bool, error) {
	if s.Checkpoint.Began.IsZero() {
		m, err := s.Marks.Get(ctx, s.Request.Shop, s.marks())
		if err != nil {
			return false, err
		}
		first := epoch
		if s.card.imports() == importsKnown {
			first = s.Card.ConnectedAt
		}
		if err := s.walker.Begin(ctx, m.Mark, first); err != nil {
			return false, err
		}
	}
	page, last, err := s.walker.Page(ctx)
	if err != nil {
		return false, err
	}
	for rest := page.Changes; len(rest) > 0; {
		part := rest[:min(len(rest), MaxRead)]
		rest = rest[len(part):]
		if err := s.changed(ctx, part); err != nil {
			return false, err
		}
		if err := s.reach(ctx, part, last && len(rest) == 0); err != nil {
			return false, err
		}
	}
	s.Checkpoint.Done += len(page.Changes)
	if !last {
		return false, s.walker.Turn(ctx, page)
	}
	if len(page.Changes) == 0 {
		err = s.reach(ctx, nil, true)
	}
	return true, err
}

// reach moves the mark behind part. What is in trouble waits on its own.
func (s *slice) reach(ctx context.Context, part []cursor.Change, last bool) error {
	upTo := s.walker.Behind(part, last)
	if s.Request.DryRun {
		return nil
	}
	m, err := s.Marks.Get(ctx, s.Request.Shop, s.marks())
	if err != nil {
		return err
	}
	moves := m.Reach(upTo)
	if !moves && (!last || !s.Checkpoint.Sweep) {
		return nil
	}
	return s.Marks.Change(ctx, s.Guard, s.Request.Lease, s.Request.Shop, s.marks(), func(m *cursor.Stored) {
		m.Reach(upTo)
		if last {
			m.Swept(s.Checkpoint.Walk, s.Now())
		}
	})
}

// changed looks at those of part that are not in step as they are now.
func (s *slice) changed(ctx context.Context, part []cursor.Change) error {
	var ids []string
	records := map[string]*insync.Record{}
	for _, c := range part {
		s.Counts.Read++
		l, err := s.Links.Get(ctx, link.Link{Shop: s.Request.Shop, Company: s.Card.Company.Key(), Kind: link.Customer, ID: c.ID})
		if err != nil {
			return err
		}
		if l.Linked() && !l.SeenAt.IsZero() && !c.UpdatedAt.After(l.SeenAt) {
			s.Counts.Unchanged++
			continue
		}
		if s.card.imports() == importsKnown && !l.Linked() {
			s.Counts.Skipped++
			continue
		}
		r, err := s.Store.Get(ctx, s.Request.Shop, insync.Arriving, c.ID)
		if err != nil {
			return err
		}
		if r.Trouble != "" && r.Waits(s.Now()) && r.SeenAt.Equal(c.UpdatedAt) {
			s.Counts.Unchanged++
			continue
		}
		ids, records[c.ID] = append(ids, c.ID), &r
	}
	return s.bring(ctx, ids, records)
}

// waiting looks at customers of the shop that wait, or that the run was asked for.
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
		if r.Trouble == Merged {
			if err := s.stillTwo(ctx, &rs[i]); err != nil {
				return false, err
			}
			continue
		}
		ids, records[r.ID] = append(ids, r.ID), &rs[i]
	}
	s.Counts.Read += len(rs)
	// Whoever still waits after its turn has a later one.
	return len(rs) < maxWaiting || s.Request.DryRun, s.bring(ctx, ids, records)
}

// bring reads customers of the shop, and has the company have them as the card says.
func (s *slice) bring(ctx context.Context, ids []string, records map[string]*insync.Record) error {
	if len(ids) == 0 {
		return nil
	}
	read, err := s.Shop.People(ctx, ids)
	if err != nil {
		return err
	}
	if len(read.Unread) >= tooMany && len(read.People) == 0 {
		return read.Unread[ids[0]]
	}
	there := map[string]bool{}
	var again, plain []customers.Shopper
	for _, p := range read.People {
		there[p.ID] = true
		if records[p.ID].Trouble == customers.CountryUnknown {
			again = append(again, p.Shopper) // it was made without its country
		} else {
			plain = append(plain, p.Shopper)
		}
	}
	if err := s.keep(ctx, plain, records, s.card.ShopifyCanUpdateCustomer); err != nil {
		return err
	}
	if err := s.keep(ctx, again, records, true); err != nil {
		return err
	}
	for _, id := range ids {
		switch err := read.Unread[id]; {
		case err != nil:
			err = s.trouble(ctx, records[id], "Shopify customer "+id, fault.Say(err), issue.Part{Reason: Unread, Things: []string{"Shopify customer " + id}})
			if err != nil {
				return err
			}
		case !there[id]: // merged or deleted since: what was wrong with it is nobody's any more
			if err := s.settle(ctx, records[id], ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// tooMany customers that cannot be read, and none that can, are no fault of theirs.
const tooMany = 20

// keep has the company have customers of the shop, and stores what came of it.
func (s *slice) keep(ctx context.Context, cs []customers.Shopper, records map[string]*insync.Record, update bool) error {
	if len(cs) == 0 {
		return nil
	}
	kept, err := s.resolver.Keep(ctx, s.Request.Lease, s.card.Card, cs, update, s.Request.DryRun)
	if errors.Is(err, table.ErrConflict) {
		return &fault.Error{Op: TaskName, Kind: fault.Transient, Err: errors.Join(errors.New("a customer's link was changed meanwhile"), err)}
	}
	for i, k := range kept {
		if k.Left {
			continue
		}
		if failed := s.brought(ctx, cs[i], k, records[cs[i].ID]); failed != nil {
			return cmp.Or(err, failed)
		}
	}
	return err
}

// brought stores what came of one customer of the shop.
func (s *slice) brought(ctx context.Context, c customers.Shopper, k customers.Kept, r *insync.Record) error {
	name := customers.Named(c.Customer)
	switch k.Did {
	case customers.Make:
		s.Counts.Created++
	case customers.Join, customers.Renew:
		s.Counts.Updated++
	case customers.Nothing:
	}
	row := Row{To: "company", Name: name, ID: c.ID, Number: k.Number, Does: string(k.Did), Parts: k.Parts, Reason: k.Reason}
	if row.Does == "" {
		row.Does = "nothing"
	}
	r.SeenAt = c.UpdatedAt
	switch {
	case k.Reason == customers.CustomerUnmapped:
		// Nobody in the company is it, and the card has none created.
		s.Counts.Skipped++
		s.Row(row)
		return s.settle(ctx, r, name)
	case k.Reason != "":
		part := issue.Part{Reason: k.Reason, Things: []string{k.Thing}}
		row.Does, row.Text = "wait", Reasons.Of(part).Text
		s.Row(row)
		return s.trouble(ctx, r, name, "", part)
	}
	if k.Did == customers.Nothing {
		s.Counts.Unchanged++
	}
	s.Row(row)
	return s.settle(ctx, r, name)
}

// trouble stores why a record waits, and says it.
func (s *slice) trouble(ctx context.Context, r *insync.Record, name, detail string, parts ...issue.Part) error {
	s.Counts.Failed++
	if e, ok := Reasons[parts[0].Reason]; !ok || e.Side == fault.System {
		s.Counts.SystemFailed++
	}
	*r = r.Troubled(parts[0].Reason, s.Now())
	if err := s.put(ctx, r); err != nil {
		return err
	}
	return s.say(ctx, kindOf(r), r.ID, name, detail, parts...)
}

func kindOf(r *insync.Record) string {
	if r.Side == insync.Arriving {
		return kindShop
	}
	return kindCompany
}

// settle says that nothing is wrong with a record. What is said goes first: a record
// that is settled is not looked at again.
func (s *slice) settle(ctx context.Context, r *insync.Record, name string) error {
	if err := s.say(ctx, kindOf(r), r.ID, name, ""); err != nil {
		return err
	}
	if r.Side == insync.Arriving && r.Version == 0 {
		return nil
	}
	*r = r.Settled()
	return s.put(ctx, r)
}

// links reads the links of ids.
func (s *slice) links(ctx context.Context, ids []string) (map[string]link.Link, error) {
	out := map[string]link.Link{}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		l, err := s.Links.Get(ctx, link.Link{Shop: s.Request.Shop, Company: s.Card.Company.Key(), Kind: link.Customer, ID: id})
		if err != nil {
			return nil, err
		}
		out[id] = l
	}
	return out, nil
}
