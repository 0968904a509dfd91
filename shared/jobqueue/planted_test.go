package jobqueue

import (
	"flag"
	"fmt"
	"slices"
	"testing"
)

var (
	plantedAll   = flag.Bool("planted", false, "look for the seed of every planted bug anew")
	plantedSeeds = flag.Int("planted-seeds", 1000, "in so many histories at most")
)

// planted are bugs, each a guard that is switched off, with a seed that finds
// it. A change of the simulation moves the seeds: -planted looks for them anew.
var planted = []struct {
	bug  string
	off  flaws
	seed uint64
}{
	{"no fence check", flawFence, 1},
	{"acknowledged before the write", flawAckEarly, 1},
	{"lost yield", flawLostYield, 1},
	{"retry repeats what a later run has overtaken", flawRetryStale, 1},
	{"skew ignored", flawSkew, 1},
	{"renewal not refused", flawRenew, 2},
	{"a slot starts twice", flawSlotTwice, 2},
	{"poison not acknowledged", flawPoison, 1},
	{"throttle counted as an attempt", flawThrottle, 1},
	{"starts not counted", flawStarts, 4},
	{"sent before it is stored", flawSendFirst, 1},
	{"sweep closes a live run", flawSweepLive, 2},
	{"overtaken inside a run", flawOvertake, 1},
	{"wishes do not join", flawCoalesce, 1},
	{"durable outcome not used", flawOutcome, 1},
	{"runs on hold", flawHold, 1},
	{"cancellation not told", flawCancel, 1},
	{"follow-ups without end", flawHops, 9},
	{"live lease taken over", flawLiveLease, 2},
	{"retry recorded and not armed", flawRetryUnarmed, 6},
	{"acquired under the same fence", flawSameFence, 1},
	{"end in two writes", flawTwoWrites, 1},
	{"continued by a new message", flawNewMessage, 1},
	{"attempts without end", flawEndless, 1},
	{"an ended run starts again", flawEndedAgain, 1},
	{"started beside a row that says it did not", flawRowless, 1},
	{"a claim of an accepted run is repeated", flawClaimAgain, 1},
	{"a claim is repeated though the row has changed", flawClaimAccepted, 1},
	{"closed without a look at renewals", flawCloseBlind, 1},
	{"overtaken without waiting", flawNoWait, 2},
	{"leases ended under the same fence", flawEndSameFence, 7},
	{"an unknown end of a slice is taken for stored", flawEndUnseen, 2},
	{"an unknown end of a run is taken for stored", flawLookUp, 2},
	{"waits for a run that has started", flawQueuedStays, 1},
	{"waits for a run that is over", flawQueuedForever, 24},
	{"skipped beside a start", flawSkipBlind, 26},
	{"a deleted entry's ticks are the next one's", flawMade, 10},
}

// TestPlantedBugsAreFound: the simulation finds each of them within 1,000 seeds.
func TestPlantedBugsAreFound(t *testing.T) {
	sound := map[uint64]bool{} // seeds that break nothing without a bug
	for _, tt := range planted[:min(len(planted), plantedRows)] {
		t.Run(tt.bug, func(t *testing.T) {
			if !*plantedAll && tt.seed > 0 {
				if !sound[tt.seed] {
					if w := simulate(t.Context(), tt.seed, plan(tt.seed), 0, false); w.watch.broken != nil {
						t.Fatalf("seed %d breaks %s without it", tt.seed, w.watch.broken)
					}
					sound[tt.seed] = true
				}
				if w := simulate(t.Context(), tt.seed, plan(tt.seed), tt.off, false); w.watch.broken != nil {
					t.Log(w.watch.broken)
					return
				}
			}
			var found []string
			var seed uint64
			simulateAll(t, *plantedSeeds, tt.off, func(w *world) bool {
				if w.watch.broken == nil {
					return false
				}
				found, seed = append(found, fmt.Sprintf("seed %d: %s", w.seed, w.watch.broken)), w.seed
				return true
			})
			if found == nil {
				t.Fatalf("%q is not found in %d histories", tt.bug, *plantedSeeds)
			}
			slices.Sort(found)
			t.Logf("found by seed %d, %s", seed, found[0])
		})
	}
}

// TestFailingHistoryShrinks: fewer events still break something, and do so again
// when they are replayed.
func TestFailingHistoryShrinks(t *testing.T) {
	if shrinks == 0 {
		t.Skip("too slow under the race detector; make check runs it without")
	}
	const seed = 4
	all := plan(seed)
	if w := simulate(t.Context(), seed, all, flawStarts, false); w.watch.broken == nil {
		t.Fatalf("seed %d breaks nothing", seed)
	}
	left := shrink(t.Context(), seed, all, flawStarts, shrinks)
	a := simulate(t.Context(), seed, left, flawStarts, true)
	b := simulate(t.Context(), seed, left, flawStarts, true)
	if len(left) >= len(all)/2 {
		t.Errorf("%d of %d events are left", len(left), len(all))
	}
	if a.watch.broken == nil || b.watch.broken == nil || *a.watch.broken != *b.watch.broken || !slices.Equal(a.notes, b.notes) {
		t.Errorf("once %v, and again %v", a.watch.broken, b.watch.broken)
	}
}
