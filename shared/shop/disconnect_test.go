package shop_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// A disconnected shop is on no list of connected ones and keeps its pair and card; a
// new connection lists it again.
func TestDisconnect(t *testing.T) {
	s := &shop.Store{Table: memory.NewTable(time.Now)}
	ctx := t.Context()
	for _, c := range []shop.Shop{connected("acme", "acme.myshopify.com", companyA), connected("other", "other.myshopify.com", companyA)} {
		if err := s.Connect(ctx, shop.Held{}, c); err != nil {
			t.Fatal(err)
		}
	}
	lists := func(want, past, ofDomain string) {
		t.Helper()
		is, err1 := s.Shops(ctx)
		was, err2 := s.Disconnected(ctx)
		of, err3 := s.OfDomain(ctx, "ACME.myshopify.com")
		if err := errors.Join(err1, err2, err3); err != nil || strings.Join(is, " ") != want || strings.Join(was, " ") != past || strings.Join(of, " ") != ofDomain {
			t.Errorf("connected %v, disconnected %v, of the domain %v, %v", is, was, of, err)
		}
	}
	lists("acme other", "", "acme")
	at := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for n := range 2 { // the second changes nothing
		was, err := s.Hold(ctx, "acme")
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.Disconnect(ctx, was, at.Add(time.Duration(n)*time.Hour))
		if err != nil || c.Connected() || !c.DisconnectedAt.Equal(at) {
			t.Fatalf("%+v, %v", c, err)
		}
		lists("other", "acme", "")
	}
	err := s.Connect(ctx, shop.Held{}, connected("again", "acme.myshopify.com", companyA))
	if taken, ok := errors.AsType[*shop.TakenError](err); !ok || taken.By != "acme" || !strings.Contains(err.Error(), "was connected") || !strings.Contains(err.Error(), "by that code") {
		t.Errorf("the pair under another code: %v", err)
	}
	was, err := s.Hold(ctx, "acme")
	if err != nil {
		t.Fatal(err)
	}
	card := was.Card
	card.DisconnectedAt = time.Time{}
	if err := s.Connect(ctx, was, card); err != nil {
		t.Fatal(err)
	}
	lists("acme other", "", "acme")
	stale, err := s.Hold(ctx, "other")
	if err == nil {
		err = s.Connect(ctx, stale, stale.Card)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Disconnect(ctx, stale, at); !errors.Is(err, shop.ErrChanged) {
		t.Errorf("a card that was changed since: %v", err)
	}
}

// A sweep lists shops as they are, and gives those that an earlier release has listed
// the index by which their merchants find them.
func TestMending(t *testing.T) {
	tab := memory.NewTable(time.Now)
	s := &shop.Store{Table: tab}
	ctx := t.Context()
	for _, code := range []string{"a", "b", "c"} {
		if err := s.Put(ctx, connected(code, "acme.myshopify.com", companyA)); err != nil {
			t.Fatal(err)
		}
	}
	// As releases before 0.2 have listed them, one without a card that can be read.
	for _, code := range []string{"b", "gone"} {
		if err := tab.Write(ctx, table.Put(table.Item{Key: table.Key{PK: "SHOPS", SK: code}}, table.Always)); err != nil {
			t.Fatal(err)
		}
	}
	if of, err := s.OfDomain(ctx, "acme.myshopify.com"); err != nil || !slices.Equal(of, []string{"a", "c"}) {
		t.Fatalf("before: %v, %v", of, err)
	}
	for range 2 {
		if codes, err := (shop.Mending{Store: s}).Shops(ctx); err != nil || !slices.Equal(codes, []string{"a", "b", "c", "gone"}) {
			t.Fatalf("%v, %v", codes, err)
		}
		if of, err := s.OfDomain(ctx, "acme.myshopify.com"); err != nil || !slices.Equal(of, []string{"a", "b", "c"}) {
			t.Errorf("after: %v, %v", of, err)
		}
	}
}
