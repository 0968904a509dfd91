package shop

import (
	"slices"
	"strings"
)

// Profile is what Shopify says about the shop and the app's access to it.
type Profile struct {
	ID       string // numeric
	Name     string
	Domain   string // x.myshopify.com
	Currency string // ISO 4217
	TimeZone string // IANA
	// OrderPrefix and OrderSuffix are around the number in the name of an order.
	OrderPrefix, OrderSuffix string
	TaxesIncluded            bool
	Plan                     string
	Plus                     bool
	Development              bool // a development store: takes no real payments
	Scopes                   []string
}

// Missing is which of the scopes are not granted. A write scope contains its
// read scope.
func (p Profile) Missing(scopes ...string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(want string) bool {
		read, ok := strings.CutPrefix(want, "read_")
		return slices.Contains(p.Scopes, want) || ok && slices.Contains(p.Scopes, "write_"+read)
	})
}

// Location is a place that stock ships from.
type Location struct {
	ID                 string // numeric
	Name               string
	Active             bool
	FulfillmentService bool // a third party's
}
