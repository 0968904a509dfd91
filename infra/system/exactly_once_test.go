package system_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	bc "backroom/shared/businesscentral"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/shop"
	shopifyclient "backroom/shared/shopify"
	"backroom/shared/table"
	"backroom/shared/testclock"
	"backroom/shared/wiring"
)

// world is both simulators and all that lasts beyond a process.
type world struct {
	*testclock.Clock
	tb        testing.TB
	shop      *data.Data
	shopify   *shopify.Server
	bc        *businesscentral.Server
	table     *memory.Table
	queue     *memory.Queue
	schedules *memory.Schedules
	injector  *faulty.Injector
	seq       sequence
	units     units // of all processes
	sweep     units // of the last sweep, apart from those
	// ahead is how far the clock of the processes' host is ahead of the simulators'.
	ahead time.Duration

	process *jobqueue.Dispatcher // the present one
	// beside, if there is one, is another process of the same time; it takes every
	// other message.
	beside  *jobqueue.Dispatcher
	restart func() // begins them anew; nil: start
}

// host is the clock of the processes' host.
func (w *world) host() time.Time { return w.Now().Add(w.ahead) }

// turn is the process that takes the next message.
func (w *world) turn() *jobqueue.Dispatcher {
	if w.beside != nil {
		w.process, w.beside = w.beside, w.process
	}
	return w.process
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
func worldOf(tb testing.TB, indexLag time.Duration, d *data.Data, change func(*shop.Shop)) *world {
	tb.Helper()
	w := &world{Clock: testclock.New(begin), tb: tb, shop: d}
	var err error
	if w.shopify, err = shopify.New(shopify.Config{Now: w.Now, Shops: []*data.Data{w.shop}}); err != nil {
		tb.Fatal(err)
	}
	if w.bc, err = businesscentral.New(businesscentral.Options{Now: w.Now, Sleep: w.Wait}); err != nil {
		tb.Fatal(err)
	}
	if err := w.bc.Companies()[0].AddItems(host.Stock(w.shop)...); err != nil {
		tb.Fatal(err)
	}
	w.table = memory.NewTable(w.host)
	w.table.IndexLag = indexLag
	w.queue = memory.NewQueue(w.host)
	w.injector = &faulty.Injector{Now: w.Now, Delay: 10 * time.Minute}
	w.schedules = memory.NewSchedules(w.host, w.queue)
	w.start()
	card := shop.Shop{
		Code: "sample", Enabled: true, ConnectedAt: w.Now().AddDate(0, 0, -30), Domain: w.shop.Shop.Domain, Currency: "EUR",
		Company:         shop.Company{ID: w.bc.Companies()[0].ID(), Tenant: "contoso.com", Environment: "Production", LCY: "EUR"},
		CustomerMapping: shop.ByEmailPhone, AutoCreateUnknownCustomers: true, SKUMapping: shop.SKUItemNo, OrderAttributesToShop: true,
		TaxCodes: []shop.TaxCodeMap{{Rate: decimal.RequireFromString("0.19"), Code: "VAT19"}},
	}
	if change != nil {
		change(&card)
	}
	ctx := tb.Context()
	if err := (&shop.Store{Table: w.table}).Put(ctx, card); err != nil {
		tb.Fatal(err)
	}
	if err := w.process.Ensure(ctx, card.Code, card.Code, w.Now().Add(time.Minute)); err != nil {
		tb.Fatal(err)
	}
	return w
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
	w.process = w.open(w.table, w.queue)
}

// open is a process on a table and a queue that others may write to as well.
func (w *world) open(stored table.Table, sent queue.Queue) *jobqueue.Dispatcher {
	t := meteredTable{faulty.Table{Inner: stored, Injector: w.injector}, &w.units}
	q := meteredQueue{faulty.Queue{Inner: sent, Injector: w.injector}, &w.units}
	log := slog.New(slog.DiscardHandler)
	store := &jobqueue.Store{Table: t, Now: w.host}
	transport := func(rt http.RoundTripper) http.RoundTripper {
		return meteredTransport{faulty.Transport{Inner: rt, Injector: w.injector, Writes: writes}, &w.units}
	}
	wired := wiring.Tasks(wiring.Options{
		Table: t, Jobs: store, Now: w.host, Wait: w.Wait, Every: 10 * time.Minute,
		Shopify: func(card shop.Shop) (shopifyclient.Config, error) {
			return shopifyclient.Config{
				Domain: card.Domain, Tokens: shopifyclient.StaticToken{Secret: shopifyclient.NewSecret(w.shopify.Shop("").IssueToken())},
				HTTP: &http.Client{Transport: transport(w.shopify.Transport())},
			}, nil
		},
		BC: func(card shop.Shop) (bc.Config, error) {
			return bc.Config{
				BaseURL: "https://bc.test/v2.0", Tenant: card.Company.Tenant, Environment: card.Company.Environment, CompanyID: card.Company.ID,
				ClientID: "backroom", ClientSecret: "secret", TokenURL: "https://bc.test/contoso.com/oauth2/v2.0/token",
				HTTP: transport(w.bc.Transport()),
			}, nil
		},
	})
	return &jobqueue.Dispatcher{
		Store: store, Tasks: wired.Tasks, Queue: q, Schedules: meteredSchedules{w.schedules, &w.units}, Log: log,
		Invoker: meteredInvoker{&jobqueue.Executor{Tasks: wired.Tasks, Store: store, Log: log}, &w.units},
		Random:  func(int64) int64 { return w.seq.next() },
	}
}

// sequence makes ids that differ, without chance.
type sequence struct {
	mu sync.Mutex
	n  int64
}

func (s *sequence) next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	return s.n % 1000
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
		w.bc.RunDue()
		if _, err := w.schedules.Tick(ctx); err != nil {
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
		if _, err := w.process.Sweep(ctx, "sample"); err != nil && w.injector.Dead() {
			w.injector.Revive()
			w.start()
		}
		w.sweep, w.units = w.units.minus(before), before
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
	c := w.bc.Companies()[0]
	got := map[string][]decimal.Decimal{}
	for _, o := range c.SalesOrders() {
		if id, err := strconv.ParseInt(after(o.ExternalDocumentNumber), 10, 64); err != nil {
			wrong = append(wrong, fmt.Sprintf("document %s names no order", o.Number))
		} else if so := w.shopify.Shop("").Order(id); so == nil || !slices.Contains(so.Attributes, data.Attr{Key: "BC Doc. No.", Value: o.Number}) {
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
