package prices

import (
	"context"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
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

// Book is what a company knows of prices.
type Book struct {
	Items []Item
	Lines []Line
	// Lists says that the price lists could be read: without the companion API an item
	// has its unit price alone, and nothing is known of discounts.
	Lists bool
}

// Company has the book. Errors carry a fault.Kind.
type Company interface {
	// Book reads the book of these items, of all for nil. Codes are as BC has them.
	Book(ctx context.Context, items []string) (Book, error)
}

// shelf is a book by item.
type shelf struct {
	items map[string]Item
	lines map[string][]Line
	lists bool
}

func shelve(b Book) shelf {
	s := shelf{map[string]Item{}, map[string][]Line{}, b.Lists}
	for _, i := range b.Items {
		s.items[bcapi.Code(i.Number)] = i
	}
	for _, l := range b.Lines {
		s.lines[bcapi.Code(l.Item)] = append(s.lines[bcapi.Code(l.Item)], l)
	}
	return s
}
