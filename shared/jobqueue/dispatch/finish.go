package dispatch

import (
	"cmp"
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
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// finish records the end of a slice: the run goes on with the next one, or
// ends. Run, entry and category change in one transaction, and follow-ups are
// accepted in it.
func (d *Dispatcher) finish(ctx context.Context, c claimed, end jobqueue.SliceEnd) (Disposition, error) {
	var last error
	for range jobstore.MaxTries {
		next, err := d.conclude(ctx, c, end)
		if err != nil {
			return Disposition{}, err
		}
		err = d.Jobs.Store.Table.Write(ctx, next.ops...) // everything about the slice, or nothing
		if err == nil {
			if !next.run.Done() {
				return again(next.wait), nil
			}
			for _, f := range next.followUps {
				d.Jobs.Send(ctx, f.group, f.run)
			}
			d.TellEnded(next.run)
			if next.early {
				d.Jobs.Disarm(ctx, c.entry, c.category.History(c.entry), time.Time{})
			}
			if next.entry.Chained() {
				err = d.Jobs.Arm(ctx, next.entry, next.history)
			}
			return acked, err
		}
		if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrUnknown) {
			return Disposition{}, err
		}
		last = err
		// It may have worked, the entry may have been edited, or a follow-up
		// accepted by somebody else; only a changed category ends the right to write.
		held, err := d.Jobs.Store.Category(ctx, c.entry)
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
	return Disposition{}, fmt.Errorf("jobqueue: end of run %s of %s is not recorded: %w", c.run.ID, c.run.Shop, jobstore.NotWritten(last))
}

// reread is c with entry and row as they are now. A row that somebody made
// while the run was in progress gives way: the run has run.
func (d *Dispatcher) reread(ctx context.Context, c claimed) (claimed, error) {
	e, err := d.Jobs.Store.Entry(ctx, c.entry.Shop, c.entry.ID)
	switch {
	case err == nil:
		c.entry = e
	case errors.Is(err, jobstore.ErrNotFound):
		c.entry.Version = 0
	default:
		return c, err
	}
	c.run.Version, err = d.Jobs.Store.RowVersion(ctx, c.run)
	return c, err
}

// lookUp is the disposition of a message whose category has changed under it:
// the slice is recorded, by us or by somebody else, or its run is not ours any more.
func (d *Dispatcher) lookUp(ctx context.Context, c claimed, held jobqueue.Category) (Disposition, error) {
	if held.Run != nil && held.ID == c.run.ID && held.Run.Slice > c.run.Slice {
		return again(0), nil
	}
	r, err := d.Jobs.Store.Row(ctx, c.run.Shop, c.run.ID)
	switch {
	case err != nil && !errors.Is(err, jobstore.ErrNotFound):
		return Disposition{}, err
	case err == nil && r.Done():
		d.TellEnded(r)
		return acked, nil
	case err == nil && r.Slice > c.run.Slice:
		return again(0), nil
	}
	return Disposition{}, fmt.Errorf("run %s: %w", c.run.ID, jobqueue.ErrFenced)
}

// conclusion is how a slice is recorded, and what happens after that.
type conclusion struct {
	run       jobqueue.Run
	entry     jobqueue.Entry   // as it is after that
	history   jobqueue.History // the entry's
	ops       []table.Op
	wait      time.Duration // until the next slice
	followUps []followUp    // accepted, to be sent
	early     bool          // the entry for one run is gone before its time
}

type followUp struct {
	group string
	run   jobqueue.Run
}

// conclude makes the transaction that records the end of a slice.
func (d *Dispatcher) conclude(ctx context.Context, c claimed, end jobqueue.SliceEnd) (next conclusion, err error) {
	now := d.Jobs.Store.Now()
	e, was, r := c.entry, c.entry, reported(c.run, end)
	verdict := verdictOf(e, r, end)
	if verdict.Outcome == "" {
		return d.goesOn(c, r, end, now), nil
	}
	empty := jobqueue.FoundNothing(c.run, end)
	r = over(e, r, end, verdict, empty, now)
	if !r.Apart {
		e = e.After(r, verdict)
		e.Quarantined = e.Quarantined || end.Code == codeQuarantined
		if e.Status == jobqueue.InError && r.Merchant == jobqueue.PassingText {
			r.Merchant = jobqueue.GaveUpText(e.Attempts)
			e.LastError = r.Merchant
		}
	}
	if !r.Apart && verdict.Outcome == jobqueue.Failed && e.Status != jobqueue.InError {
		// Armed before it is recorded: a retry may be void, but never missing.
		r.RetryAt = now.Add(backoff(e.RerunDelay, e.Attempts, d.Jobs.Int64N))
		if err := d.Jobs.ArmRetry(ctx, e, r); err != nil {
			return next, err
		}
	}
	next = d.leaves(c, was, e, r, empty, now)
	if r.DryRun || verdict.Outcome == jobqueue.Failed || verdict.Outcome == jobqueue.Cancelled {
		return next, nil
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

// reported is r with what its slice has reported: counts, checkpoint, report and progress.
func reported(r jobqueue.Run, end jobqueue.SliceEnd) jobqueue.Run {
	r.Starts = 0
	r.Counts = r.Counts.Add(end.Result.Counts)
	if end.Result.Checkpoint != nil {
		r.Checkpoint = end.Result.Checkpoint
	}
	if len(end.Result.Report) > 0 {
		r.Report = appended(r.Report, end.Result.Report)
		r.RowsLeft += end.Result.RowsLeft
	}
	if end.Result.Progress != (jobqueue.Progress{}) {
		r.Progress = end.Result.Progress
	}
	return r
}

// verdictOf is how r, a run of e, ends with this slice; the zero ending if it goes on.
func verdictOf(e jobqueue.Entry, r jobqueue.Run, end jobqueue.SliceEnd) jobqueue.Ending {
	switch {
	case e.Cancelling == r.ID || end.Code == CodeCancelled:
		return jobqueue.Ending{Outcome: jobqueue.Cancelled}
	case end.Kind == "" && !end.Result.Done:
		return jobqueue.Ending{}
	}
	return jobqueue.DecideEnd(end.Err(), r.Counts)
}

// goesOn gives the category back until the next slice of r.
func (d *Dispatcher) goesOn(c claimed, r jobqueue.Run, end jobqueue.SliceEnd, now time.Time) (next conclusion) {
	r.Slice++
	next.wait = min(end.Retry, jobqueue.MaxBackoff)
	if end.Kind == fault.Throttled {
		next.wait = max(next.wait, 5*time.Second)
	}
	kept, ops := d.Jobs.Store.Part(r)
	next.run, next.ops = r, append(ops, d.Jobs.Store.PutCategory(c.entry, c.category.Yielded(kept, now.Add(next.wait))))
	return next
}

// over is r, a run of e, as it is in the log once it has ended at now.
func over(e jobqueue.Entry, r jobqueue.Run, end jobqueue.SliceEnd, verdict jobqueue.Ending, empty bool, now time.Time) jobqueue.Run {
	r.Started = clock.Past(r.Started, now)
	r.Ended, r.Outcome, r.Whose = now, verdict.Outcome, verdict.Whose
	r.Quiet = empty && verdict.Outcome == jobqueue.Succeeded && r.NobodyWaits()
	r.Checkpoint, r.Note = nil, noteOf(e, r)
	if end.Kind != "" {
		r.ErrorKind, r.Detail, r.Merchant = end.Kind, strings.TrimSpace(end.Text+"\n"+r.Detail), end.Say
	}
	if verdict.Outcome == jobqueue.Failed && r.Merchant == "" {
		r.Merchant = sentence(r.ErrorKind)
	}
	if verdict.Outcome == jobqueue.Cancelled {
		r.Merchant, r.ErrorKind = "The run was cancelled.", ""
	}
	return r
}

// leaves are the writes of r, which has ended, in its row, in the category, and in
// its entry: that was was before, and is e now, or is gone with its only run.
func (d *Dispatcher) leaves(c claimed, was, e jobqueue.Entry, r jobqueue.Run, empty bool, now time.Time) (next conclusion) {
	lock := c.category.Free()
	gone := !r.Apart && e.Status != jobqueue.InError && r.RetryAt.IsZero() && (e.Once && endsOneShot(r) || e.OneShotStarted(lock.History(e)))
	switch {
	case gone:
		next.early = !e.OneShotStarted(lock.History(e))
		lock = lock.Without(e)
	case !r.Apart:
		lock = lock.With(e, lock.History(e).AfterRun(r, !r.Quiet, empty, now))
	}
	row := d.Jobs.Store.PutRun(r, false)
	if row.Item.Size() > table.MaxItemBytes {
		r = r.WithoutReport()
		row = d.Jobs.Store.PutRun(r, false)
	}
	next.run, next.entry, next.history, next.ops = r, e, lock.History(e), []table.Op{d.Jobs.Store.PutCategory(e, lock), row}
	switch {
	case e.Version == 0:
	case gone:
		next.ops = append(next.ops, jobstore.DeleteEntry(e))
	case !e.SameItem(was):
		next.ops = append(next.ops, d.Jobs.Store.PutEntry(e))
	}
	return next
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

// followUp accepts a run of the shop's entry for task; nothing when one is
// waiting already, when there is no such entry, or when it may not run.
func (d *Dispatcher) followUp(ctx context.Context, e jobqueue.Entry, r jobqueue.Run, task string, next *conclusion) error {
	if r.Hop+1 > jobqueue.MaxHops {
		d.Jobs.Log.ErrorContext(ctx, "chain of follow-ups refused", "shop", e.Shop, "task", task, "run", r.ID, "hops", jobqueue.MaxHops)
		return nil
	}
	f, ok, err := d.Jobs.EntryFor(ctx, e, task)
	if err != nil || !ok {
		return err
	}
	sum := sha256.Sum256([]byte(r.ID + "\x00" + f.ID))
	run := d.Jobs.Accepted(f, jobqueue.ByFollowUp, hex.EncodeToString(sum[:10]))
	run.Hop = r.Hop + 1
	f.Queued = run.ID
	next.ops = append(next.ops, d.Jobs.Store.PutRun(run, true), d.Jobs.Store.PutEntry(f))
	next.followUps = append(next.followUps, followUp{f.Group(), run})
	return nil
}

// backoff is the wait before attempt n+1, n ≥ 1 failures in a row:
// exponential between delay and six hours, with full jitter above delay.
func backoff(delay time.Duration, n int, random func(int64) int64) time.Duration {
	if delay <= 0 {
		delay = 30 * time.Second
	}
	ceiling := jobqueue.MaxBackoff
	if n < 20 && delay<<n < jobqueue.MaxBackoff {
		ceiling = delay << n
	}
	if ceiling <= delay {
		return delay
	}
	return delay + time.Duration(random(int64(ceiling-delay)+1))
}

// endsOneShot reports whether r is the only run of an entry for one run, whatever its
// time: it was restarted. For one of its time the entry itself says so, which
// may have been given another one meanwhile.
func endsOneShot(r jobqueue.Run) bool { return r.Once && r.Trigger != jobqueue.BySchedule }

// sentence is what a merchant is told about a failed run.
func sentence(kind fault.Kind) string {
	switch kind {
	case fault.Rejected:
		return "The run was refused; the settings or the data it uses must be corrected."
	case fault.Blocked:
		return "The connection needs attention: access was refused until somebody renews it."
	case fault.Throttled:
		return "The other side is busy; the run goes on by itself."
	case fault.Bug:
		return "The run failed because of a fault on our side; it is being looked at."
	case fault.Transient, fault.Unknown:
	}
	return jobqueue.PassingText
}

// noteOf is what somebody who wants to know is told about a run that has ended
// well; "" if nobody does, or if there is nothing to tell.
func noteOf(e jobqueue.Entry, r jobqueue.Run) string {
	if !r.Notify || r.Quiet || r.DryRun || r.Outcome != jobqueue.Succeeded && r.Outcome != jobqueue.SucceededWithIssues {
		return ""
	}
	var done []string
	for _, n := range []struct {
		count int
		word  string
	}{
		{r.Counts.Created, "created"},
		{r.Counts.Updated, "updated"},
		{r.Counts.Unchanged, "unchanged"},
		{r.Counts.Skipped, "skipped"},
		{r.Counts.Failed, "failed"},
	} {
		if n.count > 0 {
			done = append(done, fmt.Sprintf("%d %s", n.count, n.word))
		}
	}
	if len(done) == 0 {
		done = []string{"there was nothing to do"}
	}
	return fmt.Sprintf("%s %s: %s.", cmp.Or(e.Description, e.ID), r.Outcome, strings.Join(done, ", "))
}
