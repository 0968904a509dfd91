// Package shopifyapi holds what several domains must name of Shopify: the codes of
// its refusals. It does no I/O and knows no wire form; those belong to the API clients.
package shopifyapi

import "backroom/shared/fault"

// Codes of Shopify's refusals that more than the API clients go by; those of an
// answer that says no more than its status are [fault.HTTP].
const (
	CodeDenied       = "ACCESS_DENIED"      // the app lacks a permission
	CodeUnauthorized = "UNAUTHORIZED"       // the access token is refused, and no other is to be had
	CodeNotInstalled = "app_not_installed"  // the shop has no such app
	CodeNotPermitted = "shop_not_permitted" // the app is another organisation's, or of nobody
)

// Denied reports whether err is a permission that the app lacks, as against a
// connection that does not work at all.
func Denied(err error) bool {
	e := fault.Of(err)
	return e.Kind == fault.Blocked && (e.Code == CodeDenied || e.Code == fault.HTTP(403))
}
