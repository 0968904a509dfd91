package system_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/testsize"
)

// Orders that change once their sales order is at work: nothing is written to it, whether
// the change is amended by itself or a person asks for that, and the order says why.
func TestChangesOfWhatIsAtWork(t *testing.T) {
	cancelled := func(w *worlds.World, o *data.Order) error {
		_, err := w.Shopify.Shop("").CancelOrder(o.ID, "CUSTOMER")
		return err
	}
	changes := []struct {
		name   string
		change func(*worlds.World, *data.Order) error
	}{{"an edit", more}, {"cancelled", cancelled}}
	for i, tt := range []struct {
		name string
		work func(c *businesscentral.Company, number string, part map[int]decimal.Decimal) error
		why  string
	}{
		{"released", func(c *businesscentral.Company, n string, _ map[int]decimal.Decimal) error { return c.Release(n) }, "released"},
		{"in review", func(c *businesscentral.Company, n string, _ map[int]decimal.Decimal) error {
			return c.SendForApproval(n)
		}, "in review"},
		{"shipped in part", func(c *businesscentral.Company, n string, part map[int]decimal.Decimal) error { return c.Ship(n, part) }, "shipped or invoiced"},
		{"invoiced in part", func(c *businesscentral.Company, n string, part map[int]decimal.Decimal) error {
			return c.PostPart(n, part, true)
		}, "shipped or invoiced"},
		{"posted whole", func(c *businesscentral.Company, n string, _ map[int]decimal.Decimal) error { return c.Post(n) }, "posted as invoice"},
		{"changed by a person", func(c *businesscentral.Company, n string, _ map[int]decimal.Decimal) error {
			return c.EditOrder(n, func(d *businesscentral.SalesDocument) { d.PhoneNumber = "555" })
		}, "changed in Business Central"},
	} {
		for j, ch := range changes {
			if n := 2*i + j; testsize.Of(0, n%2, n%4) != 0 {
				continue
			}
			t.Run(tt.name+", "+ch.name, func(t *testing.T) {
				s := worlds.Plain(begin)
				s.Card.AmendOrders = true
				o := s.Ordinary(1)[0]
				w := worlds.New(t, s)
				w.Live(15 * time.Minute)
				c := w.BC.Companies()[0]
				number := c.SalesOrders()[0].Number
				part := map[int]decimal.Decimal{}
				for _, l := range c.Lines(c.SalesOrders()[0].ID) {
					if l.LineType == "Item" && len(part) == 0 {
						part[l.Sequence] = decimal.NewFromInt(1)
					}
				}
				if err := tt.work(c, number, part); err != nil {
					t.Fatal(err)
				}
				before := documentsOf(c)
				if err := ch.change(w, o); err != nil {
					t.Fatal(err)
				}
				w.Live(35 * time.Minute)
				if f := w.Fate(o); f.State != "conflict" || !strings.Contains(f.Text, tt.why) || !slices.Equal(documentsOf(c), before) {
					t.Errorf("it is %s (%s), want %q in it; documents %q were %q", f.State, f.Text, tt.why, documentsOf(c), before)
				}
				if tt.why == "changed in Business Central" {
					return // a person's word is enough for that
				}
				w.Decide(o, "amend")
				w.Live(15 * time.Minute)
				if f := w.Fate(o); f.State != "conflict" || !strings.Contains(f.Text, tt.why) || !slices.Equal(documentsOf(c), before) {
					t.Errorf("after a person's word it is %s (%s), want %q in it; documents %q were %q", f.State, f.Text, tt.why, documentsOf(c), before)
				}
			})
		}
	}
}

// documentsOf are a company's sales orders and invoices with their lines, in words.
func documentsOf(c *businesscentral.Company) (out []string) {
	for _, d := range append(c.SalesOrders(), c.SalesInvoices()...) {
		text := d.Number + " " + d.Status
		for _, l := range c.Lines(d.ID) {
			text += " " + l.LineObjectNumber + "\u00d7" + l.Quantity.String() + " " + l.NetAmountIncludingTax.String()
		}
		out = append(out, text)
	}
	return out
}
