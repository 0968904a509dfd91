// Package stockapi reads the stock of a Business Central company, as package inventory
// asks for it.
package stockapi

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/inventory"
)

// Stock is the stock of a company. Safe for concurrent use.
type Stock struct {
	bc, companion *businesscentral.Client
}

var _ inventory.Source = (*Stock)(nil)

// New makes the stock of c's company.
func New(c *businesscentral.Client) *Stock { return &Stock{bc: c, companion: c.Companion()} }

// perFilter is how many items one request is about.
const perFilter = 25

// Stock implements inventory.Source. It is one request where the companion API tells
// all of it, and one batch else.
func (s *Stock) Stock(ctx context.Context, a inventory.Asked) (inventory.Stocks, error) {
	out, err := s.located(ctx, a)
	if err == nil || !absent(err) {
		return out, err
	}
	return s.totals(ctx, a)
}

// absent reports whether err says that the companion API, or the permission for it,
// is not there.
func absent(err error) bool {
	return errors.Is(err, businesscentral.ErrNotFound) || fault.KindOf(err) == fault.Blocked
}

// filters are the options of reads about items, nil for all.
func filters(field string, items []string) (options [][]string) {
	if items == nil {
		return [][]string{nil}
	}
	for part := range slices.Chunk(businesscentral.Distinct(items, bcapi.Code), perFilter) {
		options = append(options, []string{"$filter", businesscentral.AnyOf(field, part)})
	}
	return options
}

func (s *Stock) located(ctx context.Context, a inventory.Asked) (inventory.Stocks, error) {
	const op = "businesscentral.StockByLocation"
	out := inventory.Stocks{Located: true, Items: map[string]inventory.Item{}}
	var reads []businesscentral.Operation
	add := func(set, fields string, options []string) {
		path := s.companion.Path(set, append(slices.Clone(options), "$select", fields)...)
		reads = append(reads, businesscentral.Operation{Method: "GET", Path: path})
	}
	chunks := filters("itemNumber", a.Items)
	for _, o := range chunks {
		add("inventoryByLocation", businesscentral.Fields[stock](), o)
	}
	if a.Units {
		for _, o := range chunks {
			add("itemUnits", businesscentral.Fields[unit](), o)
		}
	}
	rows, units, err := s.rows(ctx, op, reads, len(chunks))
	if err != nil {
		return out, err
	}
	for _, r := range rows {
		st, err := r.stock()
		if err != nil {
			return out, businesscentral.Bug(op, "%w", err)
		}
		out.Rows = append(out.Rows, st)
		out.Items[st.Item] = inventory.Item{BaseUnit: bcapi.Code(r.BaseUnit), Units: out.Items[st.Item].Units}
	}
	for _, u := range units {
		it, ok := out.Items[bcapi.Code(u.Item)]
		per, err := decimal.NewFromString(string(u.PerQty))
		if err != nil {
			return out, businesscentral.Bug(op, "unit %s of %s: %w", u.Code, u.Item, err)
		}
		if !ok {
			continue
		}
		if it.Units == nil {
			it.Units = map[string]decimal.Decimal{}
		}
		it.Units[bcapi.Code(u.Code)] = per
		out.Items[bcapi.Code(u.Item)] = it
	}
	return out, nil
}

// rows reads stock by the first n of reads, and units by the others. A single read is
// no batch: its pages are as large as they can be.
func (s *Stock) rows(ctx context.Context, op string, reads []businesscentral.Operation, n int) (rows []stock, units []unit, err error) {
	same := func(r stock) stock { return r }
	if len(reads) == 1 {
		rows, err = businesscentral.Whole[stock](ctx, s.companion, businesscentral.Request{Op: op, Path: reads[0].Path, Record: true})
		return rows, nil, err
	}
	answers, err := s.companion.Read(ctx, op, reads)
	if err != nil {
		return nil, nil, err
	}
	if rows, err = businesscentral.Collect(ctx, s.companion, op, answers[:n], same); err != nil {
		return nil, nil, err
	}
	units, err = businesscentral.Collect(ctx, s.companion, op, answers[n:], func(u unit) unit { return u })
	return rows, units, err
}

// totals is what API v2.0 tells: an item's total. What is sold of it stands on the
// lines of open orders and of draft invoices, which are read before it.
func (s *Stock) totals(ctx context.Context, a inventory.Asked) (inventory.Stocks, error) {
	const op = "businesscentral.StockOfItems"
	out := inventory.Stocks{Items: map[string]inventory.Item{}}
	get := func(set string, options ...string) businesscentral.Operation {
		return businesscentral.Operation{Method: "GET", Path: s.bc.Path(set, options...)}
	}
	reads := []businesscentral.Operation{
		get("salesOrders", "$select", "id", "$expand", "salesOrderLines($select="+businesscentral.Fields[orderLine]()+")"),
		get("salesInvoices", "$filter", "status eq 'Draft' or status eq 'In_x0020_Review'", "$select", "id",
			"$expand", "salesInvoiceLines($select="+businesscentral.Fields[invoiceLine]()+")"),
	}
	byNumber, byItem := filters("number", a.Items), filters("itemNumber", a.Items)
	for _, o := range byNumber {
		reads = append(reads, get("items", append(slices.Clone(o), "$select", businesscentral.Fields[item]())...))
	}
	for _, o := range byItem {
		reads = append(reads, get("itemVariants", append(slices.Clone(o), "$select", businesscentral.Fields[variant]())...))
	}
	answers, err := s.bc.Read(ctx, op, reads)
	if err != nil {
		return out, err
	}
	sold, err := s.sold(ctx, op, answers[:2])
	if err != nil {
		return out, err
	}
	items, err := businesscentral.Collect(ctx, s.bc, op, answers[2:2+len(byNumber)], func(i item) item { return i })
	if err != nil {
		return out, err
	}
	variants, err := businesscentral.Collect(ctx, s.bc, op, answers[2+len(byNumber):], func(v variant) string { return bcapi.Code(v.ItemNumber) })
	if err != nil {
		return out, err
	}
	for _, i := range items {
		if i.Type != "Inventory" {
			continue
		}
		q, err := decimal.NewFromString(string(i.Inventory))
		if err != nil {
			return out, businesscentral.Bug(op, "stock of %s: %w", i.Number, err)
		}
		number, base := bcapi.Code(i.Number), bcapi.Code(i.BaseUnit)
		row, it := inventory.Stock{Item: number, Quantity: q}, inventory.Item{BaseUnit: base}
		for unit, n := range sold[number] {
			if unit != base && !n.IsZero() {
				it.Unsure = true
				continue
			}
			row.Sold = row.Sold.Add(n)
		}
		row.Projected = row.Quantity.Sub(row.Sold)
		out.Rows, out.Items[number] = append(out.Rows, row), it
	}
	for _, number := range variants {
		if it, ok := out.Items[number]; ok {
			it.Variants = true
			out.Items[number] = it
		}
	}
	return out, nil
}

// sold is what is sold and not shipped, by item and unit of measure.
func (s *Stock) sold(ctx context.Context, op string, answers []businesscentral.Answer) (map[string]map[string]decimal.Decimal, error) {
	orders, err := businesscentral.Collect(ctx, s.bc, op, answers[:1], func(o order) order { return o })
	if err != nil {
		return nil, err
	}
	invoices, err := businesscentral.Collect(ctx, s.bc, op, answers[1:], func(i invoice) invoice { return i })
	if err != nil {
		return nil, err
	}
	sum := map[string]map[string]decimal.Decimal{}
	add := func(kind, object, unit, quantity, shipped string) error {
		if kind != "Item" {
			return nil
		}
		q, err := decimal.NewFromString(quantity)
		if err != nil {
			return businesscentral.Bug(op, "quantity of %s: %w", object, err)
		}
		if shipped != "" {
			n, err := decimal.NewFromString(shipped)
			if err != nil {
				return businesscentral.Bug(op, "shipped quantity of %s: %w", object, err)
			}
			q = q.Sub(n)
		}
		number := bcapi.Code(object)
		if sum[number] == nil {
			sum[number] = map[string]decimal.Decimal{}
		}
		code := bcapi.Code(strings.TrimSpace(unit))
		sum[number][code] = sum[number][code].Add(q)
		return nil
	}
	for _, o := range orders {
		for _, l := range o.Lines {
			err = errors.Join(err, add(l.LineType, l.Object, l.Unit, string(l.Quantity), string(l.Shipped)))
		}
	}
	for _, i := range invoices {
		for _, l := range i.Lines {
			err = errors.Join(err, add(l.LineType, l.Object, l.Unit, string(l.Quantity), ""))
		}
	}
	return sum, err
}
