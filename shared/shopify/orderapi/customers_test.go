package orderapi

import (
	"maps"
	"testing"

	"backroom/shared/fault"
	"backroom/shared/shopify/shoptest"
)

// A customer that was merged into another reads null.
func TestCustomers(t *testing.T) {
	f := shoptest.New(t)
	nodes := []any{shoptest.Obj{"id": "gid://shopify/Customer/7"}, nil}
	f.On["CustomersThere"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(1, 1, shoptest.Obj{"nodes": nodes})
	}
	got, err := client(f).CustomersThere(t.Context(), []string{"7", "9"})
	if want := map[string]bool{"7": true, "9": false}; err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	nodes = nodes[:1]
	if _, err := client(f).CustomersThere(t.Context(), []string{"7", "9"}); fault.KindOf(err) != fault.Transient {
		t.Errorf("an entry is missing: %v", err)
	}
}
