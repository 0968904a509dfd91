package prices

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/issue"
)

// Item is what a company knows of an item's price.
type Item struct {
	Number      string
	Base        string          // unit of measure
	Price       decimal.Decimal // in the company's own currency; 0: it has none
	Cost        decimal.Decimal // in the company's own currency; 0: not known
	IncludesTax bool
	Blocked     bool
}

// Line is a line of an active price list for sales.
type Line struct {
	Source          Source
	Number          string // of the source
	Item            string // number
	Code            string // of the item variant; "": all
	Unit            string // of measure; "": all
	Currency        string // the company's code; "": its own
	MinimumQuantity decimal.Decimal
	From, To        string          // days, both included, as 2026-12-24; "": no bound
	Price           decimal.Decimal // 0: the line says nothing of it
	IncludesTax     bool
	Discount        decimal.Decimal // of the price, in percent
}

// Source says for whom a line is.
type Source string

// The sources that a shop can buy as; lines of any other are for somebody else.
const (
	AllCustomers  Source = "All Customers"
	PriceGroup    Source = "Customer Price Group"
	DiscountGroup Source = "Customer Disc. Group"
	OneCustomer   Source = "Customer"
)

// Company has the book of prices. Errors carry a fault.Kind.
type Company interface {
	// Book calls line with each line of active price lists for sales, and after them item
	// with each item: of these items, of all for nil. lists says that the price lists could be
	// read: without the companion API an item has its unit price alone, and nothing is known
	// of discounts. Codes are as BC has them. After an error it may have told a part.
	Book(ctx context.Context, items []string, line func(Line), item func(i Item, lists bool)) error
}

// pricing makes the prices of goods while the book is read, of which it keeps the lines
// alone that can be used.
type pricing struct {
	terms  Terms
	goods  []priced          // by variant
	byItem []int32           // indices of goods, by item
	lines  map[string][]Line // by item number
}

// priced is a good with its price.
type priced struct {
	Good
	known  bool // its item is there, and not blocked
	meant  values
	wrong  issue.Reason // why there is none
	detail string       // of wrong
	whole  string       // the company's, if it has more digits than the shop's currency
}

// pricingOf is that of goods. Of a variant that two products are said to have, the newest
// one's counts.
func pricingOf(terms Terms, goods []Good) *pricing {
	slices.SortFunc(goods, func(a, b Good) int {
		return cmp.Or(strings.Compare(a.Variant, b.Variant), len(b.Product)-len(a.Product), strings.Compare(b.Product, a.Product))
	})
	goods = slices.CompactFunc(goods, func(a, b Good) bool { return a.Variant == b.Variant })
	p := &pricing{terms: terms, goods: make([]priced, len(goods)), byItem: make([]int32, len(goods)), lines: map[string][]Line{}}
	for i, g := range goods {
		g.Item = bcapi.Code(g.Item)
		p.goods[i], p.byItem[i] = priced{Good: g}, int32(i)
	}
	slices.SortFunc(p.byItem, func(a, b int32) int { return strings.Compare(p.goods[a].Item, p.goods[b].Item) })
	return p
}

// of are the indices of the goods that stand for an item.
func (p *pricing) of(item string) []int32 {
	order := func(i int32, item string) int { return strings.Compare(p.goods[i].Item, item) }
	from, _ := slices.BinarySearchFunc(p.byItem, item, order)
	to := from
	for to < len(p.byItem) && p.goods[p.byItem[to]].Item == item {
		to++
	}
	return p.byItem[from:to]
}

func (p *pricing) line(l Line) {
	if item := bcapi.Code(l.Item); p.terms.holds(l) && len(p.of(item)) > 0 {
		p.lines[item] = append(p.lines[item], l)
	}
}

func (p *pricing) item(i Item, lists bool) {
	item := bcapi.Code(i.Number)
	for _, n := range p.of(item) {
		g := &p.goods[n]
		if g.known || i.Blocked {
			continue
		}
		var price Price
		g.known = true
		if price, g.wrong, g.detail = priceOf(p.terms, lists, i, p.lines[item], g.Good); g.wrong == "" {
			g.meant = valuesOf(price)
			if !price.Rounded.IsZero() {
				g.whole = price.Rounded.String()
			}
		}
	}
	delete(p.lines, item)
}
