package system_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/posting"
)

// post plays a run of a job by hand, and answers what it counts.
func post(t *testing.T, w *worlds.World, job, parameters string) jobqueue.Counts {
	t.Helper()
	r, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: job, Trigger: jobqueue.ByHand, Parameters: json.RawMessage(parameters)})
	if err != nil {
		t.Fatal(err)
	}
	w.Live(5 * time.Minute)
	got, err := w.Jobs.Store.Run(t.Context(), w.Card.Code, r.ID)
	if err != nil || got.Ended.IsZero() {
		t.Fatalf("%+v, %v", got, err)
	}
	return got.Counts
}

// invoiced are the posted invoices by what they were an order as, and what the ledger
// has of them.
func invoiced(t *testing.T, w *worlds.World) (totals map[string]decimal.Decimal, booked map[string]decimal.Decimal) {
	t.Helper()
	totals, booked = map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	numbers := map[string]string{}
	for _, i := range worlds.Read[struct {
		Number, ExternalDocumentNumber string
		TotalAmountIncludingTax        decimal.Decimal
	}](w, "salesInvoices") {
		if _, twice := totals[i.ExternalDocumentNumber]; twice {
			t.Errorf("%s has two invoices", i.ExternalDocumentNumber)
		}
		totals[i.ExternalDocumentNumber], numbers[i.Number] = i.TotalAmountIncludingTax, i.ExternalDocumentNumber
	}
	for _, e := range worlds.Read[struct {
		DocumentNumber, AccountNumber string
		DebitAmount                   decimal.Decimal
	}](w, "generalLedgerEntries") {
		if e.AccountNumber == businesscentral.AccountReceivables {
			booked[numbers[e.DocumentNumber]] = booked[numbers[e.DocumentNumber]].Add(e.DebitAmount)
		}
	}
	return totals, booked
}

// Whatever is sold is posted once the job is run, with the total that its order has in
// Business Central, on the day that was asked for; what was not asked for stays.
func TestPostingOfSoldOrders(t *testing.T) {
	const n = 40
	setup := worlds.Plain(begin)
	setup.Shop = data.Bulk(begin, n)
	w := worlds.New(t, setup)
	w.Live(30 * time.Minute)
	meant := map[string]decimal.Decimal{}
	for _, d := range w.BC.Companies()[0].SalesOrders() {
		meant[d.ExternalDocumentNumber] = d.TotalAmountIncludingTax
	}
	if len(meant) != n {
		t.Fatalf("%d documents of %d orders", len(meant), n)
	}
	w.Write("POST", "salesOrders", `{"customerNumber":"10000","externalDocumentNumber":"PO-17","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":1}]}`)
	before := w.BC.Meters()
	counts := post(t, w, posting.OrdersTask, `{"postingDate":"today"}`)
	after := w.BC.Meters()
	totals, booked := invoiced(t, w)
	for external, total := range meant {
		if !totals[external].Equal(total) || !booked[external].Equal(total) {
			t.Errorf("%s: order of %s, invoice of %s, in the ledger %s", external, total, totals[external], booked[external])
		}
	}
	if st := w.BC.Companies()[0].State(); counts.Updated != n || counts.Failed != 0 || st.Orders != 1 || len(totals) != n || st.Shipments != n {
		t.Errorf("%+v, %+v, %d invoices", counts, st, len(totals))
	}
	requests := float64(after.Outer-before.Outer) / n
	if requests > 0.5 {
		t.Errorf("%.2f requests a document, want half of one at most", requests)
	}
	if *updateUnits { // the connector posts inside of Business Central
		fmt.Printf("posted_order_bc_requests %.2f count\nposted_order_bc_operations %.2f count\n", requests, float64(after.Inner-before.Inner)/n)
	}
	before = w.BC.Meters()
	if counts := post(t, w, posting.OrdersTask, ``); counts.Updated+counts.Failed != 0 || w.BC.Meters().Outer-before.Outer > 3 {
		t.Errorf("nothing is left: %+v", counts)
	}
}

// What Business Central does not post is an issue with its reason and a way out; the
// others are posted, and it is when it is put right.
func TestDocumentsThatCannotBePosted(t *testing.T) {
	march := func(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		name, parameters string
		spoil, mend      func(*businesscentral.Company, businesscentral.SalesDocument)
		want             issue.Reason
		all              bool // none is posted
	}{
		{
			"a fixed date outside the range", `{"postingDate":"2031-01-01"}`,
			func(c *businesscentral.Company, _ businesscentral.SalesDocument) {
				c.SetPostingRange(march(1), march(1).AddDate(2, 0, 0))
			},
			func(c *businesscentral.Company, _ businesscentral.SalesDocument) {
				c.SetPostingRange(time.Time{}, time.Time{})
			}, posting.DateClosed, true,
		},
		{
			"its own date in a closed period", `{}`,
			func(c *businesscentral.Company, d businesscentral.SalesDocument) {
				c.SetPostingRange(march(1), time.Time{})
				must(t, c.EditOrder(d.Number, func(d *businesscentral.SalesDocument) { d.PostingDate = "2026-02-28" }))
			},
			func(c *businesscentral.Company, _ businesscentral.SalesDocument) {
				c.SetPostingRange(time.Time{}, time.Time{})
			}, posting.DateClosed, false,
		},
		{
			"a customer who was blocked since", `{}`,
			func(c *businesscentral.Company, d businesscentral.SalesDocument) { blockPayer(t, c, d, "All") },
			func(c *businesscentral.Company, d businesscentral.SalesDocument) { blockPayer(t, c, d, "_x0020_") }, posting.Blocked, false,
		},
		{
			"without a posting date", `{}`,
			func(c *businesscentral.Company, d businesscentral.SalesDocument) {
				must(t, c.EditOrder(d.Number, func(d *businesscentral.SalesDocument) { d.PostingDate = "" }))
			},
			func(c *businesscentral.Company, d businesscentral.SalesDocument) {
				must(t, c.EditOrder(d.Number, func(d *businesscentral.SalesDocument) { d.PostingDate = "2026-03-02" }))
			}, posting.DateMissing, false,
		},
		{
			"more than is in stock", `{}`,
			func(c *businesscentral.Company, d businesscentral.SalesDocument) {
				c.SetSales(businesscentral.SalesSetup{NoNegativeStock: true})
				must(t, c.EditItem(c.Lines(d.ID)[0].LineObjectNumber, func(i *businesscentral.Item) { i.Inventory = decimal.Zero }))
			},
			func(c *businesscentral.Company, _ businesscentral.SalesDocument) {
				c.SetSales(businesscentral.SalesSetup{})
			}, posting.PostingDenied, false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setup := worlds.Plain(begin)
			setup.Shop = data.Bulk(begin, 6)
			w := worlds.New(t, setup)
			w.Live(30 * time.Minute)
			c := w.BC.Companies()[0]
			bad := c.SalesOrders()[2]
			tt.spoil(c, bad)
			counts := post(t, w, posting.OrdersTask, tt.parameters)
			is, err := w.Wired.Issues.List(t.Context(), w.Card.Code)
			if err != nil {
				t.Fatal(err)
			}
			named := false
			for _, i := range is {
				if i.Reason != tt.want || i.WayOut == "" || !strings.Contains(i.Text+i.Detail, i.Name) {
					t.Errorf("%+v", i)
				}
				named = named || i.Name == bad.Number
			}
			left := c.SalesOrders()
			if !named || counts.Failed != len(is) || counts.SystemFailed > 0 || tt.all != (counts.Updated == 0) || len(left) != len(is) {
				t.Errorf("%+v, %d issues, %d orders are left", counts, len(is), len(left))
			}
			for _, d := range left {
				if d.PostingDate == "2031-01-01" {
					t.Errorf("%s has a date that cannot be posted on", d.Number)
				}
			}
			tt.mend(c, bad)
			if counts := post(t, w, posting.OrdersTask, `{"retry":true}`); counts.Failed > 0 || len(c.SalesOrders()) > 0 {
				t.Errorf("when it is mended: %+v, %d orders are left", counts, len(c.SalesOrders()))
			}
			if is, err := w.Wired.Issues.List(t.Context(), w.Card.Code); err != nil || len(is) > 0 {
				t.Errorf("%+v, %v", is, err)
			}
		})
	}
}

func blockPayer(t *testing.T, c *businesscentral.Company, d businesscentral.SalesDocument, how string) {
	t.Helper()
	must(t, c.EditCustomer(d.BillToCustomerNumber, func(cust *businesscentral.Customer) { cust.Blocked = how }))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
