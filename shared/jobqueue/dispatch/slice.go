package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/queue"
)

// slice runs one slice of a claimed run, unless there is a reason to end it.
func (d *Dispatcher) slice(ctx context.Context, c claimed, receipt string) (Disposition, error) {
	// What has ended is recorded even if the process is asked to stop.
	durable := context.WithoutCancel(ctx)
	req := d.request(c)
	var end jobqueue.SliceEnd
	switch {
	case c.entry.Cancelling == c.run.ID:
		end = jobqueue.EndOf(req, jobqueue.Result{}, nil)
	case c.poison:
		end = jobqueue.EndOf(req, jobqueue.Result{}, &fault.Error{
			Op: c.run.Task, Kind: fault.Bug, Code: codeQuarantined,
			Merchant: "The job crashed again and again and was set aside; it is being looked at.",
			Err:      fmt.Errorf("slice %d was started %d times and never ended", c.run.Slice, jobqueue.MaxStarts),
		})
	case d.Jobs.Store.Now().Sub(c.run.Started) >= runTimeout(c.entry):
		end = jobqueue.EndOf(req, jobqueue.Result{}, &fault.Error{
			Op: c.run.Task, Kind: fault.Transient, Code: "timeout", Merchant: "The run took too long and was ended.",
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
			return again(c.category.Until.Sub(d.Jobs.Store.Now())), nil
		case what == changed:
			return d.lookUp(durable, c, held)
		}
		end, c.category = after, held
	}
	return d.finish(durable, c, end)
}

// closed is told of a run that its slice's side has ended.
func (d *Dispatcher) closed(ctx context.Context, c claimed, end jobqueue.SliceEnd) error {
	r := c.run
	r.Counts, r.Ended, r.Outcome, r.Checkpoint = r.Counts.Add(end.Result.Counts), d.Jobs.Store.Now(), jobqueue.Succeeded, nil
	d.TellEnded(r)
	if !c.entry.Chained() {
		return nil
	}
	held, err := d.Jobs.Store.Category(ctx, c.entry)
	if err != nil {
		return err
	}
	return d.Jobs.Arm(ctx, c.entry, held.History(c.entry))
}

func runTimeout(e jobqueue.Entry) time.Duration {
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

func (d *Dispatcher) request(c claimed) jobqueue.Request {
	return jobqueue.Request{
		Shop: c.run.Shop, Entry: c.entry.ID, Task: c.run.Task, Run: c.run.ID, Slice: c.run.Slice,
		Parameters: d.parameters(c.entry, c.run), Checkpoint: c.run.Checkpoint, DryRun: c.run.DryRun,
		Lease: jobqueue.Lease{
			Scope: c.entry.Scope, Category: c.entry.Category, Owner: c.category.Owner,
			Fence: c.category.Fence, Version: c.category.Version, Until: c.category.Until,
		},
	}
}

// parameters are the trigger's own, else the entry's, over the task's defaults.
func (d *Dispatcher) parameters(e jobqueue.Entry, r jobqueue.Run) json.RawMessage {
	given := e.Parameters
	if len(r.Parameters) > 0 {
		given = r.Parameters
	}
	reg, ok := d.Jobs.Tasks.Get(r.Task)
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
func (d *Dispatcher) invoke(ctx context.Context, c claimed, req jobqueue.Request, receipt string) (end jobqueue.SliceEnd, held jobqueue.Category, what aftermath, err error) {
	held = c.category
	if req.Lease.Lock, err = jobstore.EncodeCategory(held); err != nil {
		return end, held, 0, err
	}
	d.busy.Add(1)
	defer d.busy.Add(-1)
	req.Deadline = d.Jobs.Store.Now().Add(d.sliceTime(ctx, c.run))
	if end := c.run.Started.Add(runTimeout(c.entry)); end.Before(req.Deadline) {
		req.Deadline = end
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
	res, invokeErr := d.Invoker.Invoke(ctx, req)
	stop()
	<-stopped
	claimedAt := held.Version
	if invokeErr == nil && res.Stored == claimedAt+1 {
		end = jobqueue.EndOf(req, res, nil)
		if res.Closed {
			return end, held, closed, nil
		}
		held.Version, held.End = res.Stored, &end
		return end, held, stored, nil
	}
	durable := context.WithoutCancel(ctx)
	if held, err = d.Jobs.Store.Category(durable, c.entry); err != nil {
		return end, held, 0, err
	}
	end, ok, err := d.Jobs.Store.SliceEnd(durable, held)
	same := held.Fence == c.category.Fence
	switch {
	case err != nil:
		return end, held, 0, err
	case same && ok:
		return end, held, stored, nil
	case same && held.Run == nil && held.Version == claimedAt+1:
		return jobqueue.EndOf(req, jobqueue.Result{Done: true}, nil), held, closed, nil // the answer got lost
	case held.Version != claimedAt:
		return end, held, changed, nil
	case fault.KindOf(invokeErr) == fault.Throttled:
		// It was not started: the run goes on later, and this start never was.
		return jobqueue.EndOf(req, jobqueue.Result{Checkpoint: c.run.Checkpoint}, invokeErr), held, stored, nil
	}
	d.Jobs.Log.WarnContext(ctx, "slice without outcome", "run", c.run.ID, "task", c.run.Task, "slice", c.run.Slice, "err", invokeErr)
	return end, held, unknown, nil
}

// sliceTime is how long a slice of r may work. Slots are shared among shops: a
// long slice is for those that nobody waits behind. The first one is always
// short: most runs end in it, and then nothing has to be asked.
//
// Each slice gets less than the most by a part of its own. Slices that began
// together, when many shops import for the first time, would else end together
// for hours: who comes just after that waits until they end, behind all of
// those that have waited for it, and until these end too.
func (d *Dispatcher) sliceTime(ctx context.Context, r jobqueue.Run) time.Duration {
	long := d.SliceTime
	if long <= 0 {
		long = 10 * time.Minute
	}
	short := min(long, jobqueue.ShortSlice)
	long -= partOf(r, long-short)
	short -= partOf(r, short/2)
	if slots := d.slots.Load(); r.Slice <= 1 || slots > 0 && d.busy.Load() >= slots {
		return short
	}
	if c, ok := d.Jobs.Queue.(queue.Counter); ok {
		if n, err := c.Waiting(ctx); err != nil || n > 0 {
			return short
		}
	}
	return long
}

// partOf is a part of span, evenly spread over slices and the same whenever this
// one is asked for it.
func partOf(r jobqueue.Run, span time.Duration) time.Duration {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %d", r.ID, r.Slice)
	return span / 1000 * time.Duration(h.Sum32()%1000)
}

// hide extends the message's visibility until ctx ends. When it cannot, the
// message is delivered again, and waits for the lease.
func (d *Dispatcher) hide(ctx context.Context, receipt string) {
	tick := time.NewTicker(jobqueue.RenewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := d.Jobs.Queue.Extend(ctx, receipt, jobqueue.HoldTime); err != nil && ctx.Err() == nil {
			d.Jobs.Log.WarnContext(ctx, "message not hidden any longer", "err", err)
			if errors.Is(err, queue.ErrStaleReceipt) {
				return
			}
		}
	}
}
