package shopify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"backroom/infra/sim/shopify"
)

// control sends a request to the control API.
func (w *world) control(t *testing.T, method, path, body string) reply {
	t.Helper()
	if body == "" {
		body = " "
	}
	return w.send(t, call{method: method, path: path, body: body})
}

func TestControl(t *testing.T) {
	w := newWorld(t)
	w.ask(t, shopQuery, nil)
	id := order(w, 3).ID
	one := fmt.Sprintf("/_sim/orders/%d", id)
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string // part of the answer
	}{
		{"GET", "/", "", 200, "<h1>Simulated Shopify</h1>"},
		{"GET", "/", "", 200, "1 requests, 1 points used"},
		{"GET", "/_sim/state", "", 200, `"orders":200`},
		{"GET", "/_sim/meter", "", 200, `"requestedPoints":1,"chargedPoints":1`},
		{"GET", "/_sim/requests", "", 200, `"operation":"shop"`},
		{"DELETE", "/_sim/meter", "", 200, `"requests":0`},
		{"PUT", "/_sim/meter", "", 405, "want GET or DELETE"},
		{"GET", "/_sim/orders", "", 200, `"name":"#1004"`},
		{"GET", one, "", 200, `"Name":"#1004"`},
		{"PATCH", one, `{"Note":"patched"}`, 200, `"Note":"patched"`},
		{"PATCH", one, `{"Note":`, 400, "unexpected end"},
		{"POST", one + "/cancel?reason=FRAUD", "", 200, `"CancelReason":"FRAUD"`},
		{"POST", "/_sim/orders", `{"ID":77,"TaxesIncluded":true}`, 200, `"Name":"#1201"`},
		{"POST", "/_sim/orders", `{"ID":77}`, 400, "id 77 is taken"},
		{"DELETE", one, "", 200, ""},
		{"GET", one, "", 404, "no order"},
		{"GET", "/_sim/orders/x", "", 404, "no order x"},
		{"POST", "/_sim/shop", `{"indexLag":"soon"}`, 400, "want a duration such as 30s"},
		{"POST", "/_sim/shop", `{"indexLag":"1s","drain":500}`, 200, `"currentlyAvailable":1499`},
		{"POST", "/_sim/faults", `{"mode":"late","delay":"90s","writes":true}`, 200, `"delay":"1m30s"`},
		{"POST", "/_sim/faults", `{"mode":"sometimes"}`, 400, "want one of"},
		{"DELETE", "/_sim/faults", "", 200, `"rules":[]`},
		{"GET", "/_sim/orders?shop=other.myshopify.com", "", 404, "no such shop"},
		{"GET", "/_sim/nothing", "", 404, "no such control"},
		{"POST", "/_sim/shop", `{"status":402}`, 200, ""},
	} {
		if r := w.control(t, c.method, c.path, c.body); r.status != c.status || !strings.Contains(r.text, c.want) {
			t.Errorf("%s %s %s: %d %.300s, want %d and %s", c.method, c.path, c.body, r.status, r.text, c.status, c.want)
		}
	}
	if r := w.send(t, call{query: shopQuery}); r.status != http.StatusPaymentRequired {
		t.Errorf("status 402 was not set: %d", r.status)
	}
}

func TestPageEscapesWhatBuyersWrite(t *testing.T) {
	w := newWorld(t)
	w.send(t, update(object{"tags": []string{"<script>alert(1)</script>"}})(w))
	r := w.control(t, http.MethodGet, "/", "")
	if strings.Contains(r.text, "<script>") || !strings.Contains(r.text, "&lt;script&gt;") || r.header.Get("Content-Security-Policy") == "" {
		t.Error("the page shows a tag as markup")
	}
}

func TestConfigIsChecked(t *testing.T) {
	if _, err := shopify.New(shopify.Config{}); err == nil || !strings.Contains(err.Error(), "no shops") {
		t.Errorf("without shops: %v", err)
	}
}
