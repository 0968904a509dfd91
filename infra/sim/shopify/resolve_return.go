package shopify

import (
	"fmt"

	"backroom/infra/sim/shopify/data"
)

type returnObj struct {
	v *orderObj
	r *data.Return
}

func (returnObj) typeName() string { return "Return" }

func (o returnObj) field(_ *execution, name string, args map[string]any) any {
	r, v := o.r, o.v
	total := 0
	for _, l := range r.Lines {
		total += l.Quantity
	}
	switch name {
	case "id":
		return gid("Return", r.ID)
	case "name":
		return fmt.Sprintf("%s-R%d", v.o.Name, r.Number)
	case "order":
		return v
	case "status":
		return r.Status
	case "createdAt":
		return r.CreatedAt
	case "closedAt":
		return r.ClosedAt
	case "totalQuantity":
		return total
	case "returnLineItems":
		return connect(args, r.Lines, func(l *data.ReturnLine) object { return returnLineObj{v, r, l} })
	case "exchangeLineItems":
		return connect(args, r.Exchanges, func(e *data.Exchange) object { return exchangeObj{v, e} })
	case "refunds":
		return connect(args, o.refunds(), func(f *data.Refund) object { return refundObj{v, f} })
	case "reverseFulfillmentOrders":
		return connect(args, r.ReverseOrders(), func(f *data.ReverseOrder) object { return reverseObj{v, f} })
	}
	return unresolved("Return", name)
}

func (o returnObj) refunds() (out []*data.Refund) {
	for _, f := range o.v.o.Refunds {
		if f.ReturnID == o.r.ID {
			out = append(out, f)
		}
	}
	return out
}

type returnLineObj struct {
	v *orderObj
	r *data.Return
	l *data.ReturnLine
}

func (returnLineObj) typeName() string { return "ReturnLineItem" }

func (o returnLineObj) field(_ *execution, name string, _ map[string]any) any {
	l := o.l
	refunded := 0
	for _, f := range (returnObj{o.v, o.r}).refunds() {
		for _, x := range f.Lines {
			if x.Line == l.Line {
				refunded += x.Quantity
			}
		}
	}
	switch name {
	case "id":
		return gid("ReturnLineItem", l.ID)
	case "quantity":
		return l.Quantity
	case "processedQuantity":
		return l.Processed
	case "unprocessedQuantity", "processableQuantity":
		return l.Quantity - l.Processed
	case "refundedQuantity":
		return min(l.Quantity, refunded)
	case "refundableQuantity":
		return max(0, l.Quantity-refunded)
	case "fulfillmentLineItem":
		return fulfilled(o.v, l.Fulfillment)
	case "withCodeDiscountedTotalPriceSet":
		if li := o.v.o.Line(l.Line); li != nil {
			sub, _ := o.v.o.RefundFor(li, min(l.Quantity, li.Current()))
			return o.v.bag(sub)
		}
		return o.v.bag(data.Bag{})
	}
	return unresolved("ReturnLineItem", name)
}

// fulfilled is the fulfilment line of an id, nil if it is not there.
func fulfilled(v *orderObj, id int64) any {
	for _, f := range v.o.Fulfillments {
		for _, l := range f.Lines {
			if l.ID == id {
				return fulfillmentLine{v, l}
			}
		}
	}
	return nil
}

type exchangeObj struct {
	v *orderObj
	e *data.Exchange
}

func (exchangeObj) typeName() string { return "ExchangeLineItem" }

func (o exchangeObj) field(_ *execution, name string, _ map[string]any) any {
	e := o.e
	done := 0
	if len(e.Lines) > 0 {
		done = e.Quantity
	}
	switch name {
	case "id":
		return gid("ExchangeLineItem", e.ID)
	case "quantity":
		return e.Quantity
	case "processedQuantity":
		return done
	case "unprocessedQuantity", "processableQuantity":
		return e.Quantity - done
	case "variantId":
		return gid("ProductVariant", e.New.Variant)
	case "lineItems":
		if done == 0 {
			return nil
		}
		return list(nil, e.Lines, func(id int64) object { return o.v.line(o.v.o.Line(id)) })
	}
	return unresolved("ExchangeLineItem", name)
}

type reverseObj struct {
	v *orderObj
	f *data.ReverseOrder
}

func (reverseObj) typeName() string { return "ReverseFulfillmentOrder" }

func (o reverseObj) field(_ *execution, name string, args map[string]any) any {
	switch name {
	case "id":
		return gid("ReverseFulfillmentOrder", o.f.ID)
	case "status":
		return o.f.Status
	case "order":
		return o.v
	case "lineItems":
		return connect(args, o.f.Lines, func(l *data.ReverseLine) object { return reverseLineObj{o.v, l} })
	}
	return unresolved("ReverseFulfillmentOrder", name)
}

type reverseLineObj struct {
	v *orderObj
	l *data.ReverseLine
}

func (reverseLineObj) typeName() string { return "ReverseFulfillmentOrderLineItem" }

func (o reverseLineObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("ReverseFulfillmentOrderLineItem", o.l.ID)
	case "totalQuantity":
		return o.l.Total
	case "fulfillmentLineItem":
		return fulfilled(o.v, o.l.Fulfillment)
	case "dispositions":
		return list(nil, o.l.Dispositions, func(d data.Disposition) object { return dispositionObj(d) })
	}
	return unresolved("ReverseFulfillmentOrderLineItem", name)
}

type dispositionObj data.Disposition

func (dispositionObj) typeName() string { return "ReverseFulfillmentOrderDisposition" }

func (d dispositionObj) field(x *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("ReverseFulfillmentOrderDisposition", d.ID)
	case "createdAt":
		return d.CreatedAt
	case "type":
		return d.Type
	case "quantity":
		return d.Quantity
	case "location":
		return x.locationOf(name, d.Location)
	}
	return unresolved("ReverseFulfillmentOrderDisposition", name)
}
