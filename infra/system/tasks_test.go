package system_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/companysync"
	"backroom/shared/completeness"
	"backroom/shared/customersync"
	"backroom/shared/disputes"
	"backroom/shared/documents"
	"backroom/shared/images"
	"backroom/shared/inventory"
	"backroom/shared/jobqueue"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/payments"
	"backroom/shared/posting"
	"backroom/shared/prices"
	"backroom/shared/receipts"
	"backroom/shared/shipments"
	"backroom/shared/table"
	"backroom/shared/task/tasktest"
	"backroom/shared/testsize"
)

// suites are what each registered task is held against, over the wire of both sides.
var suites = map[string]tasktest.Suite{
	orders.TaskName:    {Records: 5, Idle: 2, Writes: 3},             // runs of several pages are played in its package
	documents.TaskName: {Records: 5, Paged: 51, Idle: 0, Writes: 11}, // a page, and numbers for orders by 50
	// Runs of several pages are played in their package.
	posting.OrdersTask: {Records: 3, Idle: 1, Writes: 4, Stride: 3, Parameters: json.RawMessage(`{"onlyShopify":true,"postingDate":"2026-12-24"}`)},
	disputes.TaskName:  {Records: 3, Idle: 2, Writes: 4, Stride: 3},
	receipts.TaskName:  {Records: 3, Idle: 4, Writes: 4, Stride: 3},
	payments.TaskName:  {Records: 3, Idle: 2, Writes: 4, Paged: 3, Stride: 3},
	shipments.TaskName: {Records: 3, Idle: 2, Writes: 4, Stride: 3},
	// Its groups are as large as a shop's whole stock: runs of several are played in its package.
	inventory.TaskName: {Records: 4, Idle: 1, Writes: 3, Stride: 3},
	// Records are differences that are no more; runs of several pages are played in its package.
	completeness.TaskName: {Records: 3, Idle: 8, Writes: 3, Stride: 3},
	customersync.TaskName: {Records: 4, Idle: 3, Writes: 8, Stride: 3},
	companysync.TaskName:  {Records: 4, Idle: 3, Writes: 8, Stride: 3},
	// Records are items of which every second one is to become a product; runs of several
	// pages are played in its package.
	listings.TaskName:    {Records: 4, Idle: 8, Writes: 6, Stride: 12},
	posting.InvoicesTask: {Records: 3, Idle: 1, Writes: 3, Stride: 3, Parameters: json.RawMessage(`{"status":"draft"}`)},
	prices.TaskName:      {Records: 4, Idle: 3, Writes: 4, Stride: 3},
	images.TaskName:      {Records: 2, Idle: 2, Writes: 4, Stride: 9},
}

var everyFault = flag.Bool("every", false, "every fault of every task, whatever its row says")

// TestTasks holds every registered task against the suite. One without a row fails.
func TestTasks(t *testing.T) {
	w := worlds.New(t, worlds.Plain(begin))
	for _, d := range w.Wired.Definitions {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			s, ok := suites[d.Name]
			if !ok {
				t.Fatalf("%s has no row in suites", d.Name)
			}
			s.Task, s.Shared, s.Stride = d.Name, isShared, max(s.Stride, testsize.Of(1, 5, 31))
			if *everyFault {
				s.Stride = 1
			}
			s.Calls = testsize.Of(1, 5, 13)
			if testsize.Race { // it finds nothing in slices that follow each other
				s.Paged = 0
			}
			s.Open = func(k *tasktest.Kit, n, bad int) tasktest.World { return openWorld(t, k, d.Name, n, bad) }
			tasktest.Run(t, s)
		})
	}
	if len(suites) != len(w.Wired.Definitions) {
		t.Errorf("%d rows for %d tasks", len(suites), len(w.Wired.Definitions))
	}
}

// isShared: what programs share of a quota is spent whatever comes of a run.
func isShared(k table.Key) bool {
	return strings.HasPrefix(k.PK, "SHOPIFY#") || strings.HasPrefix(k.PK, "BCBUDGET#")
}

// side tells the calls of both sides from each other.
var side = tasktest.Side{
	Free:   func(r *http.Request) bool { return strings.Contains(r.URL.Path, "oauth") },
	Writes: writes, Halve: halve, TooMany: tooMany,
}

// halve is half of a batch. No other request has halves.
func halve(r *http.Request, body []byte) []byte {
	var b struct {
		Requests []json.RawMessage `json:"requests"`
	}
	if !strings.HasSuffix(r.URL.Path, "$batch") || json.Unmarshal(body, &b) != nil || len(b.Requests) < 2 {
		return nil
	}
	b.Requests = b.Requests[:len(b.Requests)/2]
	js, _ := json.Marshal(b)
	return js
}

func tooMany(r *http.Request, wait time.Duration) *http.Response {
	seconds := fmt.Sprint(int(wait.Seconds()) + 1)
	status, body := http.StatusTooManyRequests, `{"error":{"code":"Application_TooManyRequests","message":"Too many requests reached."}}`
	if strings.HasSuffix(r.URL.Path, "graphql.json") {
		status = http.StatusOK
		body = `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":50,"actualQueryCost":null,` +
			`"throttleStatus":{"maximumAvailable":1000,"currentlyAvailable":0,"restoreRate":50}}}}`
	}
	return &http.Response{
		StatusCode: status, Request: r, Body: io.NopCloser(bytes.NewReader([]byte(body))), ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {"application/json"}, "Retry-After": {seconds}},
	}
}

// tasks is a world in which one task is looked at.
type tasks struct {
	*worlds.World
	kit  *tasktest.Kit
	name string
	shop *data.Data
	bad  *data.Order // nil: none
}

// openWorld is the world of a task.
func openWorld(t *testing.T, k *tasktest.Kit, name string, n, bad int) tasktest.World {
	t.Helper()
	if name == posting.OrdersTask || name == posting.InvoicesTask {
		return openPostings(t, k, name, n, bad)
	}
	if name == disputes.TaskName {
		return openDisputes(t, k, n, bad)
	}
	if name == payments.TaskName {
		return openPayments(t, k, n, bad)
	}
	if name == receipts.TaskName {
		return openReceipts(t, k, n, bad)
	}
	if name == completeness.TaskName {
		return openProofs(t, k, n, bad)
	}
	if name == inventory.TaskName {
		return openStocks(t, k, n, bad)
	}
	if name == customersync.TaskName {
		return openPeople(t, k, n, bad)
	}
	if name == companysync.TaskName {
		return openFirms(t, k, n, bad)
	}
	if name == listings.TaskName {
		return openProducts(t, k, n, bad)
	}
	if name == prices.TaskName {
		return openTags(t, k, n, bad)
	}
	if name == images.TaskName {
		return openPictures(t, k, n, bad)
	}
	return openTasks(t, k, name, n, bad)
}

func openTasks(t *testing.T, k *tasktest.Kit, name string, n, bad int) *tasks {
	t.Helper()
	w := &tasks{kit: k, name: name}
	d := data.Bulk(k.Now(), n+1)
	for i, o := range d.Orders {
		c := d.Customers[i%3]
		o.Customer, o.Email = c.ID, c.Email
		// Older than what an import lists once more anyway.
		at := k.Now().Add(time.Duration(i-n-1) * 20 * time.Minute)
		o.CreatedAt, o.UpdatedAt, o.ProcessedAt = at, at, at
	}
	d.Orders[n].CancelledAt = d.Orders[n].UpdatedAt // beside the records: it gets no document
	w.shop = d
	if bad >= 0 {
		w.bad = d.Orders[bad]
	}
	s := worlds.Plain(k.Now())
	s.Shop, s.Clock, s.Way = d, k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code, s.Card.OrderAttributesToShop, s.Card.ImportFrom = tasktest.Shop, true, k.Now().AddDate(0, 0, -30)
	itsOwn(s.Company, d)
	if name == payments.TaskName {
		s.Settings = []any{postsPayouts(k.Now().AddDate(0, 0, -1))}
	}
	if name == receipts.TaskName {
		s.Settings = []any{w.suggests(false)}
		if w.bad != nil {
			w.bad.Transactions[0].Gateway = "klarna"
		}
	}
	if name == documents.TaskName { // one of them is finished
		s.Card.ArchiveProcessedOrders, d.Orders[n/2].FulfillmentStatus = true, "FULFILLED"
	}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	if w.bad != nil && name == documents.TaskName {
		s.Stock = slices.DeleteFunc(host.Stock(d), func(i businesscentral.Stock) bool { return i.Number == w.bad.Lines[0].SKU })
	}
	w.World = worlds.New(t, s)
	w.BC.Companies()[0].SetManualNumbers(false) // so that nothing in the company makes an order unique
	k.Minutely(func() { w.BC.RunDue() })
	switch {
	case name == documents.TaskName:
		w.play(orders.TaskName)
	case name == shipments.TaskName:
		w.post()
	case w.bad != nil && name != receipts.TaskName:
		fault := shopify.FieldFault{Field: "lineItems", ID: fmt.Sprintf("gid://shopify/Order/%d", w.bad.ID)}
		if err := w.Shopify.Shop("").FailField(fault); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// itsOwn has the company make something else of documents than what was sent, so
// that they are put right after their create.
func itsOwn(c *businesscentral.Data, d *data.Data) {
	c.Prices = append(c.Prices, businesscentral.PriceRule{Item: d.Orders[0].Lines[0].SKU, Price: decimal.NewFromInt(1)})
	c.Discounts = append(c.Discounts, businesscentral.DiscountRule{Item: d.Orders[1].Lines[1].SKU, Percent: decimal.NewFromInt(10)})
}

func (w *tasks) taskOf(name string) jobqueue.Task {
	r, _ := w.Tasks(w.kit.Table(), w.kit.Guard()).Tasks.Get(name)
	return r.Task
}

func (w *tasks) play(name string) { w.kit.Play(name, w.taskOf(name)) }

// Task implements tasktest.World.
func (w *tasks) Task() jobqueue.Task { return w.taskOf(w.name) }

// Heal implements tasktest.World.
func (w *tasks) Heal() {
	w.Shopify.Shop("").ClearFields()
	if w.name == shipments.TaskName {
		w.release()
		return
	}
	for _, i := range host.Stock(w.shop) {
		if w.name == documents.TaskName && i.Number == w.bad.Lines[0].SKU {
			if err := w.BC.Companies()[0].AddItems(i); err != nil {
				w.kit.T.Fatalf("%v", err)
			}
		}
	}
}

// Echo implements tasktest.World: either task sees what the other one writes.
func (w *tasks) Echo() {
	if w.name == orders.TaskName {
		w.play(documents.TaskName)
		return
	}
	w.play(orders.TaskName)
}

// document is what is read of one, over HTTP.
type document struct {
	Number                  string
	ExternalDocumentNumber  string
	Email                   string
	TotalAmountIncludingTax decimal.Decimal
	DiscountAmount          decimal.Decimal
	SalesOrderLines         []struct {
		LineObjectNumber string
		UnitPrice        decimal.Decimal
		DiscountAmount   decimal.Decimal
	}
}

// Holds implements tasktest.World.
func (w *tasks) Holds() map[int][]string {
	h := map[int][]string{}
	if w.name == shipments.TaskName {
		w.sent(h)
		return h
	}
	vs, _, err := w.Wired.Orders.List(w.kit.T.Context(), tasktest.Shop, "", "", 0)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, v := range vs {
		said := ""
		if v.Issue != nil {
			said = string(v.Issue.Reason)
		}
		i := w.record(v.ID)
		h[i] = append(h[i], fmt.Sprintf("%s is %s %s, its document %t", v.ID, v.State, said, v.Document != nil))
	}
	for _, d := range worlds.Read[document](w.World, "salesOrders?$expand=salesOrderLines") {
		id := d.ExternalDocumentNumber[strings.LastIndexByte(d.ExternalDocumentNumber, '-')+1:]
		i := w.record(id)
		var lines []string
		for _, l := range d.SalesOrderLines {
			lines = append(lines, fmt.Sprintf("%s at %s less %s", l.LineObjectNumber, l.UnitPrice, l.DiscountAmount))
		}
		h[i] = append(h[i], fmt.Sprintf("document of %s less %s for %s: %s", d.TotalAmountIncludingTax, d.DiscountAmount, d.Email, lines))
		if o := w.Shopify.Shop("").Order(w.shop.Orders[i].ID); slices.Contains(o.Attributes, data.Attr{Key: orders.DocumentAttribute, Value: d.Number}) {
			h[i] = append(h[i], "Shopify says its number")
		}
		if o := w.Shopify.Shop("").Order(w.shop.Orders[i].ID); !o.ClosedAt.IsZero() {
			h[i] = append(h[i], "archived")
		}
	}
	for _, c := range worlds.Read[struct{ Email string }](w.World, "customers?$select=email") {
		h[tasktest.Common] = append(h[tasktest.Common], c.Email)
	}
	return h
}

// record is the number of an order among those that were sold.
func (w *tasks) record(id string) int {
	return slices.IndexFunc(w.shop.Orders, func(o *data.Order) bool { return fmt.Sprint(o.ID) == id })
}
