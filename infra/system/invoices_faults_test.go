package system_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/task/tasktest"
	"backroom/shared/testsize"
)

// TestNoInvoiceIsMadeTwice holds the part of process-orders that makes invoices against
// the laws of every task: each write fails before, after and late, answers are lost, the
// process dies. Nothing in the company makes an invoice unique, and the lines of some are
// written again since their customers' prices are on another basis than the orders'.
func TestNoInvoiceIsMadeTwice(t *testing.T) {
	tasktest.Run(t, tasktest.Suite{
		Task: documents.TaskName, Records: 3, Writes: 7, Shared: isShared, Stride: testsize.Of(1, 12, 40), Calls: testsize.Of(1, 8, 20),
		Open: func(k *tasktest.Kit, n, bad int) tasktest.World { return openInvoices(t, k, n, bad) },
	})
}

// invoices is a world of orders that the shop has shipped, which are finished once they
// have their invoices.
type invoices struct {
	*worlds.World
	kit  *tasktest.Kit
	shop *data.Data
	bad  *data.Order // whose item the company lacks; nil: none
}

func openInvoices(t *testing.T, k *tasktest.Kit, n, bad int) *invoices {
	t.Helper()
	w := &invoices{kit: k, shop: data.Bulk(k.Now(), n)}
	for i, o := range w.shop.Orders {
		at := k.Now().Add(time.Duration(i-n-1) * 20 * time.Minute)
		o.CreatedAt, o.UpdatedAt, o.ProcessedAt, o.FulfillmentStatus = at, at, at, "FULFILLED"
	}
	s := worlds.Plain(k.Now())
	s.Shop, s.Clock, s.Way = w.shop, k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code, s.Card.ImportFrom = tasktest.Shop, k.Now().AddDate(0, 0, -30)
	s.Card.CreateInvoicesFromOrders, s.Card.ArchiveProcessedOrders = true, true
	s.Card.RoundingAccount = businesscentral.AccountRounding
	// Of every second one the customer is there already, with prices of the other basis.
	for i, o := range w.shop.Orders {
		if c := w.shop.Customers[i]; i%2 == 0 {
			o.Customer, o.Email = c.ID, c.Email
			s.Company.Customers = append(s.Company.Customers, businesscentral.Customer{
				Number: fmt.Sprint("K", i), DisplayName: c.FirstName, Email: c.Email, PricesIncludeTax: !o.TaxesIncluded, VATBusGroup: "DOMESTIC", GenBusGroup: "DOMESTIC",
			})
		}
	}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	if bad >= 0 {
		w.bad = w.shop.Orders[bad]
		s.Stock = slices.DeleteFunc(host.Stock(w.shop), w.lacks)
	}
	w.World = worlds.New(t, s)
	k.Minutely(func() { w.BC.RunDue() })
	w.play(orders.TaskName)
	return w
}

// lacks: it is the item that the company lacks.
func (w *invoices) lacks(i businesscentral.Stock) bool { return i.Number == w.bad.Lines[0].SKU }

func (w *invoices) taskOf(name string) jobqueue.Task {
	r, _ := w.Tasks(w.kit.Table(), w.kit.Guard()).Tasks.Get(name)
	return r.Task
}

func (w *invoices) play(name string) { w.kit.Play(name, w.taskOf(name)) }

// Task implements tasktest.World, as do the three below.
func (w *invoices) Task() jobqueue.Task { return w.taskOf(documents.TaskName) }

func (w *invoices) Heal() {
	for _, i := range host.Stock(w.shop) {
		if w.lacks(i) {
			if err := w.BC.Companies()[0].AddItems(i); err != nil {
				w.kit.T.Fatalf("%v", err)
			}
		}
	}
}

func (w *invoices) Echo() { w.play(orders.TaskName) }

func (w *invoices) Holds() map[int][]string {
	h := map[int][]string{}
	for i, o := range w.shop.Orders {
		for _, d := range invoicesOf(w.World, o) {
			var lines []string
			for _, l := range d.SalesInvoiceLines {
				lines = append(lines, l.NetAmountIncludingTax.String())
			}
			h[i] = append(h[i], fmt.Sprintf("invoice with tax %t: %s", d.PricesIncludeTax, strings.Join(lines, " ")))
		}
		for _, total := range comesTo(w.World, o) {
			h[i] = append(h[i], "sales order of "+total)
		}
		f := w.Fate(o)
		h[i] = append(h[i], fmt.Sprintf("%s %s %s", f.State, f.Reason, f.Document))
		if !w.Shopify.Shop("").Order(o.ID).ClosedAt.IsZero() {
			h[i] = append(h[i], "archived")
		}
	}
	return h
}
