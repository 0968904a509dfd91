package data

import (
	"encoding/json"
	"fmt"
)

// Clone is a deep copy of o.
func Clone(o *Order) (*Order, error) {
	b, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("copying order %d: %w", o.ID, err)
	}
	c := new(Order)
	if err := json.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("copying order %d: %w", o.ID, err)
	}
	return c, nil
}

// Complete numbers everything in o that has no id yet.
func Complete(o *Order, next func() int64) {
	number := func(id *int64) {
		if *id == 0 {
			*id = next()
		}
	}
	number(&o.ID)
	for _, a := range []*Address{o.Shipping, o.Billing} {
		if a != nil {
			number(&a.ID)
		}
	}
	for _, l := range o.Lines {
		number(&l.ID)
		if l.Duty != nil {
			number(&l.Duty.ID)
		}
	}
	for _, l := range o.ShippingLines {
		number(&l.ID)
	}
	for i := range o.Fees {
		number(&o.Fees[i].ID)
	}
	for _, t := range o.Transactions {
		number(&t.ID)
	}
	if o.Terms != nil {
		number(&o.Terms.ID)
		for i := range o.Terms.Schedules {
			number(&o.Terms.Schedules[i].ID)
		}
	}
	for _, r := range o.Refunds {
		number(&r.ID)
		for i := range r.Lines {
			number(&r.Lines[i].ID)
		}
		for i := range r.Shipping {
			number(&r.Shipping[i].ID)
		}
		for i := range r.Adjustments {
			number(&r.Adjustments[i].ID)
		}
	}
	for _, r := range o.Returns {
		number(&r.ID)
	}
	for _, f := range o.FulfillmentOrders {
		number(&f.ID)
		for _, l := range f.Lines {
			number(&l.ID)
		}
	}
	for _, f := range o.Fulfillments {
		number(&f.ID)
		for i := range f.Lines {
			number(&f.Lines[i].ID)
		}
	}
}
