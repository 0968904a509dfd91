package jobqueue

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
	"backroom/shared/record"
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
type Sweeper struct {
	Jobs  *Dispatcher
	Shops Shops
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

// Swept is what one sweep saw and mended.
type Swept struct {
	Shops   int `json:"shops"`
	Entries int `json:"entries"`
	InError int `json:"inError"` // entries in Error for a cause on our side
	Failing int `json:"failing"` // shops with an entry that failed last, for such a cause

	// What is so at this moment, whether or not the sweep can do something about it.
	Late     int `json:"late"`     // slots, accepted runs and retries long without a run, though their category is free
	Stuck    int `json:"stuck"`    // categories whose run makes no progress, long after its lease
	Stranded int `json:"stranded"` // entries in Error because no next run follows from them
	// Shops that fail for a passing cause for an hour and for four, and those for
	// which the app's own credentials are refused.
	FailingHour      int `json:"failingHour"`
	FailingFourHours int `json:"failingFourHours"`
	AppRefused       int `json:"appRefused"`
	// Tasks is how the last runs of shops ended, by task.
	Tasks map[string]Ends `json:"tasks,omitempty"`
	// Messages in the two queues of dead letters, as whoever has them counts.
	DeadLetters int `json:"deadLetters"`
	Undelivered int `json:"undelivered"`
	// Postponed are runs that wait for a message and are left to the next sweep.
	Postponed int `json:"postponed"`

	Armed    int `json:"armed"`    // schedules that had vanished
	Aligned  int `json:"aligned"`  // schedules, and priorities their category knew, that were not what their entry says
	Resent   int `json:"resent"`   // accepted runs that had not started
	Recorded int `json:"recorded"` // outcomes that nobody had recorded
	Revived  int `json:"revived"`  // runs without a live lease whose message was sent again
	Lost     int `json:"lost"`     // runs closed, for no message brought them back
	Overdue  int `json:"overdue"`  // slots that had gone by without a run
	Retried  int `json:"retried"`  // retries that had not come
	Cleared  int `json:"cleared"`  // entries that waited for a run that is over
	Righted  int `json:"righted"`  // items whose times were ahead of the clock
}

// Mended is the sum of all repairs.
func (s Swept) Mended() int {
	return s.Armed + s.Aligned + s.Resent + s.Recorded + s.Revived + s.Lost + s.Overdue + s.Retried + s.Cleared + s.Righted
}

// Add is the sum of two sweeps.
func (s Swept) Add(o Swept) Swept {
	return Swept{
		Shops: s.Shops + o.Shops, Entries: s.Entries + o.Entries, InError: s.InError + o.InError, Failing: s.Failing + o.Failing,
		Late: s.Late + o.Late, Stuck: s.Stuck + o.Stuck, Stranded: s.Stranded + o.Stranded,
		FailingHour: s.FailingHour + o.FailingHour, FailingFourHours: s.FailingFourHours + o.FailingFourHours, AppRefused: s.AppRefused + o.AppRefused,
		Tasks: sumOf(s.Tasks, o.Tasks), DeadLetters: s.DeadLetters + o.DeadLetters, Undelivered: s.Undelivered + o.Undelivered, Postponed: s.Postponed + o.Postponed,
		Armed: s.Armed + o.Armed, Aligned: s.Aligned + o.Aligned,
		Resent: s.Resent + o.Resent, Recorded: s.Recorded + o.Recorded, Revived: s.Revived + o.Revived, Lost: s.Lost + o.Lost,
		Overdue: s.Overdue + o.Overdue, Retried: s.Retried + o.Retried, Cleared: s.Cleared + o.Cleared,
		Righted: s.Righted + o.Righted,
	}
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
	hit  table.Item
}

// places are shops and runs by turns, so that neither has to wait for all of the
// others when a sweep is cut short.
func places(shops []string, hits []table.Item) []place {
	out := make([]place, 0, len(shops)+len(hits))
	for i := range max(len(shops), len(hits)) {
		if i < len(shops) {
			out = append(out, place{shop: shops[i]})
		}
		if i < len(hits) {
			out = append(out, place{hit: hits[i]})
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
	first := int(s.Jobs.random(int64(len(codes))))
	return append(append(make([]string, 0, len(codes)), codes[first:]...), codes[:first]...)
}

func (s *Sweeper) at(ctx context.Context, at place) (swept Swept, err error) {
	if at.shop == "" {
		if swept, err = s.waits(ctx, at.hit); err != nil {
			err = fmt.Errorf("jobqueue: sweep: run %s of %s: %w", at.hit.SK, at.hit.PK, err)
		}
		return swept, err
	}
	if swept, err = s.shop(ctx, at.shop); err != nil {
		err = fmt.Errorf("jobqueue: sweep of %s: %w", at.shop, err)
	}
	return swept, err
}

// Runs that wait for a message and are looked after in one sweep. After an
// outage there are many more: others have their turn in the next ones, and by
// then most of them have started.
const (
	waitsASweep = 400
	waitsSeen   = 10 * waitsASweep
)

// waiting are the runs that wait for a message, accepted and not started, or set
// aside while their message was away, and are due for something. The index has
// all that says so; it may trail, and they are read before anything is done.
func (s *Sweeper) waiting(ctx context.Context) (due []table.Item, out Swept, err error) {
	q := table.IndexQuery{N: 2, PK: acceptedIndex}
	for {
		p, err := s.Jobs.Store.Table.Index(ctx, q)
		if err != nil {
			return due, out, fmt.Errorf("jobqueue: sweep: runs that wait: %w", err)
		}
		for _, hit := range p.Items {
			if s.isDue(hit) {
				due = append(due, hit)
			}
		}
		if q.Page = p.Next; q.Page == "" || len(due) >= waitsSeen {
			break
		}
	}
	if n := len(due); n > waitsASweep {
		first := int(s.Jobs.random(int64(n)))
		due = append(slices.Clone(due[first:]), due[:first]...)[:waitsASweep]
		out.Postponed = n - waitsASweep
	}
	return due, out, nil
}

// isDue reports whether something is to be done about a row that waits for a
// message; also if it cannot be read, which [Sweeper.waits] then says.
func (s *Sweeper) isDue(hit table.Item) bool {
	var r Run
	since, _, _ := strings.Cut(hit.Index2.SK, "#")
	at, err := time.Parse(time.RFC3339, since)
	if err != nil || record.Decode(hit.Data, schema, &r) != nil {
		return true
	}
	now := s.Jobs.Store.Now()
	age := now.Sub(at)
	switch {
	case clock.Ahead(at, now) > 0:
		return true // it is set right
	case r.Started.IsZero():
		return sendNow(age, ResendAfter)
	}
	return age > s.lostAfter()+LeaseTime || sendNow(age, reviveAfter)
}

// waits is what is done about one row that waits for a message.
func (s *Sweeper) waits(ctx context.Context, hit table.Item) (out Swept, err error) {
	store := s.Jobs.Store
	// The index may trail: what counts is the item.
	it, err := store.Table.Get(ctx, hit.Key)
	if errors.Is(err, table.ErrNotFound) || err == nil && it.Index2.PK != acceptedIndex {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	r := Run{Shop: strings.TrimPrefix(it.PK, "SHOP#"), ID: strings.TrimPrefix(it.SK, "RUN#"), Version: it.Version}
	if err := record.Decode(it.Data, schema, &r); err != nil {
		return out, err
	}
	since, _, _ := strings.Cut(it.Index2.SK, "#")
	at, err := time.Parse(time.RFC3339, since)
	if err != nil {
		return out, err
	}
	age := store.Now().Sub(at)
	switch {
	case r.Done():
	case clock.Ahead(at, store.Now()) > 0:
		r.Accepted, r.Started = clock.Past(r.Accepted, store.Now()), clock.Past(r.Started, store.Now())
		op, err := store.putRun(r, true)
		if err == nil {
			err = store.Table.Write(ctx, op)
		}
		if err != nil {
			return out, ignoreConflict(err)
		}
		out.Righted++
		s.Jobs.Log.WarnContext(ctx, "a run waited since a time ahead of the clock, which was set right", "shop", r.Shop, "run", r.ID, "since", at)
	case !r.Started.IsZero() && age > s.lostAfter()+LeaseTime:
		lost, err := s.closeAside(ctx, r)
		if err != nil || !lost {
			return out, ignoreConflict(err)
		}
		out.Lost++
		return out, nil
	case r.Started.IsZero() && sendNow(age, ResendAfter):
		err = s.Jobs.resend(ctx, r)
		out.Resent++
	case !r.Started.IsZero() && sendNow(age, reviveAfter):
		err = s.Jobs.resend(ctx, r)
		out.Revived++
	}
	if err != nil {
		out = Swept{}
	}
	return out, err
}

// closeAside ends a run that was set aside, and whose message has not come, and
// reports whether it did. Where another run holds the category a later sweep
// does it: a write would fence that one.
func (s *Sweeper) closeAside(ctx context.Context, r Run) (bool, error) {
	store := s.Jobs.Store
	now := store.Now()
	lost := r.lost(now)
	row, err := store.putRun(lost, false)
	if err != nil {
		return false, err
	}
	ops := []table.Op{row}
	e, err := store.Entry(ctx, r.Shop, r.Entry)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && e.another(r.Made):
	case err != nil:
		return false, err
	default:
		c, err := store.lock(ctx, e)
		if err != nil || c.Run != nil {
			return false, err
		}
		more, err := s.after(e, c, lost, now)
		if err != nil {
			return false, err
		}
		ops = append(ops, more...)
	}
	if err := store.Table.Write(ctx, ops...); err != nil {
		return false, err
	}
	s.Jobs.ended(lost)
	return true, nil
}

// after are the writes that have a lost run of e leave behind what others do, in
// its category c, which is free: none if a later run of e has started.
func (s *Sweeper) after(e Entry, c category, lost Run, now time.Time) ([]table.Op, error) {
	h := c.History(e)
	if lost.Apart || h.Last != lost.ID {
		return nil, nil
	}
	c = c.with(e, h.ended(lost, true, false, now))
	op, err := s.Jobs.Store.putCategory(e, c)
	ops := []table.Op{op}
	if next := e.after(lost, ending{outcome: Lost}).again(c.History(e), now); err == nil && !next.same(e) {
		op, err = s.Jobs.Store.putEntry(next)
		ops = append(ops, op)
	}
	return ops, err
}

// again is an entry for one run after that has failed or got lost: its time is
// used, and it gets another one, now.
func (e Entry) again(h History, now time.Time) Entry {
	if e.oneShotStarted(h) {
		e.EarliestStart = later(now, h.CoveredUntil).Truncate(time.Second).Add(time.Second)
	}
	return e
}

// resend sends the message of a run, also when its entry is gone: the
// dispatcher that gets it records that.
func (d *Dispatcher) resend(ctx context.Context, r Run) error {
	err := d.Resend(ctx, r)
	if errors.Is(err, ErrNotFound) {
		return d.sendTo(ctx, "SHOP."+r.Shop, r)
	}
	return err
}

// ignoreConflict drops the error of a write that somebody else was before:
// what it was decided from is over.
func ignoreConflict(err error) error {
	if errors.Is(err, table.ErrConflict) {
		return nil
	}
	return err
}

func (s *Sweeper) lostAfter() time.Duration {
	if s.LostAfter > 0 {
		return s.LostAfter
	}
	return lostAfter
}

// shop mends one shop: one query for its entries, one for each scope of theirs.
func (s *Sweeper) shop(ctx context.Context, code string) (out Swept, err error) {
	store := s.Jobs.Store
	es, err := store.Entries(ctx, code)
	if err != nil {
		return out, err
	}
	out.Shops, out.Entries = 1, len(es)
	cs, err := store.categoriesOf(ctx, es)
	if err != nil {
		return out, err
	}
	var errs []error
	if out.Righted, err = s.setRight(ctx, es, cs); out.Righted > 0 {
		errs = append(errs, err)
		if es, err = store.Entries(ctx, code); err == nil {
			cs, err = store.categoriesOf(ctx, es)
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
	for i, e := range es {
		h := cs[e.Group()].History(e)
		if !e.stranded(h) {
			continue
		}
		if err := s.Jobs.strand(ctx, e, h); err != nil {
			errs = append(errs, fmt.Errorf("entry %s: %w", e.ID, err))
		}
		es[i], err = store.Entry(ctx, code, e.ID) // it counts at once
		if err != nil {
			return out, errors.Join(append(errs, err)...)
		}
	}
	if _, paused, err := store.paused(ctx, code); err != nil || paused {
		return out, errors.Join(append(errs, err)...) // nothing is to start
	}
	out = out.Add(healthOf(es, cs, store.Now()))
	for _, e := range es {
		c := cs[e.Group()]
		done, err := s.entry(ctx, e, c.History(e), busy[e.Group()])
		out = out.Add(done)
		if err == nil && e.misranked(c) {
			var ranked bool
			if ranked, err = s.Jobs.rank(ctx, e); ranked {
				out.Aligned++
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("entry %s: %w", e.ID, err))
		}
	}
	return out, errors.Join(errs...)
}

// category mends the run in progress of one category, if it is of this shop,
// and reports whether somebody is at work there.
func (s *Sweeper) category(ctx context.Context, code, group string, c category) (held bool, out Swept, err error) {
	store := s.Jobs.Store
	scope, name, _ := strings.Cut(group, "#")
	at := Entry{Scope: scope, Category: name}
	if now := store.Now(); now.Before(c.Until) && (c.Yields || clock.Ahead(c.Until, now.Add(LeaseTime)) == 0) {
		return true, out, nil // without a read of the renewals
	}
	b, err := store.beat(ctx, at)
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
		end, ok, err := store.sliceEnd(ctx, c)
		if err != nil || !ok {
			return true, out, err
		}
		if _, _, err := s.Jobs.overdue(ctx, at, c, end); err != nil {
			return true, out, err
		}
		out.Recorded++
	case revive:
		if err := s.Jobs.sendTo(ctx, group, c.running()); err != nil {
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
func (s *Sweeper) close(ctx context.Context, at Entry, c category, b beat) (bool, error) {
	store := s.Jobs.Store
	r := c.running()
	for range maxTries {
		lost, ops, err := s.closing(ctx, at, c, b, r)
		if err != nil {
			return false, err
		}
		err = store.Table.Write(ctx, ops...)
		if err == nil {
			s.Jobs.ended(lost)
			return true, nil
		}
		if !errors.Is(err, table.ErrConflict) {
			return false, err
		}
		held, errA := store.lock(ctx, at)
		beats, errB := store.beat(ctx, at)
		if err := errors.Join(errA, errB); err != nil || held.Version != c.Version || beats.Version != b.Version {
			return false, err
		}
		// The entry has changed, or somebody has made a row of the run, which gives way.
		if r.Version, err = store.rowVersion(ctx, r); err != nil {
			return false, err
		}
	}
	return false, fmt.Errorf("category %s of %s stands still: run %s of %s is not closed: %w", at.Category, at.Scope, c.ID, c.Shop, table.ErrConflict)
}

// closing are the writes that end r as lost, which is in progress in c.
func (s *Sweeper) closing(ctx context.Context, at Entry, c category, b beat, r Run) (Run, []table.Op, error) {
	store := s.Jobs.Store
	now := store.Now()
	r = r.lost(now)
	e, err := store.Entry(ctx, c.Shop, c.Run.Entry)
	if errors.Is(err, ErrNotFound) {
		e, err = Entry{Shop: c.Shop, ID: c.Run.Entry}, nil
	}
	if err != nil {
		return r, nil, err
	}
	was := e
	e = e.after(r, ending{outcome: Lost})
	e.Scope, e.Category = at.Scope, at.Category // where it ran
	lock := c.free()
	if !r.Apart {
		lock = lock.with(e, lock.History(e).ended(r, true, false, now))
		e = e.again(lock.History(e), now)
	}
	a, errA := store.putCategory(at, lock)
	row, errB := store.putRun(r, false)
	ops := []table.Op{a, row, table.Check(beatKey(at.Scope, at.Category), versionIs(b.Version))}
	err = errors.Join(errA, errB)
	if err == nil && e.Version > 0 && !e.same(was) {
		e.Scope, e.Category = was.Scope, was.Category
		var op table.Op
		op, err = store.putEntry(e)
		ops = append(ops, op)
	}
	return r, ops, err
}

// entry mends one entry: its schedule, its slots, and what it waits for.
func (s *Sweeper) entry(ctx context.Context, e Entry, h History, busy bool) (out Swept, err error) {
	now := s.Jobs.Store.Now()
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
		if err := s.Jobs.sendSlot(ctx, e, slot); err != nil {
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
	if e.Attempts > 0 && e.Status == Ready && !busy && h.Outcome == Failed && h.Last == h.Logged {
		done, err := s.retry(ctx, e, h)
		if err != nil {
			return out, err
		}
		out = out.Add(done)
	}
	return out, nil
}

// turn reports whether it is this entry's turn to have its schedule compared.
func (s *Sweeper) turn(e Entry, now time.Time) bool {
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

// schedule has the entry's schedules be what the entry says.
func (s *Sweeper) schedule(ctx context.Context, e Entry, h History) (out Swept, err error) {
	want, err := e.wanted(h, s.Jobs.Store.Now())
	if err != nil {
		return out, err
	}
	for _, w := range want {
		has, err := s.Jobs.Schedules.Get(ctx, w.Name)
		missing := errors.Is(err, schedule.ErrNotFound)
		switch {
		case err != nil && !missing:
			return out, err
		case missing && w.none || !missing && !w.none && !has.Outdated && (!w.At.IsZero() || sameSchedule(has, w.Schedule)):
			continue
		}
		if has.Outdated && !w.none && !w.At.IsZero() {
			// Arming leaves a one-time schedule as it is that is there already.
			if err := s.Jobs.Schedules.Delete(ctx, w.Name); err != nil {
				return out, err
			}
		}
		if err := s.Jobs.Arm(ctx, e, h); err != nil {
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

// queued looks after the run that the entry waits for: one that is over must
// not keep others from being accepted.
func (s *Sweeper) queued(ctx context.Context, e Entry, busy bool) (out Swept, err error) {
	store := s.Jobs.Store
	r, err := store.row(ctx, e.Shop, e.Queued)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return out, err
	}
	if err == nil && !r.Done() && r.Started.IsZero() {
		if !busy && store.Now().Sub(r.Accepted) >= lateAfter {
			out.Late++
		}
		return out, nil
	}
	e.Queued = ""
	op, err := store.putEntry(e)
	if err == nil {
		err = store.Table.Write(ctx, op)
	}
	if err != nil {
		return out, ignoreConflict(err)
	}
	out.Cleared++
	return out, nil
}

// retry sends the retry of the run that failed last, if it has not come.
func (s *Sweeper) retry(ctx context.Context, e Entry, h History) (out Swept, err error) {
	r, err := s.Jobs.Store.row(ctx, e.Shop, h.Last)
	if errors.Is(err, ErrNotFound) || err == nil && r.RetryAt.IsZero() {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	now := s.Jobs.Store.Now()
	if right, wrong := r.rightRetry(now); wrong {
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

func (s *Sweeper) sendRetry(ctx context.Context, e Entry, r Run) error {
	body, err := encode(Message{V: 1, Shop: e.Shop, Entry: e.ID, Trigger: ByRetry, At: r.RetryAt.UTC().Format(time.RFC3339), Retry: r.ID})
	if err != nil {
		return err
	}
	return s.Jobs.Queue.Send(ctx, e.Group(), "", body)
}

// wantedSchedule is a schedule that should be, or should not be.
type wantedSchedule struct {
	schedule.Schedule

	none bool
}

// wanted are the schedules of e, with history h, at now, as [Dispatcher.Arm] makes them.
func (e Entry) wanted(h History, now time.Time) ([]wantedSchedule, error) {
	recurring := wantedSchedule{schedule.Schedule{Name: e.ScheduleName()}, true}
	rec, grid := e.Grid()
	next, ok := e.NextRun(h)
	switch {
	case e.Status == OnHold, e.Status == Finished, e.Status == Ready && !ok:
	case grid:
		body, err := encode(e.tick(schedule.TimePlaceholder))
		recurring.none, recurring.Recurrence = false, rec
		recurring.Target = schedule.Target{Group: e.Group(), Body: string(body)}
		return []wantedSchedule{recurring}, err
	case ok && next.After(now):
		one := wantedSchedule{schedule.Schedule{Name: e.onceName(next), At: next}, false}
		return []wantedSchedule{recurring, one}, nil
	}
	return []wantedSchedule{recurring}, nil
}

func sameSchedule(has, want schedule.Schedule) bool {
	return has.Target == want.Target && sameRecurrence(has.Recurrence, want.Recurrence)
}
