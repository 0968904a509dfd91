package businesscentral

import (
	"slices"

	"github.com/shopspring/decimal"
)

// Switches choose between readings of what only a live tenant can tell. The zero value is the likely one of each.
type Switches struct {
	// BlankUnset: "", a zero id or a zero date in a POST is as if it were not
	// sent (9.1.4). Else it is written like any other value.
	BlankUnset bool `json:"blankUnset"`
	// ZeroUnset: 0 or false in a POST is as if it were not sent (9.1.4).
	ZeroUnset bool `json:"zeroUnset"`
	// PageOrder: fields are written in the order in which the page registers
	// them (9.1.3). Else in the order of the JSON.
	PageOrder bool `json:"pageOrder"`
	// HeaderFirst: the answer of a deep insert shows the header's totals as they
	// were before the lines (9.4). Else as they are stored after the last line.
	HeaderFirst bool `json:"headerFirst"`
	// FreshTotals: the header's totals of orders see every line, as those of
	// invoices do. Else they can be stale, which nobody has seen live (9.4).
	FreshTotals bool `json:"freshTotals"`
	// FilterValues is how many conditions one filter may join by or (1.5 names no
	// limit). 0: as many as one likes.
	FilterValues int `json:"filterValues"`
}

// SetSwitches chooses for requests to come.
func (s *Server) SetSwitches(sw Switches) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Switches = sw
}

// Switches are the readings in force.
func (s *Server) Switches() Switches {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.o.Switches
}

// noted are the fields of a body that are written, in the order in which they
// are: the numbered list of 9.1.
func (t *tx) noted(in input) []change {
	sw := t.srv.Switches()
	if !in.creating {
		sw.BlankUnset, sw.ZeroUnset = false, false
	}
	if !sw.BlankUnset && !sw.ZeroUnset && !sw.PageOrder {
		return in.changes
	}
	changes := slices.DeleteFunc(slices.Clone(in.changes), func(c change) bool {
		return sw.BlankUnset && isBlank(c.v) || sw.ZeroUnset && isZero(c.v)
	})
	if sw.PageOrder {
		slices.SortStableFunc(changes, func(a, b change) int { return a.place - b.place })
	}
	return changes
}

func isBlank(v any) bool { return v == "" || v == zeroGUID || v == zeroDate || v == blankEnum }

func isZero(v any) bool {
	if d, ok := v.(decimal.Decimal); ok {
		return d.IsZero()
	}
	return v == 0 || v == false
}

// unchanged reports whether c is what r holds at this moment: then BC does not
// validate the field (9.1.2).
func (t *tx) unchanged(r row, c change, creating bool) bool {
	switch r := r.(type) {
	case *SalesDocument:
		switch {
		case c.name == "currencyCode":
			code, _ := c.v.(string)
			return t.currencyKey(code) == r.CurrencyCode
		case c.name == "discountAmount" && creating:
			return false // the page notes that it was sent
		case slices.Contains(shipToNames, c.name):
			return creating && c.v == "" || c.same(r, c.v) // compared with the old value: a blank one in a POST is none (9.1.5)
		case slices.Contains(shipToAddress, c.name) && r.ShipToCode != "":
			return false // it clears the code
		}
	case *SalesLine:
		if c.name == "taxCode" {
			return c.v == r.TaxGroup
		}
	}
	return c.same(r, c.v)
}
