package orders

import (
	"backroom/shared/fault"
	"backroom/shared/issue"
)

// What is wrong with orders as they are read, and with those whose document is made. The text
// of a reason is stored: it is never renamed.
const (
	ChangedAfterProcessing   issue.Reason = "changed-after-processing"
	CancelledAfterProcessing issue.Reason = "cancelled-after-processing"
	OrderUnreadable          issue.Reason = "order-unreadable"
	OrderDenied              issue.Reason = "order-denied"
	OrdersHidden             issue.Reason = "orders-hidden"
	FieldHidden              issue.Reason = "field-hidden"
)

// Reasons explains what this package says of records.
var Reasons = issue.Catalogue{
	ChangedAfterProcessing:   {Side: fault.Merchant, Text: "{} was changed in Shopify after its sales order was made.", WayOut: "Adjust the sales order by hand, or delete it and unlink the order (orders unlink) so that it is made anew."},
	CancelledAfterProcessing: {Side: fault.Merchant, Text: "{} was cancelled in Shopify after its sales order was made.", WayOut: "Delete the sales order if nothing is shipped."},
	OrderUnreadable:          {Side: fault.System, Text: "{} could not be read from Shopify.", WayOut: "Nothing to do: it is tried again by itself; tell support if it stays."},
	OrderDenied:              {Side: fault.Merchant, Text: "{} cannot be read whole: the app lacks a permission in Shopify.", WayOut: "Grant the app the permission that the detail names; the order is tried again by itself."},
	OrdersHidden:             {Side: fault.Merchant, Text: "Orders that were placed {} are hidden from the app.", WayOut: "Grant the app the permission read_all_orders, and they are imported by themselves within a day; or let the import start later (importFrom on the shop card)."},
	FieldHidden:              {Side: fault.Merchant, Text: "Orders are imported without their {}.", WayOut: "Grant the app the permission that it lacks; orders are imported whole from then on."},
}
