// Package orderapi reads orders (orders.Source) and writes their attributes
// (orders.Writer).
//
// # How an order is read
//
// Discovery is a page of 250 ids (13 points). Content is read by nodes(ids:),
// 50 to 100 orders at once for 131 points: a list costs the same whatever its
// length. The inner pages hold 50 lines, 5 shipping lines and 5 fulfilment
// orders; an order with more has the rest read by documents of its own. An
// answer that is too slow or too large halves the batch. If lists come to be
// charged by their length, batches are read as search pages of 50 instead
// (919 points), and what the index lacks by id.
package orderapi
