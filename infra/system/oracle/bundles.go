package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// Bundle is a comment that names a bundle, over the lines of its components. It has no
// price: theirs make up the bundle's.
type Bundle struct {
	ID       int64
	Name     string // as Shopify has it
	Number   string // of the bundle's own goods; "" is none
	Quantity int
	Whole    bool                       // no unit of a component was taken away
	Units    map[string]decimal.Decimal // of the components that are left, by what their lines are of
}

// component notes that a line is one of a bundle, and what it is booked as.
func (m *Meant) component(l *data.Line, booked Line) {
	if l.Group == nil {
		return
	}
	i := slices.IndexFunc(m.Bundles, func(b Bundle) bool { return b.ID == l.Group.ID })
	if i < 0 {
		i = len(m.Bundles)
		m.Bundles = append(m.Bundles, Bundle{ID: l.Group.ID, Name: l.Group.Title, Number: l.Group.SKU, Quantity: l.Group.Quantity, Whole: true, Units: map[string]decimal.Decimal{}})
	}
	of := booked.Type + " " + booked.Object
	m.Bundles[i].Units[of] = m.Bundles[i].Units[of].Add(booked.Quantity)
}

// whole settles of which bundles components were taken away.
func (m *Meant) whole(o *data.Order) {
	for i := range m.Bundles {
		for _, l := range o.Lines {
			if l.Group != nil && l.Group.ID == m.Bundles[i].ID && l.Removed > 0 {
				m.Bundles[i].Whole = false
			}
		}
	}
}

// bundles: each is named once, directly over all of its components; nothing else is
// called a bundle.
func (j *judgement) bundles() {
	lines := slices.Clone(j.d.Lines)
	slices.SortStableFunc(lines, func(a, b DocumentLine) int { return a.Sequence - b.Sequence })
	left := slices.Clone(j.m.Bundles)
	for i := range lines {
		if !strings.HasPrefix(said(lines[i]), "bundle:") {
			continue
		}
		at := -1
		var under int
		for k, b := range left {
			if under = b.reads(lines[i:]); under > 0 {
				at = k
				break
			}
		}
		if at < 0 || !j.Rules.Bundles {
			j.say("bundle", "none", lines[i].Description)
			continue
		}
		if missing := left[at].under(lines[i+under:]); missing != "" {
			j.say("components under the bundle "+left[at].Name, "all", "not "+missing)
		}
		left = slices.Delete(left, at, at+1)
	}
	for _, b := range left {
		if j.Rules.Bundles {
			j.say("bundle", b.Name, "no comment that names it")
		}
	}
}

// said is a comment without spaces and capitals, since it may go on in the next line.
func said(l DocumentLine) string {
	if l.LineType != "Comment" {
		return ""
	}
	return strings.ToLower(strings.Join(strings.Fields(l.Description), ""))
}

// reads is how many of the first lines name the bundle; 0: they do not.
func (b Bundle) reads(lines []DocumentLine) int {
	var text strings.Builder
	for i, l := range lines {
		s := said(l)
		if s == "" {
			return 0
		}
		text.WriteString(s)
		want := []string{b.Name, b.Number}
		if b.Whole {
			want = append(want, fmt.Sprint(b.Quantity, "x"))
		}
		if !slices.ContainsFunc(want, func(w string) bool {
			return !strings.Contains(text.String(), strings.ToLower(strings.Join(strings.Fields(w), "")))
		}) {
			return i + 1
		}
	}
	return 0
}

// under is what of the components is not among the lines that come next; "" is nothing.
func (b Bundle) under(lines []DocumentLine) string {
	left := maps.Clone(b.Units)
	for _, l := range lines {
		of := l.LineType + " " + l.LineObjectNumber
		if !left[of].IsPositive() {
			break
		}
		left[of] = left[of].Sub(l.Quantity)
	}
	for of, n := range left {
		if !n.IsZero() {
			return fmt.Sprintf("%s of %s", n, of)
		}
	}
	return ""
}
