package shop

import (
	"os"
	"strings"
	"testing"
)

// What API v2.0 cannot hold is refused by its name, in rows of lists too, and the page of
// the card lists it.
func TestBeyondTheAPI(t *testing.T) {
	page, err := os.ReadFile("../../docs/shop-card.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Beyond() {
		at := strings.Replace(name, ".", "[3].", 1)
		why, ok := beyondAPI(at)
		if !ok || !strings.Contains(why, "Business Central's API v2.0 ") {
			t.Errorf("%s: %q", at, why)
		}
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/shop-card.md does not name %s", name)
		}
	}
	for _, known := range []string{"feeAccount", "shipmentMethods[0].title", "colour"} {
		if why, ok := beyondAPI(known); ok {
			t.Errorf("%s: %s", known, why)
		}
	}
}
