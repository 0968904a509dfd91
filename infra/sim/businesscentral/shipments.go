package businesscentral

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/shopspring/decimal"
)

// lineParcel is what a shipment line knows of its order line beyond the API.
func (t *tx) lineParcel(s *Shipment, l *SalesLine) LineParcel {
	p := LineParcel{OrderNumber: s.OrderNumber, OrderLine: l.Sequence}
	if r, ok := byID[*Reference](t.Company, setLocations, l.LocationID); ok {
		p.Location = r.Code
	}
	if v, ok := byID[*Variant](t.Company, setVariants, l.ItemVariantID); ok {
		p.Variant = v.Code
	}
	return p
}

// Ship posts a shipment only, of units by the sequences of lines; none are all that
// is left. Nothing is invoiced.
func (c *Company) Ship(number string, units map[int]decimal.Decimal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	d, ok := lookup[*SalesDocument](c, setOrders, number)
	if !ok {
		return fmt.Errorf("no salesOrder %q", number)
	}
	for _, old := range t.linesOf(d) {
		l := clone(old)
		n, named := units[l.Sequence]
		left := l.Quantity.Sub(l.ShippedQuantity)
		switch {
		case len(units) == 0:
			n = left
		case named && n.GreaterThan(left):
			t.rollback()
			return fmt.Errorf("line %d of %s has %s left to ship", l.Sequence, number, left)
		}
		l.ShipQuantity, l.InvoiceQuantity = n, decimal.Zero
		t.put(setOrderLines, l)
	}
	if err := t.postDocument(d); err != nil {
		t.rollback()
		return err
	}
	return nil
}

// ShipmentOf is a posted shipment with its lines.
type ShipmentOf struct {
	Shipment Shipment
	Lines    []ShipmentLine
}

// Shipments are the posted shipments in the order of their numbers.
func (c *Company) Shipments() []ShipmentOf {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []ShipmentOf
	for _, r := range c.tables[setShipments].rows {
		if s, ok := r.(*Shipment); ok {
			of := ShipmentOf{Shipment: *s}
			for _, l := range c.shipmentLines(s.ID) {
				of.Lines = append(of.Lines, *l)
			}
			out = append(out, of)
		}
	}
	slices.SortFunc(out, func(a, b ShipmentOf) int { return byKeyOrder(&a.Shipment, &b.Shipment) })
	return out
}

func (c *Company) shipmentLines(id string) (out []*ShipmentLine) {
	for _, r := range c.tables[setShipLines].of(id) {
		if l, ok := r.(*ShipmentLine); ok {
			out = append(out, l)
		}
	}
	return out
}

// Track enters a tracking number and an agent on a posted shipment, or on its lines
// with these sequences. Either changes the header's stamp (10.4).
func (c *Company) Track(number string, p Parcel, sequences ...int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	old, ok := lookup[*Shipment](c, setShipments, number)
	if !ok {
		return fmt.Errorf("no salesShipment %q", number)
	}
	s := clone(old)
	if len(sequences) == 0 {
		s.Parcel = p
	}
	t.put(setShipments, s)
	for _, l := range c.shipmentLines(s.ID) {
		if slices.Contains(sequences, l.Sequence) {
			l = clone(l)
			l.Tracking = p.Tracking
			t.put(setShipLines, l)
		}
	}
	return nil
}

// Undo takes lines of a posted shipment back, by their sequences; none are all. Each
// gets a negative line half way to the next one. The header is not written. Only what
// is not invoiced can be undone (10.4).
func (c *Company) Undo(number string, sequences ...int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	s, ok := lookup[*Shipment](c, setShipments, number)
	if !ok {
		return fmt.Errorf("no salesShipment %q", number)
	}
	lines := c.shipmentLines(s.ID)
	undone := 0
	for i, l := range lines {
		if len(sequences) > 0 && !slices.Contains(sequences, l.Sequence) || !l.Quantity.IsPositive() || l.Undone {
			continue
		}
		if err := t.undoLine(s, lines, i); err != nil {
			t.rollback()
			return err
		}
		undone++
	}
	if undone == 0 {
		return fmt.Errorf("nothing of shipment %s can be undone", number)
	}
	return nil
}

func (t *tx) undoLine(s *Shipment, lines []*ShipmentLine, i int) error {
	l := clone(lines[i])
	order, ok := lookup[*SalesDocument](t.Company, setOrders, s.OrderNumber)
	if !ok {
		return fmt.Errorf("shipment %s is invoiced", s.Number)
	}
	for _, old := range t.linesOf(order) {
		if old.Sequence != l.OrderLine {
			continue
		}
		if old.ShippedQuantity.Sub(old.InvoicedQuantity).LessThan(l.Quantity) {
			return fmt.Errorf("line %d of shipment %s is invoiced", l.Sequence, s.Number)
		}
		ol := clone(old)
		ol.ShippedQuantity = ol.ShippedQuantity.Sub(l.Quantity)
		ol.ShipQuantity, ol.InvoiceQuantity = ol.Quantity.Sub(ol.ShippedQuantity), ol.Quantity.Sub(ol.InvoicedQuantity)
		t.put(setOrderLines, ol)
		t.stock(ol, l.Quantity.Neg())
	}
	back := clone(l)
	back.ID, back.Quantity, back.Undone = t.srv.guid(), l.Quantity.Neg(), true
	back.Sequence = l.Sequence + 10000
	if i+1 < len(lines) {
		back.Sequence = l.Sequence + (lines[i+1].Sequence-l.Sequence)/2
	}
	l.Undone = true
	t.put(setShipLines, l)
	t.put(setShipLines, back)
	return nil
}

func (c *Company) controlShipments(w http.ResponseWriter, r *http.Request, rest []string) {
	body := json.NewDecoder(io.LimitReader(r.Body, 1<<16))
	var err error
	switch {
	case len(rest) < 2 && r.Method == http.MethodGet:
	case len(rest) == 2 && r.Method == http.MethodPost && rest[1] == "undo":
		var sequences []int
		if err = body.Decode(&sequences); err == nil {
			err = c.Undo(rest[0], sequences...)
		}
	case len(rest) == 2 && r.Method == http.MethodPost && rest[1] == "tracking":
		var p Parcel
		if err = body.Decode(&p); err == nil {
			err = c.Track(rest[0], p)
		}
	default:
		err = fmt.Errorf("want GET, or POST …/undo or …/tracking")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	control(w, c.Shipments())
}
