package jobqueuetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/sqlite"
	"backroom/shared/table"
	"backroom/shared/testclock"
)

// Each of I1 to I18 has a scenario that says whether the invariant holds. It
// must hold on every engine. It must not once one of its guards is taken away,
// since a scenario that cannot fail proves nothing: the bugs of testdata/planted
// that name it do that.

// violation is a broken invariant. Any other error or panic of a scenario is
// a mistake of the scenario's own.
type violation string

func (v violation) Error() string { return "the invariant is broken: " + string(v) }

func violated(format string, args ...any) error { return violation(fmt.Sprintf(format, args...)) }

// invariant checks that a scenario holds.
func invariant(t *testing.T, scenario func(*lab) error) {
	t.Helper()
	for engine, open := range map[string]func(*testing.T, *lab){"memory": inMemory, "sqlite": onFile} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if err := experiment(t, open, scenario); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// experiment runs a scenario in a lab of its own.
func experiment(t *testing.T, open func(*testing.T, *lab), scenario func(*lab) error) error {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	l := &lab{ctx: ctx, Clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))}
	open(t, l)
	defer func() {
		switch p := recover().(type) {
		case nil:
		case mishap:
			t.Fatalf("the scenario went wrong: %v", p.error)
		default:
			panic(p)
		}
	}()
	return scenario(l)
}

func inMemory(_ *testing.T, l *lab) {
	q := memory.NewQueue(l.Now)
	l.table, l.queue, l.schedules = memory.NewTable(l.Now), q, memory.NewSchedules(l.Now, q)
	l.messages = func() int { return q.Len() }
}

func onFile(t *testing.T, l *lab) {
	t.Helper()
	db, err := sqlite.Open(l.ctx, filepath.Join(t.TempDir(), "jobs.db"), sqlite.WithNow(l.Now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	q := db.Queue("jobs")
	l.table, l.queue, l.schedules = db.Table(), q, db.Schedules(q)
	l.messages = func() int {
		n, err := q.Len(l.ctx)
		must(err)
		return n
	}
}

// lab is a whole job queue of one shop, "acme", on its own clock.
type lab struct {
	*testclock.Clock
	ctx       context.Context //nolint:containedctx // of one scenario
	table     table.Table
	queue     queue.Queue
	schedules interface {
		schedule.Schedules
		Tick(ctx context.Context) (int, error)
	}
	messages func() int // in flight ones included
	tasks    *jobqueue.Registry
	d        *dispatch.Dispatcher

	// during is told when a slice has started, before its task does. An error
	// is a task that was killed; a panic with errDied kills the dispatcher too.
	during func(jobqueue.Request) error
	// lease is what during has renewed; the slice goes on with it, as with one
	// that its executor has renewed.
	lease *jobqueue.Lease
	// after is told when a slice's outcome is durable, before the dispatcher hears of it.
	after func(jobqueue.Request)

	mu  sync.Mutex
	seq int64
}

var (
	errDied   = errors.New("the dispatcher errDied here")
	errKilled = errors.New("the task's process was killed")
	errNo     = errors.New("no")
)

// mishap is a scenario that did not come to its point.
type mishap struct{ error }

func must(err error) {
	if err != nil {
		panic(mishap{err})
	}
}

// job is a task with an entry of the same name. A nil task finds one record to create.
func job(name, category string, f jobqueue.TaskFunc) jobqueue.Registration {
	if f == nil {
		f = created
	}
	return jobqueue.Registration{Name: name, Task: f, Default: jobqueue.Entry{Category: category, MaxAttempts: 3, RerunDelay: time.Minute}}
}

func created(context.Context, jobqueue.Request) (jobqueue.Result, error) {
	return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
}

func nothing(context.Context, jobqueue.Request) (jobqueue.Result, error) {
	return jobqueue.Result{Done: true}, nil
}

// settle gives the shop its entries, which may run from a minute on.
func (l *lab) settle(jobs ...jobqueue.Registration) {
	l.tasks = jobqueue.NewRegistry(jobs...)
	l.d = l.dispatcher()
	must(l.d.Jobs.Ensure(l.ctx, "acme", "acme", l.Now().Add(time.Minute)))
}

// dispatcher is one more of the same queue.
func (l *lab) dispatcher() *dispatch.Dispatcher {
	log := slog.New(slog.DiscardHandler)
	store := jobstore.New(l.table, l.Now)
	jobs := jobs.New(store, l.tasks, l.queue, l.schedules, log)
	jobs.Random = func(n int64) int64 {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.seq++
		return l.seq % n
	}
	return dispatch.New(jobs, labInvoker{l, dispatch.NewExecutor(l.tasks, store, log)})
}

type labInvoker struct {
	*lab
	jobqueue.Invoker
}

func (i labInvoker) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	if i.during != nil {
		if err := i.during(r); err != nil {
			return jobqueue.Result{}, err
		}
	}
	if i.lease != nil {
		r.Lease.Until = i.lease.Until
	}
	res, err := i.Invoker.Invoke(ctx, r)
	if i.after != nil {
		i.after(r)
	}
	return res, err
}

// deliver lets a dispatcher handle the next message, if there is one.
func (l *lab) deliver(d *dispatch.Dispatcher) (some bool, err error) {
	ctx, end := context.WithCancel(l.ctx)
	defer end()
	defer func() {
		if p := recover(); p == errDied { //nolint:errorlint // this very value
			some = true
		} else if p != nil {
			panic(p)
		}
	}()
	return d.Next(ctx, 0)
}

// drain handles messages until none is visible; some scenarios have no end
// without a guard, and no more than 50 messages with it.
func (l *lab) drain() {
	for range 50 {
		some, err := l.deliver(l.d)
		must(err)
		if !some {
			return
		}
	}
}

// pass lets time pass in steps, with schedules and a dispatcher at work, until
// stop says so.
func (l *lab) pass(d, step time.Duration, stop func() bool) {
	for end := l.Now().Add(d); l.Now().Before(end) && (stop == nil || !stop()); {
		l.Advance(step)
		_, err := l.schedules.Tick(l.ctx)
		must(err)
		l.drain()
	}
}

// receive takes the one message that must be visible.
func (l *lab) receive() queue.Message {
	ms, err := l.queue.Receive(l.ctx, 1, jobqueue.HoldTime, 0)
	must(err)
	if len(ms) != 1 {
		must(fmt.Errorf("received %d messages, want 1", len(ms)))
	}
	return ms[0]
}

// offer has a dispatcher handle a message, whatever the queue says.
func (l *lab) offer(d *dispatch.Dispatcher, m queue.Message) dispatch.Disposition {
	disp, err := d.Handle(l.ctx, m)
	must(err)
	return disp
}

// message is a delivery of the message of an accepted run, or of a slot, that
// no queue has made.
func (l *lab) message(entry string, r jobqueue.Run) queue.Message {
	m := jobqueue.Message{V: 1, Shop: "acme", Entry: entry, Trigger: r.Trigger, Run: r.ID}
	if r.Trigger == jobqueue.BySchedule {
		m.Run, m.At, m.Made = "", r.Scheduled.Format(time.RFC3339), l.entry(entry).Made
	}
	return queue.Message{Body: m.Encode(), Group: l.entry(entry).Group(), Sent: l.Now(), Receives: 1}
}

func (l *lab) slot(entry string, at time.Time) queue.Message {
	return l.message(entry, jobqueue.Run{Trigger: jobqueue.BySchedule, Scheduled: at})
}

func (l *lab) trigger(entry string) jobqueue.Run {
	r, err := l.d.Jobs.Trigger(l.ctx, jobs.TriggerRequest{Shop: "acme", Entry: entry, Trigger: jobqueue.ByHand})
	must(err)
	return r
}

func (l *lab) entry(id string) jobqueue.Entry {
	e, err := l.d.Jobs.Store.Entry(l.ctx, "acme", id)
	must(err)
	return e
}

func (l *lab) run(id string) jobqueue.Run {
	r, err := l.d.Jobs.Store.Run(l.ctx, "acme", id)
	must(err)
	return r
}

// runs are all in the log, newest first.
func (l *lab) runs() []jobqueue.Run {
	rs, err := Logged(l.ctx, l.d.Jobs.Store, "acme")
	must(err)
	return rs
}

// Logged are all runs of a shop, newest first, those in progress in their place.
func Logged(ctx context.Context, s *jobstore.Store, shop string) (rs []jobqueue.Run, err error) {
	for q := (jobstore.LogQuery{Shop: shop, Limit: 1000}); ; {
		p, err := s.Log(ctx, q)
		if err != nil {
			return nil, err
		}
		rs = append(rs, p.Runs...)
		if q.Page = p.Next; q.Page == "" {
			break
		}
	}
	at := func(r jobqueue.Run) time.Time {
		if r.Started.IsZero() {
			return r.Accepted
		}
		return r.Started
	}
	slices.SortStableFunc(rs, func(a, b jobqueue.Run) int { return at(b).Compare(at(a)) })
	return rs, nil
}

// SaveSlice makes an outcome durable as the executor does.
func SaveSlice(ctx context.Context, s *jobstore.Store, q jobqueue.Request, res jobqueue.Result) error {
	_, err := s.EndSlice(ctx, q, res, nil)
	return err
}

func (l *lab) category(entry string) jobqueue.Category {
	c, err := l.d.Jobs.Store.Category(l.ctx, l.entry(entry))
	must(err)
	return c
}

func (l *lab) sweep() sweep.Swept {
	s := sweep.New(l.d, sweep.ShopList{"acme"})
	swept, err := s.Sweep(l.ctx)
	must(err)
	return swept
}

// cursor is a write of a task about a run.
func cursor(r jobqueue.Request) table.Op {
	return table.Put(table.Item{Key: table.Key{PK: "SHOP#acme", SK: "CURSOR"}, Data: fmt.Appendf(nil, "fence %d", r.Lease.Fence)}, table.Always)
}
