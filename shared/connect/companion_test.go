package connect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/images"
	"backroom/shared/inventory"
	"backroom/shared/listings"
	"backroom/shared/prices"
	"backroom/shared/products"
	"backroom/shared/wiring"
)

// sets are those that a company's companion API has.
type installed struct {
	sets  []string
	fails error
	asked []string
}

func (i *installed) Tells(_ context.Context, set string) (bool, error) {
	i.asked = append(i.asked, set)
	return slices.Contains(i.sets, set), i.fails
}

// What a card asks for that only the companion extension tells is said, with the settings
// that ask; a card that asks for nothing has the company asked for nothing.
func TestWhatTheCompanionWouldTell(t *testing.T) {
	stock := inventory.Settings{StockLocations: []inventory.Place{{LocationID: "71", Codes: []string{"MAIN"}}}}
	for _, tt := range []struct {
		name string
		card []any
		sets []string
		want []string // sets that lack, and the settings
		asks int
	}{
		{name: "a new card"},
		{name: "prices", card: []any{prices.Settings{SendPrices: true}}, want: []string{"salesPrices [sendPrices]"}, asks: 1},
		{name: "prices of a group", card: []any{prices.Settings{SendPrices: true, CustomerPriceGroup: "WEB"}}, want: []string{"salesPrices [sendPrices customerPriceGroup]"}, asks: 1},
		{name: "prices that are not sent", card: []any{prices.Settings{CustomerPriceGroup: "WEB"}}},
		{name: "stock", card: []any{stock}, want: []string{"inventoryByLocation [stockLocations]"}, asks: 1},
		{name: "pictures", card: []any{images.Settings{SyncItemImages: images.ToShopify}}, want: []string{"itemPictures [syncItemImages]"}, asks: 1},
		{name: "pictures from Shopify", card: []any{images.Settings{SyncItemImages: images.FromShopify}}},
		{name: "products", card: []any{listings.Settings{ProductSync: listings.ToShop}}, want: []string{"itemReferences [productSync]"}, asks: 1},
		{name: "products from Shopify", card: []any{listings.Settings{ProductSync: listings.FromShop}}},
		{name: "weights", card: []any{listings.Settings{ProductSync: listings.FromShop, ProductFieldOwners: map[listings.Field]listings.Owner{listings.Mass: listings.OwnerBC}}}, want: []string{"itemDetails [productFieldOwners]"}, asks: 1},
		{name: "vendors' numbers", card: []any{products.ItemSettings{SKUMapping: products.SKUVendorItem}}, want: []string{"itemDetails [skuMapping]"}, asks: 1},
		{name: "all of it, and there", card: []any{prices.Settings{SendPrices: true}, stock, images.Settings{SyncItemImages: images.ToShopify}}, sets: []string{"salesPrices", "inventoryByLocation", "itemPictures"}, asks: 3},
		{name: "a part of it is there", card: []any{prices.Settings{SendPrices: true}, stock}, sets: []string{"salesPrices"}, want: []string{"inventoryByLocation [stockLocations]"}, asks: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var card documents.Card
			var err error
			if card.Shop, err = card.With(tt.card...); err != nil {
				t.Fatal(err)
			}
			bc, found := &installed{sets: tt.sets}, Found{}
			if err := found.lacks(t.Context(), bc, wiring.Tasks(wiring.Options{}).Definitions, card); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range found.Lacks {
				got = append(got, fmt.Sprint(l.Set, " ", l.Settings))
			}
			if !slices.Equal(got, tt.want) || len(bc.asked) != tt.asks {
				t.Errorf("%q, want %q; asked for %q", got, tt.want, bc.asked)
			}
			fs := untold(card, found)
			for i, f := range fs {
				if f.Weight != Note || f.Text != found.Lacks[i].Without || f.WayOut == "" || !slices.Equal(f.Settings, found.Lacks[i].Settings) {
					t.Errorf("%+v", f)
				}
			}
			if len(fs) != len(tt.want) {
				t.Errorf("%d findings", len(fs))
			}
		})
	}
}

// A company that does not answer to this is judged by nothing: what could not be asked is
// said.
func TestCompanionThatIsNotRead(t *testing.T) {
	var card documents.Card
	var err error
	if card.Shop, err = card.With(prices.Settings{SendPrices: true}); err != nil {
		t.Fatal(err)
	}
	bc, found := &installed{fails: &fault.Error{Op: "x", Kind: fault.Transient, Err: errors.New("down")}}, Found{}
	if err := found.lacks(t.Context(), bc, wiring.Tasks(wiring.Options{}).Definitions, card); err != nil || len(found.Lacks) > 0 || len(found.Unread) != 1 {
		t.Errorf("%v, %+v", err, found)
	}
}
