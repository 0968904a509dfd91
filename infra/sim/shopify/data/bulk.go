package data

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// Bulk is a shop of n plain orders for measurements: three lines, one
// fulfilment order, two transactions and a customer each.
func Bulk(now time.Time, n int) *Data {
	b := newBuilder(now)
	for i := range 100 {
		b.product(fmt.Sprintf("Product %d", i), "Goods", "Default Title", fmt.Sprintf("SKU-%04d", i), decimal.New(int64(995+100*i), -2))
	}
	for i := range 500 {
		b.customer(i)
	}
	b.Orders = make([]*Order, 0, n)
	from := now.Add(-time.Duration(n+60) * time.Second).Truncate(time.Second)
	for i := range n {
		d := draft{customer: b.Customers[i%len(b.Customers)], country: "DE", included: true, rate: "0.19"}
		for j := range 3 {
			d.lines = append(d.lines, draftLine{variant: b.Products[(i+j*7)%len(b.Products)].Variants[0], quantity: 1 + (i+j)%3})
		}
		o := b.order(1001+i, from.Add(time.Duration(i)*time.Second), d)
		paid, two := o.Transactions[0].Amount, decimal.NewFromInt(2)
		half := o.Round(Bag{paid.Shop.Div(two), paid.Presentment.Div(two)})
		second := *o.Transactions[0]
		second.ID, second.Amount = b.next(), paid.Sub(half)
		o.Transactions[0].Amount = half
		o.Transactions = append(o.Transactions, &second)
	}
	return b.Data
}
