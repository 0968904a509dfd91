package shopify

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

// shippingScope is what changes of the merchant's own fulfilment orders need.
const shippingScope = "write_merchant_managed_fulfillment_orders"

const (
	maxShipped = 512 // lines of a fulfilment
	maxHolds   = 10
)

// actions are what can be done with a fulfilment order; its status alone does not
// tell (21.6).
func actions(s *Shop, o *data.Order, f *data.FulfillmentOrder) []string {
	if l := s.location(f.Location); l != nil && l.FulfillmentService {
		return serviceActions(f)
	}
	switch f.Status {
	case "OPEN":
		as := []string{"CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD"}
		units := 0
		for _, l := range f.Lines {
			units += l.Remaining
		}
		if units > 1 {
			as = append(as, "SPLIT")
		}
		if slices.ContainsFunc(o.FulfillmentOrders, func(b *data.FulfillmentOrder) bool {
			return b.ID != f.ID && b.Location == f.Location && b.Status == "OPEN"
		}) {
			as = append(as, "MERGE")
		}
		return as
	case "IN_PROGRESS":
		if f.Progress {
			return []string{"CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"}
		}
		return []string{"CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD", "SPLIT"}
	case "ON_HOLD":
		if len(f.Holds) >= maxHolds {
			return []string{"RELEASE_HOLD", "MOVE"}
		}
		return []string{"RELEASE_HOLD", "HOLD", "MOVE"}
	case "SCHEDULED":
		return []string{"MARK_AS_OPEN"}
	}
	return nil
}

// serviceActions are those at a location of a fulfilment service. What was not
// submitted, or was given up, offers to be shipped beside being requested.
func serviceActions(f *data.FulfillmentOrder) []string {
	switch f.RequestStatus {
	case "SUBMITTED", "ACCEPTED", "CANCELLATION_REJECTED":
		return []string{"REQUEST_CANCELLATION"}
	case "CANCELLATION_REQUESTED":
		return nil
	}
	switch f.Status {
	case "OPEN":
		return []string{"CREATE_FULFILLMENT", "REQUEST_FULFILLMENT", "HOLD", "MOVE"}
	case "INCOMPLETE":
		return []string{"CREATE_FULFILLMENT", "REQUEST_FULFILLMENT"}
	case "ON_HOLD":
		return []string{"RELEASE_HOLD", "HOLD", "MOVE"}
	}
	return nil
}

const fulfillmentPayload = "FulfillmentCreatePayload"

func (x *execution) fulfillmentCreate(in map[string]any) any {
	groups := asList(in["lineItemsByFulfillmentOrder"])
	if len(groups) == 0 {
		return cannotShip("Line items by fulfillment order can't be blank")
	}
	var o *data.Order
	var parts []data.Part
	for gi, g := range groups {
		m := asMap(g)
		next, fo, bad := x.toShip(o, asString(m["fulfillmentOrderId"]))
		if bad != nil {
			return bad
		}
		o = next
		if gi > 0 && len(parts) > 0 && fo.Location != parts[0].From.Location {
			return cannotShip("All fulfillment orders must be assigned to a single location.")
		}
		if parts, bad = partsOf(parts, fo, gi, m["fulfillmentOrderLineItems"]); bad != nil {
			return bad
		}
	}
	if len(parts) > maxShipped {
		return cannotShip("The number of fulfillment order line items exceeds %d.", maxShipped)
	}
	now := x.now.UTC().Truncate(time.Second)
	f := o.Ship(now, parts, x.shop.next)
	f.Tracking = trackingOf(asMap(in["trackingInfo"]))
	if notify, _ := in["notifyCustomer"].(bool); notify {
		o.Mails = append(o.Mails, "shipped "+nameOf(o, f))
	}
	x.store(o)
	return payload{typ: fulfillmentPayload, fields: map[string]any{"fulfillment": fulfillmentObj{newOrder(o), f}}}
}

// nameOf is what a fulfilment is called: #1001-F1, counting on.
func nameOf(o *data.Order, f *data.Fulfillment) string {
	return o.Name + "-F" + strconv.Itoa(1+slices.Index(o.Fulfillments, f))
}

func cannotShip(format string, args ...any) any {
	return refused(fulfillmentPayload, userError{path: []string{"fulfillment"}, message: fmt.Sprintf(format, args...)})
}

// toShip finds a fulfilment order that can be shipped, in a copy of its order; o
// is that copy if one was made already. bad is why it cannot.
func (x *execution) toShip(o *data.Order, gid string) (_ *data.Order, _ *data.FulfillmentOrder, bad any) {
	t, id := splitGID(gid)
	if t != "FulfillmentOrder" {
		return nil, nil, fail(codeNotFound, "invalid id")
	}
	owner := x.shop.owned("FulfillmentOrder", id)
	switch {
	case owner == nil:
		return nil, nil, cannotShip("Fulfillment order does not exist.")
	case o != nil && owner.ID != o.ID:
		return nil, nil, cannotShip("All fulfillment orders must belong to the same order.")
	case o == nil:
		c, err := data.Clone(owner)
		if err != nil {
			return nil, nil, fail(codeInternal, "%v", err)
		}
		o = c
	}
	fo := o.FulfillmentOrders[slices.IndexFunc(o.FulfillmentOrders, func(f *data.FulfillmentOrder) bool { return f.ID == id })]
	if !slices.Contains(actions(x.shop, o, fo), "CREATE_FULFILLMENT") {
		return nil, nil, cannotShip("Fulfillment order %d has an unfulfillable status= %s.", id, strings.ToLower(fo.Status))
	}
	return o, fo, nil
}

// partsOf adds what a group ships of its fulfilment order: what is wanted, or
// all that remains.
func partsOf(parts []data.Part, fo *data.FulfillmentOrder, group int, wanted any) (_ []data.Part, bad any) {
	if wanted == nil {
		for _, l := range fo.Lines {
			if l.Remaining > 0 {
				parts = append(parts, data.Part{From: fo, Line: l, Units: l.Remaining})
			}
		}
		return parts, nil
	}
	for li, w := range asList(wanted) {
		wm := asMap(w)
		_, lineID := splitGID(wm["id"])
		n, _ := asInt(wm["quantity"])
		asked := n // of this line in the whole call
		for _, p := range parts {
			if p.Line.ID == lineID {
				asked += p.Units
			}
		}
		i := slices.IndexFunc(fo.Lines, func(l *data.FulfillmentOrderLine) bool { return l.ID == lineID })
		switch {
		case n <= 0:
			return nil, refused(fulfillmentPayload, userError{message: "Quantity must be greater than 0", path: []string{
				"fulfillment", "lineItemsByFulfillmentOrder", strconv.Itoa(group), "fulfillmentOrderLineItems", strconv.Itoa(li), "quantity",
			}})
		case i < 0:
			return nil, cannotShip("Fulfillment order line item does not exist.")
		case asked > fo.Lines[i].Remaining:
			return nil, cannotShip("Invalid fulfillment order line item quantity requested.")
		}
		parts = append(parts, data.Part{From: fo, Line: fo.Lines[i], Units: n})
	}
	return parts, nil
}

// carriers are some of those whose addresses Shopify makes by itself.
var carriers = []string{"UPS", "DHL Express", "DPD", "USPS", "FedEx", "GLS", "PostNL", "Royal Mail"}

// trackingOf is what a call says of parcels.
func trackingOf(m map[string]any) (out []data.Tracking) {
	if m == nil {
		return nil
	}
	company := asString(m["company"])
	numbers, urls := asList(m["numbers"]), asList(m["urls"])
	if len(numbers) == 0 && (m["number"] != nil || m["url"] != nil || company != "") {
		numbers, urls = []any{asString(m["number"])}, []any{asString(m["url"])}
	}
	for i, n := range numbers {
		t := data.Tracking{Number: asString(n), Company: company}
		if i < len(urls) {
			t.URL = asString(urls[i])
		}
		if t.URL == "" && t.Number != "" && slices.Contains(carriers, company) {
			t.URL = "https://track.example/" + url.PathEscape(company) + "/" + url.PathEscape(t.Number)
		}
		out = append(out, t)
	}
	return out
}

// fulfillmentOf finds a fulfilment in a copy of its order.
func (x *execution) fulfillmentOf(gid, typ string) (o *data.Order, f *data.Fulfillment, bad any) {
	t, id := splitGID(gid)
	if t != "Fulfillment" {
		return nil, nil, fail(codeNotFound, "invalid id")
	}
	owner := x.shop.owned("Fulfillment", id)
	if owner == nil {
		return nil, nil, refused(typ, userError{path: []string{"id"}, message: "Fulfillment not found."})
	}
	o, err := data.Clone(owner)
	if err != nil {
		return nil, nil, fail(codeInternal, "%v", err)
	}
	return o, o.Fulfillments[slices.IndexFunc(o.Fulfillments, func(f *data.Fulfillment) bool { return f.ID == id })], nil
}

// fulfillmentCancel cancels; a second time it succeeds and changes nothing.
func (x *execution) fulfillmentCancel(gid string) any {
	const typ = "FulfillmentCancelPayload"
	o, f, bad := x.fulfillmentOf(gid, typ)
	if bad != nil {
		return bad
	}
	if f.Status != "CANCELLED" {
		o.CancelFulfillment(f, x.now.UTC().Truncate(time.Second), x.shop.next)
		x.store(o)
	}
	return payload{typ: typ, fields: map[string]any{"fulfillment": fulfillmentObj{newOrder(o), f}}}
}

// trackingUpdate replaces all numbers, of a cancelled fulfilment too.
func (x *execution) trackingUpdate(args map[string]any) any {
	const typ = "FulfillmentTrackingInfoUpdatePayload"
	o, f, bad := x.fulfillmentOf(asString(args["fulfillmentId"]), typ)
	if bad != nil {
		return bad
	}
	f.Tracking = trackingOf(asMap(args["trackingInfoInput"]))
	if notify, _ := args["notifyCustomer"].(bool); notify {
		o.Mails = append(o.Mails, "tracking of "+nameOf(o, f))
	}
	x.store(o)
	return payload{typ: typ, fields: map[string]any{"fulfillment": fulfillmentObj{newOrder(o), f}}}
}

// preparedForPickup always writes to the buyer.
func (x *execution) preparedForPickup(in map[string]any) any {
	const typ = "FulfillmentOrderLineItemsPreparedForPickupPayload"
	changed := map[int64]*data.Order{}
	for i, g := range asList(in["lineItemsByFulfillmentOrder"]) {
		path := []string{"input", "lineItemsByFulfillmentOrder", strconv.Itoa(i), "fulfillmentOrderId"}
		no := func(code, text string) any {
			return refused(typ, userError{path: path, message: text, code: code, typ: "FulfillmentOrderLineItemsPreparedForPickupUserError"})
		}
		t, id := splitGID(asString(asMap(g)["fulfillmentOrderId"]))
		if t != "FulfillmentOrder" {
			return fail(codeNotFound, "invalid id")
		}
		owner := x.shop.owned("FulfillmentOrder", id)
		if owner == nil {
			return no("FULFILLMENT_ORDER_INVALID", "Invalid fulfillment order")
		}
		o := changed[owner.ID]
		if o == nil {
			var err error
			if o, err = data.Clone(owner); err != nil {
				return fail(codeInternal, "%v", err)
			}
			changed[owner.ID] = o
		}
		f := o.FulfillmentOrder(id)
		switch {
		case f.Method != "PICK_UP" || f.Status == "CLOSED" || f.Status == "CANCELLED":
			return no("FULFILLMENT_ORDER_INVALID", "Invalid fulfillment order")
		case f.Status != "OPEN" || !slices.ContainsFunc(f.Lines, func(l *data.FulfillmentOrderLine) bool { return l.Remaining > 0 }):
			return no("NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER", "There are no line items to prepare")
		}
		f.Status, f.Progress, f.UpdatedAt = "IN_PROGRESS", true, x.now.UTC().Truncate(time.Second)
		o.Mails = append(o.Mails, "ready for pickup")
	}
	for _, o := range changed {
		x.store(o)
	}
	return payload{typ: typ, fields: map[string]any{}}
}
