package shipments

import "backroom/shared/issue"

// english are the texts of this package's reasons.
var english = issue.Texts{
	OrderNotImported: {Text: "{} is of an order that is not imported.", WayOut: "Have the order imported, or fulfil it by hand in Shopify."},
	OrderUnlinked:    {Text: "{} is of an order whose sales order Backroom does not know.", WayOut: "Link the order with its document, or fulfil it by hand in Shopify."},
	OrderGone:        {Text: "{} is of an order that Shopify does not show.", WayOut: "Nothing to do if the order was deleted; if it is older than 60 days, grant the app the permission read_all_orders."},
	OrderCancelled:   {Text: "{} is of an order that was cancelled in Shopify.", WayOut: "Undo the shipment in Business Central if the goods are still there."},
	OrderUnreadable:  {Text: "{} waits, since its order could not be read from Shopify.", WayOut: "Nothing to do: it is tried again by itself; tell support if it stays."},
	LineUnknown:      {Text: "{} belongs to no line of the order in Shopify.", WayOut: "Fulfil in Shopify by hand what it stands for."},
	LineReplaced:     {Text: "{} is another item than was ordered.", WayOut: "Fulfil in Shopify by hand what it stands for, if the buyer gets it in place of the ordered one."},
	PartOfUnit:       {Text: "{} is not a whole number of units, which Shopify needs.", WayOut: "Ship the rest of the unit, or fulfil it by hand in Shopify."},
	UndoUnclear:      {Text: "{} is taken back, and it is not clear what is.", WayOut: "Cancel by hand in Shopify what did not go out."},
	TooMuch:          {Text: "{} is more than Shopify has left to ship.", WayOut: "Edit the order in Shopify if the buyer gets more, or undo what was shipped by mistake."},
	OnHold:           {Text: "{} cannot be fulfilled: it is on hold in Shopify.", WayOut: "Release the hold in Shopify; it is fulfilled by itself then."},
	Scheduled:        {Text: "{} cannot be fulfilled yet: Shopify has it scheduled for later.", WayOut: "Open it for fulfilment in Shopify, or wait; it is fulfilled by itself then."},
	AtService:        {Text: "{} was requested from a fulfilment service and is left to it.", WayOut: "Cancel the request in Shopify if Business Central ships it; it is fulfilled by itself then."},
	PickupSilent:     {Text: "{} is ready for pickup, and Shopify is not told, since it would write to the buyer.", WayOut: "Mark it as ready in Shopify, or switch sendShippingConfirmation on."},
	PickupPartial:    {Text: "{} is a part of a pickup, which Shopify makes ready as a whole.", WayOut: "Ship the rest, and it is made ready by itself."},
	CancelledByHand:  {Text: "{} was cancelled in Shopify, and Business Central has it shipped.", WayOut: "Undo the shipment in Business Central, or fulfil it by hand in Shopify."},
	UndoneByHand:     {Text: "{} was undone, and somebody else has fulfilled it in Shopify.", WayOut: "Cancel that fulfilment in Shopify if the goods did not go out."},
	UndoneReady:      {Text: "{} was undone, and its pickup is ready in Shopify, which has told the buyer.", WayOut: "Tell the buyer if the goods are not there; ship it again in Business Central once they are."},
	Refused:          {Text: "Shopify has not taken {}.", WayOut: "Look at the order in Shopify and correct what the detail names; it is tried again by itself."},
	Unsettled:        {Text: "Whether Shopify has taken {} is not known yet.", WayOut: "Nothing to do: it is looked at again by itself."},
}
