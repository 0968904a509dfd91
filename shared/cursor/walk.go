// Package cursor walks through what has changed at a source since the last time, by
// windows of update time, and says how far it may move on without losing anything.
//
// A source lists changes by a search index that trails what it knows. Its two laws:
// a record that is not stored as it is was changed after the mark minus [Overlap], so
// that the next walk finds it; and a record whose index came later than that is found
// by the sweep, once a day. What cannot be read is noted by its id ([Missed.Miss]), so
// that the mark may pass it.
//
// A task keeps a [Walk] in its checkpoint, and goes on from it with a [Walker]:
//
//	Begin, once a run; then Page, store what it lists, Behind, store the mark, Turn.
package cursor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
)

const (
	// Overlap is how far the search index may trail the records themselves.
	Overlap = 10 * time.Minute
	// Once in sweepEvery the last sweepBack is listed again, for what the index
	// showed later than that.
	sweepEvery = 24 * time.Hour
	sweepBack  = 72 * time.Hour
	// MaxObjects is Shopify's limit of objects a list can be walked through.
	MaxObjects = 25_000
	// unknownClock is how far the source's clock may be behind ours when it does not
	// tell the time.
	unknownClock = time.Minute
)

// Change is one record that changed.
type Change struct {
	ID        string
	UpdatedAt time.Time
}

// Page is one page of changed records, oldest change first.
type Page struct {
	Changes []Change
	Next    string // "" on the last page
}

// Window is a half-open range of times: From ≤ time < To. A zero To is open.
type Window struct{ From, To time.Time }

// Feed lists changes. Errors carry a [fault.Kind]. It need not be safe for concurrent use.
type Feed interface {
	// Clock is the time at the source, at most what it is there now; zero before
	// the source has told it. Update times are of that clock.
	Clock() time.Time
	// Count is the number of records in w, at most limit.
	Count(ctx context.Context, w Window, limit int) (int, error)
	// Changed pages through the records of w by the time that w is of.
	Changed(ctx context.Context, w Window, page string) (Page, error)
}

// Walk is where a walk is: inside a window, at a page of it. It is stored in checkpoints;
// zero: it has not begun.
type Walk struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	Page string    `json:"page,omitempty"`
	// Split says that To was chosen to keep the window small: another follows.
	Split bool      `json:"split,omitempty"`
	Sweep bool      `json:"sweep,omitempty"` // the walk started days before the mark
	Began time.Time `json:"began,omitzero"`  // when the walk did
	Here  time.Time `json:"here,omitzero"`   // the same by our clock
	Seen  time.Time `json:"seen,omitzero"`   // newest update time listed so far, or Began if that is earlier
	Done  int       `json:"done,omitempty"`  // records that were worked off; the task counts them
	Total int       `json:"total,omitempty"` // records of the walk; 0: not known
}

// Walker goes on with a walk, in one slice. Not safe for concurrent use.
type Walker struct {
	Op   string // the task's name, for errors
	Feed Feed
	Now  func() time.Time
	Walk *Walk // moved by the methods
	// End is where the last window ends; zero: it is open.
	End time.Time
	// Max is how many records a window may have; 0 is MaxObjects.
	Max int

	tokens map[string]bool // of the pages of the window so far
}

func (w *Walker) most() int {
	if w.Max > 0 {
		return w.Max
	}
	return MaxObjects
}

// Clock is the time at the source, at most what it is there now. Update times
// are held against it: ours may be ahead.
func (w *Walker) Clock() time.Time {
	if t := w.Feed.Clock(); !t.IsZero() {
		return t
	}
	return w.Now().Add(-unknownClock)
}

// Start is where a walk starts that goes on from m, and not before first, where the
// very first one started. It notes whether the walk is a sweep.
func (w *Walker) Start(m Mark, first time.Time) time.Time {
	from := m.UpTo.Add(-Overlap)
	switch {
	case m.UpTo.IsZero():
		from, w.Walk.Sweep = first, true
	case w.Now().Sub(m.SweptAt) >= sweepEvery, clock.Ahead(m.SweptAt, w.Now()) > 0:
		w.Walk.Sweep = true
		// Not further back than the walks ever were.
		back := m.UpTo.Add(-sweepBack)
		if back.Before(first) {
			back = first
		}
		if back.Before(from) {
			from = back
		}
	}
	// What changed before the first start is not the task's affair, overlap or not.
	if from.Before(first) && !m.UpTo.Before(first) {
		from = first
	}
	return from
}

// Begin begins a walk that goes on from m, see Start. Errors: those of Narrow.
func (w *Walker) Begin(ctx context.Context, m Mark, first time.Time) error {
	return w.BeginAt(ctx, w.Start(m, first))
}

// BeginAt begins a walk at a time. Errors: those of Narrow.
func (w *Walker) BeginAt(ctx context.Context, from time.Time) error {
	err := w.Narrow(ctx, from)
	w.Walk.Began = w.Clock() // which the source has told by now
	w.Walk.Here = w.Now()
	return err
}

// Narrow makes the window that starts at from small enough to be walked. Errors: those of
// the feed; fault.Bug for a second with more records than a list can have.
func (w *Walker) Narrow(ctx context.Context, from time.Time) error {
	at := w.Walk
	at.From, at.To, at.Page, at.Split, at.Total = from, w.End, "", false, 0
	var width time.Duration
	for {
		n, err := w.Feed.Count(ctx, Window{at.From, at.To}, w.most())
		if err != nil {
			return err
		}
		if n < w.most() {
			if !at.Split {
				at.Total = at.Done + n
			}
			return nil
		}
		if width == 0 {
			width = w.Clock().Sub(from) // the source has told its time by now
			if !w.End.IsZero() {
				width = w.End.Sub(from)
			}
		}
		if width /= 2; width < time.Second {
			err := fmt.Errorf("%d records or more were updated in one second, at %v; Shopify lists at most %d", n, from, w.most())
			return &fault.Error{Op: w.Op, Kind: fault.Bug, Err: err}
		}
		at.To, at.Split = from.Add(width).Truncate(time.Second).Add(time.Second), true
	}
}

// Page lists the page at which the walk is. last says that nothing follows it. Errors:
// fault.Transient for a list that repeats a page, which has no end.
func (w *Walker) Page(ctx context.Context) (p Page, last bool, err error) {
	p, err = w.Feed.Changed(ctx, Window{w.Walk.From, w.Walk.To}, w.Walk.Page)
	if err == nil {
		err = w.repeats(p.Next)
	}
	return p, p.Next == "" && !w.Walk.Split, err
}

// repeats is an error if next, the page after, has been read before: such a list
// has no end.
func (w *Walker) repeats(next string) error {
	if next == "" {
		w.tokens = nil
		return nil
	}
	if w.tokens[next] || next == w.Walk.Page {
		return &fault.Error{Op: w.Op, Kind: fault.Transient, Code: "REPEATED_CURSOR", Err: errors.New("the list of what has changed repeats a page")}
	}
	if w.tokens == nil {
		w.tokens = map[string]bool{}
	}
	w.tokens[next] = true
	return nil
}

// Behind is how far the mark may go once part is stored; zero if it stays. Of a page
// that is stored in parts, last is of the last one.
//
// What the index shows after the walk has passed its place is missed by this
// walk, and found by the next one only if it starts early enough: it changed at
// most the overlap before the walk passed, so the mark must not go beyond the
// beginning of the walk, however long that lasts.
//
// A list is in the order of the index but says what the database knows: a record
// that has just changed again still stands where it was, with an update time
// that what follows it has not come to. So until the walk is at its end, only
// times count that the index must know by now.
func (w *Walker) Behind(part []Change, last bool) time.Time {
	sure := w.Clock().Add(-Overlap)
	var upTo time.Time
	for _, c := range part {
		at := c.UpdatedAt
		if at.After(w.Walk.Began) {
			at = w.Walk.Began
		}
		if at.After(w.Walk.Seen) {
			w.Walk.Seen = at
		}
		if at.After(upTo) && !c.UpdatedAt.After(sure) {
			upTo = at
		}
	}
	if last {
		return w.Walk.Seen
	}
	return upTo
}

// Turn goes behind p, whose records are stored: to the page or window after it. Errors:
// those of Narrow.
func (w *Walker) Turn(ctx context.Context, p Page) error {
	if p.Next != "" {
		w.Walk.Page = p.Next
		return nil
	}
	return w.Narrow(ctx, w.Walk.To)
}
