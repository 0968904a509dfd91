package orderapi

import (
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shoptest"
)

// Each order of a request has an answer of its own.
func TestArchive(t *testing.T) {
	f := shoptest.New(t)
	closed := func(id string, is bool) shoptest.Obj {
		return shoptest.Obj{"order": shoptest.Obj{"id": wire.GID("Order", id), "closed": is, "updatedAt": t0.Add(time.Minute)}, "userErrors": []any{}}
	}
	f.On[closeOperation] = func(r shoptest.Request) shoptest.Answer {
		if r.Query != closeDocument(5) {
			t.Errorf("document %s", r.Query)
		}
		a := shoptest.OK(50, 50, shoptest.Obj{
			"o0": closed("1", true), "o1": shoptest.Obj{"order": nil, "userErrors": []any{shoptest.Obj{"field": []any{"id"}, "message": "Order does not exist"}}},
			"o2": nil, "o3": nil, "o4": closed("5", false),
		})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"Something went wrong","path":["o2"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}},{"message":"denied","path":["o3"],"extensions":{"code":"ACCESS_DENIED"}}]}`
		return a
	}
	got, err := client(f, noWait).Archive(t.Context(), []string{"1", "2", "3", "4", "5"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []fault.Kind{"", fault.Rejected, fault.Unknown, fault.Blocked, fault.Unknown} {
		var kind fault.Kind
		if got[i].Err != nil {
			kind = fault.KindOf(got[i].Err)
		}
		if kind != want || (want == "") != got[i].Entity.Equal(t0.Add(time.Minute)) {
			t.Errorf("order %d: %s, %+v, want %q", i+1, kind, got[i], want)
		}
	}
	if _, err := client(f, noWait).Archive(t.Context(), make([]string, maxSets+1)); fault.KindOf(err) != fault.Bug {
		t.Errorf("too many: %v", err)
	}
}

func TestOpenOrders(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrdersToClose"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(2, 2, shoptest.Obj{"nodes": []any{
			shoptest.Obj{"__typename": "Order", "id": wire.GID("Order", "1"), "closed": true, "displayFulfillmentStatus": "PARTIALLY_FULFILLED", "edited": true, "fullyPaid": true, "cancelledAt": nil, "returnStatus": "NO_RETURN", "updatedAt": t0},
			nil,
			shoptest.Obj{"__typename": "Order", "id": wire.GID("Order", "3"), "closed": false, "displayFulfillmentStatus": "FULFILLED", "edited": false, "fullyPaid": true, "cancelledAt": nil, "returnStatus": "NO_RETURN", "updatedAt": t0},
		}})
	}
	got, err := client(f, noWait).OpenOrders(t.Context(), []string{"1", "2", "3"})
	if err != nil || len(got) != 3 {
		t.Fatal(got, err)
	}
	if a, b, c := got[0], got[1], got[2]; !a.Closed || a.Finished || !a.Edited || a.Missing || !b.Missing || b.ID != "2" || c.Closed || !c.Finished || c.Edited || !c.UpdatedAt.Equal(t0) {
		t.Errorf("%+v", got)
	}
}
