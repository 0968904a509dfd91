package documents

import (
	"fmt"
	"slices"

	"backroom/shared/orders"
)

// ShowsBundles reports whether documents name the bundles of their orders.
func (s DocumentSettings) ShowsBundles() bool { return slices.Contains(s.CommentLines, bundlesLine) }

// bundleLines reports whether the document names bundles. A memo never does.
func (m *mapper) bundleLines() bool { return m.booked == nil && m.card.ShowsBundles() }

// lines are the order's lines of which units are left, in its order. Where bundles are
// to be seen, the components of one come together, where the first of them stands.
func (m *mapper) lines() []*orders.Line {
	var out []*orders.Line
	for i := range m.order.Lines {
		if m.order.Lines[i].CurrentQuantity > 0 {
			out = append(out, &m.order.Lines[i])
		}
	}
	if !m.bundleLines() {
		return out
	}
	first := map[string]int{}
	place := map[*orders.Line]int{}
	for i, l := range out {
		place[l] = i
		if l.Group == nil {
			continue
		}
		if _, there := first[l.Group.ID]; !there {
			first[l.Group.ID] = i
		}
		place[l] = first[l.Group.ID]
	}
	slices.SortStableFunc(out, func(a, b *orders.Line) int { return place[a] - place[b] })
	return out
}

// bundle puts a comment over the first component of a bundle. It has no price: the
// components' make up the bundle's. How many bundles there are is left out once units of a
// component were taken away.
func (m *mapper) bundle(c charge) {
	if c.line == nil || c.line.Group == nil || !m.bundleLines() || m.group == c.line.Group.ID {
		return
	}
	g := c.line.Group
	m.group = g.ID
	text := g.Title
	if g.SKU != "" {
		text += " (SKU " + g.SKU + ")"
	}
	if !slices.ContainsFunc(m.order.Lines, func(l orders.Line) bool {
		return l.Group != nil && l.Group.ID == g.ID && l.CurrentQuantity != l.Quantity
	}) {
		text = fmt.Sprintf("%d x %s", g.Quantity, text)
	}
	m.comment("Bundle: " + text)
}
