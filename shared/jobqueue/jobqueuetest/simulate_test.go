package jobqueuetest

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/sweep"
)

var (
	simShrink = flag.Int("shrink", 60, "how many histories shrinking a failing one may take")
	simSeeds  = flag.Int("seeds", ordinarySeeds, "how many histories TestSimulation runs")
	simAll    = flag.Bool("notes", false, "print all of the histories of -seed")
	simOnly   = flag.String("seed", "", "run these histories alone, such as 7 or 7,12, and print those that fail")
)

func newRand(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// simulate runs a history to its end, or to the first broken invariant.
func simulate(ctx context.Context, seed uint64, events []event, noting bool) *world {
	w := newWorld(ctx, seed, events)
	w.noting = noting
	return w.play()
}

// play runs w to its end, or to the first broken invariant.
func (w *world) play() *world {
	w.run(simStart.Add(simHours))
	w.calm, w.armed = true, nil
	w.run(simStart.Add(simHours + simSettle))
	if w.watch.broken == nil {
		w.watch.final()
	}
	w.stop()
	return w
}

// shrink drops events from a failing history while it still fails, which it
// asks budget times at most.
func shrink(events []event, budget int, fails func([]event) bool) []event {
	for size := len(events) / 2; size >= 1; size /= 2 {
		for i := 0; i+size <= len(events); {
			if budget--; budget < 0 {
				return events
			}
			if less := slices.Delete(slices.Clone(events), i, i+size); fails(less) {
				events = less
			} else {
				i += size
			}
		}
	}
	return events
}

// report prints a failing history, as small as it gets.
func report(t *testing.T, seed uint64) {
	t.Helper()
	events := shrink(plan(seed), *simShrink, func(es []event) bool { return simulate(t.Context(), seed, es, false).watch.broken != nil })
	w := simulate(t.Context(), seed, events, true)
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d breaks %s\nreplay: make sim SEED=%d\nwhat is left of its events:\n", seed, w.watch.broken, seed)
	for _, e := range events {
		fmt.Fprintf(&b, "  %s\n", e)
	}
	notes := w.notes
	if len(notes) > 60 {
		notes = notes[len(notes)-60:]
	}
	fmt.Fprintf(&b, "the end of its history (time, step):\n  %s", strings.Join(notes, "\n  "))
	t.Error(b.String())
}

// simulateAll runs the seeds from 1 to n side by side, and gives each world to
// done until that says that it has seen enough.
func simulateAll(t *testing.T, n int, done func(*world) bool) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var next atomic.Uint64
	var mu sync.Mutex
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for !stop.Load() {
				seed := next.Add(1)
				if seed > uint64(n) {
					return
				}
				w := simulate(t.Context(), seed, plan(seed), false)
				mu.Lock()
				if done(w) {
					stop.Store(true)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// simulateOne runs the history of a seed, and says how it went.
func simulateOne(t *testing.T, seed uint64) {
	t.Helper()
	w := simulate(t.Context(), seed, plan(seed), true)
	if *simAll {
		t.Log(strings.Join(w.notes, "\n"))
	}
	if w.watch.broken != nil {
		report(t, seed)
	} else {
		t.Logf("seed %d: %d runs, %d slices, %d faults, %v, %+v", seed, w.watch.runs, w.watch.slices, w.struck, w.watch.kinds, w.watch.swept)
	}
}

// TestSimulation: in every history, whatever is lost, late, double or dead,
// the invariants hold after each step.
func TestSimulation(t *testing.T) {
	if *simOnly != "" {
		for s := range strings.SplitSeq(*simOnly, ",") {
			seed, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			simulateOne(t, seed)
		}
		return
	}
	var failed []uint64
	runs, faults, total := 1<<30, 1<<30, 0
	kinds, did := map[string]int{}, map[string]int{}
	var swept sweep.Swept
	simulateAll(t, *simSeeds, func(w *world) bool {
		if w.watch.broken != nil {
			failed = append(failed, w.seed)
			t.Logf("seed %d: %s", w.seed, w.watch.broken)
			return len(failed) > 3
		}
		runs, faults, total = min(runs, w.watch.runs), min(faults, w.struck), total+w.watch.runs
		swept = swept.Add(w.watch.swept)
		for k, n := range w.watch.kinds {
			kinds[k] += n
		}
		for k, n := range w.did {
			did[k] += n
		}
		return false
	})
	if len(failed) > 0 {
		slices.Sort(failed)
		t.Logf("failing seeds: %v", failed)
		report(t, failed[0])
		return
	}
	t.Logf("%d histories of %v: %d runs, at least %d runs and %d faults in each; %v; swept %+v", *simSeeds, simHours, total, runs, faults, kinds, swept)
	if runs < 200 || faults < 20 {
		t.Errorf("a history has only %d runs and %d faults; want 200 and 20", runs, faults)
	}
	if *simSeeds < 100 {
		return
	}
	t.Logf("people did %v", did)
	if left := missing(did, kinds, swept); len(left) > 0 {
		t.Errorf("what no history has seen: %v", left)
	}
}

// TestSimulationRepeats: a seed gives the same history, step by step.
func TestSimulationRepeats(t *testing.T) {
	if repeatedSeeds == 0 {
		t.Skip("the race detector finds nothing in one history after another; make check runs it without")
	}
	for seed := range uint64(repeatedSeeds) {
		a := simulate(t.Context(), seed+1, plan(seed+1), true)
		b := simulate(t.Context(), seed+1, plan(seed+1), true)
		if a.steps != b.steps || !slices.Equal(a.notes, b.notes) {
			for i := range min(len(a.notes), len(b.notes)) {
				if a.notes[i] != b.notes[i] {
					t.Fatalf("seed %d, line %d:\n%s\n%s", seed+1, i, a.notes[i], b.notes[i])
				}
			}
			t.Fatalf("seed %d: %d and %d steps", seed+1, a.steps, b.steps)
		}
	}
}

// missing is what many histories should have seen and have not: an action that
// had an effect, an outcome, a repair of the sweep.
func missing(did, kinds map[string]int, swept sweep.Swept) (out []string) {
	for _, a := range simActions {
		if did[a] == 0 && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	for _, o := range []jobqueue.Outcome{jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Failed, jobqueue.Cancelled, jobqueue.Lost, jobqueue.Rejected, jobqueue.Skipped} {
		if kinds[string(o)] == 0 {
			out = append(out, string(o))
		}
	}
	for name, n := range map[string]int{
		"armed": swept.Armed, "aligned": swept.Aligned, "resent": swept.Resent, "recorded": swept.Recorded, "revived": swept.Revived,
		"lost": swept.Lost, "overdue": swept.Overdue, "retried": swept.Retried, "cleared": swept.Cleared,
	} {
		if n == 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
