package shopify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify/internal/gql"
)

// reach is how far back an app sees orders that may not read all of them.
const reach = 60 * 24 * time.Hour

// Horizon implements orders.Source by the scopes that the app has.
func (c *Client) Horizon(ctx context.Context) (time.Time, error) {
	s, err := c.Shop(ctx)
	if err != nil || len(s.Missing("read_all_orders")) == 0 {
		return time.Time{}, err
	}
	at := c.Clock()
	if at.IsZero() {
		at = c.now()
	}
	return at.Add(-reach), nil
}

// CountChanged implements orders.Source.
func (c *Client) CountChanged(ctx context.Context, w orders.Window, limit int) (int, error) {
	r, err := gql.OrdersCount(ctx, c.read("OrdersCount"), windowQuery(w), limit)
	if err != nil {
		return 0, err
	}
	if r.OrdersCount == nil {
		return 0, missing("OrdersCount", "ordersCount")
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
	r, err := gql.OrdersChanged(ctx, c.read("OrdersChanged"), windowQuery(w), after)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "BAD_REQUEST" && after != nil && !restarted {
		restarted, after = true, nil
		r, err = gql.OrdersChanged(ctx, c.read("OrdersChanged"), windowQuery(w), nil)
	}
	if err != nil {
		return orders.ChangedPage{}, err
	}
	p := orders.ChangedPage{Orders: make([]orders.Changed, 0, len(r.Orders.Nodes))}
	for _, n := range r.Orders.Nodes {
		p.Orders = append(p.Orders, orders.Changed{ID: tail(n.Id), UpdatedAt: n.UpdatedAt.UTC()})
	}
	following, err := cursorsAfter(after).next("OrdersChanged", r.Orders.PageInfo)
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
	s, err := c.Shop(ctx)
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
	r, err := gql.OrderByName(ctx, c.read("OrderByName"), "name:"+quote(name))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, n := range r.Orders.Nodes {
		if n.Name == name {
			ids = append(ids, tail(n.Id))
		}
	}
	return ids, nil
}

// windowQuery is the search for w. Shopify's stamps have whole seconds: the
// bounds are widened to those.
func windowQuery(w orders.Window) *string {
	var terms []string
	if !w.From.IsZero() {
		terms = append(terms, "updated_at:>="+quote(stamp(w.From)))
	}
	if !w.To.IsZero() {
		terms = append(terms, "updated_at:<"+quote(stamp(w.To.Add(time.Second-time.Nanosecond))))
	}
	if len(terms) == 0 {
		return nil
	}
	q := strings.Join(terms, " ")
	return &q
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// quote is text as one phrase of a search query.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`).Replace(s) + "'"
}

// missing is an answer that lacks what is always there.
func missing(op, what string) error {
	return &fault.Error{Op: "shopify." + op, Kind: fault.Transient, Code: "INCOMPLETE", Err: fmt.Errorf("%s is missing from the answer", what)}
}

// Shop is what Shopify says about the shop and the app's access to it.
type Shop struct {
	ID       string // numeric
	Name     string
	Domain   string // x.myshopify.com
	Currency string // ISO 4217
	TimeZone string // IANA
	// OrderPrefix and OrderSuffix are around the number in the name of an order.
	OrderPrefix, OrderSuffix string
	TaxesIncluded            bool
	Plan                     string
	Plus                     bool
	Development              bool // a development store: takes no real payments
	Scopes                   []string
}

// Missing is which of the scopes are not granted. A write scope contains its
// read scope.
func (s Shop) Missing(scopes ...string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(want string) bool {
		read, ok := strings.CutPrefix(want, "read_")
		return slices.Contains(s.Scopes, want) || ok && slices.Contains(s.Scopes, "write_"+read)
	})
}

// Shop reads the shop and the scopes granted to the app.
func (c *Client) Shop(ctx context.Context) (Shop, error) {
	r, err := gql.ShopInfo(ctx, c.read("ShopInfo"))
	if err != nil {
		return Shop{}, err
	}
	s := Shop{
		ID: tail(r.Shop.Id), Name: r.Shop.Name, Domain: r.Shop.MyshopifyDomain,
		Currency: r.Shop.CurrencyCode, TimeZone: r.Shop.IanaTimezone, OrderPrefix: r.Shop.OrderNumberFormatPrefix, OrderSuffix: r.Shop.OrderNumberFormatSuffix, TaxesIncluded: r.Shop.TaxesIncluded,
		Plan: r.Shop.Plan.PublicDisplayName, Plus: r.Shop.Plan.ShopifyPlus, Development: r.Shop.Plan.PartnerDevelopment,
	}
	for _, a := range r.CurrentAppInstallation.AccessScopes {
		s.Scopes = append(s.Scopes, a.Handle)
	}
	return s, nil
}

// Location is a place that stock ships from.
type Location struct {
	ID                 string // numeric
	Name               string
	Active             bool
	FulfillmentService bool // a third party's
}

// Locations reads all locations, inactive ones too: orders may name those.
func (c *Client) Locations(ctx context.Context) ([]Location, error) {
	var all []Location
	seen := cursors{}
	for after := (*string)(nil); ; {
		r, err := gql.Locations(ctx, c.read("Locations"), after)
		if err != nil {
			return nil, err
		}
		for _, n := range r.Locations.Nodes {
			all = append(all, Location{ID: tail(n.Id), Name: n.Name, Active: n.IsActive, FulfillmentService: n.IsFulfillmentService})
		}
		if after, err = seen.next("Locations", r.Locations.PageInfo); err != nil || after == nil {
			return all, err
		}
	}
}
