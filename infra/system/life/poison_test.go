package life_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/memory"
	"backroom/shared/shipments"
	"backroom/shared/testsize"
)

var rows = testsize.Of(250, 100, 50)

// poisoned is a shop of so many orders at work, of which some are bad.
type poisoned struct {
	*world.World
	t      *testing.T
	setup  world.Setup
	bad    []*data.Order
	blocks []string // items of the bad ones
}

// poison opens a shop. Each bad order is of an item of its own, which change may block.
func poison(t *testing.T, bad int, change func(i int, o *data.Order, item *businesscentral.Stock), more ...func(*poisoned)) *poisoned {
	t.Helper()
	p := &poisoned{t: t, setup: setup(rows, true)}
	p.setup.Card.CustomerMapping, p.setup.Card.DefaultCustomerNo = "default", "WEB"
	p.setup.Stock = host.Stock(p.setup.Shop)
	for i := range bad {
		o := p.setup.Shop.Orders[i*(rows/max(bad, 1))]
		at := slices.IndexFunc(p.setup.Stock, func(s businesscentral.Stock) bool { return s.Number == o.Lines[0].SKU })
		item := p.setup.Stock[at]
		item.Number = fmt.Sprint("OWN-", i)
		o.Lines[0].SKU = item.Number
		if change(i, o, &item); item.Number != "" {
			p.setup.Stock = append(p.setup.Stock, item)
		}
		p.bad, p.blocks = append(p.bad, o), append(p.blocks, item.Number)
	}
	for _, f := range more {
		f(p)
	}
	p.setup.Engine = func(w *world.World) world.Engine {
		q := memory.NewQueue(w.Now)
		return world.Engine{Table: memory.NewTable(w.Now), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	p.World = world.New(t, p.setup)
	return p
}

func (p *poisoned) block(i int, is bool) {
	p.t.Helper()
	if err := p.BC.Companies()[0].EditItem(p.blocks[i], func(x *businesscentral.Item) { x.Blocked = is }); err != nil {
		p.t.Fatal(err)
	}
}

// named fails for a bad row that no issue of a kind names, and for issues of good ones.
func (p *poisoned) named(kind string, is func(o *data.Order) string) {
	p.t.Helper()
	all, err := p.Wired.Issues.List(p.t.Context(), p.Card.Code)
	if err != nil {
		p.t.Fatal(err)
	}
	said := map[string]int{}
	for _, i := range all {
		if i.Kind == kind {
			said[i.Record]++
		}
		if i.Text == "" || i.WayOut == "" {
			p.t.Errorf("an issue without words: %+v", i)
		}
	}
	for _, o := range p.bad {
		if said[is(o)] != 1 {
			p.t.Errorf("%s %s: %d issues", kind, is(o), said[is(o)])
		}
		delete(said, is(o))
	}
	if len(said) > 0 {
		p.t.Errorf("good ones have issues: %v", said)
	}
}

// asked is how many requests both sides have got.
func (p *poisoned) asked() int { return int(p.BC.Meters().Outer) + p.Shopify.Meter().Requests }

// TestPoison: rows that are refused for causes of all sorts stop no other, whether they
// are to become documents, credit memos or fulfilments, to be archived or posted. Each is an issue of its own, and
// costs two requests at most beside those that good rows take together.
func TestPoison(t *testing.T) {
	for name, play := range map[string]func(t *testing.T, bad int) int{
		"documents": poisonedDocuments, "invoices": poisonedInvoices, "credit memos": poisonedMemos, "fulfilments": poisonedShipments, "archive": poisonedArchive, "posting": poisonedPosting,
	} {
		t.Run(name, func(t *testing.T) {
			clean := play(t, 0)
			for _, bad := range testsize.Of([]int{1, 7, 20}, []int{1, 20}, []int{20}) {
				if more := play(t, bad) - clean; more > 2*bad {
					t.Errorf("%d bad rows take %d requests more, want %d", bad, more, 2*bad)
				}
			}
		})
	}
}

// Blocked items, unknown ones, taxes that nobody knows, addresses that BC refuses.
func poisonedDocuments(t *testing.T, bad int) int {
	t.Helper()
	return poisonedKind(t, bad, func(*poisoned) {}, func(c *businesscentral.Company) int { return len(c.SalesOrders()) })
}

// The same of orders that the shop has shipped.
func poisonedInvoices(t *testing.T, bad int) int {
	t.Helper()
	return poisonedKind(t, bad, func(p *poisoned) {
		p.setup.Card.CreateInvoicesFromOrders = true
		p.setup.Card.Tolerance = decimal.New(5, -2) // prices without tax, as the customer has them, leave cents
		for _, o := range p.setup.Shop.Orders {
			o.FulfillmentStatus = "FULFILLED"
		}
	}, func(c *businesscentral.Company) int { return len(c.SalesInvoices()) })
}

func poisonedKind(t *testing.T, bad int, set func(*poisoned), made func(*businesscentral.Company) int) int {
	t.Helper()
	p := poison(t, bad, func(i int, o *data.Order, item *businesscentral.Stock) {
		switch i % 3 {
		case 0: // blocked below
		case 1:
			item.Number = ""
		case 2:
			o.Lines[0].Taxes[0].Rate = o.Lines[0].Taxes[0].Rate.Shift(-1)
		}
	}, set)
	for i := 0; i < bad; i += 3 {
		p.block(i, true)
	}
	p.Live(6 * time.Minute) // one run
	if got := made(p.BC.Companies()[0]); got != rows-bad {
		t.Errorf("%d documents of %d good orders", got, rows-bad)
	}
	p.named("order", func(o *data.Order) string { return fmt.Sprint(o.ID) })
	return p.asked()
}

// Items that were blocked since their orders' documents were made, an account that was,
// memos that somebody else has made.
func poisonedMemos(t *testing.T, bad int) int {
	t.Helper()
	p := poison(t, bad, func(int, *data.Order, *businesscentral.Stock) {})
	p.Live(15 * time.Minute)
	sh, c := p.Shopify.Shop(""), p.BC.Companies()[0]
	for _, o := range p.setup.Shop.Orders {
		if _, err := sh.FulfilOrder(o.ID, shopify.Fulfilling{Do: "ship"}); err != nil {
			t.Fatal(err)
		}
		kind := "RETURN"
		if slices.Index(p.bad, o)%3 == 1 {
			kind = "NO_RESTOCK"
		}
		if _, err := sh.RefundOrder(o.ID, data.Reversal{Units: map[int64]int{o.Lines[0].ID: 1}, RestockType: kind}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.EditAccount(businesscentral.AccountFee, func(a *businesscentral.Account) { a.Blocked = true }); err != nil {
		t.Fatal(err)
	}
	others := 0
	for i, o := range p.bad {
		switch i % 3 {
		case 0:
			p.block(i, true)
		case 2:
			others++
			p.Write("POST", "salesCreditMemos", fmt.Sprintf(`{"externalDocumentNumber":"%s-R%d","customerNumber":"WEB"}`, o.Name, sh.Order(o.ID).Refunds[0].ID))
		}
	}
	before := p.asked()
	p.Live(9 * time.Minute)
	if got := len(c.SalesCreditMemos()) - others; got != rows-bad {
		t.Errorf("%d credit memos of %d good refunds", got, rows-bad)
	}
	p.named("refund", func(o *data.Order) string { return fmt.Sprint(sh.Order(o.ID).Refunds[0].ID) })
	return p.asked() - before
}

// Orders that are on hold, gone, cancelled or have nothing left to ship.
func poisonedShipments(t *testing.T, bad int) int {
	t.Helper()
	p := poison(t, bad, func(int, *data.Order, *businesscentral.Stock) {})
	p.Live(15 * time.Minute)
	shipAll(t, p.World)
	sh := p.Shopify.Shop("")
	for i, o := range p.bad {
		var err error
		switch i % 3 {
		case 0:
			_, err = sh.FulfilOrder(o.ID, shopify.Fulfilling{Do: "hold"})
		case 1:
			err = sh.DeleteOrder(o.ID)
		case 2:
			_, err = sh.RefundOrder(o.ID, data.Reversal{Units: map[int64]int{o.Lines[0].ID: o.Lines[0].Quantity}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p.Hold("sync-orders")
	before := p.asked()
	start(t, p.World, shipments.TaskName)
	p.Live(3 * time.Minute)
	sent := 0
	for _, o := range sh.Orders() {
		if !slices.Contains(p.bad, p.order(o.ID)) {
			sent += len(o.Fulfillments)
		}
	}
	if sent != rows-bad {
		t.Errorf("%d fulfilments of %d good shipments", sent, rows-bad)
	}
	of := map[string]string{}
	for _, s := range p.BC.Companies()[0].Shipments() {
		ext := s.Shipment.ExternalDocumentNumber
		of[ext[strings.LastIndexByte(ext, '-')+1:]] = s.Shipment.Number
	}
	p.named("shipment", func(o *data.Order) string { return of[fmt.Sprint(o.ID)] })
	return p.asked() - before
}

func (p *poisoned) order(id int64) *data.Order {
	for _, o := range p.setup.Shop.Orders {
		if o.ID == id {
			return o
		}
	}
	return nil
}
