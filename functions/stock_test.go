package functions_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/inventory"
	"backroom/shared/jobqueue"
	"backroom/shared/listings"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// unguarded writes without a lease: what sync-products would have stored.
type unguarded struct{ table.Table }

func (u unguarded) Write(ctx context.Context, _ jobqueue.Lease, ops ...jobqueue.TableOp) error {
	return u.Table.Write(ctx, ops...)
}

func (unguarded) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	return l, false, nil
}

func (unguarded) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// stock has the stock of a variant and of a bundle sent, which ends well for one of
// them, and mends the other.
func (w *world) stock(t *testing.T) {
	t.Helper()
	const location = 61001
	tab := w.dispatcher.Jobs.Store.Table
	sh := w.storefront.Shop("")
	l := listings.Listing{Shop: "sample", Product: "1", Title: "Goods"}
	var vs []*data.Variant
	for _, p := range w.shop.Products[:2] {
		v := p.Variants[0]
		vs = append(vs, v)
		l.Variants = append(l.Variants, listings.Variant{ID: fmt.Sprint(v.ID), InventoryItem: fmt.Sprint(v.ID), Item: v.SKU})
	}
	bundle := func(is bool) {
		if err := sh.ChangeVariant(vs[1].ID, func(v *data.Variant) { v.RequiresComponents = is }); err != nil {
			t.Fatal(err)
		}
	}
	_, err := (&listings.Store{Table: tab}).Put(t.Context(), unguarded{tab}, jobqueue.Lease{}, l)
	if err != nil {
		t.Fatal(err)
	}
	cards := shop.Store{Table: tab}
	card, err := cards.Get(t.Context(), "sample")
	if err == nil {
		card, err = card.With(inventory.Settings{StockLocations: []inventory.Place{{LocationID: fmt.Sprint(location), Codes: []string{inventory.Whole}}}})
	}
	if err == nil {
		err = cards.Put(t.Context(), card)
	}
	if err != nil {
		t.Fatal(err)
	}
	bundle(true)
	w.trigger(t, inventory.TaskName)
	w.live(30 * time.Minute)
	first, _ := sh.Available(vs[0].ID, location)
	bundle(false)
	answer[*client.RunJobResponse](t, http.StatusAccepted)(w.operator().RunJobWithResponse(t.Context(), "sample", inventory.TaskName, &api.RunJobParams{}, api.RunRequest{Parameters: []byte(`{"all":true}`)}))
	w.live(time.Hour)
	second, _ := sh.Available(vs[1].ID, location)
	if first < 90 || second < 90 {
		t.Errorf("%d and %d available", first, second)
	}
}
