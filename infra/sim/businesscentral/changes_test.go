package businesscentral

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// What may still be changed of an order that is released, shipped or invoiced in part, and
// what is refused (9.2, 10.1). Refused requests change nothing.
func TestChangesOfAnOrderAtWork(t *testing.T) {
	const (
		ok      = http.StatusOK
		added   = http.StatusCreated
		gone    = http.StatusNoContent
		refused = http.StatusBadRequest
		unknown = http.StatusNotFound
	)
	one := map[int]decimal.Decimal{10000: decimal.NewFromInt(1)}
	states := []struct {
		name string
		do   func(c *Company, number string) error
	}{
		{"draft", func(*Company, string) error { return nil }},
		{"released", func(c *Company, n string) error { return c.Release(n) }},
		{"in review", func(c *Company, n string) error { return c.SendForApproval(n) }},
		{"shipped in part", func(c *Company, n string) error { return c.Ship(n, one) }},
		{"shipped and invoiced in part", func(c *Company, n string) error { return c.PostPart(n, one, true) }},
		{"posted", func(c *Company, n string) error { return c.Post(n) }},
	}
	for _, tt := range []struct {
		name, method, path, body string
		// by state, in their order
		want [6]int
	}{
		{"address", "PATCH", "salesOrders({order})", `{"shipToName":"A","shipToAddressLine1":"B 1","shipToAddressLine2":"","shipToCity":"C","shipToCountry":"DE","shipToState":"","shipToPostCode":"1"}`, [6]int{ok, ok, ok, ok, ok, unknown}},
		{"posting date", "PATCH", "salesOrders({order})", `{"postingDate":"2026-03-05"}`, [6]int{ok, ok, ok, ok, ok, unknown}},
		{"customer", "PATCH", "salesOrders({order})", `{"customerNumber":"20000"}`, [6]int{ok, refused, refused, refused, refused, unknown}},
		{"currency", "PATCH", "salesOrders({order})", `{"currencyCode":"USD"}`, [6]int{ok, refused, refused, refused, refused, unknown}},
		{"units", "PATCH", "salesOrderLines({line})", `{"quantity":4}`, [6]int{ok, refused, refused, refused, refused, unknown}},
		{"price", "PATCH", "salesOrderLines({line})", `{"unitPrice":7}`, [6]int{ok, refused, refused, refused, refused, unknown}},
		{"discount", "PATCH", "salesOrderLines({line})", `{"discountAmount":7}`, [6]int{ok, refused, refused, refused, refused, unknown}},
		{"units to ship", "PATCH", "salesOrderLines({line})", `{"shipQuantity":1}`, [6]int{ok, ok, ok, ok, ok, unknown}},
		{"one more line", "POST", "salesOrders({order})/salesOrderLines", `{"lineType":"Comment","description":"x"}`, [6]int{added, refused, refused, refused, refused, unknown}},
		{"a line deleted", "DELETE", "salesOrderLines({line})", "", [6]int{gone, refused, refused, refused, refused, unknown}},
		{"the order deleted", "DELETE", "salesOrders({order})", "", [6]int{gone, refused, refused, refused, refused, unknown}},
	} {
		for i, s := range states {
			t.Run(tt.name+" "+s.name, func(t *testing.T) {
				w := newWorld(t)
				c := w.Company("")
				id, _, lines := w.send(t, strings.Replace(anOrder, `"quantity":2`, `"quantity":3`, 1))
				if err := s.do(c, c.SalesOrders()[0].Number); err != nil {
					t.Fatal(err)
				}
				before := c.named()
				path := strings.NewReplacer("{order}", id, "{line}", text(t, lines[0], "id")).Replace(tt.path)
				q := request{method: tt.method, path: path, body: tt.body}
				if tt.method != "POST" {
					q.header = "If-Match: *"
				}
				status, code, body := w.raw(t, q)
				if status != tt.want[i] || (status >= 400) != (code != "") {
					t.Errorf("%d %s, want %d: %v", status, code, tt.want[i], body)
				}
				if same := maps.Equal(before, c.named()); (status >= 400) != same {
					t.Errorf("%d, and the company stays as it is: %t", status, same)
				}
			})
		}
	}
}

// named are all rows by table and id: a posted line may have the id of the order's (10.1).
func (c *Company) named() map[string]row {
	all := map[string]row{}
	for name, t := range c.tables {
		for id, r := range t.rows {
			all[name+" "+id] = r
		}
	}
	return all
}
