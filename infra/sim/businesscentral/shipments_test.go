package businesscentral

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

const companionRoot = "/v2.0/contoso.com/Production/api/backroom/shopify/v1.0/"

// linesOfShipment are the lines of all shipments that say a quantity, as
// "sequence:quantity".
func linesOfShipments(c *Company) string {
	var out []string
	for _, s := range c.Shipments() {
		for _, l := range s.Lines {
			out = append(out, fmt.Sprintf("%s/%d:%s", s.Shipment.Number[len(s.Shipment.Number)-1:], l.Sequence, l.Quantity))
		}
	}
	return strings.Join(out, " ")
}

// A shipment holds all lines; an undone one has lines that take it back, and its
// header is not written (10.4).
func TestShipmentsAndUndo(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	d, _ := w.create(t, `,"externalDocumentNumber":"1001-1"`, twoLines)
	for _, units := range []map[int]decimal.Decimal{{10000: dec("1"), 20000: dec("1")}, {10000: dec("2")}} {
		if err := c.Ship(d.Number, units); err != nil {
			t.Fatal(err)
		}
	}
	first := c.Shipments()[0].Shipment
	n := first.Number[len(first.Number)-1:]
	next := fmt.Sprint(int(n[0]-'0') + 1)
	want := strings.NewReplacer("A", n, "B", next).Replace("A/10000:1 A/20000:1 A/30000:0 B/10000:2 B/20000:0 B/30000:0")
	if got := linesOfShipments(c); got != want || len(c.SalesInvoices()) != 0 {
		t.Errorf("%s, want %s; %d invoices", got, want, len(c.SalesInvoices()))
	}
	if err := c.Ship(d.Number, map[int]decimal.Decimal{10000: dec("2")}); err == nil {
		t.Error("more than is left was shipped")
	}
	if err := c.Undo(first.Number, 10000); err != nil {
		t.Fatal(err)
	}
	if err := c.Undo(first.Number, 10000); err == nil {
		t.Error("a line was undone twice")
	}
	if got := c.Shipments()[0]; got.Shipment.Rev != first.Rev || got.Lines[1].Quantity.String() != "-1" || got.Lines[1].Sequence != 15000 {
		t.Errorf("%+v", got)
	}
	page := w.must(t, request{method: "GET", path: "salesShipmentLines?$filter=quantity lt 0&$select=documentNo,sequence,quantity,lineObjectNumber"})
	if rows, _ := page["value"].([]any); len(rows) != 1 {
		t.Errorf("%v", page)
	}
	if err := c.Ship(d.Number, map[int]decimal.Decimal{10000: dec("2")}); err != nil {
		t.Errorf("what was undone is shipped again: %v", err)
	}
	if err := c.Undo(first.Number); err != nil {
		t.Fatal(err)
	}
	if got := c.Shipments()[0].Lines; got[3].Sequence != 25000 || got[3].Quantity.String() != "-1" {
		t.Errorf("%+v", got)
	}
}

// What is invoiced is not undone.
func TestUndoAfterInvoice(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	d, _ := w.create(t, "", twoLines)
	if err := c.Post(d.Number); err != nil {
		t.Fatal(err)
	}
	if err := c.Undo(c.Shipments()[0].Shipment.Number); err == nil {
		t.Error("an invoiced shipment was undone")
	}
}

// The companion API shows what v2.0 lacks, where it is installed.
func TestCompanion(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	root := companionRoot + "companies(" + c.ID() + ")/"
	d, _ := w.create(t, `,"externalDocumentNumber":"1001-1"`, twoLines)
	extra := root + "orderExtras(" + d.ID + ")"
	if status, _, _ := w.raw(t, request{method: "GET", path: extra}); status != http.StatusNotFound {
		t.Errorf("not installed: %d", status)
	}
	w.SetCompanion("shipments", "shipmentLines", "orderExtras")
	got := w.must(t, request{method: "PATCH", path: extra, body: `{"shippingAgentCode":"ups","yourReference":"PO 7"}`, header: "If-Match: *"})
	if got["shippingAgentCode"] != "UPS" || got["yourReference"] != "PO 7" || got["number"] != d.Number {
		t.Errorf("%v", got)
	}
	if err := c.Ship(d.Number, nil); err != nil {
		t.Fatal(err)
	}
	s := c.Shipments()[0].Shipment
	if err := c.Track(s.Number, Parcel{Tracking: "1Z9", Agent: "UPS", AgentName: "UPS Europe", TrackingURL: "https://ups.example/1Z9"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Track(s.Number, Parcel{Tracking: "1Z8"}, 10000); err != nil {
		t.Fatal(err)
	}
	if now := c.Shipments()[0].Shipment; now.Rev == s.Rev {
		t.Error("a tracking number leaves the stamp as it was")
	}
	page := w.must(t, request{method: "GET", path: root + "shipments?$filter=externalDocumentNumber eq '1001-1'"})
	rows, _ := page["value"].([]any)
	row, _ := rows[0].(map[string]any)
	if len(rows) != 1 || row["packageTrackingNumber"] != "1Z9" || row["shippingAgentCode"] != "UPS" || row["trackingUrl"] != "https://ups.example/1Z9" {
		t.Errorf("%v", page)
	}
	page = w.must(t, request{method: "GET", path: root + "shipmentLines?$filter=documentId eq " + s.ID})
	rows, _ = page["value"].([]any)
	row, _ = rows[0].(map[string]any)
	if len(rows) != 3 || fmt.Sprint(row["packageTrackingNumber"]) == fmt.Sprint(nil) || !strings.Contains(fmt.Sprint(rows), "1Z8") {
		t.Errorf("%v", page)
	}
	batch := w.must(t, request{method: "POST", path: companionRoot + "$batch", body: `{"requests":[{"id":"1","method":"GET","url":"companies(` + c.ID() + `)/shipments"}]}`})
	if !strings.Contains(fmt.Sprint(batch), "1Z9") {
		t.Errorf("%v", batch)
	}
}

func TestCompanionRefusals(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Companion = []string{"shipments", "orderExtras"} })
	c := w.Company("")
	root := companionRoot + "companies(" + c.ID() + ")/"
	d, _ := w.create(t, "", twoLines)
	if err := c.Release(d.Number); err != nil {
		t.Fatal(err)
	}
	extra := root + "orderExtras(" + d.ID + ")"
	for _, tt := range []struct {
		name   string
		send   request
		status int
		code   string
	}{
		{"set that is not installed", request{method: "GET", path: root + "shipmentLines"}, 404, "BadRequest_NotFound"},
		{"set of the other API", request{method: "GET", path: root + "salesShipments"}, 404, "BadRequest_NotFound"},
		{"set of the companion in the other API", request{method: "GET", path: "shipments"}, 404, "BadRequest_NotFound"},
		{"PATCH of a shipment", request{method: "PATCH", path: root + "shipments(" + d.ID + ")", body: `{}`, header: "If-Match: *"}, 405, "BadRequest_MethodNotAllowed"},
		{"extras of no order", request{method: "PATCH", path: root + "orderExtras(" + c.ID() + ")", body: `{}`, header: "If-Match: *"}, 404, "BadRequest_ResourceNotFound"},
		{"extras without If-Match", request{method: "PATCH", path: extra, body: `{"yourReference":"x"}`}, 400, "BadRequest_InvalidToken"},
		{"number is read-only", request{method: "PATCH", path: extra, body: `{"number":"1"}`, header: "If-Match: *"}, 400, "BadRequest_InvalidOperation"},
		{"a payment method that is none", request{method: "PATCH", path: extra, body: `{"paymentMethodCode":"NONE"}`, header: "If-Match: *"}, 400, "Application_DialogException"},
		{"a location of a released order", request{method: "PATCH", path: extra, body: `{"locationCode":"EAST"}`, header: "If-Match: *"}, 400, "Application_FieldValidationException"},
	} {
		if status, code, body := w.raw(t, tt.send); status != tt.status || code != tt.code {
			t.Errorf("%s: %d %s, want %d %s: %v", tt.name, status, code, tt.status, tt.code, body)
		}
	}
}
