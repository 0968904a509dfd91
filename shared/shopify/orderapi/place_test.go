package orderapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"backroom/shared/orders"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// fulfilment is a fulfilment order at a location ("" unknown) with one line, of
// which some units remain to be shipped.
func fulfilment(status, location, line string, total, remaining int) gql.OrderFulfillment {
	f := gql.OrderFulfillment{Id: wire.GID("FulfillmentOrder", "1"), Status: status}
	if location != "" {
		f.AssignedLocation.Location = &gql.LocationRef{Id: wire.GID("Location", location)}
	}
	f.LineItems.Nodes = []gql.FulfillmentLine{{TotalQuantity: total, RemainingQuantity: remaining, LineItem: gql.LineRef{Id: wire.GID("LineItem", line)}}}
	return f
}

func TestPlacesOfALine(t *testing.T) {
	type fos = []gql.OrderFulfillment
	at := func(status, location string, total, remaining int) gql.OrderFulfillment {
		return fulfilment(status, location, "1", total, remaining)
	}
	both := []orders.Place{{Location: "A", Quantity: 3}, {Location: "B", Quantity: 2}}
	tests := []struct {
		name    string
		current int
		fos     fos
		want    string
		several []orders.Place
	}{
		{"none", 5, nil, "", nil},
		{"one open", 5, fos{at("OPEN", "A", 5, 5)}, "A", nil},
		{"of another line", 5, fos{fulfilment("OPEN", "A", "2", 5, 5)}, "", nil},
		{"two locations", 5, fos{at("OPEN", "A", 3, 3), at("OPEN", "B", 2, 2)}, "", both},
		{"two locations, listed the other way", 5, fos{at("OPEN", "B", 2, 2), at("OPEN", "A", 3, 3)}, "", both},
		{"two of one location", 5, fos{at("OPEN", "A", 3, 3), at("ON_HOLD", "A", 2, 2)}, "A", nil},
		{"three of two locations", 5, fos{at("OPEN", "A", 1, 1), at("SCHEDULED", "B", 2, 2), at("IN_PROGRESS", "A", 2, 1)}, "", both},
		{"part held", 5, fos{at("ON_HOLD", "A", 3, 3), at("OPEN", "B", 2, 2)}, "", both},
		{"released: the remainder closes at zero", 5, fos{at("OPEN", "A", 5, 5), at("CLOSED", "B", 0, 0)}, "A", nil},
		{"moved: the cancelled one does not count", 5, fos{at("CANCELLED", "A", 5, 5), at("OPEN", "B", 5, 5)}, "B", nil},
		{"cancelled: closed without lines", 5, fos{{Status: "CLOSED"}, at("OPEN", "B", 5, 5)}, "B", nil},
		{"all shipped", 5, fos{at("CLOSED", "A", 5, 0)}, "A", nil},
		{"shipped from two", 5, fos{at("CLOSED", "A", 3, 0), at("CLOSED", "B", 2, 0)}, "", both},
		{"partly shipped, the rest elsewhere", 5, fos{at("CLOSED", "A", 3, 0), at("OPEN", "B", 2, 2)}, "", both},
		{"partly shipped within one", 5, fos{at("IN_PROGRESS", "A", 3, 1), at("OPEN", "B", 2, 2)}, "", both},
		{"fulfilment cancelled: closed, with what remains in another", 5, fos{at("CLOSED", "A", 5, 5), at("OPEN", "B", 5, 5)}, "B", nil},
		{"given up by a service", 5, fos{at("INCOMPLETE", "A", 3, 3), at("OPEN", "B", 2, 2)}, "", both},
		{"edited down", 1, fos{at("OPEN", "A", 1, 1)}, "A", nil},
		{"edited down, still counted, one location", 1, fos{at("OPEN", "A", 5, 5)}, "A", nil},
		{"shipped ones refunded, the open ones are what is left", 2, fos{at("CLOSED", "A", 3, 0), at("OPEN", "B", 2, 2)}, "B", nil},
		{"which of the shipped was refunded", 4, fos{at("CLOSED", "A", 3, 0), at("CLOSED", "B", 2, 0)}, "", nil},
		{"fewer than there are", 5, fos{at("OPEN", "A", 2, 2)}, "", nil},
		{"fewer than there are, of two", 6, fos{at("OPEN", "A", 3, 3), at("OPEN", "B", 2, 2)}, "", nil},
		{"no units left", 0, fos{at("OPEN", "A", 5, 5)}, "", nil},
		{"location withheld", 5, fos{at("OPEN", "", 5, 5)}, "", nil},
		{"one of two withheld", 5, fos{at("OPEN", "A", 3, 3), at("OPEN", "", 2, 2)}, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, several := newPlaces(tt.fos).of(orders.Line{ID: "1", Quantity: 5, CurrentQuantity: tt.current})
			if got != tt.want || !cmp.Equal(several, tt.several) {
				t.Errorf("location %q, places %v, want %q, %v", got, several, tt.want, tt.several)
			}
		})
	}
}

// Units that were refunded are where they had shipped from, if that is known of all.
func TestPlacesOfWhatWasSold(t *testing.T) {
	at := func(status, location string, total, remaining int) gql.OrderFulfillment {
		return fulfilment(status, location, "1", total, remaining)
	}
	both := []orders.Place{{Location: "A", Quantity: 3}, {Location: "B", Quantity: 2}}
	for _, tt := range []struct {
		name    string
		current int
		fos     []gql.OrderFulfillment
		want    []orders.Place
	}{
		{"nothing is refunded", 5, []gql.OrderFulfillment{at("CLOSED", "A", 3, 0), at("OPEN", "B", 2, 2)}, nil},
		{"all that was shipped", 2, []gql.OrderFulfillment{at("CLOSED", "A", 3, 0), at("OPEN", "B", 2, 2)}, both},
		{"all", 0, []gql.OrderFulfillment{at("CLOSED", "A", 3, 0), at("CLOSED", "B", 2, 0)}, both},
		{"all of one location", 0, []gql.OrderFulfillment{at("CLOSED", "A", 5, 0)}, []orders.Place{{Location: "A", Quantity: 5}}},
		{"before it was shipped", 2, []gql.OrderFulfillment{at("OPEN", "B", 2, 2)}, nil},
		{"of a location without name", 0, []gql.OrderFulfillment{at("CLOSED", "A", 3, 0), at("CLOSED", "", 2, 0)}, nil},
	} {
		if got := newPlaces(tt.fos).sold(orders.Line{ID: "1", Quantity: 5, CurrentQuantity: tt.current}); !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// However the fulfilment orders are cut, a line has one location, or places
// that make up its units, at least two of them, or neither.
func TestPlacesMakeUpTheLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := orders.Line{ID: "1", Quantity: 9, CurrentQuantity: rapid.IntRange(0, 9).Draw(t, "current")}
		var list []gql.OrderFulfillment
		for range rapid.IntRange(0, 5).Draw(t, "fulfilment orders") {
			total := rapid.IntRange(0, 5).Draw(t, "total")
			list = append(list, fulfilment(
				rapid.SampledFrom([]string{"OPEN", "ON_HOLD", "CLOSED", "CANCELLED", "IN_PROGRESS", "INCOMPLETE"}).Draw(t, "status"),
				rapid.SampledFrom([]string{"A", "B", "C", ""}).Draw(t, "location"), "1", total, rapid.IntRange(0, total).Draw(t, "remaining")))
		}
		location, several := newPlaces(list).of(l)
		sum := 0
		for i, at := range several {
			sum += at.Quantity
			if at.Location == "" || at.Quantity <= 0 || i > 0 && several[i-1].Location >= at.Location {
				t.Fatalf("places %v", several)
			}
		}
		if several != nil && (location != "" || sum != l.CurrentQuantity || len(several) < 2) {
			t.Fatalf("location %q, places %v of %d units", location, several, l.CurrentQuantity)
		}
	})
}
