package system_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/posting"
	"backroom/shared/task/tasktest"
)

// postings is a world in which documents are posted: those of the shop's orders, or
// drafts of invoices that bear an order's external number.
type postings struct{ *tasks }

func openPostings(t *testing.T, k *tasktest.Kit, name string, n, bad int) *postings {
	t.Helper()
	w := &postings{openTasks(t, k, "", n, -1)}
	w.name = name
	w.play(orders.TaskName)
	w.play(documents.TaskName)
	if bad >= 0 {
		w.bad = w.shop.Orders[bad]
	}
	c := w.BC.Companies()[0]
	if name == posting.InvoicesTask {
		for _, d := range c.SalesOrders() {
			body := fmt.Sprintf(`{"externalDocumentNumber":%q,"customerNumber":"10000","salesInvoiceLines":[{"lineObjectNumber":"1900-S","quantity":2,"unitPrice":50}]}`, d.ExternalDocumentNumber)
			w.Write(http.MethodPost, "salesInvoices", body)
		}
	}
	w.payer("nobody")
	return w
}

// payer gives the document of the bad order another payer.
func (w *postings) payer(id string) {
	c := w.BC.Companies()[0]
	change := func(d *businesscentral.SalesDocument) {
		if d.BillToCustomerID = id; id == "" {
			d.BillToCustomerID = d.CustomerID
		}
	}
	for _, d := range append(c.SalesOrders(), c.SalesInvoices()...) {
		if w.bad == nil || d.Posted || w.of(d.ExternalDocumentNumber) != w.record(fmt.Sprint(w.bad.ID)) || d.Invoice != (w.name == posting.InvoicesTask) {
			continue
		}
		edit := c.EditOrder
		if d.Invoice {
			edit = c.EditInvoice
		}
		if err := edit(d.Number, change); err != nil {
			w.kit.T.Fatalf("%v", err)
		}
	}
}

// of is the record that an external number names.
func (w *postings) of(external string) int {
	return w.record(external[strings.LastIndexByte(external, '-')+1:])
}

// Heal implements tasktest.World.
func (w *postings) Heal() { w.payer("") }

// Echo implements tasktest.World: the other tasks see that documents are posted.
func (w *postings) Echo() {
	w.play(orders.TaskName)
	w.play(documents.TaskName)
}

// Holds implements tasktest.World: what is in the company of each order.
func (w *postings) Holds() map[int][]string {
	type row struct {
		Number, ExternalDocumentNumber, OrderNumber, Status string
		TotalAmountIncludingTax, RemainingAmount            decimal.Decimal
		DocumentNumber, DocumentType                        string
	}
	h := map[int][]string{}
	booked := map[string]int{}
	for _, e := range worlds.Read[row](w.World, "generalLedgerEntries?$filter=documentType eq 'Invoice'") {
		booked[e.DocumentNumber]++
	}
	add := func(r row, format string, args ...any) {
		n := w.of(r.ExternalDocumentNumber)
		h[n] = append(h[n], fmt.Sprintf(format, args...))
	}
	for _, r := range worlds.Read[row](w.World, "salesOrders") {
		add(r, "order, %s", r.Status)
	}
	for _, r := range worlds.Read[row](w.World, "salesShipments") {
		add(r, "shipment of an order")
	}
	for _, r := range worlds.Read[row](w.World, "salesInvoices") {
		add(r, "invoice of an order %t, %s, of %s, in the ledger %t", r.OrderNumber != "", r.Status, r.TotalAmountIncludingTax, booked[r.Number] > 0)
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		h[tasktest.Common] = append(h[tasktest.Common], i.Kind+" "+string(i.Reason))
	}
	return h
}
