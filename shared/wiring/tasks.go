// Package wiring registers the tasks: the one place where domain, stores and
// API clients meet. Every host uses it, on any engine.
package wiring

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"backroom/shared/businesscentral"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/recurrence"
	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// Options say what the tasks work with.
type Options struct {
	Table table.Table
	Jobs  *jobqueue.Store
	Now   func() time.Time
	// Shopify and BC make the clients of a shop; they are called once for each
	// shop, domain and company.
	Shopify func(shop.Shop) (*shopify.Client, error)
	BC      func(shop.Shop) (*businesscentral.Client, error)
	// Every is the cadence of sync-orders in a new shop; 0 is 10 minutes.
	Every time.Duration
}

// Wired is what Tasks has made. All of it is safe for concurrent use.
type Wired struct {
	Tasks  *jobqueue.Registry
	Cards  *shop.Store
	Orders *staging.Store
	Issues *issue.Store

	clients *clients
}

// Spent is what the clients of a shop have used since the process started.
func (w Wired) Spent(shop string) (shopifyRequests, points, bcRequests, bcOperations int) {
	return w.clients.all(shop)
}

// Decide stores a person's decision about an order, and has process-orders carry
// it out now if it waits for that.
func (w Wired) Decide(ctx context.Context, jobs *jobqueue.Dispatcher, shop, name string, d staging.Decision) (staging.View, error) {
	v, err := w.Orders.Decide(ctx, shop, name, d)
	if err != nil || !v.State.Waits() && d != staging.Retry {
		return v, err
	}
	// The decision is stored: its next run does it in any case, let that be now.
	// A job that is held, paused or deleted starts when somebody lets it.
	_, err = jobs.Trigger(ctx, jobqueue.Ask{Shop: shop, Entry: "process-orders", Trigger: jobqueue.ByHand})
	if _, paused := errors.AsType[*jobqueue.PausedError](err); paused || errors.Is(err, jobqueue.ErrOnHold) || errors.Is(err, jobqueue.ErrNotFound) {
		err = nil
	}
	return v, err
}

// Tasks registers every task. A task is a line here and a package.
func Tasks(o Options) Wired {
	c := &clients{options: o, shopify: map[string]kept[*shopify.Client]{}, bc: map[string]kept[*businesscentral.Client]{}, past: map[string]spent{}}
	w := Wired{Cards: &shop.Store{Table: o.Table}, Issues: &issue.Store{Table: o.Table}, clients: c}
	w.Orders = &staging.Store{Table: o.Table, Issues: w.Issues, Now: o.Now}
	every := o.Every
	if every == 0 {
		every = 10 * time.Minute
	}
	imports := &orders.Import{Card: w.Cards.Get, Source: c.source, Stage: w.Orders, Guard: o.Jobs, Now: o.Now, Spent: c.spentShopify}
	w.Tasks = jobqueue.NewRegistry(
		jobqueue.Registration{
			Name: "sync-orders",
			Task: imports,
			Parameters: jobqueue.ParametersOf(orders.Parameters{}, func(js json.RawMessage) error {
				_, err := orders.ParseParameters(js)
				return err
			}),
			Uses: importUses,
			Default: jobqueue.Entry{
				Description: "Import orders from Shopify", Category: "orders", Rule: recurrence.Rule{Every: every}, MaxAttempts: 5, RerunDelay: time.Minute, Resume: true,
			},
		},
		jobqueue.Registration{
			Name: "process-orders",
			Task: &documents.Task{
				Card: w.Cards.Get, Target: c.target, Writer: c.writer, Staging: w.Orders, Issues: w.Issues, Look: imports.Look, Cadence: every, Links: &link.Store{Table: o.Table}, Numbers: &documents.Numbers{Table: o.Table}, Engine: &documents.Engine{Table: o.Table},
				Guard: o.Jobs, Now: o.Now, Timeout: businesscentral.CallTimeout, Spent: c.spentBoth,
			},
			Parameters: jobqueue.ParametersOf(documents.Parameters{}, nil),
			Uses:       documentUses,
			Default: jobqueue.Entry{
				Description: "Create sales orders in Business Central", Category: "orders", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true,
			},
		},
	)
	return w
}

// What tasks read and write, as [jobqueue.Conflict] names it.
const (
	importedOrders  = "imported orders"
	issues          = "issues"
	customerLinks   = "customer links"
	bcCustomers     = "customers in Business Central"
	salesOrders     = "sales orders in Business Central"
	orderAttributes = "attributes of orders in Shopify"
	shopCard        = "the shop card"
)

// importUses: whatever its filters are, it may write any order.
func importUses(json.RawMessage) []jobqueue.Use {
	return slices.Concat(jobqueue.Reads(shopCard), jobqueue.Writes(importedOrders, issues))
}

func documentUses(json.RawMessage) []jobqueue.Use {
	return slices.Concat(jobqueue.Reads(shopCard), jobqueue.Writes(importedOrders, issues, customerLinks, bcCustomers, salesOrders, orderAttributes))
}

// clients keeps the clients of each shop: budgets are shared by its tasks.
type clients struct {
	options Options

	mu      sync.Mutex
	shopify map[string]kept[*shopify.Client]
	bc      map[string]kept[*businesscentral.Client]
	past    map[string]spent // of clients that were replaced, by shop
}

// spent is what the clients of a shop have used.
type spent struct{ requests, points, outer, inner int }

// kept is a client with what its card said when it was made. One of a card that
// says otherwise is never used: its orders would go to the company of before.
type kept[C any] struct {
	made C
	from identity
}

// identity is what a card says of the two sides that a client is bound to.
type identity struct{ domain, tenant, environment, company string }

func identityOf(s shop.Shop) identity {
	return identity{s.Domain, s.Company.Tenant, s.Company.Environment, s.Company.ID}
}

// ofCard is the kept client of the card, or a new one; gone is told of the one
// that it replaces.
func ofCard[C any](all map[string]kept[C], s shop.Shop, create func(shop.Shop) (C, error), gone func(C)) (C, error) {
	was, ok := all[s.Code]
	if ok && was.from == identityOf(s) {
		return was.made, nil
	}
	made, err := create(s)
	if err != nil {
		return made, err
	}
	if ok {
		gone(was.made)
	}
	all[s.Code] = kept[C]{made, identityOf(s)}
	return made, nil
}

func (c *clients) shop(s shop.Shop) (*shopify.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ofCard(c.shopify, s, c.options.Shopify, func(was *shopify.Client) {
		p, n := c.past[s.Code], was.Spent()
		p.requests, p.points = p.requests+n.Requests, p.points+n.Points
		c.past[s.Code] = p
	})
}

func (c *clients) source(s shop.Shop) (orders.Source, error) { return c.shop(s) }
func (c *clients) writer(s shop.Shop) (orders.Writer, error) { return c.shop(s) }

func (c *clients) target(s shop.Shop) (documents.Target, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ofCard(c.bc, s, c.options.BC, func(was *businesscentral.Client) {
		p := c.past[s.Code]
		outer, inner := was.Spent()
		p.outer, p.inner = p.outer+outer, p.inner+inner
		c.past[s.Code] = p
	})
}

func (c *clients) all(code string) (requests, points, outer, inner int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.past[code]
	if cl, ok := c.shopify[code]; ok {
		s := cl.made.Spent()
		requests, points = s.Requests, s.Points
	}
	if cl, ok := c.bc[code]; ok {
		outer, inner = cl.made.Spent()
	}
	return p.requests + requests, p.points + points, p.outer + outer, p.inner + inner
}

func (c *clients) spentShopify(code string) (requests, points int) {
	requests, points, _, _ = c.all(code)
	return requests, points
}

func (c *clients) spentBoth(code string) (requests, points int) {
	requests, points, outer, _ := c.all(code)
	return requests + outer, points
}

var _ orders.Writer = (*shopify.Client)(nil)
