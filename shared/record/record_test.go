package record

import (
	"errors"
	"strings"
	"testing"

	"backroom/shared/table"
)

type thing struct {
	Name  string `json:"name"`
	Lines []int  `json:"lines,omitempty"`
}

func TestRoundTrip(t *testing.T) {
	for _, v := range []thing{{}, {Name: "small"}, {Name: strings.Repeat("long ", 10_000), Lines: make([]int, 5000)}} {
		data, err := Encode(3, v)
		if err != nil {
			t.Fatal(err)
		}
		var got thing
		if err := Decode(data, 3, &got); err != nil || got.Name != v.Name || len(got.Lines) != len(v.Lines) {
			t.Errorf("%.20q: got %.20q, %v", v.Name, got.Name, err)
		}
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	data, err := Encode(4, thing{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Decode(data, 3, &thing{}); !errors.Is(err, ErrNewer) {
		t.Errorf("err = %v, want ErrNewer", err)
	}
}

// What an earlier schema has written is read as it is.
func TestOlderSchemaIsRead(t *testing.T) {
	data, err := Encode(1, thing{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	var got thing
	if err := Decode(data, 3, &got); err != nil || got.Name != "a" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestSplitJoin(t *testing.T) {
	head := table.Key{PK: "P", SK: "S"}
	for _, size := range []int{0, 1, partBytes - 1, partBytes, partBytes + 1, MaxParts * partBytes} {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i*7 + i>>9)
		}
		items, parts, err := Split(head, data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Join(parts, items)
		if err != nil || string(got) != string(data) {
			t.Errorf("size %d: lost on the way: %v", size, err)
		}
		if size > partBytes {
			items[0], items[1] = items[1], items[0]
			if _, err := Join(parts, items); !errors.Is(err, ErrCorrupt) {
				t.Errorf("size %d: swapped parts go unnoticed", size)
			}
		}
	}
	if _, _, err := Split(head, make([]byte, MaxParts*partBytes+1)); !errors.Is(err, table.ErrTooLarge) {
		t.Errorf("err = %v, want ErrTooLarge", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, v := range []thing{{}, {Name: strings.Repeat("x", 500)}} {
		data, err := Encode(1, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("z\x01garbage"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v thing
		if err := Decode(data, 1, &v); err != nil {
			return
		}
		again, err := Encode(1, v)
		if err != nil {
			t.Fatal(err)
		}
		var w thing
		if err := Decode(again, 1, &w); err != nil || w.Name != v.Name {
			t.Errorf("%+v became %+v: %v", v, w, err)
		}
	})
}
