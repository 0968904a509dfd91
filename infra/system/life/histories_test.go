package life_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/shipments"
	"backroom/shared/testsize"
)

var (
	howMany  = flag.Int("histories", 0, "random histories of orders; 0 is a few")
	fromSeed = flag.Uint64("from", 1, "the first world of histories")
	onlySeed = flag.Uint64("seed", 0, "the one world of histories to play; 0 is all of them")
)

const (
	livesOfAWorld = 50
	mostEvents    = 12
	lasting       = 2 * time.Hour // in which all events happen
	resting       = 4 * time.Hour // in which nothing does
	pace          = 5 * time.Minute
	calm          = 15 * time.Minute // the pace at rest
)

// histories is one world of orders to which things happen while the tasks are at work.
type histories struct {
	*world.World

	tb      testing.TB
	r       *rand.Rand
	shop    *shopify.Shop
	company *businesscentral.Company
	lives   []*life
	posts   bool // the tasks that post documents are started now and then

	mu      sync.Mutex
	pending []event // in the order of their times
	count   map[string]int
	card    documents.Card
}

// RoundTrip lets what is to happen now happen between two requests of the tasks, or
// while one is on its way.
func (h *histories) RoundTrip(direct http.RoundTripper, r *http.Request) (*http.Response, error) {
	before, after := h.chance()
	for range before {
		h.next(h.Now())
	}
	closes := h.closes(r)
	resp, err := direct.RoundTrip(r)
	for _, l := range closes {
		if o := h.order(l); o != nil && !o.ClosedAt.IsZero() {
			l.archived++
		}
	}
	for range after {
		h.next(h.Now())
	}
	return resp, err
}

func (h *histories) chance() (before, after int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.r == nil {
		return 0, 0
	}
	return h.r.IntN(2), h.r.IntN(2)
}

// next has the next event happen whose time has come.
func (h *histories) next(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.pending) == 0 || h.pending[0].at.After(now) {
		return false
	}
	e := h.pending[0]
	h.pending = h.pending[1:]
	for range tries {
		k := drawKind(e.r)
		if err := k.do(h, e.life, e.r); err != nil {
			continue
		}
		h.count["events"]++
		h.count["event: "+k.name]++
		e.life.events = append(e.life.events, fmt.Sprintf("%s %s", now.Format("15:04"), k.name))
		return true
	}
	h.count["events that could not happen"]++
	return true
}

type way func(*http.Request) (*http.Response, error)

func (w way) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

// setup is a shop of plain orders, whose prices have their tax in them or on top.
func setup(n int, included bool) world.Setup {
	s := world.Plain(begin)
	s.Shop = data.Bulk(begin, n)
	for i, o := range s.Shop.Orders {
		o.ShippingLines = []*data.ShippingLine{{ID: int64(900000 + i), Title: "Standard", Price: data.Bag{Shop: decimal.NewFromInt(5), Presentment: decimal.NewFromInt(5)}}}
		o.TaxesIncluded = included
		for _, l := range o.Lines {
			l.Taxes = taxes(l.Net(), included)
		}
		o.ShippingLines[0].Taxes = taxes(o.ShippingLines[0].Price, included)
		o.Transactions = o.Transactions[:1]
		o.Transactions[0].Amount = o.Totals().Price
	}
	s.Card.RefundsAndReturns, s.Card.RoundingAccount = orders.BookRefunds, businesscentral.AccountRounding
	s.CreditMemos = creditmemos.Settings{RefundAccount: businesscentral.AccountTip, NonRestockAccount: businesscentral.AccountFee}
	return s
}

func taxes(of data.Bag, included bool) []data.Tax {
	rate := decimal.RequireFromString("0.19")
	v := of.Shop.Mul(rate)
	if included {
		v = v.Div(decimal.NewFromInt(1).Add(rate))
	}
	v = v.Round(2)
	return []data.Tax{{Title: "VAT", Rate: rate, Price: data.Bag{Shop: v, Presentment: v}}}
}

// play lets the orders of a seed live, and comes to rest.
func play(tb testing.TB, seed uint64) *histories {
	tb.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	h := &histories{tb: tb, count: map[string]int{}}
	s := setup(livesOfAWorld, r.IntN(2) == 0)
	s.Card.AmendOrders = r.IntN(2) == 0
	s.Card.OrderAttributesToShop = r.IntN(2) == 0
	s.Card.ArchiveProcessedOrders = r.IntN(2) == 0
	s.Card.ArchiveOnlyPosted = s.Card.ArchiveProcessedOrders && r.IntN(2) == 0
	if s.Card.CreateInvoicesFromOrders = r.IntN(2) == 0; s.Card.CreateInvoicesFromOrders {
		sent(s.Shop.Orders)
	}
	if r.IntN(3) == 0 {
		serve(&s)
	}
	h.posts, h.card = r.IntN(3) == 0, s.Card
	s.IndexLag = time.Duration(r.IntN(3)) * time.Minute
	s.Way = func(direct http.RoundTripper) http.RoundTripper {
		return way(func(r *http.Request) (*http.Response, error) { return h.RoundTrip(direct, r) })
	}
	s.Engine = func(w *world.World) world.Engine {
		q := memory.NewQueue(w.Now)
		return world.Engine{Table: memory.NewTable(w.Now), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	h.World = world.New(tb, s)
	h.shop, h.company = h.Shopify.Shop(""), h.BC.Companies()[0]
	if r.IntN(2) == 0 {
		h.BC.SetCompanion("shipments", "shipmentLines")
	}
	for _, o := range s.Shop.Orders {
		h.draw(&life{id: o.ID, name: o.Name, sent: len(o.Fulfillments) > 0}, r)
	}
	slices.SortStableFunc(h.pending, func(a, b event) int { return a.at.Compare(b.at) })
	h.r = r
	for end := h.Now().Add(lasting); h.Now().Before(end); {
		h.live(pace)
	}
	h.mu.Lock()
	h.r, h.pending = nil, nil
	h.mu.Unlock()
	if h.posts {
		h.postAll()
	}
	for end := h.Now().Add(resting); h.Now().Before(end); {
		h.live(calm)
	}
	return h
}

// draw draws when something happens to an order; what it is depends on what can.
func (h *histories) draw(l *life, r *rand.Rand) {
	h.lives = append(h.lives, l)
	for range r.IntN(mostEvents + 1) {
		at := begin.Add(time.Duration(r.Int64N(int64(lasting))))
		h.pending = append(h.pending, event{at, l, rand.New(rand.NewPCG(r.Uint64(), 1))})
	}
}

// tries is how many kinds of events are tried until one can happen.
const tries = 4

// live lets some minutes pass: some of what happens in them happens before the tasks are
// at work, some beside them, and the rest after them.
func (h *histories) live(pace time.Duration) {
	h.tb.Helper()
	for range h.some() {
		h.next(h.Now())
	}
	start(h.tb, h.World, shipments.TaskName)
	if h.posts && h.some() == 1 {
		h.postAll()
	}
	for h.next(h.Now()) {
	}
	h.Advance(pace)
}

func (h *histories) some() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.r == nil {
		return 0
	}
	return h.r.IntN(6)
}

// TestRandomHistories: whatever happens to orders in the shop and in the company while
// the tasks are at work, at rest a document less its credit memos is what the order comes
// to, with its tax; the units that were shipped are those that were fulfilled; or an
// issue names what is not so.
func TestRandomHistories(t *testing.T) {
	worlds := testsize.Of(20, 1, 1)
	if *howMany > 0 {
		worlds = (*howMany + livesOfAWorld - 1) / livesOfAWorld
	}
	first, last := *fromSeed, *fromSeed+uint64(worlds)-1
	if *onlySeed > 0 {
		first, last = *onlySeed, *onlySeed
	}
	count := map[string]int{}
	for seed := first; seed <= last; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h := play(t, seed)
			h.judge(seed)
			for k, n := range h.count {
				count[k] += n
			}
		})
	}
	all := count["orders"]
	fmt.Printf("history_orders %d orders\n", all)
	fmt.Printf("history_events %d events\n", count["events"])
	fmt.Printf("history_named_by_an_issue %d orders\n", count["named"])
	fmt.Printf("history_wrong_in_silence %d orders\n", count["wrong"])
	t.Logf("%d orders, seeds %d to %d", all, first, last)
	for _, k := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%6d %s", count[k], k)
	}
	if last > first && (count["named"]*3 > 2*all || count["events"] < 2*all) {
		t.Errorf("%d of %d orders are named by an issue, with %d events: that proves little", count["named"], all, count["events"])
	}
}

func short(s string) string { return strings.Join(strings.Fields(s), " ") }
