package oracle

import "strings"

// on is l of what a setting of an account names: the account, or the item in its place.
func (w *World) on(setting string, l Line) Line {
	l.Type, l.Object, l.Charge = booked(setting)
	if g, ok := w.numbered(l.Object); l.Charge && ok {
		l.ownGroup = g.taxGroup
	}
	return l
}

// booked is the type and the number of a line that a setting of an account makes.
func booked(setting string) (kind, number string, charge bool) {
	if before, after, found := strings.Cut(setting, ":"); found && strings.EqualFold(before, "item") {
		return "Item", strings.ToUpper(strings.TrimSpace(after)), true
	}
	return "Account", setting, false
}
