package system_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/posting"
)

// A job ships, another invoices what is shipped: by the quantities on the lines, which
// a company whose setup leaves them blank has to be told all the same.
func TestShippedFirstInvoicedLater(t *testing.T) {
	for _, blank := range []bool{false, true} {
		t.Run(fmt.Sprintf("blank quantities %t", blank), func(t *testing.T) {
			const n = 4
			setup := worlds.Plain(begin)
			setup.Shop = data.Bulk(begin, n)
			setup.Company.Sales.BlankQuantities = blank
			w := worlds.New(t, setup)
			card, err := w.Card.Stored()
			if err == nil {
				card, err = card.With(posting.Settings{PostByQuantities: true})
			}
			if err == nil {
				err = w.Wired.Cards.Put(t.Context(), card)
			}
			must(t, err)
			w.Live(30 * time.Minute)
			c := w.BC.Companies()[0]
			for _, d := range c.SalesOrders() {
				if blank { // a person says what is in the parcel
					for _, l := range c.Lines(d.ID) {
						w.Write("PATCH", "salesOrderLines("+l.ID+")", fmt.Sprintf(`{"shipQuantity":%s}`, l.Quantity))
					}
				}
			}
			if counts := post(t, w, posting.OrdersTask, `{"post":"ship"}`); counts.Updated != n || counts.Failed > 0 {
				t.Errorf("shipped: %+v", counts)
			}
			if st := c.State(); st.Shipments != n || st.Invoices != 0 || st.Orders != n || len(c.Entries()) > 0 {
				t.Errorf("shipped: %+v", st)
			}
			if counts := post(t, w, posting.OrdersTask, `{"post":"ship"}`); counts.Updated+counts.Failed > 0 {
				t.Errorf("nothing is left to ship: %+v", counts)
			}
			if counts := post(t, w, posting.OrdersTask, `{"post":"invoice"}`); counts.Updated != n || counts.Failed > 0 {
				t.Errorf("invoiced: %+v", counts)
			}
			if st := c.State(); st.Shipments != n || st.Invoices != n || st.Orders != 0 {
				t.Errorf("invoiced: %+v", st)
			}
		})
	}
}

// A posted invoice that is not paid and a draft that a person has released look alike:
// the ledger tells them apart.
func TestReleasedInvoices(t *testing.T) {
	setup := worlds.Plain(begin)
	setup.Shop = data.Bulk(begin, 1)
	w := worlds.New(t, setup)
	c := w.BC.Companies()[0]
	for _, number := range []string{"A", "B", "C", "D"} {
		w.Write("POST", "salesInvoices", `{"number":"`+number+`","customerNumber":"10000","salesInvoiceLines":[{"lineObjectNumber":"1900-S","quantity":1,"unitPrice":10}]}`)
	}
	must(t, c.PostInvoice("A"))
	must(t, c.Release("B"))
	must(t, c.EditInvoice("D", func(d *businesscentral.SalesDocument) { d.Status = "In_x0020_Review" }))
	if counts := post(t, w, posting.InvoicesTask, `{"onlyShopify":false,"status":"any"}`); counts.Updated != 2 || counts.Failed > 0 {
		t.Errorf("%+v", counts)
	}
	posted := 0
	for _, d := range c.SalesInvoices() {
		if d.Posted {
			posted++
		} else if d.Number != "D" {
			t.Errorf("%s is not posted", d.Number)
		}
	}
	debits := decimal.Zero
	for _, e := range c.Entries() {
		debits = debits.Add(e.Debit)
	}
	if posted != 3 || !debits.Equal(decimal.RequireFromString("37.5")) { // each 10 and 25 % once
		t.Errorf("%d are posted, %s in the ledger", posted, debits)
	}
}

// A new date of a document in a foreign currency can move its total, and cannot be set
// in a released one that has discounts: neither is posted, both are said.
func TestPostingDateInAForeignCurrency(t *testing.T) {
	setup := worlds.Plain(begin)
	setup.Shop = data.Bulk(begin, 1)
	w := worlds.New(t, setup)
	c := w.BC.Companies()[0]
	for number, discount := range map[string]string{"MOVES": "1000.03", "STAYS": "0", "RELEASED": "1000.03"} {
		w.Write("POST", "salesOrders", fmt.Sprintf(`{"number":%q,"customerNumber":"10000","currencyCode":"USD","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":300000,"unitPrice":33.33,"discountAmount":%s}]}`, number, discount))
	}
	must(t, c.Release("RELEASED"))
	if counts := post(t, w, posting.OrdersTask, `{"onlyShopify":false,"postingDate":"2026-12-24"}`); counts.Updated != 1 || counts.Failed != 2 {
		t.Errorf("%+v", counts)
	}
	is, err := w.Wired.Issues.List(t.Context(), w.Card.Code)
	must(t, err)
	for _, i := range is {
		switch {
		case i.Name == "MOVES" && i.Reason == posting.TotalMoved && strings.Contains(i.Text, "12497499.96") && strings.Contains(i.Text, "USD"):
		case i.Name == "RELEASED" && i.Reason == posting.ChangeDenied:
		default:
			t.Errorf("%+v", i)
		}
	}
	if inv := c.SalesInvoices(); len(is) != 2 || len(inv) != 1 || inv[0].PostingDate != "2026-12-24" {
		t.Errorf("%d issues, %d invoices", len(is), len(inv))
	}
}
