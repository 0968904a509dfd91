package orders

import (
	"maps"
	"slices"
	"testing"
)

// Every word that a change of an order is named by is said in French.
func TestChangesInFrench(t *testing.T) {
	words := slices.Concat(slices.Collect(maps.Keys(PrintOf(Order{}).Head)), lineWords, shippingWords, []string{"customer", "company", "lines", "quantity", "shipping"})
	for _, f := range fields {
		words = append(words, f.name)
	}
	for _, w := range words {
		if frenchPhrases[w] == "" {
			t.Errorf("%q is not said in French", w)
		}
	}
}
