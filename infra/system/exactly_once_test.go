package system_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/queue"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// world is a world on the engine of memory, in which each write of a process can be
// made to fail, and what it costs is counted.
type world struct {
	*worlds.World
	tb       testing.TB
	shop     *data.Data
	table    *memory.Table
	queue    *memory.Queue
	injector *faulty.Injector
	units    units // of all processes

	// beside, if there is one, is another process of the same time; it takes every
	// other message.
	beside  *dispatch.Dispatcher
	restart func() // begins them anew; nil: start
}

// turn is the process that takes the next message.
func (w *world) turn() *dispatch.Dispatcher {
	if w.beside != nil {
		w.Dispatcher, w.beside = w.beside, w.Dispatcher
	}
	return w.Dispatcher
}

func newWorld(tb testing.TB, indexLag time.Duration) *world {
	tb.Helper()
	d := data.Bulk(begin, orderCount)
	for i, o := range d.Orders {
		c := d.Customers[i%customerCount]
		o.Customer, o.Email = c.ID, c.Email
	}
	return worldOf(tb, indexLag, d, nil)
}

var begin = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// worldOf is the world of a shop; change may change its card.
func worldOf(tb testing.TB, indexLag time.Duration, d *data.Data, change func(*documents.Card)) *world {
	tb.Helper()
	card := documents.Card{
		Shop:             shop.Shop{Code: "sample", ConnectedAt: begin.AddDate(0, 0, -30)},
		CustomerSettings: customers.CustomerSettings{CustomerMapping: customers.ByEmailPhone, AutoCreateUnknownCustomers: true},
		DocumentSettings: documents.DocumentSettings{TaxCodes: []documents.TaxCodeMap{{Rate: decimal.RequireFromString("0.19"), Code: "VAT19"}}},
		OrderSettings:    orders.OrderSettings{ImportFrom: begin.AddDate(0, 0, -30), OrderAttributesToShop: true},
		ItemSettings:     products.ItemSettings{SKUMapping: products.SKUItemNo},
	}
	if change != nil {
		change(&card)
	}
	w := &world{tb: tb, shop: d}
	w.World = worlds.New(tb, worlds.Setup{
		Begin: begin, Shop: d, Company: businesscentral.Cronus("CRONUS"), Card: card, Way: w.way,
		Engine: func(of *worlds.World) worlds.Engine { return w.memory(of, indexLag) },
	})
	w.start()
	return w
}

// memory is the engine of memory, as a process sees it.
func (w *world) memory(of *worlds.World, indexLag time.Duration) worlds.Engine {
	w.table = memory.NewTable(of.Host)
	w.table.IndexLag = indexLag
	w.queue = memory.NewQueue(of.Host)
	w.injector = &faulty.Injector{Now: of.Now, Delay: 10 * time.Minute}
	return worlds.Engine{Table: w.failing(w.table), Queue: w.sending(w.queue), Schedules: memory.NewSchedules(of.Host, w.queue)}
}

func (w *world) failing(t table.Table) table.Table {
	return meteredTable{faulty.Table{Inner: t, Injector: w.injector}, &w.units}
}

func (w *world) sending(q queue.Queue) queue.Queue {
	return meteredQueue{faulty.Queue{Inner: q, Injector: w.injector}, &w.units}
}

func (w *world) way(direct http.RoundTripper) http.RoundTripper {
	return meteredTransport{faulty.Transport{Inner: direct, Injector: w.injector, Writes: writes}, &w.units}
}

// writes says which requests write.
func writes(r *http.Request, body []byte) bool {
	switch {
	case r.Method == http.MethodGet, strings.Contains(r.URL.Path, "oauth"):
		return false
	case strings.HasSuffix(r.URL.Path, "graphql.json"):
		return bytes.Contains(body, []byte("mutation"))
	case strings.HasSuffix(r.URL.Path, "$batch"):
		return bytes.Contains(body, []byte(`"POST"`)) || bytes.Contains(body, []byte(`"PATCH"`)) || bytes.Contains(body, []byte(`"DELETE"`))
	}
	return true
}

// start is a new process: nothing of the old one is left but what it stored.
func (w *world) start() {
	if w.restart != nil {
		w.restart()
		return
	}
	w.Process = w.open(w.Engine)
}

// open is a process on an engine that others may work on as well.
func (w *world) open(e worlds.Engine) worlds.Process {
	p := w.Open(e)
	p.Jobs.Schedules = meteredSchedules{e.Schedules, &w.units}
	p.Dispatcher.Invoker = meteredInvoker{p.Dispatcher.Invoker, &w.units}
	return p
}

// live lets time pass and work be done, at least until d from now and until
// nothing is late any more, and on to atMost while something is wrong. A
// process that is gone is followed by another.
func (w *world) live(d, atMost time.Duration) {
	ctx := w.tb.Context()
	begin := w.Now()
	for ; w.Now().Before(begin.Add(atMost)); w.Advance(time.Minute) {
		if w.Now().After(begin.Add(d)) && w.injector.Pending() == 0 && w.queue.Len() == 0 && w.check() == nil {
			return
		}
		w.injector.RunDue()
		w.BC.RunDue()
		if _, err := w.Schedules.Tick(ctx); err != nil {
			w.tb.Fatal(err)
		}
		for range 100 {
			some, err := w.turn().Next(ctx, 0)
			if w.injector.Dead() {
				w.injector.Revive()
				w.start()
				break
			}
			if err != nil || !some {
				break
			}
		}
		before := w.units
		if _, err := sweep.New(w.Dispatcher, sweep.ShopList{"sample"}).Sweep(ctx); err != nil && w.injector.Dead() {
			w.injector.Revive()
			w.start()
		}
		w.units = before
	}
}

// after is the part of an external document number that is the order's id.
func after(external string) string {
	_, id, _ := strings.Cut(external, "-")
	return id
}

// check says what is not as it should be: every order one document of its
// total, every customer once.
func (w *world) check() []string {
	var wrong []string
	c := w.BC.Companies()[0]
	got := map[string][]decimal.Decimal{}
	for _, o := range c.SalesOrders() {
		if id, err := strconv.ParseInt(after(o.ExternalDocumentNumber), 10, 64); err != nil {
			wrong = append(wrong, fmt.Sprintf("document %s names no order", o.Number))
		} else if so := w.Shopify.Shop("").Order(id); so == nil || !slices.Contains(so.Attributes, data.Attr{Key: "BC Doc. No.", Value: o.Number}) {
			wrong = append(wrong, fmt.Sprintf("document %s is not named in Shopify", o.Number))
		}
		id := after(o.ExternalDocumentNumber)
		got[id] = append(got[id], o.TotalAmountIncludingTax)
	}
	for _, o := range w.shop.Orders {
		want := o.Totals().CurrentPrice.Shop
		switch ts := got[fmt.Sprint(o.ID)]; {
		case len(ts) != 1:
			wrong = append(wrong, fmt.Sprintf("order %s has %d documents", o.Name, len(ts)))
		case !ts[0].Equal(want):
			wrong = append(wrong, fmt.Sprintf("order %s of %s has a document of %s", o.Name, want, ts[0]))
		}
	}
	if n := len(c.SalesOrders()); n != orderCount {
		wrong = append(wrong, fmt.Sprintf("%d documents for %d orders", n, orderCount))
	}
	idle := map[string]bool{} // customers the company comes with, but those who bought something
	for _, cu := range businesscentral.Cronus("").Customers {
		idle[cu.Number] = true
	}
	for _, d := range append(c.SalesOrders(), c.SalesInvoices()...) {
		delete(idle, d.CustomerNumber)
	}
	emails := map[string]int{}
	for _, cu := range c.Customers() {
		if cu.Email != "" && !idle[cu.Number] {
			emails[cu.Email]++
		}
	}
	for e, n := range emails {
		if n > 1 {
			wrong = append(wrong, fmt.Sprintf("customer %s exists %d times", e, n))
		}
	}
	if len(emails) != customerCount {
		wrong = append(wrong, fmt.Sprintf("%d customers, want %d", len(emails), customerCount))
	}
	return wrong
}

func TestExactlyOnceUnderEverySingleFault(t *testing.T) {
	clean := newWorld(t, 0)
	clean.injector.Arm(0, faulty.Before, false)
	clean.live(25*time.Minute, 25*time.Minute)
	if wrong := clean.check(); wrong != nil {
		t.Fatalf("without any fault: %v", wrong)
	}
	points := clean.injector.Writes()
	t.Logf("%d writes, each failing before, after and late, with the process going on and gone: %d points", points, points*6)
	if points < leastPoints {
		t.Errorf("%d points, and there were %d before", points, leastPoints)
	}
	walked := 0
	for n := 1; n <= points; n++ {
		for _, mode := range []faulty.Mode{faulty.Before, faulty.After, faulty.Late} {
			for _, dies := range []bool{false, true} {
				if walked++; walked%stride != 0 {
					continue
				}
				t.Run(fmt.Sprintf("%d/%s/dies=%v", n, mode, dies), func(t *testing.T) {
					t.Parallel()
					lag := time.Duration(0)
					if n%2 == 0 {
						lag = 20 * time.Second // index reads that trail
					}
					w := newWorld(t, lag)
					w.injector.Arm(n, mode, dies)
					w.live(25*time.Minute, 2*time.Hour)
					for _, x := range w.check() {
						t.Error(x)
					}
				})
			}
		}
	}
}
