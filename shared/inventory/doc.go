// Package inventory brings a company's stock to a shop: what is free of an item at the
// locations that stand behind one of Shopify's, less what the shop has sold that the
// company does not know yet, as the quantity that Shopify calls available.
//
// A run compares the company's figures with those that were handled before, so that
// only pairs of variant and location are looked at in Shopify whose figure has moved;
// all of them once a day. What differs is sent in batches, each stored with its
// idempotency key before it goes out: one whose outcome is unknown is sent again as it
// is.
package inventory
