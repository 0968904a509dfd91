// Package fulfilmentapi reads from a Shopify shop what of orders is still to ship and
// what was sent, and makes, tracks and cancels fulfilments, as shipments asks for it.
package fulfilmentapi
