package shopify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const returnsQuery = `query($id: ID!) { order(id: $id) { updatedAt returnStatus
	returns(first: 5) { nodes { id name status
		returnLineItems(first: 5) { nodes { quantity processedQuantity ... on ReturnLineItem { fulfillmentLineItem { lineItem { id } } } } }
		exchangeLineItems(first: 5) { nodes { quantity lineItems { id } } }
		reverseFulfillmentOrders(first: 5) { nodes { lineItems(first: 5) { nodes { dispositions { type quantity location { id } } } } } } } }
	refunds { return { id } refundLineItems(first: 5) { nodes { restockType } } } } }`

// A return goes its way by control requests; only what it is processed to moves
// the order's update time.
func TestReturnOverTheWire(t *testing.T) {
	w := newWorld(t)
	o := order(w, 3)
	one, line := fmt.Sprintf("/_sim/orders/%d", o.ID), o.Lines[0].ID
	do := func(body string) reply { return w.control(t, http.MethodPost, one+"/return", body) }
	if r := do(fmt.Sprintf(`{"Do":"open","Units":{"%d":1}}`, line)); r.status != http.StatusBadRequest || !strings.Contains(r.text, "cannot be returned") {
		t.Errorf("before anything is shipped: %d %s", r.status, r.text)
	}
	if r := w.control(t, http.MethodPost, one+"/fulfilment", `{"Do":"ship"}`); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.text)
	}
	ask := func() (root map[string]any, updated string) {
		root, _ = w.ask(t, returnsQuery, map[string]any{"id": gidOf("Order", o.ID)})["order"].(map[string]any)
		updated, _ = root["updatedAt"].(string)
		return root, updated
	}
	_, before := ask()
	w.Advance(100 * time.Second)
	for _, body := range []string{
		fmt.Sprintf(`{"Do":"request","Units":{"%d":1},"Exchange":[{"Title":"Hat","Quantity":1,"UnitPrice":{"Shop":"5","Presentment":"5"}}]}`, line),
		`{"Do":"approve"}`, fmt.Sprintf(`{"Do":"dispose","Line":%d,"Type":"RESTOCKED","Quantity":1,"Location":%d}`, line, o.FulfillmentOrders[0].Location),
	} {
		if r := do(body); r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", body, r.status, r.text)
		}
	}
	if root, at := ask(); at != before || root["returnStatus"] != "IN_PROGRESS" {
		t.Errorf("an open return: %s after %s, %v", at, before, root["returnStatus"])
	}
	if r := do(`{"Do":"process"}`); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.text)
	}
	if r := do(`{"Do":"close"}`); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.text)
	}
	root, at := ask()
	if at == before || root["returnStatus"] != "RETURNED" {
		t.Errorf("a processed one: %s after %s, %v", at, before, root["returnStatus"])
	}
	text := fmt.Sprint(root)
	for _, want := range []string{"#1004-R1", "restockType:RETURN", "type:RESTOCKED", "processedQuantity:1", "lineItems:[map[id:gid://shopify/LineItem/"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	w.shop.SetScopes([]string{"read_orders"})
	if r := w.send(t, call{query: returnsQuery, vars: map[string]any{"id": gidOf("Order", o.ID)}}); !strings.Contains(r.text, "read_returns") {
		t.Errorf("without the scope: %s", r.text)
	}
}
