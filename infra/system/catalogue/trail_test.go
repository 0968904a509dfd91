package catalogue_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/listings"
)

// Shopify's lists show products as they were, for as long as their index trails: an edit of
// either side is never undone by what a list still shows of the time before it, and in the
// end both sides say what was entered last.
func TestNothingIsUndoneByAnIndexThatTrails(t *testing.T) {
	const lag = 4 * time.Minute
	for _, dir := range []listings.Direction{listings.ToShop, listings.FromShop, listings.BothWays} {
		s := setup(dir)
		s.IndexLag = lag
		w := open(t, s)
		rounds(t, w, 2)
		company, shop := w.BC.Companies()[0], w.Shopify.Shop("")
		kettle := s.Shop.Products[0].ID
		r := rand.New(rand.NewPCG(16, uint64(lag)))
		for n := range 8 {
			entered := fmt.Sprint("Kettle no. ", n)
			there := dir == listings.FromShop || dir == listings.BothWays && r.IntN(2) == 0
			var err error
			if there {
				err = shop.UpdateProduct(kettle, func(p *data.Product) { p.Title = entered })
			} else {
				err = company.EditItem("KETTLE", func(i *businesscentral.Item) { i.DisplayName = entered })
			}
			if err == nil && r.IntN(2) == 0 { // which has the product read by its id, whatever lists show
				err = company.EditItem("KETTLE", func(i *businesscentral.Item) { i.GTIN = fmt.Sprint(4006381333900 + n) })
			}
			if err != nil {
				t.Fatal(err)
			}
			side, arrived := "item KETTLE", "KETTLE"
			if there {
				side, arrived = arrived, side
			}
			came := false
			for range 1 + r.IntN(6) {
				trigger(t, w, listings.TaskName, nil)
				w.Live(time.Minute)
				all := goods(w)
				if !strings.HasPrefix(all[side], entered) || came && !strings.HasPrefix(all[arrived], entered) {
					t.Fatalf("%s: %q was entered, and then it is %q and %q", dir, entered, all[side], all[arrived])
				}
				came = came || strings.HasPrefix(all[arrived], entered)
			}
			w.Live(time.Duration(r.IntN(3)) * lag)
			play(t, w, listings.TaskName, nil)
			play(t, w, listings.TaskName, nil)
			if item, product := goods(w)["item KETTLE"], goods(w)["KETTLE"]; !strings.HasPrefix(item, entered+" ") || !strings.HasPrefix(product, entered+",") {
				t.Fatalf("%s: %q was entered, the item is %q, the product %q", dir, entered, item, product)
			}
		}
	}
}
