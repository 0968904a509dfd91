package shopify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

const (
	cancelFulfilment = `mutation C($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { id status displayStatus } userErrors { field message } } }`
	track            = `mutation T($id: ID!, $t: FulfillmentTrackingInput!, $n: Boolean) { fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $t, notifyCustomer: $n) {
		fulfillment { id trackingInfo { number company url } } userErrors { field message } } }`
	prepare = `mutation P($i: FulfillmentOrderLineItemsPreparedForPickupInput!) { fulfillmentOrderLineItemsPreparedForPickup(input: $i) { userErrors { field message code } } }`
)

// shippable is a shop whose order 1 has a line of four units.
func shippable(t *testing.T) (*world, *data.Order) {
	t.Helper()
	d := writable(data.Sample(testclock.Monday))
	for _, l := range d.Locations {
		l.FulfillmentService = l.ID == 61003
	}
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{d} })
	i := slices.IndexFunc(w.shop.Orders(), func(o *data.Order) bool { return len(o.Lines) == 1 && o.Lines[0].Quantity == 3 })
	return w, order(w, i)
}

// states are the fulfilment orders of an order as "status:remaining/total", in the
// order of their ids among each other; "=" marks the one that was there first.
func states(o *data.Order, first int64) string {
	var out []string
	for _, f := range o.FulfillmentOrders {
		units, total := 0, 0
		for _, l := range f.Lines {
			units, total = units+l.Remaining, total+l.Total
		}
		mark := ""
		if f.ID == first {
			mark = "="
		}
		out = append(out, fmt.Sprintf("%s%s:%d/%d", mark, f.Status, units, total))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// What becomes of a fulfilment order, and of its id (21.6).
func TestFulfilmentOrders(t *testing.T) {
	part := func(o *data.Order, n int) map[int64]int { return map[int64]int{o.Lines[0].ID: n} }
	for _, c := range []struct {
		name  string
		steps func(o *data.Order) []shopify.Fulfilling
		want  string
		order string
	}{
		{"hold all", func(*data.Order) []shopify.Fulfilling { return []shopify.Fulfilling{{Do: "hold"}} }, "=ON_HOLD:3/3", "ON_HOLD"},
		{"hold part", func(o *data.Order) []shopify.Fulfilling { return []shopify.Fulfilling{{Do: "hold", Units: part(o, 1)}} }, "=ON_HOLD:1/1 OPEN:2/2", "UNFULFILLED"},
		{"release part", func(o *data.Order) []shopify.Fulfilling {
			id := o.FulfillmentOrders[0].ID
			return []shopify.Fulfilling{{Do: "hold", Units: part(o, 1)}, {Do: "release", ID: id}}
		}, "=OPEN:3/3 CLOSED:0/0", "UNFULFILLED"},
		{"move all", func(*data.Order) []shopify.Fulfilling { return []shopify.Fulfilling{{Do: "move", Location: 61002}} }, "=OPEN:3/3", "UNFULFILLED"},
		{"move part", func(o *data.Order) []shopify.Fulfilling {
			return []shopify.Fulfilling{{Do: "move", Location: 61002, Units: part(o, 1)}}
		}, "=OPEN:2/2 OPEN:1/1", "UNFULFILLED"},
		{"split", func(o *data.Order) []shopify.Fulfilling {
			return []shopify.Fulfilling{{Do: "split", Units: part(o, 2)}}
		}, "=OPEN:1/1 OPEN:2/2", "UNFULFILLED"},
		{"cancel", func(*data.Order) []shopify.Fulfilling { return []shopify.Fulfilling{{Do: "cancel"}} }, "=CLOSED:0/0 OPEN:3/3", "UNFULFILLED"},
		{"shipped whole and cancelled", func(*data.Order) []shopify.Fulfilling {
			return []shopify.Fulfilling{{Do: "ship"}, {Do: "cancel-fulfilment"}}
		}, "=CLOSED:3/3 OPEN:3/3", "UNFULFILLED"},
		{"shipped in part and cancelled", func(o *data.Order) []shopify.Fulfilling {
			return []shopify.Fulfilling{{Do: "ship", Units: part(o, 1)}, {Do: "cancel-fulfilment"}}
		}, "=OPEN:3/3", "UNFULFILLED"},
		{"given up by a service", func(*data.Order) []shopify.Fulfilling {
			return []shopify.Fulfilling{{Do: "request"}, {Do: "accept"}, {Do: "give-up"}}
		}, "=INCOMPLETE:3/3", "UNFULFILLED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, o := shippable(t)
			first := o.FulfillmentOrders[0].ID
			for _, s := range c.steps(o) {
				var err error
				if o, err = w.shop.FulfilOrder(o.ID, s); err != nil {
					t.Fatal(err)
				}
			}
			if got := states(o, first); got != c.want || c.order != "UNFULFILLED" && o.FulfillmentStatus != c.order {
				t.Errorf("%s, the order %s; want %s, %s", got, o.FulfillmentStatus, c.want, c.order)
			}
		})
	}
}

// What can be done with a fulfilment order.
func TestSupportedActions(t *testing.T) {
	for _, c := range []struct {
		service  bool
		do       string
		has, not string
	}{
		{false, "", "CREATE_FULFILLMENT REPORT_PROGRESS MOVE HOLD SPLIT", "MERGE MARK_AS_OPEN"},
		{false, "progress", "CREATE_FULFILLMENT MARK_AS_OPEN", "MOVE SPLIT"},
		{false, "hold", "RELEASE_HOLD HOLD MOVE", "CREATE_FULFILLMENT"},
		{false, "schedule", "MARK_AS_OPEN", "CREATE_FULFILLMENT"},
		{false, "ship", "", "CREATE_FULFILLMENT MOVE"},
		{true, "", "CREATE_FULFILLMENT REQUEST_FULFILLMENT", "SPLIT"},
		{true, "request", "", "CREATE_FULFILLMENT MOVE"},
		{true, "accept", "", "CREATE_FULFILLMENT"},
		{true, "reject", "CREATE_FULFILLMENT REQUEST_FULFILLMENT", ""},
		{true, "give-up", "CREATE_FULFILLMENT", "HOLD"},
	} {
		w, o := shippable(t)
		if c.service {
			if _, err := w.shop.FulfilOrder(o.ID, shopify.Fulfilling{Do: "move", Location: 61003}); err != nil {
				t.Fatal(err)
			}
		}
		if c.do != "" {
			if _, err := w.shop.FulfilOrder(o.ID, shopify.Fulfilling{Do: c.do}); err != nil {
				t.Fatal(err)
			}
		}
		r := w.ask(t, `query Q($id: ID!) { order(id: $id) { fulfillmentOrders(first: 1) { nodes { supportedActions { action } assignedLocation { location { isFulfillmentService } } } } } }`, object{"id": gidOf("Order", o.ID)})
		got := fmt.Sprint(at(t, r, "order", "fulfillmentOrders", "nodes", 0))
		for a := range strings.FieldsSeq(c.has) {
			if !strings.Contains(got, ":"+a+"]") {
				t.Errorf("service %t, %q: no %s in %s", c.service, c.do, a, got)
			}
		}
		for a := range strings.FieldsSeq(c.not) {
			if strings.Contains(got, ":"+a+"]") {
				t.Errorf("service %t, %q: %s in %s", c.service, c.do, a, got)
			}
		}
		if strings.Contains(got, "isFulfillmentService:true") != c.service {
			t.Errorf("%s", got)
		}
	}
}

// A fulfilment is cancelled once, tracked anew at any time, and the buyer is written
// to only when asked for.
func TestFulfilmentLife(t *testing.T) {
	w, o := shippable(t)
	group := object{"fulfillmentOrderId": gidOf("FulfillmentOrder", o.FulfillmentOrders[0].ID)}
	r := w.ask(t, fulfil, object{"f": object{"notifyCustomer": true, "trackingInfo": object{"numbers": []any{"1", "2"}, "company": "UPS"}, "lineItemsByFulfillmentOrder": []any{group}}})
	id := at(t, r, "fulfillmentCreate", "fulfillment", "id")
	for range 2 {
		r = w.ask(t, cancelFulfilment, object{"id": id})
		if at(t, r, "fulfillmentCancel", "fulfillment", "status") != "CANCELLED" || at(t, r, "fulfillmentCancel", "fulfillment", "displayStatus") != "CANCELED" {
			t.Errorf("%v", r)
		}
	}
	if got := states(w.shop.Order(o.ID), o.FulfillmentOrders[0].ID); got != "=CLOSED:3/3 OPEN:3/3" {
		t.Errorf("cancelled twice: %s", got)
	}
	r = w.ask(t, track, object{"id": id, "n": true, "t": object{"number": "3 \"x\" \U0001F4E6", "company": "Hans", "url": "https://hans.example/3"}})
	if got := fmt.Sprint(at(t, r, "fulfillmentTrackingInfoUpdate", "fulfillment", "trackingInfo")); !strings.Contains(got, "company:Hans") || strings.Contains(got, "UPS") {
		t.Errorf("tracking %s", got)
	}
	w.ask(t, track, object{"id": id, "t": object{"number": "4"}})
	now := w.shop.Order(o.ID)
	if want := []string{"shipped " + o.Name + "-F1", "tracking of " + o.Name + "-F1"}; !slices.Equal(now.Mails, want) || len(now.Fulfillments[0].Tracking) != 1 {
		t.Errorf("mails %q, want %q", now.Mails, want)
	}
}

// A pickup order is made ready once, and its buyer always written to.
func TestPreparedForPickup(t *testing.T) {
	w, o := shippable(t)
	if _, err := w.shop.UpdateOrder(o.ID, func(o *data.Order) { o.FulfillmentOrders[0].Method = "PICK_UP" }); err != nil {
		t.Fatal(err)
	}
	in := object{"i": object{"lineItemsByFulfillmentOrder": []any{object{"fulfillmentOrderId": gidOf("FulfillmentOrder", o.FulfillmentOrders[0].ID)}}}}
	w.ask(t, prepare, in)
	r := w.send(t, call{query: prepare, vars: in})
	if got := found(r); len(got) != 1 || got[0][0] != "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER" {
		t.Errorf("a second time: %s", r.text)
	}
	if now := w.shop.Order(o.ID); !slices.Equal(now.Mails, []string{"ready for pickup"}) || now.FulfillmentOrders[0].Status != "IN_PROGRESS" {
		t.Errorf("mails %q, %s", now.Mails, now.FulfillmentOrders[0].Status)
	}
}
