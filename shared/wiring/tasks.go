// Package wiring registers the tasks: the one place where domain, stores and
// API clients meet. Every host uses it, on any engine.
package wiring

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"time"

	"backroom/shared/businesscentral"
	"backroom/shared/companysync"
	"backroom/shared/completeness"
	"backroom/shared/creditmemos"
	"backroom/shared/cursor"
	"backroom/shared/customersync"
	"backroom/shared/disputes"
	"backroom/shared/documents"
	"backroom/shared/images"
	"backroom/shared/inventory"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/language"
	"backroom/shared/link"
	"backroom/shared/listings"
	"backroom/shared/orders"
	"backroom/shared/payments"
	"backroom/shared/posting"
	"backroom/shared/prices"
	"backroom/shared/privacy"
	"backroom/shared/receipts"
	"backroom/shared/sales"
	"backroom/shared/shipments"
	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/staging"
	"backroom/shared/table"
	"backroom/shared/task"
	"backroom/shared/usage"
)

// Options say what the tasks work with.
type Options struct {
	Table table.Table
	Jobs  jobqueue.Guard // of the leases of their runs
	Now   func() time.Time
	// Wait pauses the clients for d or until ctx ends; nil: a timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Shopify and BC say with which credentials, and how, the two sides of a
	// shop's card are reached. They are asked at each slice and send nothing.
	// Clock, pauses and budget are filled in by [Options.ConnectShopify] and
	// [Options.ConnectBC].
	Shopify func(shop.Shop) (shopify.Config, error)
	BC      func(shop.Shop) (businesscentral.Config, error)
	// Every is the cadence of the import of orders in a new shop; 0 is 10 minutes.
	Every time.Duration
}

// Wired is what Tasks has made. All of it is safe for concurrent use.
type Wired struct {
	Definitions []task.Definition
	Tasks       *jobqueue.Registry // of the definitions, for the job queue
	Sections    shop.Sections      // of the definitions: all settings of the shop card
	Reasons     issue.Catalogue    // of the definitions: all that issues have
	French      language.Phrases   // of what tasks, queue and clients say beside them

	People *privacy.Desk // finds and erases customers

	Cards  *shop.Store
	Orders *staging.Store
	Issues *issue.Store

	totals  *totals
	clients *clients
}

// Forget drops the clients of a shop, with their tokens: a shop that is disconnected
// has none.
func (w Wired) Forget(shop string) { w.clients.forget(shop) }

// Used is what the tasks of a shop have used since the process started.
func (w Wired) Used(shop string) usage.Count { return w.totals.of(shop).Count() }

// Decide stores a decision about an order, and has it carried out.
func (w Wired) Decide(ctx context.Context, client *jobs.Client, shop, name string, d staging.Decision) (staging.View, error) {
	v, err := w.Orders.Decide(ctx, shop, name, d)
	if err != nil || !v.State.Waits() && d != staging.Retry && d != staging.Amend {
		return v, err
	}
	return v, w.CarryOut(ctx, client, shop)
}

// CarryOut has a run of a shop's documents carry out now what was decided about its
// orders. The decisions are stored: its next run does them in any case. A job that is
// held, paused or deleted starts when somebody lets it.
func (w Wired) CarryOut(ctx context.Context, client *jobs.Client, shop string) error {
	_, err := client.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: documents.TaskName, Trigger: jobqueue.ByHand})
	if errors.Is(err, jobs.ErrPaused) || errors.Is(err, jobs.ErrOnHold) || errors.Is(err, jobstore.ErrNotFound) {
		return nil
	}
	return err
}

// Tasks registers every task. A task is a line here and a package.
func Tasks(o Options) Wired {
	c := newClients(o)
	w := Wired{Cards: &shop.Store{Table: o.Table}, Issues: &issue.Store{Table: o.Table}, totals: &totals{}, clients: c}
	w.Orders = &staging.Store{Table: o.Table, Issues: w.Issues, Now: o.Now}
	d := task.Deps{Card: w.Cards.Get, Guard: o.Jobs, Now: o.Now, Timeout: businesscentral.CallTimeout, Issues: w.Issues}
	imports := &orders.Import{Deps: d, Source: c.source, Stage: w.Orders, Every: cmp.Or(o.Every, 10*time.Minute), Next: documents.TaskName}
	docs := &documents.Task{
		Deps: d, Target: c.target, Writer: c.writer, Staging: w.Orders, Look: imports.Look, Cadence: imports.Every,
		Archives: w.Orders, Archiver: func(card shop.Shop) (documents.Archiver, error) { return c.orders(card) },
		Links: &link.Store{Table: o.Table}, Numbers: &documents.Numbers{Table: o.Table}, Engine: &documents.Engine{Table: o.Table},
		Wanted: companysync.Wants(companysync.NewStore(o.Table), o.Jobs),
	}
	docs.Refunds = &creditmemos.Books{Staging: w.Orders, Target: c.memos, Guard: o.Jobs, Now: o.Now, Timeout: businesscentral.CallTimeout, Numbers: docs.Numbers}
	posts := &posting.Task{Deps: d, Target: c.posting, Store: &posting.Store{Table: o.Table}, Origins: origins{w.Orders}}
	w.register(
		imports.Definition(),
		docs.Definition(),
		posts.Orders(),
		posts.Invoices(),
		(&images.Task{Deps: d, Store: &images.Store{Table: o.Table}, Marks: &cursor.Store{Table: o.Table}, Links: pictured{&listings.Store{Table: o.Table}}, Connect: c.images}).Definition(),
		(&shipments.Task{Deps: d, Store: &shipments.Store{Table: o.Table}, Orders: w.Orders, Connect: c.shipments, Elsewhere: w.elsewhere}).Definition(),
		(&completeness.Task{
			Deps: d, Store: &completeness.Store{Table: o.Table, Issues: w.Issues}, Known: fates{w.Orders, &shipments.Store{Table: o.Table}},
			Connect: c.completeness, Elsewhere: w.elsewhere, Shared: w.shared,
		}).Definition(),
		(&inventory.Task{Deps: d, Table: o.Table, Links: goods{&listings.Store{Table: o.Table}}, Orders: w.Orders, Connect: c.inventory}).Definition(),
		(&payments.Task{Deps: d, Store: &payments.Store{Table: o.Table}, Connect: c.payments}).Definition(),
		(&receipts.Task{Deps: d, Store: &receipts.Store{Table: o.Table}, Marks: &cursor.Store{Table: o.Table}, Documents: invoiced{w.Orders}, Connect: c.receipts}).Definition(),
		(&disputes.Task{Deps: d, Store: &disputes.Store{Table: o.Table}, Connect: c.disputes}).Definition(),
		(&customersync.Task{
			Deps: d, Store: customersync.NewStore(o.Table), Marks: &cursor.Store{Table: o.Table}, Links: &link.Store{Table: o.Table}, Connect: c.customers,
		}).Definition(),
		(&companysync.Task{
			Deps: d, Store: companysync.NewStore(o.Table), Marks: &cursor.Store{Table: o.Table}, Links: &link.Store{Table: o.Table}, Connect: c.companies,
		}).Definition(),
		(&listings.Task{Deps: d, Store: &listings.Store{Table: o.Table}, Marks: &cursor.Store{Table: o.Table}, Connect: c.listings, Next: pricesNext}).Definition(),
		(&prices.Task{Deps: d, Table: o.Table, Links: priced{&listings.Store{Table: o.Table}}, Connect: c.prices}).Definition(),
	)
	w.People = w.people(o)
	return w
}

// register has what the tasks use counted by shop.
func (w *Wired) register(ds ...task.Definition) {
	for i := range ds {
		ds[i].Run = w.totals.task(ds[i].Run)
	}
	w.Definitions, w.Tasks, w.Sections, w.Reasons = ds, task.Registry(ds), task.Sections(ds), issue.Join()
	phrases := []language.Phrases{task.French, jobqueue.French, shopify.French, businesscentral.French, sales.French}
	for _, d := range ds {
		maps.Copy(w.Reasons, d.Reasons)
		phrases = append(phrases, d.French)
	}
	w.French = language.Joined(phrases...)
}
