package jobqueue

import (
	"context"
	"encoding/json"
	"time"
)

// Task is the code behind a job entry, such as sync-orders.
//
// Run does one slice of a run. It writes its own results under the fence
// before it returns, so a returned Result is a hint that may be lost; the
// dispatcher records the outcome that the task has stored (see [Guard]).
// Errors carry a fault.Kind. Run stops with room to spare before
// Budget.Deadline and answers Continue with a checkpoint.
type Task interface {
	Run(ctx context.Context, r Request) (Result, error)
}

// TaskFunc is a Task made of a function.
type TaskFunc func(ctx context.Context, r Request) (Result, error)

// Run calls f; errors are f's.
func (f TaskFunc) Run(ctx context.Context, r Request) (Result, error) { return f(ctx, r) }

// Request is what a task is asked to do in one slice.
type Request struct {
	Shop       string          `json:"shop"`  // shop code
	Entry      string          `json:"entry"` // entry id
	Task       string          `json:"task"`  // "sync-orders"
	Run        string          `json:"run"`   // run id
	Slice      int             `json:"slice"` // 1 for the first
	Parameters json.RawMessage `json:"parameters,omitempty"`
	Checkpoint json.RawMessage `json:"checkpoint,omitempty"` // the last slice's; nil at first
	Lease      Lease           `json:"lease"`
	Deadline   time.Time       `json:"deadline"`           // soft stop: answer by then
	MaxPages   int             `json:"maxPages,omitempty"` // 0: no limit
	DryRun     bool            `json:"dryRun,omitempty"`   // change nothing anywhere
}

// Result is what one slice did.
type Result struct {
	Done       bool            `json:"done"` // false: run another slice from Checkpoint
	Checkpoint json.RawMessage `json:"checkpoint,omitempty"`
	Counts     Counts          `json:"counts"`
	Progress   Progress        `json:"progress"`
	// FollowUps are tasks of the same shop to trigger once the run is done.
	FollowUps []string `json:"followUps,omitempty"`
	// Report is what a dry run or a script wants to see; shown, never stored beyond the run.
	// A list grows slice by slice, anything else is replaced by the next slice's.
	Report json.RawMessage `json:"report,omitempty"`
	// RowsLeft is how many rows more Report would have had.
	RowsLeft int `json:"rowsLeft,omitempty"`

	// Stored is set by the executor, not by tasks: the version of the lock item
	// under which this outcome is durable. 0: whoever needs it looks it up.
	Stored int64 `json:"stored,omitempty"`
	// Closed says that the run has ended with this slice, and released its
	// category: it found nothing to do. Set by the executor.
	Closed bool `json:"closed,omitempty"`
}

// Counts are the records of one slice or run. SystemFailed is the part of
// Failed whose cause is on the system's side; a run fails when Failed equals
// SystemFailed and nothing else was handled.
type Counts struct {
	Read         int `json:"read"`                   // on the side that is the task's source
	Created      int `json:"created"`                // on the other side
	Updated      int `json:"updated"`                // the same
	Unchanged    int `json:"unchanged"`              // read, and nothing was to be done
	Skipped      int `json:"skipped"`                // left out by a setting, or on hold
	Failed       int `json:"failed"`                 // have an issue
	SystemFailed int `json:"systemFailed,omitempty"` // of Failed
	Requests     int `json:"requests,omitempty"`     // API calls, both sides
	Points       int `json:"points,omitempty"`       // Shopify points requested
}

// Add is the sum of both.
func (c Counts) Add(o Counts) Counts {
	return Counts{
		Read: c.Read + o.Read, Created: c.Created + o.Created, Updated: c.Updated + o.Updated,
		Unchanged: c.Unchanged + o.Unchanged, Skipped: c.Skipped + o.Skipped, Failed: c.Failed + o.Failed,
		SystemFailed: c.SystemFailed + o.SystemFailed, Requests: c.Requests + o.Requests, Points: c.Points + o.Points,
	}
}

// Progress is how far a run is, in records.
type Progress struct {
	Done  int    `json:"done"`            // worked on by this run so far
	Total int    `json:"total,omitempty"` // 0: not known
	Note  string `json:"note,omitempty"`  // "importing orders"
}

// Lease names the right to work on a category of a scope for one slice. A
// write that must not come from a dead owner is made together with Guard.
type Lease struct {
	Scope    string    `json:"scope"` // shop code, or BC company
	Category string    `json:"category"`
	Owner    string    `json:"owner"`   // token of this slice
	Fence    int64     `json:"fence"`   // rises with every acquisition
	Version  int64     `json:"version"` // of the stored lock, which every guarded write checks
	Until    time.Time `json:"until"`   // of the last acquisition or renewal known here
	// Lock is the lock item as it was written, so that the outcome can be
	// written into it without reading it first. nil: it is read.
	Lock []byte `json:"lock,omitempty"`
}

// Guard is what a task needs to work under its lease. The dispatcher's store
// implements it; tasks get one at construction.
type Guard interface {
	// Write applies ops in one transaction that also checks that the lease is
	// still l's. It gives ErrFenced, with nothing written, when it is not.
	// At most table.MaxTransactionOps-1 operations.
	Write(ctx context.Context, l Lease, ops ...TableOp) error
	// Renew extends the lease and reports whether the run was cancelled. It
	// gives ErrFenced when the lease is no longer l's.
	Renew(ctx context.Context, l Lease) (renewed Lease, cancelled bool, err error)
	// Progress shows how far the run is, with the next renewal; it may be dropped.
	Progress(ctx context.Context, r Request, p Progress)
}

// Invoker runs one slice of a task somewhere: in this process, or as a Lambda
// function. It returns what the task returned. Throttled means that the task
// was not started. Any other error may hide a slice that has run or still
// runs: the durable outcome tells, or the end of its lease.
type Invoker interface {
	Invoke(ctx context.Context, r Request) (Result, error)
}

// Overrun is how long a slice may go on after its deadline. One that has not
// yielded by then hangs: it is stopped, and its run has failed.
const Overrun = 3 * time.Minute
