package cursor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Mark is how far the walks of a shop have come. Not safe for concurrent use.
type Mark struct {
	UpTo    time.Time `json:"upTo,omitzero"`    // update time up to which all is stored
	SweptAt time.Time `json:"sweptAt,omitzero"` // when the last days were last listed again
}

// Reach moves the mark to upTo, never back: overlaps start again earlier.
func (m *Mark) Reach(upTo time.Time) bool {
	if !m.UpTo.Before(upTo) {
		return false
	}
	m.UpTo = upTo
	return true
}

// Swept notes the end of a walk that was a sweep.
func (m *Mark) Swept(w Walk, now time.Time) {
	if w.Sweep {
		m.SweptAt = now
	}
}

// The wait before a record that could not be read is tried again: none after
// the first time, then doubling.
const (
	firstRetry = 20 * time.Minute
	lastRetry  = 6 * time.Hour
)

// Retry is when a record is to be read again that could not be read misses times in a row.
func Retry(misses int, now time.Time) time.Time {
	if misses <= 1 {
		return now
	}
	return now.Add(min(firstRetry<<min(misses-2, 10), lastRetry))
}

// ReadAgain reports whether a record that could not be read is to be read once
// more at now, when it was to wait until at.
func ReadAgain(at, now time.Time) bool { return clock.Due(at, now, lastRetry) }

// maxMissed is how many records of a kind are noted that cannot be read. More are no
// fault of theirs.
const maxMissed = 500

// Missed are records that could not be read, by id. Not safe for concurrent use.
type Missed map[string]Miss

// Miss is one of them.
type Miss struct {
	Times   int       `json:"times"` // in a row
	RetryAt time.Time `json:"retryAt"`
}

// Miss notes that a record could not be read, so that the mark may pass it. Errors:
// fault.Transient when there are too many to be noted: the mark must stay.
func (m *Missed) Miss(op, id string, now time.Time) error {
	if *m == nil {
		*m = Missed{}
	}
	was, known := (*m)[id]
	if !known && len(*m) >= maxMissed {
		return &fault.Error{Op: op, Kind: fault.Transient, Err: fmt.Errorf("%d records cannot be read, and %s cannot either", maxMissed, id)}
	}
	(*m)[id] = Miss{was.Times + 1, Retry(was.Times+1, now)}
	return nil
}

// Found forgets that a record could not be read: it was, or it is gone.
func (m Missed) Found(id string) { delete(m, id) }

// Waits reports whether a record that could not be read is to be left alone at now.
func (m Missed) Waits(id string, now time.Time) bool {
	miss, ok := m[id]
	return ok && !ReadAgain(miss.RetryAt, now)
}

// Due are the ids of those that are to be read again at now, sorted.
func (m Missed) Due(now time.Time) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(m)) {
		if !m.Waits(id, now) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Stored is what is kept of the walks of a shop through one kind of record.
type Stored struct {
	record.Rest // of a newer release

	Mark
	Missed Missed `json:"missed,omitempty"`
}

// schema of what is stored.
const schema = 1

// Store keeps marks: SHOP#<shop>, CURSOR#<kind>. Safe for concurrent use.
type Store struct{ Table table.Table }

// Get reads how far the walks of a shop have come through a kind of record, such as
// "customers"; zero at first. Errors: those of the table.
func (s *Store) Get(ctx context.Context, shop, kind string) (Stored, error) {
	m, _, err := s.get(ctx, shop, kind)
	return m, err
}

func (s *Store) get(ctx context.Context, shop, kind string) (m Stored, version int64, err error) {
	if version, err = record.Get(ctx, s.Table, key(shop, kind), schema, &m); err != nil {
		return m, 0, fmt.Errorf("cursor: %s of %s: %w", kind, shop, err)
	}
	return m, version, nil
}

// Change changes what is stored under the lease, in one transaction with with. Errors:
// table.ErrConflict when somebody else has changed it meanwhile.
func (s *Store) Change(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop, kind string, change func(*Stored), with ...table.Op) error {
	m, version, err := s.get(ctx, shop, kind)
	if err != nil {
		return err
	}
	change(&m)
	cond := table.Absent
	if version > 0 {
		cond = table.VersionIs(version)
	}
	return g.Write(ctx, l, append(slices.Clone(with), record.Put(key(shop, kind), schema, m, cond))...)
}

func key(shop, kind string) table.Key {
	return table.Key{PK: "SHOP#" + shop, SK: "CURSOR#" + kind}
}
