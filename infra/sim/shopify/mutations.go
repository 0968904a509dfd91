package shopify

import (
	"slices"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

type mutationRoot struct{}

func (mutationRoot) typeName() string { return "Mutation" }

var mutationScopes = map[string]string{
	"orderUpdate": "write_orders", "orderClose": "write_orders", "tagsAdd": "write_orders", "tagsRemove": "write_orders",
	"fulfillmentCreate": shippingScope, "fulfillmentCancel": shippingScope, "fulfillmentTrackingInfoUpdate": shippingScope,
	"fulfillmentOrderLineItemsPreparedForPickup": shippingScope, "inventorySetQuantities": "write_inventory",
	"customerCreate": customerScope, "customerUpdate": customerScope, "customerSet": customerScope, "customerDelete": customerScope,
	"productSet": productScope, "productUpdate": productScope, "productVariantsBulkUpdate": productScope, "productVariantsBulkCreate": productScope,
	"publishablePublish":  "write_publications",
	"stagedUploadsCreate": productScope, "fileCreate": productScope, "fileUpdate": productScope, "fileDelete": productScope,
	"productVariantAppendMedia": productScope,
	"customerAddressCreate":     customerScope, "customerAddressUpdate": customerScope,
}

func (mutationRoot) field(x *execution, name string, args map[string]any) any {
	if scope := mutationScopes[name]; scope != "" && !x.shop.has(scope) {
		return denied(name, scope)
	}
	switch name {
	case "bulkOperationRunQuery":
		return x.bulkRun(args)
	case "bulkOperationRunMutation":
		return x.bulkMutate(args)
	case "bulkOperationCancel":
		return x.bulkCancel(args["id"])
	case "orderUpdate":
		return x.orderUpdate(asMap(args["input"]))
	case "orderClose":
		return x.orderClose(asMap(args["input"]))
	case "tagsAdd", "tagsRemove":
		return x.tags(name, args)
	case "fulfillmentCreate":
		return x.fulfillmentCreate(asMap(args["fulfillment"]))
	case "fulfillmentCancel":
		return x.fulfillmentCancel(asString(args["id"]))
	case "fulfillmentTrackingInfoUpdate":
		return x.trackingUpdate(args)
	case "fulfillmentOrderLineItemsPreparedForPickup":
		return x.preparedForPickup(asMap(args["input"]))
	case "stagedUploadsCreate":
		return x.stagedUploads(args)
	case "fileCreate":
		return x.fileCreate(args)
	case "fileUpdate":
		return x.fileUpdate(args)
	case "fileDelete":
		return x.fileDelete(args)
	case "productVariantAppendMedia":
		return x.appendMedia(args)
	case "inventorySetQuantities":
		return x.inventorySetQuantities(asMap(args["input"]))
	case "webhookSubscriptionCreate":
		return x.webhookCreate(asString(args["topic"]), asMap(args["webhookSubscription"]))
	case "webhookSubscriptionDelete":
		return x.webhookDelete(args["id"])
	}
	if strings.HasPrefix(name, "company") {
		return x.companyMutation(name, args)
	}
	return x.productMutation(name, args)
}

// payload answers a mutation.
type payload struct {
	typ     string
	fields  map[string]any
	refused []userError
}

func (p payload) typeName() string { return p.typ }

func (p payload) field(_ *execution, name string, _ map[string]any) any {
	if v, ok := p.fields[name]; ok {
		return v
	}
	if name == "userErrors" {
		return []object{}
	}
	return nil
}

type userError struct {
	path    []string
	message string
	code    string
	typ     string
}

func (e userError) typeName() string { return or(e.typ, "UserError") }

func (e userError) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "message":
		return e.message
	case "code":
		return str(e.code)
	}
	if e.path == nil {
		return nil
	}
	return e.path
}

// refused is the payload of a mutation that wrote nothing.
func refused(typ string, errs ...userError) payload {
	return payload{typ: typ, refused: errs, fields: map[string]any{"userErrors": list(nil, errs, func(e userError) object { return e })}}
}

// with shows an object beside the errors, as it is.
func (p payload) with(name string, o object) payload {
	p.fields[name] = o
	return p
}

// refuse is refused with the order that the arguments name, if there is one:
// success is an empty list of errors, never an object.
func (x *execution) refuse(typ string, args map[string]any, errs ...userError) payload {
	p := refused(typ, errs...)
	id := args["id"]
	if in := asMap(args["input"]); in != nil {
		id = in["id"]
	}
	if o := x.order(id); o != nil {
		name := "order"
		if strings.HasPrefix(typ, "Tags") {
			name = "node"
		}
		p.with(name, newOrder(o))
	}
	return p
}

// order finds an order for a mutation.
func (x *execution) order(id any) *data.Order {
	typ, n := splitGID(id)
	r := x.shop.orders[n]
	if typ != "Order" || r == nil || r.cur == nil || !x.shop.visible(r.cur, x.now) {
		return nil
	}
	return r.cur
}

// store saves a changed order and tells the subscribers.
func (x *execution) store(o *data.Order) {
	x.shop.save(o, x.now)
	x.shop.notify("ORDERS_UPDATED", o, x.now)
}

// normalTags adds to have without repeating, in alphabetical order.
func normalTags(have []string, add []any) []string {
	out := slices.Clone(have)
	for _, t := range add {
		for part := range strings.SplitSeq(asString(t), ",") {
			if p := strings.TrimSpace(part); p != "" && !slices.ContainsFunc(out, func(h string) bool { return strings.EqualFold(h, p) }) {
				out = append(out, p)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (x *execution) orderClose(in map[string]any) any {
	cur := x.order(in["id"])
	if cur == nil {
		return x.refuse("OrderClosePayload", nil, userError{path: []string{"id"}, message: "Order does not exist"})
	}
	if cur.ClosedAt.IsZero() { // closing a closed order is a success without effect
		o := *cur
		o.ClosedAt = x.now.UTC().Truncate(time.Second)
		x.store(&o)
		cur = &o
	}
	return payload{typ: "OrderClosePayload", fields: map[string]any{"order": newOrder(cur)}}
}

func (x *execution) tags(name string, args map[string]any) any {
	typ := "TagsAddPayload"
	if name == "tagsRemove" {
		typ = "TagsRemovePayload"
	}
	cur := x.order(args["id"])
	if cur == nil {
		return fail(codeNotFound, "invalid id")
	}
	o := *cur
	if name == "tagsAdd" {
		o.Tags = normalTags(o.Tags, asList(args["tags"]))
		if errs := checkTags(o.Tags); len(errs) > 0 {
			return x.refuse(typ, args, errs...)
		}
	} else {
		gone := normalTags(nil, asList(args["tags"]))
		o.Tags = slices.DeleteFunc(slices.Clone(o.Tags), func(t string) bool {
			return slices.ContainsFunc(gone, func(g string) bool { return strings.EqualFold(g, t) })
		})
	}
	if !slices.Equal(o.Tags, cur.Tags) {
		x.store(&o)
	}
	return payload{typ: typ, fields: map[string]any{"node": newOrder(&o)}}
}
