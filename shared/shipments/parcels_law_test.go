package shipments_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"backroom/shared/shipments"
)

// drawnParcel is a parcel with the items that it holds by what the source says; none: it
// does not say.
type drawnParcel struct {
	shipments.Parcel
	holds []string
}

// Whoever names parcels, of whatever carriers and goods, in however many parts: a
// fulfilment has numbers of one carrier, each once; and each number is told of a
// fulfilment, or named by a run.
func TestEveryParcelIsToldOrNamed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.order(one, item{sku: "A", units: 2}, item{sku: "B", units: 2, at: store}, item{sku: "C", units: 2})
		var all []drawnParcel
		var texts, notes []string
		left := map[int]int{10000: 2, 20000: 2, 30000: 2}
		for part := range rapid.IntRange(1, 3).Draw(rt, "parts") {
			units := map[int]string{}
			for _, q := range []int{10000, 20000, 30000} {
				if n := rapid.IntRange(0, left[q]).Draw(rt, "units"); n > 0 {
					units[q], left[q] = fmt.Sprint(n), left[q]-n
				}
			}
			if len(units) == 0 {
				break
			}
			var told []shipments.Parcel
			for n := range rapid.IntRange(0, 3).Draw(rt, "parcels") {
				p := drawnParcel{Parcel: shipments.Parcel{Number: fmt.Sprintf("N%d%d", part, n), Agent: rapid.SampledFrom([]string{"UPS", "GLS", "X9"}).Draw(rt, "agent")}}
				p.holds = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"A", "B", "C"}), 0, 2, rapid.ID).Draw(rt, "items")
				if all = append(all, p); rapid.Bool().Draw(rt, "by a text") {
					texts = append(texts, "TRACK:"+p.Agent+":"+p.Number+"|"+strings.Join(p.holds, ","))
				} else {
					p.Items = p.holds
					told = append(told, p.Parcel)
				}
			}
			w.parcels(w.ship(one, units, texts...), told...)
			notes = append(notes, w.run(t).Progress.Note)
		}
		numbers := map[string]bool{}
		for _, f := range w.orders[one].Sent {
			for i, p := range f.Parcels {
				numbers[p.Number] = true
				if p.Company != f.Parcels[0].Company || slices.IndexFunc(f.Parcels, func(o shipments.Tracking) bool { return o.Number == p.Number }) < i {
					rt.Errorf("%s", w.fates(t, one))
				}
			}
		}
		for _, p := range all {
			if !numbers[p.Number] && !slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, p.Number) }) {
				rt.Errorf("%s of %s with %v is neither told nor named: %s; %q", p.Number, p.Agent, p.holds, w.fates(t, one), notes)
			}
		}
	})
}
