package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// TriggerRequest asks for one run of an entry.
type TriggerRequest struct {
	Shop, Entry string
	Trigger     jobqueue.Trigger // ByHand or ByWebhook
	// Parameters replace the entry's own for this run; nil: the entry's.
	Parameters json.RawMessage
	DryRun     bool
	// Repeats is the run whose input this is; Parameters that are the entry's
	// own count as none.
	Repeats string
	// With gives what is written in the same transaction as the accepted run, and
	// nowhere if the request joins a run that waits. It is asked again after a
	// conflict, so that it reads what it depends on itself. nil: nothing.
	With func(jobqueue.Run) ([]table.Op, error)
}

// Trigger accepts one run of an entry: it is stored, then sent; if sending
// fails, the sweep sends it again. While an accepted run waits to start,
// another wish for the same joins it; other wishes wait, at most MaxWaiting of an
// entry. Errors: ErrNotFound, ErrOnHold, ErrPaused, ErrBusy, and
// [Problem]s joined when the task does not take the parameters.
func (j *Client) Trigger(ctx context.Context, a TriggerRequest) (jobqueue.Run, error) {
	var last error
	for range jobstore.MaxTries {
		e, err := j.Store.Entry(ctx, a.Shop, a.Entry)
		if err != nil {
			return jobqueue.Run{}, err
		}
		if a, err = j.acceptable(ctx, e, a); err != nil {
			return jobqueue.Run{}, err
		}
		plain := a.Parameters == nil && !a.DryRun
		if plain && e.Queued != "" {
			if r, ok, err := j.Waiting(ctx, e); err != nil || ok {
				return r, err
			}
		}
		r := j.Accepted(e, a.Trigger, jobqueue.NewID(j.Store.Now(), j.Int64N))
		r.DryRun, r.Apart, r.Repeats = a.DryRun, !plain, a.Repeats
		if a.Parameters != nil {
			r.Parameters = a.Parameters
		}
		ops, err := j.acceptance(ctx, e, r, a.With)
		if err != nil {
			return jobqueue.Run{}, err
		}
		last = j.Store.Table.Write(ctx, ops...)
		stored, err := j.stored(ctx, r, last)
		if err != nil {
			return jobqueue.Run{}, err
		}
		if !stored {
			continue
		}
		r.Version = 1
		j.Send(ctx, e.Group(), r)
		return r, nil
	}
	return jobqueue.Run{}, fmt.Errorf("job entry %s of %s: %w", a.Entry, a.Shop, jobstore.NotWritten(last))
}

// acceptable is a as it is accepted for e, or the error that says why it is not.
func (j *Client) acceptable(ctx context.Context, e jobqueue.Entry, a TriggerRequest) (TriggerRequest, error) {
	if e.Status == jobqueue.OnHold {
		_, err := allowed(e, RunNow, jobqueue.Category{}, j.Store.Now())
		return a, err
	}
	if p, ok, err := j.Store.PausedNow(ctx, a.Shop); err != nil {
		return a, err
	} else if ok {
		return a, paused(RunNow, a.Shop, p)
	}
	if a.Repeats != "" && string(a.Parameters) == string(e.Input()) {
		a.Parameters = nil
	}
	if reg, ok := j.Tasks.Get(e.Task); ok && a.Parameters != nil {
		if _, wrong := reg.Parameters.Fill(a.Parameters); len(wrong) > 0 {
			return a, jobqueue.JoinProblems(fmt.Sprintf("job entry %s of %s", e.ID, e.Shop), wrong)
		}
	}
	return a, nil
}

// acceptance are the writes that accept r, a run of e: its row, its name in the
// entry, and what with adds.
func (j *Client) acceptance(ctx context.Context, e jobqueue.Entry, r jobqueue.Run, with func(jobqueue.Run) ([]table.Op, error)) ([]table.Op, error) {
	var err error
	if r.Apart {
		e.Wishes, err = j.wish(ctx, e, r.ID)
	} else {
		e.Queued = r.ID
	}
	ops := []table.Op{j.Store.PutRun(r, true), j.Store.PutEntry(e)}
	if err != nil || with == nil {
		return ops, err
	}
	more, err := with(r)
	return append(ops, more...), err
}

// stored reports whether the write that accepts r, which ended with err, has taken
// effect; if not, it may be decided anew.
func (j *Client) stored(ctx context.Context, r jobqueue.Run, err error) (bool, error) {
	switch {
	case errors.Is(err, table.ErrConflict):
		return false, nil
	case !errors.Is(err, table.ErrUnknown):
		return err == nil, err
	}
	// The run's own id tells.
	_, err = j.Store.Row(ctx, r.Shop, r.ID)
	if errors.Is(err, jobstore.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Waiting is the accepted run of e that has not started.
func (j *Client) Waiting(ctx context.Context, e jobqueue.Entry) (jobqueue.Run, bool, error) {
	if e.Queued == "" {
		return jobqueue.Run{}, false, nil
	}
	r, err := j.Store.Row(ctx, e.Shop, e.Queued)
	if errors.Is(err, jobstore.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil && r.Started.IsZero() && !r.Done() && !r.Cancel, err
}

// Accepted is a new run of e with that id, accepted now, before it is stored.
func (j *Client) Accepted(e jobqueue.Entry, t jobqueue.Trigger, id string) jobqueue.Run {
	now := j.Store.Now()
	return jobqueue.Run{Shop: e.Shop, ID: id, Entry: e.ID, Made: e.Made, Task: e.Task, Trigger: t, Scheduled: now, Accepted: now, Parameters: e.Input()}
}

// Send puts an accepted run on the queue. It may fail: the run is stored.
func (j *Client) Send(ctx context.Context, group string, r jobqueue.Run) {
	if err := j.SendTo(ctx, group, r); err != nil {
		j.Log.WarnContext(ctx, "accepted run not sent yet", "run", r.ID, "err", err)
	}
}

// SendTo sends the message that has r start or go on, in the group of its entry.
func (j *Client) SendTo(ctx context.Context, group string, r jobqueue.Run) error {
	m := jobqueue.Message{V: 1, Shop: r.Shop, Entry: r.Entry, Trigger: r.Trigger, Run: r.ID}
	if r.Trigger == jobqueue.BySchedule || r.Trigger == jobqueue.ByRetry {
		m.At = jobqueue.Stamp(r.Scheduled)
	}
	if r.Trigger == jobqueue.BySchedule {
		// As its schedule sent it: a run that found nothing to do leaves no row,
		// by which a message that names it could tell that it has ended.
		m.Run, m.Made = "", r.Made
	}
	return j.Queue.Send(ctx, group, r.ID, m.Encode())
}

// Cancel asks a run to stop: at its next renewal, or before it starts. Errors:
// ErrNotFound, ErrEnded.
func (j *Client) Cancel(ctx context.Context, shop, run string) error {
	for range jobstore.MaxTries {
		r, err := j.Store.Run(ctx, shop, run)
		if err == nil && r.Done() {
			err = &refused{ErrEnded, fmt.Sprintf("cancel: run %s of %s has ended already (%s): nothing is left to stop", run, shop, r.Outcome)}
		}
		if err != nil {
			return err
		}
		var op table.Op
		if r.Started.IsZero() {
			r.Cancel = true
			op = j.Store.PutRun(r, true)
		} else {
			var e jobqueue.Entry
			if e, err = j.Store.Entry(ctx, shop, r.Entry); err != nil {
				return err
			}
			e.Cancelling = run
			op = j.Store.PutEntry(e)
		}
		if err := j.Store.Table.Write(ctx, op); !errors.Is(err, table.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("run %s of %s: %w", run, shop, jobstore.NotWritten(nil))
}

// Resend sends the message of a run that waits for one: accepted and not started,
// or started and without a live slice. Sending too often is safe. It does so also
// when the run's entry is gone: the dispatcher that gets the message records that.
func (j *Client) Resend(ctx context.Context, r jobqueue.Run) error {
	e, err := j.Store.Entry(ctx, r.Shop, r.Entry)
	switch {
	case errors.Is(err, jobstore.ErrNotFound):
		return j.SendTo(ctx, "SHOP."+r.Shop, r)
	case err != nil:
		return err
	}
	return j.SendTo(ctx, e.Group(), r)
}

// wish is e's wishes with an accepted run more. The entry bounds them: whoever
// accepts another one at the same time changes the same item. It costs a read for
// each of them when they are many, and gives an ErrBusy when too many have not started.
func (j *Client) wish(ctx context.Context, e jobqueue.Entry, run string) ([]string, error) {
	if len(e.Wishes) < jobqueue.MaxWaiting {
		return append(slices.Clone(e.Wishes), run), nil
	}
	var left []string
	for _, id := range e.Wishes {
		r, err := j.Store.Row(ctx, e.Shop, id)
		switch {
		case err == nil && r.Started.IsZero() && !r.Done():
			left = append(left, id)
		case err != nil && !errors.Is(err, jobstore.ErrNotFound):
			return nil, err
		}
	}
	if len(left) >= jobqueue.MaxWaiting {
		return nil, &refused{ErrBusy, fmt.Sprintf("run: %d runs of job %s of %s wait to start already: wait until one of them has started, or cancel some", len(left), e.ID, e.Shop)}
	}
	return append(left, run), nil
}
