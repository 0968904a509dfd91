package system_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/task/tasktest"
)

// post has documents made of the orders and the goods of each shipped, which the
// company tracks; of the bad one the shop holds what is to ship.
func (w *tasks) post() {
	w.play(orders.TaskName)
	w.play(documents.TaskName)
	c := w.BC.Companies()[0]
	w.BC.SetCompanion("shipments", "shipmentLines")
	for _, d := range c.SalesOrders() {
		units := map[int]decimal.Decimal{}
		for _, l := range c.Lines(d.ID) {
			if l.LineType == "Item" {
				units[l.Sequence] = l.Quantity
			}
		}
		if err := c.Ship(d.Number, units); err != nil {
			w.kit.T.Fatalf("%v", err)
		}
	}
	for _, s := range c.Shipments() {
		if err := c.Track(s.Shipment.Number, businesscentral.Parcel{Tracking: "1Z" + s.Shipment.Number, Agent: "UPS"}); err != nil {
			w.kit.T.Fatalf("%v", err)
		}
	}
	if w.bad != nil {
		w.fulfil("hold")
	}
}

func (w *tasks) release() { w.fulfil("release") }

func (w *tasks) fulfil(do string) {
	if _, err := w.Shopify.Shop("").FulfilOrder(w.bad.ID, shopify.Fulfilling{Do: do}); err != nil {
		w.kit.T.Fatalf("%v", err)
	}
}

// sent lists what was fulfilled, what buyers were written, and what is said.
func (w *tasks) sent(h map[int][]string) {
	for i, o := range w.shop.Orders {
		now := w.Shopify.Shop("").Order(o.ID)
		for _, f := range now.Fulfillments {
			var units []string
			for _, l := range f.Lines {
				units = append(units, fmt.Sprintf("%d of %d", l.Quantity, l.Line))
			}
			slices.Sort(units)
			h[i] = append(h[i], fmt.Sprintf("%s %s by %v", f.Status, units, f.Tracking))
		}
		h[i] = append(h[i], now.Mails...)
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	of := map[string]int{}
	for _, s := range w.BC.Companies()[0].Shipments() {
		id := s.Shipment.ExternalDocumentNumber
		of[s.Shipment.Number] = w.record(id[strings.LastIndexByte(id, '-')+1:])
	}
	for _, i := range is {
		if i.Kind == "shipment" {
			h[of[i.Record]] = append(h[of[i.Record]], string(i.Reason))
		}
	}
	maps.DeleteFunc(h, func(_ int, what []string) bool { return len(what) == 0 })
}
