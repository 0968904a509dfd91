// Package disputes keeps the disputes of Shopify Payments, and says in time which of
// them want evidence.
//
// Stored, under the shop:
//
//	SHOP#<shop>#DISPUTE  <id, 20 digits>   a dispute as Shopify had it last
//	SHOP#<shop>          CURSOR#disputes   how far the list was read, and the oldest that is open
package disputes
