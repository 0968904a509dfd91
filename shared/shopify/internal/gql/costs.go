package gql

// Costs is the requested cost of each document in points. A test compares it
// with the published formula; at run time the API's own figure replaces it.
var Costs = map[string]float64{
	"CancelFulfillment":          11,
	"CreateFulfillment":          11,
	"FulfillmentMoreLines":       25,
	"FulfillmentOrderRest":       25,
	"FulfillmentOrderMoreLines":  25,
	"Locations":                  13,
	"OrderAttributes":            2,
	"OrderBatch":                 147,
	"OrderByName":                9,
	"OrderGlances":               26,
	"OrderMoreFulfillmentOrders": 136,
	"OrderMoreLines":             80,
	"OrderMoreShippingLines":     30,
	"OrderPage":                  884,
	"OrderRefunds":               59,
	"OrderReturns":               237,
	"OrdersChanged":              13,
	"OrdersCount":                10,
	"RefundMoreLines":            36,
	"OrderMoreShippable":         93,
	"PrepareForPickup":           10,
	"ShippableOrders":            72,
	"TrackFulfillment":           51,
	"SetOrderAttributes":         10,
	"ShopInfo":                   4,
}
