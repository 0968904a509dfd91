package jobqueue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

// finish records the end of a slice: the run goes on with the next one, or
// ends. Run, entry and category change in one transaction, and follow-ups are
// accepted in it.
func (d *Dispatcher) finish(ctx context.Context, c claimed, end sliceEnd) (Disposition, error) {
	var last error
	for range maxTries {
		next, err := d.conclude(ctx, c, end)
		if err != nil {
			return Disposition{}, err
		}
		err = d.Store.Table.Write(ctx, next.ops...) // everything about the slice, or nothing
		if err == nil {
			if !next.run.Done() {
				return again(next.wait), nil
			}
			for _, f := range next.followUps {
				d.send(ctx, f.group, f.run)
			}
			d.ended(next.run)
			if next.early {
				d.disarm(ctx, c.entry, c.category.History(c.entry), time.Time{})
			}
			if next.entry.Chained() {
				err = d.Arm(ctx, next.entry, next.history)
			}
			return acked, err
		}
		if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrUnknown) {
			return Disposition{}, err
		}
		last = err
		// It may have worked, the entry may have been edited, or a follow-up
		// accepted by somebody else; only a changed category ends the right to write.
		held, err := d.Store.lock(ctx, c.entry)
		if err != nil {
			return Disposition{}, err
		}
		if held.Version != c.category.Version {
			return d.lookUp(ctx, c, held)
		}
		if c, err = d.reread(ctx, c); err != nil {
			return Disposition{}, err
		}
	}
	return Disposition{}, fmt.Errorf("jobqueue: end of run %s of %s is not recorded: %w", c.run.ID, c.run.Shop, notWritten(last))
}

// reread is c with entry and row as they are now. A row that somebody made
// while the run was in progress gives way: the run has run.
func (d *Dispatcher) reread(ctx context.Context, c claimed) (claimed, error) {
	e, err := d.Store.Entry(ctx, c.entry.Shop, c.entry.ID)
	switch {
	case err == nil:
		c.entry = e
	case errors.Is(err, ErrNotFound):
		c.entry.Version = 0
	default:
		return c, err
	}
	c.run.Version, err = d.Store.rowVersion(ctx, c.run)
	return c, err
}

// lookUp is the disposition of a message whose category has changed under it:
// the slice is recorded, by us or by somebody else, or its run is not ours any more.
func (d *Dispatcher) lookUp(ctx context.Context, c claimed, held category) (Disposition, error) {
	if held.Run != nil && held.ID == c.run.ID && held.Run.Slice > c.run.Slice {
		return again(0), nil
	}
	r, err := d.Store.row(ctx, c.run.Shop, c.run.ID)
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return Disposition{}, err
	case err == nil && r.Done():
		d.ended(r)
		return acked, nil
	case err == nil && r.Slice > c.run.Slice:
		return again(0), nil
	}
	return Disposition{}, fmt.Errorf("run %s: %w", c.run.ID, ErrFenced)
}

// conclusion is how a slice is recorded, and what happens after that.
type conclusion struct {
	run       Run
	entry     Entry   // as it is after that
	history   History // the entry's
	ops       []table.Op
	wait      time.Duration // until the next slice
	followUps []followUp    // accepted, to be sent
	early     bool          // the entry for one run is gone before its time
}

type followUp struct {
	group string
	run   Run
}

// conclude makes the transaction that records the end of a slice.
func (d *Dispatcher) conclude(ctx context.Context, c claimed, end sliceEnd) (next conclusion, err error) {
	now := d.Store.Now()
	r, e := c.run, c.entry
	empty := isEmpty(r, end)
	r.Starts = 0
	r.Counts = r.Counts.Add(end.Result.Counts)
	if end.Result.Checkpoint != nil {
		r.Checkpoint = end.Result.Checkpoint
	}
	if len(end.Result.Report) > 0 {
		r.Report = appended(r.Report, end.Result.Report)
	}
	if end.Result.Progress != (Progress{}) {
		r.Progress = end.Result.Progress
	}
	verdict := decideEnd(end.err(), r.Counts)
	switch {
	case e.Cancelling == r.ID || end.Code == codeCancelled:
		verdict = ending{outcome: Cancelled}
	case end.Kind == "" && !end.Result.Done:
		verdict = ending{}
	}
	if verdict.outcome == "" {
		r.Slice++
		next.wait = min(end.Retry, maxBackoff)
		if end.Kind == fault.Throttled {
			next.wait = max(next.wait, 5*time.Second)
		}
		kept, ops, err := d.Store.part(r)
		if err != nil {
			return next, err
		}
		op, err := d.Store.putCategory(e, c.category.yielded(kept, now.Add(next.wait)))
		next.run, next.ops = r, append(ops, op)
		return next, err
	}
	r.Started = clock.Past(r.Started, now)
	r.Ended, r.Outcome, r.Whose = now, verdict.outcome, verdict.whose
	r.Quiet = empty && verdict.outcome == Succeeded && r.quiet()
	r.Checkpoint, r.Note = nil, noteOf(e, r)
	if end.Kind != "" {
		r.ErrorKind, r.Detail, r.Merchant = string(end.Kind), strings.TrimSpace(end.Text+"\n"+r.Detail), end.Say
	}
	if verdict.outcome == Failed && r.Merchant == "" {
		r.Merchant = sentence(fault.Kind(r.ErrorKind))
	}
	if verdict.outcome == Cancelled {
		r.Merchant, r.ErrorKind = "The run was cancelled.", ""
	}
	was := e
	if !r.Apart {
		e = e.after(r, verdict)
		e.Quarantined = e.Quarantined || end.Code == codeQuarantined
		if e.Status == Error && r.Merchant == passing {
			r.Merchant = gaveUp(e.Attempts)
			e.LastError = r.Merchant
		}
	}
	if !r.Apart && verdict.outcome == Failed && e.Status != Error {
		// Armed before it is recorded: a retry may be void, but never missing.
		r.RetryAt = now.Add(d.backoff(e))
		if err := d.armRetry(ctx, e, r); err != nil {
			return next, err
		}
	}
	lock := c.category.free()
	gone := !r.Apart && e.Status != Error && r.RetryAt.IsZero() && (e.Once && r.last() || e.oneShotStarted(lock.History(e)))
	switch {
	case gone:
		next.early = !e.oneShotStarted(lock.History(e))
		lock = lock.without(e)
	case !r.Apart:
		lock = lock.with(e, lock.History(e).ended(r, !r.Quiet, empty, now))
	}
	a, errA := d.Store.putCategory(e, lock)
	b, errB := d.Store.putRun(r, false)
	if errB == nil && b.Item.Size() > table.MaxItemBytes {
		r = r.withoutReport()
		b, errB = d.Store.putRun(r, false)
	}
	next.run, next.entry, next.history, next.ops, err = r, e, lock.History(e), []table.Op{a, b}, errors.Join(errA, errB)
	switch {
	case err != nil || e.Version == 0:
	case gone:
		next.ops = append(next.ops, table.Delete(entryKey(e.Shop, e.ID), table.VersionIs(e.Version)))
	case !e.same(was):
		var op table.Op
		op, err = d.Store.putEntry(e)
		next.ops = append(next.ops, op)
	}
	if err != nil || r.DryRun || verdict.outcome == Failed || verdict.outcome == Cancelled {
		return next, err
	}
	for i, task := range end.Result.FollowUps {
		if slices.Contains(end.Result.FollowUps[:i], task) {
			continue
		}
		if err := d.followUp(ctx, e, r, task, &next); err != nil {
			return next, err
		}
	}
	return next, nil
}

// appended is the report of all slices: lists grow, anything else is replaced.
func appended(old, added json.RawMessage) json.RawMessage {
	var a, b []json.RawMessage
	if json.Unmarshal(old, &a) != nil || json.Unmarshal(added, &b) != nil {
		return added
	}
	js, err := json.Marshal(append(a, b...))
	if err != nil {
		return added
	}
	return js
}

// after is the entry after a run of it.
func (e Entry) after(r Run, verdict ending) Entry {
	if e.Cancelling == r.ID {
		e.Cancelling = ""
	}
	switch r.Outcome {
	case Failed:
		e = e.fails(r.Cause(), r.Ended)
		e.LastError, e.Whose = r.Merchant, verdict.whose
		if e.Attempts++; (!verdict.retry || e.Attempts >= e.MaxAttempts) && e.Status != OnHold {
			e.Status = Error
		}
	case Succeeded, SucceededWithIssues:
		e = e.mended()
		if e.Status == Error { // it was started by hand, or may resume
			e.Status = Ready
		}
	case Cancelled, Lost, Rejected, Skipped:
	}
	return e
}

// mended is e without what its failures left behind.
func (e Entry) mended() Entry {
	e.Attempts, e.LastError, e.Whose, e.Cause, e.FailingSince, e.Quarantined = 0, "", "", "", time.Time{}, false
	return e
}

// same reports whether a run has left the entry's item as it was.
func (e Entry) same(o Entry) bool {
	return e.Status == o.Status && e.Attempts == o.Attempts && e.LastError == o.LastError && e.Whose == o.Whose &&
		e.Cause == o.Cause && e.FailingSince.Equal(o.FailingSince) &&
		e.Cancelling == o.Cancelling && e.Queued == o.Queued && e.Quarantined == o.Quarantined && e.EarliestStart.Equal(o.EarliestStart)
}

func (d *Dispatcher) backoff(e Entry) time.Duration {
	return backoff(e.RerunDelay, e.Attempts, d.random)
}

// armRetry plans the repeat of a failed run, by a name that makes planning it
// twice the same as once.
func (d *Dispatcher) armRetry(ctx context.Context, e Entry, r Run) error {
	m := Message{V: 1, Shop: e.Shop, Entry: e.ID, Trigger: ByRetry, At: stamp(r.RetryAt), Retry: r.ID}
	body, err := encode(m)
	if err != nil {
		return err
	}
	return d.Schedules.At(ctx, retryName(e, r), r.RetryAt, schedule.Target{Group: e.Group(), Body: string(body)})
}

// retryName is the name of the schedule for the retry of r, the run of e that failed last.
func retryName(e Entry, r Run) string {
	return clip(fmt.Sprintf("%s.%s.retry%d", e.Shop, r.ID, e.Attempts))
}

// followUp accepts a run of the shop's entry for task; nothing when one is
// waiting already, when there is no such entry, or when it may not run.
func (d *Dispatcher) followUp(ctx context.Context, e Entry, r Run, task string, next *conclusion) error {
	if r.Hop+1 > MaxHops {
		d.Log.ErrorContext(ctx, "chain of follow-ups refused", "shop", e.Shop, "task", task, "run", r.ID, "hops", MaxHops)
		return nil
	}
	f, ok, err := d.entryOf(ctx, e, task)
	if err != nil || !ok {
		return err
	}
	sum := sha256.Sum256([]byte(r.ID + "\x00" + f.ID))
	run := d.accepted(f, ByFollowUp, hex.EncodeToString(sum[:10]))
	run.Hop = r.Hop + 1
	f.Queued = run.ID
	a, errA := d.Store.putRun(run, true)
	b, errB := d.Store.putEntry(f)
	next.ops = append(next.ops, a, b)
	next.followUps = append(next.followUps, followUp{f.Group(), run})
	return errors.Join(errA, errB)
}

// entryOf finds the shop's entry for task that a follow-up may start: the one
// that is named after it, as a new shop's are, or the first other.
func (d *Dispatcher) entryOf(ctx context.Context, e Entry, task string) (Entry, bool, error) {
	may := func(f Entry) bool {
		return f.Task == task && f.ID != e.ID && f.Queued == "" && f.Status != OnHold && f.Status != Finished && (f.Status != Error || f.resumes())
	}
	f, err := d.Store.Entry(ctx, e.Shop, task)
	if err == nil && f.Task == task {
		return f, may(f), nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return f, false, err
	}
	es, err := d.Store.Entries(ctx, e.Shop)
	for _, f := range es {
		if may(f) {
			return f, true, err
		}
	}
	return Entry{}, false, err
}
