package issue_test

import (
	"testing"
	"time"

	"backroom/shared/issue"
	"backroom/shared/memory"
	"backroom/shared/table"
)

func TestStore(t *testing.T) {
	ctx := t.Context()
	tab := memory.NewTable(time.Now)
	s := &issue.Store{Table: tab}
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	put := func(shop, kind, rec string, r issue.Reason) {
		t.Helper()
		i := issue.Catalogue{}.New(r, "Mug (SKU MUG)")
		i.Shop, i.Kind, i.Record, i.Name, i.FirstSeen, i.LastSeen = shop, kind, rec, "#"+rec, at, at
		op, err := s.Put(ctx, i)
		if err == nil {
			err = tab.Write(ctx, op)
		}
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Hour)
	}
	get := func(shop, kind, rec string) issue.Issue {
		t.Helper()
		i, ok, err := s.Get(ctx, shop, kind, rec)
		if err != nil || !ok {
			t.Fatalf("issue of %s %s: %v, %v", kind, rec, ok, err)
		}
		return i
	}
	first := at
	put("acme", "order", "1", "item-unmapped")
	put("acme", "order", "1", "item-unmapped")
	if i := get("acme", "order", "1"); i.Attempts != 2 || !i.FirstSeen.Equal(first) || !i.LastSeen.Equal(first.Add(time.Hour)) || i.Text == "" || i.WayOut == "" {
		t.Errorf("seen twice: %+v", i)
	}
	// Another reason is another problem.
	put("acme", "order", "1", "item-blocked")
	if i := get("acme", "order", "1"); i.Attempts != 1 || !i.FirstSeen.Equal(first.Add(2*time.Hour)) || i.Reason != "item-blocked" {
		t.Errorf("another reason: %+v", i)
	}
	put("acme", "customer", "1", "customer-refused")
	put("acme", "order", "2", "total-differs")
	put("other", "order", "1", "total-differs")
	is, err := s.List(ctx, "acme")
	if err != nil || len(is) != 3 || is[0].Kind != "customer" || is[1].Record != "1" || is[2].Record != "2" {
		t.Fatalf("issues of acme %+v, %v", is, err)
	}
	for range 2 { // clearing what is clear is no error
		if err := tab.Write(ctx, issue.Clear("acme", "order", "1")); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := s.Get(ctx, "acme", "order", "1"); ok || err != nil {
		t.Errorf("after clearing: %v, %v", ok, err)
	}
	if is, err := s.List(ctx, "acme"); err != nil || len(is) != 2 {
		t.Errorf("%d issues left, %v", len(is), err)
	}
}

func TestStoreReportsWhatItCannotRead(t *testing.T) {
	tab := memory.NewTable(time.Now)
	s := &issue.Store{Table: tab}
	if err := tab.Write(t.Context(), table.Put(table.Item{Key: table.Key{PK: "SHOP#acme#ISSUE", SK: "order#1"}, Data: []byte("?")}, table.Always)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get(t.Context(), "acme", "order", "1"); err == nil {
		t.Error("Get reads what is no issue")
	}
	if _, err := s.List(t.Context(), "acme"); err == nil {
		t.Error("List reads what is no issue")
	}
	if _, err := s.Put(t.Context(), issue.Issue{Shop: "acme", Kind: "order", Record: "1"}); err == nil {
		t.Error("Put continues what is no issue")
	}
}
