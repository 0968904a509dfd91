package life_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

// event is that something happens to an order, in the shop or in the company.
type event struct {
	at   time.Time
	life *life
	r    *rand.Rand // of what it is
}

// life is one order with all that is to happen to it.
type life struct {
	id       int64
	name     string
	events   []string // that have happened
	edited   bool     // units, lines or prices were changed by an edit
	goodwill bool     // money went back without units
	sent     bool     // the shop itself had shipped it before it was imported
	archived int      // how often it was archived by a task
}

// kind is a kind of event. What it draws, it draws when it happens: of the order as it
// is then. An error: it cannot happen to that.
type kind struct {
	name   string
	weight int // how often it is drawn
	do     func(h *histories, l *life, r *rand.Rand) error
}

func drawKind(r *rand.Rand) kind {
	all := 0
	for _, k := range kinds {
		all += k.weight
	}
	n := r.IntN(all)
	for _, k := range kinds {
		if n -= k.weight; n < 0 {
			return k
		}
	}
	panic("the weights have no sum")
}

var kinds = []kind{
	{"address", 1, func(h *histories, l *life, r *rand.Rand) error {
		return h.update(l, func(o *data.Order) { o.Shipping.City = fmt.Sprint("Bonn ", r.IntN(9)) })
	}},
	{"tags and note", 6, func(h *histories, l *life, r *rand.Rand) error {
		return h.update(l, func(o *data.Order) {
			o.Tags, o.Note = append(o.Tags, fmt.Sprint("late", r.IntN(99))), o.Note+" Danke."
		})
	}},
	{"unit removed", 1, func(h *histories, l *life, r *rand.Rand) error {
		x := line(h, l, r)
		return h.edit(l, data.Edit{Quantities: map[int64]int{x.ID: x.Current() - 1}})
	}},
	{"unit added", 1, func(h *histories, l *life, r *rand.Rand) error {
		x := line(h, l, r)
		return h.edit(l, data.Edit{Quantities: map[int64]int{x.ID: x.Current() + 1}})
	}},
	{"line added", 1, func(h *histories, l *life, r *rand.Rand) error {
		add := *line(h, l, r)
		add.Quantity, add.Removed, add.Allocations = 1+r.IntN(2), 0, nil
		add.Taxes = []data.Tax{{Title: "VAT", Rate: decimal.RequireFromString("0.19")}}
		return h.edit(l, data.Edit{Add: []*data.Line{&add}, Location: h.order(l).FulfillmentOrders[0].Location})
	}},
	{"discounted", 2, func(h *histories, l *life, r *rand.Rand) error {
		off := decimal.New(int64(1+r.IntN(200)), -2)
		return h.edit(l, data.Edit{Discounts: []data.LineDiscount{{Line: line(h, l, r).ID, Title: "Sorry", Amount: data.Bag{Shop: off, Presentment: off}}}})
	}},
	{"units refunded", 6, func(h *histories, l *life, r *rand.Rand) error {
		x := line(h, l, r)
		return h.refund(l, data.Reversal{Units: map[int64]int{x.ID: 1 + r.IntN(max(x.Current(), 1))}, RestockType: pick(r, "", "", "NO_RESTOCK")})
	}},
	{"shipping refunded", 1, func(h *histories, l *life, _ *rand.Rand) error {
		for _, s := range h.order(l).ShippingLines {
			return h.refund(l, data.Reversal{Shipping: map[int64]data.Bag{s.ID: s.Price}})
		}
		return fmt.Errorf("no shipping")
	}},
	{"money back", 1, func(h *histories, l *life, r *rand.Rand) error {
		if l.edited {
			return fmt.Errorf("whose money it is depends on the edit")
		}
		v := decimal.New(int64(1+r.IntN(500)), -2)
		err := h.refund(l, data.Reversal{Amount: &data.Bag{Shop: v, Presentment: v}})
		l.goodwill = l.goodwill || err == nil
		return err
	}},
	{"returned", 6, func(h *histories, l *life, r *rand.Rand) error { return h.back(l, r, false) }},
	{"exchanged", 2, func(h *histories, l *life, r *rand.Rand) error { return h.back(l, r, true) }},
	{"cancelled", 1, func(h *histories, l *life, _ *rand.Rand) error {
		if r := h.order(l); len(r.Returns) > 0 || len(r.Fulfillments) > 0 || !r.CancelledAt.IsZero() {
			return fmt.Errorf("Shopify refuses that")
		}
		_, err := h.shop.CancelOrder(l.id, "CUSTOMER")
		return err
	}},
	{"held", 1, func(h *histories, l *life, _ *rand.Rand) error { return h.fulfil(l, shopify.Fulfilling{Do: "hold"}) }},
	{"released", 6, func(h *histories, l *life, _ *rand.Rand) error { return h.fulfil(l, shopify.Fulfilling{Do: "release"}) }},
	{"split", 1, func(h *histories, l *life, r *rand.Rand) error {
		x := line(h, l, r)
		return h.fulfil(l, shopify.Fulfilling{Do: "split", Units: map[int64]int{x.ID: 1}})
	}},
	{"shipped", 14, func(h *histories, l *life, r *rand.Rand) error { return h.ship(l, r) }},
	{"shipment undone", 2, func(h *histories, l *life, r *rand.Rand) error { return h.undo(l, r) }},
	{"line of a shipment undone", 2, func(h *histories, l *life, r *rand.Rand) error { return h.undoLine(l, r) }},
	{"tracked", 2, func(h *histories, l *life, r *rand.Rand) error { return h.track(l, r) }},
	{"fulfilment order made anew", 1, func(h *histories, l *life, _ *rand.Rand) error {
		return h.fulfil(l, shopify.Fulfilling{Do: "cancel"})
	}},
	{"posted", 4, func(h *histories, l *life, r *rand.Rand) error { return h.post(l, r) }},
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// line is a line of an order as it is now.
func line(h *histories, l *life, r *rand.Rand) *data.Line {
	ls := h.order(l).Lines
	return ls[r.IntN(len(ls))]
}

func (h *histories) order(l *life) *data.Order { return h.shop.Order(l.id) }

func (h *histories) update(l *life, f func(*data.Order)) error {
	_, err := h.shop.UpdateOrder(l.id, f)
	return err
}

func (h *histories) edit(l *life, e data.Edit) error {
	if l.goodwill || !h.order(l).CancelledAt.IsZero() {
		return fmt.Errorf("not any more")
	}
	_, err := h.shop.EditOrder(l.id, e)
	l.edited = l.edited || err == nil
	return err
}

func (h *histories) refund(l *life, r data.Reversal) error {
	if !h.order(l).CancelledAt.IsZero() {
		return fmt.Errorf("cancelled")
	}
	_, err := h.shop.RefundOrder(l.id, r)
	return err
}

func (h *histories) fulfil(l *life, f shopify.Fulfilling) error {
	_, err := h.shop.FulfilOrder(l.id, f)
	return err
}

// back takes a unit that was shipped back, and is paid; with exchange something of
// another price goes out for it.
func (h *histories) back(l *life, r *rand.Rand, exchange bool) error {
	x := line(h, l, r)
	e := shopify.Returning{Do: "open", Units: map[int64]int{x.ID: 1}}
	if exchange {
		out := *x
		out.Quantity, out.Removed, out.Allocations, out.Taxes = 1, 0, nil, []data.Tax{{Title: "VAT", Rate: decimal.RequireFromString("0.19")}}
		price := decimal.New(int64(500+r.IntN(3000)), -2)
		out.UnitPrice, e.Exchange = data.Bag{Shop: price, Presentment: price}, []*data.Line{&out}
	}
	if _, err := h.shop.ReturnOrder(l.id, e); err != nil {
		return err
	}
	if r.IntN(3) > 0 {
		what := shopify.Returning{Do: "dispose", Line: x.ID, Quantity: 1, Type: pick(r, "RESTOCKED", "RESTOCKED", "NOT_RESTOCKED", "MISSING"), Location: h.order(l).FulfillmentOrders[0].Location}
		if _, err := h.shop.ReturnOrder(l.id, what); err != nil {
			return err
		}
	}
	if _, err := h.shop.ReturnOrder(l.id, shopify.Returning{Do: "process"}); err != nil {
		return err
	}
	_, err := h.shop.ReturnOrder(l.id, shopify.Returning{Do: "close"})
	return err
}

// document is the number of an order's sales order, "" if it has none.
func (h *histories) document(l *life) (id, number string) {
	for _, d := range h.company.SalesOrders() {
		if strings.HasSuffix(d.ExternalDocumentNumber, fmt.Sprint("-", l.id)) {
			return d.ID, d.Number
		}
	}
	return "", ""
}

// part is what of an order's document is shipped next: some of what is left of its
// items, at times all of it.
func (h *histories) part(l *life, r *rand.Rand) (number string, units map[int]decimal.Decimal, err error) {
	id, number := h.document(l)
	units = map[int]decimal.Decimal{}
	all, some := r.IntN(2) == 0, false
	for _, x := range h.company.Lines(id) {
		if left := x.Quantity.Sub(x.ShippedQuantity); x.LineType == "Item" && left.IsPositive() {
			n := left
			if !all {
				n = decimal.NewFromInt(int64(r.IntN(int(left.IntPart()) + 1)))
			}
			units[x.Sequence], some = n, some || n.IsPositive()
		}
	}
	if !some {
		return "", nil, fmt.Errorf("nothing to ship")
	}
	return number, units, nil
}

func (h *histories) ship(l *life, r *rand.Rand) error {
	number, units, err := h.part(l, r)
	if err == nil {
		err = h.company.Ship(number, units)
	}
	return err
}

// post ships and invoices, a part or all that is left.
func (h *histories) post(l *life, r *rand.Rand) error {
	number, units, err := h.part(l, r)
	if err != nil {
		return err
	}
	if r.IntN(2) == 0 {
		return h.company.Post(number)
	}
	return h.company.PostPart(number, units, true)
}

// shipments are those of an order.
func (h *histories) shipments(l *life) (out []businesscentral.ShipmentOf) {
	for _, s := range h.company.Shipments() {
		if strings.HasSuffix(s.Shipment.ExternalDocumentNumber, fmt.Sprint("-", l.id)) {
			out = append(out, s)
		}
	}
	return out
}

func (h *histories) undo(l *life, r *rand.Rand) error {
	ss := h.shipments(l)
	if len(ss) == 0 {
		return fmt.Errorf("no shipment")
	}
	return h.company.Undo(pick(r, ss...).Shipment.Number)
}

// undoLine takes one line of a shipment back.
func (h *histories) undoLine(l *life, r *rand.Rand) error {
	ss := h.shipments(l)
	if len(ss) == 0 {
		return fmt.Errorf("no shipment")
	}
	s := pick(r, ss...)
	var shipped []int
	for _, x := range s.Lines {
		if x.LineType == "Item" && x.Quantity.IsPositive() {
			shipped = append(shipped, x.Sequence)
		}
	}
	if len(shipped) == 0 {
		return fmt.Errorf("nothing was shipped by it")
	}
	return h.company.Undo(s.Shipment.Number, pick(r, shipped...))
}

// track enters a parcel on a shipment, or on some of its lines.
func (h *histories) track(l *life, r *rand.Rand) error {
	ss := h.shipments(l)
	if len(ss) == 0 {
		return fmt.Errorf("no shipment")
	}
	s := pick(r, ss...)
	p := businesscentral.Parcel{Tracking: fmt.Sprint("1Z", r.IntN(100)), Agent: pick(r, "UPS", "GLS", "HANS")}
	if r.IntN(2) == 0 {
		return h.company.Track(s.Shipment.Number, p)
	}
	return h.company.Track(s.Shipment.Number, p, pick(r, s.Lines...).Sequence)
}
