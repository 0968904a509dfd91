// Package receipts suggests what buyers have paid as customer payments in Business
// Central, applied to the posted invoices of their orders.
//
// A payment is a transaction of an order that has captured money. It becomes lines of a
// batch of the customer payment journal: one for each invoice that it pays, up to what
// the invoice has left. Each line has a document number of its own, made of the
// transaction's id, so that a line is never suggested twice: one that is neither in its
// batch nor in the ledger was deleted by a person, and stays so. What was given back since is a line of the general journal. A
// person posts the batches.
//
// Stored, under the shop:
//
//	SHOP#<shop>#RECEIPT      <order id>   what was paid of an order, and its lines
//	SHOP#<shop>#RECEIPTOPEN  <order id>   an order of which something is left to do
//	SHOP#<shop>              CURSOR#receipts-<day>   how far the list of changed orders was read
package receipts
