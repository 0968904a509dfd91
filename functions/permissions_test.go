package functions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/companysync"
	"backroom/shared/completeness"
	"backroom/shared/customersync"
	"backroom/shared/images"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/link"
	"backroom/shared/listings"
	"backroom/shared/posting"
	"backroom/shared/receipts"
	"backroom/shared/schedule"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// rare are actions that neither the day nor the scenarios show, each with its reason.
var rare = map[string]string{
	"sync-orders dynamodb:DeleteItem": "an order that became smaller leaves parts; an issue that is solved goes",

	"post-invoices dynamodb:ConditionCheckItem": "what is stored of a posting is stored under the lease, as by post-orders",
	"post-invoices dynamodb:DeleteItem":         "a posting that is done goes, as of post-orders",
	"post-invoices dynamodb:Query on index2":    "every task may list records by state; this one has none",
	"post-orders dynamodb:Query on index2":      "every task may list records by state; this one has none",
	"post-invoices dynamodb:UpdateItem":         "a lease is renewed before a posting, as by post-orders",

	"sync-prices dynamodb:Query on index2":        "every task may list records by state; this one has none",
	"sync-products dynamodb:Query on index2":      "every task may list records by state; this one has none",
	"prove-completeness dynamodb:Query on index2": "every task may list records by state; this one has none",
}

// needs are the IAM actions that a function needs, as they are kept in
// infra/plan/testdata/calls for those who write its role.
type needs struct {
	Seen []string          `json:"seen"`           // in a day with an outage
	Rare map[string]string `json:"rare,omitempty"` // with the reason
}

var updateCalls = flag.Bool("update-calls", false, "write what the functions were seen to call to infra/plan/testdata/calls")

// record compares what a function needs with what is kept, or keeps it.
func record(t *testing.T, name string, n needs) {
	t.Helper()
	path := filepath.Join("..", "infra", "plan", "testdata", "calls", name+".json")
	js, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	js = append(js, '\n')
	if *updateCalls {
		if err := os.WriteFile(path, js, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(kept, js) {
		t.Errorf("%s: the function calls\n%s\nwhich is not what is kept (%v): go test ./functions -run TestRoles -update-calls", path, js, err)
	}
}

// Each role allows what its function was seen to need in a day with an outage
// and in the queue's own scenarios, and what is rare, and nothing else. The roles
// are enforced meanwhile: a right that is missing fails the scenario.
func TestRolesAllowWhatTheFunctionsNeed(t *testing.T) {
	used := map[string]map[string]bool{}
	for name, act := range scenarios {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			act(t, w)
			for name, g := range w.guards {
				if used[name] == nil {
					used[name] = map[string]bool{}
				}
				for _, a := range g.Used() {
					used[name][a] = true
				}
			}
		})
	}
	tpl := readTemplate(t)
	for name, actions := range used {
		if name == "operator" {
			continue
		}
		n := needs{Seen: slices.Sorted(maps.Keys(actions)), Rare: map[string]string{}}
		for r, why := range rare {
			if a, ok := strings.CutPrefix(r, name+" "); ok {
				if n.Rare[a] = why; actions[a] {
					t.Errorf("%s was seen: it is not rare", r)
				}
			}
		}
		record(t, name, n)
		// Lambda's and the mapping's, on the function's behalf.
		actions["logs:CreateLogStream"], actions["logs:PutLogEvents"] = true, true
		if name == "dispatch" {
			actions["sqs:ReceiveMessage"], actions["sqs:DeleteMessage"], actions["sqs:GetQueueAttributes"] = true, true, true
		}
		for a := range n.Rare {
			actions[a] = true
		}
		needed, allowed := slices.Sorted(maps.Keys(actions)), slices.Sorted(maps.Keys(tpl.allowed(t, name)))
		if !slices.Equal(needed, allowed) {
			t.Errorf("%s needs\n%q, and is allowed\n%q", name, needed, allowed)
		}
	}
}

// dayWithOutage is two hours of the real tasks, with Business Central down at first.
func dayWithOutage(t *testing.T, w *world) {
	t.Helper()
	w.bc.SetDown(http.StatusInternalServerError)
	w.live(10 * time.Minute)
	w.bc.SetDown(0)
	w.live(time.Hour)
	w.ship(t)
	w.stock(t)
	w.payOut(t)
	w.receive(t)
	w.meet(t)
	w.firm(t)
	w.picture(t)
	w.price(t)
	w.runByHand(t)
	w.disorder(t)
	w.live(time.Hour)
	w.check()
}

// ship posts a shipment of an order that the shop holds for a while.
func (w *world) ship(t *testing.T) {
	t.Helper()
	held := func(do string) {
		if _, err := w.storefront.Shop("").FulfilOrder(w.shop.Orders[0].ID, shopify.Fulfilling{Do: do}); err != nil {
			t.Fatal(err)
		}
	}
	held("hold")
	c := w.bc.Companies()[0]
	for _, d := range c.SalesOrders() {
		if strings.HasSuffix(d.ExternalDocumentNumber, fmt.Sprint(w.shop.Orders[0].ID)) {
			if err := c.Ship(d.Number, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.trigger(t, "sync-shipments")
	w.live(30 * time.Minute)
	held("release")
	w.trigger(t, "sync-shipments")
	w.live(time.Hour)
	if o := w.storefront.Shop("").Order(w.shop.Orders[0].ID); len(o.Fulfillments) != 1 {
		t.Errorf("%d fulfilments of %s", len(o.Fulfillments), o.Name)
	}
}

// payOut has a payout read, a part of which is late.
func (w *world) payOut(t *testing.T) {
	t.Helper()
	s := w.storefront.Shop("")
	p := s.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: decimal.NewFromInt(7)})
	d := s.AddDispute(&data.Dispute{Status: "NEEDS_RESPONSE", Currency: "EUR", Reason: "GENERAL"})
	for _, amount := range []int64{4, 3} {
		w.trigger(t, "sync-disputes")
		w.live(time.Minute)
		if err := s.UpdateDispute(d.ID, func(d *data.Dispute) { d.Status = "LOST" }); err != nil {
			t.Fatal(err)
		}
		s.AddBalance(&data.BalanceTransaction{Type: "CHARGE", Currency: "EUR", Amount: decimal.NewFromInt(amount), Payout: p.ID})
		w.trigger(t, "sync-payments")
		w.live(2 * time.Hour)
	}
}

// receive has the payment of an order suggested that is invoiced in part, once the card
// knows its gateway; a person posts it.
func (w *world) receive(t *testing.T) {
	t.Helper()
	cards := &shop.Store{Table: w.dispatcher.Jobs.Store.Table}
	c := w.bc.Companies()[0]
	d := c.SalesOrders()[0]
	if err := c.PostPart(d.Number, map[int]decimal.Decimal{c.Lines(d.ID)[0].Sequence: decimal.NewFromInt(1)}, true); err != nil {
		t.Fatal(err)
	}
	for _, gateway := range []string{"barter", "*"} {
		card, err := cards.Get(t.Context(), "sample")
		if err == nil {
			card, err = card.With(receipts.Settings{SuggestPaymentsFrom: "2020-01-01", PaymentAccounts: []receipts.PaymentAccount{{Gateway: gateway, Account: businesscentral.AccountTip}}})
		}
		if err == nil {
			err = cards.Put(t.Context(), card)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.trigger(t, receipts.TaskName)
		w.live(time.Hour)
	}
	if bs := c.PaymentJournals(); len(bs) != 1 || len(bs[0].Lines) == 0 {
		t.Errorf("%d batches are suggested: %+v", len(bs), bs)
	} else if err := c.PostPayments(bs[0].Code); err != nil {
		t.Error(err)
	}
	w.trigger(t, receipts.TaskName)
	w.live(time.Minute)
}

// meet keeps customers in step: one of the shop fits several of the company for a while,
// and one of the company has changed.
func (w *world) meet(t *testing.T) {
	t.Helper()
	c := w.bc.Companies()[0]
	twin := func(email string) {
		if err := c.EditCustomer("20000", func(c *businesscentral.Customer) { c.Email = email }); err != nil {
			t.Fatal(err)
		}
	}
	twin("twin@both.example")
	if err := c.EditCustomer("10000", func(c *businesscentral.Customer) { c.Email = "twin@both.example" }); err != nil {
		t.Fatal(err)
	}
	w.storefront.Shop("").AddCustomer(&data.Customer{FirstName: "Twin", Email: "twin@both.example"})
	w.trigger(t, customersync.TaskName)
	w.live(30 * time.Minute)
	twin("")
	w.trigger(t, customersync.TaskName)
	w.live(time.Hour)
	if err := c.EditCustomer("10000", func(c *businesscentral.Customer) { c.DisplayName = "Twin Peak" }); err != nil {
		t.Fatal(err)
	}
	w.trigger(t, customersync.TaskName)
	w.live(time.Hour)
	all := w.storefront.Shop("").Customers()
	if n := all[len(all)-1]; n.LastName != "Peak" {
		t.Errorf("the shop has %s %s", n.FirstName, n.LastName)
	}
}

// firm keeps companies in step: one fits several customers of Business Central for a while,
// and then one.
func (w *world) firm(t *testing.T) {
	t.Helper()
	c := w.bc.Companies()[0]
	number := func(customer, tax string) {
		t.Helper()
		if err := c.EditCustomer(customer, func(c *businesscentral.Customer) { c.TaxRegistrationNumber = tax }); err != nil {
			t.Fatal(err)
		}
	}
	number("10000", "GB123456789")
	number("20000", "GB123456789")
	firm := w.storefront.Shop("").AddCompany(&data.Company{Name: "Twins Ltd", Locations: []data.CompanyLocation{{Name: "Home", TaxID: "GB 123 456 789"}}})
	look := jobs.TriggerRequest{Shop: "sample", Entry: companysync.TaskName, Trigger: jobqueue.ByHand, Parameters: json.RawMessage(fmt.Sprintf(`{"companies":["%d"]}`, firm.ID))}
	for range 2 {
		if _, err := w.dispatcher.Jobs.Trigger(t.Context(), look); err != nil {
			t.Fatal(err)
		}
		w.live(time.Hour)
		number("20000", "")
	}
	w.trigger(t, companysync.TaskName)
	w.live(time.Hour)
	l, err := (&link.Store{Table: w.dispatcher.Jobs.Store.Table}).Get(t.Context(), link.Link{Shop: "sample", Kind: link.Company, ID: fmt.Sprint(firm.ID)})
	if err != nil || l.Number != "10000" {
		t.Errorf("the company is linked with %q, %v", l.Number, err)
	}
}

// picture gives an item a picture, which goes to its product; another one that is none, and
// one that Shopify works on for long.
func (w *world) picture(t *testing.T) {
	t.Helper()
	tb := w.dispatcher.Jobs.Store.Table
	cards := &shop.Store{Table: tb}
	card, err := cards.Get(t.Context(), "sample")
	if err == nil {
		card, err = card.With(images.Settings{SyncItemImages: images.ToShopify})
	}
	if err == nil {
		err = cards.Put(t.Context(), card)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := w.bc.Companies()[0]
	for i, content := range []string{"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;", "%PDF"} {
		p := w.shop.Products[i]
		l := listings.Listing{Shop: "sample", Product: fmt.Sprint(p.ID), Variants: []listings.Variant{{ID: fmt.Sprint(p.Variants[0].ID), Item: p.Variants[0].SKU}}}
		if _, err := (&listings.Store{Table: tb}).Put(t.Context(), plain{tb}, jobqueue.Lease{}, l); err != nil {
			t.Fatal(err)
		}
		if err := c.SetPictures(p.Variants[0].SKU, "", []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		w.trigger(t, "sync-images")
		w.live(30 * time.Minute)
	}
	if err := c.SetPictures(w.shop.Products[1].Variants[0].SKU, "", nil); err != nil { // nothing is wrong with it any more
		t.Fatal(err)
	}
	w.trigger(t, "sync-images")
	w.live(30 * time.Minute)
	if own, _ := w.storefront.Shop("").Shows(w.shop.Products[0].ID); len(own) != 1 {
		t.Errorf("the product shows %d pictures", len(own))
	}
}

// plain writes without a lease, as no function does.
type plain struct{ table.Table }

func (p plain) Write(ctx context.Context, _ jobqueue.Lease, ops ...table.Op) error {
	return p.Table.Write(ctx, ops...)
}

func (plain) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	return l, false, nil
}

func (plain) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// runByHand asks for a run over HTTP, and how it goes.
func (w *world) runByHand(t *testing.T) {
	t.Helper()
	c := w.operator()
	r := answer[*client.RunJobResponse](t, http.StatusAccepted)(c.RunJobWithResponse(t.Context(), "sample", "sync-orders", &api.RunJobParams{}, api.RunRequest{})).JSON202
	w.live(time.Minute)
	if e := answer[*client.GetRunResponse](t, http.StatusOK)(c.GetRunWithResponse(t.Context(), "sample", r.ID, &api.GetRunParams{})).JSON200; e.Outcome != jobqueue.Succeeded {
		t.Errorf("run by hand: %+v", e)
	}
}

// posted has what was sold posted; the company has no drafts of invoices.
func posted(t *testing.T, w *world) {
	t.Helper()
	w.live(time.Hour)
	for _, task := range []string{posting.OrdersTask, posting.InvoicesTask} {
		answer[*client.RunJobResponse](t, http.StatusAccepted)(w.operator().RunJobWithResponse(t.Context(), "sample", task, &api.RunJobParams{}, api.RunRequest{}))
	}
	w.live(10 * time.Minute)
	if n := len(w.bc.Companies()[0].SalesInvoices()); n == 0 {
		t.Error("nothing was posted")
	}
}

// listed has variants linked with items, and what is gone forgotten.
func listed(t *testing.T, w *world) {
	t.Helper()
	w.trigger(t, listings.TaskName)
	w.live(10 * time.Minute)
	shop := w.storefront.Shop("")
	if err := shop.DeleteProduct(shop.Products()[0].ID); err != nil {
		t.Fatal(err)
	}
	w.live(time.Hour)
	if _, err := w.dispatcher.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: "sample", Entry: listings.TaskName, Trigger: jobqueue.ByHand, Parameters: json.RawMessage(`{"full":true}`)}); err != nil {
		t.Fatal(err)
	}
	w.live(10 * time.Minute)
	for _, r := range answer[*client.ListRunsResponse](t, http.StatusOK)(w.operator().ListRunsWithResponse(t.Context(), "sample", &api.ListRunsParams{})).JSON200.Runs {
		if r.Entry == listings.TaskName && r.Outcome != jobqueue.Succeeded {
			t.Errorf("run %+v", r)
		}
	}
}

// proved has a document that was changed in the company named, and not any more once
// it is as it was.
func proved(t *testing.T, w *world) {
	t.Helper()
	w.live(3 * time.Hour)
	c := w.bc.Companies()[0]
	changed := c.SalesOrders()[0].Number
	prove := func(currency string, want int) {
		t.Helper()
		if err := c.EditOrder(changed, func(d *businesscentral.SalesDocument) { d.CurrencyCode = currency }); err != nil {
			t.Fatal(err)
		}
		w.trigger(t, completeness.TaskName)
		w.live(10 * time.Minute)
		l := answer[*client.ListIssuesResponse](t, http.StatusOK)(w.operator().ListIssuesWithResponse(t.Context(), "sample", &api.ListIssuesParams{Reason: string(completeness.TotalDiffers)})).JSON200
		if l.Total != want {
			t.Errorf("%d differences, want %d: %+v", l.Total, want, l.Issues)
		}
	}
	prove("DKK", 1)
	prove("", 0)
}

// look asks how a run goes.
func (w *world) look(t *testing.T, run string, want int) {
	t.Helper()
	answer[*client.GetRunResponse](t, want)(w.operator().GetRunWithResponse(t.Context(), "sample", run, &api.GetRunParams{}))
}

// disorder lets the entry's schedule be missing, wrong and too much in turn,
// for the sweep to mend.
func (w *world) disorder(t *testing.T) {
	t.Helper()
	d := w.dispatcher
	e, err := d.Jobs.Store.Entry(t.Context(), "sample", "sync-orders")
	if err != nil {
		t.Fatal(err)
	}
	save := func(status jobqueue.Status) {
		e.Status = status
		if err := d.Jobs.Store.SaveEntry(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if e, err = d.Jobs.Store.Entry(t.Context(), "sample", "sync-orders"); err != nil {
			t.Fatal(err)
		}
	}
	is := func(what string, want bool) {
		t.Helper()
		_, err := d.Jobs.Schedules.Get(t.Context(), e.ScheduleName())
		if (err == nil) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	const turns = 20 * time.Minute // schedules take turns
	if err := d.Jobs.Schedules.Delete(t.Context(), e.ScheduleName()); err != nil {
		t.Fatal(err)
	}
	w.live(turns)
	is("a schedule was missing", true)
	rec, _ := e.Grid()
	if err := d.Jobs.Schedules.Every(t.Context(), e.ScheduleName(), rec, schedule.Target{Group: e.Group(), Body: "{}"}); err != nil {
		t.Fatal(err)
	}
	w.live(turns)
	if has, err := d.Jobs.Schedules.Get(t.Context(), e.ScheduleName()); err != nil || has.Target.Body == "{}" {
		t.Errorf("a schedule was wrong: %+v, %v", has, err)
	}
	if e, err = d.Jobs.Store.Entry(t.Context(), "sample", "sync-orders"); err != nil {
		t.Fatal(err)
	}
	save(jobqueue.OnHold)
	w.live(turns)
	is("a schedule was too much", false)
	save(jobqueue.Ready)
	w.live(turns)
	is("a schedule was missing after a hold", true)
}
