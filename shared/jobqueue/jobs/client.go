package jobs

import (
	"log/slog"
	"math/rand/v2"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/queue"
	"backroom/shared/schedule"
)

// Client is what people and programs do to job entries: save, trigger, cancel,
// hold, release, restart, delete. [New] makes one. Any number of clients may
// work on one store and one queue. Safe for concurrent use.
//
// Errors of its methods, beside those that they name: those of store, queue and
// schedules. An action that ends with one has no effect, unless it is table.ErrUnknown.
type Client struct {
	parts

	// Random is the source of jitter and of ids, below n; nil means a random one.
	Random func(n int64) int64

	as string // what an entry must still be; "": anything ([Client.As])
}

// parts are what a Client cannot be without. Whoever has it may read them.
type parts struct {
	Store     *jobstore.Store
	Tasks     *jobqueue.Registry
	Queue     queue.Queue
	Schedules schedule.Schedules
	Log       *slog.Logger
}

// New makes a client. It panics when one of its parts is nil: a client that
// stored an entry and could not arm it would leave a job that never runs.
func New(store *jobstore.Store, tasks *jobqueue.Registry, q queue.Queue, s schedule.Schedules, log *slog.Logger) *Client {
	if store == nil || tasks == nil || q == nil || s == nil || log == nil {
		panic("jobs: a client needs store, tasks, queue, schedules and log")
	}
	return &Client{parts: parts{Store: store, Tasks: tasks, Queue: q, Schedules: s, Log: log}}
}

// Int64N is a number below n.
func (j *Client) Int64N(n int64) int64 {
	if j.Random != nil {
		return j.Random(n)
	}
	return rand.Int64N(n) //nolint:gosec // jitter
}
