package shopify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

type subscription struct {
	id          int64
	topic, uri  string
	name        string
	include     []string
	created     time.Time
	failedInRow int
}

// maxWebhookFailures in a row end a subscription that was made through the API.
const maxWebhookFailures = 8

type webhookObj struct{ w *subscription }

func (webhookObj) typeName() string { return "WebhookSubscription" }

func (o webhookObj) field(_ *execution, name string, _ map[string]any) any {
	w := o.w
	switch name {
	case "id":
		return gid("WebhookSubscription", w.id)
	case "legacyResourceId":
		return w.id
	case "topic":
		return w.topic
	case "uri":
		return w.uri
	case "format":
		return "JSON"
	case "name":
		return str(w.name)
	case "includeFields":
		return w.include
	case "apiVersion":
		return version2026{}
	case "createdAt", "updatedAt":
		return w.created
	}
	return unresolved("WebhookSubscription", name)
}

func (x *execution) webhookCreate(topic string, in map[string]any) any {
	const typ = "WebhookSubscriptionCreatePayload"
	wrong := func(message string) any {
		return refused(typ, userError{path: []string{"webhookSubscription", "callbackUrl"}, message: message})
	}
	s, uri := x.shop, asString(in["uri"])
	u, err := url.Parse(uri)
	switch {
	case uri == "":
		return wrong("Address can't be blank")
	case err != nil || u.Scheme == "":
		return wrong("Address is invalid")
	case u.Scheme == "pubsub" || strings.HasPrefix(uri, "arn:aws:events:"):
	case u.Scheme != "https" && !s.srv.cfg.LocalWebhooks:
		return wrong("Address protocol http:// is not supported")
	case (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1") && !s.srv.cfg.LocalWebhooks:
		return wrong("Address cannot be localhost")
	case strings.HasSuffix(u.Hostname(), ".myshopify.com") || strings.HasSuffix(u.Hostname(), "shopify.com"):
		return wrong("Address cannot be a Shopify or an internal domain")
	case in["format"] == "XML":
		return refused(typ, userError{path: []string{"webhookSubscription", "format"}, message: "Format is not supported for this topic"})
	}
	if scope := topicScope(topic); scope != "" && !s.has(scope) {
		return refused(typ, userError{path: []string{"topic"}, message: "You cannot create a webhook subscription with the specified topic"})
	}
	if slices.ContainsFunc(s.subs, func(w *subscription) bool { return w.topic == topic && w.uri == uri }) {
		return wrong("Address for this topic has already been taken")
	}
	w := &subscription{id: s.next(), topic: topic, uri: uri, name: asString(in["name"]), created: x.now.UTC().Truncate(time.Second)}
	for _, f := range asList(in["includeFields"]) {
		w.include = append(w.include, asString(f))
	}
	s.subs = append(s.subs, w)
	return payload{typ: typ, fields: map[string]any{"webhookSubscription": webhookObj{w}}}
}

func topicScope(topic string) string {
	switch {
	case strings.HasPrefix(topic, "ORDERS_"), strings.HasPrefix(topic, "REFUNDS_"):
		return "read_orders"
	case strings.HasPrefix(topic, "CUSTOMERS_"):
		return "read_customers"
	case strings.HasPrefix(topic, "PRODUCTS_"):
		return "read_products"
	}
	return ""
}

func (x *execution) webhookDelete(id any) any {
	_, n := splitGID(id)
	i := slices.IndexFunc(x.shop.subs, func(w *subscription) bool { return w.id == n })
	if i < 0 {
		return refused("WebhookSubscriptionDeletePayload", userError{path: []string{"id"}, message: "Webhook subscription does not exist"})
	}
	x.shop.subs = slices.Delete(x.shop.subs, i, i+1)
	return payload{typ: "WebhookSubscriptionDeletePayload", fields: map[string]any{"deletedWebhookSubscriptionId": asString(id)}}
}

// notify sends an order to those who subscribed to topic, without waiting. The
// caller holds the lock.
func (s *Shop) notify(topic string, o *data.Order, now time.Time) {
	if len(s.subs) == 0 {
		return
	}
	event := s.next()
	for _, w := range s.subs {
		if w.topic != topic || !strings.HasPrefix(w.uri, "http") || s.srv.cfg.Client == nil {
			continue
		}
		body, err := orderPayload(topic, o, w.include)
		if err != nil {
			continue
		}
		h := http.Header{}
		h.Set("Content-Type", "application/json")
		h.Set("X-Shopify-Topic", topicName(topic))
		h.Set("X-Shopify-Shop-Domain", s.info.Domain)
		h.Set("X-Shopify-Hmac-SHA256", Sign(s.info.ClientSecret, body))
		h.Set("X-Shopify-Webhook-Id", fmt.Sprintf("%016x", s.next()))
		h.Set("X-Shopify-Event-Id", fmt.Sprintf("%016x", event))
		h.Set("X-Shopify-Triggered-At", now.UTC().Format(time.RFC3339Nano))
		h.Set("X-Shopify-API-Version", apiVersion)
		if w.name != "" {
			h.Set("X-Shopify-Name", w.name)
		}
		s.srv.deliveries.Go(func() { s.deliver(w, h, body) })
	}
}

// deliver posts one webhook. Shopify waits 5 s and repeats 8 times within 4 h;
// the simulator tries once, because deliveries may be lost anyway.
func (s *Shop) deliver(w *subscription, h http.Header, body []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ok := false
	if req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.uri, bytes.NewReader(body)); err == nil {
		req.Header = h
		if resp, err := s.srv.cfg.Client.Do(req); err == nil {
			_, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
			ok = resp.Body.Close() == nil && err == nil && resp.StatusCode/100 == 2
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ok {
		w.failedInRow = 0
		return
	}
	s.failed++
	if w.failedInRow++; w.failedInRow >= maxWebhookFailures {
		s.subs = slices.DeleteFunc(s.subs, func(x *subscription) bool { return x == w })
	}
}

// Sign is the value of X-Shopify-Hmac-SHA256 for body.
func Sign(secret string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// topicName: ORDERS_UPDATED is orders/updated on the wire.
func topicName(topic string) string {
	t := strings.ToLower(topic)
	if i := strings.LastIndexByte(t, '_'); i >= 0 {
		return t[:i] + "/" + t[i+1:]
	}
	return t
}

// orderPayload is the part of the REST order that a hint needs; of a refund or an
// edit it is theirs, with the order's number.
func orderPayload(topic string, o *data.Order, include []string) ([]byte, error) {
	if n := len(o.Refunds); n > 0 && topic == "REFUNDS_CREATE" {
		r := o.Refunds[n-1]
		return json.Marshal(map[string]any{"id": r.ID, "admin_graphql_api_id": gid("Refund", r.ID), "order_id": o.ID, "created_at": stamp(r.CreatedAt), "note": r.Note})
	}
	if topic == "ORDERS_EDITED" {
		return json.Marshal(map[string]any{"order_edit": map[string]any{"order_id": o.ID, "created_at": stamp(o.UpdatedAt), "committed_at": stamp(o.UpdatedAt)}})
	}
	m := map[string]any{
		"id": o.ID, "admin_graphql_api_id": gid("Order", o.ID), "name": o.Name, "order_number": o.Number,
		"created_at": stamp(o.CreatedAt), "updated_at": stamp(o.UpdatedAt), "test": o.Test, "currency": o.Currency,
		"total_price": amount(o.Totals().Price.Shop), "financial_status": strings.ToLower(o.FinancialStatus), "tags": strings.Join(o.Tags, ", "),
	}
	if len(include) > 0 {
		for k := range m {
			if !slices.Contains(include, k) {
				delete(m, k)
			}
		}
	}
	return json.Marshal(m)
}
