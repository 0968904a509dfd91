package completenessapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/bctest"
	"backroom/shared/completeness"
)

const (
	anOrder    = `{"number":"S1","externalDocumentNumber":"#1-12345678","currencyCode":"EUR","pricesIncludeTax":true,"salesOrderLines":[{"netTaxAmount":1.6,"netAmountIncludingTax":10},{"netTaxAmount":0,"netAmountIncludingTax":-0.01}]}`
	anInvoice  = `{"number":"I1","externalDocumentNumber":"#1-12345678","currencyCode":"EUR","pricesIncludeTax":false,"totalTaxAmount":1.6,"totalAmountIncludingTax":10,"status":"Open","orderNumber":"S1"}`
	cancelled  = `{"number":"I2","externalDocumentNumber":"#1-12345678","totalTaxAmount":1.6,"totalAmountIncludingTax":10,"status":"Canceled"}`
	aMemo      = `{"number":"M1","externalDocumentNumber":"#1-R98765432","currencyCode":"EUR","totalTaxAmount":1.6,"totalAmountIncludingTax":10,"status":"Draft"}`
	corrective = `{"number":"M2","externalDocumentNumber":"#1-12345678","totalTaxAmount":1.6,"totalAmountIncludingTax":10,"status":"Corrective"}`
	aShipment  = `{"number":"P1","externalDocumentNumber":"#1-12345678","lastModifiedDateTime":"2026-11-20T10:00:00Z"}`
)

var dec = decimal.RequireFromString

func answers(t *testing.T) *bctest.Fake {
	t.Helper()
	return bctest.New(t, func(o bctest.Op) bctest.Result {
		body := map[string]string{
			"salesOrders": anOrder, "salesInvoices": anInvoice + "," + cancelled, "salesCreditMemos": aMemo + "," + corrective, "salesShipments": aShipment,
			"salesShipmentLines": `{"documentNo":"P1","lineType":"Item","lineObjectNumber":"1896-s","quantity":3},{"documentNo":"P1","lineType":"Item","lineObjectNumber":"1896-S","quantity":-1},{"documentNo":"P1","lineType":"_x0020_","quantity":0},{"documentNo":"P1","lineType":"G_x002F_L_x0020_Account","quantity":1}`,
		}[o.Path[strings.LastIndexByte(o.Path, '/')+1:]]
		return bctest.Result{Status: http.StatusOK, Body: `{"value":[` + body + `]}`}
	})
}

func documents() []completeness.Document {
	return []completeness.Document{
		// An order's totals are those of its lines.
		{Kind: completeness.SalesOrder, Number: "S1", External: "#1-12345678", Inclusive: true, Value: completeness.Value{Currency: "EUR", Total: dec("9.99"), Tax: dec("1.6")}},
		{Kind: completeness.Invoice, Number: "I1", Order: "S1", External: "#1-12345678", Value: completeness.Value{Currency: "EUR", Total: dec("10"), Tax: dec("1.6")}},
		{Kind: completeness.Invoice, Number: "I2", External: "#1-12345678", Void: true, Value: completeness.Value{Total: dec("10"), Tax: dec("1.6")}},
	}
}

func TestLists(t *testing.T) {
	f := answers(t)
	c := New(f.Client())
	days := completeness.Days{From: "2026-11-20", To: "2026-11-21"}
	var docs, memos []completeness.Document
	var ships []completeness.Shipment
	err := c.Documents(t.Context(), days, func(d completeness.Document) error { docs = append(docs, d); return nil })
	if err == nil {
		err = c.Memos(t.Context(), days, func(d completeness.Document) error { memos = append(memos, d); return nil })
	}
	if err == nil {
		err = c.Shipments(t.Context(), days, func(s completeness.Shipment) error { ships = append(ships, s); return nil })
	}
	if diff := cmp.Diff(documents(), docs); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if len(memos) != 2 || memos[0].Kind != completeness.CreditMemo || memos[0].Void || !memos[1].Void {
		t.Errorf("%+v", memos)
	}
	if want := []completeness.Shipment{{Number: "P1", External: "#1-12345678", ModifiedAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}}; !slices.Equal(ships, want) {
		t.Errorf("%+v", ships)
	}
	var filters []string
	for _, o := range f.Ops {
		filters = append(filters, o.Query.Get("$filter"))
	}
	want := []string{
		"orderDate ge 2026-11-20 and orderDate le 2026-11-21", "invoiceDate ge 2026-11-20 and invoiceDate le 2026-11-21",
		"creditMemoDate ge 2026-11-20 and creditMemoDate le 2026-11-21", "postingDate ge 2026-11-20 and postingDate le 2026-11-21",
	}
	if !slices.Equal(filters, want) {
		t.Errorf("%q", filters)
	}
	if q := f.Ops[0].Query; q.Get("$expand") != "salesOrderLines($select=netTaxAmount,netAmountIncludingTax)" || q.Get("$select") != "number,externalDocumentNumber,currencyCode,pricesIncludeTax" {
		t.Errorf("%v", q)
	}
}

// Documents are found by numbers, in as few requests as possible; without numbers
// nothing is asked.
func TestFinds(t *testing.T) {
	f := answers(t)
	c := New(f.Client())
	docs, err := c.DocumentsOf(t.Context(), []string{"#1-12345678", "#1'-2", "#1-12345678"})
	if diff := cmp.Diff(documents(), docs); err != nil || diff != "" || len(f.Ops) != 2 {
		t.Errorf("%d operations, %v\n%s", len(f.Ops), err, diff)
	}
	if got := f.Ops[0].Query.Get("$filter"); got != "externalDocumentNumber eq '#1''-2' or externalDocumentNumber eq '#1-12345678'" {
		t.Errorf("%s", got)
	}
	units, err := c.Shipped(t.Context(), []string{"P1"})
	if err != nil || fmt.Sprint(units) != "map[P1:map[1896-S:2]]" {
		t.Errorf("%v, %v", units, err)
	}
	if docs, err = c.DocumentsBy(t.Context(), []string{"S1"}); err != nil || len(docs) != 5 {
		t.Errorf("%d, %v", len(docs), err)
	}
	asked := len(f.Ops)
	if docs, err = c.MemosOf(t.Context(), nil); err != nil || docs != nil || len(f.Ops) != asked {
		t.Errorf("%v, %v", docs, err)
	}
	if ships, err := c.ShipmentsOf(t.Context(), []string{"#1-12345678"}); err != nil || len(ships) != 1 {
		t.Errorf("%v, %v", ships, err)
	}
}
