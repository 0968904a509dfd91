package receipts

import (
	"context"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/jobqueue"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
)

// perPage is how many orders are worked on at once: each takes two operations of a transaction.
const perPage = 40

// phase is what a run does. Its text is stored.
type phase string

const (
	listing    phase = "listing"    // orders that have changed
	suggesting phase = "suggesting" // orders of which something is left to do
	ended      phase = "ended"
)

// position is where a run is.
type position struct {
	cursor.Walk

	Phase phase  `json:"phase,omitempty"`
	After string `json:"after,omitempty"` // the last order that was worked on
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Sides

	set     Settings
	walker  *cursor.Walker
	batches map[string]Batch // by code; those that were looked for
	todo    []mark           // orders of which something is left to do, as of this slice
	listed  bool
}

// run goes on where the last slice or, in the first, the last run has ended.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], sides Sides) (bool, error) {
	set, err := shop.Of[Settings](sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, Sides: sides, set: set, batches: map[string]Batch{}}
	s.walker = &cursor.Walker{Op: TaskName, Feed: sides.Source, Now: t.Now, Walk: &sl.Checkpoint.Walk}
	at := &s.Checkpoint
	if at.Phase == "" {
		at.Phase = listing
		if set.SuggestPaymentsFrom == "" {
			at.Phase = suggesting // what was suggested is followed
		}
	}
	for at.Phase != ended {
		if s.Over(3 * s.Timeout) {
			return false, nil
		}
		s.Step()
		step, note := s.list, "reading payments"
		if at.Phase == suggesting {
			step, note = s.suggest, "suggesting payments"
		}
		if err := step(ctx); err != nil {
			return false, err
		}
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Note: note})
	}
	return true, nil
}

// marks is the kind of the mark: another day begins another walk.
func (s *slice) marks() string { return "receipts-" + s.set.SuggestPaymentsFrom }

// list notes what was paid of a page of orders that have changed.
func (s *slice) list(ctx context.Context) error {
	at := &s.Checkpoint
	if at.Began.IsZero() {
		m, err := s.Marks.Get(ctx, s.Request.Shop, s.marks())
		if err != nil {
			return err
		}
		first, err := time.ParseInLocation(time.DateOnly, s.set.SuggestPaymentsFrom, s.Card.Location())
		if err != nil {
			return err
		}
		if err := s.walker.Begin(ctx, m.Mark, first); err != nil {
			return err
		}
	}
	page, last, err := s.walker.Page(ctx)
	if err != nil {
		return err
	}
	for rest, first := page.Changes, true; first || len(rest) > 0; first = false {
		part := rest[:min(len(rest), MaxRead)]
		rest = rest[len(part):]
		if err := s.read(ctx, part); err != nil {
			return err
		}
		if err := s.reach(ctx, part, last && len(rest) == 0); err != nil {
			return err
		}
	}
	at.Done += len(page.Changes)
	if !last {
		return s.walker.Turn(ctx, page)
	}
	at.Phase = suggesting
	return nil
}

// reach moves the mark behind part.
func (s *slice) reach(ctx context.Context, part []cursor.Change, last bool) error {
	upTo := s.walker.Behind(part, last)
	if s.Request.DryRun {
		return nil
	}
	m, err := s.Marks.Get(ctx, s.Request.Shop, s.marks())
	if err != nil || !m.Reach(upTo) && (!last || !s.Checkpoint.Sweep) {
		return err
	}
	return s.Marks.Change(ctx, s.Guard, s.Request.Lease, s.Request.Shop, s.marks(), func(m *cursor.Stored) {
		if m.Reach(upTo); last {
			m.Swept(s.Checkpoint.Walk, s.Now())
		}
	})
}

// read stores what was paid of orders, where that is new.
func (s *slice) read(ctx context.Context, part []cursor.Change) error {
	if len(part) == 0 {
		return nil
	}
	var ids []string
	at := map[string]time.Time{}
	for _, c := range part {
		was, err := s.Store.Get(ctx, s.Request.Shop, c.ID)
		if err != nil {
			return err
		}
		if s.Counts.Read++; was.Version > 0 && was.SeenAt.Equal(c.UpdatedAt) {
			s.Counts.Unchanged++
			continue
		}
		ids, at[c.ID] = append(ids, c.ID), c.UpdatedAt
	}
	if len(ids) == 0 {
		return nil
	}
	os, err := s.Source.Payments(ctx, ids)
	if err != nil {
		return err
	}
	var ops []table.Op
	var dry []*Order
	for _, o := range os {
		o.SeenAt = at[o.ID]
		now, err := s.paid(ctx, o)
		if err != nil {
			return err
		}
		if now == nil {
			continue
		}
		dry = append(dry, now)
		more := now.ops(true)
		if len(ops)+len(more) > table.MaxTransactionOps-1 {
			if err := s.write(ctx, ops...); err != nil {
				return err
			}
			ops = nil
		}
		ops = append(ops, more...)
	}
	if s.Request.DryRun { // nothing is stored that could be looked at later
		return s.work(ctx, dry)
	}
	return s.write(ctx, ops...)
}

// paid is an order with what was paid of it; nil if that is stored, or from before the day
// that the card says.
func (s *slice) paid(ctx context.Context, o Order) (*Order, error) {
	was, err := s.Store.Get(ctx, s.Request.Shop, o.ID)
	if err != nil {
		return nil, err
	}
	if !was.take(o, func(p Payment) bool { return s.day(p.At) >= s.set.SuggestPaymentsFrom }) {
		s.Counts.Unchanged++
		return nil, nil
	}
	was.NotBefore, was.Tries = time.Time{}, 0
	return was, nil
}

// day is a date where the shop is.
func (s *slice) day(t time.Time) string { return t.In(s.Card.Location()).Format(time.DateOnly) }

// write stores under the lease; a dry run stores nothing.
func (s *slice) write(ctx context.Context, ops ...table.Op) error {
	if s.Request.DryRun || len(ops) == 0 {
		return nil
	}
	return s.Guard.Write(ctx, s.Request.Lease, ops...)
}
