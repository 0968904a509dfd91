package wire

import (
	"testing"
)

func TestTail(t *testing.T) {
	for in, want := range map[string]string{
		"gid://shopify/Order/123": "123", "gid://shopify/InventoryLevel/5?inventory_item_id=6": "5", "123": "123", "": "",
		"gid://shopify/ShippingLine/9?x=a/b": "9",
	} {
		if got := Tail(in); got != want {
			t.Errorf("Tail(%q) = %q, want %q", in, got, want)
		}
	}
}
