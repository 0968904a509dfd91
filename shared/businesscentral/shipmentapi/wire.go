package shipmentapi

import (
	"encoding/json"
	"fmt"
	"time"

	"backroom/shared/money"
	"backroom/shared/shipments"
)

// shipment is salesShipments.
type shipment struct {
	ID                     string    `json:"id"`
	Number                 string    `json:"number"`
	ExternalDocumentNumber string    `json:"externalDocumentNumber"`
	PostingDate            string    `json:"postingDate"`
	ModifiedAt             time.Time `json:"lastModifiedDateTime"`
}

// line is salesShipmentLines.
type line struct {
	ID               string      `json:"id"`
	DocumentID       string      `json:"documentId"`
	DocumentNo       string      `json:"documentNo"`
	Sequence         int         `json:"sequence"`
	LineType         string      `json:"lineType"`
	LineObjectNumber string      `json:"lineObjectNumber"`
	Description      string      `json:"description"`
	Description2     string      `json:"description2"`
	Quantity         json.Number `json:"quantity"`
}

// extra is shipments of the companion API.
type extra struct {
	ID          string `json:"id"`
	Number      string `json:"number"`
	Tracking    string `json:"packageTrackingNumber"`
	AgentCode   string `json:"shippingAgentCode"`
	AgentName   string `json:"shippingAgentName"`
	TrackingURL string `json:"trackingUrl"`
	Location    string `json:"locationCode"`
}

// extraLine is shipmentLines of the companion API.
type extraLine struct {
	ID         string `json:"id"`
	DocumentID string `json:"documentId"`
	Location   string `json:"locationCode"`
	Tracking   string `json:"packageTrackingNumber"`
}

func head(s shipment) shipments.Shipment {
	return shipments.Shipment{ID: s.ID, Number: s.Number, External: s.ExternalDocumentNumber, Posted: s.PostingDate, ModifiedAt: s.ModifiedAt.UTC()}
}

// kinds are the types of lines as BC encodes them; a text has none.
var kinds = map[string]shipments.Kind{"Item": shipments.Item, "_x0020_": shipments.Text, " ": shipments.Text, "": shipments.Text}

func lineOf(l line) (shipments.Line, error) {
	q, err := money.Parse(string(l.Quantity))
	if err != nil {
		return shipments.Line{}, fmt.Errorf("shipment %s: quantity of line %d: %w", l.DocumentNo, l.Sequence, err)
	}
	return shipments.Line{
		Sequence: l.Sequence, Kind: kinds[l.LineType], Object: l.LineObjectNumber, Description: l.Description, Description2: l.Description2, Quantity: q,
	}, nil
}
