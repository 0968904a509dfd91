package listings_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/listings"
)

func TestSettle(t *testing.T) {
	early, late := start, start.Add(time.Hour)
	agreed := listings.Agree(listings.Said{BC: "a", Shopify: "a"})
	cut := listings.Agree(listings.Said{BC: "a long name", Shopify: "a long"})
	for _, tt := range []struct {
		name     string
		owner    listings.Owner
		agreed   string
		said     listings.Said
		want     listings.Course
		conflict bool
	}{
		{"both say the same", listings.OwnerBC, "", listings.Said{BC: "a", Shopify: "a"}, listings.Leave, false},
		{"nobody's", listings.OwnerNobody, agreed, listings.Said{BC: "b", Shopify: "a"}, listings.Leave, false},
		{"an owner that the card does not name", "", agreed, listings.Said{BC: "b", Shopify: "a"}, listings.Leave, false},
		{"BC's changed in BC", listings.OwnerBC, agreed, listings.Said{BC: "b", Shopify: "a"}, listings.ToShopify, false},
		{"BC's changed in Shopify: it is put right", listings.OwnerBC, agreed, listings.Said{BC: "a", Shopify: "b"}, listings.ToShopify, false},
		{"BC's changed in both", listings.OwnerBC, agreed, listings.Said{BC: "b", Shopify: "c"}, listings.ToShopify, true},
		{"Shopify's changed in both", listings.OwnerShopify, agreed, listings.Said{BC: "b", Shopify: "c"}, listings.ToBC, true},
		{"nothing known in BC wipes nothing", listings.OwnerBC, agreed, listings.Said{BC: "", Shopify: "a"}, listings.Leave, false},
		{"nothing known in Shopify wipes nothing", listings.OwnerShopify, "", listings.Said{BC: "a", Shopify: ""}, listings.Leave, false},
		{"never in step, BC's", listings.OwnerBC, "", listings.Said{BC: "a", Shopify: "b"}, listings.ToShopify, false},
		{"the first: changed in Shopify alone", listings.OwnerFirst, agreed, listings.Said{BC: "a", Shopify: "b", BCAt: early, ShopifyAt: late}, listings.ToBC, false},
		{"the first: changed in BC alone", listings.OwnerFirst, agreed, listings.Said{BC: "b", Shopify: "a", BCAt: late, ShopifyAt: early}, listings.ToShopify, false},
		{"the first: both, Shopify earlier", listings.OwnerFirst, agreed, listings.Said{BC: "b", Shopify: "c", BCAt: late, ShopifyAt: early}, listings.ToBC, true},
		{"the first: both, BC earlier", listings.OwnerFirst, agreed, listings.Said{BC: "b", Shopify: "c", BCAt: early, ShopifyAt: late}, listings.ToShopify, true},
		{"the first: never in step, nothing in BC", listings.OwnerFirst, "", listings.Said{BC: "", Shopify: "c", BCAt: early, ShopifyAt: late}, listings.ToBC, false},
		{"cut by the other side, and agreed on so", listings.OwnerBC, cut, listings.Said{BC: "a long name", Shopify: "a long"}, listings.Leave, false},
		{"cut, and changed since", listings.OwnerBC, cut, listings.Said{BC: "another name", Shopify: "a long"}, listings.ToShopify, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, conflict := listings.Settle(tt.owner, tt.agreed, tt.said)
			if got != tt.want || conflict != tt.conflict {
				t.Errorf("course %d, conflict %t; want %d, %t", got, conflict, tt.want, tt.conflict)
			}
		})
	}
}

// However both sides are edited, and whatever each makes of what is written to it: a
// second look changes nothing, and no value is lost for an empty one.
func TestSettleComesToRest(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		owner := rapid.SampledFrom([]listings.Owner{listings.OwnerBC, listings.OwnerShopify, listings.OwnerFirst}).Draw(rt, "owner")
		cut := func(s string, n int) string { return s[:min(len(s), n)] }
		var s listings.Said
		agreed, now := "", start
		for range 20 {
			now = now.Add(time.Minute)
			if rapid.Bool().Draw(rt, "in BC") {
				s.BC, s.BCAt = rapid.StringMatching(`[abc]{0,9}`).Draw(rt, "BC"), now
			}
			if rapid.Bool().Draw(rt, "in Shopify") {
				s.Shopify, s.ShopifyAt = rapid.StringMatching(`[abc]{0,9}`).Draw(rt, "Shopify"), now
			}
			for look := range 2 {
				was := s
				c, _ := listings.Settle(owner, agreed, s)
				switch c {
				case listings.ToBC:
					s.BC, s.BCAt, agreed = cut(s.Shopify, 4), now, listings.Agree(listings.Said{BC: cut(s.Shopify, 4), Shopify: s.Shopify})
				case listings.ToShopify:
					s.Shopify, s.ShopifyAt, agreed = cut(s.BC, 6), now, listings.Agree(listings.Said{BC: s.BC, Shopify: cut(s.BC, 6)})
				case listings.Leave:
					if s.BC == s.Shopify {
						agreed = listings.Agree(s)
					}
				}
				if look == 1 && (s.BC != was.BC || s.Shopify != was.Shopify) {
					rt.Fatalf("a second look makes %+v of %+v", s, was)
				}
				if was.BC != "" && s.BC == "" || was.Shopify != "" && s.Shopify == "" {
					rt.Fatalf("%+v wipes %+v", s, was)
				}
			}
		}
	})
}
