package shopify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

// hooks receives webhooks and answers with status.
type hooks struct {
	mu     sync.Mutex
	status int
	got    []hook
}

type hook struct {
	header http.Header
	body   string
}

func (h *hooks) RoundTrip(r *http.Request) (*http.Response, error) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, hook{r.Header, string(b)})
	return &http.Response{StatusCode: h.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// take are the webhooks since the last call, by topic.
func (h *hooks) take(w *world) []hook {
	w.Flush()
	h.mu.Lock()
	defer h.mu.Unlock()
	got := h.got
	h.got = nil
	slices.SortFunc(got, func(a, b hook) int {
		return strings.Compare(a.header.Get("X-Shopify-Topic"), b.header.Get("X-Shopify-Topic"))
	})
	return got
}

func subscribed(t *testing.T, h *hooks, topics ...string) *world {
	t.Helper()
	w := newWorld(t, func(c *shopify.Config) { c.Client = &http.Client{Transport: h} })
	for _, topic := range topics {
		r := w.send(t, call{query: fmt.Sprintf(`mutation { webhookSubscriptionCreate(topic: %s, webhookSubscription: {uri: "https://hooks.example/%s", name: "orders"}) { webhookSubscription { id } userErrors { message } } }`, topic, topic)})
		if len(found(r)) > 0 {
			t.Fatal(r.text)
		}
	}
	return w
}

func TestWebhooksAreSigned(t *testing.T) {
	h := &hooks{status: 200}
	w := subscribed(t, h, "ORDERS_UPDATED", "ORDERS_CREATE", "ORDERS_CANCELLED", "ORDERS_DELETE")
	id := order(w, 0).ID
	w.send(t, update(object{"note": "our own write comes back too"})(w))
	got := h.take(w)
	if len(got) != 1 {
		t.Fatalf("%d webhooks", len(got))
	}
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte(got[0].body))
	sum, err := base64.StdEncoding.DecodeString(got[0].header.Get("X-Shopify-Hmac-Sha256"))
	if err != nil || !hmac.Equal(sum, mac.Sum(nil)) {
		t.Errorf("the signature does not fit the body: %v", err)
	}
	for name, want := range map[string]string{
		"X-Shopify-Topic": "orders/updated", "X-Shopify-Shop-Domain": domain, "X-Shopify-Api-Version": "2026-07", "X-Shopify-Name": "orders",
		"X-Shopify-Triggered-At": "2026-11-23T12:00:00Z",
	} {
		if v := got[0].header.Get(name); v != want {
			t.Errorf("%s = %q, want %q", name, v, want)
		}
	}
	var body struct {
		ID  int64  `json:"id"`
		GID string `json:"admin_graphql_api_id"`
	}
	if err := json.Unmarshal([]byte(got[0].body), &body); err != nil || body.ID != id || body.GID != fmt.Sprintf("gid://shopify/Order/%d", id) {
		t.Errorf("body = %s, %v", got[0].body, err)
	}
	if _, err := w.shop.CancelOrder(id, ""); err != nil {
		t.Fatal(err)
	}
	both := h.take(w)
	if len(both) != 2 || both[0].header.Get("X-Shopify-Topic") != "orders/cancelled" || both[0].header.Get("X-Shopify-Webhook-Id") == both[1].header.Get("X-Shopify-Webhook-Id") {
		t.Errorf("a cancelled order sends %v", both)
	}
	if _, err := w.shop.AddOrder(&data.Order{}); err != nil {
		t.Fatal(err)
	}
	if err := w.shop.DeleteOrder(id); err != nil {
		t.Fatal(err)
	}
	if got := h.take(w); len(got) != 2 || got[0].header.Get("X-Shopify-Topic") != "orders/create" || got[1].header.Get("X-Shopify-Topic") != "orders/delete" {
		t.Errorf("a new and a deleted order send %v", got)
	}
}

func TestWebhookFields(t *testing.T) {
	h := &hooks{status: 200}
	w := subscribed(t, h)
	w.ask(t, `mutation { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: {uri: "https://hooks.example", includeFields: ["id", "updated_at"]}) { userErrors { message } } }`, nil)
	w.send(t, update(object{"note": "x"})(w))
	got := h.take(w)
	if len(got) != 1 || got[0].body != fmt.Sprintf(`{"id":%d,"updated_at":"2026-11-23T12:00:00Z"}`, order(w, 0).ID) {
		t.Errorf("webhooks = %v", got)
	}
}

func TestSubscriptionEndsAfterEightFailures(t *testing.T) {
	h := &hooks{status: 500}
	w := subscribed(t, h, "ORDERS_UPDATED")
	for i := range 10 {
		if i == 4 { // a success in between starts the count anew
			h.status = 200
		}
		w.send(t, update(object{"note": fmt.Sprint(i)})(w))
		if n := len(h.take(w)); n != 1 {
			t.Fatalf("change %d sent %d webhooks", i, n)
		}
		h.status = 500
	}
	for range 3 {
		w.send(t, update(object{"note": "more"})(w))
	}
	if n := len(h.take(w)); n != 3 {
		t.Fatalf("%d webhooks for three changes", n)
	}
	w.send(t, update(object{"note": "last"})(w))
	if n := len(h.take(w)); n != 0 {
		t.Errorf("%d webhooks after eight failures in a row", n)
	}
	if l := at(t, w.ask(t, `{ webhookSubscriptions(first: 5) { nodes { id } } }`, nil), "webhookSubscriptions", "nodes"); len(l.([]any)) != 0 {
		t.Errorf("subscriptions = %v", l)
	}
}

func TestSubscriptionIsDeleted(t *testing.T) {
	h := &hooks{status: 200}
	w := subscribed(t, h, "ORDERS_UPDATED")
	id := at(t, w.ask(t, `{ webhookSubscriptions(first: 5) { nodes { id } } }`, nil), "webhookSubscriptions", "nodes", 0, "id")
	del := `mutation D($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } } }`
	w.ask(t, del, object{"id": id})
	w.send(t, update(object{"note": "x"})(w))
	if n := len(h.take(w)); n != 0 {
		t.Errorf("%d webhooks", n)
	}
	if r := w.send(t, call{query: del, vars: object{"id": id}}); len(found(r)) != 1 {
		t.Errorf("deleting it again: %s", r.text)
	}
}
