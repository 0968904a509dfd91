// Package inventoryapi reads and sets the stock of a shop, as package inventory asks
// for it.
package inventoryapi

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/inventory"
	"backroom/shared/outbound"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client is the stock of a shop. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var _ inventory.Target = (*Client)(nil)

// New makes the stock of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// Levels implements inventory.Target. Items and locations are those of one request,
// all from the database.
func (c *Client) Levels(ctx context.Context, items, locations []string) (inventory.Levels, error) {
	const op = "StockLevels"
	out := inventory.Levels{Items: map[string]inventory.ShopItem{}, Locations: map[string]inventory.ShopLocation{}, Unread: map[string]error{}}
	ids := append(wire.GIDs("Location", locations), wire.GIDs("InventoryItem", items)...)
	if len(ids) == 0 {
		return out, nil
	}
	x := c.core.Do(shopify.Call{Op: op, PerNode: true})
	r, err := gql.StockLevels(ctx, x, ids)
	if err != nil {
		return out, err
	}
	if len(r.Nodes) != len(ids) {
		return out, wire.Missing(op, "an entry")
	}
	bad, _ := x.PerNode()
	for i, id := range ids {
		id = wire.Tail(id)
		if err := bad[i]; err != nil {
			if i < len(locations) || fault.KindOf(err) == fault.Blocked {
				return out, err // a permission: so would every other
			}
			out.Unread[id] = err
			continue
		}
		switch n := r.Nodes[i].(type) {
		case *gql.StockLevelsNodesLocation:
			out.Locations[id] = inventory.ShopLocation{ID: id, Name: n.Name, Active: n.IsActive, Service: n.IsFulfillmentService}
		case *gql.StockLevelsNodesInventoryItem:
			it, err := c.item(ctx, n.StockItem)
			switch {
			case err == nil:
				out.Items[id] = it
			case ctx.Err() != nil || !shopify.OfContent(err):
				return out, err
			default:
				out.Unread[id] = err
			}
		}
	}
	return out, nil
}

// item is an inventory item with all of its levels.
func (c *Client) item(ctx context.Context, n gql.StockItem) (inventory.ShopItem, error) {
	out := inventory.ShopItem{ID: wire.Tail(n.Id), Tracked: n.Tracked, Levels: map[string]inventory.Level{}}
	seen, page := wire.Cursors{}, n.InventoryLevels
	for {
		for _, l := range page.Nodes {
			level := inventory.Level{Active: l.IsActive}
			for _, q := range l.Quantities {
				if q.Name == available {
					level.Available = q.Quantity
				}
			}
			out.Levels[wire.Tail(l.Location.Id)] = level
		}
		after, err := seen.Next("StockMoreLevels", page.PageInfo)
		if err != nil || after == nil {
			return out, err
		}
		more, err := gql.StockMoreLevels(ctx, c.core.Read("StockMoreLevels"), n.Id, *after)
		if err != nil {
			return out, err
		}
		if more.InventoryItem == nil {
			return out, &fault.Error{Op: "shopify.StockMoreLevels", Kind: fault.Transient, Err: errors.New("the item went away while it was read")}
		}
		page = more.InventoryItem.InventoryLevels
	}
}

// available is the quantity that is read and set, and only that one, see
// docs/decisions/0050-which-quantity.md.
const available = "available"

// reason is what Shopify notes in an item's history.
const reason = "correction"

// Set implements inventory.Target.
func (c *Client) Set(ctx context.Context, b inventory.Batch) ([]outbound.Created[inventory.Change], error) {
	in := gql.InventorySetQuantitiesInput{Name: available, Reason: reason}
	for _, ch := range b.Changes {
		in.Quantities = append(in.Quantities, gql.InventoryQuantityInput{
			InventoryItemId: wire.GID("InventoryItem", ch.Item), LocationId: wire.GID("Location", ch.Location), Quantity: ch.Quantity, ChangeFromQuantity: &ch.From,
		})
	}
	x := c.core.Do(shopify.Call{Op: "SetStock", Write: true})
	r, err := gql.SetStock(ctx, x, in, b.Key)
	if err != nil {
		return nil, err
	}
	if r.InventorySetQuantities == nil {
		return nil, x.Incomplete("no answer for the stock")
	}
	var errs []userError
	for _, e := range r.InventorySetQuantities.UserErrors {
		u := userError{field: e.Field, message: e.Message}
		if e.Code != nil {
			u.code = *e.Code
		}
		errs = append(errs, u)
	}
	return answers(b, errs)
}

// stock is what a merchant calls what is set.
const stock = "the stock"

// userError is what Shopify says against a batch or one of its changes.
type userError struct {
	code    string
	field   []string
	message string
}

// index is which change an error is about.
func (u userError) index(n int) (int, bool) {
	if len(u.field) < 3 || u.field[1] != "quantities" {
		return 0, false
	}
	i, err := strconv.Atoi(u.field[2])
	return i, err == nil && i >= 0 && i < n
}

// fault is u as an error.
func (u userError) fault() *fault.Error {
	kind := fault.Rejected
	switch u.code {
	case inventory.CodeBusy:
		kind = fault.Unknown // what was sent with this key is still under way
	case inventory.CodeFailed, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "ADJUST_QUANTITIES_FAILED", "SERVICE_UNAVAILABLE":
		kind = fault.Transient // nothing was done, or it is read
	}
	text := shopify.Clip(strings.Join(u.field, ".")+": "+u.message, 300)
	return &fault.Error{
		Op: "shopify.SetStock", Kind: kind, Code: u.code, Merchant: "Shopify refuses " + stock + ": " + shopify.Clip(u.message, 200),
		Err: fmt.Errorf("%s: %s", u.code, text),
	}
}

// answers says what became of each change. Any error refuses the whole batch: the
// changes that none is about are the others'. An error about no change is one of the
// whole call.
func answers(b inventory.Batch, errs []userError) ([]outbound.Created[inventory.Change], error) {
	out := make([]outbound.Created[inventory.Change], len(b.Changes))
	for i, ch := range b.Changes {
		if out[i].Entity = ch; len(errs) > 0 {
			out[i].Err = &fault.Error{Op: "shopify.SetStock", Kind: fault.Transient, Code: inventory.CodeOthers, Err: errors.New("others of its batch are refused")}
		}
	}
	for _, u := range errs {
		i, ok := u.index(len(out))
		if !ok {
			return nil, u.fault()
		}
		if fault.Of(out[i].Err).Code == inventory.CodeOthers {
			out[i].Err = u.fault()
		}
	}
	return out, nil
}

// Placed implements inventory.Target: the newest first, until one is older.
func (c *Client) Placed(ctx context.Context, since time.Time) (ids []string, err error) {
	const op = "OrdersPlaced"
	seen := wire.Cursors{}
	var after *string
	for {
		r, err := gql.OrdersPlaced(ctx, c.core.Read(op), after)
		if err != nil {
			return nil, err
		}
		for _, o := range r.Orders.Nodes {
			if o.CreatedAt.Before(since) {
				return ids, nil
			}
			ids = append(ids, wire.Tail(o.Id))
		}
		if after, err = seen.Next(op, r.Orders.PageInfo); err != nil || after == nil {
			return ids, err
		}
	}
}
