package businesscentral

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
)

// Price lists and references are told by the companion API, filtered as any other set.
func TestCompanionPricesAndReferences(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Companion = []string{"salesPrices", "itemReferences"} })
	dec := decimal.RequireFromString
	err := w.Company("").AddItems(Stock{
		Number: "TEA", Description: "Tea", UnitPrice: dec("3"),
		Prices: []ItemPrice{
			{UnitPrice: dec("2.9")}, {SourceType: "Customer Price Group", SourceNumber: "WEB", Currency: "USD", MinimumQuantity: dec("10"), Starting: "2026-01-01", UnitPrice: dec("2.5"), Discount: dec("5")},
		},
		References: []ItemReference{{Number: "4006381333931", Variant: "GREEN"}, {Type: "Vendor", Number: "V-9", Unit: "BOX"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"salesPrices?$filter=itemNumber eq 'TEA' and currencyCode eq ''":                  "[All Customers 2.9 0001-01-01 0]",
		"salesPrices?$filter=sourceNumber eq 'WEB'":                                       "[Customer Price Group 2.5 2026-01-01 5]",
		"itemReferences?$filter=referenceNumber eq '4006381333931'&$select=itemNumber,id": "[TEA]",
	} {
		rows := companionRows(t, w, query)
		if len(rows) != 1 {
			t.Errorf("%s: %v", query, rows)
			continue
		}
		r := rows[0]
		got := fmt.Sprint([]any{r["sourceType"], r["unitPrice"], r["startingDate"], r["lineDiscountPercent"]})
		if r["sourceType"] == nil {
			got = fmt.Sprint([]any{r["itemNumber"]})
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if status, code, _ := w.raw(t, request{method: "POST", path: companionRoot + "companies(" + w.Company("").ID() + ")/salesPrices", body: `{"unitPrice":1}`}); status != 405 {
		t.Errorf("a price is made: %d %s", status, code)
	}
}
