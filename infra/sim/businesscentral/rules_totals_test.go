package businesscentral

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Header totals of orders are stored and can be stale; the lines' net sums never are (9.4).
func TestStoredTotals(t *testing.T) {
	const (
		item    = `{"lineObjectNumber":"1900-S","quantity":1,"unitPrice":100}`
		account = `{"lineType":"Account","lineObjectNumber":"6610","quantity":1,"unitPrice":10}`
		comment = `{"lineType":"Comment","description":"x"}`
	)
	tests := []struct {
		name, set string
		sw        Switches
		lines     []string
		add       string // a line, by a request of its own
		patchLine string // of the last line
		patch     string // of the header
		want      float64
	}{
		{name: "item last", lines: []string{account, item}, want: 137.5},
		{name: "account last", lines: []string{item, account}, want: 125},
		{name: "comment after the account", lines: []string{item, account, comment}, want: 137.5},
		{name: "account only", lines: []string{account}, want: 0},
		{name: "item that allows no discount last", lines: []string{item, `{"lineObjectNumber":"1972-S","quantity":1,"unitPrice":100}`}, want: 125},
		{name: "comment added later", lines: []string{item, account}, add: comment, want: 137.5},
		{name: "account added later", lines: []string{item}, add: account, want: 125},
		{name: "account's price changed", lines: []string{item, comment, account}, patchLine: `{"unitPrice":90}`, want: 125},
		{name: "item's price changed", lines: []string{account, item}, patchLine: `{"unitPrice":200}`, want: 262.5},
		{name: "header changed", lines: []string{item, account}, patch: `{"externalDocumentNumber":"X"}`, want: 137.5},
		{name: "header not changed", lines: []string{item, account}, patch: `{"externalDocumentNumber":""}`, want: 125},
		{name: "fresh", sw: Switches{FreshTotals: true}, lines: []string{item, account}, want: 137.5},
		{name: "invoices have no such fault", set: setInvoices, lines: []string{item, account}, want: 137.5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(o *Options) { o.Switches = tt.sw })
			set, children := setOrders, setOrderLines
			if tt.set != "" {
				set, children = setInvoices, setInvLines
			}
			made := w.must(t, request{method: "POST", path: set + "?$expand=" + children, body: `{"customerNumber":"10000","` + children + `":[` + strings.Join(tt.lines, ",") + `]}`})
			path, lines := set+"("+text(t, made, "id")+")", rowsOf(made[children])
			if tt.add != "" {
				w.must(t, request{method: "POST", path: path + "/" + children, body: tt.add})
			}
			if tt.patchLine != "" {
				w.must(t, request{method: "PATCH", path: children + "(" + text(t, lines[len(lines)-1], "id") + ")", body: tt.patchLine, header: "If-Match: *"})
			}
			if tt.patch != "" {
				w.must(t, request{method: "PATCH", path: path, body: tt.patch, header: "If-Match: *"})
			}
			got := w.must(t, request{method: "GET", path: path})
			if got["totalAmountIncludingTax"] != tt.want {
				t.Errorf("total %v, want %v", got["totalAmountIncludingTax"], tt.want)
			}
		})
	}
}

// The answer of a deep insert shows the header after its lines, or from before.
func TestHeaderOfADeepInsert(t *testing.T) {
	for first, want := range map[bool]float64{false: 125, true: 0} {
		w := newWorld(t, func(o *Options) { o.Switches.HeaderFirst = first })
		const body = `{"customerNumber":"10000","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":1,"unitPrice":100}]}`
		made := w.must(t, request{method: "POST", path: "salesOrders?$expand=salesOrderLines", body: body})
		if made["totalAmountIncludingTax"] != want || rowsOf(made["salesOrderLines"])[0]["netAmountIncludingTax"] != 125.0 {
			t.Errorf("header first %v: %v", first, made)
		}
		read := w.must(t, request{method: "GET", path: "salesOrders(" + text(t, made, "id") + ")"})
		if read["totalAmountIncludingTax"] != 125.0 || read["@odata.etag"] != made["@odata.etag"] {
			t.Errorf("header first %v, read: %v", first, read)
		}
	}
}

// The line written last takes the cent of its group (9.4).
func TestCarriedCents(t *testing.T) {
	w := newWorld(t)
	line := func(sequence int, group string) string {
		return fmt.Sprintf(`{"sequence":%d,"lineObjectNumber":"1900-S","quantity":1,"taxCode":"%s","unitPrice":0.02}`, sequence, group)
	}
	taxes := func(id string) string {
		var out []string
		for _, l := range w.Company("").Lines(id) {
			out = append(out, l.NetTaxAmount.String())
		}
		return strings.Join(out, " ")
	}
	create := func(lines ...string) string {
		id, _, _ := w.send(t, `{"customerNumber":"10000","salesOrderLines":[`+strings.Join(lines, ",")+`]}`)
		return id
	}
	// 25 % of 0.02, 0.04, 0.06 is 0.005, 0.01, 0.015: rounded 0.01, 0.01, 0.02.
	if got := taxes(create(line(1, "VAT25"), line(2, "VAT25"), line(3, "VAT25"))); got != "0.01 0 0.01" {
		t.Errorf("in their order: %s", got)
	}
	if got := taxes(create(line(3, "VAT25"), line(1, "VAT25"), line(2, "VAT25"))); got != "0 0.01 0.01" {
		t.Errorf("the last one first: %s", got)
	}
	if got := taxes(create(line(1, "VAT25"), line(2, "VAT20"), line(3, "VAT25"))); got != "0.01 0 0" {
		t.Errorf("another tax between: %s", got)
	}
	// REDUCED has the identifier of VAT7: one group. 7 % of 0.05 and 0.10 is 0.0035 and 0.007.
	if got := taxes(create(strings.ReplaceAll(line(1, "VAT7"), "0.02", "0.05"), strings.ReplaceAll(line(2, "REDUCED"), "0.02", "0.05"))); got != "0 0.01" {
		t.Errorf("one identifier: %s", got)
	}
	// A line that is written again takes the cent from the group as it is: the rest stays.
	id := create(line(1, "VAT25"), line(2, "VAT25"), line(3, "VAT25"))
	first := w.Company("").Lines(id)[0]
	w.must(t, request{method: "PATCH", path: "salesOrderLines(" + first.ID + ")", body: `{"unitPrice":0.04}`, header: "If-Match: *"})
	if got := taxes(id); got != "0.01 0 0.01" { // 0.08: 0.02, less 0.01
		t.Errorf("written again: %s", got)
	}
}

// Lines that BC adds, and discounts of the customer's on the whole invoice (9.2).
func TestWhatBusinessCentralAdds(t *testing.T) {
	const desk = `{"sequence":20000,"lineObjectNumber":"1896-S","quantity":%d,"unitPrice":500,"discountAmount":0}`
	tests := []struct {
		name, customer, header string
		sw                     Switches
		quantity               int
		discount               float64
		lines                  string
	}{
		{name: "recurring lines come first", customer: "A-RECUR", quantity: 1, lines: "6630 1896-S"},
		{name: "customer's percentage", customer: "A-RULES", quantity: 1, discount: 10, lines: "1896-S"},
		{name: "the higher one, and a service charge", customer: "A-RULES", quantity: 2, discount: 50, lines: "1896-S 6630"},
		{name: "fixed at 0", customer: "A-RULES", header: `,"discountAmount":0`, quantity: 2, lines: "1896-S"},
		{name: "fixed at 0, unset", customer: "A-RULES", header: `,"discountAmount":0`, sw: Switches{ZeroUnset: true}, quantity: 1, discount: 10 + 10, lines: "1896-S"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(o *Options) { o.Switches = tt.sw })
			id, header, lines := w.send(t, `{"customerNumber":"`+tt.customer+`"`+tt.header+`,"salesOrderLines":[`+fmt.Sprintf(desk, tt.quantity)+`]}`)
			var numbers []string
			for _, l := range lines {
				numbers = append(numbers, text(t, l, "lineObjectNumber"))
			}
			want := tt.discount
			if tt.sw.ZeroUnset { // the line's discount of 10 % stays too
				want = 9
			}
			if header["discountAmount"] != want || strings.Join(numbers, " ") != tt.lines {
				t.Errorf("discount %v, want %v; lines %v, want %s", header["discountAmount"], want, numbers, tt.lines)
			}
			got := w.must(t, request{method: "PATCH", path: "salesOrders(" + id + ")", body: `{"discountAmount":0}`, header: "If-Match: *"})
			if got["discountAmount"] != 0.0 {
				t.Errorf("after a PATCH to 0: %v", got["discountAmount"])
			}
		})
	}
}

// A company of the US: tax by area and group, never in prices, codes read as written.
func TestSalesTaxCompany(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Companies = []*Data{CronusUSA("CRONUS USA, Inc.")} })
	for _, tt := range []struct {
		customer, group string
		percent, total  float64
	}{
		{"10000", "TAXABLE", 8.9, 108.9},
		{"10000", "FOOD", 4.9, 104.9},
		{"20000", "TAXABLE", 10.25, 110.25},
		{"20000", "NONTAXABLE", 0, 100},
		{"30000", "TAXABLE", 0, 100}, // not liable
		{"WEB", "TAXABLE", 0, 100},   // no area
	} {
		_, header, lines := w.send(t, `{"customerNumber":"`+tt.customer+`","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":1,"taxCode":"`+tt.group+`","unitPrice":100}]}`)
		if header["totalAmountIncludingTax"] != tt.total || lines[0]["taxPercent"] != tt.percent || lines[0]["taxCode"] != tt.group || header["currencyCode"] != "USD" {
			t.Errorf("%s %s: %v of %v", tt.customer, tt.group, header["totalAmountIncludingTax"], lines[0])
		}
	}
	status, code, _ := w.raw(t, request{method: "POST", path: "salesOrders", body: `{"customerNumber":"10000","pricesIncludeTax":true}`})
	if status != http.StatusBadRequest || code != codeDialog {
		t.Errorf("prices with tax: %d %s", status, code)
	}
	if item := w.Company("").Items()[0]; item.TaxGroupCode != "TAXABLE" {
		t.Errorf("item %+v", item)
	}
	if item := newWorld(t).Company("").Items()[0]; item.TaxGroupCode != "" {
		t.Errorf("a VAT company shows the group of item %+v", item)
	}
	areas := w.must(t, request{method: "GET", path: "taxAreas"})
	if rows := rowsOf(areas["value"]); len(rows) != 3 || rows[0]["taxType"] != "Sales_x0020_Tax" {
		t.Errorf("areas %v", rows)
	}
}
