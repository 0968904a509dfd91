package images

import (
	"bytes"
	"context"
	"slices"

	"backroom/shared/cursor"
	"backroom/shared/fault"
)

// products goes on through the products that have changed.
func (s *slice) products(ctx context.Context) error {
	page, last, err := s.walker().Page(ctx)
	if err != nil {
		return err
	}
	ids := make([]string, len(page.Changes))
	for i, c := range page.Changes {
		ids[i] = c.ID
	}
	s.Counts.Read += len(ids)
	for part := range slices.Chunk(ids, MaxItems) {
		ps, err := s.Links.OfProducts(ctx, s.Request.Shop, part)
		if err != nil {
			return err
		}
		var rs []Record
		for _, p := range ps {
			r, err := s.Store.Get(ctx, s.Request.Shop, p)
			if err != nil {
				return err
			}
			at := page.Changes[slices.Index(ids, p.Product)].UpdatedAt
			if r.Version > 0 && !r.Open && r.Stamp.Equal(at) {
				s.Counts.Unchanged++ // the overlap of two walks
				continue
			}
			r.Stamp = at
			rs = append(rs, r)
		}
		if err := s.look(ctx, rs); err != nil {
			return err
		}
	}
	if upTo := s.walker().Behind(page.Changes, last); !s.Request.DryRun {
		err := s.mark(ctx, productMark, func(m *cursor.Stored) {
			m.Reach(upTo)
			if last {
				m.Swept(s.Checkpoint.Walk, s.Now())
			}
		})
		if err != nil {
			return err
		}
	}
	if last {
		s.Checkpoint.Phase = open
		return nil
	}
	return s.walker().Turn(ctx, page)
}

// look reads which pictures products show, and takes over those that are others than the
// last time.
func (s *slice) look(ctx context.Context, rs []Record) error {
	for part := range slices.Chunk(rs, MaxItems) {
		ps := make([]Pair, len(part))
		for i, r := range part {
			ps[i] = r.pair()
		}
		fs, err := s.Products.Shown(ctx, ps)
		if err != nil {
			return err
		}
		var changed []Record
		for i, r := range part {
			if r.version(fs[i]) == r.Seen && r.Version > 0 && !r.Open {
				s.Counts.Unchanged++
				if err := s.keep(ctx, &work{Record: r}); err != nil {
					return err
				}
				continue
			}
			changed = append(changed, r)
		}
		if err := s.again(ctx, changed); err != nil {
			return err
		}
	}
	return nil
}

// version is which picture a product shows; "" for none.
func (r Record) version(f File) string {
	if f.ID == "" {
		return ""
	}
	return f.ID + "/" + version(f.Address)
}

// receive brings pictures of products to items, one after the other: each may be large.
func (s *slice) receive(ctx context.Context, ws []*work) error {
	for part := range slices.Chunk(ws, MaxItems) {
		ps := make([]Pair, len(part))
		for i, w := range part {
			ps[i] = w.pair()
		}
		fs, err := s.Products.Shown(ctx, ps)
		if err != nil {
			return err
		}
		for i, w := range part {
			if err := s.over(ctx, w, fs[i]); err != nil {
				return err
			}
			w.content = nil
		}
	}
	return nil
}

// over takes over the picture that a product shows.
func (s *slice) over(ctx context.Context, w *work, f File) error {
	switch {
	case f.ID == "":
		return s.vanished(ctx, w)
	case f.State == Working:
		w.Open, w.NotBefore = true, s.Now().Add(later)
		return s.keep(ctx, w)
	case f.State == Useless:
		w.Seen, w.Open = w.version(f), false
		return s.say(ctx, &w.Record, NoPicture, "", f.Problem)
	case f.Bytes > MaxBytes:
		w.Seen, w.Open = w.version(f), false
		return s.say(ctx, &w.Record, TooLarge, "", "")
	}
	var err error
	if w.content, err = s.Products.Download(ctx, f.Source, MaxBytes); err != nil {
		return s.postponed(ctx, w, err)
	}
	w.facts, w.sum = look(w.content), hash(w.content)
	switch reason, more := w.wrong(); {
	case w.sum == w.Sum:
		s.Counts.Unchanged++
		w.Seen, w.Open = w.version(f), false
		return s.say(ctx, &w.Record, "", "", "")
	case w.sum == w.Refusal && w.Refusal != "":
		s.Counts.Failed++
		w.Seen, w.Open = w.version(f), false
		return s.keep(ctx, w)
	case reason != "":
		w.Seen, w.Open, w.Refusal = w.version(f), false, w.sum
		return s.say(ctx, &w.Record, reason, more, "")
	}
	return s.write(ctx, w, w.version(f))
}

// there reads the picture that an item has now; ours says that there is none, or that it
// is the one that came from Shopify last.
func (s *slice) there(ctx context.Context, w *work) (content []byte, ours bool, err error) {
	ps, err := s.Company.Pictures(ctx, []Item{w.item})
	if err == nil {
		err = ps[0].Err
	}
	if err != nil {
		return nil, false, err
	}
	sum := hash(ps[0].Content)
	return ps[0].Content, sum == "" || sum == w.Sum, nil
}

// write gives an item its picture, if none is there that is not ours.
func (s *slice) write(ctx context.Context, w *work, seen string) error {
	has, ours, err := s.there(ctx, w)
	if err != nil {
		return s.postponed(ctx, w, err)
	}
	if bytes.Equal(has, w.content) { // of a write without an answer, or of somebody else
		s.Counts.Unchanged++
		w.Sum, w.Seen, w.Refusal, w.Open = w.sum, seen, "", false
		return s.say(ctx, &w.Record, "", "", "")
	}
	if !ours && !s.ReplaceItemPictures {
		// Nothing of the product tells that the item's own picture goes: it is looked at again.
		w.Open, w.NotBefore = true, s.Now().Add(nextDay)
		return s.say(ctx, &w.Record, Occupied, "", "")
	}
	if len(has) == 0 {
		s.plan(w, "the item gets the picture")
	} else {
		s.plan(w, "the item's picture is replaced")
	}
	if s.Request.DryRun {
		return nil
	}
	if err := s.Hold().Ensure(ctx); err != nil {
		return err
	}
	switch err := s.Company.SetPicture(ctx, w.item, w.content); {
	case err == nil:
	case fault.KindOf(err) == fault.Rejected:
		w.Seen, w.Refusal, w.Open = seen, w.sum, false
		return s.say(ctx, &w.Record, NotWritten, "", err.Error())
	default:
		return s.postponed(ctx, w, err)
	}
	if len(has) == 0 {
		s.Counts.Created++
	} else {
		s.Counts.Updated++
	}
	w.Sum, w.Seen, w.Refusal, w.Open = w.sum, seen, "", false
	return s.say(ctx, &w.Record, "", "", "")
}

// postponed is about a failure that is none of the picture's. What concerns the whole side
// ends the slice.
func (s *slice) postponed(ctx context.Context, w *work, err error) error {
	switch fault.KindOf(err) {
	case fault.Throttled, fault.Blocked, fault.Bug:
		return err
	case fault.Rejected:
		w.Open, w.NotBefore = true, s.Now().Add(later)
		return s.say(ctx, &w.Record, NotRead, "", err.Error())
	case fault.Transient, fault.Unknown:
	}
	// Whatever became of it: the next look compares what is there.
	w.Open, w.NotBefore = true, s.Now().Add(later)
	return s.keep(ctx, w)
}

// vanished is about a product that shows no picture.
func (s *slice) vanished(ctx context.Context, w *work) error {
	w.Open = false
	if w.Sum == "" || !s.DeleteImages {
		s.Counts.Unchanged++
		w.Seen = ""
		return s.say(ctx, &w.Record, "", "", "")
	}
	has, ours, err := s.there(ctx, w)
	if err != nil {
		return s.postponed(ctx, w, err)
	}
	if ours && len(has) > 0 {
		s.plan(w, "the item's picture is deleted")
		if s.Request.DryRun {
			return nil
		}
		if err := s.Hold().Ensure(ctx); err != nil {
			return err
		}
		if err := s.Company.DeletePicture(ctx, w.item); err != nil {
			return s.postponed(ctx, w, err)
		}
		s.Counts.Updated++
	}
	w.Sum, w.Seen = "", ""
	return s.say(ctx, &w.Record, "", "", "")
}
