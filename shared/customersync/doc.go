// Package customersync keeps the customers of a shop and those of a Business Central
// company in step, in either direction: who changed in the shop is found, created or
// updated in the company by the law of package customers, and who changed in the
// company is updated, or on demand created, in the shop.
//
// Items, by key:
//
//	SHOP#<shop>          CURSOR#customers, CURSOR#company-customers   how far either side was read
//	SHOP#<shop>#CUSTSYNC in#<Shopify id>   a customer of the shop that waits; index 2 by when
//	SHOP#<shop>#CUSTSYNC out#<BC number>   what the shop was told of a customer; index 2 while something is left
package customersync
