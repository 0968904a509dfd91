// Package jobqueue has the nouns and the laws of the job queue: at most one
// running entry per scope and category, runs in slices under a fenced lease,
// retries by schedule. Nothing in it reads or writes: it decides.
//
// # The rooms
//
// Each room imports those before it, never one after it:
//
//   - jobqueue: [Entry] is what people say should run, [History] what its runs have
//     left behind, [Category] who has the lease, [Run] and [Message] one execution
//     and what asks for it; what follows from them is decided here.
//   - jobstore: where all of that is in the table, and how it is read and written.
//   - jobs: what people and programs do to entries and runs.
//   - dispatch: one message after another becomes a slice of a run.
//   - sweep: what crashes and lost calls leave behind is mended.
//
// Package jobqueuetest proves what they do together, and invokertest is the suite
// of every [Invoker].
//
// # What is stored
//
// The entry holds what people say, the category what slices do: lock, run in
// progress, and what runs left behind of each entry. So nothing that a person
// does fences a slice, a run by schedule starts with one write, and one that
// finds nothing ends with a second and leaves no row. docs/decisions/0012 has
// the reasons, 0003 and 0004 those of the lease.
//
// # What may be relied on
//
// Exported names keep their meaning. Functions and methods of this package are pure
// and safe for concurrent use. An Entry that was read may be changed and saved; a
// Run is only read. What is wrong with an entry or with parameters comes as
// [Problems], all at once.
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
