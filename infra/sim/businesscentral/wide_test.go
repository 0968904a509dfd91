package businesscentral

import (
	"testing"

	"backroom/shared/fault"
	"backroom/shared/sales"
)

// TestFiltersGetShorter: whatever BC takes of conditions in one filter, all documents are
// found; what it took is known to the next call, and a refusal that has another reason
// stays one.
func TestFiltersGetShorter(t *testing.T) {
	for _, tt := range []struct {
		name        string
		most        int
		first, then int64 // operations to find 130 numbers in two sets
		kind        fault.Kind
	}{
		{name: "as long as one likes", most: 0, first: 4, then: 4},
		{name: "just so many", most: 100, first: 4, then: 4},
		{name: "fewer", most: 99, first: 4 + 6, then: 6},
		{name: "half as many", most: 50, first: 4 + 6, then: 6},
		{name: "fewer again", most: 30, first: 4 + 6 + 12, then: 12},
		{name: "too few for any", most: 24, first: 4 + 6 + 12, then: 12, kind: fault.Bug},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(o *Options) { o.Switches.FilterValues = tt.most })
			var numbers []string
			for i := range 130 {
				numbers = append(numbers, salesOrder(i).ExternalNumber)
			}
			if _, err := w.client.CreateDocuments(t.Context(), []sales.Document{salesOrder(0), salesOrder(77), salesOrder(129)}); err != nil {
				t.Fatal(err)
			}
			for _, want := range []int64{tt.first, tt.then} {
				w.ResetMeters()
				found, _, err := w.client.FindDocuments(t.Context(), numbers)
				if fault.KindOf(err) != tt.kind || err == nil && len(found) != 3 {
					t.Errorf("%d found, %v; want 3, or kind %q", len(found), err, tt.kind)
				}
				if m := w.Meters(); m.Inner != want {
					t.Errorf("%d operations, want %d", m.Inner, want)
				}
			}
		})
	}
}
