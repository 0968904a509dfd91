package businesscentral

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Flood is documents beside those that a company stores: so many that they are made
// when they are read. They never change, and are in no other set's rows.
type Flood interface {
	// Documents calls f with invoices or credit memos by their numbers, ascending, until
	// it answers false.
	Documents(set string, h Hint, f func(*SalesDocument) bool)
	// Shipments does the same with posted shipments.
	Shipments(h Hint, f func(*Shipment) bool)
	// Lines does it with the lines of posted shipments that h numbers, and of no others.
	Lines(h Hint, f func(*ShipmentLine) bool)
}

// Hint is what a reader wants of a flood. More may be given, never less.
type Hint struct {
	From, To  string   // dates of the documents; "" is open
	After     string   // a document's number, behind which the others begin
	Externals []string // their external numbers; nil: all
	Numbers   []string // their numbers; nil: all
}

// SetFlood adds a flood to the company.
func (c *Company) SetFlood(f Flood) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flood = f
}

var (
	hintFrom     = regexp.MustCompile(`(?:invoiceDate|creditMemoDate|postingDate) ge ([0-9-]{10})`)
	hintTo       = regexp.MustCompile(`(?:invoiceDate|creditMemoDate|postingDate) le ([0-9-]{10})`)
	hintExternal = regexp.MustCompile(`externalDocumentNumber eq '([^']*)'`)
	hintNumber   = regexp.MustCompile(`\b(?:number|documentNo) eq '([^']*)'`)
)

// hint reads a filter. One that is not understood gives no hint.
func hint(filter string) Hint {
	var h Hint
	if m := hintFrom.FindStringSubmatch(filter); m != nil {
		h.From = m[1]
	}
	if m := hintTo.FindStringSubmatch(filter); m != nil {
		h.To = m[1]
	}
	all := func(p *regexp.Regexp) (out []string) {
		for _, m := range p.FindAllStringSubmatch(filter, -1) {
			out = append(out, m[1])
		}
		return out
	}
	h.Externals, h.Numbers = all(hintExternal), all(hintNumber)
	return h
}

// flooded reports whether a set has rows of the flood.
func (t *tx) flooded(a *address) bool {
	return t.flood != nil && a.id == "" && (a.target.name == setInvoices || a.target.name == setMemos || a.target.name == setShipments || a.target.name == setShipLines)
}

// ofFlood adds the rows of the flood that a request may answer with: those behind the
// token of its page, and one more than a page of n holds.
func (t *tx) ofFlood(a *address, rows []row, n int) []row {
	h := hint(a.o.filterText)
	if key, ok := tokenKey(a.o.after); ok {
		h.After = strings.TrimSuffix(key, "\x00posted")
	}
	if a.count || len(a.o.orderBy) > 0 {
		n = -1
	}
	take := func(r row) bool {
		if a.o.filter == nil || a.o.filter(r) {
			if base := r.base(); base.ID == "" {
				base.ID, base.Modified, base.Rev = guidOf(a.target.name+keyOf(r)), floodTime(r), 1
			}
			rows = append(rows, r)
			n--
		}
		return n != 0
	}
	switch a.target.name {
	case setShipments:
		t.flood.Shipments(h, func(s *Shipment) bool { return take(s) })
	case setShipLines:
		t.flood.Lines(h, func(l *ShipmentLine) bool { return take(l) })
	default:
		t.flood.Documents(a.target.name, h, func(d *SalesDocument) bool { return take(d) })
	}
	slices.SortStableFunc(rows, byKeyOrder)
	return rows
}

// floodTime is when a row of the flood was posted.
func floodTime(r row) time.Time {
	date := ""
	switch r := r.(type) {
	case *SalesDocument:
		date = r.PostingDate
	case *Shipment:
		date = r.PostingDate
	}
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	return at
}
