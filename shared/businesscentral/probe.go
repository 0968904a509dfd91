package businesscentral

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"

	"backroom/shared/bcapi"
)

// Features says what the optional companion API offers.
// Without it, all are false.
type Features struct {
	Shipments           bool `json:"shipments,omitempty"` // tracking numbers
	ShipmentLines       bool `json:"shipmentLines,omitempty"`
	InventoryByLocation bool `json:"inventoryByLocation,omitempty"`
	SalesPrices         bool `json:"salesPrices,omitempty"`
	ItemReferences      bool `json:"itemReferences,omitempty"` // barcodes
	ItemAttributes      bool `json:"itemAttributes,omitempty"`
	ItemTexts           bool `json:"itemTexts,omitempty"`
	ItemUnits           bool `json:"itemUnits,omitempty"`
	OrderExtras         bool `json:"orderExtras,omitempty"`
	OrderClaims         bool `json:"orderClaims,omitempty"`
	PaymentLines        bool `json:"paymentLines,omitempty"`
}

// flag gives the flag of an entity set, nil for a set we do not use.
func (f *Features) flag(set string) *bool {
	return map[string]*bool{
		"shipments": &f.Shipments, "shipmentLines": &f.ShipmentLines, "inventoryByLocation": &f.InventoryByLocation,
		"salesPrices": &f.SalesPrices, "itemReferences": &f.ItemReferences, "itemAttributes": &f.ItemAttributes,
		"itemTexts": &f.ItemTexts, "itemUnits": &f.ItemUnits, "orderExtras": &f.OrderExtras,
		"orderClaims": &f.OrderClaims, "paymentLines": &f.PaymentLines,
	}[set]
}

// Companies lists the companies of the environment: it proves that
// credentials and environment are right, and needs no company id.
func (c *Client) Companies(ctx context.Context) ([]bcapi.Company, error) {
	rows, err := all[company](ctx, c, "businesscentral.Companies", query(c.root+"companies", "$select", fields[company]()))
	return as(rows, func(r company) bcapi.Company { return bcapi.Company(r) }), err
}

// Probe asks what the companion API offers. That it is not installed is no error.
func (c *Client) Probe(ctx context.Context) (Features, error) {
	a := about{op: "businesscentral.Probe", record: true} // 404 is an answer, not a broken connection
	var f Features
	err := c.again(ctx, func() error {
		body, err := c.send(ctx, call{
			about: a, method: http.MethodGet, url: c.companion + "$metadata", ops: 1,
			header: map[string]string{"Accept": "application/xml, application/json;q=0.5"},
		})
		if err != nil {
			return err
		}
		f, err = parseMetadata(body)
		if err != nil {
			return lost(a, err)
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return Features{}, nil
	}
	return f, err
}

// parseMetadata finds the entity sets of an EDMX document.
func parseMetadata(body []byte) (Features, error) {
	var f Features
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return Features{}, err
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "EntitySet" {
			continue
		}
		for _, attr := range e.Attr {
			if flag := f.flag(attr.Value); attr.Name.Local == "Name" && flag != nil {
				*flag = true
			}
		}
	}
}
