package jobqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"backroom/shared/table"
)

// Action is what a person does to a job entry.
type Action string

// The actions.
const (
	ToHold   Action = "hold"    // nothing of it starts; a run in process goes on to its end
	ToReady  Action = "ready"   // it runs at its next time; attempts and error are forgotten
	Restart  Action = "restart" // ready, and one run now
	RunNow   Action = "run"     // one run now, beside what its schedule does
	ToCancel Action = "cancel"  // its run stops: at its next heartbeat, or before it starts
	ToDelete Action = "delete"  // the entry goes, its runs stay in the log
)

// gone is where deleting leads.
const gone = "gone"

// transition is what an action makes of an entry of one status.
type transition struct {
	to     Status // "": refused
	wayOut string // of a refused one
}

// transitions has a row for each action and a cell for each status: what the
// action leads to, or the way out where the status forbids it.
var transitions = map[Action]map[Status]transition{
	ToHold: {
		Ready: {to: OnHold}, InProcess: {to: OnHold}, Waiting: {to: OnHold}, OnHold: {to: OnHold}, Error: {to: OnHold}, Finished: {to: OnHold},
	},
	ToReady: {
		Ready: {wayOut: runInstead}, InProcess: {wayOut: runInstead}, Waiting: {wayOut: runInstead},
		OnHold: {to: Ready}, Error: {to: Ready}, Finished: {to: Ready},
	},
	Restart: {
		Ready: {wayOut: runInstead}, InProcess: {wayOut: runInstead}, Waiting: {wayOut: runInstead},
		OnHold: {to: Ready}, Error: {to: Ready}, Finished: {to: Ready},
	},
	RunNow: {
		Ready: {to: Ready}, InProcess: {to: InProcess}, Waiting: {to: Waiting}, Error: {to: Error}, Finished: {to: Finished},
		OnHold: {wayOut: "make it ready first, or restart it"},
	},
	ToCancel: {
		InProcess: {to: InProcess}, Waiting: {to: Ready},
		Ready: {wayOut: nothingToCancel}, OnHold: {wayOut: nothingToCancel}, Error: {wayOut: nothingToCancel}, Finished: {wayOut: nothingToCancel},
	},
	ToDelete: {
		Ready: {to: gone}, Waiting: {to: gone}, OnHold: {to: gone}, Error: {to: gone}, Finished: {to: gone},
		InProcess: {wayOut: "cancel its run, and delete it when that has ended"},
	},
}

const (
	runInstead      = "it runs by itself; run it now if it should not wait for that"
	nothingToCancel = "no run of it is in process or waits to start; hold it if none shall"
)

// ErrRefused is what every *Refusal, *PausedError, *NotRetried and *Busy is.
var ErrRefused = errors.New("refused")

// Refusal is an action that the status of its entry forbids: nothing was
// changed. errors.Is(err, ErrOnHold) holds where the status is On Hold.
type Refusal struct {
	Action      Action
	Shop, Entry string
	Status      Status
	Detail      string // about the status, such as why it is on hold; may be ""
	WayOut      string
}

// Error is one sentence for a person.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s: job %s of %s is %s%s: %s", r.Action, r.Entry, r.Shop, r.Status, r.Detail, r.WayOut)
}

// Is makes it an ErrRefused, and one of an entry on hold an ErrOnHold.
func (r *Refusal) Is(target error) bool {
	return target == ErrRefused || target == ErrOnHold && r.Status == OnHold
}

// standing is the status by which an action on e is decided. A run in process
// decides about stopping and deleting; about the rest, what a person has set
// does.
func (e Entry) standing(a Action, c category, now time.Time) Status {
	running := c.Run != nil && c.Shop == e.Shop && c.Run.Entry == e.ID
	switch {
	case running && (a == ToCancel || a == ToDelete || e.Status == Ready):
		return InProcess
	case a == ToCancel && e.Queued != "", a != ToCancel && e.Status == Ready && e.Queued != "" && c.Run != nil:
		return Waiting
	case e.Status == Ready && !e.Expiration.IsZero() && e.Expired(now):
		return Finished
	}
	return e.Status
}

// allowed decides an action on e, and gives the status that it leads to.
func (e Entry) allowed(a Action, c category, now time.Time) (Status, error) {
	s := e.standing(a, c, now)
	t := transitions[a][s]
	r := &Refusal{Action: a, Shop: e.Shop, Entry: e.ID, Status: s, WayOut: t.wayOut}
	switch s {
	case OnHold:
		r.Detail = because(e.HoldReason)
	case InProcess:
		if c.Run != nil {
			r.Detail = " (run " + c.ID + ")"
		}
	case Ready, Waiting, Error, Finished:
	}
	if t.to == Ready && (a == ToReady || a == Restart) && !e.Expiration.IsZero() && e.Expired(now) {
		t.to = ""
		r.Detail = " and expired at " + e.Expiration.UTC().Format(time.RFC3339)
		r.WayOut = "save it with a later expiration"
	}
	if t.to == "" {
		return "", r
	}
	return t.to, nil
}

// act does one action as one transaction, decided from what it is conditional
// on. change makes the entry's new content and further writes. It gives the
// entry and its category as they are after that.
func (d *Dispatcher) act(ctx context.Context, shop, id string, a Action, change func(*Entry, category) ([]table.Op, error)) (Entry, category, error) {
	var last error
	for range maxTries {
		e, err := d.Store.Entry(ctx, shop, id)
		if err != nil {
			return e, category{}, err
		}
		c, err := d.Store.lock(ctx, e)
		if err != nil {
			return e, c, err
		}
		to, err := e.allowed(a, c, d.Store.Now())
		if err != nil {
			return e, c, err
		}
		if a == ToHold || a == ToReady || a == Restart {
			e.Status = to
		}
		ops, err := change(&e, c)
		if err != nil {
			return e, c, err
		}
		if a != ToDelete {
			op, err := d.Store.putEntry(e)
			if err != nil {
				return e, c, err
			}
			ops = append(ops, op)
		}
		last = d.Store.Table.Write(ctx, ops...)
		done, err := d.written(ctx, e, last, a == ToDelete)
		if err != nil {
			return e, c, err
		}
		if done {
			e.Version++
			return e, c, nil
		}
	}
	return Entry{}, category{}, fmt.Errorf("%s: job entry %s of %s: %w", a, id, shop, notWritten(last))
}

// notWritten is why a write that was tried again and again has no effect: what the
// store says of an outcome that it does not know, else that somebody was first
// each time.
func notWritten(last error) error {
	if errors.Is(last, table.ErrUnknown) {
		return last
	}
	return crowded{}
}

// crowded is a table.ErrConflict that stayed one, in words for a person.
type crowded struct{}

func (crowded) Error() string {
	return "others change the same at this moment and were first each time; nothing was written: repeat it"
}

func (crowded) Is(target error) bool { return target == table.ErrConflict }

// written reports whether a write that changes e or deletes it, and ended with
// err, has taken effect; if not, it may be decided and tried anew.
func (d *Dispatcher) written(ctx context.Context, e Entry, err error, deletes bool) (bool, error) {
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, table.ErrConflict):
		return false, nil
	case !errors.Is(err, table.ErrUnknown):
		return false, err
	}
	stored, err := d.Store.Entry(ctx, e.Shop, e.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return deletes, nil
	case err != nil:
		return false, err
	}
	x, errA := json.Marshal(stored)
	y, errB := json.Marshal(e)
	return !deletes && stored.Version == e.Version+1 && string(x) == string(y), errors.Join(errA, errB)
}

// rearm has the schedules follow an action. It may fail: the sweep does it too.
func (d *Dispatcher) rearm(ctx context.Context, e Entry, h History) {
	if err := d.Arm(ctx, e, h); err != nil {
		d.Log.WarnContext(ctx, "schedule not changed yet; the sweep does it", "shop", e.Shop, "entry", e.ID, "err", err)
	}
}

// Hold keeps an entry from starting until somebody makes it ready. A run in
// process goes on to its end. The reason is shown to whoever meets it.
func (d *Dispatcher) Hold(ctx context.Context, shop, entry, reason string) (Entry, error) {
	e, c, err := d.act(ctx, shop, entry, ToHold, func(e *Entry, _ category) ([]table.Op, error) {
		e.HoldReason = reason
		return nil, nil
	})
	if err == nil {
		d.rearm(ctx, e, c.History(e))
	}
	return e, err
}

// Release makes an entry ready that is on hold, in Error or finished: it runs
// at its next time, with all attempts. Errors: *Refusal, ErrNotFound.
func (d *Dispatcher) Release(ctx context.Context, shop, entry string) (Entry, error) {
	e, c, err := d.act(ctx, shop, entry, ToReady, func(e *Entry, c category) ([]table.Op, error) {
		e.fresh()
		*e = e.again(c.History(*e), d.Store.Now())
		return nil, nil
	})
	if err == nil {
		d.rearm(ctx, e, c.History(e))
	}
	return e, err
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// fresh forgets what stopped the entry.
func (e *Entry) fresh() {
	*e = e.mended()
	e.HoldReason = ""
}

// Restart makes an entry ready and accepts one run of it, in one transaction, or
// joins the one that waits to start. An entry for one run ends with that run. Errors: *Refusal, ErrNotFound.
func (d *Dispatcher) Restart(ctx context.Context, shop, entry string) (Run, error) {
	if p, ok, err := d.Store.PausedNow(ctx, shop); err != nil {
		return Run{}, err
	} else if ok {
		return Run{}, &PausedError{Action: Restart, Shop: shop, Pause: p}
	}
	var r Run
	e, c, err := d.act(ctx, shop, entry, Restart, func(e *Entry, _ category) ([]table.Op, error) {
		e.fresh()
		waits, ok, err := d.waiting(ctx, *e)
		if err != nil {
			return nil, err
		}
		if r = waits; !ok {
			r = d.accepted(*e, ByHand, newID(d.Store.Now(), d.random))
		}
		r.Once, e.Queued = e.Once, r.ID
		op, err := d.Store.putRun(r, true)
		return []table.Op{op}, err
	})
	if err != nil {
		return Run{}, err
	}
	r.Version++
	d.rearm(ctx, e, c.History(e))
	d.send(ctx, e.Group(), r)
	return r, nil
}

// CancelEntry asks the entry's run in process to stop, or the one that waits
// to start, and gives the run's id. Errors: *Refusal, ErrNotFound.
func (d *Dispatcher) CancelEntry(ctx context.Context, shop, entry string) (string, error) {
	e, err := d.Store.Entry(ctx, shop, entry)
	if err != nil {
		return "", err
	}
	c, err := d.Store.lock(ctx, e)
	if err != nil {
		return "", err
	}
	if _, err := e.allowed(ToCancel, c, d.Store.Now()); err != nil {
		return "", err
	}
	id := e.Queued
	if e.standing(ToCancel, c, d.Store.Now()) == InProcess {
		id = c.ID
	}
	return id, d.Cancel(ctx, shop, id)
}

// Delete removes an entry; its runs stay in the log, and accepted ones that
// have not started end as skipped. It is refused while a run of it is in
// process: the category that says so is checked in the same transaction.
func (d *Dispatcher) Delete(ctx context.Context, shop, entry string) error {
	e, c, err := d.act(ctx, shop, entry, ToDelete, func(e *Entry, c category) ([]table.Op, error) {
		ops := []table.Op{table.Delete(entryKey(e.Shop, e.ID), table.VersionIs(e.Version))}
		if c.Run != nil {
			// Writing it would fence the slice of somebody else's run.
			return append(ops, table.Check(lockKey(e.Scope, e.Category), table.VersionIs(c.Version))), nil
		}
		op, err := d.Store.putCategory(*e, c.without(*e))
		return append(ops, op), err
	})
	if err != nil {
		return err
	}
	d.disarm(ctx, e, c.History(e), time.Time{})
	if err := d.Schedules.Delete(ctx, e.ScheduleName()); err != nil {
		// Its next tick finds no entry, and ends it.
		d.Log.WarnContext(ctx, "schedule not deleted yet", "shop", shop, "entry", entry, "err", err)
	}
	return nil
}

// Retry accepts a run with the input of one that has ended without success,
// and names that one. Errors: ErrNotFound, *NotRetried, those of Trigger.
func (d *Dispatcher) Retry(ctx context.Context, shop, run string) (Run, error) {
	r, err := d.Store.Run(ctx, shop, run)
	if err != nil {
		return Run{}, err
	}
	switch r.Outcome {
	case Failed, Lost, Cancelled, Skipped:
	case Succeeded, SucceededWithIssues, Rejected, "":
		return Run{}, &NotRetried{Shop: shop, Run: run, Outcome: r.Outcome}
	}
	return d.Trigger(ctx, Ask{Shop: shop, Entry: r.Entry, Trigger: ByHand, Parameters: r.Parameters, DryRun: r.DryRun, Repeats: r.ID})
}

// NotRetried says that a run is none that failed.
type NotRetried struct {
	Shop, Run string
	Outcome   Outcome // "": it has not ended
}

// Error is one sentence for a person.
func (e *NotRetried) Error() string {
	switch e.Outcome {
	case "":
		return fmt.Sprintf("retry: run %s of %s has not ended: cancel it first, or wait", e.Run, e.Shop)
	case Rejected:
		return fmt.Sprintf("retry: run %s of %s was %s, and has no input to repeat: run its job", e.Run, e.Shop, e.Outcome)
	case Succeeded, SucceededWithIssues, Failed, Cancelled, Lost, Skipped:
	}
	return fmt.Sprintf("retry: run %s of %s %s: run its job again instead", e.Run, e.Shop, e.Outcome)
}

// Is makes it an ErrRefused.
func (e *NotRetried) Is(target error) bool { return target == ErrRefused }

// NotCancelled says that a run has ended before it could be stopped.
type NotCancelled struct {
	Shop, Run string
	Outcome   Outcome
}

// Error is one sentence for a person.
func (e *NotCancelled) Error() string {
	return fmt.Sprintf("cancel: run %s of %s has ended already (%s): nothing is left to stop", e.Run, e.Shop, e.Outcome)
}

// Is makes it an ErrRefused.
func (e *NotCancelled) Is(target error) bool { return target == ErrRefused }

// ReleaseFailed makes every entry of a shop ready that is in Error, each by a
// transaction of its own, and names them. Those that somebody else has changed
// meanwhile are left out.
func (d *Dispatcher) ReleaseFailed(ctx context.Context, shop string) ([]string, error) {
	es, err := d.Store.Entries(ctx, shop)
	if err != nil {
		return nil, err
	}
	var done []string
	var errs []error
	for _, e := range es {
		if e.Status != Error {
			continue
		}
		_, err := d.Release(ctx, shop, e.ID)
		if _, refused := errors.AsType[*Refusal](err); refused || errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		done = append(done, e.ID)
	}
	return done, errors.Join(errs...)
}
