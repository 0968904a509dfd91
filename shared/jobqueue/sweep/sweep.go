package sweep

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"backroom/shared/clock"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

// Shops lists the codes of the shops that a sweep walks.
type Shops interface {
	Shops(ctx context.Context) ([]string, error)
}

// ShopList is a list of shops that is known beforehand.
type ShopList []string

// Shops answers the list.
func (l ShopList) Shops(context.Context) ([]string, error) { return l, nil }

// Sweeper mends what crashes and lost calls leave behind. It decides from what
// is stored, and writes under the same conditions as everybody else: sweeping
// twice, side by side, or beside dispatchers at work does no harm. What it
// sends names runs that are recognised when they come twice.
//
// [New] makes one; its options are set before it is used.
type Sweeper struct {
	sweeperParts

	// LostAfter is how long after the end of its lease a run is closed as lost
	// when no message has brought it back; 0 is an hour. It is safe to be early,
	// but a run that would have gone on starts anew.
	LostAfter time.Duration
	// Spread has every schedule compared once in so many minutes, those of
	// entries that are overdue at once; 0: at each sweep. A schedule costs one
	// call of the clock's service.
	Spread int
	// Parallel is how many shops are looked at at the same time; 0 is one.
	Parallel int
}

// sweeperParts are what a Sweeper cannot be without.
type sweeperParts struct {
	jobs  *jobs.Client
	Shops Shops

	dispatcher *dispatch.Dispatcher
}

// New makes a sweeper, which records by d what d's slices have left
// unrecorded. It panics when one of its parts is nil.
func New(d *dispatch.Dispatcher, shops Shops) *Sweeper {
	if d == nil || shops == nil {
		panic("sweep: a sweeper needs a dispatcher and shops")
	}
	return &Sweeper{sweeperParts: sweeperParts{jobs: d.Jobs, Shops: shops, dispatcher: d}}
}

// Sweep walks all shops once, and beside them, by turns, the runs that wait for
// a message. What fails for one does not keep it from the others: the errors
// come joined, beside what was done.
func (s *Sweeper) Sweep(ctx context.Context) (Swept, error) {
	var mu sync.Mutex
	due, total, err := s.waiting(ctx)
	errs := []error{err}
	codes, err := s.Shops.Shops(ctx)
	if err != nil {
		errs = append(errs, fmt.Errorf("jobqueue: sweep: list of shops: %w", err))
	}
	one := func(at place) {
		swept, err := s.at(ctx, at)
		mu.Lock()
		defer mu.Unlock()
		total = total.Add(swept)
		errs = append(errs, err)
	}
	next := make(chan place)
	var wg sync.WaitGroup
	for range max(s.Parallel, 1) {
		wg.Go(func() {
			for at := range next {
				one(at)
			}
		})
	}
	for _, at := range places(s.turned(codes), due) {
		if err := ctx.Err(); err != nil {
			mu.Lock()
			errs = append(errs, fmt.Errorf("jobqueue: sweep cut short: %w", err))
			mu.Unlock()
			break
		}
		next <- at
	}
	close(next)
	wg.Wait()
	return total, errors.Join(errs...)
}

// place is what a sweep looks at: a shop, or a run that waits for a message.
type place struct {
	shop string
	run  jobqueue.Run
}

// places are shops and runs by turns, so that neither has to wait for all of the
// others when a sweep is cut short.
func places(shops []string, ws []jobstore.Waiter) []place {
	out := make([]place, 0, len(shops)+len(ws))
	for i := range max(len(shops), len(ws)) {
		if i < len(shops) {
			out = append(out, place{shop: shops[i]})
		}
		if i < len(ws) {
			out = append(out, place{run: ws[i].Run})
		}
	}
	return out
}

// turned are codes with another one first each time: a sweep that is cut short
// leaves out others than the one before.
func (s *Sweeper) turned(codes []string) []string {
	if len(codes) == 0 {
		return nil
	}
	first := int(s.jobs.Int64N(int64(len(codes))))
	return append(append(make([]string, 0, len(codes)), codes[first:]...), codes[:first]...)
}

func (s *Sweeper) at(ctx context.Context, at place) (swept Swept, err error) {
	if at.shop == "" {
		if swept, err = s.waits(ctx, at.run); err != nil {
			err = fmt.Errorf("jobqueue: sweep: run %s of %s: %w", at.run.ID, at.run.Shop, err)
		}
		return swept, err
	}
	if swept, err = s.shop(ctx, at.shop); err != nil {
		err = fmt.Errorf("jobqueue: sweep of %s: %w", at.shop, err)
	}
	return swept, err
}

func (s *Sweeper) lostAfter() time.Duration {
	if s.LostAfter > 0 {
		return s.LostAfter
	}
	return lostAfter
}

// shop mends one shop: one query for its entries, one for each scope of theirs.
func (s *Sweeper) shop(ctx context.Context, code string) (out Swept, err error) {
	store := s.jobs.Store
	es, err := store.Entries(ctx, code)
	if err != nil {
		return out, err
	}
	out.Shops, out.Entries = 1, len(es)
	cs, err := store.Categories(ctx, es)
	if err != nil {
		return out, err
	}
	var errs []error
	if out.Righted, err = s.setRight(ctx, es, cs); out.Righted > 0 {
		errs = append(errs, err)
		if es, err = store.Entries(ctx, code); err == nil {
			cs, err = store.Categories(ctx, es)
		}
	}
	if err != nil {
		return out, errors.Join(append(errs, err)...)
	}
	busy := map[string]bool{}
	for _, group := range slices.Sorted(maps.Keys(cs)) {
		c := cs[group]
		if c.Run == nil {
			continue
		}
		held, done, err := s.category(ctx, code, group, c)
		busy[group] = held
		out = out.Add(done)
		errs = append(errs, err)
	}
	failed, err := s.strand(ctx, es, cs)
	if errs = append(errs, failed...); err != nil {
		return out, errors.Join(append(errs, err)...)
	}
	if _, paused, err := store.Paused(ctx, code); err != nil || paused {
		return out, errors.Join(append(errs, err)...) // nothing is to start
	}
	out = out.Add(healthOf(es, cs, store.Now()))
	for _, e := range es {
		c := cs[e.Group()]
		done, err := s.entry(ctx, e, c.History(e), busy[e.Group()])
		out = out.Add(done)
		if err == nil && e.Misranked(c) {
			var ranked bool
			if ranked, err = s.jobs.NoteRank(ctx, e); ranked {
				out.Aligned++
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("entry %s: %w", e.ID, err))
		}
	}
	return out, errors.Join(errs...)
}

// strand puts those of es in Error from which no next run follows. They count at
// once: es has them as they are then. failed has what went wrong with one of them,
// and err what keeps the sweep from going on.
func (s *Sweeper) strand(ctx context.Context, es []jobqueue.Entry, cs map[string]jobqueue.Category) (failed []error, err error) {
	for i, e := range es {
		h := cs[e.Group()].History(e)
		if !e.Stranded(h) {
			continue
		}
		if err := s.jobs.Strand(ctx, e, h); err != nil {
			failed = append(failed, fmt.Errorf("entry %s: %w", e.ID, err))
		}
		if es[i], err = s.jobs.Store.Entry(ctx, e.Shop, e.ID); err != nil {
			return failed, err
		}
	}
	return failed, nil
}

// category mends the run in progress of one category, if it is of this shop,
// and reports whether somebody is at work there.
func (s *Sweeper) category(ctx context.Context, code, group string, c jobqueue.Category) (held bool, out Swept, err error) {
	store := s.jobs.Store
	scope, name, _ := strings.Cut(group, "#")
	at := jobqueue.Entry{Scope: scope, Category: name}
	if now := store.Now(); now.Before(c.Until) && (c.Yields || clock.Ahead(c.Until, now.Add(jobqueue.LeaseTime)) == 0) {
		return true, out, nil // without a read of the renewals
	}
	b, err := store.Beat(ctx, at)
	if err != nil {
		return true, out, err
	}
	if righted, err := s.rightLease(ctx, at, c, b); err != nil {
		return true, out, err
	} else if righted {
		out.Righted++
		return true, out, nil
	}
	quiet := alone(c, b, store.Now(), store.Skew)
	if c.Shop != code {
		return quiet <= 0, out, nil
	}
	if quiet > stuckAfter {
		out.Stuck++
	}
	switch decideRun(c, quiet, s.lostAfter()) {
	case settle:
		end, ok, err := store.SliceEnd(ctx, c)
		if err != nil || !ok {
			return true, out, err
		}
		if _, _, err := s.dispatcher.RecordFound(ctx, at, c, end); err != nil {
			return true, out, err
		}
		out.Recorded++
	case revive:
		if err := s.jobs.SendTo(ctx, group, c.Running()); err != nil {
			return true, out, err
		}
		out.Revived++
	case closeIt:
		lost, err := s.close(ctx, at, c, b)
		if err != nil || !lost {
			return true, out, err
		}
		out.Lost++
		return false, out, nil
	case leave:
	}
	return quiet <= 0, out, nil
}

// close ends a run that nobody goes on with, and reports whether it did; if not,
// somebody else was first. The version of the category guards it: of this and a
// claim, a recorded outcome or a release, one is first. The beat is checked too:
// of this and a renewal, one is first. An error says that neither was, and that
// the category stands still.
func (s *Sweeper) close(ctx context.Context, at jobqueue.Entry, c jobqueue.Category, b jobqueue.Beat) (bool, error) {
	store := s.jobs.Store
	r := c.Running()
	for range jobstore.MaxTries {
		lost, ops, err := s.closing(ctx, at, c, b, r)
		if err != nil {
			return false, err
		}
		err = store.Table.Write(ctx, ops...)
		if err == nil {
			s.dispatcher.TellEnded(lost)
			return true, nil
		}
		if !errors.Is(err, table.ErrConflict) {
			return false, err
		}
		held, errA := store.Category(ctx, at)
		beats, errB := store.Beat(ctx, at)
		if err := errors.Join(errA, errB); err != nil || held.Version != c.Version || beats.Version != b.Version {
			return false, err
		}
		// The entry has changed, or somebody has made a row of the run, which gives way.
		if r.Version, err = store.RowVersion(ctx, r); err != nil {
			return false, err
		}
	}
	return false, fmt.Errorf("category %s of %s stands still: run %s of %s is not closed: %w", at.Category, at.Scope, c.ID, c.Shop, table.ErrConflict)
}

// closing are the writes that end r as lost, which is in progress in c.
func (s *Sweeper) closing(ctx context.Context, at jobqueue.Entry, c jobqueue.Category, b jobqueue.Beat, r jobqueue.Run) (jobqueue.Run, []table.Op, error) {
	store := s.jobs.Store
	now := store.Now()
	r = asLost(r, now)
	e, err := store.Entry(ctx, c.Shop, c.Run.Entry)
	if errors.Is(err, jobstore.ErrNotFound) {
		e, err = jobqueue.Entry{Shop: c.Shop, ID: c.Run.Entry}, nil
	}
	if err != nil {
		return r, nil, err
	}
	was := e
	e = e.After(r, jobqueue.Ending{Outcome: jobqueue.Lost})
	e.Scope, e.Category = at.Scope, at.Category // where it ran
	lock := c.Free()
	if !r.Apart {
		lock = lock.With(e, lock.History(e).AfterRun(r, true, false, now))
		e = e.Rescheduled(lock.History(e), now)
	}
	ops := []table.Op{store.PutCategory(at, lock), store.PutRun(r, false), jobstore.CheckBeat(at, b)}
	if e.Version > 0 && !e.SameItem(was) {
		e.Scope, e.Category = was.Scope, was.Category
		ops = append(ops, store.PutEntry(e))
	}
	return r, ops, nil
}

// entry mends one entry: its schedule, its slots, and what it waits for.
func (s *Sweeper) entry(ctx context.Context, e jobqueue.Entry, h jobqueue.History, busy bool) (out Swept, err error) {
	now := s.jobs.Store.Now()
	slot, overdue := overdueSlot(e, h, now)
	if overdue || s.turn(e, now) {
		if out, err = s.schedule(ctx, e, h); err != nil {
			return out, err
		}
	}
	if overdue && !busy && now.Sub(slot) >= lateAfter {
		out.Late++
	}
	if overdue && !busy && sendNow(now.Sub(slot), overdueAfter) {
		if err := s.jobs.SendSlot(ctx, e, slot); err != nil {
			return out, err
		}
		out.Overdue++
	}
	if e.Queued != "" {
		done, err := s.queued(ctx, e, busy)
		if err != nil {
			return out, err
		}
		out = out.Add(done)
	}
	if e.Attempts > 0 && e.Status == jobqueue.Ready && !busy && h.Outcome == jobqueue.Failed && h.Last == h.Logged {
		done, err := s.retry(ctx, e, h)
		if err != nil {
			return out, err
		}
		out = out.Add(done)
	}
	return out, nil
}

// turn reports whether it is this entry's turn to have its schedule compared.
func (s *Sweeper) turn(e jobqueue.Entry, now time.Time) bool {
	if s.Spread <= 1 {
		return true
	}
	h := uint64(14695981039346656037)
	for _, b := range []byte(e.Shop + "#" + e.ID) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	minute := now.Unix() / 60
	return h%uint64(s.Spread) == uint64(minute)%uint64(s.Spread) //nolint:gosec // after 1970
}

// queued looks after the run that the entry waits for: one that is over must
// not keep others from being accepted.
func (s *Sweeper) queued(ctx context.Context, e jobqueue.Entry, busy bool) (out Swept, err error) {
	store := s.jobs.Store
	r, err := store.Row(ctx, e.Shop, e.Queued)
	if err != nil && !errors.Is(err, jobstore.ErrNotFound) {
		return out, err
	}
	if err == nil && !r.Done() && r.Started.IsZero() {
		if !busy && store.Now().Sub(r.Accepted) >= lateAfter {
			out.Late++
		}
		return out, nil
	}
	e.Queued = ""
	if err := store.Table.Write(ctx, store.PutEntry(e)); err != nil {
		return out, jobstore.IgnoreConflict(err)
	}
	out.Cleared++
	return out, nil
}

// retry sends the retry of the run that failed last, if it has not come.
func (s *Sweeper) retry(ctx context.Context, e jobqueue.Entry, h jobqueue.History) (out Swept, err error) {
	r, err := s.jobs.Store.Row(ctx, e.Shop, h.Last)
	if errors.Is(err, jobstore.ErrNotFound) || err == nil && r.RetryAt.IsZero() {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	now := s.jobs.Store.Now()
	if right, wrong := retryAsOf(r, now); wrong {
		out.Retried, err = s.retryNow(ctx, e, right)
		return out, err
	}
	age := now.Sub(r.RetryAt)
	if age >= lateAfter {
		out.Late++
	}
	if !sendNow(age, retryGrace) {
		return out, nil
	}
	if err := s.sendRetry(ctx, e, r); err != nil {
		return out, err
	}
	out.Retried++
	return out, nil
}

func (s *Sweeper) sendRetry(ctx context.Context, e jobqueue.Entry, r jobqueue.Run) error {
	body, err := e.RetryOf(r).Encode()
	if err != nil {
		return err
	}
	return s.jobs.Queue.Send(ctx, e.Group(), "", body)
}

// schedule has the entry's schedules be what the entry says.
func (s *Sweeper) schedule(ctx context.Context, e jobqueue.Entry, h jobqueue.History) (out Swept, err error) {
	want, err := wanted(e, h, s.jobs.Store.Now())
	if err != nil {
		return out, err
	}
	for _, w := range want {
		has, err := s.jobs.Schedules.Get(ctx, w.Name)
		missing := errors.Is(err, schedule.ErrNotFound)
		switch {
		case err != nil && !missing:
			return out, err
		case missing && w.none || !missing && !w.none && !has.Outdated && (!w.At.IsZero() || sameSchedule(has, w.Schedule)):
			continue
		}
		if has.Outdated && !w.none && !w.At.IsZero() {
			// Arming leaves a one-time schedule as it is that is there already.
			if err := s.jobs.Schedules.Delete(ctx, w.Name); err != nil {
				return out, err
			}
		}
		if err := s.jobs.Arm(ctx, e, h); err != nil {
			return out, err
		}
		if missing {
			out.Armed++
		} else {
			out.Aligned++
		}
		return out, nil
	}
	return out, nil
}

// wantedSchedule is a schedule that should be, or should not be.
type wantedSchedule struct {
	schedule.Schedule

	none bool
}

// wanted are the schedules of e, with history h, at now, as arming makes them.
func wanted(e jobqueue.Entry, h jobqueue.History, now time.Time) ([]wantedSchedule, error) {
	recurring := wantedSchedule{schedule.Schedule{Name: e.ScheduleName()}, true}
	rec, grid := e.Grid()
	next, ok := e.NextRun(h)
	switch {
	case e.Status == jobqueue.OnHold, e.Status == jobqueue.Finished, e.Status == jobqueue.Ready && !ok:
	case grid:
		body, err := e.Tick(schedule.TimePlaceholder).Encode()
		recurring.none, recurring.Recurrence = false, rec
		recurring.Target = schedule.Target{Group: e.Group(), Body: string(body)}
		return []wantedSchedule{recurring}, err
	case ok && next.After(now):
		one := wantedSchedule{schedule.Schedule{Name: e.OnceName(next), At: next}, false}
		return []wantedSchedule{recurring, one}, nil
	}
	return []wantedSchedule{recurring}, nil
}

func sameSchedule(has, want schedule.Schedule) bool {
	return has.Target == want.Target && jobqueue.SameRecurrence(has.Recurrence, want.Recurrence)
}
