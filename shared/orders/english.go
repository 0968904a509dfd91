package orders

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	ChangedAfterProcessing:   {Text: "{} was changed in Shopify after its sales order was made.", WayOut: "Adjust the sales order by hand, or delete it and unlink the order (orders unlink) so that it is made anew."},
	CancelledAfterProcessing: {Text: "{} was cancelled in Shopify after its sales order was made.", WayOut: "Delete the sales order if nothing is shipped, then accept the change (orders accept)."},
	ExchangeChanged:          {Text: "What went out in exchange of {} was changed in Shopify afterwards.", WayOut: "Correct the credit memo of the exchange by hand, then accept the change (orders accept)."},
	ChangedAfterClosing:      {Text: "{} was changed in Shopify after a person closed it.", WayOut: "Adjust its document by hand and accept the change (orders accept); or delete that document and reopen the order (orders reopen) so that one is made."},
	CancelledAfterClosing:    {Text: "{} was cancelled in Shopify after a person closed it.", WayOut: "Undo its document by hand, then accept the change (orders accept)."},
	OrderUnreadable:          {Text: "{} could not be read from Shopify.", WayOut: "Nothing to do: it is tried again by itself; tell support if it stays."},
	OrderDenied:              {Text: "{} cannot be read whole: the app lacks a permission in Shopify.", WayOut: "Grant the app the permission that the detail names; the order is tried again by itself."},
	OrdersHidden:             {Text: "Orders that were placed {} are hidden from the app.", WayOut: "Grant the app the permission read_all_orders, and they are imported by themselves within a day; or let the import start later (importFrom on the shop card)."},
	FieldHidden:              {Text: "Orders are imported without their {}.", WayOut: "Grant the app the permission that it lacks; orders are imported whole from then on."},
}
