package issue

import (
	"strings"
	"testing"
)

func TestEveryReasonIsExplained(t *testing.T) {
	for _, r := range Reasons() {
		e, _ := Lookup(r)
		if e.Side != Merchant && e.Side != System {
			t.Errorf("%s: side %q", r, e.Side)
		}
		for _, s := range []string{e.Text, e.WayOut} {
			if !strings.HasSuffix(s, ".") || len(s) < 10 {
				t.Errorf("%s: %q is not a sentence", r, s)
			}
		}
		if strings.Count(e.Text, "{}") != 1 {
			t.Errorf("%s: %q does not name what it is about", r, e.Text)
		}
	}
}

func TestNewNamesTheThing(t *testing.T) {
	i := New(ItemUnmapped, "Red shirt (SKU 4711)")
	if i.Text != "No Business Central item is known for Red shirt (SKU 4711)." || i.WayOut == "" || i.Attempts != 1 {
		t.Errorf("got %+v", i)
	}
	if i := New(DocumentRefused, "Posting date is not allowed."); strings.HasSuffix(i.Text, "..") {
		t.Errorf("two full stops in %q", i.Text)
	}
	if i := New("from-the-future", "Order #1"); !strings.Contains(i.Text, "Order #1") || i.Reason != "from-the-future" {
		t.Errorf("an unknown reason must be kept and explained: %+v", i)
	}
}
