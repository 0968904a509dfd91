package orderapi

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shoptest"
	"backroom/shared/usage"
)

func current(id string, attrs ...any) shoptest.Obj {
	if attrs == nil {
		attrs = []any{}
	}
	return shoptest.Obj{"__typename": "Order", "id": wire.GID("Order", id), "updatedAt": t0, "customAttributes": attrs}
}

func TestSetAttributes(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrderAttributes"] = func(r shoptest.Request) shoptest.Answer {
		if got := fmt.Sprint(r.Vars(t)["ids"]); got != "[gid://shopify/Order/1 gid://shopify/Order/2 gid://shopify/Order/3 gid://shopify/Order/4 gid://shopify/Order/5 gid://shopify/Order/6]" {
			t.Errorf("ids %s", got)
		}
		return shoptest.OK(2, 2, shoptest.Obj{"nodes": []any{
			current("1", shoptest.Obj{"key": "gift", "value": nil}), current("2", shoptest.Obj{"key": "bc", "value": "SO1"}), nil, current("4"), current("5"), current("6"),
		}})
	}
	f.On[setOperation] = func(r shoptest.Request) shoptest.Answer {
		if r.Query != setDocument(4) {
			t.Errorf("document %s", r.Query)
		}
		want := shoptest.Obj{
			"o0": shoptest.Obj{"id": wire.GID("Order", "1"), "customAttributes": []any{shoptest.Obj{"key": "gift", "value": ""}, shoptest.Obj{"key": "bc", "value": "SO1"}}},
			"o1": shoptest.Obj{"id": wire.GID("Order", "4"), "customAttributes": []any{shoptest.Obj{"key": "bc", "value": "SO1"}}},
			"o2": shoptest.Obj{"id": wire.GID("Order", "5"), "customAttributes": []any{shoptest.Obj{"key": "bc", "value": "SO1"}}},
			"o3": shoptest.Obj{"id": wire.GID("Order", "6"), "customAttributes": []any{shoptest.Obj{"key": "bc", "value": "SO1"}}},
		}
		if diff := cmp.Diff(want, r.Vars(t)); diff != "" {
			t.Errorf("variables (-want +got):\n%s", diff)
		}
		a := shoptest.OK(40, 40, shoptest.Obj{
			"o0": shoptest.Obj{"order": shoptest.Obj{"id": wire.GID("Order", "1"), "updatedAt": t0.Add(time.Minute)}, "userErrors": []any{}},
			"o1": shoptest.Obj{"order": nil, "userErrors": []any{shoptest.Obj{"field": []any{"customAttributes", "0"}, "message": "is too long"}}},
			"o2": nil, "o3": nil,
		})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"Something went wrong","path":["o2"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}},{"message":"denied","path":["o3"],"extensions":{"code":"ACCESS_DENIED"}}]}`
		return a
	}
	var sets []orders.Attributes
	for i := range 6 {
		sets = append(sets, orders.Attributes{OrderID: fmt.Sprint(i + 1), Set: []orders.Attr{{Key: "bc", Value: "SO1"}}})
	}
	c := client(f, noWait)
	ctx, used := usage.Begin(t.Context())
	got, err := c.SetAttributes(ctx, sets)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		at   time.Time
		kind fault.Kind
	}{
		{t0.Add(time.Minute), ""},
		{t0, ""},                      // has it already: nothing is written
		{time.Time{}, fault.Rejected}, // does not exist
		{time.Time{}, fault.Rejected}, // user error
		{time.Time{}, fault.Unknown},
		{time.Time{}, fault.Blocked},
	}
	for i, w := range want {
		if g := got[i]; g.OrderID != sets[i].OrderID || !g.UpdatedAt.Equal(w.at) || fault.KindOf(g.Err) != w.kind {
			t.Errorf("order %s: %v, %v, want %v and kind %q", g.OrderID, g.UpdatedAt, g.Err, w.at, w.kind)
		}
	}
	if !errors.Is(got[2].Err, shopify.ErrNotFound) {
		t.Errorf("%v, want shopify.ErrNotFound", got[2].Err)
	}
	if f, ok := errors.AsType[*fault.Error](got[3].Err); !ok || !strings.Contains(f.Merchant, "customAttributes.0: is too long") {
		t.Errorf("%v", got[3].Err)
	}
	if s := used.Count(); s.ShopifyPoints != 42 || s.ShopifyRequests != 2 {
		t.Errorf("spent %+v", s)
	}
}

// What somebody else changed between the fresh read and the write is not taken
// for our own echo: the order's copy stays older than what Shopify has.
func TestSetAttributesSeesWhoWasInBetween(t *testing.T) {
	bag := func(amount string) shoptest.Obj {
		m := shoptest.Obj{"amount": amount, "currencyCode": "EUR"}
		return shoptest.Obj{"shopMoney": m, "presentmentMoney": m}
	}
	later := t0.Add(time.Minute)
	for field, value := range map[string]any{
		"": nil, "cancelledAt": t0, "currentTotalPriceSet": bag("9"), "displayFinancialStatus": "REFUNDED", "displayFulfillmentStatus": "FULFILLED",
		"edited": true, "email": "a@example.com", "note": "ring twice", "phone": "1", "poNumber": "7", "tags": []any{"gift"}, "totalShippingPriceSet": bag("3"),
	} {
		state := func(o shoptest.Obj) shoptest.Obj {
			o["currentTotalPriceSet"], o["totalShippingPriceSet"], o["displayFulfillmentStatus"], o["tags"] = bag("10"), bag("4"), "UNFULFILLED", []any{}
			return o
		}
		f := shoptest.New(t)
		f.On["OrderAttributes"] = shoptest.InTurn(shoptest.OK(2, 2, shoptest.Obj{"nodes": []any{state(current("1"))}}))
		after := state(shoptest.Obj{"id": wire.GID("Order", "1"), "updatedAt": later})
		want := t0
		if field != "" {
			after[field], want = value, later
		}
		f.On[setOperation] = shoptest.InTurn(shoptest.OK(10, 10, shoptest.Obj{"o0": shoptest.Obj{"order": after, "userErrors": []any{}}}))
		got, err := client(f).SetAttributes(t.Context(), []orders.Attributes{{OrderID: "1", Set: []orders.Attr{{Key: "bc", Value: "SO1"}}}})
		if err != nil || got[0].Err != nil || !got[0].UpdatedAt.Equal(later) || !got[0].Before.Equal(want) {
			t.Errorf("changed %q: %+v, %v, want before %v", field, got, err, want)
		}
	}
}

func TestSetAttributesWritesNothingTwice(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrderAttributes"] = shoptest.InTurn(shoptest.OK(2, 2, shoptest.Obj{"nodes": []any{current("1", shoptest.Obj{"key": "bc", "value": "SO1"})}}))
	got, err := client(f).SetAttributes(t.Context(), []orders.Attributes{{OrderID: "1", Set: []orders.Attr{{Key: "bc", Value: "SO1"}}}})
	if err != nil || got[0].Err != nil || !got[0].UpdatedAt.Equal(t0) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSetAttributesBounds(t *testing.T) {
	c := client(shoptest.New(t))
	if got, err := c.SetAttributes(t.Context(), nil); err != nil || got != nil {
		t.Errorf("none: %v, %v", got, err)
	}
	many := make([]orders.Attributes, maxSets+1)
	for i := range many {
		many[i].OrderID = fmt.Sprint(i)
	}
	if _, err := c.SetAttributes(t.Context(), many); fault.KindOf(err) != fault.Bug {
		t.Errorf("%d orders: %v", len(many), err)
	}
	if _, err := c.SetAttributes(t.Context(), []orders.Attributes{{OrderID: "1"}, {OrderID: "1"}}); fault.KindOf(err) != fault.Bug {
		t.Errorf("one twice: %v", err)
	}
}

// Merging keeps what is not set, sets what is, and is done after one time.
func TestMerge(t *testing.T) {
	attr := rapid.Custom(func(t *rapid.T) orders.Attr {
		return orders.Attr{Key: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "key"), Value: rapid.StringMatching(`[xy]?`).Draw(t, "value")}
	})
	rapid.Check(t, func(t *rapid.T) {
		has, set := rapid.SliceOf(attr).Draw(t, "has"), rapid.SliceOf(attr).Draw(t, "set")
		merged, _ := merge(has, set)
		want := map[string]string{}
		for _, a := range set {
			want[a.Key] = a.Value
		}
		for k, v := range want {
			n := 0
			for _, m := range merged {
				if m.Key == k {
					if n++; m.Value != v {
						t.Fatalf("%s is %q, want %q", k, m.Value, v)
					}
				}
			}
			if n != 1 {
				t.Fatalf("%s occurs %d times", k, n)
			}
		}
		var kept, had []gql.AttributeInput
		for _, m := range merged {
			if _, ours := want[m.Key]; !ours {
				kept = append(kept, m)
			}
		}
		for _, a := range has {
			if _, ours := want[a.Key]; !ours {
				had = append(had, gql.AttributeInput{Key: a.Key, Value: a.Value})
			}
		}
		if diff := cmp.Diff(had, kept); diff != "" {
			t.Fatalf("attributes of others changed:\n%s", diff)
		}
		var again []orders.Attr
		for _, m := range merged {
			again = append(again, orders.Attr{Key: m.Key, Value: m.Value})
		}
		if twice, changed := merge(again, set); changed || !cmp.Equal(twice, merged) {
			t.Fatalf("a second merge changes %v to %v", merged, twice)
		}
	})
}
