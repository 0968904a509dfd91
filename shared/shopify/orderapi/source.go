package orderapi

import (
	"context"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client reads orders, and writes their attributes. Safe for concurrent use.
type Client struct {
	core   *shopify.Client
	shop   Shop
	sizes  *sizer
	extras Extras
}

// Extras are parts of orders that are read only where they are wanted, for they cost
// points.
type Extras struct {
	Bundles bool // the bundles that lines are components of
	Staff   bool // the staff member who placed it
}

// Shop tells about the shop whose orders are read.
type Shop interface {
	Shop(ctx context.Context) (shop.Profile, error)
}

var (
	_ orders.Source = (*Client)(nil)
	_ orders.Writer = (*Client)(nil)
)

// New makes a client of the orders of c's shop.
func New(c *shopify.Client, about Shop) *Client {
	return &Client{core: c, shop: about, sizes: &sizer{}}
}

// With is a client that reads the extras too. It shares all else with c.
func (c *Client) With(extras Extras) *Client {
	out := *c
	out.extras = extras
	return &out
}

// Clock implements orders.Source.
func (c *Client) Clock() time.Time { return c.core.Clock() }

// reach is how far back an app sees orders that may not read all of them.
const reach = 60 * 24 * time.Hour

// Horizon implements orders.Source by the scopes that the app has.
func (c *Client) Horizon(ctx context.Context) (time.Time, error) {
	s, err := c.shop.Shop(ctx)
	if err != nil || len(s.Missing("read_all_orders")) == 0 {
		return time.Time{}, err
	}
	at := c.core.Clock()
	if at.IsZero() {
		at = c.core.Now()
	}
	return at.Add(-reach), nil
}

// CountChanged implements orders.Source.
func (c *Client) CountChanged(ctx context.Context, w orders.Window, limit int) (int, error) {
	r, err := gql.OrdersCount(ctx, c.core.Read("OrdersCount"), windowQuery(w), limit)
	if err != nil {
		return 0, err
	}
	if r.OrdersCount == nil {
		return 0, wire.Missing("OrdersCount", "ordersCount")
	}
	return min(r.OrdersCount.Count, limit), nil
}

// again marks the page token of a walk that has been started anew once.
const again = "again:"

// Changed implements orders.Source with pages of 250. A cursor that Shopify no
// longer accepts starts the walk anew, once: orders are imported by id, so that
// seeing some twice costs little.
func (c *Client) Changed(ctx context.Context, w orders.Window, page string) (orders.ChangedPage, error) {
	cursor, restarted := strings.CutPrefix(page, again)
	var after *string
	if cursor != "" {
		after = &cursor
	}
	sort := "UPDATED_AT"
	if w.Placed {
		sort = "CREATED_AT"
	}
	r, err := gql.OrdersChanged(ctx, c.core.Read("OrdersChanged"), windowQuery(w), sort, after)
	if fault.Of(err).Code == "BAD_REQUEST" && after != nil && !restarted {
		restarted, after = true, nil
		r, err = gql.OrdersChanged(ctx, c.core.Read("OrdersChanged"), windowQuery(w), sort, nil)
	}
	if err != nil {
		return orders.ChangedPage{}, err
	}
	p := orders.ChangedPage{Orders: make([]orders.Changed, 0, len(r.Orders.Nodes))}
	for _, n := range r.Orders.Nodes {
		p.Orders = append(p.Orders, orders.Changed{ID: wire.Tail(n.Id), UpdatedAt: n.UpdatedAt.UTC()})
	}
	following, err := wire.CursorsAfter(after).Next("OrdersChanged", r.Orders.PageInfo)
	if err != nil || following == nil {
		return p, err
	}
	p.Next = *following
	if restarted {
		p.Next = again + p.Next
	}
	return p, nil
}

// OrderByName implements orders.Source. A name that no order has is completed by
// the shop's own prefix and suffix of numbers.
func (c *Client) OrderByName(ctx context.Context, name string) ([]string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return nil, nil
	}
	ids, err := c.named(ctx, name)
	if err != nil || len(ids) > 0 {
		return ids, err
	}
	s, err := c.shop.Shop(ctx)
	if err != nil {
		return nil, err
	}
	whole := s.OrderPrefix + number(name) + s.OrderSuffix
	if bare := strings.ToLower(strings.TrimPrefix(name, "#")); whole == name || !strings.Contains(strings.ToLower(whole), bare) {
		return nil, nil
	}
	return c.named(ctx, whole)
}

// number is the last run of digits of a name.
func number(name string) string {
	end := strings.LastIndexAny(name, "0123456789") + 1
	return name[strings.LastIndexFunc(name[:end], func(r rune) bool { return r < '0' || r > '9' })+1 : end]
}

// named finds orders of exactly this name. The search matches by words, so the
// names are compared here.
func (c *Client) named(ctx context.Context, name string) ([]string, error) {
	r, err := gql.OrderByName(ctx, c.core.Read("OrderByName"), "name:"+wire.Quote(name))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, n := range r.Orders.Nodes {
		if n.Name == name {
			ids = append(ids, wire.Tail(n.Id))
		}
	}
	return ids, nil
}

// underWay finds orders of which a return is under way.
const underWay = "(return_status:return_requested OR return_status:in_progress OR return_status:inspection_complete OR return_status:return_failed)"

// windowQuery is the search for w. Shopify's stamps have whole seconds: the
// bounds are widened to those.
func windowQuery(w orders.Window) *string {
	field := "updated_at"
	if w.Placed {
		field = "created_at"
	}
	q := wire.Between(field, w.From, w.To)
	if w.Returning {
		q = strings.TrimSpace(q + " " + underWay)
	}
	if q == "" {
		return nil
	}
	return &q
}
