package record_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/record"
	"backroom/shared/table"
)

func TestItems(t *testing.T) {
	tb, k := memory.NewTable(time.Now), table.Key{PK: "A", SK: "B"}
	v := struct{ Name string }{"none"}
	if version, err := record.Get(t.Context(), tb, k, 1, &v); version != 0 || err != nil || v.Name != "none" {
		t.Errorf("where nothing is: %d, %v, %+v", version, err, v)
	}
	write := func(schema int, name string, c table.Cond) error {
		return tb.Write(t.Context(), record.Put(k, schema, struct{ Name string }{name}, c))
	}
	if err := write(1, "one", table.Absent); err != nil {
		t.Fatal(err)
	}
	version, err := record.Get(t.Context(), tb, k, 1, &v)
	if version == 0 || err != nil || v.Name != "one" {
		t.Errorf("%d, %v, %+v", version, err, v)
	}
	if err := write(1, "two", table.Absent); !errors.Is(err, table.ErrConflict) {
		t.Errorf("the condition is not that of the operation: %v", err)
	}
	if err := write(2, "two", table.VersionIs(version)); err != nil {
		t.Fatal(err)
	}
	if again, err := record.Get(t.Context(), tb, k, 1, &v); again <= version || !errors.Is(err, record.ErrNewer) {
		t.Errorf("of a newer release: %d, %v", again, err)
	}
	var unsayable *json.UnsupportedTypeError
	if err := tb.Write(t.Context(), record.Put(k, 1, make(chan int), table.Always)); !errors.As(err, &unsayable) {
		t.Errorf("a channel is stored: %v", err)
	}
	if _, err := record.Get(t.Context(), tb, k, 2, &v); err != nil || v.Name != "two" {
		t.Errorf("what cannot be encoded has changed the item: %v, %v", v, err)
	}
}
