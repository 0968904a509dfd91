package system_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/products"
)

// charged are the lines of an order's document that are of an account, or of an item in
// the place of one, and what all lines come to.
func charged(w *worlds.World, o *data.Order) (lines []string, total string) {
	type shown struct {
		SalesOrderLines []struct {
			LineType, LineObjectNumber, Description string
			Quantity, NetAmountIncludingTax         decimal.Decimal
		}
	}
	var sum decimal.Decimal
	for _, d := range worlds.Read[shown](w, worlds.DocumentOf("salesOrders", o)+"&$expand=salesOrderLines") {
		for _, l := range d.SalesOrderLines {
			sum = sum.Add(l.NetAmountIncludingTax)
			if l.LineType == "Account" || strings.HasPrefix(l.LineObjectNumber, "SVC-") {
				lines = append(lines, fmt.Sprintf("%s %s %s x %q %s", l.LineType, l.LineObjectNumber, l.Quantity, l.Description, l.NetAmountIncludingTax.StringFixed(2)))
			}
		}
	}
	return lines, sum.StringFixed(2)
}

// services has items in the place of accounts on the card.
func services(s *worlds.Setup) {
	for _, n := range []string{"SVC-SHIP", "SVC-ROUND"} {
		s.Company.Items = append(s.Company.Items, businesscentral.Item{Number: n, DisplayName: "Service", Type: "Service", UnitPrice: decimal.NewFromInt(99)})
	}
	s.Card.ShippingChargesAccount, s.Card.CashRoundingsAccount = "item:svc-ship", "item:SVC-ROUND"
}

// Shipping and cash rounding are lines of items where the card names items for accounts:
// the total is the order's, what is negative takes units back, and no stock of them is
// moved when the document is posted.
func TestChargesAreLinesOfItems(t *testing.T) {
	s := worlds.Plain(begin)
	services(&s)
	down := slices.IndexFunc(s.Shop.Orders, func(o *data.Order) bool { return !o.CashRounding.IsZero() })
	os := []*data.Order{s.Ordinary(1)[0], s.Shop.Orders[down]}
	os[1].CashRounding = data.Bag{Shop: decimal.New(-2, -2), Presentment: decimal.New(-2, -2)}
	s.Shop.Orders = os
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)
	for i, o := range os {
		var want []string
		for _, l := range o.ShippingLines {
			want = append(want, fmt.Sprintf("Item SVC-SHIP 1 x %q %s", l.Title, l.Price.Shop.StringFixed(2)))
		}
		if i == 1 {
			want = append(want, `Item SVC-ROUND -1 x "Cash rounding" -0.02`)
		}
		lines, total := charged(w, o)
		if due := o.Totals().CurrentPrice.Shop.Add(o.CashRounding.Shop).StringFixed(2); !slices.Equal(lines, want) || total != due {
			t.Fatalf("%+v: lines %q come to %s, want %q and %s", w.Fate(o), lines, total, want, due)
		}
		for _, d := range worlds.Read[struct{ ID string }](w, worlds.DocumentOf("salesOrders", o)) {
			w.Write("POST", "salesOrders("+d.ID+")/Microsoft.NAV.shipAndInvoice", "")
		}
		if is := invoicesOf(w, o); len(is) != 1 || is[0].total() != total {
			t.Errorf("%s is posted as %+v, want %s", o.Name, is, total)
		}
	}
	for _, i := range worlds.Read[struct {
		Number    string
		Inventory decimal.Decimal
	}](w, "items?$filter=type eq 'Service'") {
		if !i.Inventory.IsZero() {
			t.Errorf("of %s there are %s in stock", i.Number, i.Inventory)
		}
	}
}

// An order waits, and says why, for an item of a charge of which stock is kept.
func TestAChargeIsNoItemWithStock(t *testing.T) {
	s := worlds.Plain(begin)
	services(&s)
	s.Card.ShippingChargesAccount = "item:1896-S"
	o := s.Ordinary(1)[0]
	s.Shop.Orders = []*data.Order{o}
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)
	if f := w.Fate(o); f.State != "attention" || f.Reason != "charge-item-unusable" || !strings.Contains(f.Text, "1896-S") {
		t.Fatalf("%+v", f)
	}
	if lines, _ := charged(w, o); lines != nil {
		t.Errorf("its document has lines %q", lines)
	}
}

// bundled is a world whose only order has a bundle in it, with what its components stand
// for.
func bundled() (worlds.Setup, *data.Order, []products.VariantMap) {
	s := worlds.Plain(begin)
	i := slices.IndexFunc(s.Shop.Orders, func(o *data.Order) bool {
		return o.Lines[0].Group != nil && o.Lines[0].Group.SKU != "" && o.CancelledAt.IsZero() && !o.Edited && len(o.Refunds) == 0
	})
	o := s.Shop.Orders[i]
	s.Shop.Orders = []*data.Order{o}
	var stands []products.VariantMap
	for _, l := range o.Lines {
		if l.Variant != 0 {
			stands = append(stands, products.VariantMap{VariantID: fmt.Sprint(l.Variant), ItemNo: "1896-S"})
		}
	}
	return s, o, stands
}

// bundlesOf is how many bundles the order's document names, over their components, and
// what its lines come to.
func bundlesOf(t *testing.T, w *worlds.World, o *data.Order) (bundles int, sum decimal.Decimal) {
	t.Helper()
	type shown struct {
		SalesOrderLines []struct {
			LineType, Description string
			NetAmountIncludingTax decimal.Decimal
		}
	}
	ds := worlds.Read[shown](w, worlds.DocumentOf("salesOrders", o)+"&$expand=salesOrderLines")
	if len(ds) != 1 {
		t.Fatalf("%+v: %d documents", w.Fate(o), len(ds))
	}
	for i, l := range ds[0].SalesOrderLines {
		sum = sum.Add(l.NetAmountIncludingTax)
		if l.LineType != "Comment" {
			continue
		}
		bundles++
		if want := fmt.Sprintf("Bundle: 1 x %s (SKU %s)", o.Lines[0].Group.Title, o.Lines[0].Group.SKU); l.Description != want || ds[0].SalesOrderLines[i+1].LineType != "Item" || ds[0].SalesOrderLines[i+2].LineType != "Item" || !l.NetAmountIncludingTax.IsZero() {
			t.Errorf("%+v, want %s", ds[0].SalesOrderLines, want)
		}
	}
	return bundles, sum
}

// A bundle stands over its components, which alone have prices; the total is the order's.
func TestBundlesStandOverTheirComponents(t *testing.T) {
	s, o, stands := bundled()
	s.Card.CommentLines, s.Card.Variants = []string{"bundles"}, stands
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)
	bundles, sum := bundlesOf(t, w, o)
	if want := o.Totals().CurrentPrice.Shop; bundles != 1 || !sum.Equal(want) {
		t.Errorf("%d bundles, %s of %s", bundles, sum, want)
	}
}

// Bundles are read with the order, and no document is made of an order that was read long
// ago: one that was imported before bundles were wanted has them too, but if it was read
// just before. Its total is right in any case.
func TestBundlesOfOrdersImportedBefore(t *testing.T) {
	for _, tt := range []struct {
		before  time.Duration
		bundles int
	}{{15 * time.Minute, 1}, {2 * time.Minute, 0}} {
		s, o, stands := bundled()
		whole := s.Card
		s.Card.ShippingChargesAccount, s.Card.SKUMapping = "", ""
		w := worlds.New(t, s)
		w.Live(tt.before)
		if f := w.Fate(o); f.State != "attention" {
			t.Fatalf("without accounts it is %+v", f)
		}
		c := w.Card
		c.ShippingChargesAccount, c.SKUMapping = whole.ShippingChargesAccount, whole.SKUMapping
		c.CommentLines, c.Variants = []string{"bundles"}, stands
		card, err := c.Stored()
		if err == nil {
			err = w.Wired.Cards.Put(t.Context(), card)
		}
		if err != nil {
			t.Fatal(err)
		}
		ask(t, w, documents.TaskName, "")
		if bundles, sum := bundlesOf(t, w, o); bundles != tt.bundles || !sum.Equal(o.Totals().CurrentPrice.Shop) {
			t.Errorf("read %s before: %d bundles, want %d; %s of %s", tt.before, bundles, tt.bundles, sum, o.Totals().CurrentPrice.Shop)
		}
	}
}
