// Package posting has Business Central post the sales documents of a company: orders
// are shipped and invoiced, invoices are posted, each once.
//
// A posting cannot be taken back, is no single transaction, and what BC would do if
// it were asked again is another thing than what it was asked for: an order of which
// the shipment was posted is invoiced by the same request. So each goes out as an
// [outbound.Actions], under an intent that says how the document stood and what is to
// be posted of it, and is done when the document and the ledger say so: neither an
// answer nor a status proves it. What BC refuses of one document is that document's
// issue.
//
// Items, by key:
//
//	SHOP#<shop>#POST   <kind>#<document id>   a posting that is under way, or waits
//	SHOP#<shop>#POSTED <kind>#<document id>#<time>   what happened to one that is done, for 90 days
package posting
