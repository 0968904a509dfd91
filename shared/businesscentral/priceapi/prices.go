// Package priceapi reads what a Business Central company knows of prices, as package
// prices asks for it.
package priceapi

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/prices"
)

// Prices are those of a company. Safe for concurrent use.
type Prices struct {
	bc, companion *businesscentral.Client
}

var _ prices.Company = (*Prices)(nil)

// New makes the prices of c's company.
func New(c *businesscentral.Client) *Prices { return &Prices{bc: c, companion: c.Companion()} }

// perFilter is how many items one request is about.
const perFilter = 25

// Book implements prices.Company. The price lists come first: where the companion API, or
// the permission for it, is not there, the book has items alone.
func (p *Prices) Book(ctx context.Context, items []string, onLine func(prices.Line), onItem func(i prices.Item, lists bool)) error {
	const op, linesOp = "businesscentral.ItemPrices", "businesscentral.SalesPrices"
	err := rows(ctx, p.companion, linesOp, "salesPrices", "itemNumber", items, func(l line) error {
		onLine(l.line())
		return nil
	})
	lists := err == nil
	if !lists && !errors.Is(err, businesscentral.ErrNotFound) && fault.KindOf(err) != fault.Blocked {
		return err
	}
	return rows(ctx, p.bc, op, "items", "number", items, func(i item) error {
		onItem(prices.Item{
			Number: bcapi.Code(i.Number), Base: bcapi.Code(i.Base), Price: i.Price, Cost: i.Cost, IncludesTax: i.IncludesTax, Blocked: i.Blocked,
		}, lists)
		return nil
	})
}

// rows reads a set, of these items or all for nil, row by row.
func rows[T any](ctx context.Context, c *businesscentral.Client, op, set, field string, items []string, f func(T) error) error {
	if items == nil {
		return businesscentral.WholeEach(ctx, c, businesscentral.Request{Op: op, Path: c.Path(set, "$select", businesscentral.Fields[T]()), Record: true}, f)
	}
	for part := range slices.Chunk(businesscentral.Distinct(items, bcapi.Code), perFilter) {
		path := c.Path(set, "$filter", businesscentral.AnyOf(field, part), "$select", businesscentral.Fields[T]())
		if err := businesscentral.WholeEach(ctx, c, businesscentral.Request{Op: op, Path: path, Record: true}, f); err != nil {
			return err
		}
	}
	return nil
}

// item is what is read of items.
type item struct {
	Number      string          `json:"number"`
	Base        string          `json:"baseUnitOfMeasureCode"`
	Price       decimal.Decimal `json:"unitPrice"`
	Cost        decimal.Decimal `json:"unitCost"`
	IncludesTax bool            `json:"priceIncludesTax"`
	Blocked     bool            `json:"blocked"`
}

// line is salesPrices of the companion API.
type line struct {
	SourceType      string          `json:"sourceType"`
	Source          string          `json:"sourceNumber"`
	Item            string          `json:"itemNumber"`
	Variant         string          `json:"variantCode"`
	Unit            string          `json:"unitOfMeasureCode"`
	Currency        string          `json:"currencyCode"`
	MinimumQuantity decimal.Decimal `json:"minimumQuantity"`
	Starting        string          `json:"startingDate"`
	Ending          string          `json:"endingDate"`
	UnitPrice       decimal.Decimal `json:"unitPrice"`
	IncludesTax     bool            `json:"priceIncludesTax"`
	Discount        decimal.Decimal `json:"lineDiscountPercent"`
}

func (l line) line() prices.Line {
	return prices.Line{
		Source: sourceOf(l.SourceType), Number: bcapi.Code(l.Source), Item: bcapi.Code(l.Item), Code: bcapi.Code(l.Variant), Unit: bcapi.Code(l.Unit),
		Currency: bcapi.Code(l.Currency), MinimumQuantity: l.MinimumQuantity, From: day(l.Starting), To: day(l.Ending),
		Price: l.UnitPrice, IncludesTax: l.IncludesTax, Discount: l.Discount,
	}
}

// sourceOf is a source by its name, with or without the blanks that the name may have.
func sourceOf(name string) prices.Source {
	plain := func(s string) string {
		return strings.ToLower(strings.NewReplacer(" ", "", ".", "", "_x0020_", "", "_x002E_", "").Replace(s))
	}
	for _, s := range []prices.Source{prices.AllCustomers, prices.PriceGroup, prices.DiscountGroup, prices.OneCustomer} {
		if plain(string(s)) == plain(name) {
			return s
		}
	}
	return prices.Source(name)
}

// day is a date, "" for BC's blank one.
func day(date string) string {
	if strings.HasPrefix(date, "0001-01-01") {
		return ""
	}
	return date
}
