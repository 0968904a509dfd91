package businesscentral

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/memory"
	"backroom/shared/record"
	"backroom/shared/table"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestStateTake(t *testing.T) {
	l := Limits{Rate: 10, Burst: 100, InFlight: 2}
	held := []Slot{{ID: "mine", Until: noon.Add(3 * time.Second)}, {ID: "other", Until: noon.Add(8 * time.Second)}}
	// grants are 50 operations, five seconds' worth, where there are so many
	for _, tt := range []struct {
		name  string
		was   State
		ask   Ask
		grant Grant
		level float64 // afterwards
		at    time.Time
	}{
		{"never used: full", State{}, Ask{Operations: 1}, Grant{Operations: 50}, 50, noon},
		{"refilled since", State{Level: 20, At: noon.Add(-2 * time.Second)}, Ask{Operations: 40}, Grant{Operations: 40}, 0, noon},
		{"what is given back can be taken", State{Level: 20, At: noon}, Ask{Operations: 30, Credit: 10}, Grant{Operations: 30}, 0, noon},
		{"and is there when it is not enough", State{Level: 20, At: noon}, Ask{Operations: 60, Credit: 10}, Grant{Wait: 3*time.Second + time.Millisecond}, 30, noon},
		{"never above the size", State{Level: 95, At: noon}, Ask{Operations: 60, Credit: 30}, Grant{Operations: 60}, 40, noon},
		{"a clock that is behind takes nothing away", State{Level: 60, At: noon.Add(2 * time.Second)}, Ask{Operations: 60}, Grant{Operations: 60}, 0, noon.Add(2 * time.Second)},
		{"and does not grant the same time twice", State{Level: 0, At: noon.Add(2 * time.Second)}, Ask{Operations: 10}, Grant{Wait: time.Second + time.Millisecond}, 0, noon.Add(2 * time.Second)},
		{"its own slot is not in the way", State{Level: 60, At: noon, Slots: held}, Ask{Operations: 60, Slot: "mine", Hold: time.Second}, Grant{Operations: 60}, 0, noon},
		{"the slots of others are", State{Level: 60, At: noon, Slots: held}, Ask{Operations: 60, Slot: "third"}, Grant{Wait: 3 * time.Second, Busy: true}, 60, noon},
		{"what is given back is kept while it waits for a slot", State{Level: 60, At: noon, Slots: held}, Ask{Operations: 1, Credit: 7, Slot: "third"}, Grant{Wait: 3 * time.Second, Busy: true}, 67, noon},
		{"a slot whose time is over is free", State{Level: 60, At: noon, Slots: []Slot{{ID: "a", Until: noon}, {ID: "b", Until: noon.Add(time.Hour)}}}, Ask{Operations: 60}, Grant{Operations: 60}, 0, noon},
		{"more than the size, all of it at once", State{Level: 100, At: noon}, Ask{Operations: 120}, Grant{Operations: 120}, -20, noon},
	} {
		t.Run(tt.name, func(t *testing.T) {
			after, g := tt.was.Take(l, noon, tt.ask)
			if g != tt.grant || after.Level != tt.level || !after.At.Equal(tt.at) {
				t.Errorf("Take = %+v, level %v at %v; want %+v, %v at %v", g, after.Level, after.At, tt.grant, tt.level, tt.at)
			}
		})
	}
}

// What was used, which is what was granted without what was given back, stays
// within burst and rate over any stretch of time, on clocks that differ.
func TestCreditLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{Rate: float64(rapid.IntRange(1, 30).Draw(t, "rate")), Burst: rapid.IntRange(1, 200).Draw(t, "burst"), InFlight: 100}
		var st State
		var used []float64 // by ask
		var at []time.Time // the ledger's, which never goes back
		now, latest, spare := noon, time.Time{}, 0
		for range rapid.IntRange(1, 40).Draw(t, "asks") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "pause")))
			seen := now.Add(-time.Duration(rapid.Int64Range(0, int64(2*time.Second)).Draw(t, "behind")))
			if seen.After(latest) {
				latest = seen
			}
			n := rapid.IntRange(0, l.Burst).Draw(t, "n")
			back := rapid.IntRange(0, spare).Draw(t, "back")
			next, g := st.Take(l, seen, Ask{Operations: n, Credit: back, Slot: "s", Hold: time.Second})
			used, at, spare = append(used, float64(g.Operations-back)), append(at, latest), spare-back
			if g.Wait <= 0 {
				spare += g.Operations - n
			}
			st = next
		}
		for i := range used {
			sum := 0.0
			for j, n := range used[i:] {
				sum += n
				if limit := float64(l.Burst) + l.Rate*at[i+j].Sub(at[i]).Seconds() + 1e-6; sum > limit {
					t.Fatalf("%v operations within %v, at most %.1f", sum, at[i+j].Sub(at[i]), limit)
				}
			}
		}
	})
}

// scripted is a ledger that notes what it is asked and answers as it is told.
type scripted struct {
	asks   []Ask
	grants []Grant
}

func (s *scripted) Take(_ context.Context, _ time.Time, ask Ask) (Grant, error) {
	s.asks = append(s.asks, ask)
	g := s.grants[0]
	s.grants = s.grants[1:]
	return g, nil
}

func (s *scripted) Free(context.Context, string) error { return nil }

func (s *scripted) credits() (credits []int) {
	for _, a := range s.asks {
		credits = append(credits, a.Credit)
	}
	return credits
}

func TestWhatIsLeftOfAGrantIsGivenBackOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{grants: []Grant{{Operations: 75}, {Wait: time.Second}, {Wait: time.Second}, {Operations: 80}, {Operations: 1}}}
		b := NewBudget(s, BudgetOptions{})
		for _, n := range []int{5, 10, 80, 1} { // the second from what is left, the third waits twice, the fourth finds nothing left
			release, err := b.Acquire(t.Context(), n, 0)
			if err != nil {
				t.Fatal(err)
			}
			release()
		}
		if want := []int{0, 60, 0, 0, 0}; !slices.Equal(s.credits(), want) {
			t.Errorf("given back %v, want %v", s.credits(), want)
		}
	})
}

// A grant covers some seconds: what is left of it later belongs to others.
func TestWhatIsLeftIsGivenBackWhenItIsOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{grants: []Grant{{Operations: 75}, {Operations: 75}}}
		b := NewBudget(s, BudgetOptions{})
		release, err := b.Acquire(t.Context(), 5, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(58 * time.Second) // its slot has 2 s left, and is kept
		release()
		if _, err := b.Acquire(t.Context(), 5, 0); err != nil {
			t.Fatal(err)
		}
		if want := []int{0, 70}; !slices.Equal(s.credits(), want) {
			t.Errorf("given back %v, want %v", s.credits(), want)
		}
	})
}

// level is what the table holds for the key "k".
func level(t *testing.T, tab table.Table) float64 {
	t.Helper()
	it, err := tab.Get(t.Context(), table.Key{PK: "BCBUDGET#k", SK: "LEDGER"})
	var st State
	if err == nil {
		err = record.Decode(it.Data, 1, &st)
	}
	if err != nil {
		t.Fatal(err)
	}
	return st.Level
}

func TestTableLedgerKeepsWhatIsGivenBackWhileItWaits(t *testing.T) {
	tab := memory.NewTable(func() time.Time { return noon })
	l := NewTableLedger(tab, "k", Limits{Rate: 10, Burst: 100})
	for _, tt := range []struct {
		ask   Ask
		level float64
	}{
		{Ask{Operations: 100, Slot: "a", Hold: time.Second}, 0},
		{Ask{Operations: 90, Credit: 40, Slot: "c", Hold: time.Second}, 40}, // waits
		{Ask{Operations: 40, Slot: "b", Hold: time.Second}, 0},              // another process
	} {
		if _, err := l.Take(t.Context(), noon, tt.ask); err != nil || level(t, tab) != tt.level {
			t.Errorf("after %+v: level %v, %v, want %v", tt.ask, level(t, tab), err, tt.level)
		}
	}
}

// In doubt the operations are charged, at worst twice, and never granted free.
func TestTableLedgerChargesWhatIsInDoubt(t *testing.T) {
	for _, written := range []bool{false, true} {
		first := func(n int) error {
			if n == 1 {
				return table.ErrUnknown
			}
			return nil
		}
		tab := &countingTable{Table: memory.NewTable(func() time.Time { return noon }), fail: first}
		if written {
			tab.fail, tab.after = nil, first
		}
		g, err := NewTableLedger(tab, "k", Limits{Rate: 1, Burst: 100}).Take(t.Context(), noon, Ask{Operations: 30, Slot: "a", Hold: time.Second})
		if err != nil || g.Operations != 30 || level(t, tab) > 70 {
			t.Errorf("written %v: %+v, %v, level %v; want 30 granted and charged", written, g, err, level(t, tab))
		}
	}
}

func TestTableLedgerGivesUpWhatTheTableRefuses(t *testing.T) {
	broken := errors.New("disk full")
	tab := &countingTable{Table: memory.NewTable(func() time.Time { return noon }), fail: func(int) error { return broken }}
	if g, err := NewTableLedger(tab, "k", Limits{}).Take(t.Context(), noon, Ask{Operations: 1}); !errors.Is(err, broken) || tab.writes != 1 {
		t.Errorf("%+v, %v after %d writes; want the table's error after one", g, err, tab.writes)
	}
}
