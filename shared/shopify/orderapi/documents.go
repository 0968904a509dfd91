package orderapi

import (
	"fmt"
	"strings"

	"backroom/shared/shopify/internal/gql"
)

// The page sizes that are written into the documents.
const (
	pageOrders = 30 // OrderPage
	nameHits   = 50 // OrderByName
)

// updatePoints is the cost of one orderUpdate.
const updatePoints = 10

// maxSets is how many orders one request updates: half of what the API lets
// one request cost.
const maxSets = 50

// setOperation names the document that setDocument makes.
const setOperation = "SetManyOrderAttributes"

// setDocument updates n orders in one request: SetOrderAttributes n times, under
// the aliases and variables o0, o1 and so on.
func setDocument(n int) string {
	var vars, body strings.Builder
	for i := range n {
		fmt.Fprintf(&vars, "$o%d: OrderInput!, ", i)
		fmt.Fprintf(&body, "  o%d: orderUpdate(input: $o%d) { order { id updatedAt ...OrderState } userErrors { field message } }\n", i, i)
	}
	_, fragments, _ := strings.Cut(gql.SetOrderAttributes_Operation, "\nfragment ")
	return "mutation " + setOperation + "(" + strings.TrimSuffix(vars.String(), ", ") + ") {\n" + body.String() + "}\nfragment " + fragments
}

// setResult is the answer to setDocument: a null payload means that its alias is
// in errors[].
type setResult map[string]*gql.OrderUpdated
