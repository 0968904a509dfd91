package jobqueue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"backroom/shared/fault"
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
	// SliceTime is how long a slice may work; 0 is 10 minutes.
	SliceTime time.Duration
	// MaxPages bounds the pages of a slice; 0: no limit.
	MaxPages int
	// OnStart is told when a slice starts; nil: nobody.
	OnStart func(Run)
	// OnEnd is told when a run has ended; nil: nobody.
	OnEnd func(Run)
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
	run      Run
	category category
	poison   bool // it was started too often without an outcome
}

// Handle does what one delivery of a message asks for, one slice at most. An
// error means that nothing is known to be durable: leave the message alone and
// it comes back when its visibility ends.
func (d *Dispatcher) Handle(ctx context.Context, m queue.Message) (Disposition, error) {
	msg, err := ParseMessage(m.Body)
	if err != nil {
		return d.reject(ctx, msg, m, err)
	}
	e, r, found, err := d.load(ctx, msg)
	switch {
	case err != nil:
		return Disposition{}, err
	case !found:
		return d.reject(ctx, msg, m, fmt.Errorf("job entry %s of %s does not exist, or its run %s does not", msg.Entry, msg.Shop, msg.RunID()))
	case r.Done():
		return acked, nil
	}
	if _, ok := d.Tasks.Get(e.Task); !ok {
		return d.reject(ctx, msg, m, fmt.Errorf("job entry %s of %s: task %q is none of %s", e.ID, e.Shop, e.Task, d.Tasks.names()))
	}
	if r.Started.IsZero() {
		switch verdict, why := admit(e, r, msg); verdict {
		case drop:
			return acked, nil
		case skip:
			return d.skip(ctx, e, r, why)
		case start:
		}
	}
	if m.Receives >= handOverAfter || d.Store.Now().Sub(m.Sent) > handOverAge {
		return d.handOver(ctx, e, r, msg)
	}
	c, wait, err := d.claim(ctx, e, r)
	switch {
	case err != nil:
		return Disposition{}, err
	case c == nil:
		return again(wait), nil
	}
	return d.slice(ctx, *c, m.Receipt)
}

type admission int

const (
	start admission = iota + 1
	skip            // recorded: somebody asked, and nothing runs
	drop            // nothing is recorded: there is nothing to do
)

// admit decides whether a run that has not started may start.
func admit(e Entry, r Run, m Message) (verdict admission, why string) {
	switch m.Trigger {
	case BySchedule:
		at := m.scheduled()
		if e.Every <= 0 || !at.After(e.LastStarted) || at.Before(e.EarliestStart) {
			return drop, ""
		}
	case ByRetry:
		if e.LastRun != m.Retry {
			return drop, ""
		}
	case ByHand, ByFollowUp, ByWebhook:
	}
	switch {
	case e.Status == OnHold:
		return skip, "The job is on hold" + because(e.HoldReason) + "."
	case e.Status == Finished && m.Trigger != ByHand:
		return skip, "The job is finished."
	case e.Status == Error && m.Trigger == BySchedule && !e.Resume:
		return drop, ""
	case e.Status == Error && m.Trigger != ByHand && !e.Resume:
		return skip, "The job is in error; start it by hand once the cause is mended."
	case r.Cancel:
		return skip, "The run was cancelled before it started."
	}
	return start, ""
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// load reads the entry, and the run or what the run will be.
func (d *Dispatcher) load(ctx context.Context, m Message) (e Entry, r Run, found bool, err error) {
	e, err = d.Store.Entry(ctx, m.Shop, m.Entry)
	if errors.Is(err, ErrNotFound) {
		return e, r, false, nil
	}
	if err != nil {
		return e, r, false, err
	}
	r, err = d.Store.Run(ctx, m.Shop, m.RunID())
	if err == nil {
		return e, r, r.Entry == e.ID, nil
	}
	if !errors.Is(err, ErrNotFound) {
		return e, r, false, err
	}
	if m.Run != "" {
		return e, r, false, nil // accepted triggers are stored before they are sent
	}
	r = Run{Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Task: e.Task, Trigger: m.Trigger, Scheduled: m.scheduled(), Parameters: e.Parameters}
	if m.Trigger == BySchedule {
		r.Coalesced = e.Coalesced(d.Store.Now())
	}
	if m.Trigger == ByRetry {
		// A retry repeats what failed, with its parameters.
		failed, err := d.Store.Run(ctx, m.Shop, m.Retry)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return e, r, false, err
		}
		if err == nil {
			r.Parameters, r.DryRun, r.Hop = failed.Parameters, failed.DryRun, failed.Hop
		}
	}
	return e, r, true, nil
}

// reject records a message that makes no sense, so that it neither blocks its
// group nor disappears.
func (d *Dispatcher) reject(ctx context.Context, m Message, q queue.Message, why error) (Disposition, error) {
	sum := sha256.Sum256(q.Body)
	now := d.Store.Now()
	r := Run{
		Shop: m.Shop, ID: "rejected-" + hex.EncodeToString(sum[:10]), Entry: m.Entry, Trigger: m.Trigger, Started: now, Ended: now,
		Outcome: Rejected, Merchant: "A trigger made no sense and was set aside.", Detail: why.Error(), Whose: "system",
	}
	if !idPattern.MatchString(r.Shop) {
		r.Shop = "-"
	}
	op, err := d.Store.putRun(r)
	if err != nil {
		return Disposition{}, err
	}
	if err := d.Store.Table.Write(ctx, op); err != nil && !errors.Is(err, table.ErrConflict) {
		return Disposition{}, err
	}
	d.Log.ErrorContext(ctx, "message rejected", "group", q.Group, "err", why)
	return acked, nil
}

// skip records that a run was asked for and did not start.
func (d *Dispatcher) skip(ctx context.Context, e Entry, r Run, why string) (Disposition, error) {
	r.Started, r.Ended, r.Outcome, r.Merchant = d.Store.Now(), d.Store.Now(), Skipped, why
	if r.Cancel {
		r.Outcome = Cancelled
	}
	op, err := d.Store.putRun(r)
	if err != nil {
		return Disposition{}, err
	}
	ops := []table.Op{op}
	if e.Queued == r.ID {
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

// maxTries bounds the repeats of a transaction that met somebody else's.
const maxTries = 8

// claim takes the category for the run, and stores that the slice starts. It
// gives nil and a wait when a live owner holds the category.
func (d *Dispatcher) claim(ctx context.Context, e Entry, r Run) (*claimed, time.Duration, error) {
	for range maxTries {
		c, b, err := d.Store.category(ctx, e)
		if err != nil {
			return nil, 0, err
		}
		if c.Run == r.ID && c.Owner != "" {
			// The owner may have ended its slice, and its dispatcher died before
			// it recorded that: the outcome is used, the slice not run again.
			if _, ok, err := d.Store.sliceEnd(ctx, r.Shop, r.ID, r.Slice); err != nil {
				return nil, 0, err
			} else if ok {
				return &claimed{entry: e, run: r, category: c}, 0, nil
			}
		}
		now := d.Store.Now()
		step, wait := decideClaim(c, b, r.ID, now, d.Store.Skew)
		if step == claimWait {
			return nil, wait + time.Duration(d.random(int64(time.Second))), nil
		}
		cl, ops, err := d.start(e, r, c, b, now)
		if err != nil {
			return nil, 0, err
		}
		err = d.Store.Table.Write(ctx, ops...)
		switch {
		case err == nil:
			cl.category.Version++
			cl.run.Version++
			if cl.entry.LastRun == r.ID && e.LastRun != r.ID {
				cl.entry.Version++
			}
			return &cl, 0, nil
		case !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrUnknown):
			return nil, 0, err
		}
		// Somebody else was there, or it may have worked: look again. A claim
		// that worked shows our own owner token.
		held, _, getErr := d.Store.category(ctx, e)
		if getErr != nil {
			return nil, 0, getErr
		}
		if e, err = d.Store.Entry(ctx, e.Shop, e.ID); err != nil {
			return nil, 0, err
		}
		stored, err := d.Store.Run(ctx, r.Shop, r.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, 0, err
		}
		if err == nil {
			r = stored
		}
		if held.Owner == cl.category.Owner {
			return &claimed{entry: e, run: r, category: held, poison: cl.poison}, 0, nil
		}
		if r.Done() {
			return nil, 0, nil // given back at once; the next delivery acknowledges it
		}
	}
	return nil, time.Second, nil
}

// start is the transaction that begins a slice.
func (d *Dispatcher) start(e Entry, r Run, c category, b beat, now time.Time) (claimed, []table.Op, error) {
	overtakes := c.Owner != "" || c.Yields
	version := c.Version
	c = category{
		Version: version, Owner: newID(now, d.random), Fence: c.Fence + 1, Until: now.Add(LeaseTime),
		Shop: e.Shop, Entry: e.ID, Run: r.ID, Since: now,
	}
	first := r.Started.IsZero()
	if first {
		r.Started, r.Slice = now, 1
	}
	r.Starts++
	cl := claimed{entry: e, run: r, category: c, poison: r.Starts > MaxStarts}
	var ops []table.Op
	add := func(op table.Op, err error) error {
		ops = append(ops, op)
		return err
	}
	err := errors.Join(add(d.Store.putCategory(e, c)), add(d.Store.putRun(r)))
	if overtakes {
		// On the version that was seen: of a renewal and this, one loses.
		err = errors.Join(err, add(put(beatKey(e.Scope, e.Category), b.Version, beat{Fence: c.Fence, Until: c.Until})))
	}
	if first && !r.Apart {
		if e.Status == Error || e.Status == Finished {
			e.Status, e.Attempts = Ready, 0
		}
		e.LastStarted, e.LastRun = now, r.ID
		if e.Queued == r.ID {
			e.Queued = ""
		}
		cl.entry = e
		err = errors.Join(err, add(d.Store.putEntry(e)))
	}
	return cl, ops, err
}

// slice runs one slice of a claimed run, unless its outcome is stored already.
func (d *Dispatcher) slice(ctx context.Context, c claimed, receipt string) (Disposition, error) {
	// What has ended is recorded even if the process is asked to stop.
	durable := context.WithoutCancel(ctx)
	end, ok, err := d.Store.sliceEnd(durable, c.run.Shop, c.run.ID, c.run.Slice)
	if err != nil {
		return Disposition{}, err
	}
	switch {
	case ok:
	case c.poison:
		end = endOf(Result{}, &fault.Error{
			Op: c.run.Task, Kind: fault.Bug, Code: "quarantined",
			Merchant: "The job crashed again and again and was set aside; it is being looked at.",
			Err:      fmt.Errorf("slice %d was started %d times and never ended", c.run.Slice, MaxStarts),
		})
	case d.Store.Now().Sub(c.run.Started) > runTimeout(c.entry):
		end = endOf(Result{}, &fault.Error{
			Op: c.run.Task, Kind: fault.Transient, Code: "timeout", Merchant: "The run took too long and was ended; it starts anew.",
			Err: fmt.Errorf("run did not end within %v", runTimeout(c.entry)),
		})
	default:
		if end, ok, err = d.invoke(ctx, c, receipt); err != nil || !ok {
			return again(c.category.Until.Sub(d.Store.Now())), err
		}
	}
	return d.finish(durable, c, end)
}

func runTimeout(e Entry) time.Duration {
	if e.RunTimeout > 0 {
		return e.RunTimeout
	}
	return 12 * time.Hour
}

// invoke has the slice run, and keeps the message hidden meanwhile. It reports
// false when the outcome is not known: the slice may still run.
func (d *Dispatcher) invoke(ctx context.Context, c claimed, receipt string) (sliceEnd, bool, error) {
	req := Request{
		Shop: c.run.Shop, Entry: c.entry.ID, Task: c.run.Task, Run: c.run.ID, Slice: c.run.Slice,
		Parameters: parameters(c.entry, c.run), Checkpoint: c.run.Checkpoint, DryRun: c.run.DryRun,
		Lease: c.entry.lease(c.category), Deadline: d.Store.Now().Add(d.sliceTime()), MaxPages: d.MaxPages,
	}
	if d.OnStart != nil {
		d.OnStart(c.run)
	}
	beating, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		d.hide(beating, receipt)
	}()
	_, invokeErr := d.Invoker.Invoke(ctx, req)
	stop()
	<-stopped
	end, ok, err := d.Store.sliceEnd(context.WithoutCancel(ctx), c.run.Shop, c.run.ID, c.run.Slice)
	switch {
	case err != nil || ok:
		return end, ok, err
	case errors.Is(invokeErr, ErrFenced):
		return end, false, fmt.Errorf("run %s: %w", c.run.ID, ErrFenced)
	case fault.KindOf(invokeErr) == fault.Throttled:
		// It was not started: the run goes on later, and this start never was.
		return endOf(Result{Checkpoint: c.run.Checkpoint}, invokeErr), true, nil
	}
	d.Log.WarnContext(ctx, "slice without outcome", "run", c.run.ID, "task", c.run.Task, "slice", c.run.Slice, "err", invokeErr)
	return end, false, nil
}

func (d *Dispatcher) sliceTime() time.Duration {
	if d.SliceTime > 0 {
		return d.SliceTime
	}
	return 10 * time.Minute
}

// hide extends the message's visibility until ctx ends. When it cannot, the
// message is delivered again, and waits for the lease.
func (d *Dispatcher) hide(ctx context.Context, receipt string) {
	tick := time.NewTicker(RenewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := d.Queue.Extend(ctx, receipt, HoldTime); err != nil && ctx.Err() == nil {
			d.Log.WarnContext(ctx, "message not hidden any longer", "err", err)
			if errors.Is(err, queue.ErrStaleReceipt) {
				return
			}
		}
	}
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
