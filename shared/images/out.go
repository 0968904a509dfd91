package images

import (
	"context"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/outbound"
)

// send brings pictures of items to Shopify.
func (s *slice) send(ctx context.Context, ws []*work) error {
	for part := range slices.Chunk(ws, MaxFiles) {
		if err := s.read(ctx, part); err != nil {
			return err
		}
		var make, change []*work
		for _, w := range part {
			w.Stamp = w.item.ModifiedAt
			do, err := s.judge(ctx, w)
			if err != nil {
				return err
			}
			switch do {
			case create:
				make = append(make, w)
			case replace:
				change = append(change, w)
			case nothing:
			}
			if do == nothing {
				w.content = nil // many of them are large
			}
		}
		if err := s.bring(ctx, make, change); err != nil {
			return err
		}
	}
	return nil
}

// read reads the pictures of items, each once. One whose stamp is that of the last look
// is as it was: it is read only if something of it is to be sent. Stamps are read first,
// so that a picture that changes in between is read again.
func (s *slice) read(ctx context.Context, ws []*work) error {
	stamps, err := s.stamps(ctx, ws)
	if err != nil {
		return err
	}
	var is []Item
	at := map[string]int{} // by id of the item
	for _, w := range ws {
		if stamp := stamps[w.item.ID]; stamp != "" && stamp == w.LookedStamp && w.settled(w.Looked) {
			w.sum = w.Looked
			continue
		}
		if _, ok := at[w.item.ID]; !ok && w.item.Has {
			at[w.item.ID] = len(is)
			is = append(is, w.item)
		}
	}
	if len(is) == 0 {
		return nil
	}
	ps, err := s.Company.Pictures(ctx, is)
	if err != nil {
		return err
	}
	for _, w := range ws {
		n, ok := at[w.item.ID]
		if !ok || w.sum != "" {
			continue
		}
		if w.content, w.unread = ps[n].Content, ps[n].Err; len(w.content) > 0 {
			w.facts, w.sum = look(w.content), hash(w.content)
		}
		w.Looked, w.LookedStamp = w.sum, stamps[w.item.ID]
	}
	return nil
}

// stamps are those of the items.
func (s *slice) stamps(ctx context.Context, ws []*work) (map[string]string, error) {
	var is []Item
	for _, w := range ws {
		if w.item.Has && !slices.Contains(is, w.item) {
			is = append(is, w.item)
		}
	}
	if len(is) == 0 {
		return nil, nil
	}
	return s.Company.Stamps(ctx, is)
}

// doing is what is to be done about a picture on its way to Shopify.
type doing int

const (
	nothing doing = iota
	create        // a file
	replace       // what is in the file
)

// judge decides about one picture, and stores what needs no upload.
func (s *slice) judge(ctx context.Context, w *work) (doing, error) {
	if w.unread != nil {
		w.Open, w.NotBefore = true, s.Now().Add(later)
		return nothing, s.say(ctx, &w.Record, NotRead, "", w.unread.Error())
	}
	if w.sum == "" {
		return nothing, s.gone(ctx, w)
	}
	switch {
	case w.sum == w.Refusal:
		s.Counts.Failed++
		w.Open = false
		return nothing, s.keep(ctx, w)
	case w.settled(w.sum):
		s.Counts.Unchanged++
		w.Open, w.NotBefore = !w.Tied && w.Media != "", s.Now()
		return nothing, s.keep(ctx, w)
	}
	if reason, more := w.wrong(); reason != "" {
		w.Refusal, w.Open = w.sum, false
		return nothing, s.say(ctx, &w.Record, reason, more, "")
	}
	if w.Pending != nil {
		return s.pending(ctx, w)
	}
	if w.Media == "" {
		s.plan(w, "a picture is added")
		return create, nil
	}
	s.plan(w, "the picture is replaced")
	return replace, nil
}

// keep stores the record, unless the run changes nothing.
func (s *slice) keep(ctx context.Context, w *work) error {
	if s.Request.DryRun {
		return nil
	}
	return s.put(ctx, &w.Record)
}

// gone is about an item without a picture.
func (s *slice) gone(ctx context.Context, w *work) error {
	switch {
	case w.Media == "" || !s.DeleteImages:
		s.Counts.Unchanged++
		if w.Refusal == "" {
			w.Open = false
			return s.keep(ctx, w)
		}
		w.Refusal, w.Open = "", false
		return s.say(ctx, &w.Record, "", "", "")
	case s.Request.DryRun:
		s.plan(w, "the picture is deleted")
		return nil
	}
	if err := s.Hold().Ensure(ctx); err != nil {
		return err
	}
	if err := s.Files.Delete(ctx, []string{w.Media}); err != nil && fault.KindOf(err) != fault.Rejected { // one that is gone
		return err
	}
	w.Media, w.Sum, w.Refusal, w.Tied, w.Open = "", "", "", false, false
	s.Counts.Updated++
	return s.say(ctx, &w.Record, "", "", "")
}

// pending looks for the file of a create without an answer.
func (s *slice) pending(ctx context.Context, w *work) (doing, error) {
	found, err := s.Files.Named(ctx, []string{w.Pending.File})
	if err != nil {
		return nothing, err
	}
	there, err := s.clock(ctx)
	if err != nil {
		return nothing, err
	}
	n := 0
	if found[0].ID != "" {
		n = 1
	}
	switch outbound.Next(outbound.Sent(true, w.Pending.There, there), n, there) {
	case outbound.Adopt:
		w.Media, w.Sum, w.Tied, w.Pending = found[0].ID, w.Pending.Sum, false, nil
		w.Open, w.NotBefore = true, s.Now()
		s.Counts.Created++
		return nothing, s.say(ctx, &w.Record, "", "", "")
	case outbound.Create:
		return create, nil
	default:
		w.Open, w.NotBefore = true, s.Now().Add(later)
		return nothing, s.put(ctx, &w.Record)
	}
}

// bring uploads pictures, makes files of some, and changes the files of others.
func (s *slice) bring(ctx context.Context, make, change []*work) error {
	all := slices.Concat(make, change)
	if len(all) == 0 || s.Request.DryRun {
		return nil
	}
	up, err := s.Files.Upload(ctx, s.uploads(all))
	if err != nil {
		return err
	}
	for i, w := range all {
		if w.staged, w.unread = up[i].Entity, up[i].Err; w.unread == nil {
			continue
		}
		if fault.KindOf(w.unread) == fault.Rejected {
			w.Refusal, w.Open = w.sum, false
			err = s.say(ctx, &w.Record, Refused, "", w.unread.Error())
		} else {
			w.Open, w.NotBefore = true, s.Now().Add(later)
			err = s.put(ctx, &w.Record)
		}
		if err != nil {
			return err
		}
	}
	lost := func(w *work) bool { return w.unread != nil }
	if make = slices.DeleteFunc(make, lost); len(make) > 0 {
		creates := outbound.Creates[*work, File]{
			Hold: s.Hold(), Records: creation{s}, Clock: s.Clock, Name: func(f File) string { return f.ID },
			Taken: func(err error) bool { return fault.Of(err).Code == NameTaken },
		}
		if err := creates.Create(ctx, make); err != nil {
			return err
		}
	}
	return s.change(ctx, slices.DeleteFunc(change, lost))
}

func (s *slice) uploads(ws []*work) []Upload {
	us := make([]Upload, len(ws))
	for i, w := range ws {
		us[i] = Upload{File: fileName(w.pair(), w.sum, w.facts.Extension), Mime: w.facts.Mime, Content: w.content}
		if s.ImageDescription != Nothing {
			us[i].Alt = described(w.item.Name)
		}
	}
	return us
}

// creation is how files are made, see outbound.Records.
type creation struct{ *slice }

// Intend implements outbound.Records, as do those below.
func (c creation) Intend(ctx context.Context, ws []*work, i outbound.Intent) ([]*work, error) {
	for n, u := range c.uploads(ws) {
		w := ws[n]
		w.Pending = &Pending{At: i.At, There: i.There, Sum: w.sum, File: u.File}
		w.Open, w.NotBefore = true, i.At
		w.Log = w.Log.With(i.Event())
	}
	return ws, c.store(ctx, ws)
}

func (c creation) store(ctx context.Context, ws []*work) error {
	for _, w := range ws {
		if err := c.put(ctx, &w.Record); err != nil {
			return err
		}
	}
	return nil
}

// Send makes files of what was uploaded.
func (c creation) Send(ctx context.Context, ws []*work) ([]outbound.Created[File], error) {
	staged := make([]string, len(ws))
	for i, w := range ws {
		staged[i] = w.staged
	}
	return c.Files.Create(ctx, c.uploads(ws), staged)
}

func (c creation) Withdraw(ctx context.Context, ws []*work) error {
	for _, w := range ws {
		w.Pending = nil
	}
	return c.store(ctx, ws)
}

// Answered stores what became of each.
func (c creation) Answered(ctx context.Context, as []outbound.Answer[*work, File]) error {
	for _, a := range as {
		w := a.Item
		w.Log = w.Log.With(a.Log...)
		var err error
		switch a.Verdict {
		case outbound.Made:
			w.Media, w.Sum, w.Refusal, w.Tied, w.Pending = a.Entity.ID, w.sum, "", false, nil
			w.NotBefore = c.Now()
			c.Counts.Created++
			err = c.say(ctx, &w.Record, "", "", "")
		case outbound.Lost, outbound.Taken: // the next look finds it by its name
			err = c.put(ctx, &w.Record)
		case outbound.Unsent:
			w.Pending, w.NotBefore = nil, c.Now().Add(later)
			err = c.put(ctx, &w.Record)
		case outbound.Refused:
			w.Pending, w.Refusal, w.Open = nil, w.sum, false
			err = c.say(ctx, &w.Record, Refused, "", a.Err.Error())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// change puts other pictures into files.
func (s *slice) change(ctx context.Context, ws []*work) error {
	if len(ws) == 0 {
		return nil
	}
	if err := s.Hold().Ensure(ctx); err != nil {
		return err
	}
	cs := make([]Change, len(ws))
	for i, w := range ws {
		cs[i] = Change{ID: w.Media, Staged: w.staged}
	}
	errs, err := s.Ties.Change(ctx, cs)
	if err != nil {
		return err
	}
	for i, w := range ws {
		w.Open = true
		switch kind := fault.KindOf(errs[i]); {
		case errs[i] == nil:
			w.Sum, w.Refusal, w.NotBefore = w.sum, "", s.Now()
			s.Counts.Updated++
			err = s.say(ctx, &w.Record, "", "", "")
		case kind == fault.Rejected && fault.Of(errs[i]).Code == Gone:
			// Somebody has deleted the file: the picture gets another one.
			w.Media, w.Sum, w.Tied, w.NotBefore = "", "", false, s.Now()
			err = s.put(ctx, &w.Record)
		case kind == fault.Rejected:
			w.Refusal, w.Open = w.sum, false
			err = s.say(ctx, &w.Record, Refused, "", errs[i].Error())
		default: // whatever became of it: the same once more does no harm
			w.NotBefore = s.Now().Add(later)
			err = s.put(ctx, &w.Record)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
