package businesscentral

import (
	"fmt"
	"testing"
	"time"
)

// What a person changes of an item by the control API shows in the API, and moves the
// item's stamp; what is left out stays.
func TestControlOfItems(t *testing.T) {
	w := newWorld(t)
	item := "items(" + w.itemID(t, "1900-S") + ")"
	read := func() map[string]any { return w.must(t, request{method: "GET", path: item}) }
	before := read()
	w.clock.Advance(time.Second)
	w.must(t, request{method: "PATCH", path: "/_sim/items/1900-S", body: `{"description":"Stool"}`})
	w.must(t, request{method: "PATCH", path: "/_sim/items/1900-S", body: `{"unitPrice":"49.50"}`})
	after := read()
	if after["displayName"] != "Stool" || fmt.Sprint(after["unitPrice"]) != "49.5" || after["blocked"] != before["blocked"] || after["lastModifiedDateTime"] == before["lastModifiedDateTime"] {
		t.Errorf("%v, before %v", after, before)
	}
	for path, body := range map[string]string{"NOTHING": `{}`, "1900-S": `{"name":"x"}`, "1996-S": `{"unitPrice":"dear"}`} {
		if status, _, _ := w.raw(t, request{method: "PATCH", path: "/_sim/items/" + path, body: body}); status != 400 {
			t.Errorf("%s %s: %d", path, body, status)
		}
	}
}
