package disputes

import (
	"context"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
	"backroom/shared/task"
)

// before is how long before the shop was connected the first disputes were initiated
// that are read: banks decide within some months.
const before = 120 * 24 * time.Hour

// phase is what a run does. Its text is stored.
type phase string

const (
	listing phase = "listing" // pages of new ones
	again   phase = "again"   // those that are open
	ended   phase = "ended"
)

// position is where a run is.
type position struct {
	Phase phase  `json:"phase,omitempty"`
	From  cursor `json:"from"` // of this run
	Last  string `json:"last,omitempty"`
	Page  string `json:"page,omitempty"`
	After string `json:"after,omitempty"` // the open dispute that was read again last
	// Oldest is the oldest that is still open.
	Oldest string `json:"oldest,omitempty"`
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, position]
	Source
}

// Row is what a run without effect says of a dispute that is new or has changed.
type Row struct {
	Dispute string `json:"dispute"`
	Order   string `json:"order,omitempty"`
	Status  string `json:"status"`
	Amount  string `json:"amount"`
	DueBy   string `json:"dueBy,omitempty"`
}

// run goes on where the last slice or, in the first, the last run has ended.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, position], source Source) (bool, error) {
	s := &slice{t, sl, source}
	at := &s.Checkpoint
	if at.Phase == "" {
		from, err := t.Store.cursor(ctx, s.Request.Shop)
		if err != nil {
			return false, err
		}
		at.Phase, at.From, at.Last = listing, from, from.Last
	}
	for at.Phase != ended {
		if s.Over(2 * s.Timeout) {
			return false, nil
		}
		s.Step()
		step := s.list
		if at.Phase == again {
			step = s.again
		}
		if err := step(ctx); err != nil {
			return false, err
		}
		s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Note: "reading disputes"})
	}
	next := at.From
	if next.Last, next.OpenFrom = at.Last, at.Oldest; next.OpenFrom == "" {
		next.OpenFrom = at.Last
	}
	if s.Request.DryRun || next.Last == at.From.Last && next.OpenFrom == at.From.OpenFrom {
		return true, nil
	}
	return true, s.Guard.Write(ctx, s.Request.Lease, record.Put(cursorKey(s.Request.Shop), schema, &next, table.Always))
}

// list reads a page of new disputes; the last one known is listed once more.
func (s *slice) list(ctx context.Context) error {
	at := &s.Checkpoint
	ds, next, err := s.Disputes(ctx, at.From.Last, s.Card.ConnectedAt.Add(-before), at.Page)
	if err != nil {
		return err
	}
	for _, d := range ds {
		if d.ID == at.From.Last {
			continue // read again below, if it is open
		}
		if err := s.seen(ctx, d); err != nil {
			return err
		}
		if padded(d.ID) > padded(at.Last) {
			at.Last = d.ID
		}
	}
	if at.Page = next; next == "" {
		at.Phase = again
	}
	return nil
}

// again reads open disputes again: their status changes without a trace in the list.
// It says of each what it wants now.
func (s *slice) again(ctx context.Context) error {
	at := &s.Checkpoint
	open, err := s.Store.open(ctx, s.Request.Shop, at.From.OpenFrom)
	if err != nil {
		return err
	}
	var part []Dispute
	for _, d := range open {
		if len(part) < MaxAgain && padded(d.ID) > padded(at.After) {
			part = append(part, d)
		}
	}
	if len(part) == 0 {
		at.Phase = ended
		return nil
	}
	ids := make([]string, len(part))
	for i, d := range part {
		ids[i] = d.ID
	}
	got, err := s.Again(ctx, ids)
	if err != nil {
		return err
	}
	for _, d := range got {
		if err := s.seen(ctx, d); err != nil {
			return err
		}
		if d.Open() && at.Oldest == "" {
			at.Oldest = d.ID
		}
		if Judge(d, s.Now(), s.Card.Location()).Reason != "" {
			s.Counts.Failed++ // it waits for the merchant
		}
	}
	if at.After = ids[len(ids)-1]; len(part) < MaxAgain {
		at.Phase = ended
	}
	return nil
}

// seen stores a dispute as Shopify has it now, with what it wants. What it wants
// changes with time alone, too.
func (s *slice) seen(ctx context.Context, d Dispute) error {
	s.Counts.Read++
	was, err := s.Store.Get(ctx, s.Request.Shop, d.ID)
	if err != nil {
		return err
	}
	d.Shop, d.Version, d.Rest = s.Request.Shop, was.Version, was.Rest
	changed := was.Version == 0 || !was.same(d)
	had, _, err := s.Issues.Get(ctx, s.Request.Shop, IssueKind, d.ID)
	if err != nil {
		return err
	}
	wants := Judge(d, s.Now(), s.Card.Location())
	var ops []table.Op
	switch {
	case was.Version == 0:
		s.Counts.Created++
	case changed:
		s.Counts.Updated++
	default:
		s.Counts.Unchanged++
	}
	if changed {
		s.Row(Row{Dispute: d.ID, Order: d.OrderName, Status: d.Status, Amount: d.Amount.String(), DueBy: due(d)})
		ops = append(ops, record.Put(keyOf(d.Shop, d.ID), schema, &d, table.AsRead(was.Version)))
	}
	switch {
	case wants.Reason == "" && had.Reason != "":
		ops = append(ops, issue.Clear(s.Request.Shop, IssueKind, d.ID))
	case wants.Reason != "" && (had.Reason != wants.Reason || had.Text != wants.Text):
		op, err := s.Issues.Put(ctx, s.Issue(IssueKind, d.ID, d.Name(), wants))
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	if s.Request.DryRun || len(ops) == 0 {
		return nil
	}
	return s.Guard.Write(ctx, s.Request.Lease, ops...)
}

func due(d Dispute) string {
	if d.DueBy.IsZero() {
		return ""
	}
	return d.DueBy.Format(time.RFC3339)
}
