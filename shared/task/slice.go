package task

import (
	"context"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/shop"
)

// MaxRows is how many rows the report of a slice has at most. It is stored with
// its run.
const MaxRows = 2000

// Slice is one invocation of a run of a task with parameters P and checkpoint C.
// Not safe for concurrent use.
type Slice[P, C any] struct {
	// Request is what was asked for; its lease is the one last renewed by Hold.
	Request    jobqueue.Request
	Card       shop.Shop
	Parameters P
	// Checkpoint is where the last slice ended, and then where this one does.
	Checkpoint C
	// Counts are of this slice. Requests and points are filled in.
	Counts jobqueue.Counts
	// FollowUps are tasks to trigger if the run is done with this slice.
	FollowUps []string

	name     string
	deps     Deps
	steps    int // that were begun
	progress jobqueue.Progress
	rows     []any
	rowsLeft int // beyond MaxRows
}

// Hold is how the slice makes sure of its lease before it changes anything outside.
func (s *Slice[P, C]) Hold() outbound.Hold {
	return outbound.Hold{Op: s.name, Guard: s.deps.Guard, Lease: &s.Request.Lease, Now: s.deps.Now, Timeout: s.deps.Timeout}
}

// Step notes that a step begins, such as a page.
func (s *Slice[P, C]) Step() { s.steps++ }

// Over reports whether the slice has no time for another step that lasts as long as
// room, or has made as many as it may. The first step is always made, so that every
// slice gets on.
func (s *Slice[P, C]) Over(room time.Duration) bool {
	if s.steps == 0 {
		return false
	}
	return s.deps.Now().Add(room).After(s.Request.Deadline) || s.Request.MaxPages > 0 && s.steps >= s.Request.MaxPages
}

// Progress shows how far the run is, now and in the slice's result.
func (s *Slice[P, C]) Progress(ctx context.Context, p jobqueue.Progress) {
	s.progress = p
	s.deps.Guard.Progress(ctx, s.Request, p)
}

// Row adds what a dry run would do about one record to its report, up to [MaxRows]; of
// those beyond it is said how many they are. It does nothing in any other run.
func (s *Slice[P, C]) Row(row any) {
	switch {
	case !s.Request.DryRun:
	case len(s.rows) < MaxRows:
		s.rows = append(s.rows, row)
	default:
		s.rowsLeft++
	}
}

// Issue is i as the issue of a record of the shop, seen now. kind and record are how
// it is found, name is what a person calls the record.
func (s *Slice[P, C]) Issue(kind, record, name string, i issue.Issue) issue.Issue {
	now := s.deps.Now()
	i.Shop, i.Kind, i.Record, i.Name, i.FirstSeen, i.LastSeen = s.Request.Shop, kind, record, name, now, now
	return i
}

// Say stores under the lease an issue that [Slice.Issue] has made, and reports whether
// it is new; one of the same reason stays as it is stored. An issue without a reason
// says that nothing is wrong with its record any more. A dry run writes nothing.
// Errors: those of the table and of the lease.
func (s *Slice[P, C]) Say(ctx context.Context, i issue.Issue) (isNew bool, err error) {
	if s.Request.DryRun || s.deps.Issues == nil {
		return false, nil
	}
	had, _, err := s.deps.Issues.Get(ctx, i.Shop, i.Kind, i.Record)
	if err != nil || had.Reason == i.Reason {
		return false, err
	}
	op := issue.Clear(i.Shop, i.Kind, i.Record)
	if i.Reason != "" {
		if op, err = s.deps.Issues.Put(ctx, i); err != nil {
			return false, err
		}
	}
	return i.Reason != "", s.deps.Guard.Write(ctx, s.Request.Lease, op)
}
