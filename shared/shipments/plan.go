package shipments

import (
	"cmp"
	"maps"
	"slices"
)

// step is one change of Shopify.
type step struct {
	Do     string
	Part   Part
	Send   Sending // of doFulfil
	Notify bool    // of doTrack
}

// plan is what to do about a shipment, decided by what both sides say now.
type plan struct {
	Step     *step  // the next one; nil: there is nothing to send
	More     bool   // another one follows, which is decided when this one is done
	Found    []Part // what somebody else has done of it
	Problems []Problem
	Pickup   map[string]map[string]int // as in [Record]
}

// facts are all that a plan is made of.
type facts struct {
	Record   Record
	Shipment Shipment
	Document Document
	Order    Order
	// Claimed is what other shipments of the order hold of fulfilments and of
	// fulfilment orders for pickup: units by line item, by id.
	Claimed   map[string]map[string]int
	Carriers  []Carrier
	Locations map[string]string // code by Shopify's location
	Notify    bool
}

// decide makes the plan. Nothing is sent twice by it: what the parts of the shipment
// hold, and what remains in Shopify, is read before.
func decide(f facts, n *Notes) plan {
	ws, problems := wants(f.Shipment, f.Document, f.Order)
	ws, ps := parcels(f.Shipment, ws, f.Carriers, n)
	p := plan{Problems: problems}
	if f.undo(ws, &p) {
		return p
	}
	todo := f.rest(ws)
	todo = f.adopt(todo, &p)
	if f.ship(todo, ps, n, &p); p.Step == nil {
		f.track(ws, ps, n, &p)
	}
	return p
}

// meant is how many units of each line item the shipment says.
func meant(ws []want) map[string]int {
	m := map[string]int{}
	for _, w := range ws {
		m[w.Item] += w.Units
	}
	return m
}

// undo cancels a fulfilment that holds more than is left of the shipment. What is
// left of it is fulfilled again then. It reports whether that comes first.
func (f facts) undo(ws []want, p *plan) bool {
	m := meant(ws)
	parts := slices.Clone(f.Record.Parts)
	_, taken, _ := net(f.Shipment.Lines)
	slices.SortStableFunc(parts, func(a, b Part) int { return cmp.Compare(b.of(taken), a.of(taken)) })
	for _, part := range parts {
		sent := f.Order.fulfilment(part.ID)
		over := false
		for item, units := range part.Units {
			over = over || units > 0 && f.Record.has(item) > m[item]
		}
		switch {
		case part.Cancelled:
		case !over:
			if sent != nil && sent.Cancelled {
				p.Problems = append(p.Problems, Problem{CancelledByHand, "Fulfilment " + part.Name + " of shipment " + f.Shipment.Number})
			}
		case sent != nil && sent.Cancelled, part.Ready && f.claimed(part): // as it is meant to become
			part.Cancelled = true
			p.Found, p.More = append(p.Found, part), true
			return true
		case part.Ready && !part.Found:
			p.Problems = append(p.Problems, Problem{UndoneReady, "Shipment " + f.Shipment.Number})
		case part.Found || part.Ready:
			p.Problems = append(p.Problems, Problem{UndoneByHand, "Shipment " + f.Shipment.Number})
		default:
			others := slices.ContainsFunc(parts, func(o Part) bool { return !o.Cancelled && o.ID != part.ID })
			p.Step, p.More = &step{Do: doCancel, Part: part}, others || len(m) > 0
			return true
		}
	}
	return false
}

// claimed reports whether other shipments hold all that waits in a pickup of the part's
// items.
func (f facts) claimed(part Part) bool {
	i := slices.IndexFunc(f.Order.ToShip, func(fo FulfilmentOrder) bool { return fo.ID == part.ID })
	if i < 0 || f.Order.ToShip[i].over() {
		return false
	}
	for item := range part.Units {
		if f.Claimed[part.ID][item] < f.Order.ToShip[i].remains(item) {
			return false
		}
	}
	return true
}

// of is how many of the lines of these sequences the part is of.
func (p Part) of(sequences []int) (n int) {
	for _, q := range p.Sequences {
		if slices.Contains(sequences, q) {
			n++
		}
	}
	return n
}

// rest is what is left to fulfil of ws: the parts of the shipment hold the others.
func (f facts) rest(ws []want) []want {
	held := map[string]int{}
	for _, w := range ws {
		held[w.Item] = f.Record.has(w.Item)
	}
	ws = slices.Clone(ws)
	// What a part says it is of comes off first.
	for _, named := range []bool{true, false} {
		for i := range ws {
			w := &ws[i]
			if named && !slices.ContainsFunc(f.Record.Parts, func(p Part) bool { return !p.Cancelled && slices.Contains(p.Sequences, w.Sequence) }) {
				continue
			}
			n := min(held[w.Item], w.Units)
			held[w.Item] -= n
			w.Units -= n
		}
	}
	return slices.DeleteFunc(ws, func(w want) bool { return w.Units <= 0 })
}

// free are the units of a fulfilment that no shipment holds, by line item.
func (f facts) free(s Fulfilment) map[string]int {
	m := maps.Clone(s.Units)
	for item, n := range f.Claimed[s.ID] {
		m[item] -= n
	}
	for _, part := range f.Record.Parts {
		if part.ID == s.ID {
			for item, n := range part.Units {
				m[item] -= n
			}
		}
	}
	maps.DeleteFunc(m, func(_ string, n int) bool { return n <= 0 })
	return m
}

// adopt takes a fulfilment for the shipment's that somebody else has made of just
// its goods, and what others have shipped of goods of which nothing remains.
func (f facts) adopt(todo []want, p *plan) []want {
	if len(todo) == 0 {
		return nil
	}
	m := meant(todo)
	for _, s := range f.Order.Sent {
		if !s.Cancelled && maps.Equal(f.free(s), m) {
			p.Found = append(p.Found, f.found(s, m, todo))
			return nil
		}
	}
	for _, s := range f.Order.Sent {
		if s.Cancelled {
			continue
		}
		take := map[string]int{}
		for item, n := range f.free(s) {
			if lack := m[item] - f.open(item); lack > 0 {
				take[item] = min(n, lack)
			}
		}
		if len(take) == 0 {
			continue
		}
		p.Found = append(p.Found, f.found(s, take, todo))
		todo = lessen(todo, take)
		m = meant(todo)
	}
	return todo
}

// found is a fulfilment that somebody else has made, as a part.
func (f facts) found(s Fulfilment, units map[string]int, todo []want) Part {
	part := Part{ID: s.ID, Name: s.Name, Units: units, Found: true, Parcels: s.Parcels}
	for _, w := range todo {
		if units[w.Item] > 0 {
			part.Sequences, part.Company = append(part.Sequences, w.Sequence), w.Company
		}
	}
	return part
}

// lessen takes units off todo.
func lessen(todo []want, units map[string]int) (left []want) {
	units = maps.Clone(units)
	for _, w := range todo {
		n := min(units[w.Item], w.Units)
		units[w.Item] -= n
		if w.Units -= n; w.Units > 0 {
			left = append(left, w)
		}
	}
	return left
}

// open is how many units of a line item may still be shipped from anywhere, now or
// later.
func (f facts) open(item string) (n int) {
	for _, fo := range f.Order.ToShip {
		if !fo.over() {
			n += fo.remains(item)
		}
	}
	return n
}

// late notes parcels that none of the fulfilments can have: another carrier has brought
// the goods that they hold, as far as Shopify was told.
func (f facts) late(ps []parcel, n *Notes, p *plan) {
	for _, x := range ps {
		holds, has := false, false
		for _, part := range slices.Concat(f.Record.Parts, p.Found) {
			if !part.Cancelled && !part.Ready && part.of(x.Lines) > 0 {
				holds, has = true, has || part.Company == x.Company || slices.Contains(part.Parcels, x.Tracking)
			}
		}
		if holds && !has {
			n.Late = append(n.Late, cmp.Or(x.Number, x.URL))
		}
	}
}

// track sends parcels that were entered later. What a person has entered in Shopify
// stays, and nothing is ever taken away.
func (f facts) track(ws []want, ps []parcel, n *Notes, p *plan) {
	f.late(ps, n, p)
	for _, part := range slices.Concat(f.Record.Parts, p.Found) {
		if part.Cancelled || part.Ready {
			continue
		}
		for _, w := range ws { // the carrier may have been entered later, too
			if slices.Contains(part.Sequences, w.Sequence) {
				part.Company = w.Company
				break
			}
		}
		meant := tracked(ps, part.Company, part.Sequences)
		if len(meant) == 0 || slices.Equal(meant, part.Parcels) || part.Found && len(part.Parcels) > 0 {
			continue
		}
		if sent := f.Order.fulfilment(part.ID); sent == nil || sent.Cancelled {
			continue
		}
		if p.Step != nil {
			p.More = true
			return
		}
		part.Parcels = meant
		n.sends(meant)
		p.Step = &step{Do: doTrack, Part: part, Notify: f.Notify}
	}
}
