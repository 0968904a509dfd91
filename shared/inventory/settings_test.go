package inventory_test

import (
	"strings"
	"testing"

	"backroom/shared/inventory"
	"backroom/shared/shop"
	"backroom/shared/testclock"
)

func TestSettings(t *testing.T) {
	for _, tt := range []struct{ name, card, bad string }{
		{"nothing", ``, ""},
		{"two places", twoPlaces, ""},
		{"the location without a code", `"stockLocations":[{"locationID":"71","codes":[""]}]`, ""},
		{"the whole company", `"stockLocations":[{"locationID":"71","codes":["*"]}]`, ""},
		{"the whole company and a part of it", `"stockLocations":[{"locationID":"71","codes":["*"]},{"locationID":"72","codes":["MAIN"]}]`, "stockLocations[0].codes"},
		{"the whole company among others", `"stockLocations":[{"locationID":"71","codes":["MAIN","*"]}]`, "stockLocations[0].codes"},
		{"no code", `"stockLocations":[{"locationID":"71"}]`, "stockLocations[0].codes"},
		{"one code twice, in another case", `"stockLocations":[{"locationID":"71","codes":["MAIN"]},{"locationID":"72","codes":["main"]}]`, "stockLocations[1].codes"},
		{"one place twice", `"stockLocations":[{"locationID":"71","codes":["A"]},{"locationID":"71","codes":["B"]}]`, "stockLocations[1].locationID"},
		{"a place that is no id", `"stockLocations":[{"locationID":"main","codes":["A"]}]`, "stockLocations[0].locationID"},
		{"a code that is too long", `"stockLocations":[{"locationID":"71","codes":["ABCDEFGHIJK"]}]`, "stockLocations[0].codes"},
		{"a calculation that is none", `"stockLocations":[{"locationID":"71","codes":["A"],"calculation":"guess"}]`, "stockLocations[0].calculation"},
		{"a negative buffer", `"stockLocations":[{"locationID":"71","codes":["A"],"buffer":-1}]`, "stockLocations[0].buffer"},
		{"more than all", `"stockShare":101`, "stockShare"},
		{"a buffer of no item", `"stockBuffers":[{"itemNo":"","quantity":1}]`, "stockBuffers[0].itemNo"},
		{"a buffer below zero", `"stockBuffers":[{"itemNo":"1","quantity":-1}]`, "stockBuffers[0].quantity"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			card, err := shop.Sections{inventory.Section}.New("acme", testclock.Monday)
			if err != nil {
				t.Fatal(err)
			}
			problems := shop.Sections{inventory.Section}.Set(&card, []byte("{"+tt.card+"}"))
			if tt.bad == "" && problems != nil || tt.bad != "" && (problems == nil || !strings.Contains(problems.Error(), tt.bad)) {
				t.Errorf("%v, want one of %q", problems, tt.bad)
			}
		})
	}
}
