package privacy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/faulty"
	"backroom/shared/memory"
	"backroom/shared/privacy"
	"backroom/shared/record"
	"backroom/shared/table"
)

var now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// room is a table with writes that fail, and a desk over some kinds of it.
type room struct {
	t        *testing.T
	table    *memory.Table
	injector *faulty.Injector
	desk     *privacy.Desk
	purged   int
}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{t: t, table: memory.NewTable(func() time.Time { return now }), injector: &faulty.Injector{Now: func() time.Time { return now }}}
	tb := faulty.Table{Inner: r.table, Injector: r.injector}
	r.desk = &privacy.Desk{Table: tb, Now: func() time.Time { return now }, Purge: func(context.Context) error { r.purged++; return nil }, Kinds: []privacy.Kind{
		{Name: "notes", At: []privacy.Shape{{PK: "SHOP#{shop}", SK: "NOTE#{n}"}, {PK: "SHOP#{shop}#MORE", SK: "{n}"}}, Holds: "names"},
		{Name: "boxes", At: []privacy.Shape{{PK: "SHOP#{shop}#BOX", SK: "{box}"}}, Below: func(context.Context, string) ([]string, error) { return []string{"SHOP#acme#IN#1"}, nil }},
		{Name: "trail", At: []privacy.Shape{{PK: "SHOP#{shop}#TRAIL", SK: "{n}"}}, Spares: func(it table.Item) bool { return it.SK == "7" }},
		{Name: "locks", At: []privacy.Shape{{PK: "SCOPE#{scope}", SK: "LOCK"}}, Stays: "a number must never come again"},
		{Name: "lists", At: []privacy.Shape{{PK: "SHOPS", SK: "{shop}"}}},
		privacy.Own,
	}}
	for i := range 130 {
		r.put("SHOP#acme", fmt.Sprintf("NOTE#%03d", i), fmt.Sprintf(`{"says":"note %d of eva@example.com"}`, i))
	}
	for _, k := range []string{"SHOP#acme#MORE 1", "SHOP#acme#BOX 1", "SHOP#acme#IN#1 1", "SHOP#acme#TRAIL 6", "SHOP#acme#TRAIL 7", "SCOPE#acme LOCK", "SHOPS acme", "SHOPS other", "SHOP#other NOTE#1"} {
		pk, sk, _ := strings.Cut(k, " ")
		r.put(pk, sk, `{"says":"EVA@example.com, nothing else"}`)
	}
	return r
}

func (r *room) put(pk, sk, js string) {
	r.t.Helper()
	if err := r.table.Write(r.t.Context(), record.Put(table.Key{PK: pk, SK: sk}, 1, json.RawMessage(js), table.Always)); err != nil {
		r.t.Fatal(err)
	}
}

// left are the keys that are stored in partitions, and how many of their texts name Eva.
func (r *room) left() (keys []string, named int) {
	r.t.Helper()
	for _, pk := range []string{"SHOP#acme", "SHOP#acme#MORE", "SHOP#acme#BOX", "SHOP#acme#IN#1", "SHOP#acme#TRAIL", "SCOPE#acme", "SHOPS", "SHOP#other"} {
		for it, err := range table.All(r.t.Context(), r.table, table.Query{PK: pk}) {
			if err != nil {
				r.t.Fatal(err)
			}
			keys = append(keys, it.PK+" "+it.SK)
			var js json.RawMessage
			if err := record.Decode(it.Data, 1, &js); err != nil {
				r.t.Fatal(err)
			}
			if strings.Contains(strings.ToLower(string(js)), "eva@") {
				named++
			}
		}
	}
	return keys, named
}

// TestTextsAreErasedUnderFaults: whichever write fails, and however it fails, a repeat erases the
// rest; the shop's texts alone are touched, and the request is gone at the end.
func TestTextsAreErasedUnderFaults(t *testing.T) {
	for _, mode := range []faulty.Mode{faulty.Before, faulty.After} {
		for n := 1; ; n += 7 {
			r := newRoom(t)
			r.injector.Arm(n, mode, true)
			who := privacy.Who{Email: "Eva@example.com"}
			_, err := r.desk.Erase(t.Context(), "acme", who, nil)
			struck := r.injector.Struck()
			if struck != (err != nil) {
				t.Fatalf("write %d %s: %v", n, mode, err)
			}
			r.injector.Revive()
			steps := 0
			a := privacy.Answer{}
			for !a.Done && err == nil || steps == 0 {
				if a, err = r.desk.Erase(t.Context(), "acme", who, func() bool { return true }); err != nil || steps > 100 {
					t.Fatalf("write %d %s, repeated: %v after %d steps", n, mode, err, steps)
				}
				steps++
			}
			keys, named := r.left()
			if named != 8 || len(keys) != 139 || r.purged < 2 { // those of kinds that hold nothing, and of others
				t.Errorf("write %d %s: %d texts name her, %d keys, purged %d times", n, mode, named, len(keys), r.purged)
			}
			if !struck {
				break
			}
		}
	}
}

// TestAShopIsErasedUnderFaults: what is the shop's goes, whichever write fails, and nothing else.
func TestAShopIsErasedUnderFaults(t *testing.T) {
	for _, mode := range []faulty.Mode{faulty.Before, faulty.After} {
		for n := 1; ; n++ {
			r := newRoom(t)
			r.injector.Arm(n, mode, true)
			_, err := r.desk.EraseShop(t.Context(), "acme", nil)
			struck := r.injector.Struck()
			if struck != (err != nil) {
				t.Fatalf("write %d %s: %v", n, mode, err)
			}
			r.injector.Revive()
			a := privacy.Answer{}
			for steps := 0; !a.Done; steps++ {
				if a, err = r.desk.EraseShop(t.Context(), "acme", func() bool { return true }); err != nil || steps > 20 {
					t.Fatalf("write %d %s, repeated: %v after %d steps", n, mode, err, steps)
				}
			}
			keys, _ := r.left()
			if got := strings.Join(keys, ", "); got != "SHOP#acme#TRAIL 7, SCOPE#acme LOCK, SHOPS other, SHOP#other NOTE#1" {
				t.Errorf("write %d %s: left are %s", n, mode, got)
			}
			if !struck {
				break
			}
		}
	}
}

// TestSomebodyElseWrites: a text that changes meanwhile is read again, and one that goes is no error.
func TestSomebodyElseWrites(t *testing.T) {
	r := newRoom(t)
	k := table.Key{PK: "SHOP#acme#MORE", SK: "1"}
	old, err := r.table.Get(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	r.put(k.PK, k.SK, `{"says":"now of eva@example.com too"}`)
	erase := func() error {
		_, err := r.desk.Erase(t.Context(), "acme", privacy.Who{Email: "eva@example.com"}, nil)
		return err
	}
	r.desk.Kinds = []privacy.Kind{{Name: "more", Keeper: walker{r.table, old}, Holds: "names"}}
	if err := erase(); err != nil {
		t.Fatal(err)
	}
	it, err := r.table.Get(t.Context(), k)
	if err != nil || strings.Contains(string(it.Data), "eva@") || !strings.Contains(string(it.Data), "now of") {
		t.Errorf("%s, %v", it.Data, err)
	}
	if err := r.table.Write(t.Context(), table.Delete(k, table.Always)); err != nil {
		t.Fatal(err)
	}
	if err := erase(); err != nil {
		t.Errorf("it has gone: %v", err)
	}
	if _, err := r.table.Get(t.Context(), k); !errors.Is(err, table.ErrNotFound) {
		t.Errorf("it is back: %v", err)
	}
}

// walker is a keeper that has read an item a while ago.
type walker struct {
	table table.Table
	old   table.Item
}

// Walk implements privacy.Keeper.
func (w walker) Walk(ctx context.Context, j *privacy.Job, _ string) (string, error) {
	if j.Does != privacy.Erases {
		return "", nil
	}
	return "", privacy.Texts(ctx, w.table, j, w.old, "")
}
