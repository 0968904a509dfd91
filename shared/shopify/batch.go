package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// The bounds of a batch.
const (
	maxOrders    = 100
	minBatch     = 50
	targetAnswer = 1 << 20 // bytes of an answer that is neither slow nor wasteful
)

// optionalFields may be denied without harm to the import: the order is taken
// over without them.
var optionalFields = []string{"attribution", "paymentTerms", "retailLocation"}

// sizer chooses how many orders are read at once, by the bytes of the answers
// so far.
type sizer struct {
	mu       sync.Mutex
	perOrder float64 // bytes, smoothed; 0 before the first answer
	limit    int     // lowered when a batch was too much, 0: none
	pages    bool    // nodes(ids:) has become dearer than search pages
}

// next is the number of orders of the next batch, and whether it is a page.
func (s *sizer) next() (n int, page bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = minBatch
	if s.perOrder > 0 {
		n = min(max(int(targetAnswer/s.perOrder), minBatch), maxOrders)
	}
	if s.limit > 0 {
		n = min(n, s.limit)
	}
	if s.pages {
		n = min(n, pageOrders)
	}
	return n, s.pages
}

// took notes an answer; a full batch that went well lifts the limit a little.
func (s *sizer) took(orders, bytes int) {
	if orders == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	per := float64(bytes) / float64(orders)
	if s.perOrder == 0 {
		s.perOrder = per
	}
	s.perOrder += (per - s.perOrder) / 4
	if s.limit > 0 && orders >= s.limit {
		if s.limit++; s.limit >= maxOrders {
			s.limit = 0
		}
	}
}

// tooMuch notes that n orders at once were too many.
func (s *sizer) tooMuch(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = max(n/2, 1)
}

// charged notes what a batch of n by id was to cost, and turns to pages when
// those have become cheaper an order.
func (s *sizer) charged(n int, points float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages = s.pages || points > 2*costs["OrderBatch"] && points/float64(n) > costs["OrderPage"]/pageOrders
}

// Orders implements orders.Source. The answer has the order of ids.
func (c *Client) Orders(ctx context.Context, ids []string) ([]orders.Order, error) {
	if len(ids) > maxOrders {
		return nil, &fault.Error{Op: "shopify.Orders", Kind: fault.Bug, Err: fmt.Errorf("%d ids, at most %d", len(ids), maxOrders)}
	}
	out := make([]orders.Order, 0, len(ids))
	for len(ids) > 0 {
		n, page := c.sizes.next()
		n = min(n, len(ids))
		found, err := c.content(ctx, ids[:n], page)
		if f, ok := errors.AsType[*fault.Error](err); ok && n > 1 && (tooHeavy(err) || f.Code == "MAX_COST_EXCEEDED") {
			c.retreat(n, page, f)
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, id := range ids[:n] {
			raw := found[id]
			if raw == nil {
				continue
			}
			o, err := c.whole(ctx, raw)
			if err != nil {
				return nil, err
			}
			if o != nil {
				out = append(out, *o)
			}
		}
		ids = ids[n:]
	}
	return out, nil
}

// retreat makes the next batch one that has a better chance.
func (c *Client) retreat(n int, page bool, f *fault.Error) {
	if f.Code == "MAX_COST_EXCEEDED" && !page {
		c.sizes.charged(n, 1001)
		if _, turned := c.sizes.next(); turned {
			return
		}
	}
	c.sizes.tooMuch(n)
}

// content reads orders as far as the first inner pages go. One that does not
// exist is absent.
func (c *Client) content(ctx context.Context, ids []string, page bool) (map[string]*gql.OrderContent, error) {
	found := make(map[string]*gql.OrderContent, len(ids))
	if page && len(ids) > 1 {
		if err := c.searchPage(ctx, ids, found); err != nil {
			return nil, err
		}
		// The index trails: what it lacks may exist all the same.
		for _, id := range ids {
			if found[id] == nil {
				if err := c.batch(ctx, []string{id}, found); err != nil {
					return nil, err
				}
			}
		}
		return found, nil
	}
	return found, c.batch(ctx, ids, found)
}

func (c *Client) contentCall() *exchange {
	return &exchange{client: c, call: call{optional: optionalFields, split: true}}
}

func (c *Client) searchPage(ctx context.Context, ids []string, found map[string]*gql.OrderContent) error {
	x := c.contentCall()
	x.call.long = true
	r, err := gql.OrderPage(ctx, x, "id:"+strings.Join(ids, " OR id:"))
	if err != nil {
		return err
	}
	c.sizes.took(len(r.Orders.Nodes), x.reply.bytes)
	for i := range r.Orders.Nodes {
		found[tail(r.Orders.Nodes[i].Id)] = &r.Orders.Nodes[i]
	}
	return nil
}

func (c *Client) batch(ctx context.Context, ids []string, found map[string]*gql.OrderContent) error {
	x := c.contentCall()
	r, err := gql.OrderBatch(ctx, x, gids("Order", ids))
	if err != nil {
		return err
	}
	if k := x.reply.cost; k != nil {
		c.sizes.charged(len(ids), k.Requested)
	}
	read, err := decodeOrders(r.Nodes)
	if err != nil || len(read) != len(ids) {
		return &fault.Error{Op: "shopify.OrderBatch", Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: errors.Join(err, fmt.Errorf("%d nodes for %d ids", len(read), len(ids)))}
	}
	c.sizes.took(len(ids), x.reply.bytes)
	for i, id := range ids {
		if o := read[i]; o != nil && o.Id != "" {
			found[id] = o
		}
	}
	return nil
}

// decodeOrders reads the list one order at a time; null stays nil.
func decodeOrders(nodes json.RawMessage) ([]*gql.OrderContent, error) {
	d := json.NewDecoder(bytes.NewReader(nodes))
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("nodes: %w", err)
	}
	var out []*gql.OrderContent
	for d.More() {
		var o *gql.OrderContent
		if err := d.Decode(&o); err != nil {
			return nil, fmt.Errorf("nodes, entry %d: %w", len(out), err)
		}
		out = append(out, o)
	}
	return out, nil
}

// errMoved means that an order changed between two of its pages.
var errMoved = errors.New("the order changes while it is read")

// rereads bounds how often an order that changes while its pages are read is
// begun anew.
const rereads = 2

// whole reads the rest of an order's pages and converts it. nil means that it
// has been deleted meanwhile.
func (c *Client) whole(ctx context.Context, o *gql.OrderContent) (*orders.Order, error) {
	id := tail(o.Id)
	for n := 0; ; n++ {
		err := c.complete(ctx, o)
		if err == nil {
			out, err := convert(o)
			if err != nil {
				return nil, &fault.Error{Op: "shopify.Orders", Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: fmt.Errorf("order %s: %w", id, err)}
			}
			return &out, nil
		}
		if !errors.Is(err, errMoved) {
			return nil, err
		}
		if n >= rereads {
			return nil, &fault.Error{Op: "shopify.Orders", Kind: fault.Transient, Code: "CHANGING", Err: fmt.Errorf("order %s: %w", id, err)}
		}
		found := map[string]*gql.OrderContent{}
		if err := c.batch(ctx, []string{id}, found); err != nil {
			return nil, err
		}
		if o = found[id]; o == nil {
			return nil, nil
		}
	}
}

// complete appends what did not fit into the first inner pages.
func (c *Client) complete(ctx context.Context, o *gql.OrderContent) error {
	if err := c.moreLines(ctx, o); err != nil {
		return err
	}
	if err := c.moreShipping(ctx, o); err != nil {
		return err
	}
	if err := c.moreFulfillment(ctx, o); err != nil {
		return err
	}
	for i := range o.FulfillmentOrders.Nodes {
		if err := c.moreFulfillmentLines(ctx, &o.FulfillmentOrders.Nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

// next is the cursor of the page after, nil at the end. A page that repeats its
// cursor would be read for ever.
func next(op string, i wire.PageInfo, before *string) (*string, error) {
	if !i.HasNextPage {
		return nil, nil
	}
	if i.EndCursor == nil || before != nil && *before == *i.EndCursor {
		return nil, missing(op, "the next page's cursor")
	}
	return i.EndCursor, nil
}

func (c *Client) moreLines(ctx context.Context, o *gql.OrderContent) error {
	after, err := next("OrderBatch", o.LineItems.PageInfo, nil)
	for err == nil && after != nil {
		var r *gql.OrderMoreLinesResponse
		if r, err = gql.OrderMoreLines(ctx, c.read("OrderMoreLines"), o.Id, *after); err != nil {
			return err
		}
		if r.Order == nil || !r.Order.UpdatedAt.Equal(o.UpdatedAt) {
			return errMoved
		}
		o.LineItems.Nodes = append(o.LineItems.Nodes, r.Order.LineItems.Nodes...)
		after, err = next("OrderMoreLines", r.Order.LineItems.PageInfo, after)
	}
	return err
}

func (c *Client) moreShipping(ctx context.Context, o *gql.OrderContent) error {
	after, err := next("OrderBatch", o.ShippingLines.PageInfo, nil)
	for err == nil && after != nil {
		var r *gql.OrderMoreShippingLinesResponse
		if r, err = gql.OrderMoreShippingLines(ctx, c.read("OrderMoreShippingLines"), o.Id, *after); err != nil {
			return err
		}
		if r.Order == nil || !r.Order.UpdatedAt.Equal(o.UpdatedAt) {
			return errMoved
		}
		o.ShippingLines.Nodes = append(o.ShippingLines.Nodes, r.Order.ShippingLines.Nodes...)
		after, err = next("OrderMoreShippingLines", r.Order.ShippingLines.PageInfo, after)
	}
	return err
}

func (c *Client) moreFulfillment(ctx context.Context, o *gql.OrderContent) error {
	after, err := next("OrderBatch", o.FulfillmentOrders.PageInfo, nil)
	for err == nil && after != nil {
		var r *gql.OrderMoreFulfillmentOrdersResponse
		if r, err = gql.OrderMoreFulfillmentOrders(ctx, c.read("OrderMoreFulfillmentOrders"), o.Id, *after); err != nil {
			return err
		}
		if r.Order == nil || !r.Order.UpdatedAt.Equal(o.UpdatedAt) {
			return errMoved
		}
		o.FulfillmentOrders.Nodes = append(o.FulfillmentOrders.Nodes, r.Order.FulfillmentOrders.Nodes...)
		after, err = next("OrderMoreFulfillmentOrders", r.Order.FulfillmentOrders.PageInfo, after)
	}
	return err
}

func (c *Client) moreFulfillmentLines(ctx context.Context, f *gql.OrderFulfillment) error {
	after, err := next("OrderBatch", f.LineItems.PageInfo, nil)
	for err == nil && after != nil {
		var r *gql.FulfillmentOrderMoreLinesResponse
		if r, err = gql.FulfillmentOrderMoreLines(ctx, c.read("FulfillmentOrderMoreLines"), f.Id, *after); err != nil {
			return err
		}
		if r.FulfillmentOrder == nil {
			return errMoved
		}
		f.LineItems.Nodes = append(f.LineItems.Nodes, r.FulfillmentOrder.LineItems.Nodes...)
		after, err = next("FulfillmentOrderMoreLines", r.FulfillmentOrder.LineItems.PageInfo, after)
	}
	return err
}

// asUTC is t in UTC, zero for nil.
func asUTC(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
