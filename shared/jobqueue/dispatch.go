package jobqueue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

// Dispatcher turns messages into runs: it claims the category, has the slice
// run by the invoker, and records the outcome. Any number of dispatchers may
// work on one store and one queue. Safe for concurrent use once made.
type Dispatcher struct {
	Store     *Store
	Tasks     *Registry
	Queue     queue.Queue
	Schedules schedule.Schedules
	Invoker   Invoker
	Log       *slog.Logger
	// Random is the source of jitter; nil means a random one.
	Random func(n int64) int64
	// SliceTime is how long a slice may work; 0 is 10 minutes. The first slice
	// of a run, and those that others wait for, have ShortSlice at most.
	SliceTime time.Duration
	// MaxPages bounds the pages of a slice; 0: no limit.
	MaxPages int
	// OnStart is told when a slice starts; nil: nobody.
	OnStart func(Run)
	// OnEnd is told when a run has ended; nil: nobody.
	OnEnd func(Run)
	// OnUnrecorded is told of a delivery in a group after which nothing is known
	// to be stored, such as the end of a run; nil: nobody.
	OnUnrecorded func(group string, err error)

	slots, busy atomic.Int64 // of this process, see Work
}

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
	entry    Entry
	run      Run      // whole
	category category // as it is stored
	poison   bool     // it was started too often without an outcome
}

// Handle does what one delivery of a message asks for, one slice at most. An
// error means that nothing is known to be durable: leave the message alone and
// it comes back when its visibility ends.
func (d *Dispatcher) Handle(ctx context.Context, m queue.Message) (Disposition, error) {
	out, err := d.handle(ctx, m)
	if err != nil && d.OnUnrecorded != nil && !errors.Is(err, ErrFenced) { // somebody else records a fenced one
		d.OnUnrecorded(m.Group, err)
	}
	return out, err
}

func (d *Dispatcher) handle(ctx context.Context, m queue.Message) (Disposition, error) {
	msg, err := ParseMessage(m.Body)
	if err != nil {
		return d.reject(ctx, msg, m, err)
	}
	e, err := d.Store.Entry(ctx, msg.Shop, msg.Entry)
	switch {
	case errors.Is(err, ErrNotFound):
		return d.orphan(ctx, msg, m)
	case err != nil:
		return Disposition{}, err
	}
	c, err := d.Store.lock(ctx, e)
	if err != nil {
		return Disposition{}, err
	}
	if c.overtaken(msg) {
		return d.carry(ctx, e, c, m)
	}
	r, verdict, why, err := d.load(ctx, e, c, msg)
	switch {
	case err != nil:
		return Disposition{}, err
	case verdict == start:
		p, ok, err := d.Store.paused(ctx, e.Shop)
		if err != nil {
			return Disposition{}, err
		}
		if ok {
			verdict, why = p.held(msg.Trigger)
		}
		if verdict == drop {
			return acked, nil
		}
		if verdict == skip {
			return d.skip(ctx, e, c, r, why)
		}
	case verdict == drop:
		if msg.Trigger == BySchedule && e.Chained() {
			err = d.Arm(ctx, e, c.History(e)) // the tick may be all that was left of it
		}
		return acked, err
	case verdict == poison:
		return d.reject(ctx, msg, m, errors.New(why))
	case verdict == skip:
		return d.skip(ctx, e, c, r, why)
	}
	if m.Receives >= handOverAfter || d.Store.Now().Sub(m.Sent) > handOverAge {
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

// deletedText is what a merchant is told about a run whose entry is gone.
const deletedText = "The job was deleted."

// orphan is a message for an entry that does not exist: of one that was
// deleted, or of none that ever was.
func (d *Dispatcher) orphan(ctx context.Context, msg Message, m queue.Message) (Disposition, error) {
	r, err := d.Store.row(ctx, msg.Shop, msg.RunID())
	switch {
	case errors.Is(err, ErrNotFound):
		if msg.Trigger == BySchedule {
			// It ticks for nobody: once is enough to say so.
			if err := d.Schedules.Delete(ctx, (Entry{Shop: msg.Shop, ID: msg.Entry}).ScheduleName()); err != nil {
				return Disposition{}, err
			}
		}
		if msg.Run == "" {
			// What was planned for an entry outlives it: that is nobody's fault.
			r := Run{Shop: msg.Shop, ID: msg.RunID(), Entry: msg.Entry, Made: msg.Made, Trigger: msg.Trigger, Scheduled: msg.scheduled()}
			return d.skip(ctx, Entry{Shop: msg.Shop, ID: msg.Entry}, category{}, r, deletedText)
		}
		return d.reject(ctx, msg, m, fmt.Errorf("job entry %s of %s does not exist", msg.Entry, msg.Shop))
	case err != nil:
		return Disposition{}, err
	case r.Done():
		return acked, nil
	}
	return d.skip(ctx, Entry{Shop: msg.Shop, ID: msg.Entry}, category{}, r, deletedText)
}

// reject records a message that makes no sense, so that it neither blocks its
// group nor disappears. An accepted run that cannot start ends with it.
func (d *Dispatcher) reject(ctx context.Context, m Message, q queue.Message, why error) (Disposition, error) {
	sum := sha256.Sum256(q.Body)
	now := d.Store.Now()
	r := Run{
		Shop: m.Shop, ID: "rejected-" + hex.EncodeToString(sum[:10]), Entry: m.Entry, Trigger: m.Trigger, Started: now, Ended: now,
		Outcome: Rejected, Merchant: "A trigger made no sense and was set aside.", Detail: why.Error(), Whose: "system",
	}
	if !idPattern.MatchString(r.Shop) {
		r.Shop = "-"
	} else if m.Run != "" {
		asked, err := d.Store.row(ctx, m.Shop, m.Run)
		switch {
		case err == nil && asked.Entry == m.Entry && asked.Started.IsZero():
			asked.Started, asked.Ended, asked.Outcome, asked.Merchant, asked.Detail, asked.Whose = now, now, Rejected, r.Merchant, r.Detail, r.Whose
			r = asked
		case err != nil && !errors.Is(err, ErrNotFound):
			return Disposition{}, err
		}
	}
	op, err := d.Store.putRun(r, false)
	if err != nil {
		return Disposition{}, err
	}
	switch err := d.Store.Table.Write(ctx, op); {
	case err == nil:
		d.ended(r) // counted as a run that failed, once however often it comes
	case !errors.Is(err, table.ErrConflict):
		return Disposition{}, err
	}
	d.Log.ErrorContext(ctx, "message rejected", "group", q.Group, "err", why)
	return acked, nil
}

// skip records that a run was asked for and did not start. Whoever starts it at
// the same time changes its row, or the category c if it has none: one of the
// two is first, and the other is decided anew.
func (d *Dispatcher) skip(ctx context.Context, e Entry, c category, r Run, why string) (Disposition, error) {
	now := d.Store.Now()
	if r.Started.IsZero() {
		r.Started = now
	}
	r.Ended, r.Outcome, r.Merchant = now, Skipped, why
	if r.Cancel {
		r.Outcome = Cancelled
	}
	op, err := d.Store.putRun(r, false)
	if err != nil {
		return Disposition{}, err
	}
	ops := []table.Op{op}
	if r.Version == 0 && e.Version > 0 {
		ops = append(ops, table.Check(lockKey(e.Scope, e.Category), versionIs(c.Version)))
	}
	switch {
	case e.Version > 0 && r.Once && !e.another(r.Made) && r.Outcome == Skipped && e.Expired(now):
		ops = append(ops, table.Delete(entryKey(e.Shop, e.ID), table.VersionIs(e.Version)))
	case e.Queued == r.ID:
		e.Queued = ""
		op, err := d.Store.putEntry(e)
		if err != nil {
			return Disposition{}, err
		}
		ops = append(ops, op)
	}
	if err := d.Store.Table.Write(ctx, ops...); err != nil {
		return Disposition{}, err // the message comes back, and so does this decision
	}
	d.ended(r)
	return acked, nil
}

// handOver lets a message that was delivered very often end, and a new one go on.
func (d *Dispatcher) handOver(ctx context.Context, e Entry, r Run, m Message) (Disposition, error) {
	m.Part++
	body, err := encode(m)
	if err != nil {
		return Disposition{}, err
	}
	name := clip(fmt.Sprintf("%s.%s.part%d", r.Shop, r.ID, m.Part))
	err = d.Schedules.At(ctx, name, d.Store.Now(), schedule.Target{Group: e.Group(), Body: string(body)})
	if err != nil {
		return Disposition{}, err
	}
	return acked, nil
}

func (d *Dispatcher) random(n int64) int64 {
	if d.Random != nil {
		return d.Random(n)
	}
	return rand.Int64N(n) //nolint:gosec // jitter
}

func (d *Dispatcher) ended(r Run) {
	if d.OnEnd != nil {
		d.OnEnd(r)
	}
}
