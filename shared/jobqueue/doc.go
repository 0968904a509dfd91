// Package jobqueue runs job entries: at most one running entry per scope and
// category, runs in slices under a fenced lease, retries by schedule.
//
// # Who does what
//
// People write entries: [Dispatcher.Save], [Dispatcher.Trigger],
// [Dispatcher.Cancel], [Dispatcher.Hold] and the other [Action]s, and
// [Store.Pause]. Schedules, follow-ups and retries send messages.
// A [Dispatcher] handles a message ([Dispatcher.Handle]): it claims the
// category, has an [Invoker] run one slice of the task, and records how it
// ended. The [Executor] is the task's side of that: it renews the lease, and
// makes the outcome durable before it is answered. A task sees a [Request] and
// writes under a [Guard]. The sweep mends what crashes leave behind.
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
// Exported names keep their meaning. Reading: [Store.Job] and [Store.Jobs] for
// what a person sees, [Store.Entry] and [Store.Entries], [Store.Run],
// [Store.Runs] and [Store.Running]. An Entry that was read may be changed and
// saved; a Run is only read. What is wrong with an entry or with parameters
// comes as [Problems], all at once.
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
