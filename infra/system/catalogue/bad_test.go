package catalogue_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/listings"
)

// bad is input that is bad. What is not spoiled must be as it is without.
type bad struct {
	name    string
	with    func(*worlds.Setup)             // how it is from the start
	into    func(*testing.T, *worlds.World) // or before the first run
	meets   string                          // or what happens behind an answer that has this text
	happens func(*worlds.World)
	says    map[string]string // what is open in the end, by reason, with a text that names it
	spoils  []string          // keys of goods
	has     map[string]string // what goods of these keys have
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// item is bad input of one item with a product, BAD.
func item(change func(*businesscentral.Stock)) func(*worlds.Setup) {
	return func(s *worlds.Setup) {
		sells(s, "Bad", "BAD")
		stock := has("BAD", "Bad", 3)
		change(&stock)
		s.Stock = append(s.Stock, stock)
	}
}

var toShopify = []bad{
	{name: "a SKU that two products have", with: func(s *worlds.Setup) {
		item(func(*businesscentral.Stock) {})(s)
		sells(s, "Bad again", "BAD")
	}, says: map[string]string{"product-item-elsewhere": "BAD"}, spoils: []string{"BAD", "item BAD"}},
	{name: "a SKU that two variants have", with: func(s *worlds.Setup) {
		sells(s, "Bad", "BAD", "BAD")
		s.Stock = append(s.Stock, has("BAD", "Bad", 3))
	}, says: map[string]string{"product-variants-same-item": "BAD"}, spoils: []string{"BAD", "item BAD"}},
	{name: "a bar code that two items have", with: func(s *worlds.Setup) {
		sells(s, "Bad", "").Variants[0].Barcode = "4006381333931"
		for _, number := range []string{"BAD-1", "BAD-2"} {
			stock := none(number, "Bad", 3)
			stock.GTIN = "4006381333931"
			s.Stock = append(s.Stock, stock)
		}
	}, says: map[string]string{"product-item-ambiguous": "BAD-1, BAD-2"}, spoils: []string{"", "BAD-1", "BAD-2", "item BAD-1", "item BAD-2"}},
	{name: "2,049 variants", with: func(s *worlds.Setup) {
		stock := businesscentral.Stock{Number: "BAD", Description: "Bad", UnitPrice: dec("3"), IncludesTax: true}
		for i := range 2049 {
			stock.Variants = append(stock.Variants, businesscentral.StockVariant{Code: fmt.Sprint("C", i)})
		}
		s.Stock = append(s.Stock, stock)
	}, says: map[string]string{"item-cannot-be-a-product": "BAD has more than 2048 variants"}, spoils: []string{"item BAD"}},
	{name: "option values as long as they get", with: func(s *worlds.Setup) {
		stock := businesscentral.Stock{Number: "BAD", Description: strings.Repeat("ß", 100), UnitPrice: dec("3"), IncludesTax: true}
		stock.Variants = []businesscentral.StockVariant{{Code: "A", Description: strings.Repeat("Ä", 100)}, {Code: "B", Description: strings.Repeat("Ä", 99) + "B"}}
		s.Stock = append(s.Stock, stock)
	}, spoils: []string{"BAD|A", "BAD|B", "item BAD"}, has: map[string]string{"BAD|A": strings.Repeat("Ä", 100), "BAD|B": strings.Repeat("Ä", 99) + "B"}},
	{name: "HTML with scripts", with: item(func(s *businesscentral.Stock) {
		s.Details.MarketingText = `<p onclick="steal()">Strong</p><script>steal()</script><a href="javascript:steal()">x</a>`
	}), spoils: []string{"BAD", "item BAD"}, has: map[string]string{"BAD": "\"<p>Strong</p><a>x</a>\""}},
	{name: "a picture that is a PDF", with: item(func(*businesscentral.Stock) {}), into: func(t *testing.T, w *worlds.World) {
		t.Helper()
		if err := w.BC.Companies()[0].SetPictures("BAD", "", []byte("%PDF-1.7")); err != nil {
			t.Fatal(err)
		}
	}, says: map[string]string{"image-no-picture": "it is a PDF document"}, spoils: []string{"BAD", "item BAD"}, has: map[string]string{"BAD": "at 3, 7 true"}},
	{name: "negative stock", with: item(func(s *businesscentral.Stock) {
		s.Stocks = []businesscentral.StockAt{{Location: "MAIN", Quantity: dec("-4")}}
	}), says: map[string]string{"stock-negative": "Bad"}, spoils: []string{"BAD", "item BAD"}, has: map[string]string{"BAD": "at 3, 0 true"}},
	{
		name: "a price of 1e9", with: item(func(s *businesscentral.Stock) { s.UnitPrice = dec("1e9") }),
		says: map[string]string{"price-unusable": "1000000000 EUR"}, spoils: []string{"BAD", "item BAD"}, has: map[string]string{"BAD": "at 1, 7 true"},
	},
	{
		name: "a price with three decimals", with: item(func(s *businesscentral.Stock) { s.UnitPrice = dec("3.335") }),
		says: map[string]string{"price-rounded": "3.335"}, spoils: []string{"BAD", "item BAD"}, has: map[string]string{"BAD": "at 3.34, 7 true"},
	},
	{
		name: "a product that is deleted while it is read", with: item(func(s *businesscentral.Stock) { s.Stocks = nil }), meets: `"BAD"`, happens: func(w *worlds.World) { remove(w, "BAD") },
		spoils: []string{"BAD", "item BAD"},
	},
	{name: "a new item of a price of 1e9", with: func(s *worlds.Setup) {
		stock := none("BAD", "Bad", 3)
		stock.UnitPrice = dec("1e9")
		s.Stock = append(s.Stock, stock)
	}, says: map[string]string{"price-unusable": "1000000000 EUR"}, spoils: []string{"BAD", "item BAD"}},
}

// remove deletes the first product with a SKU.
func remove(w *worlds.World, sku string) {
	for _, p := range w.Shopify.Shop("").Products() {
		for _, v := range p.Variants {
			if v.SKU == sku {
				if err := w.Shopify.Shop("").DeleteProduct(p.ID); err != nil {
					panic(err)
				}
				return
			}
		}
	}
}

var fromShopify = []bad{
	{name: "a SKU that two products have", with: func(s *worlds.Setup) {
		sells(s, "Bad", "BAD")
		sells(s, "Bad again", "BAD")
	}, says: map[string]string{"product-item-elsewhere": "title of BAD"}, spoils: []string{"BAD", "item BAD"}},
	{name: "option values as long as they get", with: func(s *worlds.Setup) {
		p := sells(s, strings.Repeat("ß", 255), "BAD|A", "BAD|B")
		for i, v := range p.Variants {
			v.Title = strings.Repeat("Ä", 254) + fmt.Sprint(i)
			v.Values = []string{v.Title}
		}
	}, spoils: []string{"BAD|A", "BAD|B", "item BAD"}, has: map[string]string{"item BAD": strings.Repeat("ß", 100) + " , A " + strings.Repeat("Ä", 100) + ", B " + strings.Repeat("Ä", 100)}},
	{
		name: "a SKU that is no item number", with: func(s *worlds.Setup) { sells(s, "Bad", strings.Repeat("A", 21)) },
		says: map[string]string{"product-item-missing": "Bad"}, spoils: []string{strings.Repeat("A", 21)},
	},
	{
		name: "a product that is deleted while it is read", with: func(s *worlds.Setup) { sells(s, "Bad", "BAD") }, meets: `"BAD"`, happens: func(w *worlds.World) { remove(w, "BAD") },
		spoils: []string{"BAD", "item BAD"},
	},
	{name: "a bulk update while products are read", with: func(s *worlds.Setup) { sells(s, "Bad", "BAD") }, meets: `"KETTLE"`, happens: func(w *worlds.World) {
		sh := w.Shopify.Shop("")
		for _, p := range sh.Products() {
			if err := sh.UpdateProduct(p.ID, func(p *data.Product) { p.Vendor = "Bulk" }); err != nil {
				panic(err)
			}
			if p.Variants[0].SKU == "BAD" {
				if err := sh.UpdateProduct(p.ID, func(p *data.Product) { p.Title = "Better" }); err != nil {
					panic(err)
				}
			}
		}
	}, spoils: []string{"BAD", "item BAD"}, has: map[string]string{"item BAD": "Better"}},
}

// Each bad thing of an item or a product is said, in words that name it, and everything
// else is in step as it is without: products, prices, stock and pictures, over the wire of
// both sides.
func TestBadInput(t *testing.T) {
	for dir, rows := range map[listings.Direction][]bad{listings.ToShop: toShopify, listings.FromShop: fromShopify} {
		plain := open(t, setup(dir))
		rounds(t, plain, 2)
		want, open := goods(plain), said(t, plain)
		if len(open) > 0 {
			t.Fatalf("%s: without bad input %v", dir, open)
		}
		for _, b := range rows {
			t.Run(string(dir)+" "+b.name, func(t *testing.T) { b.test(t, dir, want) })
		}
	}
}

func (b bad) test(t *testing.T, dir listings.Direction, plain map[string]string) {
	t.Helper()
	s := setup(dir)
	if b.with != nil {
		b.with(&s)
	}
	on := &once{text: b.meets}
	s.Way = func(direct http.RoundTripper) http.RoundTripper { return &way{direct, on} }
	w := open(t, s)
	if b.into != nil {
		b.into(t, w)
	}
	if b.happens != nil {
		on.do = func() { b.happens(w) }
	}
	rounds(t, w, 2)
	w.Live(time.Hour)
	rounds(t, w, 1)
	if on.do != nil && !on.done {
		t.Fatal("it did not happen")
	}
	got := said(t, w)
	for reason, names := range b.says {
		if !strings.Contains(got[reason], names) {
			t.Errorf("%s does not name %s: %q", reason, names, got)
		}
		delete(got, reason)
	}
	if len(got) > 0 {
		t.Errorf("also open: %q", got)
	}
	all := goods(w)
	for key, text := range b.has {
		if !strings.Contains(all[key], text) {
			t.Errorf("%s has no %s: %s", key, text, all[key])
		}
	}
	for _, key := range b.spoils {
		delete(all, key)
	}
	if diff := cmp.Diff(plain, all); diff != "" {
		t.Errorf("not as without it (-without +with):\n%s", diff)
	}
}
