package posting_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/outbound"
	"backroom/shared/posting"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
	"backroom/shared/task/tasktest"
	"backroom/shared/testclock"
)

// kit is what a world is built on: that of the suite, or one in which nothing fails.
type kit interface {
	Now() time.Time
	Table() table.Table
	Stored() *memory.Table
	Guard() jobqueue.Guard
	Call(writes bool, do func() error) error
	Write(do, half func() error) error
}

// calm is a kit in which nothing fails.
type calm struct {
	*testclock.Clock
	stored *memory.Table
	calls  int
}

func (c *calm) Table() table.Table    { return c.stored }
func (c *calm) Stored() *memory.Table { return c.stored }
func (c *calm) Guard() jobqueue.Guard { return held{c} }

func (c *calm) Call(_ bool, do func() error) error {
	c.calls++
	return do()
}

func (c *calm) Write(do, _ func() error) error { return c.Call(true, do) }

// held is a lease that nobody takes.
type held struct{ c *calm }

func (h held) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	l.Until = h.c.Now().Add(15 * time.Minute)
	return l, false, nil
}

func (h held) Write(ctx context.Context, _ jobqueue.Lease, ops ...jobqueue.TableOp) error {
	return h.c.stored.Write(ctx, ops...)
}

func (held) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// company is a company in BC that posts as BC does: what an order's lines say, and
// what remains the next time it is asked.
type company struct {
	kit      kit
	kind     posting.Kind
	open     []*draft
	invoices []invoiced
	blocked  map[string]error // by number: what BC says of it
	blank    bool             // quantities to post begin at 0
	moves    bool             // a new posting date moves totals
	deaf     bool             // to quantities
	unbooked bool             // the ledger shows nothing
	ranges   posting.Range
	batch    int
	between  func()         // once, after the list; nil: nothing
	shipped  map[string]int // shipments by number of the order
}

type draft struct {
	posting.Document
	posted bool // an invoice that keeps its id
	rev    int
}

type invoiced struct{ number, order string }

func one(n int64) decimal.Decimal { return decimal.NewFromInt(n) }

// newCompany has n documents that are to be posted, of two lines.
func newCompany(k kit, kind posting.Kind, n int) *company {
	c := &company{kit: k, kind: kind, blocked: map[string]error{}, batch: 3, shipped: map[string]int{}}
	for i := range n {
		d := &draft{Document: posting.Document{
			ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), Number: fmt.Sprintf("D%03d", i), ExternalNumber: fmt.Sprintf("#%d-%d", 1000+i, 5820000+i),
			Date: "2026-11-20", PostingDate: "2026-11-20", Customer: fmt.Sprint(10000 * (1 + i%2)), Currency: "EUR", Status: posting.Draft, Total: one(30),
		}}
		for l := range 2 {
			line := posting.Line{ID: fmt.Sprintf("%s-%d", d.ID, l), Sequence: 10000 * (l + 1), Quantity: one(2), Gross: one(int64(10 * (l + 1)))}
			if kind == posting.Order {
				line.Ship, line.Invoice = line.Quantity, line.Quantity
			}
			d.Lines = append(d.Lines, line)
		}
		c.open = append(c.open, d)
	}
	return c
}

func (c *company) find(id string) *draft {
	i := slices.IndexFunc(c.open, func(d *draft) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return c.open[i]
}

func (d *draft) mark() string { return fmt.Sprint(d.rev) }

func (d *draft) shown() posting.Document {
	out := d.Document
	out.Mark, out.Lines = d.mark(), slices.Clone(d.Lines)
	return out
}

func (c *company) List(_ context.Context, _ posting.Kind, q posting.Query) (out []posting.Document, err error) {
	err = c.kit.Call(false, func() error {
		for _, d := range c.open {
			if d.Status == posting.Draft && q.Drafts || d.Status == posting.Released && q.Released {
				listed := d.shown()
				listed.Lines = nil
				out = append(out, listed)
			}
		}
		return nil
	})
	if f := c.between; f != nil {
		c.between = nil
		f()
	}
	return out, err
}

func (c *company) Look(_ context.Context, k posting.Kind, ds []posting.Document, proof bool) (out []posting.Look, err error) {
	err = c.kit.Call(false, func() error {
		for _, asked := range ds {
			l := posting.Look{Gone: true}
			if d := c.find(asked.ID); d != nil {
				l = posting.Look{Document: d.shown()}
			}
			for _, i := range c.invoices {
				if proof && (k == posting.Order && i.order == asked.Number || k == posting.Invoice && !l.Gone && i.number == l.Number) {
					l.Invoices = append(l.Invoices, posting.Invoiced{Number: i.number, Booked: !c.unbooked})
				}
			}
			out = append(out, l)
		}
		return nil
	})
	return out, err
}

func (c *company) Change(_ context.Context, _ posting.Kind, cs []posting.Change) (out []outbound.Created[posting.Document], err error) {
	err = c.kit.Call(true, func() error {
		out = nil
		for _, ch := range cs {
			out = append(out, c.change(ch))
		}
		return nil
	})
	return out, err
}

func (c *company) change(ch posting.Change) (out outbound.Created[posting.Document]) {
	d := c.find(ch.ID)
	if d == nil || d.posted {
		return outbound.Created[posting.Document]{Err: &fault.Error{Op: "bc", Kind: fault.Rejected, Err: posting.ErrNotDraft}}
	}
	if ch.Date != "" {
		if d.PostingDate = ch.Date; c.moves {
			d.Lines[0].Gross = d.Lines[0].Gross.Add(decimal.New(1, -2))
		}
	}
	for _, q := range ch.Lines {
		i := slices.IndexFunc(d.Lines, func(l posting.Line) bool { return l.ID == q.ID })
		l := &d.Lines[i]
		if q.Ship != nil && !c.deaf {
			l.Ship = *q.Ship
			l.Invoice = l.Ship.Add(l.Shipped).Sub(l.Invoiced)
		}
		if q.Invoice != nil && !c.deaf {
			l.Invoice = *q.Invoice
		}
	}
	d.rev++
	out.Entity = d.shown()
	return out
}

func (c *company) Post(_ context.Context, _ posting.Kind, ds []posting.Document) (out []outbound.Created[struct{}], err error) {
	do := func(ds []posting.Document) func() error {
		return func() error {
			out = nil
			for _, d := range ds {
				out = append(out, outbound.Created[struct{}]{Err: c.post(d.ID)})
			}
			return nil
		}
	}
	var half func() error
	if len(ds) > 1 {
		half = do(ds[:len(ds)/2])
	}
	err = c.kit.Write(do(ds), half)
	return out, err
}

func (c *company) post(id string) error {
	d := c.find(id)
	if d == nil || d.posted {
		return &fault.Error{Op: "bc", Kind: fault.Rejected, Err: posting.ErrNotDraft}
	}
	if err := c.blocked[d.Number]; err != nil {
		d.rev++
		return err
	}
	number := fmt.Sprintf("P%03d", len(c.invoices))
	if c.kind == posting.Invoice {
		c.invoices = append(c.invoices, invoiced{number: number})
		d.posted, d.Number, d.Status = true, number, posting.Released
		return nil
	}
	ships, invoices, done := false, false, true
	for _, l := range d.Lines {
		ships, invoices = ships || !l.Ship.IsZero(), invoices || !l.Invoice.IsZero()
	}
	if !ships && !invoices {
		return &fault.Error{Op: "bc", Kind: fault.Rejected, Code: "Application_DialogException", Merchant: "There is nothing to post.", Err: errors.New("refused")}
	}
	for i := range d.Lines {
		l := &d.Lines[i]
		l.Shipped, l.Invoiced = l.Shipped.Add(l.Ship), l.Invoiced.Add(l.Invoice)
		if l.Ship, l.Invoice = l.Quantity.Sub(l.Shipped), l.Quantity.Sub(l.Invoiced); c.blank {
			l.Ship, l.Invoice = decimal.Zero, decimal.Zero
		}
		done = done && l.Invoiced.Equal(l.Quantity)
	}
	if ships {
		c.shipped[d.Number]++
	}
	if invoices {
		c.invoices = append(c.invoices, invoiced{number, d.Number})
	}
	d.Status = posting.Released
	if d.rev++; done {
		c.open = slices.DeleteFunc(c.open, func(o *draft) bool { return o == d })
	}
	return nil
}

func (c *company) PerBatch() int { return c.batch }

func (c *company) Range(context.Context) (r posting.Range, err error) {
	return c.ranges, c.kit.Call(false, func() error { return nil })
}

func (c *company) ServerTime(context.Context, time.Duration) (time.Time, error) {
	return c.kit.Now(), nil
}

// origins are the shop's orders: what waits, by external number.
type origins map[string]string

func (o origins) Origin(_ context.Context, _, _, external string) (posting.Origin, error) {
	name, _, ok := strings.Cut(external, "-")
	if !ok {
		return posting.Origin{}, nil
	}
	why := o[external]
	if why == "after:1" { // it begins to wait when it has been asked for once
		why, o[external] = "", "it waits since"
	}
	return posting.Origin{Order: name, Waits: why}, nil
}

// world is a company and the task that posts in it.
type world struct {
	*company
	kit     kit
	origins origins
	card    shop.Shop
}

func newWorld(k kit, kind posting.Kind, n int) *world {
	return &world{company: newCompany(k, kind, n), kit: k, origins: origins{}, card: shop.Shop{Code: tasktest.Shop, TimeZone: "Europe/Stockholm"}}
}

// Task implements tasktest.World.
func (w *world) Task() jobqueue.Task {
	t := &posting.Task{
		Deps: task.Deps{
			Card:  func(context.Context, string) (shop.Shop, error) { return w.card, nil },
			Guard: w.kit.Guard(), Now: w.kit.Now, Timeout: 100 * time.Second, Issues: &issue.Store{Table: w.kit.Table()},
		},
		Target: func(shop.Shop) (posting.Target, error) { return w.company, nil },
		Store:  &posting.Store{Table: w.kit.Table()}, Origins: w.origins,
	}
	if w.kind == posting.Invoice {
		return t.Invoices().Run
	}
	return t.Orders().Run
}

// Heal implements tasktest.World.
func (w *world) Heal() { clear(w.blocked) }

// Echo implements tasktest.World: nothing that is posted comes back.
func (*world) Echo() {}

// Holds implements tasktest.World: the invoices and shipments of each document.
func (w *world) Holds() map[int][]string {
	h := map[int][]string{}
	number := func(text string) (n int) {
		if _, err := fmt.Sscanf(text, "D%03d", &n); err != nil {
			return tasktest.Common
		}
		return n
	}
	for _, i := range w.invoices {
		n := number(i.order)
		h[n] = append(h[n], "an invoice")
	}
	for order, n := range w.shipped {
		h[number(order)] = append(h[number(order)], fmt.Sprintf("%d shipments", n))
	}
	for _, d := range w.open {
		var n int
		if _, err := fmt.Sscanf(d.ID, "%08d-", &n); err != nil {
			panic(err)
		}
		state := fmt.Sprintf("%s, posted %v", d.PostingDate, d.posted)
		for _, l := range d.Lines {
			state += fmt.Sprintf(", %s and %s", l.Shipped, l.Invoiced)
		}
		h[n] = append(h[n], state)
	}
	is, err := (&issue.Store{Table: w.kit.Stored()}).List(context.Background(), tasktest.Shop)
	if err != nil {
		panic(err)
	}
	for _, i := range is {
		var n int
		if _, err := fmt.Sscanf(i.Record, "%08d-", &n); err != nil {
			panic(err)
		}
		h[n] = append(h[n], "issue "+string(i.Reason))
	}
	return h
}
