package shopify

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"backroom/infra/sim/shopify/data"
)

// maxMetafields is how many one call sets.
const maxMetafields = 25

type metafieldObj struct {
	m data.Metafield
}

func (metafieldObj) typeName() string { return "Metafield" }

func (o metafieldObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "namespace":
		return o.m.Namespace
	case "key":
		return o.m.Key
	case "type":
		return o.m.Type
	case "value":
		return o.m.Value
	case "id":
		return gid("Metafield", int64(len(o.m.Namespace)+len(o.m.Key)))
	}
	return unresolved("Metafield", name)
}

func (x *execution) metafield(all []data.Metafield, args map[string]any) any {
	for _, m := range all {
		if m.Namespace == asString(args["namespace"]) && m.Key == asString(args["key"]) {
			return metafieldObj{m}
		}
	}
	return nil
}

var decimalNumber = regexp.MustCompile(`^-?[0-9]{1,13}(\.[0-9]{1,9})?$`)

// metafieldTypes are those that the simulator knows, each with what it takes.
var metafieldTypes = map[string]func(string) bool{
	"single_line_text_field": func(s string) bool { return !regexp.MustCompile(`[\r\n]`).MatchString(s) },
	"multi_line_text_field":  func(string) bool { return true },
	"number_integer":         func(s string) bool { _, err := strconv.ParseInt(s, 10, 64); return err == nil },
	"number_decimal":         decimalNumber.MatchString,
	"boolean":                func(s string) bool { return s == "true" || s == "false" },
	"date":                   func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil },
	"url":                    func(s string) bool { return regexp.MustCompile(`^(https?|mailto|sms|tel):`).MatchString(s) },
}

// setMetafield sets one in all; the error's code is that of metafieldsSet.
func (x *execution) setMetafield(all *[]data.Metafield, in map[string]any) userError {
	m := data.Metafield{Namespace: asString(in["namespace"]), Key: asString(in["key"]), Type: asString(in["type"]), Value: asString(in["value"])}
	i := slices.IndexFunc(*all, func(o data.Metafield) bool { return o.Namespace == m.Namespace && o.Key == m.Key })
	if i >= 0 && m.Type == "" {
		m.Type = (*all)[i].Type
	}
	fits, known := metafieldTypes[m.Type]
	switch {
	case m.Value == "":
		return userError{path: []string{"value"}, message: "Value can't be blank.", code: "BLANK"}
	case !known:
		return userError{path: []string{"type"}, message: fmt.Sprintf("Type must be one of the available types, and %q is not.", m.Type), code: "INVALID_TYPE"}
	case i >= 0 && (*all)[i].Type != m.Type:
		return userError{path: []string{"type"}, message: fmt.Sprintf("Type '%s' must be consistent with the definition's type: '%s'.", m.Type, (*all)[i].Type), code: "INVALID_TYPE"}
	case !fits(m.Value):
		return userError{path: []string{"value"}, message: fmt.Sprintf("Value must be a valid %s.", m.Type), code: "INVALID_VALUE"}
	case utf8.RuneCountInString(m.Key) < 2 || utf8.RuneCountInString(m.Key) > 64:
		return userError{path: []string{"key"}, message: "Key is too short (minimum is 2 characters)", code: "TOO_SHORT"}
	}
	if i >= 0 {
		(*all)[i] = m
	} else {
		*all = append(*all, m)
	}
	return userError{}
}

// metafieldsSet sets metafields of customers, all of a call or none.
func (x *execution) metafieldsSet(list []any) any {
	const typ, errorType = "MetafieldsSetPayload", "MetafieldsSetUserError"
	if len(list) > maxMetafields {
		return refused(typ, userError{path: []string{"metafields"}, message: fmt.Sprintf("Exceeded the maximum metafields input limit of %d.", maxMetafields), code: "LESS_THAN_OR_EQUAL_TO", typ: errorType})
	}
	if !x.shop.has(customerScope) {
		return denied("metafieldsSet", customerScope)
	}
	changed, had := map[int64]*data.Customer{}, map[int64]*data.Customer{}
	var errs []userError
	var out []object
	for i, v := range list {
		in := asMap(v)
		cur := x.customerOf(in["ownerId"])
		if cur == nil {
			errs = append(errs, userError{path: []string{"metafields", strconv.Itoa(i), "ownerId"}, message: "Owner does not exist.", code: "INVALID", typ: errorType})
			continue
		}
		if changed[cur.ID] == nil {
			changed[cur.ID], had[cur.ID] = copyOf(cur), cur
		}
		c := changed[cur.ID]
		if why := x.setMetafield(&c.Metafields, in); why.message != "" {
			why.path, why.typ = append([]string{"metafields", strconv.Itoa(i)}, why.path...), errorType
			errs = append(errs, why)
			continue
		}
		out = append(out, metafieldObj{data.Metafield{Namespace: asString(in["namespace"]), Key: asString(in["key"]), Type: asString(in["type"]), Value: asString(in["value"])}})
	}
	if len(errs) > 0 {
		return refused(typ, errs...)
	}
	for id, c := range changed {
		if !slices.Equal(c.Metafields, had[id].Metafields) {
			x.shop.saveCustomer(c, x.now)
		}
	}
	return payload{typ: typ, fields: map[string]any{"metafields": out}}
}
