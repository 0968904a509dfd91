package documents

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/sales"
)

// portion is the units of a charge that one location ships.
type portion struct {
	charge
	location string // BC's id; "" leaves it to BC
}

// portions cuts a charge for an item by the BC locations that its units ship
// from. Discount and taxes are shared to the cent: the portions together are the
// charge. What goes to an account, or an item in its place, ships from nowhere, and stays whole.
func (m *mapper) portions(c charge) []portion {
	if c.line == nil {
		return []portion{{charge: c}}
	}
	l := sales.Line{Description: c.name}
	if c.target(m, &l); l.Kind != sales.ItemLine || l.Charge {
		return []portion{{charge: c}}
	}
	var ids []string
	var units []int
	sum := 0
	for _, p := range c.line.Places {
		if p.Quantity <= 0 {
			continue
		}
		sum += p.Quantity
		id := m.location(p.Location)
		at := -1
		for i := range ids {
			if ids[i] == id {
				at = i
			}
		}
		if at < 0 {
			ids, units, at = append(ids, id), append(units, 0), len(ids)
		}
		units[at] += p.Quantity
	}
	if sum == 0 || sum != c.quantity { // not known, or not of the units that are left
		return []portion{{charge: c, location: m.location(c.line.Location)}}
	}
	return c.split(ids, units, m.digits())
}

func (c charge) split(ids []string, units []int, digits int32) []portion {
	ps := make([]portion, len(ids))
	discounts := sales.Split(c.discount, units, digits)
	taxes := make([][]decimal.Decimal, len(c.taxes))
	for j, t := range c.taxes {
		taxes[j] = sales.Split(t.amount, units, digits)
	}
	for i := range ps {
		ps[i] = portion{charge: c, location: ids[i]}
		p := &ps[i]
		p.quantity, p.discount = units[i], discounts[i]
		p.taxes = make([]levied, len(c.taxes))
		for j, t := range c.taxes {
			t.amount = taxes[j][i]
			p.taxes[j] = t
		}
	}
	return ps
}

// location is BC's id of a Shopify location, or of the card's default one if
// it is not known; "" where the card maps none.
func (m *mapper) location(id string) string {
	id = first(id, m.card.DefaultLocationID)
	for _, e := range m.card.Locations {
		if e.LocationID != id || e.Code == "" {
			continue
		}
		r, ok := m.refs.Locations[strings.ToUpper(e.Code)]
		if !ok {
			m.problem(LocationUnmapped, fmt.Sprintf("%s (Shopify location %s)", e.Code, strings.TrimSpace(e.Name+" "+e.LocationID)))
		}
		return r.ID
	}
	return ""
}
