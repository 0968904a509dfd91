package record_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/record"
	"backroom/shared/table"
)

// disturbed fails its first writes, without effect or, for ErrUnknown, with it.
type disturbed struct {
	table.Table
	errs []error
}

func (d *disturbed) Write(ctx context.Context, ops ...table.Op) error {
	if len(d.errs) == 0 {
		return d.Table.Write(ctx, ops...)
	}
	err := d.errs[0]
	d.errs = d.errs[1:]
	if errors.Is(err, table.ErrUnknown) {
		return errors.Join(err, d.Table.Write(ctx, ops...))
	}
	return err
}

// TestSharedIsChangedAsItWasRead: whoever adds one finds it added once, however
// often they were asked, unless they are told that a write was in doubt.
func TestSharedIsChangedAsItWasRead(t *testing.T) {
	boom := errors.New("boom")
	for _, tt := range []struct {
		name  string
		errs  []error
		asked int
		value int // afterwards
		want  error
	}{
		{"nobody is in the way", nil, 1, 1, nil},
		{"somebody was first, twice", []error{table.ErrConflict, table.ErrConflict}, 3, 1, nil},
		{"a write in doubt is told, and what is there is asked about", []error{table.ErrUnknown}, 2, 1, nil},
		{"somebody is always first", []error{table.ErrConflict, table.ErrConflict, table.ErrConflict}, 3, 0, table.ErrConflict},
		{"the table's own error", []error{boom}, 1, 0, boom},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := record.Shared[int]{Table: &disturbed{memory.NewTable(time.Now), tt.errs}, Key: table.Key{PK: "A", SK: "B"}, Schema: 1, Tries: 3}
			asked := 0
			err := s.Change(t.Context(), time.Time{}, func(was int, before error) (int, bool, error) {
				asked++
				if errors.Is(before, table.ErrUnknown) {
					return was, false, nil // it was made
				}
				return was + 1, true, nil
			})
			var value int
			if _, get := record.Get(t.Context(), s.Table, s.Key, 1, &value); get != nil || !errors.Is(err, tt.want) || asked != tt.asked || value != tt.value {
				t.Errorf("%v (%v) after %d questions, and the value is %d; want %v, %d, %d", err, get, asked, value, tt.want, tt.asked, tt.value)
			}
		})
	}
}

// TestSharedInOneProcess: without a table it is kept here, and what is refused or
// not to be written leaves it as it is.
func TestSharedInOneProcess(t *testing.T) {
	var s record.Shared[int]
	boom := errors.New("boom")
	for _, step := range []struct {
		write bool
		err   error
		want  int
	}{{true, nil, 1}, {false, nil, 1}, {true, boom, 1}, {true, nil, 2}} {
		err := s.Change(t.Context(), time.Time{}, func(was int, _ error) (int, bool, error) { return was + 1, step.write, step.err })
		if !errors.Is(err, step.err) || s.Here != step.want {
			t.Errorf("%+v: %v, %d", step, err, s.Here)
		}
	}
}

// TestSharedThatCannotBeRead: it starts anew, as of the version that was there,
// and expires when it is told to.
func TestSharedThatCannotBeRead(t *testing.T) {
	tab, key, end := memory.NewTable(time.Now), table.Key{PK: "A", SK: "B"}, time.Now().Add(time.Hour).Truncate(time.Second)
	if err := tab.Write(t.Context(), table.Put(table.Item{Key: key, Data: []byte("?")}, table.Always)); err != nil {
		t.Fatal(err)
	}
	s := record.Shared[int]{Table: tab, Key: key, Schema: 1, Tries: 1}
	if err := s.Change(t.Context(), end, func(was int, _ error) (int, bool, error) { return was + 7, true, nil }); err != nil {
		t.Fatal(err)
	}
	it, err := tab.Get(t.Context(), key)
	var value int
	if _, get := record.Get(t.Context(), tab, key, 1, &value); err != nil || get != nil || value != 7 || !it.Expires.Equal(end) {
		t.Errorf("%d until %v (%v, %v)", value, it.Expires, err, get)
	}
}
