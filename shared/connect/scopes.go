package connect

import (
	"fmt"
	"time"

	"backroom/shared/documents"
	"backroom/shared/orders"
)

// seen is for how long an app sees orders that may not read all of them.
const seen = 60 * 24 * time.Hour

// fulfilment are the scopes without which fulfilment orders of a kind are
// missing in silence.
var fulfilment = []string{
	"read_merchant_managed_fulfillment_orders", "read_third_party_fulfillment_orders", "read_assigned_fulfillment_orders",
}

// permissions: what the app may not see or do, although the card wants it.
func permissions(card documents.Card, found Found) []Finding {
	if found.Shop.Scopes == nil {
		return nil
	}
	lacks := func(scopes ...string) bool { return len(found.Shop.Missing(scopes...)) > 0 }
	var out []Finding
	if card.OrderAttributesToShop && lacks("write_orders") {
		out = append(out, Finding{
			Weight: Hidden, Settings: []string{"orderAttributesToShop"}, Reason: documents.NumberDenied,
			Text:   "The numbers of sales orders cannot be written to Shopify: the app lacks the permission write_orders.",
			WayOut: "Grant the app write_orders, or switch orderAttributesToShop off.",
		})
	}
	from := card.ImportFrom
	if from.IsZero() {
		from = card.ConnectedAt
	}
	if horizon := found.At.Add(-seen); from.Before(horizon) && lacks("read_all_orders") {
		out = append(out, Finding{
			Weight: Hidden, Settings: []string{"importFrom"}, Reason: orders.OrdersHidden,
			Text: fmt.Sprintf("Orders placed before %s are hidden from the app, and the import is to start at %s.",
				horizon.UTC().Format(time.DateOnly), from.UTC().Format(time.DateOnly)),
			WayOut: "Grant the app read_all_orders, or let importFrom be a later day.",
		})
	}
	if lacks("read_payment_terms") {
		f := Finding{
			Weight: Note, Text: "The payment terms of orders are hidden from the app: it lacks the permission read_payment_terms.",
			WayOut: "Grant the app read_payment_terms, if the shop sells on terms.",
		}
		if len(card.PaymentTerms) > 0 {
			f.Weight, f.Settings, f.Reason = Waits, []string{"paymentTerms"}, documents.PaymentTermsHidden
			f.Text = "Every order waits: paymentTerms maps the terms of orders, and the app lacks the permission read_payment_terms."
			f.WayOut = "Grant the app read_payment_terms, or remove paymentTerms."
		}
		out = append(out, f)
	}
	if missing := found.Shop.Missing(fulfilment[:2]...); len(missing) > 0 && len(card.Locations) > 0 {
		out = append(out, Finding{
			Weight: Hidden, Settings: []string{"locations"},
			Text:   fmt.Sprintf("Where some lines ship from is hidden from the app: it lacks the permission %s.", and(missing)),
			WayOut: "Grant the app these permissions, or remove locations.",
		})
	}
	return out
}
