package jobqueue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"backroom/shared/fault"
	"backroom/shared/queue"
	"backroom/shared/record"
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

	slots, busy atomic.Int64 // of this process, see Work

	flaws flaws
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
	msg, err := ParseMessage(m.Body)
	if err != nil {
		return d.reject(ctx, msg, m, err)
	}
	e, err := d.Store.definition(ctx, msg.Shop, msg.Entry)
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
	case verdict == drop:
		if msg.Trigger == BySchedule && e.Chained() {
			err = d.Arm(ctx, e.merged(c)) // the tick may be all that was left of it
		}
		return acked, err
	case verdict == poison:
		return d.reject(ctx, msg, m, errors.New(why))
	case verdict == skip:
		return d.skip(ctx, e, r, why)
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

type admission int

const (
	start  admission = iota + 1
	resume           // it has started before
	skip             // recorded: somebody asked, and nothing runs
	drop             // nothing is recorded: there is nothing to do
	poison           // recorded: the message makes no sense
)

// admitAt decides whether a run that has not started may start at now.
func admitAt(e Entry, st state, r Run, m Message, now time.Time, off flaws) (verdict admission, why string) {
	e = e.left(st)
	switch m.Trigger {
	case BySchedule:
		if e.Once && e.Expired(now) {
			return skip, "The job expired before it could start."
		}
		if !e.isSlot(m.scheduled(), now) && !off.has(flawSlotTwice) {
			return drop, ""
		}
	case ByRetry:
		if st.Last != m.Retry && !off.has(flawRetryStale) {
			return drop, ""
		}
	case ByHand, ByFollowUp, ByWebhook:
	}
	switch {
	case e.Status == OnHold && !off.has(flawHold):
		return skip, "The job is on hold" + because(e.HoldReason) + "."
	case e.Status == Finished && m.Trigger != ByHand:
		return skip, "The job is finished."
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

// load finds or makes the run that a message asks for, and decides what
// becomes of it. A run by schedule costs no read unless its slot is over.
func (d *Dispatcher) load(ctx context.Context, e Entry, c category, m Message) (r Run, verdict admission, why string, err error) {
	id := m.RunID()
	if c.Run != nil && c.ID == id && c.Shop == m.Shop {
		return c.running(), resume, "", nil
	}
	e, st, now := e.merged(c), e.state(c), d.Store.Now()
	if _, ok := d.Tasks.Get(e.Task); !ok {
		return r, poison, fmt.Sprintf("job entry %s of %s: task %q is none of %s", e.ID, e.Shop, e.Task, d.Tasks.names()), nil
	}
	if m.Run == "" && m.Trigger == BySchedule && m.scheduled().After(st.Through) {
		r = scheduled(e, m, now)
		verdict, why = admitAt(e, st, r, m, now, d.flaws)
		return r, verdict, why, nil
	}
	r, err = d.Store.row(ctx, m.Shop, id)
	switch {
	case err == nil && r.Entry != e.ID:
		return r, poison, fmt.Sprintf("run %s of %s is one of entry %s, not of %s", id, m.Shop, r.Entry, e.ID), nil
	case err == nil && r.Done():
		return r, drop, "", nil
	case err == nil && !r.Started.IsZero():
		return r, resume, "", nil // it was set aside while its message was away
	case err == nil:
	case !errors.Is(err, ErrNotFound):
		return r, 0, "", err
	case m.Run != "":
		// Accepted triggers are stored before they are sent.
		return r, poison, fmt.Sprintf("run %s of %s does not exist", id, m.Shop), nil
	case m.Trigger == ByRetry:
		var void bool
		if r, void, err = d.retry(ctx, e, m); err != nil || void {
			return r, drop, "", err
		}
	default:
		r = scheduled(e, m, now)
	}
	r.Recovers, r.Notify = e.Attempts > 0, e.NotifySuccess
	verdict, why = admitAt(e, st, r, m, now, d.flaws)
	return r, verdict, why, nil
}

// scheduled is the run of a slot.
func scheduled(e Entry, m Message, now time.Time) Run {
	return Run{
		Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Task: e.Task, Trigger: m.Trigger, Scheduled: m.scheduled(), Parameters: e.Parameters,
		Coalesced: e.coalesced(now), Recovers: e.Attempts > 0, Once: e.Once, Notify: e.NotifySuccess,
	}
}

// retry is the run that repeats a failed one, with its parameters. It is void
// when that run did not fail after all: somebody cancelled it between the
// arming of its retry and its end.
func (d *Dispatcher) retry(ctx context.Context, e Entry, m Message) (r Run, void bool, err error) {
	r = Run{Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Task: e.Task, Trigger: ByRetry, Scheduled: m.scheduled(), Parameters: e.Parameters}
	failed, err := d.Store.row(ctx, m.Shop, m.Retry)
	if errors.Is(err, ErrNotFound) {
		return r, false, nil
	}
	r.Parameters, r.DryRun, r.Hop = failed.Parameters, failed.DryRun, failed.Hop
	return r, failed.Done() && failed.Outcome != Failed, err
}

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
		return d.reject(ctx, msg, m, fmt.Errorf("job entry %s of %s does not exist", msg.Entry, msg.Shop))
	case err != nil:
		return Disposition{}, err
	case r.Done():
		return acked, nil
	}
	return d.skip(ctx, Entry{Shop: msg.Shop, ID: msg.Entry}, r, "The job was deleted.")
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
	if err := d.Store.Table.Write(ctx, op); err != nil && !errors.Is(err, table.ErrConflict) {
		return Disposition{}, err
	}
	d.Log.ErrorContext(ctx, "message rejected", "group", q.Group, "err", why)
	if d.flaws.has(flawPoison) {
		return again(time.Second), nil
	}
	return acked, nil
}

// skip records that a run was asked for and did not start.
func (d *Dispatcher) skip(ctx context.Context, e Entry, r Run, why string) (Disposition, error) {
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
	switch {
	case e.Version > 0 && r.Once && r.Outcome == Skipped && e.Expired(now):
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

// maxTries bounds the repeats of a transaction that met somebody else's.
const maxTries = 8

// claim takes the category for the run, and stores that the slice starts. It
// gives nil and a wait when a live owner holds the category.
func (d *Dispatcher) claim(ctx context.Context, e Entry, c category, r Run) (*claimed, time.Duration, error) {
	for range maxTries {
		// A slice may have ended, and its dispatcher died before it recorded
		// that: the outcome is used, whoever finds it, and the slice not run again.
		if end, ok, err := d.Store.sliceEnd(ctx, c); err != nil {
			return nil, 0, err
		} else if ok {
			return d.overdue(ctx, e, c, end)
		}
		var b beat
		var err error
		if c.Run != nil && (!c.Yields || c.ID != r.ID) {
			if b, err = d.Store.beat(ctx, e); err != nil {
				return nil, 0, err
			}
		}
		now := d.Store.Now()
		step, wait := decideClaim(c, b, r.ID, now, d.Store.Skew, d.flaws)
		if step == claimWait {
			return nil, wait + time.Duration(d.random(int64(time.Second))), nil
		}
		cl, ops, err := d.start(e, r, c, b, now)
		if err != nil {
			return nil, 0, err
		}
		err = d.Store.Table.Write(ctx, ops...)
		if err == nil {
			cl.category.Version++
			cl.run, err = d.Store.whole(ctx, cl.run)
			return &cl, 0, err
		}
		if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrUnknown) {
			return nil, 0, err
		}
		// Somebody else was there, or it may have worked: look again. A claim
		// that worked shows our own owner token.
		if e, err = d.Store.definition(ctx, e.Shop, e.ID); err != nil {
			return nil, 0, err
		}
		held, err := d.Store.lock(ctx, e)
		if err != nil {
			return nil, 0, err
		}
		if held.Owner == cl.category.Owner {
			cl.entry, cl.category = e, held
			cl.run, err = d.Store.whole(ctx, held.running())
			return &cl, 0, err
		}
		if held.Version != c.Version || !r.Accepted.IsZero() {
			// What it was decided from has changed: the next delivery decides anew.
			return nil, 0, nil
		}
		c = held
	}
	return nil, time.Second, nil
}

// overdue records the outcome that was found with the category, and lets the
// message come back at once, to find what has become of it.
func (d *Dispatcher) overdue(ctx context.Context, e Entry, c category, end sliceEnd) (*claimed, time.Duration, error) {
	owner, err := d.ownerOf(ctx, e, c)
	if err != nil {
		return nil, 0, err
	}
	run, err := d.Store.whole(ctx, c.running())
	if err != nil {
		return nil, 0, err
	}
	_, err = d.finish(context.WithoutCancel(ctx), claimed{entry: owner, run: run, category: c}, end)
	if errors.Is(err, ErrFenced) {
		err = nil // somebody else has recorded it
	}
	return nil, 0, err
}

// start is the transaction that begins a slice: one write for a run by
// schedule, and for every further slice.
func (d *Dispatcher) start(e Entry, r Run, c category, b beat, now time.Time) (cl claimed, ops []table.Op, err error) {
	add := func(op table.Op, e error) {
		ops = append(ops, op)
		err = errors.Join(err, e)
	}
	if c.Run != nil && c.ID != r.ID {
		// A dead owner's run is set aside: its message brings it back.
		aside := c.running()
		add(d.Store.putRun(aside, true))
	}
	if c.Run != nil && !c.Yields {
		// On the version that was seen: of a renewal and this, one loses.
		add(put(beatKey(e.Scope, e.Category), b.Version, beat{Fence: c.Fence + 1, Until: now.Add(LeaseTime)}))
	}
	first := r.Started.IsZero()
	row := r.Version > 0 && (first || c.ID != r.ID)
	if first {
		r.Started, r.Slice = now, 1
	}
	if !d.flaws.has(flawStarts) {
		r.Starts++
	}
	if row { // out of the index of those that wait for a message
		add(d.Store.putRun(r, false))
		r.Version++
	}
	changed := false
	if st := e.state(c); first && r.Apart && !r.DryRun && st.Empty > 0 {
		st.Empty = 0 // somebody takes an interest
		c = c.with(e, st)
	}
	if first && !r.Apart {
		st := e.state(c)
		st.Started, st.Last, st.Rank = now, r.ID, e.Priority.rank()
		if st.Through = now; r.Trigger == BySchedule && r.Scheduled.After(now) {
			st.Through = r.Scheduled // the clocks of schedules and dispatchers differ
		}
		if r.Trigger != BySchedule {
			st.Empty = 0
		}
		c = c.with(e, st)
		if e.Status == Error || e.Status == Finished {
			e.Status, e.Attempts, changed = Ready, 0, true
		}
		if e.Queued == r.ID {
			e.Queued, changed = "", true
		}
	}
	if changed {
		add(d.Store.putEntry(e))
		e.Version++
	}
	c = c.claimedBy(r, newID(now, d.random), now)
	op, putErr := d.Store.putCategory(e, c)
	add(op, putErr)
	return claimed{entry: e, run: r, category: c, poison: r.Starts > MaxStarts}, ops, err
}

// slice runs one slice of a claimed run, unless there is a reason to end it.
func (d *Dispatcher) slice(ctx context.Context, c claimed, receipt string) (Disposition, error) {
	// What has ended is recorded even if the process is asked to stop.
	durable := context.WithoutCancel(ctx)
	req := d.request(c)
	var end sliceEnd
	switch {
	case c.entry.Cancelling == c.run.ID:
		end = endOf(req, Result{}, nil)
	case c.poison:
		end = endOf(req, Result{}, &fault.Error{
			Op: c.run.Task, Kind: fault.Bug, Code: "quarantined",
			Merchant: "The job crashed again and again and was set aside; it is being looked at.",
			Err:      fmt.Errorf("slice %d was started %d times and never ended", c.run.Slice, MaxStarts),
		})
	case d.Store.Now().Sub(c.run.Started) > runTimeout(c.entry):
		end = endOf(req, Result{}, &fault.Error{
			Op: c.run.Task, Kind: fault.Transient, Code: "timeout", Merchant: "The run took too long and was ended; it starts anew.",
			Err: fmt.Errorf("run did not end within %v", runTimeout(c.entry)),
		})
	default:
		after, held, what, err := d.invoke(ctx, c, req, receipt)
		switch {
		case err != nil:
			return Disposition{}, err
		case what == closed:
			return acked, d.closed(durable, c, after)
		case what == unknown:
			return again(c.category.Until.Sub(d.Store.Now())), nil
		case what == changed:
			return d.lookUp(durable, c, held)
		}
		end, c.category = after, held
	}
	return d.finish(durable, c, end)
}

// closed is told of a run that its slice's side has ended.
func (d *Dispatcher) closed(ctx context.Context, c claimed, end sliceEnd) error {
	r := c.run
	r.Counts, r.Ended, r.Outcome, r.Checkpoint = r.Counts.Add(end.Result.Counts), d.Store.Now(), Succeeded, nil
	d.ended(r)
	if !c.entry.Chained() {
		return nil
	}
	held, err := d.Store.lock(ctx, c.entry)
	if err != nil {
		return err
	}
	return d.Arm(ctx, c.entry.merged(held))
}

func runTimeout(e Entry) time.Duration {
	if e.RunTimeout > 0 {
		return e.RunTimeout
	}
	return 12 * time.Hour
}

// aftermath is what is known of a slice that was invoked.
type aftermath int

const (
	stored  aftermath = iota + 1 // its outcome is to be recorded
	closed                       // it ended the run by itself
	unknown                      // it may still run
	changed                      // the category has changed under it
)

func (d *Dispatcher) request(c claimed) Request {
	return Request{
		Shop: c.run.Shop, Entry: c.entry.ID, Task: c.run.Task, Run: c.run.ID, Slice: c.run.Slice,
		Parameters: d.parameters(c.entry, c.run), Checkpoint: c.run.Checkpoint, DryRun: c.run.DryRun,
		Lease: Lease{
			Scope: c.entry.Scope, Category: c.entry.Category, Owner: c.category.Owner,
			Fence: c.category.Fence, Version: c.category.Version, Until: c.category.Until,
		},
		MaxPages: d.MaxPages,
	}
}

// parameters are the trigger's own, else the entry's, over the task's defaults.
func (d *Dispatcher) parameters(e Entry, r Run) json.RawMessage {
	given := e.Parameters
	if len(r.Parameters) > 0 {
		given = r.Parameters
	}
	reg, ok := d.Tasks.Get(r.Task)
	if !ok {
		return given
	}
	if full, wrong := reg.Parameters.Fill(given); len(wrong) == 0 {
		return full
	}
	return given // the task says what is wrong with them, and the run fails with that
}

// invoke has the slice run, and keeps the message hidden meanwhile. An answer
// that says under which version it is durable is taken at its word; any other
// is looked up.
func (d *Dispatcher) invoke(ctx context.Context, c claimed, req Request, receipt string) (end sliceEnd, held category, what aftermath, err error) {
	held = c.category
	if req.Lease.Lock, err = record.Encode(schema, held); err != nil {
		return end, held, 0, err
	}
	d.busy.Add(1)
	defer d.busy.Add(-1)
	req.Deadline = d.Store.Now().Add(d.sliceTime(ctx, c.run))
	if d.OnStart != nil {
		d.OnStart(c.run)
	}
	beating, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		d.hide(beating, receipt)
	}()
	res, invokeErr := d.Invoker.Invoke(ctx, req)
	stop()
	<-stopped
	claimedAt := held.Version
	if invokeErr == nil && res.Stored == claimedAt+1 {
		end = endOf(req, res, nil)
		if res.Closed {
			return end, held, closed, nil
		}
		held.Version, held.End = res.Stored, &end
		return end, held, stored, nil
	}
	durable := context.WithoutCancel(ctx)
	if held, err = d.Store.lock(durable, c.entry); err != nil {
		return end, held, 0, err
	}
	end, ok, err := d.Store.sliceEnd(durable, held)
	same := held.Fence == c.category.Fence
	switch {
	case err != nil:
		return end, held, 0, err
	case same && ok:
		return end, held, stored, nil
	case same && held.Run == nil && held.Version == claimedAt+1:
		return endOf(req, Result{Done: true}, nil), held, closed, nil // the answer got lost
	case held.Version != claimedAt:
		return end, held, changed, nil
	case fault.KindOf(invokeErr) == fault.Throttled:
		// It was not started: the run goes on later, and this start never was.
		return endOf(req, Result{Checkpoint: c.run.Checkpoint}, invokeErr), held, stored, nil
	}
	d.Log.WarnContext(ctx, "slice without outcome", "run", c.run.ID, "task", c.run.Task, "slice", c.run.Slice, "err", invokeErr)
	return end, held, unknown, nil
}

// sliceTime is how long a slice of r may work. Slots are shared among shops: a
// long slice is for those that nobody waits behind. The first one is always
// short: most runs end in it, and then nothing has to be asked.
func (d *Dispatcher) sliceTime(ctx context.Context, r Run) time.Duration {
	long := d.SliceTime
	if long <= 0 {
		long = 10 * time.Minute
	}
	short := min(long, ShortSlice)
	if slots := d.slots.Load(); r.Slice <= 1 || slots > 0 && d.busy.Load() >= slots {
		return short
	}
	if c, ok := d.Queue.(queue.Counter); ok {
		if n, err := c.Waiting(ctx); err != nil || n > 0 {
			return short
		}
	}
	return long
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
