package shipments

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxPortions is how many lines one fulfilment has at most; Shopify takes 512.
const maxPortions = 250

// group is what goes into one fulfilment: one location, one carrier.
type group struct {
	Location, Company string
	Portions          []Portion
	Sequences         []int
}

// ship allots todo to fulfilment orders, and makes the next step of it. What cannot
// be allotted is a problem.
func (f facts) ship(todo []want, ps []parcel, n *Notes, p *plan) {
	a := allotment{facts: f, left: map[string]int{}}
	for _, fo := range f.Order.ToShip {
		for _, l := range fo.Lines {
			a.left[l.ID] = l.Remaining
		}
	}
	var rest []want
	for _, w := range todo {
		if w.Units -= a.allot(w); w.Units > 0 {
			rest = append(rest, w)
		}
	}
	rest = a.ready(rest, p)
	p.Problems = append(p.Problems, a.problems(rest)...)
	for _, g := range a.groups {
		if p.Step != nil {
			p.More = true
			break
		}
		p.Step = f.fulfil(g, ps, n)
	}
}

// allotment is what of an order's fulfilment orders is allotted so far.
type allotment struct {
	facts
	groups []*group
	left   map[string]int // units of a fulfilment order's line
}

// allot gives units of w to fulfilment orders that can be shipped: first those of
// its location, then one that holds just as many, then the others in Shopify's order.
func (a *allotment) allot(w want) (given int) {
	at := slices.Clone(a.Order.ToShip)
	slices.SortStableFunc(at, func(x, y FulfilmentOrder) int { return cmp.Compare(a.rank(y, w), a.rank(x, w)) })
	for _, fo := range at {
		if !fo.CanFulfil || fo.over() || fo.Service && fo.requested() || fo.Method == "PICK_UP" {
			continue
		}
		for _, l := range fo.Lines {
			n := min(a.left[l.ID], w.Units-given)
			if l.Item != w.Item || n <= 0 {
				continue
			}
			a.left[l.ID] -= n
			given += n
			g := a.group(fo.Location, w.Company)
			g.Portions = append(g.Portions, Portion{FulfilmentOrder: fo.ID, Line: l.ID, Item: l.Item, Units: n})
			if !slices.Contains(g.Sequences, w.Sequence) {
				g.Sequences = append(g.Sequences, w.Sequence)
			}
		}
	}
	return given
}

func (a *allotment) rank(fo FulfilmentOrder, w want) int {
	rank := 0
	if code := a.Locations[fo.Location]; code != "" && code == w.Location {
		rank += 2
	}
	if fo.remains(w.Item) == w.Units {
		rank++
	}
	return rank
}

func (a *allotment) group(location, company string) *group {
	for _, g := range a.groups {
		if g.Location == location && g.Company == company && len(g.Portions) < maxPortions {
			return g
		}
	}
	g := &group{Location: location, Company: company}
	a.groups = append(a.groups, g)
	return g
}

// fulfil is the step that makes a group's fulfilment. The same line of a fulfilment
// order is named once. Nobody is written to a second time about goods that were
// taken back in between.
func (f facts) fulfil(g *group, ps []parcel, n *Notes) *step {
	var portions []Portion
	units := map[string]int{}
	for _, p := range g.Portions {
		units[p.Item] += p.Units
		if i := slices.IndexFunc(portions, func(o Portion) bool { return o.Line == p.Line }); i >= 0 {
			portions[i].Units += p.Units
			continue
		}
		portions = append(portions, p)
	}
	slices.SortStableFunc(portions, func(a, b Portion) int { return strings.Compare(a.FulfilmentOrder, b.FulfilmentOrder) })
	part := Part{Units: units, Sequences: g.Sequences, Company: g.Company, Parcels: tracked(ps, g.Company, g.Sequences)}
	again := false
	for _, was := range slices.Backward(f.Record.Parts) {
		again = again || was.Cancelled
		if was.Cancelled && len(part.Parcels) == 0 && was.of(g.Sequences) > 0 {
			part.Parcels = was.Parcels // kept
		}
	}
	if n.sends(part.Parcels); len(part.Parcels) == 0 {
		n.None++
	}
	return &step{Do: doFulfil, Part: part, Send: Sending{
		Order: f.Order.ID, Parts: portions, Parcels: part.Parcels, Notify: f.Notify && !again,
	}}
}

// ready makes pickups ready whose goods are all there. Shopify makes a fulfilment
// order ready as a whole, and always writes to the buyer.
func (a *allotment) ready(rest []want, p *plan) []want {
	for _, fo := range a.Order.ToShip {
		if fo.Method != "PICK_UP" || fo.over() || len(rest) == 0 {
			continue
		}
		holds, whole := map[string]int{}, true
		for _, l := range fo.Lines {
			there := meant(rest)[l.Item]
			holds[l.Item] += min(there, l.Remaining)
			whole = whole && there+a.Claimed[fo.ID][l.Item] >= l.Remaining
		}
		for item, n := range holds {
			if n == 0 {
				delete(holds, item)
			}
		}
		part := Part{ID: fo.ID, Name: a.Order.Name, Ready: true, Units: holds}
		thing := "Shipment " + a.Shipment.Number
		switch {
		case len(holds) == 0:
		case fo.Status == "IN_PROGRESS": // somebody has made it ready
			p.Found, rest = append(p.Found, part), lessen(rest, holds)
		case fo.Status != "OPEN" || !fo.CanFulfil:
		case !whole:
			p.Problems = append(p.Problems, Problem{PickupPartial, thing})
			p.waits(fo.ID, holds)
			rest = lessen(rest, holds)
		case !a.Notify:
			p.Problems = append(p.Problems, Problem{PickupSilent, thing})
			p.waits(fo.ID, holds)
			rest = lessen(rest, holds)
		case p.Step == nil:
			p.Step, rest = &step{Do: doReady, Part: part}, lessen(rest, holds)
		default:
			p.More, rest = true, lessen(rest, holds)
		}
	}
	return rest
}

// waits notes that units wait in a fulfilment order for pickup.
func (p *plan) waits(id string, units map[string]int) {
	if p.Pickup == nil {
		p.Pickup = map[string]map[string]int{}
	}
	p.Pickup[id] = units
}

// problems say why rest cannot be fulfilled.
func (a *allotment) problems(rest []want) (ps []Problem) {
	for _, w := range rest {
		reason, stays, known := TooMuch, w.Units, false
		for _, fo := range a.Order.ToShip {
			n := fo.remains(w.Item)
			known = known || slices.ContainsFunc(fo.Lines, func(l OpenLine) bool { return l.Item == w.Item })
			switch {
			case n == 0 || fo.over():
				continue
			case fo.Status == "ON_HOLD":
				reason = OnHold
			case fo.Status == "SCHEDULED":
				reason = Scheduled
			case fo.Service && fo.requested():
				reason = AtService
			default:
				continue
			}
		}
		switch {
		case a.Order.Cancelled:
			reason = OrderCancelled
		case !w.Goods && !known:
			continue // a gift card or the like, which Shopify fulfils by itself
		}
		ps = append(ps, Problem{reason, fmt.Sprintf("%d of %s in shipment %s", stays, a.name(w), a.Shipment.Number)})
	}
	return ps
}

// name is what a person calls the goods of w.
func (a *allotment) name(w want) string {
	for _, l := range a.Shipment.Lines {
		if l.Sequence == w.Sequence {
			return strings.TrimSpace(l.Object + " " + l.Description)
		}
	}
	return w.Object
}
