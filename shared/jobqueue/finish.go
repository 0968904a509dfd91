package jobqueue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"backroom/shared/fault"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

// finish records the end of a slice: the run goes on with the next one, or
// ends. Run, entry and category change in one transaction, and follow-ups are
// accepted in it.
func (d *Dispatcher) finish(ctx context.Context, c claimed, end sliceEnd) (Disposition, error) {
	for range maxTries {
		ops, done, next, err := d.conclude(ctx, c, end)
		if err != nil {
			return Disposition{}, err
		}
		err = d.Store.Table.Write(ctx, ops...)
		if err == nil {
			if !done.Done() {
				return again(next.wait), nil
			}
			for _, f := range next.followUps {
				d.send(ctx, f)
			}
			d.ended(done)
			return acked, nil
		}
		if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrUnknown) {
			return Disposition{}, err
		}
		// It may have worked, the entry may have been edited, or a follow-up
		// accepted by somebody else; only a changed category ends the right to write.
		r, err := d.Store.Run(ctx, c.run.Shop, c.run.ID)
		if err != nil {
			return Disposition{}, err
		}
		if r.Done() || r.Slice != c.run.Slice {
			return d.after(r)
		}
		held, _, err := d.Store.category(ctx, c.entry)
		if err != nil {
			return Disposition{}, err
		}
		if held.Version != c.category.Version {
			return Disposition{}, fmt.Errorf("run %s: %w", r.ID, ErrFenced)
		}
		if c.entry, err = d.Store.Entry(ctx, c.entry.Shop, c.entry.ID); err != nil {
			return Disposition{}, err
		}
		c.run = r
	}
	return again(time.Second), nil
}

// after is the disposition of a message whose slice is known to be recorded.
func (d *Dispatcher) after(r Run) (Disposition, error) {
	if r.Done() {
		d.ended(r)
		return acked, nil
	}
	return again(0), nil
}

// following is what happens after the transaction.
type following struct {
	wait      time.Duration // until the next slice
	followUps []Run         // accepted, to be sent
}

// conclude makes the transaction that records the end of a slice.
func (d *Dispatcher) conclude(ctx context.Context, c claimed, end sliceEnd) (ops []table.Op, r Run, next following, err error) {
	now := d.Store.Now()
	r, e, lock := c.run, c.entry, c.category
	r.Starts = 0
	r.Counts = r.Counts.Add(end.Result.Counts)
	if end.Result.Checkpoint != nil {
		r.Checkpoint = end.Result.Checkpoint
	}
	if end.Result.Report != nil {
		r.Report = end.Result.Report
	}
	// The lock's version changes even if nothing else of it does.
	lock.Owner, lock.Yields = "", false
	verdict := decideEnd(end.err(), r.Counts)
	switch {
	case r.Cancel:
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
		lock.Yields, lock.Until = true, now.Add(next.wait+LeaseTime)
		return d.store(e, false, r, lock, next)
	}
	r.Ended, r.Outcome, r.Whose = now, verdict.outcome, verdict.whose
	r.Checkpoint = nil
	if end.Kind != "" {
		r.ErrorKind, r.Detail, r.Merchant = string(end.Kind), end.Text, end.Say
	}
	if verdict.outcome == Failed && r.Merchant == "" {
		r.Merchant = sentence(fault.Kind(r.ErrorKind))
	}
	if verdict.outcome == Cancelled {
		r.Merchant, r.ErrorKind = "The run was cancelled.", ""
	}
	if !r.Apart {
		e.LastOutcome, e.LastError = r.Outcome, r.Merchant
	}
	switch verdict.outcome {
	case Failed:
		if r.Apart {
			break
		}
		e.Attempts++
		if verdict.retry && e.Attempts < e.MaxAttempts {
			// Armed before it is recorded: a retry may be void, but never missing.
			r.RetryAt = now.Add(d.backoff(e))
			if err := d.armRetry(ctx, e, r); err != nil {
				return nil, r, next, err
			}
		} else {
			e.Status = Error
		}
	case Succeeded, SucceededWithIssues:
		if !r.Apart {
			e.Attempts = 0
		}
	case Cancelled, Lost, Rejected, Skipped:
	}
	ops, r, next, err = d.store(e, true, r, lock, next)
	if err != nil || r.DryRun || verdict.outcome == Failed || verdict.outcome == Cancelled {
		return ops, r, next, err
	}
	for _, task := range end.Result.FollowUps {
		f, more, err := d.followUp(ctx, e, r, task)
		if err != nil {
			return nil, r, next, err
		}
		if more != nil {
			ops = append(ops, more...)
			next.followUps = append(next.followUps, f)
		}
	}
	return ops, r, next, nil
}

func (d *Dispatcher) store(e Entry, withEntry bool, r Run, lock category, next following) ([]table.Op, Run, following, error) {
	a, errA := d.Store.putCategory(e, lock)
	b, errB := d.Store.putRun(r)
	ops := []table.Op{a, b}
	if !withEntry {
		return ops, r, next, errors.Join(errA, errB)
	}
	c, errC := d.Store.putEntry(e)
	return append(ops, c), r, next, errors.Join(errA, errB, errC)
}

func (d *Dispatcher) backoff(e Entry) time.Duration {
	return backoff(e.RerunDelay, e.Attempts, d.random)
}

// armRetry plans the repeat of a failed run, by a name that makes planning it
// twice the same as once.
func (d *Dispatcher) armRetry(ctx context.Context, e Entry, r Run) error {
	m := Message{V: 1, Shop: e.Shop, Entry: e.ID, Trigger: ByRetry, At: r.RetryAt.UTC().Format(time.RFC3339), Retry: r.ID}
	body, err := encode(m)
	if err != nil {
		return err
	}
	name := clip(fmt.Sprintf("%s.%s.retry%d", e.Shop, r.ID, e.Attempts))
	return d.Schedules.At(ctx, name, r.RetryAt, schedule.Target{Group: e.Group(), Body: string(body)})
}

// followUp accepts a run of the shop's entry for task; no operations when one
// is waiting already, when there is no such entry, or when it may not run.
func (d *Dispatcher) followUp(ctx context.Context, e Entry, r Run, task string) (Run, []table.Op, error) {
	if r.Hop+1 > MaxHops {
		d.Log.ErrorContext(ctx, "chain of follow-ups refused", "shop", e.Shop, "task", task, "run", r.ID, "hops", MaxHops)
		return Run{}, nil, nil
	}
	entries, err := d.Store.Entries(ctx, e.Shop)
	if err != nil {
		return Run{}, nil, err
	}
	for _, f := range entries {
		if f.Task != task || f.ID == e.ID || f.Queued != "" || f.Status == OnHold || f.Status == Finished || f.Status == Error && !f.Resume {
			continue
		}
		sum := sha256.Sum256([]byte(r.ID + "\x00" + f.ID))
		run := d.accepted(f, ByFollowUp, hex.EncodeToString(sum[:10]))
		run.Hop = r.Hop + 1
		f.Queued = run.ID
		a, errA := d.Store.putRun(run)
		b, errB := d.Store.putEntry(f)
		return run, []table.Op{a, b}, errors.Join(errA, errB)
	}
	return Run{}, nil, nil
}
