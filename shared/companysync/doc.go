// Package companysync keeps the companies of a shop (B2B) and customers of a Business
// Central company in step: a company that has changed in the shop is found, created or
// updated as a customer by the law of package customers, and linked, so that its orders
// become documents of that customer.
//
// Items, by key:
//
//	SHOP#<shop>            CURSOR#companies, CURSOR#company-places   how far the shop was read
//	SHOP#<shop>#COMPSYNC   in#<Shopify id>   a company of the shop that waits, or that an order waits for; index 2 by when
package companysync
