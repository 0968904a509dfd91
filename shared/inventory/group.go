package inventory

import (
	"context"
	"errors"
	"maps"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/issue"
)

var errUnsettled = errors.New("the outcome of a batch is not known")

// row is what a dry run shows of a pair.
type row struct {
	Variant  string       `json:"variant"`
	Name     string       `json:"name,omitempty"`
	Item     string       `json:"item"`
	Code     string       `json:"variantCode,omitempty"`
	Location string       `json:"location"`
	From     int          `json:"from"`
	To       int          `json:"to"`
	Reason   issue.Reason `json:"reason,omitempty"` // why it is not sent
}

// group handles some pairs: their levels are read, then what orders have sold, and
// what differs is sent if it is still as it was read. So an order that is placed
// before the levels were read is counted, and one that is placed after has them
// refused as stale: they are read again.
func (s *slice) group(ctx context.Context, ps []*pair) error {
	last := ps[len(ps)-1].good.Variant
	s.Checkpoint.Looked += len(ps)
	s.Counts.Read += len(ps)
	for range maxRounds {
		stale, err := s.round(ctx, ps)
		if err != nil {
			return errors.Join(err, s.stored(ctx))
		}
		if ps = stale; len(ps) == 0 {
			break
		}
	}
	for _, p := range ps { // it moves all the time: a later run
		s.Counts.Skipped++
		m, _ := s.marks.get(p.good.Variant, p.place.LocationID)
		m.Figure = ""
		s.marks.put(p.good.Variant, p.place.LocationID, m)
	}
	if err := s.stored(ctx); err != nil {
		return err
	}
	s.Checkpoint.After = last
	return nil
}

func (s *slice) stored(ctx context.Context) error {
	if s.Request.DryRun {
		return nil
	}
	return s.marks.store(ctx, s.Guard, s.Request.Lease)
}

// round reads pairs and sends what differs. It gives those that have changed
// meanwhile.
func (s *slice) round(ctx context.Context, ps []*pair) (stale []*pair, err error) {
	ls, err := s.levels(ctx, ps)
	if err != nil {
		return nil, err
	}
	sums, err := s.promised(ctx)
	if err != nil {
		return nil, err
	}
	var sends []*pair
	for _, p := range ps {
		if reason := s.places[p.place.LocationID]; reason != "" {
			s.mark(p, reason, "")
			continue
		}
		p.promised = sums[promiseKey(p.good, p.place.LocationID)]
		f, reason := p.decide(ls)
		if s.Request.DryRun && f != right {
			s.Row(row{p.good.Variant, p.good.Name, p.good.Item, p.good.Code, p.place.LocationID, p.from, p.offers, reason})
		}
		switch f {
		case send:
			sends = append(sends, p)
			continue
		case right:
			s.Counts.Unchanged++
		case untracked:
			s.Counts.Skipped++
			s.Checkpoint.Untracked++
		case wrong, unread:
		}
		detail := ""
		if e := ls.Unread[p.good.InventoryItem]; e != nil {
			detail = e.Error()
		}
		s.mark(p, reason, detail)
	}
	if s.Request.DryRun {
		return nil, nil
	}
	for part := range slices.Chunk(sends, MaxChanges) {
		again, err := s.sends(ctx, part)
		if err != nil {
			return nil, err
		}
		stale = append(stale, again...)
	}
	return stale, nil
}

// levels reads the items of pairs, with the locations in front.
func (s *slice) levels(ctx context.Context, ps []*pair) (Levels, error) {
	all := Levels{Items: map[string]ShopItem{}, Locations: map[string]ShopLocation{}, Unread: map[string]error{}}
	var items, locations []string
	for _, p := range s.card.StockLocations {
		locations = append(locations, p.LocationID)
	}
	for _, p := range ps {
		items = append(items, p.good.InventoryItem)
	}
	slices.Sort(items)
	for items = slices.Compact(items); len(items) > 0; {
		n := min(len(items), max(MaxLevels-len(locations), 1))
		ls, err := s.Target.Levels(ctx, items[:n], locations)
		if err != nil {
			return all, err
		}
		maps.Copy(all.Items, ls.Items)
		maps.Copy(all.Locations, ls.Locations)
		maps.Copy(all.Unread, ls.Unread)
		items, locations = items[n:], nil
	}
	for _, p := range s.card.StockLocations {
		s.places[p.LocationID] = placeProblem(p, all)
		s.names[p.LocationID] = all.Locations[p.LocationID].Name
	}
	return all, nil
}

// promised is what orders have sold that the company did not know when its stock was
// read. Those that were placed since the import was there last are looked up anew.
func (s *slice) promised(ctx context.Context) (promises, error) {
	shop := s.Request.Shop
	booked, err := s.waiting(ctx)
	if err != nil {
		return nil, err
	}
	since := s.Card.ConnectedAt
	if !s.unbooked.UpTo.IsZero() {
		since = s.unbooked.UpTo.Add(-overlap)
	}
	ids, err := s.Target.Placed(ctx, since)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(s.unbooked.Orders, id) })
	ps, missing, err := s.Orders.Promises(ctx, shop, ids, s.began)
	if err != nil {
		return nil, err
	}
	sold, err := s.Sales.Sold(ctx, missing)
	if err != nil {
		return nil, err
	}
	return promisesOf(slices.Concat(booked, ps, sold), s.of, s.ledger), nil
}

// waiting is what imported orders without a document have sold. It is read once a
// slice: one that has got its document since is counted as it was when the company's
// stock was read.
func (s *slice) waiting(ctx context.Context) ([]Promise, error) {
	if s.booked == nil {
		ps, missing, err := s.Orders.Promises(ctx, s.Request.Shop, s.unbooked.Orders, s.began)
		if err != nil {
			return nil, err
		}
		sold, err := s.Sales.Sold(ctx, missing)
		if err != nil {
			return nil, err
		}
		ps = append(ps, sold...)
		s.booked = &ps
	}
	return *s.booked, nil
}

// reasonOf is what a person is told about a change that is refused.
func reasonOf(err error) issue.Reason {
	switch fault.Of(err).Code {
	case CodeBundle:
		return BundleParent
	case CodeItem:
		return ItemGone
	case CodeUnstocked:
		return Unstocked
	}
	return Refused
}
