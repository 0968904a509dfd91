package relation_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/system/oracle"
	"backroom/shared/orders"
)

// planted are documents made wrong behind the product's back, each with the word
// that the oracle must say about it.
var planted = []struct {
	name string
	do   func(t *trial, d *oracle.Document)
	says string
}{
	{"a wrong city", func(t *trial, d *oracle.Document) { t.patch(d, `{"sellToCity":"Atlantis"}`) }, "sell-to city"},
	{"a wrong ship-to city", func(t *trial, d *oracle.Document) { t.patch(d, `{"shipToCity":"Atlantis"}`) }, "ship-to city"},
	{"another phone", func(t *trial, d *oracle.Document) { t.patch(d, `{"phoneNumber":"+49 30 000000"}`) }, "phone"},
	{"another e-mail", func(t *trial, d *oracle.Document) { t.patch(d, `{"email":"somebody@mail.example"}`) }, "e-mail"},
	{"another currency", func(t *trial, d *oracle.Document) {
		t.edit(d, func(s *businesscentral.SalesDocument) { s.CurrencyCode = "NOK" })
	}, "currency"},
	{"another customer", func(t *trial, d *oracle.Document) {
		t.edit(d, func(s *businesscentral.SalesDocument) { s.CustomerNumber = "30000" })
	}, "customer"},
	{"another date", func(t *trial, d *oracle.Document) {
		t.edit(d, func(s *businesscentral.SalesDocument) { s.OrderDate = "2020-02-02" })
	}, "order date"},
	{"a price off by a cent", func(t *trial, d *oracle.Document) {
		l := item(d)
		t.patchLine(l, fmt.Sprintf(`{"unitPrice":%s}`, l.UnitPrice.Add(decimal.New(1, -2))))
	}, "unit price"},
	{"a discount", func(t *trial, d *oracle.Document) { t.patchLine(item(d), `{"discountAmount":0.01}`) }, "discount"},
	{"a unit more", func(t *trial, d *oracle.Document) {
		l := item(d)
		t.patchLine(l, fmt.Sprintf(`{"quantity":%s,"unitPrice":%s}`, l.Quantity.Add(decimal.NewFromInt(1)), l.UnitPrice))
	}, "line"},
	{"a missing line", func(t *trial, d *oracle.Document) {
		t.Write(http.MethodDelete, "salesOrderLines("+item(d).ID+")", "")
	}, "line"},
	{"a strange line", func(t *trial, d *oracle.Document) {
		t.Write(http.MethodPost, "salesOrders("+d.ID+")/salesOrderLines", `{"lineType":"Account","lineObjectNumber":"6110","quantity":1,"unitPrice":0.5}`)
	}, "line"},
	{"another tax code", func(t *trial, d *oracle.Document) {
		l := item(d)
		t.patchLine(l, fmt.Sprintf(`{"taxCode":"NOVAT","unitPrice":%s,"discountAmount":%s}`, l.UnitPrice, l.DiscountAmount))
	}, "tax percent"},
}

func (t *trial) patch(d *oracle.Document, body string) {
	t.Write(http.MethodPatch, "salesOrders("+d.ID+")", body)
}

func (t *trial) patchLine(l oracle.DocumentLine, body string) {
	t.Write(http.MethodPatch, "salesOrderLines("+l.ID+")", body)
}

// edit changes what a PATCH may not.
func (t *trial) edit(d *oracle.Document, f func(*businesscentral.SalesDocument)) {
	if err := t.BC.Companies()[0].EditOrder(d.Number, f); err != nil {
		t.tb.Fatal(err)
	}
}

// item is a taxed line of goods.
func item(d *oracle.Document) oracle.DocumentLine {
	for _, l := range d.Lines {
		if l.LineType == "Item" && l.TaxPercent.IsPositive() && l.UnitPrice.IsPositive() && l.DiscountAmount.IsZero() {
			return l
		}
	}
	return oracle.DocumentLine{}
}

// TestOracleNoticesPlantedDocuments: documents that are right, each made wrong in
// one way, are all noticed. Without that, a test that finds nothing wrong says
// nothing.
func TestOracleNoticesPlantedDocuments(t *testing.T) {
	one := try(t, 2, ordersOfAShop, -1)
	var right []*fate
	for _, f := range one.fates {
		m := f.versions[len(f.versions)-1]
		ds := one.found.Of(strconv.FormatInt(m.ID, 10))
		if f.staged.State == orders.Processed && len(ds) == 1 && len(one.drawn.Oracle.Judge(m, ds[0], &one.found)) == 0 && item(ds[0]).ID != "" {
			right = append(right, f)
		}
	}
	if len(right) == 0 {
		t.Fatal("no document is right")
	}
	of := func(i int) (*fate, *oracle.Document) {
		f := right[i%len(right)]
		return f, one.found.Of(strconv.FormatInt(f.versions[0].ID, 10))[0]
	}
	// One document may carry several wrongs when there are few: each must be named.
	for i, p := range planted {
		_, d := of(i)
		p.do(one, d)
	}
	one.read()
	for i, p := range planted {
		f, d := of(i)
		m := f.versions[len(f.versions)-1]
		wrong := one.drawn.Oracle.Judge(m, d, &one.found)
		if !strings.Contains(strings.Join(wrong, "\n"), p.says) {
			t.Errorf("%s: the oracle says %q, and not that the %s is wrong", p.name, wrong, p.says)
		}
		if what, _ := one.fate(f); what != "silently different" {
			t.Errorf("%s: the order counts as %q", p.name, what)
		}
	}
}
