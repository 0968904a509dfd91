package orderapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// optionalFields may be denied without harm to the import: the order is taken
// over without them.
var optionalFields = []string{"attribution", "paymentTerms", "staffMember", "retailLocation"}

// Orders implements orders.Source. Both lists have the order of ids.
func (c *Client) Orders(ctx context.Context, ids []string) (orders.Read, error) {
	if len(ids) > maxOrders {
		return orders.Read{}, &fault.Error{Op: "shopify.Orders", Kind: fault.Bug, Err: fmt.Errorf("%d ids, at most %d", len(ids), maxOrders)}
	}
	g := gathering{client: c, failed: map[string]orders.Unreadable{}}
	var out orders.Read
	for len(ids) > 0 {
		n, page := c.sizes.next()
		n = min(n, len(ids))
		g.found = make(map[string]*content, n)
		err := g.part(ctx, ids[:n], page)
		if code := fault.Of(err).Code; n > 1 && (shopify.TooHeavy(err) || code == tooCostly) {
			c.retreat(n, page, code)
			continue
		}
		if err != nil && !g.slow(ctx, ids[:n], err) {
			return orders.Read{}, err
		}
		for _, id := range ids[:n] {
			if err := g.take(ctx, id, &out); err != nil {
				return orders.Read{}, err
			}
		}
		ids = ids[n:]
	}
	if g.slowest != nil && !g.good {
		return orders.Read{}, g.slowest // it is the shop that is slow
	}
	return out, nil
}

// tooCostly is the code of a request that costs more than any may.
const tooCostly = "MAX_COST_EXCEEDED"

// retreat makes the next batch one that has a better chance.
func (c *Client) retreat(n int, page bool, code string) {
	if code == tooCostly && !page {
		c.sizes.charged(n, 1001)
		if _, turned := c.sizes.next(); turned {
			return
		}
	}
	c.sizes.tooMuch(n)
}

// content is an order as far as the first inner pages go, and the fields of it
// that the app may not read.
type content struct {
	gql.OrderContent
	hidden []string
}

// maxBad is how many orders in a row have to fail alone, and none succeed, until
// it is the shop that fails.
const maxBad = 8

// gathering reads orders for one call: those of the batch at hand, and all that
// could not be read.
type gathering struct {
	client *Client
	found  map[string]*content
	failed map[string]orders.Unreadable
	good   bool // something could be read
	bad    int  // orders that failed alone
	// answered: while the edge failed, another request of the same kind did not.
	answered bool
	// slowest is the error of an order that alone was too slow or too large.
	slowest error
}

// slow notes an order that fails so alone, which is its own fault if others can
// be read, and reports false if ids and err are none.
func (g *gathering) slow(ctx context.Context, ids []string, err error) bool {
	if len(ids) > 1 || ctx.Err() != nil || !shopify.TooHeavy(err) {
		return false
	}
	if g.bad++; g.bad >= maxBad && !g.good {
		return false
	}
	g.slowest = err
	g.failed[ids[0]] = orders.Unreadable{ID: ids[0], Err: err}
	return true
}

// part reads orders. An order that spoils the whole answer is found by halving.
// The error is that of a whole request, or of all.
func (g *gathering) part(ctx context.Context, ids []string, page bool) error {
	err := g.read(ctx, ids, page)
	if err == nil {
		g.good = true
		return nil
	}
	if ctx.Err() != nil || shopify.TooHeavy(err) || !g.own(ctx, err, len(ids)) {
		return err
	}
	if len(ids) == 1 {
		if g.bad++; g.bad >= maxBad && !g.good {
			return err
		}
		g.failed[ids[0]] = orders.Unreadable{ID: ids[0], Err: err}
		return nil
	}
	if err := g.part(ctx, ids[:len(ids)/2], page); err != nil {
		return err
	}
	return g.part(ctx, ids[len(ids)/2:], page)
}

// own reports whether err, of a request for n orders, may be about what was asked
// for. A failure of Shopify's edge is if the same question about an order that
// there is none is answered at that moment: asked once while halving, and again
// before one order is blamed.
func (g *gathering) own(ctx context.Context, err error, n int) bool {
	if shopify.OfContent(err) || !shopify.OfEdge(err) {
		return shopify.OfContent(err)
	}
	if n > 1 && g.answered {
		return true
	}
	_, err = gql.OrderBatch(ctx, g.client.contentCall(false), wire.GIDs("Order", []string{"0"}), false, false)
	g.answered = err == nil
	return g.answered
}

// read reads orders in one request, or in a search page and one each for those
// that the page lacks. One that does not exist is absent.
func (g *gathering) read(ctx context.Context, ids []string, page bool) error {
	if !page || len(ids) == 1 {
		return g.batch(ctx, ids)
	}
	if err := g.searchPage(ctx, ids); err != nil {
		return err
	}
	// The index trails: what it lacks may exist all the same.
	for _, id := range ids {
		if g.found[id] == nil {
			if err := g.part(ctx, []string{id}, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Client) contentCall(long bool) *shopify.Exchange {
	return c.core.Do(shopify.Call{Optional: optionalFields, PerNode: true, Split: true, Long: long})
}

func (g *gathering) searchPage(ctx context.Context, ids []string) error {
	x := g.client.contentCall(true)
	r, err := gql.OrderPage(ctx, x, "id:"+strings.Join(ids, " OR id:"), g.client.extras.Bundles, g.client.extras.Staff)
	if err != nil {
		return err
	}
	g.client.sizes.took(len(r.Orders.Nodes), x.Bytes())
	bad, hidden := x.PerNode()
	for i := range r.Orders.Nodes {
		if bad[i] == nil { // else it is read alone
			g.found[wire.Tail(r.Orders.Nodes[i].Id)] = &content{r.Orders.Nodes[i], hidden[i]}
		}
	}
	return nil
}

func (g *gathering) batch(ctx context.Context, ids []string) error {
	x := g.client.contentCall(false)
	r, err := gql.OrderBatch(ctx, x, wire.GIDs("Order", ids), g.client.extras.Bundles, g.client.extras.Staff)
	if err != nil {
		return err
	}
	if points := x.Requested(); points > 0 {
		g.client.sizes.charged(len(ids), points)
	}
	nodes, err := nodesOf(r.Nodes, len(ids))
	if err != nil {
		return err
	}
	bad, hidden := x.PerNode()
	if err := allDenied(bad, len(ids)); err != nil {
		return err
	}
	g.client.sizes.took(len(ids), x.Bytes())
	for i, id := range ids {
		o := &content{hidden: hidden[i]}
		err := json.Unmarshal(nodes[i], &o.OrderContent)
		switch {
		case bad[i] != nil: // also when it is null: it exists
			g.failed[id] = orders.Unreadable{ID: id, Name: o.Name, Err: bad[i]}
		case err != nil:
			g.failed[id] = orders.Unreadable{ID: id, Name: o.Name, Err: x.Unexpected(fmt.Errorf("order %s: %w", id, err))}
		case o.Id != "":
			g.found[id] = o
		}
	}
	return nil
}

// nodesOf are the orders of an answer, still to be decoded.
func nodesOf(raw json.RawMessage, n int) ([]json.RawMessage, error) {
	var nodes []json.RawMessage
	if err := json.Unmarshal(raw, &nodes); err != nil || len(nodes) != n {
		return nil, &fault.Error{Op: "shopify.OrderBatch", Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: errors.Join(err, fmt.Errorf("%d nodes for %d ids", len(nodes), n))}
	}
	return nodes, nil
}

// allDenied is the error of a permission that every one of several orders lacks:
// it is no order's own.
func allDenied(bad map[int]error, n int) error {
	var first error
	for i := range n {
		if fault.KindOf(bad[i]) != fault.Blocked {
			return nil
		}
		first = cmp.Or(first, bad[i])
	}
	if n < 2 {
		return nil
	}
	return first
}

// take adds an order of the batch to the answer, its later pages read.
func (g *gathering) take(ctx context.Context, id string, out *orders.Read) error {
	if raw := g.found[id]; raw != nil {
		o, err := g.whole(ctx, raw)
		switch {
		case err == nil && o != nil:
			out.Orders = append(out.Orders, *o)
		case err != nil && (ctx.Err() != nil || !g.own(ctx, err, 1)):
			return err
		case err != nil:
			g.failed[id] = orders.Unreadable{ID: id, Name: raw.Name, Err: err}
		}
	}
	if u, ok := g.failed[id]; ok {
		out.Unread = append(out.Unread, u)
	}
	return nil
}

// errMoved means that an order changed between two of its pages.
var errMoved = errors.New("the order changes while it is read")

// rereads bounds how often an order that changes while its pages are read is
// begun anew.
const rereads = 2

// whole reads the rest of an order's pages and converts it. nil without an error
// means that it has been deleted meanwhile, or that it is among the failed now.
func (g *gathering) whole(ctx context.Context, o *content) (*orders.Order, error) {
	id := wire.Tail(o.Id)
	for n := 0; ; n++ {
		err := g.client.complete(ctx, &o.OrderContent)
		if err == nil {
			out, err := convert(&o.OrderContent)
			if err != nil {
				return nil, &fault.Error{Op: "shopify.Orders", Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: fmt.Errorf("order %s: %w", id, err)}
			}
			out.Hidden = o.hidden
			return &out, nil
		}
		if !errors.Is(err, errMoved) {
			return nil, err
		}
		if n >= rereads {
			return nil, &fault.Error{Op: "shopify.Orders", Kind: fault.Transient, Code: "CHANGING", Err: fmt.Errorf("order %s: %w", id, err)}
		}
		delete(g.found, id)
		if err := g.batch(ctx, []string{id}); err != nil {
			return nil, err
		}
		if o = g.found[id]; o == nil {
			return nil, nil
		}
	}
}
