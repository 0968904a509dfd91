package jobstore

import (
	"context"
	"errors"
	"sync"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Store keeps entries, runs and categories. [New] makes one; its options are
// set before it is used, and then it is safe for concurrent use.
//
// Errors of its methods, beside those that they name: those of the table, and
// record.ErrNewer and record.ErrCorrupt for what cannot be read.
type Store struct {
	storeParts

	// Keep is how long ended runs are kept; 0 is 30 days.
	Keep time.Duration
	// Skew is how far the clocks of two owners may differ; 0 on one machine.
	Skew time.Duration
	// OnProgress is told how far runs are; nil: nobody.
	OnProgress func(jobqueue.Request, jobqueue.Progress)

	progress sync.Map // Progress by owner, until the next renewal
	pauses   pauses
}

// storeParts are what a Store cannot be without.
type storeParts struct {
	Table table.Table
	Now   func() time.Time
}

// New makes a store. It panics when one of its parts is nil.
func New(t table.Table, now func() time.Time) *Store {
	if t == nil || now == nil {
		panic("jobstore: a store needs a table and a clock")
	}
	return &Store{storeParts: storeParts{Table: t, Now: now}}
}

var _ jobqueue.Guard = (*Store)(nil)

// ErrNotFound means that there is no such entry or run.
var ErrNotFound = errors.New("no such entry or run")

// get reads an item; version 0 if there is none. An item without data is the
// zero value.
func (s *Store) get(ctx context.Context, k table.Key, v any) (int64, error) {
	it, err := s.Table.Get(ctx, k)
	if errors.Is(err, table.ErrNotFound) {
		return 0, nil
	}
	if err != nil || len(it.Data) == 0 {
		return it.Version, err
	}
	return it.Version, record.Decode(it.Data, schema, v)
}

// NotWritten is why a write that was tried again and again has no effect: last, the
// error of the last try, if that is table.ErrUnknown, else a table.ErrConflict in words
// for a person.
func NotWritten(last error) error {
	if errors.Is(last, table.ErrUnknown) {
		return last
	}
	return crowded{}
}

// crowded is a table.ErrConflict that stayed one, in words for a person.
type crowded struct{}

func (crowded) Error() string {
	return "others change the same at this moment and were first each time; nothing was written: repeat it"
}

func (crowded) Is(target error) bool { return target == table.ErrConflict }

// MaxTries bounds the repeats of a transaction that met somebody else's.
const MaxTries = 8

// IgnoreConflict drops the error of a write that somebody else was before:
// what it was decided from is over.
func IgnoreConflict(err error) error {
	if errors.Is(err, table.ErrConflict) {
		return nil
	}
	return err
}
