package shopify

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

// keyLife is how long an idempotency key is remembered.
const keyLife = 24 * time.Hour

// keyUse is what an idempotency key was used for.
type keyUse struct {
	at    time.Time
	input string
	group int64 // 0: no adjustment came of it
}

type adjustment struct {
	id      int64
	at      time.Time
	reason  string
	uri     string
	changes []change
}

type change struct {
	va    variant
	l     *data.Location
	name  string
	delta int
}

var inventoryReasons = strings.Fields("correction cycle_count_available damaged movement_canceled movement_created movement_received movement_updated " +
	"other promotion quality_control received reservation_created reservation_deleted reservation_updated restock safety_stock shrinkage")

const inventoryPayload = "InventorySetQuantitiesPayload"

func inventoryError(code, message string, path ...string) userError {
	return userError{path: path, message: message, code: code, typ: "InventorySetQuantitiesUserError"}
}

// inventorySetQuantities is atomic: one bad pair refuses all.
func (x *execution) inventorySetQuantities(in map[string]any) any {
	key, given := x.idempotencyKey()
	switch {
	case !given:
		return fail(codeBadRequest, "The @idempotent directive is required for this mutation but was not provided.")
	case strings.TrimSpace(key) == "":
		return fail(codeBadRequest, "The idempotency key must not be blank.")
	}
	for _, q := range asList(in["quantities"]) {
		if _, ok := asMap(q)["changeFromQuantity"]; !ok {
			return fail(codeFieldArgs, "The changeFromQuantity argument is required for every quantity; use null to skip the comparison.")
		}
	}
	s, input := x.shop, asJSON(in)
	if u := s.keys[key]; u != nil && x.now.Sub(u.at) < keyLife {
		if u.input != input {
			return refused(inventoryPayload, inventoryError("IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
				"The same idempotency key was used with different parameters."))
		}
		return x.adjusted(u.group)
	}
	if code := s.troubled(); code != "" {
		return refused(inventoryPayload, inventoryError(code, "The request with this idempotency key cannot be answered now."))
	}
	changes, errs := x.checkQuantities(in)
	if len(errs) > 0 {
		return refused(inventoryPayload, errs...)
	}
	a := &adjustment{id: s.next(), at: x.now, reason: asString(in["reason"]), uri: asString(in["referenceDocumentUri"]), changes: changes}
	for _, c := range changes {
		c.va.v.Stock[c.l.ID] += c.delta
		c.va.p.UpdatedAt = x.now.UTC().Truncate(time.Second)
	}
	s.groups[a.id] = a
	s.keys[key] = &keyUse{at: x.now, input: input, group: a.id}
	return x.adjusted(a.id)
}

func (x *execution) adjusted(group int64) payload {
	p := payload{typ: inventoryPayload, fields: map[string]any{}}
	if a := x.shop.groups[group]; a != nil {
		p.fields["inventoryAdjustmentGroup"] = adjustmentGroup{a}
	}
	return p
}

func (x *execution) idempotencyKey() (string, bool) {
	d := x.current.node.Directives.ForName("idempotent")
	if d == nil {
		return "", false
	}
	v, err := d.Arguments.ForName("key").Value.Value(x.vars)
	return asString(v), err == nil
}

func (x *execution) checkQuantities(in map[string]any) (changes []change, errs []userError) {
	name := asString(in["name"])
	if name != "available" && name != "on_hand" {
		return nil, []userError{inventoryError("INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'.", "input", "name")}
	}
	if !slices.Contains(inventoryReasons, asString(in["reason"])) {
		return nil, []userError{inventoryError("INVALID_REASON", "The specified reason is invalid.", "input", "reason")}
	}
	if uri := asString(in["referenceDocumentUri"]); uri != "" && !strings.Contains(uri, "://") {
		return nil, []userError{inventoryError("INVALID_REFERENCE_DOCUMENT", "The specified reference document is invalid.", "input", "referenceDocumentUri")}
	}
	pairs := map[string]int{}
	rows := asList(in["quantities"])
	for _, r := range rows {
		m := asMap(r)
		pairs[asString(m["inventoryItemId"])+" "+asString(m["locationId"])]++
	}
	for i, r := range rows {
		m := asMap(r)
		bad := func(code, message, field string) {
			errs = append(errs, inventoryError(code, message, "input", "quantities", strconv.Itoa(i), field))
		}
		n, _ := asInt(m["quantity"])
		itemType, item := splitGID(m["inventoryItemId"])
		_, loc := splitGID(m["locationId"])
		va, known := x.shop.variants[item]
		l := x.shop.location(loc)
		switch {
		case pairs[asString(m["inventoryItemId"])+" "+asString(m["locationId"])] > 1:
			bad("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "The combination of inventoryItemId and locationId must be unique.", "locationId")
			continue
		case !known || itemType != "InventoryItem":
			bad("INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.", "inventoryItemId")
			continue
		case va.v.RequiresComponents:
			bad("NON_MUTABLE_INVENTORY_ITEM", "The specified inventory item is not allowed to be adjusted via API. Example: if the inventory item is a parent bundle.", "inventoryItemId")
			continue
		case l == nil || l.Inactive:
			bad("INVALID_LOCATION", "The specified location could not be found.", "locationId")
			continue
		case n > 1_000_000_000:
			bad("INVALID_QUANTITY_TOO_HIGH", "The quantity can't be higher than 1,000,000,000.", "quantity")
			continue
		case n < -1_000_000_000:
			bad("INVALID_QUANTITY_TOO_LOW", "The quantity can't be lower than -1,000,000,000.", "quantity")
			continue
		case n < 0 && name == "on_hand":
			bad("INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative.", "quantity")
			continue
		}
		have, stocked := va.v.Stock[loc]
		if !stocked {
			bad("ITEM_NOT_STOCKED_AT_LOCATION", "The specified inventory item is not stocked at the location.", "locationId")
			continue
		}
		if name == "on_hand" {
			have += levelObj{va, l}.committed(x.shop)
		}
		if from, ok := asInt(m["changeFromQuantity"]); ok && from != have {
			bad("CHANGE_FROM_QUANTITY_STALE", "The changeFromQuantity argument no longer matches the persisted quantity.", "changeFromQuantity")
			continue
		}
		changes = append(changes, change{va, l, name, n - have})
	}
	return changes, errs
}

type adjustmentGroup struct{ a *adjustment }

func (adjustmentGroup) typeName() string { return "InventoryAdjustmentGroup" }

func (o adjustmentGroup) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("InventoryAdjustmentGroup", o.a.id)
	case "createdAt":
		return o.a.at
	case "reason":
		return o.a.reason
	case "referenceDocumentUri":
		return str(o.a.uri)
	}
	return list(nil, o.a.changes, func(c change) object { return changeObj{c} })
}

type changeObj struct{ c change }

func (changeObj) typeName() string { return "InventoryChange" }

func (o changeObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "name":
		return o.c.name
	case "delta":
		return o.c.delta
	case "item":
		return inventoryItem{o.c.va}
	case "location":
		return locationObj{o.c.l}
	}
	return nil // quantityAfterChange is often null: re-read
}
