package fulfilmentapi

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"backroom/shared/shipments"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/shoptest"
)

// The document of many fulfilments fits the API and costs what is paid for it: with
// its part of the read, a shipment costs 15 points at most.
func TestFulfilDocumentFits(t *testing.T) {
	for _, n := range []int{1, shipments.MaxSendings} {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("fulfil%d.graphql", n))
		if err := os.WriteFile(path, []byte(fulfilDocument(n)), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, want := shoptest.Lint(t, path)[fulfilOperation], float64(n*fulfilPoints); got != want {
			t.Errorf("%d fulfilments cost %v points, want %v", n, got, want)
		}
	}
	if each := fulfilPoints + gql.Costs["ShippableOrders"]/shipments.MaxSendings; each > 15 {
		t.Errorf("%v points a shipment", each)
	}
}
