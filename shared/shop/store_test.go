package shop_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/shop"
)

// Every shop with a card is listed once, in order, over several pages.
func TestShops(t *testing.T) {
	s := &shop.Store{Table: memory.NewTable(time.Now)}
	if codes, err := s.Shops(t.Context()); err != nil || len(codes) != 0 {
		t.Fatalf("nobody is connected: %q, %v", codes, err)
	}
	var want []string
	for n := range 3000 {
		code := fmt.Sprintf("shop-%04d", 2999-n)
		want = append(want, code)
		if err := s.Put(t.Context(), shop.Shop{Code: code}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put(t.Context(), shop.Shop{Code: want[0], Domain: "again.myshopify.com"}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	codes, err := s.Shops(t.Context())
	if err != nil || !slices.Equal(codes, want) {
		t.Errorf("%d shops, %v", len(codes), err)
	}
	if c, err := s.Get(t.Context(), "shop-2999"); err != nil || c.Domain != "again.myshopify.com" {
		t.Errorf("card %+v, %v", c, err)
	}
}
