package shopify

import (
	"fmt"
	"strings"

	"backroom/shared/shopify/internal/gql"
)

// costs is the requested cost of each document in points. A test compares it
// with the published formula; at run time the API's own figure replaces it.
var costs = map[string]float64{
	"FulfillmentOrderMoreLines":  25,
	"Locations":                  13,
	"OrderAttributes":            2,
	"OrderBatch":                 147,
	"OrderByName":                9,
	"OrderMoreFulfillmentOrders": 136,
	"OrderMoreLines":             80,
	"OrderMoreShippingLines":     30,
	"OrderPage":                  884,
	"OrdersChanged":              13,
	"OrdersCount":                10,
	"SetOrderAttributes":         10,
	"ShopInfo":                   4,
}

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
