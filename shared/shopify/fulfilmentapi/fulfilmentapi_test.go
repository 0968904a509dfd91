package fulfilmentapi

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/fault"
	"backroom/shared/shipments"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shoptest"
)

type obj = shoptest.Obj

var t0 = shoptest.At("2026-07-01T10:00:00Z")

func client(f *shoptest.Fake) *Client {
	f.Helper()
	c, err := shopify.New(shopify.Config{
		Domain: "my-shop.myshopify.com", Tokens: shopify.StaticToken{Secret: shopify.Secret("shpat_test")}, HTTP: &http.Client{Transport: f},
		Log: slog.New(slog.NewTextHandler(f.Output(), nil)),
	})
	if err != nil {
		f.Fatal(err)
	}
	return New(c)
}

func page(more string, nodes ...any) obj {
	info := obj{"hasNextPage": more != "", "endCursor": more}
	if more == "" {
		info["endCursor"] = nil
	}
	if nodes == nil {
		nodes = []any{}
	}
	return obj{"pageInfo": info, "nodes": nodes}
}

func openLine(id, item string, n int) obj {
	return obj{"id": wire.GID("FulfillmentOrderLineItem", id), "sku": "A", "productTitle": "Hat", "totalQuantity": 9, "remainingQuantity": n, "lineItem": obj{"id": wire.GID("LineItem", item)}}
}

func fulfilmentOrder(id string, lines obj) obj {
	return obj{
		"id": wire.GID("FulfillmentOrder", id), "status": "OPEN", "requestStatus": "UNSUBMITTED", "fulfillAt": nil, "supportedActions": []any{obj{"action": "HOLD"}, obj{"action": "CREATE_FULFILLMENT"}},
		"deliveryMethod": obj{"methodType": "PICK_UP"}, "assignedLocation": obj{"location": obj{"id": wire.GID("Location", "71"), "name": "Main", "isFulfillmentService": true}},
		"fulfillmentHolds": []any{}, "lineItems": lines,
	}
}

func order(id string, fos obj, sent ...any) obj {
	m := obj{"amount": "1", "currencyCode": "EUR"}
	bag := obj{"shopMoney": m, "presentmentMoney": m}
	if sent == nil {
		sent = []any{}
	}
	return obj{
		"__typename": "Order", "id": wire.GID("Order", id), "name": "#" + id, "updatedAt": t0, "cancelledAt": nil, "currentTotalPriceSet": bag, "displayFinancialStatus": "PAID",
		"displayFulfillmentStatus": "UNFULFILLED", "edited": false, "email": nil, "note": nil, "phone": nil, "poNumber": nil, "tags": []any{}, "totalShippingPriceSet": bag,
		"fulfillmentOrders": fos, "fulfillments": sent,
	}
}

// Orders are read whole: later pages of each list too. One that does not exist is
// left out, and one that cannot be read does not stop the others.
func TestOrders(t *testing.T) {
	f := shoptest.New(t)
	shipped := obj{
		"id": wire.GID("Fulfillment", "5"), "name": "#1-F1", "status": "CANCELLED", "location": obj{"id": wire.GID("Location", "72")},
		"trackingInfo":         []any{obj{"number": "1Z", "company": nil, "url": nil}},
		"fulfillmentLineItems": page("c", obj{"quantity": 2, "lineItem": obj{"id": wire.GID("LineItem", "1")}}),
	}
	f.On["ShippableOrders"] = func(shoptest.Request) shoptest.Answer {
		a := shoptest.OK(72, 72, obj{"nodes": []any{order("1", page("a", fulfilmentOrder("11", page("b", openLine("21", "1", 3)))), shipped), nil, nil}})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"Something went wrong","path":["nodes",2],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
		return a
	}
	f.On["OrderMoreShippable"] = func(r shoptest.Request) shoptest.Answer {
		if r.Vars(t)["after"] != "a" {
			t.Errorf("%s", r.Variables)
		}
		return shoptest.OK(93, 93, obj{"order": obj{"id": wire.GID("Order", "1"), "updatedAt": t0, "fulfillmentOrders": page("", fulfilmentOrder("12", page("", openLine("23", "2", 1))))}})
	}
	f.On["FulfillmentOrderRest"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(25, 25, obj{"fulfillmentOrder": obj{"id": wire.GID("FulfillmentOrder", "11"), "lineItems": page("", openLine("22", "2", 4))}})
	}
	f.On["FulfillmentMoreLines"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(25, 25, obj{"fulfillment": obj{"id": wire.GID("Fulfillment", "5"), "fulfillmentLineItems": page("", obj{"quantity": 1, "lineItem": obj{"id": wire.GID("LineItem", "1")}})}})
	}
	got, err := client(f).Orders(t.Context(), []string{"1", "2", "3"})
	if err != nil || len(got.Orders) != 1 || fault.KindOf(got.Unread["3"]) != fault.Transient || len(got.Unread) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	o := got.Orders[0]
	fo := func(id string, ls ...shipments.OpenLine) shipments.FulfilmentOrder {
		return shipments.FulfilmentOrder{ID: id, Status: "OPEN", Request: "UNSUBMITTED", Method: "PICK_UP", Location: "71", LocationName: "Main", Service: true, CanFulfil: true, Lines: ls}
	}
	line := func(id, item string, n int) shipments.OpenLine {
		return shipments.OpenLine{ID: id, Item: item, SKU: "A", Title: "Hat", Remaining: n}
	}
	want := shipments.Order{
		ID: "1", Name: "#1", UpdatedAt: t0, State: o.State, ToShip: []shipments.FulfilmentOrder{fo("11", line("21", "1", 3), line("22", "2", 4)), fo("12", line("23", "2", 1))},
		Sent: []shipments.Fulfilment{{ID: "5", Name: "#1-F1", Cancelled: true, Location: "72", Units: map[string]int{"1": 3}, Parcels: []shipments.Tracking{{Number: "1Z"}}}},
	}
	if diff := cmp.Diff(want, o); diff != "" || o.State == "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func made(id, name string) obj {
	o := order("1", page(""))
	delete(o, "fulfillments")
	return obj{"fulfillment": obj{"id": wire.GID("Fulfillment", id), "name": name, "order": o}, "userErrors": []any{}}
}

// Fulfilments are created by one request, each with an outcome of its own. The
// request of a number with quotes and emoji is JSON like any other.
func TestFulfil(t *testing.T) {
	f := shoptest.New(t)
	number := "1\"'\U0001F4E6"
	f.On[fulfilOperation] = func(r shoptest.Request) shoptest.Answer {
		if r.Query != fulfilDocument(3) {
			t.Errorf("document %s", r.Query)
		}
		want := `{"lineItemsByFulfillmentOrder":[{"fulfillmentOrderId":"gid://shopify/FulfillmentOrder/11","fulfillmentOrderLineItems":[` +
			`{"id":"gid://shopify/FulfillmentOrderLineItem/21","quantity":2},{"id":"gid://shopify/FulfillmentOrderLineItem/22","quantity":1}]},` +
			`{"fulfillmentOrderId":"gid://shopify/FulfillmentOrder/12","fulfillmentOrderLineItems":[{"id":"gid://shopify/FulfillmentOrderLineItem/23","quantity":4}]}],` +
			`"notifyCustomer":true,"trackingInfo":{"company":"UPS","numbers":["1\"'` + "\U0001F4E6" + `","2"],"urls":null}}`
		var vars map[string]json.RawMessage
		if err := json.Unmarshal(r.Variables, &vars); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(canonical(t, want), canonical(t, string(vars["f0"]))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		a := shoptest.OK(33, 33, obj{"f0": made("5", "#1-F1"), "f1": obj{"fulfillment": nil, "userErrors": []any{obj{"field": []any{"fulfillment"}, "message": "Fulfillment order does not exist."}}}, "f2": nil})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"Something went wrong","path":["f2"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
		return a
	}
	got, err := client(f).Fulfil(t.Context(), []shipments.Sending{{
		Order: "1", Notify: true, Parcels: []shipments.Tracking{{Number: number, Company: "UPS", URL: "https://a.example"}, {Number: "2", Company: "UPS"}},
		Parts: []shipments.Portion{part("11", "21", 2), part("11", "22", 1), part("12", "23", 4)},
	}, {}, {}})
	if err != nil || got[0].Entity.ID != "5" || got[0].Entity.Name != "#1-F1" || !got[0].Entity.UpdatedAt.Equal(t0) {
		t.Fatalf("%+v, %v", got, err)
	}
	if fault.KindOf(got[1].Err) != fault.Rejected || fault.KindOf(got[2].Err) != fault.Unknown {
		t.Errorf("%v, %v", got[1].Err, got[2].Err)
	}
}

func canonical(t *testing.T, js string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(js), &v); err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// One that spoils the whole request is found by halving: the others are made, once.
func TestFulfilHalves(t *testing.T) {
	f := shoptest.New(t)
	n := 0
	f.On[fulfilOperation] = func(r shoptest.Request) shoptest.Answer {
		if strings.Contains(string(r.Variables), "spoils") {
			return shoptest.Answer{Body: `{"errors":[{"message":"Variable $f0 was provided invalid value","extensions":{"code":"INVALID_VARIABLE"}}]}`}
		}
		out := obj{}
		for a := range r.Vars(t) {
			n++
			out[a] = made(fmt.Sprint(n), "#1")
		}
		return shoptest.OK(11, 11, out)
	}
	ss := make([]shipments.Sending, 5)
	ss[3].Parcels = []shipments.Tracking{{Number: "spoils"}}
	got, err := client(f).Fulfil(t.Context(), ss)
	if err != nil || len(got) != 5 || n != 4 {
		t.Fatalf("%d made of %d, %v", n, len(got), err)
	}
	for i, a := range got {
		if (a.Err != nil) != (i == 3) || a.Err == nil && a.Entity.ID == "" {
			t.Errorf("%d: %+v, %v", i, a.Entity, a.Err)
		}
	}
	if _, err := client(f).Fulfil(t.Context(), make([]shipments.Sending, shipments.MaxSendings+1)); fault.KindOf(err) != fault.Bug {
		t.Errorf("%v", err)
	}
}

// The single changes: what is sent, what is refused, what is lost.
func TestSingleChanges(t *testing.T) {
	f := shoptest.New(t)
	c := client(f)
	root := ""
	for op, do := range map[string]func() (shipments.Done, error){
		"CancelFulfillment fulfillmentCancel": func() (shipments.Done, error) { return c.Cancel(t.Context(), "5") },
		"TrackFulfillment fulfillmentTrackingInfoUpdate": func() (shipments.Done, error) {
			return c.Track(t.Context(), "5", []shipments.Tracking{{Number: "1", Company: "Hans", URL: "https://hans.example/1"}}, true)
		},
		"PrepareForPickup fulfillmentOrderLineItemsPreparedForPickup": func() (shipments.Done, error) { return c.Ready(t.Context(), "5") },
	} {
		name, field, _ := strings.Cut(op, " ")
		root = field
		ready := name == "PrepareForPickup"
		for what, payload := range map[string]any{
			"made": made("5", "#1-F1"), "refused": obj{"fulfillment": nil, "userErrors": []any{obj{"field": []any{"id"}, "message": "no", "code": "FULFILLMENT_ORDER_INVALID"}}}, "lost": nil,
		} {
			f.On[name] = func(r shoptest.Request) shoptest.Answer {
				if !strings.Contains(string(r.Variables), "/5\"") {
					t.Errorf("%s: %s", name, r.Variables)
				}
				return shoptest.OK(11, 11, obj{root: payload})
			}
			d, err := do()
			want := map[string]fault.Kind{"made": "", "refused": fault.Rejected, "lost": fault.Unknown}[what]
			if fault.KindOf(err) != want || what == "made" && (d.ID != "5" || !ready && !d.UpdatedAt.Equal(t0)) {
				t.Errorf("%s %s: %+v, %v", name, what, d, err)
			}
		}
	}
	if _, err := c.Track(t.Context(), "5", nil, false); fault.KindOf(err) != fault.Bug {
		t.Errorf("no parcel: %v", err)
	}
}

// Only the fulfilment status is left out of what tells of others' changes.
func TestStateOf(t *testing.T) {
	f := shoptest.New(t)
	state := func(change func(obj)) string {
		o := order("1", page(""))
		change(o)
		f.On["ShippableOrders"] = func(shoptest.Request) shoptest.Answer { return shoptest.OK(72, 72, obj{"nodes": []any{o}}) }
		r, err := client(f).Orders(t.Context(), []string{"1"})
		if err != nil {
			t.Fatal(err)
		}
		return r.Orders[0].State
	}
	was := state(func(obj) {})
	for name, v := range map[string]any{"note": "x", "tags": []any{"a"}, "cancelledAt": t0.Add(time.Hour), "displayFinancialStatus": "REFUNDED", "edited": true} {
		if state(func(o obj) { o[name] = v }) == was {
			t.Errorf("%s tells nothing", name)
		}
	}
	if state(func(o obj) { o["displayFulfillmentStatus"] = "FULFILLED" }) != was {
		t.Error("the fulfilment status tells of others")
	}
}

func part(fulfilmentOrder, line string, units int) shipments.Portion {
	return shipments.Portion{FulfilmentOrder: fulfilmentOrder, Line: line, Units: units}
}
