package prices_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/prices"
	"backroom/shared/shop"
	"backroom/shared/task"
	"backroom/shared/task/tasktest"
)

var errRefused = errors.New("refused")

// tag is a variant of the shop.
type tag struct {
	prices.Shown
	product string
	gone    bool
	refused bool
	written int
}

// operation is a bulk operation of the shop.
type operation struct {
	ends   time.Time
	shown  []prices.Shown
	rows   []prices.RowAnswer
	order  []int // lines of rows
	failed string
}

// book is what the company knows of prices.
type book struct {
	Items []prices.Item
	Lines []prices.Line
	Lists bool // it tells of price lists
}

// world is both sides as values, reached by a kit: item n, which costs 100 + n, is sold as a
// variant of a product of its own.
type world struct {
	kit     *tasktest.Kit
	card    shop.Shop
	book    book
	profile prices.Profile
	goods   []prices.Good
	tags    map[string]*tag
	bulks   []*operation
	fails   string        // how a bulk operation that begins now fails, half done
	takes   time.Duration // a bulk operation
	busy    bool          // others have all places for bulk operations
	asked   map[string]int
}

func newWorld(k *tasktest.Kit, n int, set prices.Settings) *world {
	w := &world{kit: k, book: book{Lists: true}, profile: prices.Profile{Currency: "EUR", TimeZone: "Europe/Berlin", Reads: true}, tags: map[string]*tag{}, asked: map[string]int{}, takes: 2 * time.Second}
	set.SendPrices = true
	w.setCard(set)
	for i := range n {
		g := prices.Good{Product: strconv.Itoa(7000 + i), Variant: strconv.Itoa(8000 + i), Item: number(i), Name: fmt.Sprint("Hat ", i)}
		w.goods = append(w.goods, g)
		w.book.Items = append(w.book.Items, prices.Item{Number: g.Item, Base: "PCS", Price: decimal.NewFromInt(int64(100 + i))})
		w.tags[g.Variant] = &tag{Shown: prices.Shown{Variant: g.Variant, Price: decimal.NewFromInt(1)}, product: g.Product}
	}
	return w
}

func number(i int) string { return fmt.Sprintf("I%03d", i) }

func (w *world) setCard(set prices.Settings) {
	card, err := shop.Shop{Code: tasktest.Shop, Enabled: true, ConnectedAt: w.kit.Now(), Company: shop.Company{LCY: "EUR"}}.With(set)
	if err != nil {
		panic(err)
	}
	w.card = card
}

// tag is the variant that item i is sold as.
func (w *world) tag(i int) *tag { return w.tags[w.goods[i].Variant] }

// Task implements tasktest.World.
func (w *world) Task() jobqueue.Task {
	t := &prices.Task{
		Deps: task.Deps{
			Card:  func(context.Context, string) (shop.Shop, error) { return w.card, nil },
			Guard: w.kit.Guard(), Now: w.kit.Now, Timeout: time.Minute, Issues: &issue.Store{Table: w.kit.Table()},
		},
		Table: w.kit.Table(), Links: w,
		Connect: func(shop.Shop) (prices.Sides, error) { return prices.Sides{Company: w, Shop: w}, nil },
	}
	return t.Definition().Run
}

// Holds implements tasktest.World: what variants cost, and what is said of them.
func (w *world) Holds() map[int][]string {
	h, of := map[int][]string{}, map[string]int{}
	for i, g := range w.goods {
		h[i], of[g.Variant] = []string{w.tags[g.Variant].costs()}, i
	}
	for _, i := range w.issues() {
		h[of[i.Record]] = append(h[of[i.Record]], string(i.Reason))
	}
	return h
}

func (w *world) issues() []issue.Issue {
	is, err := (&issue.Store{Table: w.kit.Stored()}).List(context.Background(), tasktest.Shop)
	if err != nil {
		panic(err)
	}
	return is
}

// said are the issues: variant, reason and detail.
func (w *world) said() (out []string) {
	for _, i := range w.issues() {
		s := i.Record + " " + string(i.Reason)
		if i.Detail != "" {
			s += ": " + i.Detail
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func (t *tag) costs() string {
	s := t.Price.String()
	if t.CompareAt.Valid {
		s += " instead of " + t.CompareAt.Decimal.String()
	}
	if t.Cost.Valid {
		s += " for " + t.Cost.Decimal.String()
	}
	return s
}

// Heal implements tasktest.World.
func (w *world) Heal() {
	for _, t := range w.tags {
		t.refused = false
	}
}

// Echo implements tasktest.World: prices come back nowhere.
func (*world) Echo() {}

// run is a whole run, a minute after the last; it answers what it counts.
func (w *world) run(t *testing.T, p string) jobqueue.Counts {
	t.Helper()
	w.kit.Pass(time.Minute)
	r := w.kit.Request(prices.TaskName)
	if p != "" {
		r.Parameters = []byte(p)
	}
	for range 100 {
		res, err := w.Task().Run(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if res.Done {
			return res.Counts
		}
		next := w.kit.Request(prices.TaskName)
		next.Run, next.Slice, next.Checkpoint, next.Parameters = r.Run, r.Slice+1, res.Checkpoint, r.Parameters
		r = next
	}
	t.Fatal("the run does not end")
	return jobqueue.Counts{}
}

// Priced implements prices.Links.
func (w *world) Priced(_ context.Context, _ string, items []string) (out []prices.Good, err error) {
	for _, g := range w.goods {
		if items == nil || slices.Contains(items, g.Item) {
			out = append(out, g)
		}
	}
	return out, nil
}

func (w *world) called(what string, writes bool, do func() error) error {
	w.asked[what]++
	return w.kit.Call(writes, do)
}

// Book implements prices.Company.
func (w *world) Book(_ context.Context, items []string, line func(prices.Line), item func(prices.Item, bool)) error {
	return w.called("Book", false, func() error {
		for _, l := range w.book.Lines {
			line(l)
		}
		for _, i := range w.book.Items {
			if items == nil || slices.Contains(items, i.Number) {
				item(i, w.book.Lists)
			}
		}
		return nil
	})
}

// Profile implements prices.Shop.
func (w *world) Profile(context.Context) (p prices.Profile, err error) {
	err = w.called("Profile", false, func() error { p = w.profile; return nil })
	return p, err
}

// Shown implements prices.Shop.
func (w *world) Shown(_ context.Context, variants []string) (out []prices.Shown, err error) {
	err = w.called("Shown", false, func() error {
		out = nil
		for _, v := range variants {
			if t := w.tags[v]; t != nil && !t.gone {
				out = append(out, t.Shown)
			}
		}
		return nil
	})
	return out, err
}

// answer makes changes of a product, of which those that are refused have no effect.
func (w *world) answer(c prices.Changes) (r prices.RowAnswer) {
	for i, ch := range c.Changes {
		t := w.tags[ch.Variant]
		if t == nil || t.gone || t.refused || t.product != c.Product {
			if r.Refused == nil {
				r.Refused = map[int]error{}
			}
			r.Refused[i] = &fault.Error{Op: "side", Kind: fault.Rejected, Merchant: "no such price", Err: errRefused}
			continue
		}
		t.Price, t.written = ch.Price.Round(2), t.written+1
		if ch.CompareAt != nil {
			t.CompareAt = decimal.NullDecimal{Decimal: ch.CompareAt.Round(2), Valid: !ch.CompareAt.IsZero()}
		}
		if ch.Cost != nil {
			t.Cost = decimal.NewNullDecimal(*ch.Cost)
		}
		r.Shown = append(r.Shown, t.Shown)
	}
	return r
}

// Change implements prices.Shop.
func (w *world) Change(_ context.Context, c prices.Changes) (a prices.Answered, err error) {
	err = w.called("Change", true, func() error {
		a = w.answer(c).Answered(c.Changes)
		return nil
	})
	return a, err
}

func (w *world) begin(what string, f func(*operation)) (id string, err error) {
	err = w.called(what, true, func() error {
		if w.busy {
			return &fault.Error{Op: "side", Kind: fault.Throttled, RetryAfter: time.Minute, Err: prices.ErrBusy}
		}
		o := &operation{ends: w.kit.Now().Add(w.takes)}
		w.bulks, id = append(w.bulks, o), strconv.Itoa(len(w.bulks))
		f(o)
		return nil
	})
	return id, err
}

// BeginShown implements prices.Shop.
func (w *world) BeginShown(context.Context) (string, error) {
	return w.begin("BeginShown", func(o *operation) {
		for _, t := range w.tags {
			if !t.gone {
				o.shown = append(o.shown, t.Shown)
			}
		}
	})
}

// BeginChanges implements prices.Shop. Rows come in no order.
func (w *world) BeginChanges(_ context.Context, cs []prices.Changes) (string, error) {
	return w.begin("BeginChanges", func(o *operation) {
		if o.failed = w.fails; o.failed != "" {
			cs = cs[:len(cs)/2]
		}
		for i, c := range cs {
			o.rows, o.order = append(o.rows, w.answer(c)), append(o.order, i)
		}
		slices.Reverse(o.order)
		w.fails = ""
	})
}

// Bulk implements prices.Shop; the URL is the id.
func (w *world) Bulk(_ context.Context, id string) (b prices.Bulk, err error) {
	err = w.called("Bulk", false, func() error {
		o := w.of(prices.Bulk{URL: id})
		b = prices.Bulk{Ended: o.failed == "" && !w.kit.Now().Before(o.ends), URL: id}
		if !w.kit.Now().Before(o.ends) {
			b.Failed = o.failed
		}
		return nil
	})
	return b, err
}

func (w *world) of(b prices.Bulk) *operation {
	n, err := strconv.Atoi(b.URL)
	if err != nil {
		return &operation{}
	}
	return w.bulks[n]
}

// AllShown implements prices.Shop.
func (w *world) AllShown(_ context.Context, b prices.Bulk, f func(prices.Shown) error) error {
	return w.called("AllShown", false, func() error {
		for _, s := range w.of(b).shown {
			if err := f(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// AllChanged implements prices.Shop.
func (w *world) AllChanged(_ context.Context, b prices.Bulk, f func(int, prices.RowAnswer) error) error {
	return w.called("AllChanged", false, func() error {
		o := w.of(b)
		for _, i := range o.order {
			if err := f(i, o.rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Pause implements prices.Shop.
func (w *world) Pause(_ context.Context, d time.Duration) error {
	w.kit.Advance(d)
	return nil
}
