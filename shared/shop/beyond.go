package shop

import (
	"maps"
	"regexp"
	"slices"
)

// beyond are settings that the connector has and no card here can have, with what
// Business Central's API v2.0 lacks for them and what there is in its place. Rows of a
// list have no index.
var beyond = map[string]string{
	"autoReleaseSalesOrders":       "has no action that releases a document: posting does it",
	"paymentMethods":               "has no field for the payment method of a document: the customer's stands, and paymentAccounts has an account for what each gateway pays",
	"processReturnsAs":             "cannot create return orders: refunds become credit memos (refundsAndReturns)",
	"reserve":                      "cannot reserve the items of a line",
	"shipmentMethods.agent":        "has no field for the shipping agent of a document",
	"shipmentMethods.agentService": "has no field for the shipping agent service of a document",
	"shipmentMethods.charge":       "cannot assign an item charge, so that its document could not be posted: set account",
	"taxAreaPriority":              "has no field for the tax area of a document: the customer's stands, and taxCodes choose the tax of lines",
	"taxAreas":                     "has no field for tax area and tax liable of a document: the customer's stand, and taxCodes choose the tax of lines",
	"usedGiftCardAccount":          "has no payments with a document: a gift card that pays is a payment of its order, which paymentAccounts has suggested; a line of it would be taken off the total and its taxes",
	"workDescription":              "has no field for the work description of a document: commentLines can have the note as lines",
}

// Beyond are the names of settings that are refused for what API v2.0 lacks.
func Beyond() []string { return slices.Sorted(maps.Keys(beyond)) }

var rowIndex = regexp.MustCompile(`\[\d+\]`)

// beyondAPI is what is said of a setting that no card can have, and false if at is none.
func beyondAPI(at string) (string, bool) {
	why, ok := beyond[rowIndex.ReplaceAllString(at, "")]
	return "left out: Business Central's API v2.0 " + why, ok
}
