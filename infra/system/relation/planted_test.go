package relation_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/system/oracle"
	"backroom/shared/orders"
)

// planted are documents made wrong behind the product's back, each with the word
// that the oracle must say about it.
var planted = append(plantedKinds, plantedOrders...)

// plant is one document made wrong.
type plant struct {
	name string
	do   func(t *trial, d *oracle.Document)
	says string
	fits func(m oracle.Meant, d *oracle.Document) bool // nil: a sales order with taxed goods
}

var plantedOrders = []plant{
	{"a wrong city", func(t *trial, d *oracle.Document) { t.patch(d, `{"sellToCity":"Atlantis"}`) }, "sell-to city", nil},
	{"a wrong ship-to city", func(t *trial, d *oracle.Document) { t.patch(d, `{"shipToCity":"Atlantis"}`) }, "ship-to city", nil},
	{"another phone", func(t *trial, d *oracle.Document) { t.patch(d, `{"phoneNumber":"+49 30 000000"}`) }, "phone", nil},
	{"another e-mail", func(t *trial, d *oracle.Document) { t.patch(d, `{"email":"somebody@mail.example"}`) }, "e-mail", nil},
	{"another currency", func(t *trial, d *oracle.Document) {
		t.edit(d, func(s *businesscentral.SalesDocument) { s.CurrencyCode = "NOK" })
	}, "currency", nil},
	{"another customer", func(t *trial, d *oracle.Document) {
		t.edit(d, func(s *businesscentral.SalesDocument) { s.CustomerNumber = "30000" })
	}, "customer", nil},
	{"another date", func(t *trial, d *oracle.Document) {
		t.edit(d, func(s *businesscentral.SalesDocument) { s.OrderDate = "2020-02-02" })
	}, "order date", nil},
	{"a price off by a cent", func(t *trial, d *oracle.Document) {
		l := item(d)
		t.patchLine(l, fmt.Sprintf(`{"unitPrice":%s}`, l.UnitPrice.Add(decimal.New(1, -2))))
	}, "unit price", nil},
	{"a discount", func(t *trial, d *oracle.Document) { t.patchLine(item(d), `{"discountAmount":0.01}`) }, "discount", nil},
	{"a unit more", func(t *trial, d *oracle.Document) {
		l := item(d)
		t.patchLine(l, fmt.Sprintf(`{"quantity":%s,"unitPrice":%s}`, l.Quantity.Add(decimal.NewFromInt(1)), l.UnitPrice))
	}, "line", nil},
	{"a missing line", func(t *trial, d *oracle.Document) {
		t.Write(http.MethodDelete, "salesOrderLines("+item(d).ID+")", "")
	}, "line", nil},
	{"a strange line", func(t *trial, d *oracle.Document) {
		t.Write(http.MethodPost, "salesOrders("+d.ID+")/salesOrderLines", `{"lineType":"Account","lineObjectNumber":"6110","quantity":1,"unitPrice":0.5}`)
	}, "line", nil},
	{"another tax code", func(t *trial, d *oracle.Document) {
		l := item(d)
		t.patchLine(l, fmt.Sprintf(`{"taxCode":"NOVAT","unitPrice":%s,"discountAmount":%s}`, l.UnitPrice, l.DiscountAmount))
	}, "tax percent", nil},
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

// right are the orders whose documents are what they mean.
func (t *trial) right() (fs []*fate) {
	for _, f := range t.fates {
		ds := t.documents(f)
		if f.staged.State == orders.Processed && len(ds) == 1 && len(t.judged(f, len(f.versions)-1, ds[0])) == 0 {
			fs = append(fs, f)
		}
	}
	return fs
}

// TestOracleNoticesPlantedDocuments: documents that are right, each made wrong in
// one way, are all noticed. Without that, a test that finds nothing wrong says
// nothing.
func TestOracleNoticesPlantedDocuments(t *testing.T) {
	one := try(t, 199, ordersOfAShop, -1) // its card has documents of all kinds
	right := one.right()
	taken := map[*fate]bool{}
	of := make([]*fate, len(planted))
	for i, p := range planted {
		for _, f := range right {
			d := one.documents(f)[0]
			if !taken[f] && (p.fits == nil && !d.Invoice && item(d).ID != "" || p.fits != nil && p.fits(f.as(len(f.versions)-1, d), d)) {
				of[i], taken[f] = f, true
				p.do(one, d)
				break
			}
		}
		if of[i] == nil {
			t.Fatalf("%s: no document is right and fits", p.name)
		}
	}
	one.read()
	for i, p := range planted {
		f := of[i]
		wrong := one.judged(f, len(f.versions)-1, one.documents(f)[0])
		if !strings.Contains(strings.Join(wrong, "\n"), p.says) {
			t.Errorf("%s: the oracle says %q, and not that the %s is wrong", p.name, wrong, p.says)
		}
		if what, _ := one.fate(f); what != "silently different" {
			t.Errorf("%s: the order counts as %q", p.name, what)
		}
	}
	for _, f := range right {
		if what, wrong := one.fate(f); !taken[f] && what != "document" {
			t.Errorf("%s, of which nothing was changed, counts as %q: %q", f.order.Order.Name, what, wrong)
		}
	}
}
