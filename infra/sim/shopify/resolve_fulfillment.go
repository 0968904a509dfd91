package shopify

import (
	"slices"
	"strconv"

	"backroom/infra/sim/shopify/data"
)

type fulfillmentOrderObj struct {
	v *orderObj
	f *data.FulfillmentOrder
}

func (fulfillmentOrderObj) typeName() string { return "FulfillmentOrder" }

func (o fulfillmentOrderObj) field(x *execution, name string, args map[string]any) any {
	f, v := o.f, o.v
	switch name {
	case "id":
		return gid("FulfillmentOrder", f.ID)
	case "status":
		return f.Status
	case "requestStatus":
		return or(f.RequestStatus, "UNSUBMITTED")
	case "createdAt":
		return v.o.CreatedAt
	case "fulfillAt":
		if f.FulfillAt.IsZero() {
			return v.o.CreatedAt
		}
		return f.FulfillAt
	case "updatedAt":
		if f.UpdatedAt.IsZero() {
			return v.o.CreatedAt
		}
		return f.UpdatedAt
	case "fulfillBy":
		return nil
	case "order":
		return v
	case "orderId":
		return gid("Order", v.o.ID)
	case "orderName":
		return v.o.Name
	case "orderProcessedAt":
		return v.o.ProcessedAt
	case "assignedLocation":
		return assigned{x.shop.location(f.Location)}
	case "destination":
		if v.o.Shipping == nil {
			return nil
		}
		return destination{v.o}
	case "deliveryMethod":
		return method{f}
	case "supportedActions":
		return list(nil, actions(x.shop, v.o, f), func(a string) object { return action(a) })
	case "fulfillmentHolds":
		return list(nil, indexes(f.Holds), func(i int) object { return hold{f, i} })
	case "lineItems":
		return connect(args, f.Lines, func(l *data.FulfillmentOrderLine) object { return fulfillmentOrderLine{v, l} })
	case "fulfillments":
		of := slices.DeleteFunc(slices.Clone(v.o.Fulfillments), func(s *data.Fulfillment) bool { return !s.From(f.ID) })
		return connect(args, of, func(s *data.Fulfillment) object { return fulfillmentObj{v, s} })
	}
	return unresolved("FulfillmentOrder", name)
}

type action string

func (action) typeName() string { return "FulfillmentOrderSupportedAction" }

func (a action) field(*execution, string, map[string]any) any { return string(a) }

type assigned struct{ l *data.Location }

func (assigned) typeName() string { return "FulfillmentOrderAssignedLocation" }

func (o assigned) field(x *execution, name string, _ map[string]any) any {
	if o.l == nil { // deleted since: its name stays
		switch name {
		case "name":
			return "Deleted location"
		case "countryCode":
			return x.shop.info.Address.Country
		}
		return nil
	}
	if name == "location" {
		if !x.shop.has("read_locations") {
			return denied("location", "read_locations")
		}
		return locationObj(o)
	}
	if name == "name" {
		return o.l.Name
	}
	return addressField(&o.l.Address, name)
}

type destination struct{ o *data.Order }

func (destination) typeName() string { return "FulfillmentOrderDestination" }

func (d destination) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("FulfillmentOrderDestination", d.o.Shipping.ID)
	case "email":
		return str(d.o.Email)
	}
	return addressField(d.o.Shipping, name)
}

type method struct{ f *data.FulfillmentOrder }

func (method) typeName() string { return "DeliveryMethod" }

func (m method) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("DeliveryMethod", m.f.ID)
	case "methodType":
		return or(m.f.Method, "SHIPPING")
	}
	return nil
}

type hold struct {
	f *data.FulfillmentOrder
	i int
}

func (hold) typeName() string { return "FulfillmentHold" }

func (h hold) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("FulfillmentHold", h.f.ID*10+int64(h.i))
	case "reason", "displayReason":
		return h.f.Holds[h.i]
	case "heldByRequestingApp":
		return false
	}
	return nil
}

type fulfillmentOrderLine struct {
	v *orderObj
	l *data.FulfillmentOrderLine
}

func (fulfillmentOrderLine) typeName() string { return "FulfillmentOrderLineItem" }

func (o fulfillmentOrderLine) field(x *execution, name string, args map[string]any) any {
	switch name {
	case "id":
		return gid("FulfillmentOrderLineItem", o.l.ID)
	case "totalQuantity":
		return o.l.Total
	case "remainingQuantity":
		return o.l.Remaining
	}
	li := o.v.o.Line(o.l.Line)
	if li == nil {
		return nil
	}
	switch name {
	case "lineItem":
		return o.v.line(li)
	case "productTitle":
		return li.Title
	case "inventoryItemId":
		if li.Variant == 0 {
			return nil
		}
		return gid("InventoryItem", li.Variant)
	}
	return lineObj{o.v, li}.field(x, name, args)
}

type fulfillmentObj struct {
	v *orderObj
	f *data.Fulfillment
}

func (fulfillmentObj) typeName() string { return "Fulfillment" }

func (o fulfillmentObj) field(x *execution, name string, args map[string]any) any {
	f, v := o.f, o.v
	switch name {
	case "id":
		return gid("Fulfillment", f.ID)
	case "legacyResourceId":
		return f.ID
	case "name":
		return v.o.Name + "-F" + strconv.Itoa(1+slices.Index(v.o.Fulfillments, f))
	case "status":
		return or(f.Status, "SUCCESS")
	case "displayStatus":
		if f.Status == "CANCELLED" {
			return "CANCELED" // 21.6
		}
		return "FULFILLED"
	case "createdAt", "updatedAt":
		return f.CreatedAt
	case "deliveredAt":
		return nil
	case "totalQuantity":
		n := 0
		for _, l := range f.Lines {
			n += l.Quantity
		}
		return n
	case "requiresShipping":
		return true
	case "order":
		return v
	case "location":
		return x.locationOf(name, f.Location)
	case "trackingInfo":
		return list(args, f.Tracking, func(t data.Tracking) object { return tracking(t) })
	case "fulfillmentLineItems":
		return connect(args, f.Lines, func(l data.FulfillmentLine) object { return fulfillmentLine{v, l} })
	case "fulfillmentOrders":
		of := slices.DeleteFunc(slices.Clone(v.o.FulfillmentOrders), func(fo *data.FulfillmentOrder) bool { return !f.From(fo.ID) })
		return connect(args, of, v.fulfillmentOrder)
	}
	return unresolved("Fulfillment", name)
}

type tracking data.Tracking

func (tracking) typeName() string { return "FulfillmentTrackingInfo" }

func (t tracking) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "number":
		return str(t.Number)
	case "company":
		return str(t.Company)
	}
	return str(t.URL)
}

type fulfillmentLine struct {
	v *orderObj
	l data.FulfillmentLine
}

func (fulfillmentLine) typeName() string { return "FulfillmentLineItem" }

func (o fulfillmentLine) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("FulfillmentLineItem", o.l.ID)
	case "quantity":
		return o.l.Quantity
	}
	li := o.v.o.Line(o.l.Line)
	if li == nil {
		return nil
	}
	if name == "lineItem" {
		return o.v.line(li)
	}
	return o.v.bag(li.UnitPrice.Mul(o.l.Quantity))
}
