package businesscentral

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/fault"
	"backroom/shared/memory"
	"backroom/shared/table"
)

// Over any stretch of time no more is granted than burst and rate allow, and
// never more requests are in flight than slots exist.
func TestStateLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{Rate: float64(rapid.IntRange(1, 30).Draw(t, "rate")), Burst: rapid.IntRange(1, 200).Draw(t, "burst"), InFlight: rapid.IntRange(1, 4).Draw(t, "slots")}
		type event struct {
			at time.Time
			n  int
		}
		var events []event
		var st State
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		now, largest := start, 0
		for range rapid.IntRange(1, 40).Draw(t, "asks") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "pause")))
			ask := Ask{Operations: rapid.IntRange(0, 120).Draw(t, "n"), Slot: rapid.StringMatching(`[a-f]`).Draw(t, "slot"), Hold: time.Duration(rapid.IntRange(1, 5).Draw(t, "hold")) * time.Second}
			next, g := st.Take(l, now, ask)
			if len(next.Slots) > l.InFlight {
				t.Fatalf("%d slots of %d", len(next.Slots), l.InFlight)
			}
			if g.Wait > 0 {
				if g.Operations != 0 {
					t.Fatalf("waits and grants: %+v", g)
				}
				if again, g2 := next.Take(l, now.Add(g.Wait), ask); g2.Wait > 0 && !g.Busy && !g2.Busy {
					t.Fatalf("asking again after %v waits %v more (%+v)", g.Wait, g2.Wait, again)
				}
				st = next
				continue
			}
			if g.Operations < ask.Operations {
				t.Fatalf("granted %d of %d", g.Operations, ask.Operations)
			}
			events = append(events, event{now, g.Operations})
			largest = max(largest, ask.Operations)
			st = next
		}
		for i := range events {
			sum := 0
			for _, e := range events[i:] {
				sum += e.n
				limit := float64(max(l.Burst, largest)) + l.Rate*e.at.Sub(events[i].at).Seconds() + 1
				if float64(sum) > limit {
					t.Fatalf("%d operations within %v, at most %.1f", sum, e.at.Sub(events[i].at), limit)
				}
			}
		}
	})
}

func TestStateSurvivesJSON(t *testing.T) {
	var s State
	s, _ = s.Take(Limits{}, time.Date(2026, 1, 1, 0, 0, 0, 7, time.UTC), Ask{Operations: 3, Slot: "a", Hold: time.Second})
	js, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back State
	if err := json.Unmarshal(js, &back); err != nil || back.Level != s.Level || !back.At.Equal(s.At) || len(back.Slots) != 1 {
		t.Errorf("%s came back as %+v, %v", js, back, err)
	}
}

func TestBudgetWaitsForTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(NewLocalLedger(Limits{Rate: 25, Burst: 100}), BudgetOptions{})
		start := time.Now()
		for range 3 { // the first at once, then 100 operations every 4 s
			release, err := b.Acquire(t.Context(), 100, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			release()
		}
		if got := time.Since(start).Round(100 * time.Millisecond); got != 8*time.Second {
			t.Errorf("300 operations took %v, want 8s", got)
		}
	})
}

func TestBudgetGivesUpAfterFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(NewLocalLedger(Limits{Rate: 10, Burst: 100}), BudgetOptions{})
		if _, err := b.Acquire(t.Context(), 100, time.Second); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err := b.Acquire(t.Context(), 100, time.Second)
		if fault.KindOf(err) != fault.Throttled || fault.RetryAfter(err).Round(time.Second) != 10*time.Second {
			t.Errorf("got %v with RetryAfter %v, want throttled, 10s", err, fault.RetryAfter(err))
		}
		if waited := time.Since(start); waited > maxInside {
			t.Errorf("waited %v inside", waited)
		}
	})
}

func TestBudgetInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(NewLocalLedger(Limits{}), BudgetOptions{})
		var first func()
		for range 4 {
			release, err := b.Acquire(t.Context(), 1, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			first = release
		}
		time.AfterFunc(2*time.Second, first)
		start := time.Now()
		if _, err := b.Acquire(t.Context(), 1, time.Minute); err != nil {
			t.Fatalf("a slot came free after 2 s: %v", err)
		}
		if got := time.Since(start); got < 2*time.Second || got > 2*time.Second+slotPoll {
			t.Errorf("waited %v, want 2s", got)
		}
		_, err := b.Acquire(t.Context(), 1, time.Minute)
		if fault.KindOf(err) != fault.Throttled || fault.RetryAfter(err) > busyWait {
			t.Errorf("with all slots taken: %v, RetryAfter %v", err, fault.RetryAfter(err))
		}
	})
}

func TestBudgetPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(NewLocalLedger(Limits{}), BudgetOptions{})
		b.Pause(3 * time.Second)
		b.Pause(time.Second) // the longer one stands
		start := time.Now()
		if _, err := b.Acquire(t.Context(), 1, 0); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("got %v after %v, want nil after 3s", err, time.Since(start))
		}
		b.Pause(time.Minute)
		if _, err := b.Acquire(t.Context(), 1, 0); fault.KindOf(err) != fault.Throttled || fault.RetryAfter(err) != time.Minute {
			t.Errorf("got %v", err)
		}
	})
}

// countingTable counts writes and can fail some.
type countingTable struct {
	table.Table
	writes int
	fail   func(n int) error // before the write
	after  func(n int) error // after it took effect
}

func (c *countingTable) Write(ctx context.Context, ops ...table.Op) error {
	c.writes++
	if c.fail != nil {
		if err := c.fail(c.writes); err != nil {
			return err
		}
	}
	if err := c.Table.Write(ctx, ops...); err != nil || c.after == nil {
		return err
	}
	return c.after(c.writes)
}

func TestTableLedgerIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tab := &countingTable{Table: memory.NewTable(time.Now)}
		l := Limits{Rate: 25, Burst: 100}
		one := NewBudget(NewTableLedger(tab, "t/e/c", l), BudgetOptions{})
		two := NewBudget(NewTableLedger(tab, "t/e/c", l), BudgetOptions{})
		other := NewBudget(NewTableLedger(tab, "t/e/other", l), BudgetOptions{})
		start := time.Now()
		for _, b := range []Budget{one, two, other} {
			if _, err := b.Acquire(t.Context(), 100, time.Second); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(start).Round(100 * time.Millisecond); got != 4*time.Second {
			t.Errorf("the second process waited %v, want 4s; another application none", got)
		}
	})
}

func TestTableLedgerGrantsAreCoarse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tab := &countingTable{Table: memory.NewTable(time.Now)}
		b := NewBudget(NewTableLedger(tab, "k", Limits{}), BudgetOptions{})
		for range 60 { // 60 short requests within 4.8 s
			release, err := b.Acquire(t.Context(), 1, 0)
			if err != nil {
				t.Fatal(err)
			}
			release()
			time.Sleep(80 * time.Millisecond)
		}
		if tab.writes > 2 {
			t.Errorf("%d writes for 60 requests in 5 s, want at most 2", tab.writes)
		}
	})
}

// What is granted and not used goes back, so that many slow processes do not
// starve each other.
func TestUnusedGrantsGoBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLocalLedger(Limits{Rate: 1, Burst: 20})
		b := NewBudget(l, BudgetOptions{})
		for range 10 { // 10 of the 20; each grant takes 5
			release, err := b.Acquire(t.Context(), 1, 0)
			if err != nil {
				t.Fatal(err)
			}
			release()
			time.Sleep(time.Second)
		}
		// 10 s refilled what 10 operations took.
		if _, err := b.Acquire(t.Context(), 19, 0); err != nil {
			t.Errorf("19 of 20 should be there: %v", err)
		}
	})
}

func TestTableLedgerFailures(t *testing.T) {
	broken := errors.New("disk full")
	for _, tt := range []struct {
		name string
		tab  countingTable
		ok   bool
	}{
		{"lost a race twice", countingTable{fail: func(n int) error {
			if n <= 2 {
				return table.ErrConflict
			}
			return nil
		}}, true},
		{"outcome unknown, was written", countingTable{after: func(n int) error {
			if n == 1 {
				return table.ErrUnknown
			}
			return nil
		}}, true},
		{"table fails", countingTable{fail: func(int) error { return broken }}, false},
		{"loses every race", countingTable{fail: func(int) error { return table.ErrConflict }}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.tab.Table = memory.NewTable(time.Now)
			b := NewBudget(NewTableLedger(&tt.tab, "k", Limits{}), BudgetOptions{})
			_, err := b.Acquire(t.Context(), 100, time.Second)
			if ok := err == nil; ok != tt.ok || !ok && fault.KindOf(err) != fault.Transient {
				t.Errorf("got %v, want success %v", err, tt.ok)
			}
		})
	}
}

func TestBudgetsShareByCredentials(t *testing.T) {
	var keys []string
	bs := NewBudgets(func(key string) Ledger { keys = append(keys, key); return NewLocalLedger(Limits{}) }, BudgetOptions{})
	one := bs.For("t", "e", "c")
	if bs.For("t", "e", "c") != one || bs.For("T", "E", "c") != one || len(keys) != 1 {
		t.Errorf("the same credentials have %d ledgers", len(keys))
	}
	// Also where names put together are the same.
	for _, other := range [][3]string{{"t2", "e", "c"}, {"t", "e2", "c"}, {"t", "e", "c2"}, {"t", "e c", ""}, {"t e", "c", ""}} {
		if bs.For(other[0], other[1], other[2]) == one {
			t.Errorf("%q shares the budget of another application", other)
		}
	}
	slices.Sort(keys)
	if len(slices.Compact(keys)) != 6 {
		t.Errorf("keys %q, want 6", keys)
	}
}

// A long request's slot is given back when it ends, and ends by itself when
// its process died.
func TestTableLedgerSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tab := memory.NewTable(time.Now)
		l := Limits{InFlight: 1}
		one := NewBudget(NewTableLedger(tab, "k", l), BudgetOptions{})
		two := NewBudget(NewTableLedger(tab, "k", l), BudgetOptions{})
		release, err := one.Acquire(t.Context(), 1, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := two.Acquire(t.Context(), 1, time.Minute); fault.KindOf(err) != fault.Throttled {
			t.Errorf("the only slot is taken: %v", err)
		}
		release()
		release() // twice does no harm
		start := time.Now()
		if _, err := two.Acquire(t.Context(), 1, time.Minute); err != nil || time.Since(start) != 0 {
			t.Errorf("the slot was given back: %v after %v", err, time.Since(start))
		}
		// two dies here: it never releases.
		time.Sleep(time.Minute)
		if _, err := one.Acquire(t.Context(), 1, time.Minute); err != nil {
			t.Errorf("a dead process's slot ends by itself: %v", err)
		}
	})
}
