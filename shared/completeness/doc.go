// Package completeness proves that a shop and its company are in step: every order has
// one document that agrees in total and tax, or a reason; every refund its credit memo,
// every posted shipment its fulfilment, and nothing in the company claims to be of an
// order that the shop does not have.
//
// It starts from the two systems. What Backroom has stored is asked only for the reason
// of a difference, so that what was forgotten is found.
//
// A window is proved in two turns. The first reads ids and totals of both sides and
// matches them in a [Ledger]; what agrees there is done. What does not is read again,
// whole and by id, and judged by [Judge]: so a document that was made, or an order that
// was refunded, between the two reads is no difference.
package completeness
