package businesscentral

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/shopspring/decimal"
)

// The companion API is an extension that a partner may have installed. It shows what
// API v2.0 lacks (7.2). Its sets have no tables: their rows are views.

// CompanionShipment is a row of shipments.
type CompanionShipment struct {
	Record
	Number                 string `json:"number" bc:"code:20,ro"`
	OrderNumber            string `json:"orderNumber" bc:"code:20,ro"`
	ExternalDocumentNumber string `json:"externalDocumentNumber" bc:"code:35,ro"`
	PostingDate            string `json:"postingDate" bc:"date,ro"`
	PackageTrackingNumber  string `json:"packageTrackingNumber" bc:"text:50,ro"`
	AgentCode              string `json:"shippingAgentCode" bc:"code:10,ro"`
	AgentServiceCode       string `json:"shippingAgentServiceCode" bc:"code:10,ro"`
	AgentName              string `json:"shippingAgentName" bc:"text:50,ro"`
	TrackingURL            string `json:"trackingUrl" bc:"text:250,ro"`
	LocationCode           string `json:"locationCode" bc:"code:10,ro"`
}

// CompanionShipmentLine is a row of shipmentLines.
type CompanionShipmentLine struct {
	Record
	DocumentID            string          `json:"documentId" bc:"guid,ro"`
	OrderNumber           string          `json:"orderNumber" bc:"code:20,ro"`
	OrderLineNumber       int             `json:"orderLineNumber" bc:"int,ro"`
	Type                  string          `json:"type" bc:"text:30,ro"`
	ItemNumber            string          `json:"itemNumber" bc:"code:20,ro"`
	VariantCode           string          `json:"variantCode" bc:"code:10,ro"`
	LocationCode          string          `json:"locationCode" bc:"code:10,ro"`
	Quantity              decimal.Decimal `json:"quantity" bc:"dec,ro"`
	PackageTrackingNumber string          `json:"packageTrackingNumber" bc:"text:50,ro"`
}

// OrderExtra is a row of orderExtras.
type OrderExtra struct {
	Record
	Number           string `json:"number" bc:"code:20,ro"`
	YourReference    string `json:"yourReference" bc:"text:35"`
	PaymentMethod    string `json:"paymentMethodCode" bc:"code:10"`
	AgentCode        string `json:"shippingAgentCode" bc:"code:10"`
	AgentServiceCode string `json:"shippingAgentServiceCode" bc:"code:10"`
	TaxAreaCode      string `json:"taxAreaCode" bc:"code:20"`
	TaxLiable        bool   `json:"taxLiable" bc:"bool"`
	LocationCode     string `json:"locationCode" bc:"code:10"`
	ShopifyOrder     string `json:"shopifyOrderId" bc:"text:30"`
}

// companionSets are all that can be installed.
var companionSets = map[string]*set{}

func init() { //nolint:gochecknoinits // the views read sets, which name them
	ships := define[CompanionShipment]("shipments", "shipment", readOnly, nil)
	ships.view = (*tx).companionShipments
	lines := define[CompanionShipmentLine]("shipmentLines", "shipmentLine", readOnly, nil)
	lines.view = (*tx).companionLines
	extras := define[OrderExtra]("orderExtras", "orderExtra", "PATCH", nil)
	extras.view, extras.write = (*tx).orderExtras, (*tx).writeExtra
	for _, st := range []*set{ships, lines, extras} {
		companionSets[st.name] = st
	}
}

// SetCompanion installs the companion API with these sets, for requests to come.
// None remove it.
func (s *Server) SetCompanion(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Companion = names
}

// Companion are the sets of the companion API that are installed.
func (s *Server) Companion() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.o.Companion)
}

// companionSets are those that are installed, and the companies.
func (s *Server) companionSets() map[string]*set {
	all := map[string]*set{setCompanies: sets[setCompanies]}
	for _, n := range s.Companion() {
		if st := companionSets[n]; st != nil {
			all[n] = st
		}
	}
	return all
}

func (t *tx) companionShipments() (out []row) {
	for _, r := range t.tables[setShipments].rows {
		s, ok := r.(*Shipment)
		if !ok {
			continue
		}
		v := &CompanionShipment{
			Record: s.Record, Number: s.Number, OrderNumber: s.OrderNumber, ExternalDocumentNumber: s.ExternalDocumentNumber, PostingDate: s.PostingDate,
			PackageTrackingNumber: s.Tracking, AgentCode: s.Agent, AgentServiceCode: s.AgentService, AgentName: s.AgentName, TrackingURL: s.TrackingURL,
		}
		for _, l := range t.shipmentLines(s.ID) {
			if v.LocationCode == "" {
				v.LocationCode = l.Location
			}
		}
		out = append(out, v)
	}
	return out
}

func (t *tx) companionLines() (out []row) {
	for _, r := range t.tables[setShipLines].rows {
		l, ok := r.(*ShipmentLine)
		if !ok {
			continue
		}
		out = append(out, &CompanionShipmentLine{
			Record: l.Record, DocumentID: l.DocumentID, OrderNumber: l.OrderNumber, OrderLineNumber: l.OrderLine, Type: l.LineType, ItemNumber: l.LineObjectNumber,
			VariantCode: l.Variant, LocationCode: l.Location, Quantity: l.Quantity, PackageTrackingNumber: l.Tracking,
		})
	}
	return out
}

func (t *tx) orderExtras() (out []row) {
	for _, r := range t.tables[setOrders].rows {
		if d, ok := r.(*SalesDocument); ok {
			out = append(out, &OrderExtra{
				Record: d.Record, Number: d.Number, YourReference: d.YourReference, PaymentMethod: d.PaymentMethod, AgentCode: d.Agent, AgentServiceCode: d.AgentService,
				TaxAreaCode: d.TaxArea, TaxLiable: d.TaxLiable, LocationCode: d.Location, ShopifyOrder: d.ShopifyOrder,
			})
		}
	}
	return out
}

// writeExtra is a PATCH of orderExtras: fields of the order that its page lacks. A
// released order keeps its location and tax area.
func (t *tx) writeExtra(r row, in input) error {
	old, ok := byID[*SalesDocument](t.Company, setOrders, r.base().ID)
	if !ok {
		return noRecord("orderExtra", r.base().ID)
	}
	d := clone(old)
	for _, c := range in.changes {
		if d.Status == "Open" && slices.Contains([]string{"locationCode", "taxAreaCode", "taxLiable"}, c.name) {
			return testField("Status must be equal to 'Open' in Sales Header: No.=%s.", d.Number).in("7.2")
		}
		text, _ := c.v.(string)
		if c.name == "locationCode" && text != "" && t.tables[setLocations].byKey(text) == nil ||
			c.name == "paymentMethodCode" && text != "" && t.tables[setPayments].byKey(text) == nil {
			return dialog("The field %s contains a value (%s) that cannot be found in the related table.", c.name, text).in("7.2")
		}
		if to := map[string]*string{
			"yourReference": &d.YourReference, "paymentMethodCode": &d.PaymentMethod, "shippingAgentCode": &d.Agent, "shippingAgentServiceCode": &d.AgentService,
			"taxAreaCode": &d.TaxArea, "locationCode": &d.Location, "shopifyOrderId": &d.ShopifyOrder,
		}[c.name]; to != nil {
			*to = text
		}
		if c.name == "taxLiable" {
			d.TaxLiable, _ = c.v.(bool)
		}
	}
	t.put(setOrders, d)
	return nil
}

// controlCompanion installs the companion API.
func (s *Server) controlCompanion(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodPut:
		var names []string
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&names); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for _, n := range names {
			if companionSets[n] == nil {
				http.Error(w, fmt.Sprintf("no set %q", n), http.StatusBadRequest)
				return
			}
		}
		s.SetCompanion(names...)
	default:
		http.Error(w, "want GET or PUT", http.StatusMethodNotAllowed)
		return
	}
	control(w, s.Companion())
}
