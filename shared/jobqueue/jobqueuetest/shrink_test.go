package jobqueuetest

import (
	"slices"
	"strings"
	"testing"

	"backroom/shared/table"
)

// sabotaged runs the history of events in a world whose table loses what people
// write of runs, and says of each such write that it worked.
func sabotaged(t *testing.T, seed uint64, events []event, noting bool) *world {
	t.Helper()
	w := newWorld(t.Context(), seed, events)
	w.noting = noting
	w.sabotage = func(p *proc, ops []table.Op) bool {
		return p.class == "user" && slices.ContainsFunc(ops, func(op table.Op) bool { return strings.HasPrefix(op.Item.SK, "RUN#") })
	}
	return w.play()
}

// TestFailingHistoryShrinks: fewer events still break something, and do so again
// when they are replayed.
func TestFailingHistoryShrinks(t *testing.T) {
	if shrinks == 0 {
		t.Skip("too slow under the race detector; make check runs it without")
	}
	const seed = 4
	all := plan(seed)
	fails := func(es []event) bool { return sabotaged(t, seed, es, false).watch.broken != nil }
	if !fails(all) {
		t.Fatalf("seed %d breaks nothing", seed)
	}
	if fails(nil) {
		t.Fatal("what breaks without any event tells nothing about which are needed")
	}
	left := shrink(all, shrinks, fails)
	a, b := sabotaged(t, seed, left, true), sabotaged(t, seed, left, true)
	if len(left) >= len(all)/2 {
		t.Errorf("%d of %d events are left", len(left), len(all))
	}
	if a.watch.broken == nil || b.watch.broken == nil || *a.watch.broken != *b.watch.broken || !slices.Equal(a.notes, b.notes) {
		t.Errorf("once %v, and again %v", a.watch.broken, b.watch.broken)
	}
	t.Logf("%d of %d events: %v", len(left), len(all), a.watch.broken)
}
