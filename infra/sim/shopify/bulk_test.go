package shopify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	runBulk    = `mutation R($q: String!) { bulkOperationRunQuery(query: $q) { bulkOperation { id status } userErrors { code field message } } }`
	cancelBulk = `mutation C($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id status } userErrors { field message } } }`
	pollBulk   = `query P($id: ID!) { bulkOperation(id: $id) { id status errorCode url partialDataUrl objectCount rootObjectCount completedAt } }`
	allOrders  = `{ orders { edges { node { id name currentTotalPriceSet { shopMoney { amount } } refunds { id } lineItems { edges { node { id quantity } } } } } } }`
)

func bulk(query string) func(*world) call { return with(runBulk, object{"q": query}) }

func bulkRefusals() []refusal {
	five := func(t *testing.T, w *world) {
		t.Helper()
		for range 5 {
			w.startBulk(t, allOrders)
		}
	}
	ended := func(w *world) call {
		return call{query: cancelBulk, vars: object{"id": w.last}}
	}
	deep := `{ products { edges { node { id variants { edges { node { id product { id variants { edges { node { id product { id variants { edges { node { id } } } } } } } } } } } } } } }`
	return []refusal{
		{"bulk: no connection", "9", nil, bulk(`{ shop { id } }`), 0, "INVALID", "Bulk queries must contain at least one connection."},
		{"bulk: six connections", "9", nil, bulk(`{ orders { edges { node { id ` + aliases("lineItems { edges { node { id } } }", 5) + ` } } } }`), 0, "INVALID", "Bulk queries cannot contain more than 5 connections."},
		{"bulk: three levels below the root", "9", nil, bulk(deep), 0, "INVALID", "Bulk queries cannot contain connections with a nesting depth"},
		{"bulk: nodes", "9", nil, bulk(`{ orders { nodes { id } } }`), 0, "INVALID", "Connection fields must select their contents via the `edges`"},
		{"bulk: top-level node", "9", nil, bulk(`{ node(id: "gid://shopify/Order/1") { id } }`), 0, "INVALID", "Bulk queries cannot contain a top-level `node` field."},
		{"bulk: parent without id", "9", nil, bulk(`{ orders { edges { node { name lineItems { edges { node { id } } } } } } }`), 0, "INVALID", "The parent 'node' field for a nested connection"},
		{"bulk: parent with an aliased id", "9", nil, bulk(`{ orders { edges { node { x: id lineItems { edges { node { id } } } } } } }`), 0, "INVALID", "The parent 'node' field for a nested connection"},
		{"bulk: connection in a list", "9", nil, bulk(`{ orders { edges { node { id refunds { id refundLineItems { edges { node { id } } } } } } } }`), 0, "INVALID", "Queries that contain a connection field within a list"},
		{"bulk: a mutation", "9", nil, bulk(`mutation { orderClose(input: {id: "gid://shopify/Order/1"}) { order { id } } }`), 0, "INVALID", "Only query operations are supported."},
		{"bulk: no document", "9", nil, bulk(`orders`), 0, "INVALID", "Invalid bulk query"},
		{"bulk: unknown field", "9", nil, bulk(`{ orders { edges { node { id wind } } } }`), 0, "INVALID", "Invalid bulk query"},
		{"bulk: two roots", "9", nil, bulk(`{ orders { edges { node { id } } } products { edges { node { id } } } }`), 0, "INVALID", "Bulk queries must have exactly one"},
		{"bulk: a sixth at once", "9", five, bulk(allOrders), 0, "OPERATION_IN_PROGRESS", "A bulk query operation for this app and shop is already in progress: gid://"},
		{"bulk: cancel what has ended", "9", func(t *testing.T, w *world) { t.Helper(); w.startBulk(t, allOrders); w.Advance(time.Minute) }, ended, 0, "", "A bulk operation cannot be canceled when it is completed"},
		{"bulk: poll an id of another type", "21.11", nil, with(pollBulk, object{"id": "gid://shopify/Order/1"}), 0, "RESOURCE_NOT_FOUND", "Invalid id"},
		{"bulk: rows without a signature", "9", func(t *testing.T, w *world) { t.Helper(); w.startBulk(t, allOrders); w.Advance(time.Minute) }, func(w *world) call {
			return call{method: http.MethodGet, path: "/bulk/" + strings.TrimPrefix(w.last, "gid://shopify/BulkOperation/") + ".jsonl", body: " "}
		}, 403, "", "Forbidden"},
		{"bulk: rows of no operation", "9", nil, sent(call{method: http.MethodGet, path: "/bulk/1.jsonl", body: " "}), 404, "", "Not Found"},
	}
}

// aliases is n times a field, each under another name.
func aliases(field string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "f%d: %s ", i, field)
	}
	return b.String()
}

// startBulk starts an operation that must be taken, and notes its id.
func (w *world) startBulk(t *testing.T, query string) {
	t.Helper()
	got := w.ask(t, runBulk, map[string]any{"q": query})
	run, _ := got["bulkOperationRunQuery"].(map[string]any)
	op, ok := run["bulkOperation"].(map[string]any)
	if !ok {
		t.Fatalf("%v", got)
	}
	w.last, _ = op["id"].(string)
}

// poll is the operation that was started last.
func (w *world) poll(t *testing.T) map[string]any {
	t.Helper()
	op, _ := w.ask(t, pollBulk, map[string]any{"id": w.last})["bulkOperation"].(map[string]any)
	return op
}

// Rows come parents first, from a signed address that asks for no token, from any byte on.
func TestBulkOperation(t *testing.T) {
	w := newWorld(t)
	w.startBulk(t, allOrders)
	if op := w.poll(t); op["status"] != "CREATED" || op["url"] != nil || op["objectCount"] != "0" {
		t.Errorf("%v", op)
	}
	w.Advance(500 * time.Millisecond)
	if op := w.poll(t); op["status"] != "RUNNING" {
		t.Errorf("%v", op)
	}
	w.Advance(time.Second)
	op := w.poll(t)
	address, _ := op["url"].(string)
	path, ok := strings.CutPrefix(address, "https://"+domain)
	if op["status"] != "COMPLETED" || !ok {
		t.Fatalf("%v", op)
	}
	w.token = "none"
	all := w.send(t, call{method: http.MethodGet, path: path, body: " "})
	lines, orders, parent := strings.Split(strings.TrimSpace(all.text), "\n"), 0, ""
	for _, line := range lines {
		var row struct {
			ID       string
			ParentID string `json:"__parentId"`
			Quantity int
			Refunds  []any
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		switch {
		case row.ParentID == "" && row.Refunds != nil:
			orders, parent = orders+1, row.ID
		case row.ParentID != parent || row.Quantity == 0:
			t.Errorf("%s below %s", line, parent)
		}
	}
	if n := len(w.shop.Orders()); orders != n || op["rootObjectCount"] != fmt.Sprint(n) || op["objectCount"] != fmt.Sprint(len(lines)) || n < 10 {
		t.Errorf("%d rows of %d orders, want %d; %v", len(lines), orders, n, op)
	}
	rest := w.send(t, call{method: http.MethodGet, path: path, body: " ", header: "Range: bytes=1000-"})
	if rest.status != http.StatusPartialContent || rest.text != all.text[1000:] {
		t.Errorf("%d, %d bytes from 1000 of %d", rest.status, len(rest.text), len(all.text))
	}
	w.Advance(8 * 24 * time.Hour)
	if r := w.send(t, call{method: http.MethodGet, path: path, body: " "}); r.status != http.StatusForbidden {
		t.Errorf("after 8 days: %d", r.status)
	}
}

// An empty result has no address; a failed or cancelled one has none either.
func TestBulkOperationWithoutRows(t *testing.T) {
	for name, tt := range map[string]struct {
		query  string
		does   func(*testing.T, *world)
		status string
		code   any
	}{
		"nothing found": {`{ orders(query: "created_at:>'2099-01-01T00:00:00Z'") { edges { node { id } } } }`, func(*testing.T, *world) {}, "COMPLETED", nil},
		"cancelled": {allOrders, func(t *testing.T, w *world) {
			t.Helper()
			w.ask(t, cancelBulk, map[string]any{"id": w.last})
			if op := w.poll(t); op["status"] != "CANCELING" {
				t.Errorf("%v", op)
			}
		}, "CANCELED", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.startBulk(t, tt.query)
			tt.does(t, w)
			w.Advance(time.Minute)
			if op := w.poll(t); op["status"] != tt.status || op["url"] != nil || op["errorCode"] != tt.code {
				t.Errorf("%v", op)
			}
		})
	}
	w := newWorld(t)
	w.shop.FailBulk("TIMEOUT")
	w.startBulk(t, allOrders)
	w.Advance(time.Minute)
	if op := w.poll(t); op["status"] != "FAILED" || op["errorCode"] != "TIMEOUT" || op["url"] != nil {
		t.Errorf("%v", op)
	}
}
