package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// Save stores an entry as it was read, or a new one (Version 0), and arms its
// schedule. Errors: [Problem]s joined, all that is wrong with it, nothing
// stored; table.ErrConflict when it has changed meanwhile.
func (j *Client) Save(ctx context.Context, e jobqueue.Entry) (jobqueue.Entry, error) {
	ps := e.Problems(j.Tasks)
	var was jobqueue.Entry
	if e.Version > 0 {
		var err error
		if was, err = j.Store.Entry(ctx, e.Shop, e.ID); err != nil {
			return e, err
		}
		if was.Group() != e.Group() {
			// What its runs left behind is with the category, and so may a run be.
			ps = append(ps, jobqueue.Problem{Field: "category", Value: e.Group(), Want: was.Group() + " as before; make a new entry for another"})
		}
		e.Made, e.Forgets = was.Made, was.Forgets
	}
	if e.Version == 0 && e.Scope != e.Shop && len(ps) == 0 {
		if others, err := j.Store.Entries(ctx, e.Scope); err != nil {
			return e, err
		} else if len(others) > 0 {
			ps = append(ps, jobqueue.Problem{Field: "scope", Value: e.Scope, Want: e.Shop + ", or a company that several shops share: this is another shop"})
		}
	}
	c, err := j.Store.Category(ctx, e)
	if err != nil {
		return e, err
	}
	if e.Version == 0 {
		e.Made, e.Forgets = jobqueue.NewID(j.Store.Now(), j.Int64N), ""
		e.Forgets = c.History(e).Last
	}
	if len(ps) == 0 {
		ps = spent(e, was, c, j.Store.Now())
	}
	if len(ps) > 0 {
		return e, jobqueue.JoinProblems(fmt.Sprintf("job entry %s of %s", e.ID, e.Shop), ps)
	}
	e.SavedAt, e.Righted = j.Store.Now().UTC().Truncate(time.Second), nil
	if err := j.Store.SaveEntry(ctx, e); err != nil {
		return e, err
	}
	if _, err := j.NoteRank(ctx, e); err != nil {
		j.Log.WarnContext(ctx, "priority not noted yet", "shop", e.Shop, "entry", e.ID, "err", err)
	}
	e, h, err := j.Store.WithHistory(ctx, e.Shop, e.ID)
	if err != nil {
		return e, err
	}
	if was.Version > 0 {
		next, _ := e.NextRun(h)
		j.Disarm(ctx, was, c.History(was), next)
	}
	if err := j.Arm(ctx, e, h); err != nil {
		return e, err
	}
	j.RunIfLate(ctx, e, h)
	return e, nil
}

// RunIfLate has an entry run at once, as in BC, whose next time has gone by when it
// is saved: the grid's schedule ticks at its next slot only, and one for a single
// time fires by itself. It may fail: the sweep finds the slot too.
func (j *Client) RunIfLate(ctx context.Context, e jobqueue.Entry, h jobqueue.History) {
	now := j.Store.Now()
	slot, ok := e.NextRun(h)
	if _, grid := e.Grid(); !ok || !grid || slot.After(now) || !e.IsDue(h, slot, now) {
		return
	}
	if err := j.SendSlot(ctx, e, slot); err != nil {
		j.Log.WarnContext(ctx, "first run not sent yet; the sweep does it", "shop", e.Shop, "entry", e.ID, "err", err)
	}
}

// SendSlot sends the message of a slot: the one that its schedule sends, or
// should have sent.
func (j *Client) SendSlot(ctx context.Context, e jobqueue.Entry, slot time.Time) error {
	return j.Queue.Send(ctx, e.Group(), "", e.Tick(jobqueue.Stamp(slot)).Encode())
}

// spent is what keeps an entry from running by itself from now on, if somebody
// has just said so: the rule is new, or another than was's.
func spent(e, was jobqueue.Entry, c jobqueue.Category, now time.Time) []jobqueue.Problem {
	old, rule := was.Rule, e.Rule
	if old.EarliestStart.Equal(rule.EarliestStart) && old.Expiration.Equal(rule.Expiration) {
		old.EarliestStart, old.Expiration = rule.EarliestStart, rule.Expiration // which may be written differently
	}
	if e.Expiration.IsZero() || e.Version > 0 && old == rule {
		return nil
	}
	bad := func(want string) []jobqueue.Problem {
		return []jobqueue.Problem{{Field: "expiration", Value: rule.Expiration.Format(time.RFC3339), Want: want}}
	}
	if !e.Expiration.After(now) {
		return bad("after now, " + now.UTC().Format(time.RFC3339))
	}
	if c.Run != nil && c.Shop == e.Shop && c.Run.Entry == e.ID {
		return nil // what is next depends on when that ends
	}
	h := c.History(e)
	e.Status = jobqueue.Ready
	if _, ok := e.NextRun(h); ok || !e.Recurs() {
		return nil
	}
	e.Expiration = time.Time{}
	next, ok := e.NextRun(h)
	if !ok {
		return nil
	}
	return bad("not before its next run, " + next.UTC().Format(time.RFC3339))
}

// NoteRank has e's category know its priority, for which it may be due before
// others, and reports whether it did not. A category in which a run is in
// process is left alone: a write would fence it, and the next sweep comes.
func (j *Client) NoteRank(ctx context.Context, e jobqueue.Entry) (bool, error) {
	for range jobstore.MaxTries {
		c, err := j.Store.Category(ctx, e)
		if err != nil || !e.Misranked(c) {
			return false, err
		}
		h := c.History(e)
		h.Rank = e.Priority.Rank()
		if err := j.Store.Table.Write(ctx, j.Store.PutCategory(e, c.With(e, h))); !errors.Is(err, table.ErrConflict) {
			return err == nil, err
		}
	}
	return false, nil
}

// Ensure gives a shop the job entry of every registered task that it lacks,
// with anchor as the earliest start, and arms the schedules of those that recur.
// company is the id of its company in BC, the scope of those that are counted in it;
// one that cannot be a scope counts them in the shop.
func (j *Client) Ensure(ctx context.Context, shop, company string, anchor time.Time) error {
	for _, reg := range j.Tasks.All() {
		e, h, err := j.Store.WithHistory(ctx, shop, reg.Name)
		switch {
		case err == nil:
			err = j.Arm(ctx, e, h)
		case errors.Is(err, jobstore.ErrNotFound):
			e = reg.Default
			e.Shop, e.ID, e.Task, e.Scope, e.Status = shop, reg.Name, reg.Name, shop, jobqueue.Ready
			if reg.PerCompany && jobqueue.IsID(company) {
				e.Scope = company
			}
			e.EarliestStart = anchor.Truncate(time.Second) // what a message can say
			_, err = j.Save(ctx, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Conflicts warns of e beside the other entries of its shop, and beside those
// of other shops that share its scope. A warning is no error: an entry that
// conflicts may be saved.
func (j *Client) Conflicts(ctx context.Context, e jobqueue.Entry) ([]jobqueue.Conflict, error) {
	es, err := j.Store.Entries(ctx, e.Shop)
	if err != nil {
		return nil, err
	}
	if e.Scope != e.Shop {
		others, err := j.Store.Sharing(ctx, e)
		if err != nil {
			return nil, err
		}
		es = append(es, others...)
	}
	return jobqueue.ConflictsOf(j.Tasks, e, es), nil
}
