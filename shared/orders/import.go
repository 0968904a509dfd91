package orders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
)

const (
	// detailsSize is how many orders are read and stored together.
	detailsSize = 100
	// tooMany orders that cannot be read, and none that can, are no fault of theirs.
	tooMany = 20
	// tries is how often orders are stored that somebody else changes meanwhile.
	tries = 3
)

// Import is sync-orders. One Import serves all shops, and is safe for
// concurrent use for different ones.
type Import struct {
	task.Deps

	Source func(shop.Shop) (Source, error)
	Stage  Stage
	// Every is the cadence in a new shop; 0: it has none.
	Every time.Duration
	// Next is the task that makes documents of what was imported.
	Next string
	// MaxObjects is how many orders a window may have; 0 is Shopify's limit.
	MaxObjects int
}

// position is where a walk is: judging filtered orders again, or inside a
// window, at a page of it.
type position struct {
	cursor.Walk

	Judging bool `json:"judging,omitempty"` // filtered orders, at Page
	Ready   bool `json:"ready,omitempty"`   // an order that wants a document was stored
	// Hidden says which orders the app may not see, Unhidden that it may again.
	Hidden   string `json:"hidden,omitempty"`
	Unhidden bool   `json:"unhidden,omitempty"`
	// NoReturns: Shopify does not list the orders whose returns have begun.
	NoReturns bool `json:"noReturns,omitempty"`
	// Found counts what was asked for by name, id or the time it was placed; nil: nothing was.
	Found *Found `json:"found,omitempty"`
}

// feed is the index as walks read it: by update time, or by the time orders were placed.
type feed struct {
	Source
	placed bool
}

func (f feed) window(w cursor.Window) Window { return Window{From: w.From, To: w.To, Placed: f.placed} }

// Count implements cursor.Feed.
func (f feed) Count(ctx context.Context, w cursor.Window, limit int) (int, error) {
	return f.CountChanged(ctx, f.window(w), limit)
}

// Changed implements cursor.Feed.
func (f feed) Changed(ctx context.Context, w cursor.Window, page string) (cursor.Page, error) {
	p, err := f.Source.Changed(ctx, f.window(w), page)
	return cursor.Page{Changes: p.Orders, Next: p.Next}, err
}

// walker goes on with the walk of the checkpoint.
func (s *importing) walker() *cursor.Walker {
	if s.going == nil {
		s.going = &cursor.Walker{Op: TaskName, Now: s.Now, Walk: &s.pos.Walk, Max: s.MaxObjects, Feed: feed{s.source, s.Parameters.Demanded()}}
		if s.Parameters.Demanded() {
			s.going.End = s.Parameters.PlacedTo
		}
	}
	return s.going
}

// Planned is what a dry run says about one order.
type Planned struct {
	Order  string `json:"order"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
	// Found counts what was asked for by name, id or the time it was placed; it is the last row.
	Found *Found `json:"found,omitempty"`
}

// run is the work of one slice.
func (t *Import) run(ctx context.Context, sl *slice, source Source) (done bool, err error) {
	settings, err := shop.Of[OrderSettings](sl.Card)
	if err != nil {
		return false, err
	}
	s := &importing{Import: t, slice: sl, settings: settings, source: source, pos: &sl.Checkpoint}
	s.room = min(time.Minute, s.Request.Deadline.Sub(t.Now())/4)
	if s.Parameters.Demanded() {
		done, err = s.demand(ctx)
	} else {
		done, err = s.walk(ctx)
	}
	if err == nil {
		err = s.sayFields(ctx)
	}
	if err != nil {
		return false, err
	}
	s.show(ctx)
	if !done || s.Request.DryRun {
		return done, nil
	}
	// The list of those that wait may not show yet what this run has stored.
	waiting := s.pos.Ready
	if !waiting {
		waiting, err = t.Stage.Waiting(ctx, s.Request.Shop, s.settings.OrderAttributesToShop)
	}
	if err == nil && done {
		var due bool
		due, err = s.due(ctx)
		waiting = waiting || due
	}
	if err == nil && !waiting && s.settings.Books() {
		waiting, err = t.Stage.RefundsWait(ctx, s.Request.Shop)
	}
	if err == nil && !waiting && s.settings.ArchiveProcessedOrders {
		waiting, err = t.Stage.ArchivesWait(ctx, s.Request.Shop)
	}
	if waiting {
		s.FollowUps = []string{t.Next}
	}
	return true, err
}

// importing is the work of one invocation.
type importing struct {
	*Import
	*slice
	settings OrderSettings
	source   Source
	pos      *position     // the slice's checkpoint
	room     time.Duration // that a page needs before the deadline: it may wait a minute for points
	going    *cursor.Walker
	// How many orders could be read, and how many could not for the first time.
	readable, unreadable int
	hidden               map[string]bool // fields of what was read
	there                map[string]bool // ids of orders that Shopify has
}

type slice = task.Slice[Parameters, position]

// show says how far the import is, and what it may not see.
func (s *importing) show(ctx context.Context) {
	notes := []string{"importing orders"}
	if s.pos.Found != nil {
		notes = append(notes, s.pos.Found.String())
	}
	if s.pos.Hidden != "" {
		notes = append(notes, "those placed "+s.pos.Hidden+" are hidden")
	}
	if s.pos.NoReturns {
		notes = append(notes, "returns that have begun are not listed")
	}
	for _, f := range slices.Sorted(maps.Keys(s.hidden)) {
		notes = append(notes, "hidden of them: "+fields[f].name)
	}
	s.Progress(ctx, jobqueue.Progress{Done: s.pos.Done, Total: s.pos.Total, Note: strings.Join(notes, "; ")})
}

// find looks for an order by its name, and for a mere number by the name that
// Shopify gives it unless told otherwise.
func (s *importing) find(ctx context.Context, name string) ([]string, error) {
	ids, err := s.source.OrderByName(ctx, name)
	if err == nil && len(ids) == 0 && strings.Trim(name, "0123456789") == "" {
		return s.source.OrderByName(ctx, "#"+name)
	}
	return ids, err
}

// walk goes through the orders that changed since the cursor, window by
// window, and reports whether it came to the end.
func (s *importing) walk(ctx context.Context) (bool, error) {
	pos := s.pos
	if pos.From.IsZero() {
		// Judging comes first, as it notes the filters: whatever they keep out from
		// here on is judged again when they change, even if this run goes no further.
		if done, err := s.judge(ctx); err != nil || !done {
			return false, err
		}
		unread, err := s.Stage.Unread(ctx, s.Request.Shop)
		if err == nil && s.settings.RefundsAndReturns != "" {
			var more []string
			more, err = s.Stage.Unsettled(ctx, s.Request.Shop)
			unread = append(unread, slices.DeleteFunc(more, func(id string) bool { return slices.Contains(unread, id) })...)
		}
		if err == nil {
			err = s.take(ctx, unread)
		}
		if err == nil && s.settings.RefundsAndReturns != "" {
			err = s.returns(ctx)
		}
		if err != nil {
			return false, err
		}
		if err := s.begin(ctx); err != nil {
			return false, err
		}
	}
	return s.list(ctx)
}

// list goes on through the windows that have begun, and reports whether it came to
// the end.
func (s *importing) list(ctx context.Context) (bool, error) {
	pos := s.pos
	for !s.Over(s.room) {
		s.Step()
		page, last, err := s.walker().Page(ctx)
		if err != nil {
			return false, err
		}
		if err := s.page(ctx, page.Changes, last); err != nil {
			return false, err
		}
		pos.Done += len(page.Changes)
		if s.show(ctx); last {
			return true, s.swept(ctx)
		}
		if err := s.walker().Turn(ctx, page); err != nil {
			return false, err
		}
	}
	return false, nil
}

// begin finds the first window.
func (s *importing) begin(ctx context.Context) error {
	marks, err := s.Stage.Cursor(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	var first time.Time
	for _, t := range []time.Time{s.Parameters.From, s.settings.ImportFrom, s.Card.ConnectedAt} {
		if first = t; !t.IsZero() {
			break
		}
	}
	from := s.walker().Start(marks.Mark, first)
	all, err := s.reach(ctx, marks, first)
	if err != nil {
		return err
	}
	if all {
		from = first
	}
	return s.walker().BeginAt(ctx, from)
}

// clock is the time at the source, at most what it is there now. Update times
// are held against it: ours may be ahead.
func (s *importing) clock() time.Time { return s.walker().Clock() }

// swept ends a walk that was a sweep, once a day: what is old shrinks.
func (s *importing) swept(ctx context.Context) error {
	if err := s.reached(ctx); err != nil || !s.pos.Sweep || s.Request.DryRun {
		return err
	}
	at := s.Now()
	if days := s.settings.KeepProcessedOrders; days >= 0 {
		if days == 0 {
			days = 90
		}
		// By the source's clock: what is dropped for the age that a wrong one shows is gone.
		if err := s.Stage.Shrink(ctx, s.Guard, s.Request.Lease, s.Request.Shop, s.clock().AddDate(0, 0, -days)); err != nil {
			return err
		}
	}
	return s.Stage.Mark(ctx, s.Guard, s.Request.Lease, s.Request.Shop, func(c *Cursor) { c.Swept(s.pos.Walk, at) })
}

// judge judges the orders that are kept out again, when the filters are not
// those that kept them out, and reports whether it came to the end.
func (s *importing) judge(ctx context.Context) (bool, error) {
	filters, err := s.Parameters.filters()
	if err != nil {
		return false, err
	}
	was, err := s.Stage.Cursor(ctx, s.Request.Shop)
	if err != nil || s.Request.DryRun {
		return err == nil, err
	}
	by := s.Parameters.only()
	changed := was.Filters != filters
	if !changed && was.By == nil {
		return true, s.Stage.Mark(ctx, s.Guard, s.Request.Lease, s.Request.Shop, func(c *Cursor) { c.By = &by })
	}
	if !changed && (was.JudgedAt.IsZero() || !clock.Due(was.JudgedAt.Add(cursor.Overlap), s.Now(), cursor.Overlap)) {
		return true, nil
	}
	for s.pos.Judging = true; s.pos.Judging; {
		if s.Over(s.room) {
			return false, nil
		}
		ks, os, next, err := s.Stage.Filtered(ctx, s.Request.Shop, s.pos.Page, detailsSize)
		if err != nil {
			return false, err
		}
		var staged []Staged
		for i, o := range os {
			g := decide(s.Parameters, ks[i], o, ks[i].Hash, s.clock(), s.Now())
			g.UpdatedAt, g.Young, g.ReadAt = ks[i].UpdatedAt, ks[i].Young, time.Time{}
			if g.State != Filtered {
				s.Counts.Created++
				s.pos.Ready = true
			}
			if g.State != Filtered || g.Reason != ks[i].Reason {
				staged = append(staged, g)
			}
		}
		if err := s.store(ctx, staged, time.Time{}); err != nil {
			return false, conflict(err)
		}
		if len(os) > 0 {
			s.Step()
		}
		s.pos.Page, s.pos.Judging = next, next != ""
	}
	at := s.Now()
	if !changed || was.Filters == "" && was.UpTo.IsZero() {
		at = time.Time{}
	}
	return true, s.Stage.Mark(ctx, s.Guard, s.Request.Lease, s.Request.Shop, func(c *Cursor) { c.Filters, c.JudgedAt, c.By = filters, at, &by })
}

// page takes in what a page lists, and moves the cursor behind it. last says
// that nothing is listed after it.
func (s *importing) page(ctx context.Context, changed []Changed, last bool) error {
	if s.pos.Found != nil {
		for part := range slices.Chunk(changed, detailsSize) {
			if err := s.placed(ctx, part); err != nil {
				return err
			}
		}
		return nil
	}
	ids := make([]string, len(changed))
	for i, c := range changed {
		ids[i] = c.ID
	}
	known, err := s.Stage.Known(ctx, s.Request.Shop, ids)
	if err != nil {
		return err
	}
	same, err := s.glance(ctx, changed, known)
	if err != nil {
		return err
	}
	for rest := changed; len(rest) > 0; {
		part := rest[:min(len(rest), detailsSize)]
		ks := known[len(known)-len(rest):]
		rest = rest[len(part):]
		var need []Known
		for i, c := range part {
			// What the list says is compared with what is stored: an order that is
			// stored as it is, by the overlap or our own write, is not read again.
			// One that cannot be read is tried again when it is due.
			k := ks[i]
			if !same[c.ID] && !k.waits(s.Now()) && (k.Version == 0 || k.Missed || k.Young || c.UpdatedAt.After(k.UpdatedAt)) {
				need = append(need, k)
				continue
			}
			s.Counts.Read++
			s.Counts.Unchanged++
		}
		if err := s.read(ctx, need, s.walker().Behind(part, last && len(rest) == 0)); err != nil {
			return err
		}
	}
	if len(changed) > 0 || !last {
		return nil
	}
	return s.store(ctx, nil, s.pos.Seen)
}

func (s *importing) take(ctx context.Context, ids []string) error {
	for part := range slices.Chunk(ids, detailsSize) {
		known, err := s.Stage.Known(ctx, s.Request.Shop, part)
		if err != nil {
			return err
		}
		if err := s.read(ctx, known, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// read reads orders and stores what becomes of them. When somebody else changes
// one meanwhile, all are judged once more by what is stored then.
func (s *importing) read(ctx context.Context, ks []Known, upTo time.Time) error {
	s.Counts.Read += len(ks)
	var first []Staged
	for try := 1; ; try++ {
		staged, err := s.details(ctx, ks)
		if err != nil {
			return err
		}
		if try == 1 {
			first = staged
		}
		if err = s.store(ctx, staged, upTo); err == nil {
			break
		}
		if try == tries || !errors.Is(err, table.ErrConflict) {
			return conflict(err)
		}
		ids := make([]string, len(ks))
		for i, k := range ks {
			ids[i] = k.ID
		}
		if ks, err = s.Stage.Known(ctx, s.Request.Shop, ids); err != nil {
			return err
		}
	}
	for _, g := range first {
		if s.count(g); s.pos.Found != nil {
			s.pos.Found.add(g.Known)
		}
		s.pos.Ready = s.pos.Ready || g.State == Ready || g.Amend || g.Archive || g.State == Attention && g.Order != nil
		s.Row(Planned{Order: name(g), State: g.State, Reason: g.Reason})
	}
	return nil
}

func (s *importing) store(ctx context.Context, staged []Staged, upTo time.Time) error {
	if s.Request.DryRun {
		return nil
	}
	return s.Stage.Put(ctx, s.Guard, s.Request.Lease, s.Request.Shop, staged, upTo)
}

// conflict says what a conflict means, and passes other errors on.
func conflict(err error) error {
	if !errors.Is(err, table.ErrConflict) {
		return err
	}
	return &fault.Error{Op: TaskName, Kind: fault.Transient, Err: fmt.Errorf("an order was changed while it was imported: %w", err)}
}

func name(g Staged) string {
	if g.Order != nil {
		return g.Order.Name
	}
	return g.Known.Name
}

func (s *importing) count(g Staged) {
	switch {
	case g.Missed:
		s.Counts.Failed++
		s.Counts.SystemFailed++
	case g.State == Skipped && g.Known.State != Skipped:
		s.Counts.Skipped++
	case g.Order == nil:
		s.Counts.Unchanged++
	case g.State == Filtered:
		s.Counts.Skipped++
	case g.Known.Version == 0 || g.Known.State == Filtered || g.Known.State == Unread:
		s.Counts.Created++
	default:
		s.Counts.Updated++
	}
}

// details reads the orders. One that makes the whole answer unreadable is
// found by halving, and set aside; the others go on.
func (s *importing) details(ctx context.Context, ks []Known) ([]Staged, error) {
	if len(ks) == 0 {
		return nil, nil
	}
	ids := make([]string, len(ks))
	for i, k := range ks {
		ids[i] = k.ID
	}
	began := s.Now()
	read, err := s.source.Orders(ctx, ids)
	if err == nil {
		read, err = s.refunds(ctx, read)
	}
	if err == nil {
		err = s.mergers(ctx, ks, read.Orders)
	}
	// What was changed later is not in the answer.
	at := s.clock().Add(-max(s.Now().Sub(began), 0))
	switch kind := fault.KindOf(err); {
	case kind == fault.Bug && len(ks) > 1:
		a, err := s.details(ctx, ks[:len(ks)/2])
		if err != nil {
			return nil, err
		}
		b, err := s.details(ctx, ks[len(ks)/2:])
		return append(a, b...), err
	case kind == fault.Bug, kind == fault.Transient && !slices.ContainsFunc(ks, func(k Known) bool { return !k.Missed }):
		// Those that could not be read before must not keep the others from their turn.
		read = Read{}
		for _, k := range ks {
			read.Unread = append(read.Unread, Unreadable{ID: k.ID, Err: err})
		}
	case err != nil:
		return nil, err
	}
	s.readable += len(read.Orders)
	for _, o := range read.Orders {
		for _, f := range o.Hidden {
			if s.hidden == nil {
				s.hidden = map[string]bool{}
			}
			s.hidden[f] = true
		}
	}
	return s.judged(ks, read, at)
}

// judged is what becomes of orders that were read at a time of the source's clock.
func (s *importing) judged(ks []Known, read Read, at time.Time) ([]Staged, error) {
	byID, unread := map[string]Order{}, map[string]Unreadable{}
	for _, o := range read.Orders {
		byID[o.ID] = o
	}
	for _, u := range read.Unread {
		unread[u.ID] = u
	}
	if s.there == nil {
		s.there = map[string]bool{}
	}
	for _, k := range ks {
		_, bad := unread[k.ID]
		_, ok := byID[k.ID]
		s.there[k.ID] = ok || bad
	}
	var out []Staged
	for _, k := range ks {
		o, ok := byID[k.ID]
		u, bad := unread[k.ID]
		switch {
		case bad:
			if !k.Missed {
				s.unreadable++
			}
			if s.unreadable >= tooMany && s.readable == 0 {
				return nil, u.Err
			}
			k.Name = cmp.Or(k.Name, u.Name)
			out = append(out, SetAside(k, u.Err, s.Now()))
		case !ok: // deleted since, or not ours to read any more
			if k.State == Unread && !k.Pinned {
				out = append(out, Gone(k))
			}
		default:
			k.Books = s.settings.Books()
			hash, err := o.Hash()
			if err != nil {
				out = append(out, SetAside(k, err, s.Now()))
				continue
			}
			g := decide(s.Parameters, k, o, hash, at, s.Now())
			g.Amend = g.Issue != nil && s.settings.AmendOrders
			out = append(out, s.settings.archives(g, o))
		}
	}
	return out, nil
}
