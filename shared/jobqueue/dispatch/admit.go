package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/queue"
)

type admission int

const (
	start  admission = iota + 1
	resume           // it has started before
	skip             // recorded: somebody asked, and nothing runs
	drop             // nothing is recorded: there is nothing to do
	poison           // recorded: the message makes no sense
)

// admitAt decides whether a run that has not started may start at now.
func admitAt(e jobqueue.Entry, h jobqueue.History, r jobqueue.Run, m jobqueue.Message, now time.Time) (verdict admission, why string) {
	switch m.Trigger {
	case jobqueue.BySchedule:
		if e.Once && e.Expired(now) {
			return skip, "The job expired before it could start."
		}
		if !e.IsDue(h, m.ScheduledAt(), now) {
			return drop, ""
		}
	case jobqueue.ByRetry:
		if h.Last != m.Retry {
			return drop, ""
		}
	case jobqueue.ByHand, jobqueue.ByFollowUp, jobqueue.ByWebhook:
	}
	switch {
	case e.Status == jobqueue.OnHold:
		return skip, "The job is on hold" + jobqueue.Because(e.HoldReason) + "."
	case e.Status == jobqueue.Finished && m.Trigger != jobqueue.ByHand:
		return skip, "The job is finished."
	case e.Status == jobqueue.InError && m.Trigger != jobqueue.ByHand && !e.Resumes():
		return skip, "The job is in error; start it by hand once the cause is mended."
	case r.Cancel:
		return skip, "The run was cancelled before it started."
	}
	return start, ""
}

// load finds or makes the run that a message asks for, and decides what
// becomes of it. A run by schedule costs no read unless its slot is over.
func (d *Dispatcher) load(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, m jobqueue.Message) (r jobqueue.Run, verdict admission, why string, err error) {
	id := m.RunID()
	if c.Run != nil && c.ID == id && c.Shop == m.Shop {
		return c.Running(), resume, "", nil
	}
	h, now := c.History(e), d.Jobs.Store.Now()
	if _, ok := d.Jobs.Tasks.Get(e.Task); !ok {
		return r, poison, fmt.Sprintf("job entry %s of %s: task %q is none of %s", e.ID, e.Shop, e.Task, d.Jobs.Tasks.Names()), nil
	}
	if e.IsAnother(m.Made) && m.Run == "" && m.Trigger == jobqueue.BySchedule {
		return r, drop, "", nil // of an entry of the same name that was deleted
	}
	if m.Run == "" && m.Trigger == jobqueue.BySchedule && m.Made == e.Made && m.ScheduledAt().After(h.CoveredUntil) {
		r = scheduled(e, h, m, now)
		verdict, why = admitAt(e, h, r, m, now)
		return r, verdict, why, nil
	}
	r, err = d.Jobs.Store.Row(ctx, m.Shop, id)
	switch {
	case err == nil && r.Entry != e.ID:
		return r, poison, fmt.Sprintf("run %s of %s is one of entry %s, not of %s", id, m.Shop, r.Entry, e.ID), nil
	case err == nil && r.Done():
		return r, drop, "", nil
	case err == nil && e.IsAnother(r.Made) && !r.Done():
		return r, skip, deletedText, nil
	case err == nil && !r.Started.IsZero():
		return r, resume, "", nil // it was set aside while its message was away
	case err == nil:
	case !errors.Is(err, jobstore.ErrNotFound):
		return r, 0, "", err
	case m.Run != "":
		// Accepted triggers are stored before they are sent.
		return r, poison, fmt.Sprintf("run %s of %s does not exist", id, m.Shop), nil
	case m.Trigger == jobqueue.ByRetry:
		var void bool
		if r, void, err = d.retry(ctx, e, m); err != nil || void {
			return r, drop, "", err
		}
	default:
		r = scheduled(e, h, m, now)
	}
	r.Recovers, r.Notify = e.Attempts > 0, e.NotifySuccess
	verdict, why = admitAt(e, h, r, m, now)
	return r, verdict, why, nil
}

// scheduled is the run of the slot that m tells of, for e with history h.
func scheduled(e jobqueue.Entry, h jobqueue.History, m jobqueue.Message, now time.Time) jobqueue.Run {
	return jobqueue.Run{
		Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Made: m.Made, Task: e.Task, Trigger: m.Trigger, Scheduled: m.ScheduledAt(), Parameters: e.Input(),
		Coalesced: e.Coalesced(h, m.ScheduledAt(), now), Recovers: e.Attempts > 0, Once: e.Once, Notify: e.NotifySuccess,
	}
}

// retry is the run that repeats a failed one, with its parameters. It is void
// when that run did not fail after all: somebody cancelled it between the
// arming of its retry and its end.
func (d *Dispatcher) retry(ctx context.Context, e jobqueue.Entry, m jobqueue.Message) (r jobqueue.Run, void bool, err error) {
	r = jobqueue.Run{Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Made: e.Made, Task: e.Task, Trigger: jobqueue.ByRetry, Scheduled: m.ScheduledAt(), Parameters: e.Input()}
	failed, err := d.Jobs.Store.Row(ctx, m.Shop, m.Retry)
	if errors.Is(err, jobstore.ErrNotFound) {
		return r, false, nil
	}
	r.Parameters, r.DryRun, r.Hop, r.Once = failed.Parameters, failed.DryRun, failed.Hop, endsOneShot(failed)
	return r, failed.Done() && failed.Outcome != jobqueue.Failed, err
}

// deletedText is what a merchant is told about a run whose entry is gone.
const deletedText = "The job was deleted."

// held is what becomes of a run that would start while its shop is paused. A
// slot or a retry leaves no trace: the sweep finds what is still due after the
// pause. What somebody has asked for is in the log as skipped.
func held(p jobstore.Pause, t jobqueue.Trigger) (verdict admission, why string) {
	switch t {
	case jobqueue.BySchedule, jobqueue.ByRetry:
		return drop, ""
	case jobqueue.ByHand, jobqueue.ByFollowUp, jobqueue.ByWebhook:
	}
	if p.All {
		return skip, "All jobs are paused" + jobqueue.Because(p.Reason) + "."
	}
	return skip, "The jobs of this shop are paused" + jobqueue.Because(p.Reason) + "."
}

// A queue delivers the messages of a group in the order in which they were
// sent; priority is this dispatcher's doing. When a run is about to start and
// an entry of its category that is due has a higher priority, that entry's run
// starts instead, with the message at hand. The message is given back, and is
// at the head of its group again. docs/decisions/0013 says why that is safe.

// overtaker finds the run that goes before one of e: of the due entry with the
// highest priority above e's. It costs a read for each entry of a higher
// priority, and none where all have the same.
func (d *Dispatcher) overtaker(ctx context.Context, e jobqueue.Entry, c jobqueue.Category) (jobqueue.Entry, jobqueue.Run, bool, error) {
	type rival struct {
		key  string
		rank int
	}
	var rivals []rival
	for key, h := range c.Entries {
		if h.Rank > e.Priority.Rank() {
			rivals = append(rivals, rival{key, h.Rank})
		}
	}
	slices.SortFunc(rivals, func(a, b rival) int {
		if a.rank != b.rank {
			return b.rank - a.rank
		}
		return strings.Compare(a.key, b.key)
	})
	for _, v := range rivals {
		shop, id, ok := strings.Cut(v.key, "/")
		if !ok {
			shop, id = e.Scope, v.key
		}
		f, err := d.Jobs.Store.Entry(ctx, shop, id)
		if errors.Is(err, jobstore.ErrNotFound) || err == nil && (f.Group() != e.Group() || f.Priority.Rank() <= e.Priority.Rank()) {
			continue
		}
		if err != nil {
			return f, jobqueue.Run{}, false, err
		}
		if _, ok, err := d.Jobs.Store.Paused(ctx, f.Shop); err != nil {
			return f, jobqueue.Run{}, false, err
		} else if ok {
			continue
		}
		r, ok, err := d.due(ctx, f, c)
		if err != nil || ok {
			return f, r, ok, err
		}
	}
	return jobqueue.Entry{}, jobqueue.Run{}, false, nil
}

// due is the run that an entry waits for: one that was accepted, else that of
// its earliest slot.
func (d *Dispatcher) due(ctx context.Context, e jobqueue.Entry, c jobqueue.Category) (jobqueue.Run, bool, error) {
	if _, ok := d.Jobs.Tasks.Get(e.Task); !ok {
		return jobqueue.Run{}, false, nil // its own message says so
	}
	now := d.Jobs.Store.Now()
	if r, ok, err := d.Jobs.Waiting(ctx, e); err != nil {
		return r, false, err
	} else if ok {
		verdict, _ := admitAt(e, c.History(e), r, jobqueue.Message{Trigger: r.Trigger}, now)
		return r, verdict == start, nil
	}
	h := c.History(e)
	slot, ok := e.NextRun(h)
	if !ok || slot.After(now) {
		return jobqueue.Run{}, false, nil
	}
	m := e.Tick(jobqueue.Stamp(slot))
	r := scheduled(e, h, m, now)
	verdict, _ := admitAt(e, h, r, m, now)
	return r, verdict == start, nil
}

// instead runs a slice of r with somebody else's message, which comes back.
func (d *Dispatcher) instead(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, r jobqueue.Run, m queue.Message) (Disposition, error) {
	cl, wait, err := d.claim(ctx, e, c, r)
	switch {
	case err != nil:
		return Disposition{}, err
	case cl == nil:
		return again(wait), nil
	}
	disp, err := d.slice(ctx, *cl, m.Receipt)
	if disp.Ack {
		disp = again(0)
	}
	return disp, err
}

// overtaken reports whether c is held by a run that has overtaken others, whose
// own message is behind m. Whatever message comes carries it on.
func overtaken(c jobqueue.Category, m jobqueue.Message) bool {
	return c.Run != nil && c.Run.Overtook != "" && (c.ID != m.RunID() || c.Shop != m.Shop)
}

// carry goes on with the run that holds the category, with a message that is
// not its own.
func (d *Dispatcher) carry(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, m queue.Message) (Disposition, error) {
	now := d.Jobs.Store.Now()
	if wait := c.Resume.Sub(now); wait > 0 {
		return again(wait), nil
	}
	owner, err := d.ownerOf(ctx, e, c)
	if err != nil {
		return Disposition{}, err
	}
	return d.instead(ctx, owner, c, c.Running(), m)
}

// ownerOf is the entry of the run that holds e's category.
func (d *Dispatcher) ownerOf(ctx context.Context, e jobqueue.Entry, c jobqueue.Category) (jobqueue.Entry, error) {
	if c.Shop == e.Shop && c.Run.Entry == e.ID {
		return e, nil
	}
	owner, err := d.Jobs.Store.Entry(ctx, c.Shop, c.Run.Entry)
	if errors.Is(err, jobstore.ErrNotFound) {
		// It was deleted, and its run is still to be ended.
		return jobqueue.Entry{Shop: c.Shop, ID: c.Run.Entry, Scope: e.Scope, Category: e.Category}, nil
	}
	return owner, err
}
