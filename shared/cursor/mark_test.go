package cursor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/table"
)

func TestMissed(t *testing.T) {
	var m cursor.Missed
	miss := func(id string, at time.Time) {
		t.Helper()
		if err := m.Miss("test", id, at); err != nil {
			t.Fatal(err)
		}
	}
	miss("b", start)
	miss("a", start)
	if got := m.Due(start); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("at first %q are due", got)
	}
	miss("a", start)
	if got := m.Due(start.Add(20*time.Minute - 1)); !slices.Equal(got, []string{"b"}) {
		t.Errorf("before the wait is over %q are due", got)
	}
	if got := m.Due(start.Add(20 * time.Minute)); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("after the wait %q are due", got)
	}
	for range 30 {
		miss("a", start)
	}
	if m.Waits("a", start.Add(6*time.Hour)) || !m.Waits("a", start.Add(6*time.Hour-1)) {
		t.Errorf("the longest wait is until %v", m["a"].RetryAt)
	}
	m.Found("a")
	m.Found("b")
	if len(m) != 0 {
		t.Errorf("%v are left", m)
	}
}

// What cannot be noted must keep the mark where it is.
func TestTooManyMissed(t *testing.T) {
	var m cursor.Missed
	for i := range 500 {
		if err := m.Miss("test", fmt.Sprint(i), start); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Miss("test", "one more", start); fault.KindOf(err) != fault.Transient {
		t.Errorf("one more: %v", err)
	}
	if err := m.Miss("test", "7", start); err != nil {
		t.Errorf("a known one: %v", err)
	}
}

// free is a guard of a lease that nobody takes away.
type free struct {
	jobqueue.Guard

	table *memory.Table
}

func (f free) Write(ctx context.Context, _ jobqueue.Lease, ops ...table.Op) error {
	return f.table.Write(ctx, ops...)
}

func TestStore(t *testing.T) {
	mem := memory.NewTable(func() time.Time { return start })
	s, guard := &cursor.Store{Table: mem}, free{table: mem}
	beside := table.Put(table.Item{Key: table.Key{PK: "SHOP#acme", SK: "BESIDE"}, Data: []byte("x")}, table.Absent)
	reach := func(to time.Time, with ...table.Op) error {
		return s.Change(t.Context(), guard, jobqueue.Lease{}, "acme", "customers", func(m *cursor.Stored) {
			m.Reach(to)
			if err := m.Missed.Miss("test", "7", to); err != nil {
				t.Error(err)
			}
		}, with...)
	}
	if err := reach(start, beside); err != nil {
		t.Fatal(err)
	}
	if err := reach(start.Add(time.Hour), beside); !errors.Is(err, table.ErrConflict) {
		t.Errorf("what is stored beside it cannot be: %v", err)
	}
	if err := reach(start.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(t.Context(), "acme", "customers")
	if err != nil || !got.UpTo.Equal(start) || got.Missed["7"].Times != 2 {
		t.Errorf("%+v, %v; want the mark at %v and two misses", got, err, start)
	}
	if other, err := s.Get(t.Context(), "acme", "products"); err != nil || !other.UpTo.IsZero() {
		t.Errorf("another kind of record: %+v, %v", other, err)
	}
}
