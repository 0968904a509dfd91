package orders

import "slices"

// Finished reports whether nothing more is to be done about o in Shopify, so that it may
// be archived: all of it is shipped and paid, and nothing comes back. What is paid is
// told by amounts.
func (o Order) Finished() bool {
	_, _, paid := captured(o)
	return Settled(o.FulfillmentStatus, o.ReturnStatus) && paid && o.ClosedAt.IsZero() && o.CancelledAt.IsZero() && !o.Test
}

// Settled reports whether all goods of an order with such statuses of fulfilment and
// returns are where they stay.
func Settled(fulfilment, returns string) bool {
	return fulfilment == "FULFILLED" && slices.Contains([]string{"", "NO_RETURN", "RETURNED"}, returns)
}

// archives notes in g that an order is to be archived, where the card wants that.
func (s OrderSettings) archives(g Staged, o Order) Staged {
	g.Archive = s.ArchiveProcessedOrders && g.State == Processed && o.Finished()
	return g
}
