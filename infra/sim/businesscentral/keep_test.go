package businesscentral

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// An environment that was kept answers as before, under the ETags of before, and
// gives out numbers and ids that nobody has.
func TestKeptEnvironmentComesBack(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	c.SetManualNumbers(false)
	d, _ := w.create(t, `,"externalDocumentNumber":"1001-1"`, twoLines)
	w.must(t, request{method: "POST", path: "salesOrders(" + d.ID + ")/Microsoft.NAV.shipAndInvoice"})
	open, lines := w.create(t, `,"externalDocumentNumber":"1002-2"`, twoLines)
	w.must(t, request{method: "POST", path: "customers", body: `{"displayName":"Somebody"}`})
	w.must(t, request{method: "POST", path: setReasons, body: `{"code":"BR1","description":"held"}`})
	js, err := w.Keep()
	if err != nil {
		t.Fatal(err)
	}
	back := newWorld(t)
	back.clock.Advance(w.clock.Now().Sub(back.clock.Now()))
	if err := back.Restore(js); err != nil {
		t.Fatal(err)
	}
	if again, err := back.Keep(); err != nil || string(again) != string(js) {
		t.Errorf("kept again it is another environment, %v", err)
	}
	for name := range sets {
		q := request{method: "GET", path: name}
		if name == setCompanies || name == setPictures || strings.HasSuffix(name, "Lines") { // lines are read with their documents
			continue
		}
		if a, b := w.must(t, q), back.must(t, q); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %v\n%v", name, a, b)
		}
	}
	expanded := request{method: "GET", path: "salesOrders(" + open.ID + ")?$expand=salesOrderLines,customer"}
	if a, b := w.must(t, expanded), back.must(t, expanded); !reflect.DeepEqual(a, b) || a["@odata.etag"] == nil {
		t.Errorf("an order with its lines: %v\n%v", a, b)
	}
	back.must(t, request{
		method: "PATCH", path: "salesOrders(" + open.ID + ")/salesOrderLines(" + lines[0].ID + ")", body: `{"quantity":2}`, header: "If-Match: *",
	})
	next, _ := back.create(t, `,"externalDocumentNumber":"1003-3"`, twoLines)
	if next.ID == open.ID || next.ID == d.ID || next.Number <= open.Number {
		t.Errorf("the next order is %s %s after %s %s", next.Number, next.ID, open.Number, open.ID)
	}
	if status, _, _ := back.raw(t, request{method: "GET", path: "salesOrders(" + d.ID + ")"}); status != http.StatusNotFound {
		t.Errorf("a posted order is back: %d", status)
	}
}

// What an environment consists of is kept, or there is a reason why it is not.
func TestEachPartOfAnEnvironmentIsKeptOrNot(t *testing.T) {
	const kept = "kept"
	for typ, why := range map[reflect.Type]map[string]string{
		reflect.TypeFor[Server](): {
			"ids": kept, "companies": kept, "o": "configured", "faults": "switched", "inner": "switched", "down": "switched",
			"api": "the process's", "mu": "the process's", "meters": "of the process", "tokens": "asked for anew", "gates": "of the process",
		},
		reflect.TypeFor[Company](): {
			"id": kept, "name": kept, "info": kept, "rev": kept, "series": kept, "tables": kept, "rules": kept,
			"setup": "of tables", "srv": "the process's", "mu": "the process's", "failPosting": "switched", "inBackground": "switched", "flood": "configured",
		},
	} {
		for field := range typ.Fields() {
			if f := field.Name; why[f] == "" {
				t.Errorf("%s of a %s is neither kept nor is there a reason", f, typ.Name())
			}
		}
	}
	// Each rule has its place, and it is filled.
	full := rules{}
	if n, m := reflect.TypeOf(full).NumField(), reflect.TypeFor[keptCompany]().NumField()-6; n != m {
		t.Errorf("there are %d rules, %d are kept", n, m)
	}
	var hidden []string
	for name, st := range sets {
		for f := range reflect.TypeOf(st.fresh()).Elem().Fields() {
			if !f.Anonymous && f.Tag.Get("json") == "" || f.Tag.Get("json") == "-" {
				hidden = append(hidden, name+"."+f.Name)
			}
		}
	}
	if slices.Sort(hidden); len(hidden) > 0 {
		t.Errorf("not kept for want of a name: %v", hidden)
	}
}

func TestWhatIsNoEnvironmentIsNotRestored(t *testing.T) {
	w := newWorld(t)
	js, err := w.Keep()
	if err != nil {
		t.Fatal(err)
	}
	var k map[string]any
	if err := json.Unmarshal(js, &k); err != nil {
		t.Fatal(err)
	}
	company, _ := k["companies"].([]any)[0].(map[string]any)
	for name, spoil := range map[string]func(){
		"no company":      func() { k["companies"] = nil },
		"a row of text":   func() { company["sets"] = map[string]any{"items": []any{"x"}} },
		"without series":  func() { company["series"] = nil },
		"no setup at all": func() { company["sets"] = nil },
	} {
		if err := json.Unmarshal(js, &k); err != nil {
			t.Fatal(err)
		}
		company, _ = k["companies"].([]any)[0].(map[string]any)
		spoil()
		bad, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Restore(bad); err == nil {
			t.Errorf("%s: restored", name)
		}
	}
	if err := w.Restore([]byte("{")); err == nil {
		t.Error("no JSON: restored")
	}
}
