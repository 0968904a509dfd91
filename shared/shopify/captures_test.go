package shopify

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shoptest"
)

// typesByID are the types of our answers by the kind of object in a global id.
var typesByID = map[string]reflect.Type{
	"Order":                    reflect.TypeFor[gql.OrderContent](),
	"LineItem":                 reflect.TypeFor[gql.OrderLine](),
	"ShippingLine":             reflect.TypeFor[gql.OrderShippingLine](),
	"OrderTransaction":         reflect.TypeFor[gql.Transaction](),
	"Refund":                   reflect.TypeFor[gql.RefundRef](),
	"Customer":                 reflect.TypeFor[gql.Customer](),
	"FulfillmentOrder":         reflect.TypeFor[gql.OrderFulfillment](),
	"FulfillmentOrderLineItem": reflect.TypeFor[gql.FulfillmentLine](),
	"Product":                  reflect.TypeFor[gql.ProductRef](),
	"ProductVariant":           reflect.TypeFor[gql.Variant](),
	"Location":                 reflect.TypeFor[gql.Location](),
	"PaymentTerms":             reflect.TypeFor[gql.PaymentTerms](),
	"MailingAddress":           reflect.TypeFor[wire.Address](),
}

// typesByKey are those of objects without an id, by the field they are in.
var typesByKey = map[string]reflect.Type{
	"cost":             reflect.TypeFor[cost](),
	"pageInfo":         reflect.TypeFor[wire.PageInfo](),
	"userErrors":       reflect.TypeFor[gql.UserError](),
	"shippingAddress":  reflect.TypeFor[wire.Address](),
	"billingAddress":   reflect.TypeFor[wire.Address](),
	"taxLines":         reflect.TypeFor[wire.Tax](),
	"customAttributes": reflect.TypeFor[wire.Attribute](),
	"paymentTerms":     reflect.TypeFor[gql.PaymentTerms](),
}

// What Shopify really answered, as far as we ask for it: every field that both
// a recorded answer and our types have survives decoding and encoding.
func TestRecordedAnswersRoundTrip(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shoptest.SharedFile(t, "data", "shopify-captures"), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	const enough, fieldsEach = 15, 10
	shared, total := 0, 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var doc any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&doc); err != nil {
			t.Fatalf("%s: %v", filepath.Base(path), err)
		}
		w := walker{t: t, file: filepath.Base(path), names: map[string]bool{}}
		w.walk("", doc)
		if len(w.names) >= fieldsEach {
			shared++
			total += w.values
			t.Logf("%s: %d of our fields, %d values", w.file, len(w.names), w.values)
		} else {
			t.Logf("%s: only %d of our fields", w.file, len(w.names))
		}
	}
	if shared < enough {
		t.Fatalf("%d of %d captures share %d fields with our types, want %d", shared, len(files), fieldsEach, enough)
	}
	t.Logf("%d of %d captures, %d values", shared, len(files), total)
}

type walker struct {
	t      *testing.T
	file   string
	names  map[string]bool // type and field of what was compared
	values int
}

func (w *walker) walk(key string, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			w.walk(key, e)
		}
	case map[string]any:
		if key == "variables" || key == "input" {
			return // what was sent, not what was answered
		}
		if typ := typeOf(key, v); typ != nil {
			w.roundTrip(typ, v)
		}
		for k, e := range v {
			w.walk(k, e)
		}
	}
}

func typeOf(key string, v map[string]any) reflect.Type {
	if id, ok := v["id"].(string); ok {
		kind, _, _ := strings.Cut(strings.TrimPrefix(id, "gid://shopify/"), "/")
		if t := typesByID[kind]; t != nil {
			return t
		}
	}
	return typesByKey[key]
}

// roundTrip decodes what v shares with typ and compares what comes back.
func (w *walker) roundTrip(typ reflect.Type, v map[string]any) {
	w.t.Helper()
	want, ok := w.project(typ, v).(map[string]any)
	if !ok || len(want) == 0 {
		return
	}
	js, err := json.Marshal(want)
	if err != nil {
		w.t.Fatal(err)
	}
	decoded := reflect.New(typ)
	if err := json.Unmarshal(js, decoded.Interface()); err != nil {
		w.t.Errorf("%s: %s: %v\n%s", w.file, typ.Name(), err, js)
		return
	}
	back, err := json.Marshal(decoded.Interface())
	if err != nil {
		w.t.Fatal(err)
	}
	var all any
	d := json.NewDecoder(bytes.NewReader(back))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		w.t.Fatal(err)
	}
	if diff := cmp.Diff(any(want), keep(want, all)); diff != "" {
		w.t.Errorf("%s: %s (-recorded +ours):\n%s", w.file, typ.Name(), diff)
	}
}

// project is the part of v that typ has fields for.
func (w *walker) project(typ reflect.Type, v any) any {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
			return v
		}
		out := map[string]any{}
		for f := range typ.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if e, found := v[name]; found {
				out[name] = w.project(f.Type, e)
				w.names[typ.Name()+"."+name] = true
			}
		}
		return out
	case []any:
		if typ.Kind() != reflect.Slice {
			return v
		}
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = w.project(typ.Elem(), e)
		}
		return out
	default:
		w.values++
		return v
	}
}

// keep cuts got down to the fields that want has.
func keep(want, got any) any {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return got
		}
		out := map[string]any{}
		for k, e := range want {
			if v, found := g[k]; found {
				out[k] = keep(e, v)
			}
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return got
		}
		out := make([]any, len(g))
		for i := range g {
			out[i] = keep(want[i], g[i])
		}
		return out
	}
	return got
}
