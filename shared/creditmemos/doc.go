// Package creditmemos makes Business Central credit memos of refunds, each exactly
// once, as a part of process-orders.
//
// A refund is mapped as the order that it takes back: its lines go through the
// mapping of orders, with its own prices, discounts and taxes, so that header,
// items, tax codes and roundings are those of the order's document. What goes out
// in exchange is mapped the same way, and stands with negative quantities. What is
// then missing to the money that went back is one line on the refund account.
//
// Refunds of an order are taken in the order in which they were made: units and what
// was found of returned goods are used up by the earlier ones first, so that nothing
// is credited twice.
package creditmemos
