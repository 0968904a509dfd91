package drawn

import (
	"strconv"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// bundles makes some of the goods components of one bundle or two, which need not stand
// side by side. Their prices make up the bundle's; one of them may have none.
func (d *drawing) bundles() {
	if !d.one(4) {
		return
	}
	var groups []*data.Group
	for range 1 + d.r.IntN(2) {
		g := &data.Group{ID: d.next(), Title: pick(d.generator, "Camera kit", "Gift set \"Förde\" – three of a kind, wrapped in paper with a ribbon, as long as there is any of it left here", "Set"), Quantity: 1 + d.r.IntN(3)}
		if d.one(2) {
			g.SKU = "KIT-" + strconv.Itoa(d.r.IntN(9))
		}
		groups = append(groups, g)
	}
	for _, l := range d.o.Lines {
		if i := d.r.IntN(len(groups) + 1); i < len(groups) {
			if l.Group = groups[i]; len(l.Allocations) == 0 && d.one(6) {
				l.UnitPrice = d.bag(decimal.Zero)
			}
			d.kind("bundle")
		}
	}
}
