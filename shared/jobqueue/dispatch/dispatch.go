package dispatch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/queue"
	"backroom/shared/table"
)

// Dispatcher turns messages into runs: it claims the category, has the slice
// run by the invoker, and records the outcome. Any number of dispatchers may
// work on one store and one queue. [New] makes one; its options are set
// before it is used, and then it is safe for concurrent use.
type Dispatcher struct {
	dispatcherParts

	// SliceTime is how long a slice may work; 0 is 10 minutes. The first slice
	// of a run, and those that others wait for, have ShortSlice at most.
	SliceTime time.Duration
	// OnStart is told when a slice starts; nil: nobody.
	OnStart func(jobqueue.Run)
	// OnEnd is told when a run has ended; nil: nobody.
	OnEnd func(jobqueue.Run)
	// OnUnrecorded is told of a delivery in a group after which nothing is known
	// to be stored, such as the end of a run; nil: nobody.
	OnUnrecorded func(group string, err error)

	slots, busy atomic.Int64 // of this process, see Work
}

// dispatcherParts are what a Dispatcher cannot be without.
type dispatcherParts struct {
	Jobs    *jobs.Client
	Invoker jobqueue.Invoker
}

// New makes a dispatcher. It panics when one of its parts is nil.
func New(jobs *jobs.Client, invoker jobqueue.Invoker) *Dispatcher {
	if jobs == nil || invoker == nil {
		panic("dispatch: a dispatcher needs a client and an invoker")
	}
	return &Dispatcher{dispatcherParts: dispatcherParts{Jobs: jobs, Invoker: invoker}}
}

// A message that was delivered so often, or sent so long ago, hands its run over to
// a new one: the queue would drop it.
const (
	handOverAfter = 900
	handOverAge   = 10 * 24 * time.Hour
)

// Disposition is what becomes of a message.
type Disposition struct {
	Ack bool // its run has ended, or there is none
	// After is when the message is delivered again if it is not acknowledged;
	// 0: at once, at the head of its group.
	After time.Duration
}

var acked = Disposition{Ack: true}

func again(d time.Duration) Disposition { return Disposition{After: d} }

// claimed is a run in the hands of this dispatcher.
type claimed struct {
	entry    jobqueue.Entry
	run      jobqueue.Run      // whole
	category jobqueue.Category // as it is stored
	poison   bool              // it was started too often without an outcome
}

// Handle does what one delivery of a message asks for, one slice at most. An
// error means that nothing is known to be durable: leave the message alone and
// it comes back when its visibility ends.
func (d *Dispatcher) Handle(ctx context.Context, m queue.Message) (Disposition, error) {
	out, err := d.handle(ctx, m)
	if err != nil && d.OnUnrecorded != nil && !errors.Is(err, jobqueue.ErrFenced) { // somebody else records a fenced one
		d.OnUnrecorded(m.Group, err)
	}
	return out, err
}

func (d *Dispatcher) handle(ctx context.Context, m queue.Message) (Disposition, error) {
	msg, err := jobqueue.ParseMessage(m.Body)
	if err != nil {
		return d.reject(ctx, msg, m, err)
	}
	e, err := d.Jobs.Store.Entry(ctx, msg.Shop, msg.Entry)
	switch {
	case errors.Is(err, jobstore.ErrNotFound):
		return d.orphan(ctx, msg, m)
	case err != nil:
		return Disposition{}, err
	}
	c, err := d.Jobs.Store.Category(ctx, e)
	if err != nil {
		return Disposition{}, err
	}
	if overtaken(c, msg) {
		return d.carry(ctx, e, c, m)
	}
	r, verdict, why, err := d.load(ctx, e, c, msg)
	switch {
	case err != nil:
		return Disposition{}, err
	case verdict == start:
		p, paused, err := d.Jobs.Store.Paused(ctx, e.Shop)
		if err != nil {
			return Disposition{}, err
		}
		if paused {
			return d.whilePaused(ctx, e, c, r, p, msg.Trigger)
		}
	case verdict == drop:
		if msg.Trigger == jobqueue.BySchedule && e.Chained() {
			err = d.Jobs.Arm(ctx, e, c.History(e)) // the tick may be all that was left of it
		}
		return acked, err
	case verdict == poison:
		return d.reject(ctx, msg, m, errors.New(why))
	case verdict == skip:
		return d.skip(ctx, e, c, r, why)
	}
	if m.Receives >= handOverAfter || d.Jobs.Store.Now().Sub(m.Sent) > handOverAge {
		return d.handOver(ctx, e, r, msg)
	}
	if verdict == start && c.Run == nil {
		if f, first, ok, err := d.overtaker(ctx, e, c); err != nil {
			return Disposition{}, err
		} else if ok {
			first.Overtook = r.ID
			return d.instead(ctx, f, c, first, m)
		}
	}
	cl, wait, err := d.claim(ctx, e, c, r)
	switch {
	case err != nil:
		return Disposition{}, err
	case cl == nil:
		return again(wait), nil
	}
	return d.slice(ctx, *cl, m.Receipt)
}

// whilePaused is what becomes of r, which would start while its shop is paused.
func (d *Dispatcher) whilePaused(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, r jobqueue.Run, p jobstore.Pause, by jobqueue.Trigger) (Disposition, error) {
	verdict, why := held(p, by)
	if verdict == drop {
		return acked, nil
	}
	return d.skip(ctx, e, c, r, why)
}

// orphan is a message for an entry that does not exist: of one that was
// deleted, or of none that ever was.
func (d *Dispatcher) orphan(ctx context.Context, msg jobqueue.Message, m queue.Message) (Disposition, error) {
	r, err := d.Jobs.Store.Row(ctx, msg.Shop, msg.RunID())
	switch {
	case errors.Is(err, jobstore.ErrNotFound):
		if msg.Trigger == jobqueue.BySchedule {
			// It ticks for nobody: once is enough to say so.
			if err := d.Jobs.Schedules.Delete(ctx, (jobqueue.Entry{Shop: msg.Shop, ID: msg.Entry}).ScheduleName()); err != nil {
				return Disposition{}, err
			}
		}
		if msg.Run == "" {
			// What was planned for an entry outlives it: that is nobody's fault.
			r := jobqueue.Run{Shop: msg.Shop, ID: msg.RunID(), Entry: msg.Entry, Made: msg.Made, Trigger: msg.Trigger, Scheduled: msg.ScheduledAt()}
			return d.skip(ctx, jobqueue.Entry{Shop: msg.Shop, ID: msg.Entry}, jobqueue.Category{}, r, deletedText)
		}
		return d.reject(ctx, msg, m, fmt.Errorf("job entry %s of %s does not exist", msg.Entry, msg.Shop))
	case err != nil:
		return Disposition{}, err
	case r.Done():
		return acked, nil
	}
	return d.skip(ctx, jobqueue.Entry{Shop: msg.Shop, ID: msg.Entry}, jobqueue.Category{}, r, deletedText)
}

// reject records a message that makes no sense, so that it neither blocks its
// group nor disappears. An accepted run that cannot start ends with it.
func (d *Dispatcher) reject(ctx context.Context, m jobqueue.Message, q queue.Message, why error) (Disposition, error) {
	sum := sha256.Sum256(q.Body)
	now := d.Jobs.Store.Now()
	r := jobqueue.Run{
		Shop: m.Shop, ID: "rejected-" + hex.EncodeToString(sum[:10]), Entry: m.Entry, Trigger: m.Trigger, Started: now, Ended: now,
		Outcome: jobqueue.Rejected, Merchant: "A trigger made no sense and was set aside.", Detail: why.Error(), Whose: fault.System,
	}
	if !jobqueue.IsID(r.Shop) {
		r.Shop = "-"
	} else if m.Run != "" {
		asked, err := d.Jobs.Store.Row(ctx, m.Shop, m.Run)
		switch {
		case err == nil && asked.Entry == m.Entry && asked.Started.IsZero():
			asked.Started, asked.Ended, asked.Outcome, asked.Merchant, asked.Detail, asked.Whose = now, now, jobqueue.Rejected, r.Merchant, r.Detail, r.Whose
			r = asked
		case err != nil && !errors.Is(err, jobstore.ErrNotFound):
			return Disposition{}, err
		}
	}
	switch err := d.Jobs.Store.Table.Write(ctx, d.Jobs.Store.PutRun(r, false)); {
	case err == nil:
		d.TellEnded(r) // counted as a run that failed, once however often it comes
	case !errors.Is(err, table.ErrConflict):
		return Disposition{}, err
	}
	d.Jobs.Log.ErrorContext(ctx, "message rejected", "group", q.Group, "err", why)
	return acked, nil
}

// skip records that a run was asked for and did not start. Whoever starts it at
// the same time changes its row, or the category c if it has none: one of the
// two is first, and the other is decided anew.
func (d *Dispatcher) skip(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, r jobqueue.Run, why string) (Disposition, error) {
	now := d.Jobs.Store.Now()
	if r.Started.IsZero() {
		r.Started = now
	}
	r.Ended, r.Outcome, r.Merchant = now, jobqueue.Skipped, why
	if r.Cancel {
		r.Outcome = jobqueue.Cancelled
	}
	ops := []table.Op{d.Jobs.Store.PutRun(r, false)}
	if r.Version == 0 && e.Version > 0 {
		ops = append(ops, jobstore.CheckCategory(e, c))
	}
	switch {
	case e.Version > 0 && r.Once && !e.IsAnother(r.Made) && r.Outcome == jobqueue.Skipped && e.Expired(now):
		ops = append(ops, jobstore.DeleteEntry(e))
	case e.Queued == r.ID:
		e.Queued = ""
		ops = append(ops, d.Jobs.Store.PutEntry(e))
	}
	if err := d.Jobs.Store.Table.Write(ctx, ops...); err != nil {
		return Disposition{}, err // the message comes back, and so does this decision
	}
	d.TellEnded(r)
	return acked, nil
}

// handOver lets a message that was delivered very often end, and a new one go on.
func (d *Dispatcher) handOver(ctx context.Context, e jobqueue.Entry, r jobqueue.Run, m jobqueue.Message) (Disposition, error) {
	m.Part++
	name := jobqueue.ClipName(fmt.Sprintf("%s.%s.part%d", r.Shop, r.ID, m.Part))
	if err := d.Jobs.Schedules.At(ctx, name, d.Jobs.Store.Now(), e.Target(m)); err != nil {
		return Disposition{}, err
	}
	return acked, nil
}

// TellEnded tells [Dispatcher.OnEnd] of a run that has ended.
func (d *Dispatcher) TellEnded(r jobqueue.Run) {
	if d.OnEnd != nil {
		d.OnEnd(r)
	}
}
