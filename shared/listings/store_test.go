package listings_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/table"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// free is a guard of a lease that nobody takes away.
type free struct {
	jobqueue.Guard

	table *memory.Table
	most  int // operations of a write
}

func (f *free) Write(ctx context.Context, _ jobqueue.Lease, ops ...table.Op) error {
	f.most = max(f.most, len(ops))
	return f.table.Write(ctx, ops...)
}

func newStore() (*listings.Store, *free) {
	mem := memory.NewTable(func() time.Time { return start })
	return &listings.Store{Table: mem}, &free{table: mem}
}

func of(t *testing.T, s *listings.Store, numbers ...string) (products []string) {
	t.Helper()
	ls, err := s.OfItems(t.Context(), "acme", numbers)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		products = append(products, l.Product)
	}
	return products
}

func TestListingsAreFoundByTheirItems(t *testing.T) {
	s, g := newStore()
	put := func(l listings.Listing) listings.Listing {
		t.Helper()
		l, err := s.Put(t.Context(), g, jobqueue.Lease{}, l)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	shirt := put(listings.Listing{Shop: "acme", Product: "11", Title: "Shirt", Variants: []listings.Variant{
		{ID: "1", InventoryItem: "91", Item: "SHIRT", Code: "RED", How: listings.BySKU, At: start},
		{ID: "2", Item: "SHIRT", Code: "BLUE"},
		{ID: "3", Item: "1000#A"},
	}})
	put(listings.Listing{Shop: "acme", Product: "12", Variants: []listings.Variant{{ID: "4", Item: "SHIRT"}}})
	put(listings.Listing{Shop: "other", Product: "13", Variants: []listings.Variant{{ID: "5", Item: "SHIRT"}}})
	if got := of(t, s, "shirt"); !slices.Equal(got, []string{"11", "12"}) {
		t.Errorf("SHIRT is listed by %v", got)
	}
	// A number sign in a number is no end of it.
	if got := of(t, s, "1000"); got != nil {
		t.Errorf("1000 is listed by %v", got)
	}
	if got := of(t, s, "1000#A", "SHIRT"); !slices.Equal(got, []string{"11", "12"}) {
		t.Errorf("both are listed by %v", got)
	}
	got, err := s.Get(t.Context(), "acme", "11")
	if err != nil || got.Version != 1 || !got.Variants[0].Same(shirt.Variants[0]) || got.Variants[0].InventoryItem != "91" || !got.Variants[0].At.Equal(start) {
		t.Errorf("read %+v, %v", got, err)
	}
	// Another item: found by the new one alone.
	shirt.Variants = []listings.Variant{{ID: "1", Item: "2000"}}
	moved := put(shirt)
	if a, b := of(t, s, "SHIRT"), of(t, s, "2000"); !slices.Equal(a, []string{"12"}) || !slices.Equal(b, []string{"11"}) {
		t.Errorf("after the move: %v, %v", a, b)
	}
	if _, err := s.Put(t.Context(), g, jobqueue.Lease{}, shirt); !errors.Is(err, table.ErrConflict) {
		t.Errorf("over a listing that was stored meanwhile: %v", err)
	}
	moved.Variants = nil
	if put(moved); of(t, s, "2000") != nil {
		t.Error("a listing without variants is still found")
	}
	if l, err := s.Get(t.Context(), "acme", "11"); err != nil || l.Version != 0 {
		t.Errorf("a listing without variants is still stored: %+v, %v", l, err)
	}
}

// A product has at most 2,048 variants, each perhaps an item of its own.
func TestTheLargestListing(t *testing.T) {
	s, g := newStore()
	l := listings.Listing{Shop: "acme", Product: "7001", Title: "Everything"}
	for i := range 2048 {
		l.Variants = append(l.Variants, listings.Variant{
			ID: fmt.Sprint(40000000000000 + i*7919), InventoryItem: fmt.Sprint(50000000000000 + i*104729), Item: fmt.Sprintf("ITEM-%d-WITH-20-CHAR", i),
			Code: fmt.Sprintf("CODE%d", i), Name: fmt.Sprintf("Colour %d / Size %d / Cloth %d", i%16, i/16%16, i/256), How: listings.BySKU, At: start,
			Agreed: map[listings.Field]string{"sku": fmt.Sprintf("%08x", i*2654435761), "barcode": fmt.Sprintf("%08x", i*40503), "price": fmt.Sprintf("%08x", i*97)},
		})
	}
	if _, err := s.Put(t.Context(), g, jobqueue.Lease{}, l); err != nil {
		t.Fatal(err)
	}
	if g.most > table.MaxTransactionOps-1 {
		t.Errorf("a write has %d operations", g.most)
	}
	n := 0
	for l, err := range s.All(t.Context(), "acme") {
		if err != nil {
			t.Fatal(err)
		}
		n += len(l.Variants)
	}
	if got := of(t, s, "ITEM-2047-WITH-20-CHAR"); n != 2048 || !slices.Equal(got, []string{"7001"}) {
		t.Errorf("%d variants, the last is listed by %v", n, got)
	}
}

func TestNames(t *testing.T) {
	l := listings.Listing{Title: "Shirt"}
	if a, b := l.NameOf(listings.Variant{Name: "Default Title"}), l.NameOf(listings.Variant{Name: "Red / M"}); a != "Shirt" || b != "Shirt (Red / M)" {
		t.Errorf("%q, %q", a, b)
	}
}
