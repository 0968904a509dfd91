package shopify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

type mutationRoot struct{}

func (mutationRoot) typeName() string { return "Mutation" }

var mutationScopes = map[string]string{
	"orderUpdate": "write_orders", "orderClose": "write_orders", "tagsAdd": "write_orders", "tagsRemove": "write_orders",
	"fulfillmentCreate": "write_merchant_managed_fulfillment_orders", "inventorySetQuantities": "write_inventory",
}

func (mutationRoot) field(x *execution, name string, args map[string]any) any {
	if scope := mutationScopes[name]; scope != "" && !x.shop.has(scope) {
		return denied(name, scope)
	}
	switch name {
	case "orderUpdate":
		return x.orderUpdate(asMap(args["input"]))
	case "orderClose":
		return x.orderClose(asMap(args["input"]))
	case "tagsAdd", "tagsRemove":
		return x.tags(name, args)
	case "fulfillmentCreate":
		return x.fulfillmentCreate(asMap(args["fulfillment"]))
	case "inventorySetQuantities":
		return x.inventorySetQuantities(asMap(args["input"]))
	case "webhookSubscriptionCreate":
		return x.webhookCreate(asString(args["topic"]), asMap(args["webhookSubscription"]))
	case "webhookSubscriptionDelete":
		return x.webhookDelete(args["id"])
	}
	return unresolved("Mutation", name)
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

const fulfillmentPayload = "FulfillmentCreatePayload"

// shipped is a part of a fulfilment order line that a call ships.
type shipped struct {
	fo   *data.FulfillmentOrder
	line *data.FulfillmentOrderLine
	n    int
}

func (x *execution) fulfillmentCreate(in map[string]any) any {
	groups := asList(in["lineItemsByFulfillmentOrder"])
	if len(groups) == 0 {
		return cannotShip("Line items by fulfillment order can't be blank")
	}
	var o *data.Order
	var parts []shipped
	for gi, g := range groups {
		m := asMap(g)
		next, fo, bad := x.toShip(o, asString(m["fulfillmentOrderId"]))
		if bad != nil {
			return bad
		}
		o = next
		if gi > 0 && len(parts) > 0 && fo.Location != parts[0].fo.Location {
			return cannotShip("All fulfillment orders must be assigned to a single location.")
		}
		if parts, bad = partsOf(parts, fo, gi, m["fulfillmentOrderLineItems"]); bad != nil {
			return bad
		}
	}
	f := &data.Fulfillment{
		ID: x.shop.next(), Status: "SUCCESS", CreatedAt: x.now.UTC().Truncate(time.Second), Tracking: trackingOf(asMap(in["trackingInfo"])),
	}
	for _, p := range parts {
		p.line.Remaining -= p.n
		f.Order, f.Location = p.fo.ID, p.fo.Location
		f.Lines = append(f.Lines, data.FulfillmentLine{ID: x.shop.next(), Line: p.line.Line, Quantity: p.n})
		p.fo.UpdatedAt, p.fo.Status = f.CreatedAt, "CLOSED"
		for _, l := range p.fo.Lines {
			if l.Remaining > 0 {
				p.fo.Status = "IN_PROGRESS"
			}
		}
	}
	o.Fulfillments = append(o.Fulfillments, f)
	o.FulfillmentStatus = "FULFILLED"
	for _, fo := range o.FulfillmentOrders {
		if fo.Status != "CLOSED" && fo.Status != "CANCELLED" {
			o.FulfillmentStatus = "PARTIALLY_FULFILLED"
		}
	}
	x.store(o)
	return payload{typ: fulfillmentPayload, fields: map[string]any{"fulfillment": fulfillmentObj{newOrder(o), f}}}
}

func cannotShip(format string, args ...any) any {
	return refused(fulfillmentPayload, userError{path: []string{"fulfillment"}, message: fmt.Sprintf(format, args...)})
}

// toShip finds a fulfilment order that can be shipped, in a copy of its order; o
// is that copy if one was made already. bad is why it cannot.
func (x *execution) toShip(o *data.Order, gid string) (_ *data.Order, _ *data.FulfillmentOrder, bad any) {
	t, id := splitGID(gid)
	if t != "FulfillmentOrder" {
		return nil, nil, fail(codeNotFound, "invalid id")
	}
	owner := x.shop.owned("FulfillmentOrder", id)
	switch {
	case owner == nil:
		return nil, nil, cannotShip("Fulfillment order does not exist.")
	case o != nil && owner.ID != o.ID:
		return nil, nil, cannotShip("All fulfillment orders must belong to the same order.")
	case o == nil:
		c, err := data.Clone(owner)
		if err != nil {
			return nil, nil, fail(codeInternal, "%v", err)
		}
		o = c
	}
	fo := o.FulfillmentOrders[slices.IndexFunc(o.FulfillmentOrders, func(f *data.FulfillmentOrder) bool { return f.ID == id })]
	if !slices.Contains(actions(x.shop, fo), "CREATE_FULFILLMENT") {
		return nil, nil, cannotShip("Fulfillment order %d has an unfulfillable status= %s.", id, strings.ToLower(fo.Status))
	}
	return o, fo, nil
}

// partsOf adds what a group ships of its fulfilment order: what is wanted, or
// all that remains.
func partsOf(parts []shipped, fo *data.FulfillmentOrder, group int, wanted any) (_ []shipped, bad any) {
	if wanted == nil {
		for _, l := range fo.Lines {
			if l.Remaining > 0 {
				parts = append(parts, shipped{fo, l, l.Remaining})
			}
		}
		return parts, nil
	}
	for li, w := range asList(wanted) {
		wm := asMap(w)
		_, lineID := splitGID(wm["id"])
		n, _ := asInt(wm["quantity"])
		asked := n // of this line in the whole call
		for _, p := range parts {
			if p.line.ID == lineID {
				asked += p.n
			}
		}
		i := slices.IndexFunc(fo.Lines, func(l *data.FulfillmentOrderLine) bool { return l.ID == lineID })
		switch {
		case n <= 0:
			return nil, refused(fulfillmentPayload, userError{message: "Quantity must be greater than 0", path: []string{
				"fulfillment", "lineItemsByFulfillmentOrder", strconv.Itoa(group), "fulfillmentOrderLineItems", strconv.Itoa(li), "quantity",
			}})
		case i < 0:
			return nil, cannotShip("Fulfillment order line item does not exist.")
		case asked > fo.Lines[i].Remaining:
			return nil, cannotShip("Invalid fulfillment order line item quantity requested.")
		}
		parts = append(parts, shipped{fo, fo.Lines[i], n})
	}
	return parts, nil
}

func trackingOf(m map[string]any) []data.Tracking {
	if m == nil {
		return nil
	}
	company := asString(m["company"])
	numbers, urls := asList(m["numbers"]), asList(m["urls"])
	if len(numbers) == 0 {
		numbers, urls = []any{asString(m["number"])}, []any{asString(m["url"])}
	}
	var out []data.Tracking
	for i, n := range numbers {
		t := data.Tracking{Number: asString(n), Company: company}
		if i < len(urls) {
			t.URL = asString(urls[i])
		}
		out = append(out, t)
	}
	return out
}
