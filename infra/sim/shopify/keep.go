package shopify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"backroom/infra/sim/shopify/data"
)

// kept is what outlives the process: all that a client has ever been told. Not
// kept are tokens, what was counted and logged, faults, and what the search
// index has yet to learn.
type kept struct {
	Data        data.Data                `json:"data"`
	OrderIDs    []int64                  `json:"orderIDs"` // with those that are deleted
	Seq         int64                    `json:"seq"`
	Keys        map[string]keptKey       `json:"keys"`
	Groups      map[int64]keptAdjustment `json:"groups"`
	Webhooks    []keptWebhook            `json:"webhooks"`
	Uninstalled bool                     `json:"uninstalled"`
	Gallery     gallery                  `json:"gallery"`
}

type keptKey struct {
	At    time.Time `json:"at"`
	Input string    `json:"input"`
	Group int64     `json:"group"`
}

type keptAdjustment struct {
	ID      int64        `json:"id"`
	At      time.Time    `json:"at"`
	Reason  string       `json:"reason"`
	URI     string       `json:"uri"`
	Changes []keptChange `json:"changes"`
}

type keptChange struct {
	Variant  int64  `json:"variant"`
	Location int64  `json:"location"`
	Name     string `json:"name"`
	Delta    int    `json:"delta"`
}

type keptWebhook struct {
	ID          int64     `json:"id"`
	Topic       string    `json:"topic"`
	URI         string    `json:"uri"`
	Name        string    `json:"name"`
	Include     []string  `json:"include"`
	Created     time.Time `json:"created"`
	FailedInRow int       `json:"failedInRow"`
}

// Keep is the shop as JSON, for [Server.Restore] of a later process.
func (s *Shop) Keep() (json.RawMessage, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k := kept{
		Data: data.Data{
			Shop: s.info, Locations: s.locations, Products: s.products, Customers: s.customers, Companies: s.companies, Orders: s.database(), Payments: s.payments.Payments,
		},
		OrderIDs: s.orderIDs, Seq: s.seq, Keys: map[string]keptKey{}, Groups: map[int64]keptAdjustment{}, Uninstalled: s.uninstalled, Gallery: s.gallery,
	}
	for key, u := range s.keys {
		k.Keys[key] = keptKey{u.at, u.input, u.group}
	}
	for id, a := range s.groups {
		g := keptAdjustment{ID: a.id, At: a.at, Reason: a.reason, URI: a.uri}
		for _, c := range a.changes {
			g.Changes = append(g.Changes, keptChange{c.va.v.ID, c.l.ID, c.name, c.delta})
		}
		k.Groups[id] = g
	}
	for _, w := range s.subs {
		k.Webhooks = append(k.Webhooks, keptWebhook{w.id, w.topic, w.uri, w.name, w.include, w.created, w.failedInRow})
	}
	return json.Marshal(k)
}

// Restore makes the only shop of a server what [Shop.Keep] has kept, before it
// serves anybody.
func (s *Server) Restore(js json.RawMessage) error {
	var k kept
	if err := json.Unmarshal(js, &k); err != nil {
		return fmt.Errorf("shopify: %w", err)
	}
	shop, err := newShop(s, &k.Data)
	if err != nil {
		return err
	}
	shop.orderIDs, shop.seq, shop.uninstalled = k.OrderIDs, k.Seq, k.Uninstalled
	if k.Gallery.Files != nil {
		shop.gallery = k.Gallery
	}
	for _, id := range k.OrderIDs {
		if shop.orders[id] == nil { // deleted
			shop.orders[id] = &record{}
		}
	}
	for key, u := range k.Keys {
		shop.keys[key] = &keyUse{u.At, u.Input, u.Group}
	}
	for id, g := range k.Groups {
		a := &adjustment{id: g.ID, at: g.At, reason: g.Reason, uri: g.URI}
		for _, c := range g.Changes {
			i := slices.IndexFunc(shop.locations, func(l *data.Location) bool { return l.ID == c.Location })
			v, ok := shop.variants[c.Variant]
			if i < 0 || !ok {
				return fmt.Errorf("shopify: an adjustment names variant %d and location %d, which are not kept", c.Variant, c.Location)
			}
			a.changes = append(a.changes, change{v, shop.locations[i], c.Name, c.Delta})
		}
		shop.groups[id] = a
	}
	for _, w := range k.Webhooks {
		shop.subs = append(shop.subs, &subscription{w.ID, w.Topic, w.URI, w.Name, w.Include, w.Created, w.FailedInRow})
	}
	if orders := slices.Collect(maps.Keys(shop.orders)); len(orders) != len(k.OrderIDs) {
		return fmt.Errorf("shopify: %d orders are kept, %d are named", len(orders), len(k.OrderIDs))
	}
	s.shops = []*Shop{shop}
	return nil
}
