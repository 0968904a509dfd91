// Package jobqueue runs job entries: at most one running entry per scope and
// category, runs in slices under a fenced lease, retries by schedule.
package jobqueue

import (
	"errors"

	"backroom/shared/table"
)

// TableOp is one operation of a guarded transaction.
type TableOp = table.Op

// ErrFenced means that the lease belongs to somebody else by now: whatever was
// asked for was not done, and the caller must stop.
var ErrFenced = errors.New("lease lost: another slice owns the category")
