package relation_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/system/oracle"
)

// plantedKinds are wrongs of bundles, invoices and items in the place of accounts.
var plantedKinds = []plant{
	{"a bundle's name under its components", func(t *trial, d *oracle.Document) {
		name := bundled(d)[0]
		t.Write(http.MethodDelete, "salesOrderLines("+name.ID+")", "")
		t.add(d, fmt.Sprintf(`{"lineType":"Comment","description":%q}`, name.Description))
	}, "components under the bundle", func(m oracle.Meant, d *oracle.Document) bool {
		return ofBundle(m, d) && bundled(d)[1].LineType == "Item" // its name is one line
	}},
	{"a bundle with a price beside its components'", func(t *trial, d *oracle.Document) {
		l := component(d)
		t.add(d, fmt.Sprintf(`{"lineType":"Item","lineObjectNumber":%q,"quantity":1,"unitPrice":%s}`, l.LineObjectNumber, l.UnitPrice))
	}, "line: meant none", ofBundle},
	{"a component priced twice", func(t *trial, d *oracle.Document) {
		l := component(d)
		t.patchLine(l, fmt.Sprintf(`{"unitPrice":%s}`, l.UnitPrice.Add(l.UnitPrice)))
	}, "unit price", ofBundle},
	{"a bundle without its name", func(t *trial, d *oracle.Document) {
		t.Write(http.MethodDelete, "salesOrderLines("+bundled(d)[0].ID+")", "")
	}, "no comment that names it", ofBundle},
	{"an invoice where an order is due", func(t *trial, d *oracle.Document) {
		t.Write(http.MethodDelete, "salesOrders("+d.ID+")", "")
		t.Write(http.MethodPost, "salesInvoices", fmt.Sprintf(`{"externalDocumentNumber":%q,"customerNumber":%q}`, d.ExternalDocumentNumber, d.CustomerNumber))
	}, "kind", func(_ oracle.Meant, d *oracle.Document) bool { return !d.Invoice }},
	{"an order where an invoice is due", func(t *trial, d *oracle.Document) {
		t.Write(http.MethodDelete, "salesInvoices("+d.ID+")", "")
		t.Write(http.MethodPost, "salesOrders", fmt.Sprintf(`{"externalDocumentNumber":%q,"customerNumber":%q}`, d.ExternalDocumentNumber, d.CustomerNumber))
	}, "kind", ofInvoice},
	{"another date of an invoice", func(t *trial, d *oracle.Document) {
		t.Write(http.MethodPatch, "salesInvoices("+d.ID+")", `{"invoiceDate":"2020-02-02"}`)
	}, "order date", ofInvoice},
	{"an invoice's line less", func(t *trial, d *oracle.Document) {
		i := slices.IndexFunc(d.Lines, func(l oracle.DocumentLine) bool { return l.LineType == "Item" && l.NetAmount.IsPositive() })
		t.Write(http.MethodDelete, "salesInvoiceLines("+d.Lines[i].ID+")", "")
	}, "total", ofInvoice},
	{"an account in the place of an item", func(t *trial, d *oracle.Document) {
		l := d.Lines[service(d)]
		t.Write(http.MethodDelete, "salesOrderLines("+l.ID+")", "")
		t.add(d, fmt.Sprintf(`{"lineType":"Account","lineObjectNumber":%q,"quantity":1,"unitPrice":%s}`, businesscentral.AccountShipping, l.UnitPrice))
	}, "SVC-", func(_ oracle.Meant, d *oracle.Document) bool { return !d.Invoice && service(d) >= 0 }},
}

func ofInvoice(_ oracle.Meant, d *oracle.Document) bool { return d.Invoice }

// ofBundle: a sales order with a bundle whose first component has a price.
func ofBundle(m oracle.Meant, d *oracle.Document) bool {
	return !d.Invoice && len(m.Bundles) > 0 && component(d).UnitPrice.GreaterThan(decimal.NewFromInt(1))
}

// component is the first component of the first bundle.
func component(d *oracle.Document) oracle.DocumentLine {
	for _, l := range bundled(d) {
		if l.LineType == "Item" {
			return l
		}
	}
	return oracle.DocumentLine{}
}

// bundled are the comment that names the first bundle, and the lines after it.
func bundled(d *oracle.Document) []oracle.DocumentLine {
	i := slices.IndexFunc(d.Lines, func(l oracle.DocumentLine) bool { return strings.HasPrefix(l.Description, "Bundle: ") })
	if i < 0 {
		return nil
	}
	return d.Lines[i:]
}

// service is the index of a line of an item in the place of an account.
func service(d *oracle.Document) int {
	return slices.IndexFunc(d.Lines, func(l oracle.DocumentLine) bool { return strings.HasPrefix(l.LineObjectNumber, "SVC-") })
}

func (t *trial) add(d *oracle.Document, line string) {
	t.Write(http.MethodPost, "salesOrders("+d.ID+")/salesOrderLines", line)
}
