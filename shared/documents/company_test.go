package documents

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/fault"
)

// company is a BC company in memory. It prices documents by itself: lines are
// rounded to cents, tax is added per rate when prices are without.
type company struct {
	w         *world
	orders    map[string]*entity.SalesOrder // by id
	invoices  []entity.SalesInvoice
	customers map[string]entity.Customer // by number
	items     map[string]entity.Item
	rates     map[string]string          // tax code to rate
	off       map[string]decimal.Decimal // what a document's total is off by, by Shopify id
	taxes     string                     // tax rate on lines without a code
	manual    bool                       // the series allows manual numbers
	perBatch  int
	creates   []int            // orders of each create
	refuse    map[string]error // creates to refuse, by Shopify id
	refuseAll error            // of whole create calls
	last      int
	writes    int // calls that write
}

// write is a write of the world; the caller may fall asleep over the answer.
func (c *company) write(effect func(halves int) error) error {
	c.writes++
	defer c.w.step()
	return c.w.write(effect, unanswered)
}

func newCompany(w *world) *company {
	return &company{
		w: w, orders: map[string]*entity.SalesOrder{}, customers: map[string]entity.Customer{"C1": {Number: "C1"}},
		items: map[string]entity.Item{"1000": {Number: "1000"}, "1001": {Number: "1001"}},
		rates: map[string]string{"VAT25": "0.25", "NOVAT": "0"}, taxes: "0", off: map[string]decimal.Decimal{},
		manual: true, perBatch: 20, refuse: map[string]error{},
	}
}

func (c *company) OrdersPerBatch() int { return c.perBatch }

func shopifyID(o entity.SalesOrder) string {
	return o.ExternalDocumentNumber[strings.LastIndexByte(o.ExternalDocumentNumber, '-')+1:]
}

func (c *company) total(o entity.SalesOrder) decimal.Decimal {
	sums := map[string]decimal.Decimal{}
	for _, l := range o.Lines {
		if l.LineType == entity.LineComment {
			continue
		}
		rate, ok := c.rates[l.TaxCode]
		if !ok {
			rate = c.taxes
		}
		amount := dec(string(l.Quantity)).Mul(dec(string(l.UnitPrice))).Round(2)
		if l.DiscountAmount != "" {
			amount = amount.Sub(dec(string(l.DiscountAmount)))
		}
		sums[rate] = sums[rate].Add(amount)
	}
	sum := c.off[shopifyID(o)]
	for rate, amount := range sums {
		sum = sum.Add(amount)
		if o.PricesIncludeTax == nil || !*o.PricesIncludeTax {
			sum = sum.Add(amount.Mul(dec(rate)).Round(2))
		}
	}
	return sum
}

func (c *company) create(o entity.SalesOrder) (entity.SalesOrder, error) {
	if err := c.refuse[shopifyID(o)]; err != nil {
		return o, err
	}
	cust, ok := c.customers[o.CustomerNumber]
	if !ok || cust.Blocked == "All" {
		return o, refusal("Internal_RecordNotFound", "customer "+o.CustomerNumber)
	}
	for _, l := range o.Lines {
		if _, ok := c.items[l.LineObjectNumber]; l.LineType == entity.LineItem && !ok {
			return o, refusal("Internal_RecordNotFound", "item "+l.LineObjectNumber)
		}
	}
	c.last++
	if o.Number == "" {
		o.Number = fmt.Sprintf("SO-%04d", c.last)
	} else if !c.manual {
		return o, refusal("Application_DialogException", "You may not enter numbers manually.")
	}
	for _, other := range c.orders {
		if other.Number == o.Number {
			return o, refusal("Internal_EntityWithSameKeyExists", "exists")
		}
	}
	o.ID = fmt.Sprintf("guid-%d", c.last)
	o.Lines = slices.Clone(o.Lines)
	o.TotalAmountIncludingTax = entity.Decimal(c.total(o).String())
	c.orders[o.ID] = &o
	return o, nil
}

func (c *company) CreateSalesOrders(_ context.Context, os []entity.SalesOrder) (out []Created[entity.SalesOrder], err error) {
	c.creates = append(c.creates, len(os))
	if c.refuseAll != nil {
		return nil, c.refuseAll
	}
	err = c.write(func(halves int) error {
		out = nil
		for _, o := range os[:len(os)*halves/2] {
			got, err := c.create(o)
			out = append(out, Created[entity.SalesOrder]{Entity: got, Err: err})
		}
		return nil
	})
	return out, err
}

func (c *company) FindDocuments(_ context.Context, numbers []string) (os []entity.SalesOrder, is []entity.SalesInvoice, err error) {
	defer c.w.step()
	if len(numbers) > 100 {
		return nil, nil, &fault.Error{Kind: fault.Bug, Err: fmt.Errorf("%d numbers", len(numbers))}
	}
	for _, id := range slices.Sorted(maps.Keys(c.orders)) {
		if slices.Contains(numbers, c.orders[id].ExternalDocumentNumber) {
			os = append(os, *c.orders[id])
		}
	}
	for _, i := range c.invoices {
		if slices.Contains(numbers, i.ExternalDocumentNumber) {
			is = append(is, i)
		}
	}
	return os, is, nil
}

func (c *company) AddLines(_ context.Context, lines []LineFor) (out []Created[entity.SalesOrder], err error) {
	err = c.write(func(halves int) error {
		out = nil
		for _, l := range lines[:len(lines)*halves/2] {
			o, ok := c.orders[l.OrderID]
			if !ok {
				out = append(out, Created[entity.SalesOrder]{Err: refusal("BadRequest_NotFound", "order")})
				continue
			}
			if !slices.ContainsFunc(o.Lines, func(x entity.SalesOrderLine) bool { return x.Sequence == l.Line.Sequence }) {
				o.Lines = append(o.Lines, l.Line)
			}
			o.TotalAmountIncludingTax = entity.Decimal(c.total(*o).String())
			out = append(out, Created[entity.SalesOrder]{Entity: *o})
		}
		return nil
	})
	return out, err
}

func (c *company) DeleteSalesOrder(_ context.Context, id string) error {
	return c.write(func(halves int) error {
		if o, ok := c.orders[id]; ok && o.FullyShipped {
			return refusal("", "The order has been shipped.")
		}
		if halves == 2 {
			delete(c.orders, id)
		}
		return nil
	})
}

func (c *company) CreateCustomers(_ context.Context, cs []entity.Customer) (out []Created[entity.Customer], err error) {
	err = c.write(func(halves int) error {
		out = nil
		for _, cust := range cs[:len(cs)*halves/2] {
			if _, ok := c.customers[cust.Number]; ok {
				out = append(out, Created[entity.Customer]{Err: refusal("Internal_EntityWithSameKeyExists", "exists")})
				continue
			}
			c.customers[cust.Number] = cust
			out = append(out, Created[entity.Customer]{Entity: cust})
		}
		return nil
	})
	return out, err
}

func (c *company) CustomersByNumber(_ context.Context, numbers []string) (out []entity.Customer, err error) {
	for _, n := range numbers {
		if cust, ok := c.customers[n]; ok {
			out = append(out, cust)
		}
	}
	return out, nil
}

func (c *company) CustomersByEmail(_ context.Context, emails []string) (out []entity.Customer, err error) {
	for _, cust := range c.customers {
		if slices.ContainsFunc(emails, func(e string) bool { return strings.EqualFold(e, cust.Email) }) {
			out = append(out, cust)
		}
	}
	return out, nil
}

func (c *company) Customers(_ context.Context, each func(entity.Customer) error) error {
	for _, n := range slices.Sorted(maps.Keys(c.customers)) {
		if err := each(c.customers[n]); err != nil {
			return err
		}
	}
	return nil
}

func (c *company) ItemsByNumber(_ context.Context, numbers []string) (out []entity.Item, err error) {
	for _, n := range numbers {
		if it, ok := c.items[n]; ok {
			out = append(out, it)
		}
	}
	return out, nil
}

func (c *company) ItemsByGTIN(context.Context, []string) ([]entity.Item, error) { return nil, nil }

func (c *company) VariantsByItem(context.Context, []string) ([]entity.ItemVariant, error) {
	return nil, nil
}

func (c *company) VariantsByCode(context.Context, []string) ([]entity.ItemVariant, error) {
	return nil, nil
}

func (c *company) Accounts(context.Context) ([]entity.Account, error) {
	return slices.Collect(maps.Values(refs().Accounts)), nil
}

func (c *company) References(_ context.Context, set string) ([]entity.Reference, error) {
	switch set {
	case "countriesRegions":
		return slices.Collect(maps.Values(refs().Countries)), nil
	case "currencies":
		return slices.Collect(maps.Values(refs().Currencies)), nil
	}
	return nil, nil
}

func (c *company) GeneralLedgerSetup(context.Context) (entity.GeneralLedgerSetup, error) {
	return entity.GeneralLedgerSetup{LocalCurrencyCode: "EUR"}, nil
}
