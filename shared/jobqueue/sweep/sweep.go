package sweep

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

// Shops lists the codes of the shops that a sweep walks. Safe for concurrent use.
type Shops interface {
	Shops(ctx context.Context) ([]string, error)
}

// ShopList is a list of shops that is known beforehand.
type ShopList []string

// Shops answers the list, without an error.
func (l ShopList) Shops(context.Context) ([]string, error) { return l, nil }

// Sweeper mends what crashes and lost calls leave behind. It decides from what
// is stored, and writes under the same conditions as everybody else: sweeping
// twice, side by side, or beside dispatchers at work does no harm. What it
// sends names runs that are recognised when they come twice.
//
// [New] makes one; its options are set before it is used, and then it is safe for
// concurrent use.
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
