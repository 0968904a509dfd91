package businesscentral

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/prices"
	"backroom/shared/usage"
)

// book is what a company tells of prices.
type book struct {
	Items []prices.Item
	Lines []prices.Line
	Lists bool
}

func bookOf(ctx context.Context, c prices.Company, items []string) (b book, err error) {
	err = c.Book(ctx, items, func(l prices.Line) { b.Lines = append(b.Lines, l) }, func(i prices.Item, lists bool) { b.Items, b.Lists = append(b.Items, i), lists })
	return b, err
}

// of is what is told of an item: itself and its lines.
func (b book) of(item string) string {
	var out []string
	for _, i := range b.Items {
		if i.Number == item {
			out = append(out, fmt.Sprintf("%s %s %s %v %v", i.Base, i.Price, i.Cost, i.IncludesTax, i.Blocked))
		}
	}
	for _, l := range b.Lines {
		if l.Item == item {
			out = append(out, fmt.Sprintf("%s %s|%s|%s|%s from %s of %s to %s: %s %v -%s%%", l.Source, l.Number, l.Code, l.Unit, l.Currency, l.MinimumQuantity, l.From, l.To, l.Price, l.IncludesTax, l.Discount))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// Prices of all items take a request to each API, those of some as many as their filters
// need; without the companion API there are no price lists.
func TestPriceClient(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Companion = []string{"salesPrices"} })
	dec := decimal.RequireFromString
	stock := []Stock{{
		Number: "TEA", Description: "Tea", UnitPrice: dec("3.123"), IncludesTax: true,
		Prices: []ItemPrice{
			{UnitPrice: dec("2.9"), Ending: "2026-12-31"},
			{SourceType: "Customer Price Group", SourceNumber: "WEB", Variant: "GREEN", Unit: "BOX", Currency: "USD", MinimumQuantity: dec("10"), Starting: "2026-01-01", UnitPrice: dec("2.5"), IncludesTax: true, Discount: dec("5")},
		},
	}}
	for i := range 60 {
		stock = append(stock, Stock{Number: fmt.Sprintf("MANY-%02d", i), Description: "One of many", UnitPrice: decimal.NewFromInt(int64(i))})
	}
	if err := w.Company("").AddItems(stock...); err != nil {
		t.Fatal(err)
	}
	const item = "PCS 3.123 0 true false"
	const all = "All Customers ||| from 0 of  to 2026-12-31: 2.9 false -0%; Customer Price Group WEB|GREEN|BOX|USD from 10 of 2026-01-01 to : 2.5 true -5%; " + item
	ctx, used := usage.Begin(t.Context())
	b, err := bookOf(ctx, w.client.Prices, nil)
	if got := b.of("TEA"); err != nil || !b.Lists || got != all || len(b.Items) < 61 || used.Count().BCRequests != 2 {
		t.Errorf("%s; %d items, %d requests, %v", got, len(b.Items), used.Count().BCRequests, err)
	}
	some := []string{"tea"}
	for i := range 60 {
		some = append(some, fmt.Sprintf("MANY-%02d", i))
	}
	b, err = bookOf(t.Context(), w.client.Prices, some)
	if got := b.of("TEA"); err != nil || got != all || len(b.Items) != 61 {
		t.Errorf("%s; %d items, %v", got, len(b.Items), err)
	}
	tells := func() string {
		t.Helper()
		var out []bool
		for _, set := range []string{"salesPrices", "itemUnits"} {
			is, err := w.client.Tells(t.Context(), set)
			if err != nil {
				t.Error(err)
			}
			out = append(out, is)
		}
		return fmt.Sprint(out)
	}
	if got := tells(); got != "[true false]" {
		t.Errorf("the companion API tells %s", got)
	}
	w.SetCompanion()
	if got := tells(); got != "[false false]" {
		t.Errorf("without one it tells %s", got)
	}
	b, err = bookOf(t.Context(), w.client.Prices, []string{"TEA"})
	if got := b.of("TEA"); err != nil || b.Lists || got != item {
		t.Errorf("without price lists %s, %v", got, err)
	}
}
