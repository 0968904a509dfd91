package inventory

import (
	"github.com/shopspring/decimal"

	"backroom/shared/issue"
)

// pair is a good at a place, with what was found of it.
type pair struct {
	good   Good
	place  Place
	figure figure

	promised decimal.Decimal // base units
	offers   int             // what is to be available
	from     int             // what is, as it was read
}

// fate is what is to be done about a pair.
type fate int

const (
	send      fate = iota + 1 // it is set
	right                     // it is as it should be
	untracked                 // the shop does not count it
	wrong                     // there is a reason why it is not set
	unread                    // it could not be read
)

// decide says what is to be done about p as the shop shows it. Nothing is said of a
// variant that is not stocked at a location where there is nothing to sell.
func (p *pair) decide(ls Levels) (fate, issue.Reason) {
	if ls.Unread[p.good.InventoryItem] != nil {
		return unread, ItemUnread
	}
	item, ok := ls.Items[p.good.InventoryItem]
	if !ok {
		return wrong, ItemGone
	}
	p.offers = p.figure.offered(p.promised)
	level, stocked := item.Levels[p.place.LocationID]
	p.from = level.Available
	switch {
	case !item.Tracked:
		return untracked, ""
	case !stocked && p.offers == 0, !level.Active && p.offers == 0:
		return right, ""
	case !stocked, !level.Active:
		return wrong, Unstocked
	case p.offers == 0 && p.from < 0: // oversold in the shop already: sold out either way
		return right, ""
	case p.offers == p.from:
		return right, ""
	}
	return send, ""
}

// placeProblem is what is wrong with a place as a whole, "" if nothing is.
func placeProblem(p Place, ls Levels) issue.Reason {
	l, ok := ls.Locations[p.LocationID]
	switch {
	case !ok || !l.Active:
		return LocationUnknown
	case l.Service:
		return ServiceLocation
	}
	return ""
}
