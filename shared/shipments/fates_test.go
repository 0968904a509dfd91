package shipments_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/language"
	"backroom/shared/shipments"
)

const one, two = "12345678901", "12345678902"

// What becomes of shipments: the fulfilments of the first order as units*line at
// location, with their parcels, what its buyer was written, and what is said.
func TestFates(t *testing.T) {
	ups := shipments.Parcel{Number: "1Z", Agent: "UPS"}
	for _, tt := range []struct {
		name  string
		does  func(*world)
		later func(*world) // after some runs
		want  string
		cards []string
	}{
		{name: "by order line", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2}, item{sku: "B", units: 1})
			w.track(w.ship(one, map[int]string{10000: "2", 20000: "1"}), ups)
		}, want: "2*1+1*2 at 71 UPS:1Z:; shipped #8901-F1"},
		{name: "partial and days apart", does: func(w *world) {
			w.order(one, item{sku: "A", units: 3}, item{sku: "B", units: 1})
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) {
			w.Advance(72 * time.Hour)
			w.ship(one, map[int]string{10000: "2", 20000: "1"})
		}, want: "1*1 at 71; 2*1+1*2 at 71; shipped #8901-F1; shipped #8901-F2"},
		{name: "items in the place of accounts", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			d := w.documents[one]
			d.Lines[80000], d.Objects[80000] = "", ""      // shipping
			d.Lines[81000], d.Objects[81000] = one+"7", "" // a gift card, which nobody ships
			w.ship(one, map[int]string{10000: "1", 80000: "1 SVC", 81000: "2 GIFT"})
		}, want: "1*1 at 71; shipped #8901-F1"},
		{name: "the same product on two lines", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2}, item{sku: "A", units: 2})
			w.ship(one, map[int]string{20000: "2"})
		}, want: "2*2 at 71; shipped #8901-F1"},
		{name: "one fulfilment a location", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1, at: store})
			w.ship(one, map[int]string{10000: "1", 20000: "1"})
		}, want: "1*1 at 71; 1*2 at 72; shipped #8901-F1; shipped #8901-F2"},
		{name: "the line's location", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1, at: store})
			o.ToShip[1].Lines = []shipments.OpenLine{{ID: w.id(), Item: one + "1", SKU: "A", Remaining: 1}}
			n := w.ship(one, map[int]string{10000: "1"})
			w.shipment(n).Lines[0].Location = "shop"
		}, want: "1*1 at 72; shipped #8901-F1"},
		{name: "over several fulfilment orders", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 2})
			o.ToShip = append(o.ToShip, shipments.FulfilmentOrder{ID: w.id(), Status: "OPEN", Location: warehouse, CanFulfil: true, Lines: []shipments.OpenLine{{ID: w.id(), Item: one + "1", Remaining: 3}}})
			w.ship(one, map[int]string{10000: "4"})
		}, want: "4*1 at 71; shipped #8901-F1"},
		{name: "on hold", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			o.ToShip[0].Status, o.ToShip[0].CanFulfil = "ON_HOLD", false
			w.ship(one, map[int]string{10000: "1"})
		}, want: "shipment-on-hold"},
		{name: "on hold, then released", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1, at: store})
			o.ToShip[0].Status, o.ToShip[0].CanFulfil = "ON_HOLD", false
			w.ship(one, map[int]string{10000: "1", 20000: "1"})
		}, later: func(w *world) {
			w.orders[one].ToShip[0].Status, w.orders[one].ToShip[0].CanFulfil = "OPEN", true
		}, want: "1*2 at 72; 1*1 at 71; shipped #8901-F1; shipped #8901-F2"},
		{name: "scheduled", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			o.ToShip[0].Status, o.ToShip[0].CanFulfil = "SCHEDULED", false
			w.ship(one, map[int]string{10000: "1"})
		}, want: "shipment-scheduled"},
		{name: "requested from a service, which Shopify offers to ship all the same", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1, at: service})
			o.ToShip[0].Request = "ACCEPTED"
			w.ship(one, map[int]string{10000: "1"})
		}, want: "shipment-at-service"},
		{name: "at a service that was not asked", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1, at: service})
			w.ship(one, map[int]string{10000: "1"})
		}, want: "1*1 at 73; shipped #8901-F1"},
		{name: "given up by a service", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1, at: service})
			o.ToShip[0].Status, o.ToShip[0].Request = "INCOMPLETE", "CLOSED"
			w.ship(one, map[int]string{10000: "1"})
		}, want: "1*1 at 73; shipped #8901-F1"},
		{name: "pickup", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1"})
		}, want: "ready for pickup"},
		{name: "pickup without a word to the buyer", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1"})
		}, cards: []string{`"sendShippingConfirmation":false`}, want: "shipment-pickup-silent"},
		{name: "pickup without a word, made ready by hand", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) { w.orders[one].ToShip[0].Status = "IN_PROGRESS" }, cards: []string{`"sendShippingConfirmation":false`}, want: ""},
		{name: "a part of a pickup", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1"})
		}, want: "shipment-pickup-partial"},
		{name: "a pickup shipped in two parts", does: func(w *world) {
			w.order(one, item{sku: "A", units: 3}, item{sku: "B", units: 1}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1", 20000: "1"})
		}, later: func(w *world) { w.ship(one, map[int]string{10000: "2"}) }, want: "ready for pickup"},
		{name: "a pickup of which a part is undone before the rest", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1"})
			w.undo("S001")
		}, later: func(w *world) { w.ship(one, map[int]string{10000: "1"}) }, want: "shipment-pickup-partial"},
		{name: "more than was ordered", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2})
			w.ship(one, map[int]string{10000: "3"})
		}, want: "2*1 at 71; shipped #8901-F1; shipment-too-much"},
		{name: "a line that a person made anew", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 2})
			n := w.ship(one, map[int]string{10000: "1", 40000: "2 b"})
			s := w.shipment(n)
			s.Lines = append(s.Lines[:1], s.Lines[2:]...) // the line of B is deleted
		}, want: "1*1+2*2 at 71; shipped #8901-F1"},
		{name: "a line that a person added", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1", 40000: "2 GIFT"})
		}, want: "1*1 at 71; shipped #8901-F1; shipment-line-unknown"},
		{name: "a line of another item than was ordered", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1 C"})
		}, want: "shipment-line-replaced"},
		{name: "half a unit", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1})
			w.ship(one, map[int]string{10000: "0.5", 20000: "1"})
		}, want: "1*2 at 71; shipped #8901-F1; shipment-part-of-unit"},
		{name: "nothing but zero lines", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, nil)
		}, want: ""},
		{name: "of nobody's order", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.shipment(w.ship(one, map[int]string{10000: "1"})).External = "PO 7"
		}, want: ""},
		{name: "of another shop's order", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
			delete(w.documents, one)
			w.elsewhere = one
		}, want: ""},
		{name: "of another shop's order, which that imports later", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
			delete(w.documents, one)
		}, later: func(w *world) { w.elsewhere = one }, want: ""},
		{name: "of an order that somebody has made by hand", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.shipment(w.ship(one, map[int]string{10000: "1"})).External = "PO-20261123"
		}, want: ""},
		{name: "of an unknown order, by a whole id", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.shipment(w.ship(one, map[int]string{10000: "1"})).External = "PO-6123456789012"
		}, want: "shipment-order-gone"},
		{name: "of an unknown order", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.shipment(w.ship(one, map[int]string{10000: "1"})).External = "#1-99999999999"
		}, want: "shipment-order-gone"},
		{name: "of an order that is not imported", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
			delete(w.documents, one)
		}, want: "shipment-order-not-imported"},
		{name: "of an order that is imported later", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
			w.documents[two] = w.documents[one]
			delete(w.documents, one)
		}, later: func(w *world) { w.documents[one] = w.documents[two] }, want: "1*1 at 71; shipped #8901-F1"},
		{name: "of an order without document", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
			w.documents[one] = shipments.Document{Order: "#8901"}
		}, want: "shipment-order-without-document"},
		{name: "of a cancelled order", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			o.Cancelled, o.ToShip[0].Status, o.ToShip[0].CanFulfil = true, "CLOSED", false
			w.ship(one, map[int]string{10000: "1"})
		}, want: "shipment-order-cancelled"},
		{name: "of an order that cannot be read", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
			w.broken[one] = errors.New("internal error")
		}, want: "shipment-order-unreadable"},
		{name: "refused, and the other goes on", does: func(w *world) {
			w.order(two, item{sku: "A", units: 1})
			w.order(one, item{sku: "A", units: 1})
			w.refused = "BAD"
			w.track(w.ship(two, map[int]string{10000: "1"}), shipments.Parcel{Number: "BAD"})
			w.ship(one, map[int]string{10000: "1"})
		}, want: "1*1 at 71; shipped #8901-F1; shipment-refused"},
		{name: "without a word to the buyer", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
		}, cards: []string{`"sendShippingConfirmation":false`}, want: "1*1 at 71"},
		{name: "posted long ago", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.shipment(w.ship(one, map[int]string{10000: "1"})).Posted = "2020-01-01"
		}, want: "1*1 at 71"},
		{name: "tracked later", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) { w.track("S001", ups) }, want: "1*1 at 71 UPS:1Z:; shipped #8901-F1; tracking of #8901-F1"},
		{name: "tracked by hand in Shopify", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.track(w.ship(one, map[int]string{10000: "1"}), ups)
		}, later: func(w *world) {
			w.orders[one].Sent[0].Parcels = []shipments.Tracking{{Number: "mine"}}
			w.shipment("S001").ModifiedAt = w.Now()
		}, want: "1*1 at 71 :mine:; shipped #8901-F1"},
		{name: "undone", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) { w.undo("S001") }, want: "cancelled 1*1 at 71; shipped #8901-F1"},
		{name: "undone before it was sent", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.undo(w.ship(one, map[int]string{10000: "1"}))
		}, want: ""},
		{name: "a line undone: the rest again, tracking kept, no second mail", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 2})
			w.track(w.ship(one, map[int]string{10000: "1", 20000: "2"}), ups)
		}, later: func(w *world) { w.undo("S001", 10000) }, want: "cancelled 1*1+2*2 at 71 UPS:1Z:; 2*2 at 71 UPS:1Z:; shipped #8901-F1"},
		{name: "a line undone at the other location", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1, at: store})
			w.ship(one, map[int]string{10000: "1", 20000: "1"})
		}, later: func(w *world) { w.undo("S001", 20000) }, want: "1*1 at 71; cancelled 1*2 at 72; shipped #8901-F1; shipped #8901-F2"},
		{name: "undone and shipped again", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) {
			w.undo("S001")
			w.ship(one, map[int]string{10000: "1"})
		}, want: "cancelled 1*1 at 71; 1*1 at 71; shipped #8901-F1; shipped #8901-F2"},
		{name: "taken back, nobody knows what", does: func(w *world) {
			w.order(one, item{sku: "A", units: 3})
			w.undo(w.ship(one, map[int]string{10000: "3"}))
			w.shipment("S001").Lines[0].Quantity = w.shipment("S001").Lines[0].Quantity.Add(w.shipment("S001").Lines[0].Quantity)
		}, want: "3*1 at 71; shipped #8901-F1; shipment-undo-unclear"},
		{name: "fulfilled by hand before", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			w.hand(o, 1)
			w.ship(one, map[int]string{10000: "1"})
		}, want: "1*1 at 71"},
		{name: "fulfilled by hand before, and tracked now", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			w.hand(o, 1)
			w.track(w.ship(one, map[int]string{10000: "1"}), ups)
		}, want: "1*1 at 71 UPS:1Z:; tracking of #8901-F1"},
		{name: "fulfilled whole by hand, shipped in parts", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 3})
			w.hand(o, 3)
			w.ship(one, map[int]string{10000: "1"})
			w.ship(one, map[int]string{10000: "2"})
		}, want: "3*1 at 71"},
		{name: "fulfilled by hand in parts, shipped whole", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 3})
			w.hand(o, 2)
			w.hand(o, 1)
			w.track(w.ship(one, map[int]string{10000: "3"}), ups)
		}, want: "2*1 at 71 UPS:1Z:; 1*1 at 71 UPS:1Z:; tracking of #8901-F1; tracking of #8901-F1"},
		{name: "fulfilled by hand in part, shipped whole", does: func(w *world) {
			w.hand(w.order(one, item{sku: "A", units: 3}), 2)
			w.ship(one, map[int]string{10000: "3"})
		}, want: "2*1 at 71; 1*1 at 71; shipped #8901-F2"},
		{name: "fulfilled by hand, then undone", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			w.hand(o, 1)
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) { w.undo("S001") }, want: "1*1 at 71; shipment-undone-fulfilled-by-hand"},
		{name: "cancelled by hand, and tracked after", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) {
			w.cancel(w.orders[one], &w.orders[one].Sent[0])
			w.track("S001", ups)
		}, want: "cancelled 1*1 at 71; shipped #8901-F1; shipment-cancelled-by-hand"},
		{name: "cancelled by hand, and undone", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) {
			w.cancel(w.orders[one], &w.orders[one].Sent[0])
			w.undo("S001")
		}, want: "cancelled 1*1 at 71; shipped #8901-F1"},
		{name: "deleted in Business Central", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "2"})
		}, later: func(w *world) { w.ships = nil }, want: "1*1 at 71; shipped #8901-F1"},
		{name: "named by texts on lines", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1})
			w.ship(one, map[int]string{10000: "1", 20000: "1"}, "TRACK:ups:1Z 9", "track:UPS:1Z8:https://ups.example/1Z8?a=b:c", "TRACK lost")
			w.silent = true
		}, want: "1*1+1*2 at 71 UPS:1Z 9: UPS:1Z8:https://ups.example/1Z8?a=b:c; shipped #8901-F1"},
		{name: "another carrier with its goods", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1})
			w.ship(one, map[int]string{10000: "1", 20000: "1"}, "TRACK:UPS:1Z9", "TRACK:gls:777|b, C")
		}, want: "1*1 at 71 UPS:1Z9:; 1*2 at 71 GLS:777:; shipped #8901-F1; shipped #8901-F2"},
		{name: "another carrier, nobody tells its goods", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z9", "TRACK:GLS:777")
		}, want: "1*1 at 71 UPS:1Z9:; shipped #8901-F1"},
		{name: "texts of an earlier part stand in the next one", does: func(w *world) {
			w.order(one, item{sku: "A", units: 3})
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z9")
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z9", "TRACK:UPS:1Z8")
		}, later: func(w *world) {
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z9", "TRACK:UPS:1Z8", "TRACK:GLS:777")
		}, want: "1*1 at 71 UPS:1Z9:; 1*1 at 71 UPS:1Z8:; 1*1 at 71 GLS:777:; shipped #8901-F1; shipped #8901-F2; shipped #8901-F3"},
		{name: "no text of its own", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2})
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z9")
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z9")
		}, want: "1*1 at 71 UPS:1Z9:; 1*1 at 71; shipped #8901-F1; shipped #8901-F2"},
		{name: "undone and posted anew, with the text of before", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z9")
		}, later: func(w *world) {
			w.undo("S001")
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z9")
		}, want: "cancelled 1*1 at 71 UPS:1Z9:; 1*1 at 71 UPS:1Z9:; shipped #8901-F1; shipped #8901-F2"},
		{name: "quotes and emoji", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.track(w.ship(one, map[int]string{10000: "1"}), shipments.Parcel{Number: " 1\"2'\U0001F4E6\n ", Agent: "HANS", AgentName: "Hans & S\u00f6hne", URL: "dhl"})
		}, want: "1*1 at 71 Hans & S\u00f6hne:1\"2'\U0001F4E6:; shipped #8901-F1"},
		{name: "an agent of the card", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.track(w.ship(one, map[int]string{10000: "1"}), shipments.Parcel{Number: "7 &", Agent: "HS"})
		}, cards: []string{`"shippingAgents":[{"agent":"hs","company":"Hans","url":"https://hans.example/?n=%1"}]`}, want: "1*1 at 71 Hans:7 &:https://hans.example/?n=7+%26; shipped #8901-F1"},
		{name: "several parcels, each with its number and address", does: func(w *world) {
			w.order(one, item{sku: "A", units: 3})
			w.parcels(w.ship(one, map[int]string{10000: "3"}),
				shipments.Parcel{Number: "7", Agent: "X9", AgentName: "M\u00fcller Kurier", URL: "https://m.example/7"},
				shipments.Parcel{Number: "8", Agent: "X9", AgentName: "M\u00fcller Kurier", URL: "https://m.example/8"})
		}, want: "3*1 at 71 M\u00fcller Kurier:7:https://m.example/7 M\u00fcller Kurier:8:https://m.example/8; shipped #8901-F1"},
		{name: "several parcels of two carriers, with their goods", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2}, item{sku: "B", units: 1}, item{sku: "C", units: 1})
			w.ship(one, map[int]string{10000: "2", 20000: "1", 30000: "1"}, "TRACK:UPS:1Z1|A", "TRACK:GLS:777|B", "TRACK:UPS:1Z2|A", "TRACK:GLS:778|C")
		}, want: "2*1 at 71 UPS:1Z1: UPS:1Z2:; 1*2+1*3 at 71 GLS:777: GLS:778:; shipped #8901-F1; shipped #8901-F2"},
		{name: "two carriers at two locations", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1, at: store})
			w.ship(one, map[int]string{10000: "1", 20000: "1"}, "TRACK:UPS:1Z1|A", "TRACK:GLS:777|B")
		}, want: "1*1 at 71 UPS:1Z1:; 1*2 at 72 GLS:777:; shipped #8901-F1; shipped #8901-F2"},
		{name: "two carriers with goods of one line", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2})
			w.ship(one, map[int]string{10000: "2"}, "TRACK:UPS:1Z1|A", "TRACK:GLS:777|A")
		}, want: "2*1 at 71 UPS:1Z1:; shipped #8901-F1"},
		{name: "a parcel of goods that a later part ships", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1})
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z1|A", "TRACK:UPS:1Z2|B")
		}, later: func(w *world) {
			w.ship(one, map[int]string{20000: "1"}, "TRACK:UPS:1Z1|A", "TRACK:UPS:1Z2|B")
		}, want: "1*1 at 71 UPS:1Z1:; 1*2 at 71 UPS:1Z2:; shipped #8901-F1; shipped #8901-F2"},
		{name: "a parcel that names none of the order's goods", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"}, "TRACK:UPS:1Z1|Z")
		}, want: "1*1 at 71 UPS:1Z1:; shipped #8901-F1"},
		{
			name: "a line undone with its parcel", does: func(w *world) {
				w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1})
				w.ship(one, map[int]string{10000: "1", 20000: "1"}, "TRACK:UPS:1Z1|A", "TRACK:UPS:1Z2|B")
			}, later: func(w *world) { w.undo("S001", 10000) },
			want: "cancelled 1*1+1*2 at 71 UPS:1Z1: UPS:1Z2:; 1*2 at 71 UPS:1Z2:; shipped #8901-F1",
		},
		{name: "a line undone after its number was removed", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2}, item{sku: "B", units: 1}, item{sku: "C", units: 1, at: store})
			w.parcels(w.ship(one, map[int]string{10000: "2", 20000: "1", 30000: "1"}), ups, shipments.Parcel{Number: "7", Agent: "GLS", Items: []string{"C"}})
		}, later: func(w *world) {
			w.undo("S001", 10000)
			w.parcels("S001")
		}, want: "cancelled 2*1+1*2 at 71 UPS:1Z:; 1*3 at 72 GLS:7:; 1*2 at 71 UPS:1Z:; shipped #8901-F1; shipped #8901-F2"},
		{name: "a second carrier's parcel of which nobody tells the goods", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1})
			w.ship(one, map[int]string{10000: "1", 20000: "1"}, "TRACK:UPS:1Z9", "TRACK:GLS:777|B", "TRACK:GLS:778")
		}, want: "1*1 at 71 UPS:1Z9:; 1*2 at 71 GLS:777:; shipped #8901-F1; shipped #8901-F2"},
		{name: "a text names a number that the company tells", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 2})
			w.track(w.ship(one, map[int]string{10000: "1", 20000: "1"}, "TRACK:GLS:1Z:https://x.example/1Z|A", "TRACK:UPS:7"), ups)
		}, later: func(w *world) {
			w.ship(one, map[int]string{20000: "1"}, "TRACK:GLS:1Z:https://x.example/1Z", "TRACK:UPS:7")
		}, want: "1*1+1*2 at 71 UPS:1Z:https://x.example/1Z UPS:7:; 1*2 at 71; shipped #8901-F1; shipped #8901-F2"},
		{name: "a number of which two texts name the goods", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1}, item{sku: "C", units: 1})
			w.ship(one, map[int]string{10000: "1", 20000: "1", 30000: "1"}, "TRACK:UPS:1|A", "TRACK:GLS:7|B", "TRACK:GLS:7|C")
		}, want: "1*1 at 71 UPS:1:; 1*2+1*3 at 71 GLS:7:; shipped #8901-F1; shipped #8901-F2"},
		{name: "emoji and quotes in a text", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"}, "TRACK:Hans \"H\":1'\U0001F4E6\"2")
		}, want: "1*1 at 71 Hans \"H\":1'\U0001F4E6\"2:; shipped #8901-F1"},
		{name: "tracked later without a word to the buyer", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) { w.track("S001", ups) }, cards: []string{`"sendShippingConfirmation":false`}, want: "1*1 at 71 UPS:1Z:"},
		{name: "the number corrected later", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.track(w.ship(one, map[int]string{10000: "1"}), ups)
		}, later: func(w *world) { w.track("S001", shipments.Parcel{Number: "2Z", Agent: "UPS"}) }, want: "1*1 at 71 UPS:2Z:; shipped #8901-F1; tracking of #8901-F1"},
		{name: "a second parcel entered later", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2})
			w.track(w.ship(one, map[int]string{10000: "2"}), ups)
		}, later: func(w *world) { w.parcels("S001", ups, shipments.Parcel{Number: "2Z", Agent: "UPS"}) }, want: "2*1 at 71 UPS:1Z: UPS:2Z:; shipped #8901-F1; tracking of #8901-F1"},
		{name: "the number removed later", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1})
			w.track(w.ship(one, map[int]string{10000: "1"}), ups)
		}, later: func(w *world) { w.parcels("S001") }, want: "1*1 at 71 UPS:1Z:; shipped #8901-F1"},
		{name: "the same product on two lines, one of them undone", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2}, item{sku: "A", units: 2})
			w.ship(one, map[int]string{10000: "2", 20000: "2"})
		}, later: func(w *world) { w.undo("S001", 10000) }, want: "cancelled 2*1+2*2 at 71; 2*2 at 71; shipped #8901-F1"},
		{
			name: "the same product on three lines, by parts", does: func(w *world) {
				w.order(one, item{sku: "A", units: 1}, item{sku: "A", units: 3}, item{sku: "A", units: 1})
				w.ship(one, map[int]string{20000: "1", 30000: "1"})
			}, later: func(w *world) { w.ship(one, map[int]string{10000: "1", 20000: "2"}) },
			want: "1*2+1*3 at 71; 1*1+2*2 at 71; shipped #8901-F1; shipped #8901-F2",
		},
		{name: "a half of a line on hold", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			o.ToShip = append(o.ToShip, shipments.FulfilmentOrder{ID: w.id(), Status: "ON_HOLD", Location: warehouse, Lines: []shipments.OpenLine{{ID: w.id(), Item: one + "1", Remaining: 2}}})
			w.ship(one, map[int]string{10000: "3"})
		}, want: "1*1 at 71; shipped #8901-F1; shipment-on-hold"},
		{name: "scheduled, then opened", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			o.ToShip[0].Status, o.ToShip[0].CanFulfil = "SCHEDULED", false
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) {
			w.orders[one].ToShip[0].Status, w.orders[one].ToShip[0].CanFulfil = "OPEN", true
		}, want: "1*1 at 71; shipped #8901-F1"},
		{name: "a pickup that is ready, then undone", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) { w.undo("S001") }, want: "ready for pickup; shipment-undone-ready-for-pickup"},
		{name: "a pickup that is ready, then undone and shipped again", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) {
			w.undo("S001")
			w.ship(one, map[int]string{10000: "1"})
		}, want: "ready for pickup"},
		{name: "a pickup in two parts that is ready, one of them undone", does: func(w *world) {
			w.order(one, item{sku: "A", units: 2}).ToShip[0].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1"})
			w.ship(one, map[int]string{10000: "1"})
		}, later: func(w *world) { w.undo("S001") }, want: "ready for pickup; shipment-undone-ready-for-pickup"},
		{name: "a pickup on hold", does: func(w *world) {
			o := w.order(one, item{sku: "A", units: 1})
			o.ToShip[0].Method, o.ToShip[0].Status, o.ToShip[0].CanFulfil = "PICK_UP", "ON_HOLD", false
			w.ship(one, map[int]string{10000: "1"})
		}, want: "shipment-on-hold"},
		{name: "a pickup and a parcel", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1, at: store}).ToShip[1].Method = "PICK_UP"
			w.track(w.ship(one, map[int]string{10000: "1", 20000: "1"}), ups)
		}, want: "1*1 at 71 UPS:1Z:; ready for pickup; shipped #8901-F1"},
		{name: "a pickup and a parcel without a word to the buyer", does: func(w *world) {
			w.order(one, item{sku: "A", units: 1}, item{sku: "B", units: 1, at: store}).ToShip[1].Method = "PICK_UP"
			w.ship(one, map[int]string{10000: "1", 20000: "1"})
		}, cards: []string{`"sendShippingConfirmation":false`}, want: "1*1 at 71; shipment-pickup-silent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.cards...)
			tt.does(w)
			w.settle(t)
			if tt.later != nil {
				tt.later(w)
				w.settle(t)
			}
			if got := w.fates(t, one); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// hand has somebody else ship units of the order's first line.
func (w *world) hand(o *shipments.Order, units int) {
	fo := &o.ToShip[0]
	fo.Lines[0].Remaining -= units
	left(fo)
	o.Sent = append(o.Sent, shipments.Fulfilment{ID: w.id(), Name: o.Name + "-F1", Location: fo.Location, Units: map[string]int{fo.Lines[0].Item: units}})
}

// What Shopify is not told of parcels is said by the run.
func TestNotesOfARun(t *testing.T) {
	w := newWorld(t)
	w.order(one, item{sku: "A", units: 1})
	w.order(two, item{sku: "A", units: 1})
	w.silent = true
	w.ship(one, map[int]string{10000: "1"})
	w.ship(two, map[int]string{10000: "1"}, "TRACK:UPS:1Z9", "TRACK:GLS:777", "TRACK:UPS:8:nowhere", "TRACK:UPS:9:https://ups.example/9")
	res := w.run(t)
	three := "5556667778903"
	w.order(three, item{sku: "A", units: 1}, item{sku: "B", units: 1})
	w.silent = false
	n := w.ship(three, map[int]string{10000: "1", 20000: "1"})
	w.track(n, shipments.Parcel{Number: "1Z7", Agent: "UPS"})
	w.run(t)
	w.Advance(time.Hour)
	w.track(n, shipments.Parcel{Number: "1Z7", Agent: "UPS"})
	w.shipment(n).Parcels = append(w.shipment(n).Parcels, shipments.Parcel{Number: "779", Agent: "GLS", Items: []string{"B"}})
	if note := w.run(t).Progress.Note; !strings.Contains(note, "another carrier than the one that their goods were fulfilled with: 779") {
		t.Errorf("%q", note)
	}
	for _, want := range []string{"1 without tracking number", "no companion API", "TRACK:", "nobody says what they hold: 777", "is none: 8;", "has none: 9"} {
		if !strings.Contains(res.Progress.Note, want) {
			t.Errorf("%q does not say %q", res.Progress.Note, want)
		}
	}
	french := language.Speaking(func() language.Phrases { return shipments.French }).Text(res.Progress.Note)
	for _, want := range []string{"envoi des exp\u00e9ditions", "1 sans num\u00e9ro de suivi : ", "ce qu'ils contiennent : 777 ; ", "n'est pas une adresse : 8 ; ", "n'en a pas : 9"} {
		if !strings.Contains(french, want) {
			t.Errorf("%q does not say %q", french, want)
		}
	}
	if c := res.Counts; c.Created != 2 || c.Read != 2 || c.Failed != 0 {
		t.Errorf("%+v", c)
	}
}

// However many are posted in one moment: the list can only go on behind them all.
func TestManyOfOneMoment(t *testing.T) {
	const n = 300
	w := newWorld(t)
	var ids []string
	for i := range n {
		id := fmt.Sprint(5_000_000_001 + i)
		ids = append(ids, id)
		w.order(id, item{sku: "A", units: 1})
		w.ship(id, map[int]string{10000: "1"})
	}
	w.run(t)
	for _, id := range ids {
		if got := len(w.orders[id].Sent); got != 1 {
			t.Fatalf("order %s has %d fulfilments", id, got)
		}
	}
}
