// Package wiring registers the tasks: the one place where domain, stores and
// API clients meet. Every host uses it, on any engine.
package wiring

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
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
	"backroom/shared/usage"
)

// Options say what the tasks work with.
type Options struct {
	Table table.Table
	Jobs  *jobqueue.Store
	Now   func() time.Time
	// Wait pauses the clients for d or until ctx ends; nil: a timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Shopify and BC say with which credentials, and how, the two sides of a
	// shop's card are reached. They are asked at each slice and send nothing.
	// Clock, pauses and budget are filled in by [Options.ConnectShopify] and
	// [Options.ConnectBC].
	Shopify func(shop.Shop) (shopify.Config, error)
	BC      func(shop.Shop) (businesscentral.Config, error)
	// Every is the cadence of sync-orders in a new shop; 0 is 10 minutes.
	Every time.Duration
}

// Wired is what Tasks has made. All of it is safe for concurrent use.
type Wired struct {
	Tasks  *jobqueue.Registry
	Cards  *shop.Store
	Orders *staging.Store
	Issues *issue.Store

	totals *totals
}

// Used is what the tasks of a shop have used since the process started.
func (w Wired) Used(shop string) usage.Count { return w.totals.of(shop).Count() }

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
	c := newClients(o)
	w := Wired{Cards: &shop.Store{Table: o.Table}, Issues: &issue.Store{Table: o.Table}, totals: &totals{}}
	w.Orders = &staging.Store{Table: o.Table, Issues: w.Issues, Now: o.Now}
	every := o.Every
	if every == 0 {
		every = 10 * time.Minute
	}
	imports := &orders.Import{Card: w.Cards.Get, Source: c.source, Stage: w.Orders, Guard: o.Jobs, Now: o.Now}
	w.Tasks = jobqueue.NewRegistry(
		jobqueue.Registration{
			Name: "sync-orders",
			Task: w.totals.task(imports),
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
			Task: w.totals.task(&documents.Task{
				Card: w.Cards.Get, Target: c.target, Writer: c.writer, Staging: w.Orders, Issues: w.Issues, Look: imports.Look, Cadence: every, Links: &link.Store{Table: o.Table}, Numbers: &documents.Numbers{Table: o.Table}, Engine: &documents.Engine{Table: o.Table},
				Guard: o.Jobs, Now: o.Now, Timeout: businesscentral.CallTimeout,
			}),
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
