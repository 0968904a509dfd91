package functions_test

import (
	"net/http"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/shop"
)

// disconnect has the operator disconnect the shop, and lets time pass in which nothing
// of it may happen.
func (w *world) disconnect(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	done := answer[*client.DisconnectShopResponse](t, http.StatusOK)(w.operator().DisconnectShopWithResponse(ctx, "sample")).JSON200
	w.Advance(time.Second)
	again := answer[*client.DisconnectShopResponse](t, http.StatusOK)(w.operator().DisconnectShopWithResponse(ctx, "sample")).JSON200
	if len(done.Held) < 2 || len(done.Remains) == 0 || done.Shop.DisconnectedAt.IsZero() || !again.Shop.DisconnectedAt.Equal(done.Shop.DisconnectedAt) || len(again.Held) != len(done.Held) {
		t.Errorf("%+v, again %+v", done, again)
	}
	es, err := w.dispatcher.Jobs.Store.Entries(ctx, "sample")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		if _, err := w.dispatcher.Jobs.Schedules.Get(ctx, e.ScheduleName()); err == nil {
			t.Errorf("%s has its schedule still", e.ID)
		}
	}
	asked := w.asked.Load()
	w.live(30 * time.Minute)
	answer[*client.RunJobResponse](t, http.StatusConflict)(w.operator().RunJobWithResponse(ctx, "sample", "sync-orders", &api.RunJobParams{}, api.RunRequest{}))
	// Who makes a job ready all the same gets a run that says what is wrong.
	answer[*client.ActOnJobResponse](t, http.StatusOK)(w.operator().ActOnJobWithResponse(ctx, "sample", "sync-orders", api.JobAction{Action: "restart"}))
	w.live(30 * time.Minute)
	answer[*client.ActOnJobResponse](t, http.StatusOK)(w.operator().ActOnJobWithResponse(ctx, "sample", "sync-orders", api.JobAction{Action: "hold"}))
	if n := w.asked.Load() - asked; n != 0 {
		t.Errorf("the two sides were asked %d times after the shop was disconnected", n)
	}
	mine := answer[*client.ListShopsResponse](t, http.StatusOK)(w.merchant("1001").ListShopsWithResponse(ctx, &api.ListShopsParams{})).JSON200
	all := answer[*client.ListShopsResponse](t, http.StatusOK)(w.operator().ListShopsWithResponse(ctx, &api.ListShopsParams{})).JSON200
	if len(mine.Shops) != 0 || len(all.Shops) != 1 || all.Shops[0].DisconnectedAt.IsZero() {
		t.Errorf("merchants see %+v, operators %+v", mine.Shops, all.Shops)
	}
}

// connectAgain does to the stored shop what connecting it does.
func (w *world) connectAgain(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	cards := &shop.Store{Table: w.dispatcher.Jobs.Store.Table}
	was, err := cards.Hold(ctx, "sample")
	if err != nil {
		t.Fatal(err)
	}
	card := was.Card
	card.DisconnectedAt = time.Time{}
	if err = cards.Connect(ctx, was, card); err == nil {
		err = w.dispatcher.Jobs.Ensure(ctx, "sample", "sample", w.Now().Add(time.Minute))
	}
	if err == nil {
		err = w.dispatcher.Jobs.Reconnect(ctx, "sample")
	}
	if err == nil {
		_, err = w.dispatcher.Jobs.Release(ctx, "sample", "sync-orders") // which disconnect held by hand
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A disconnected shop sends nothing to either side; connected again, it goes on without
// a second document: through the functions, with their roles enforced.
func TestDisconnectedShop(t *testing.T) {
	w := newWorld(t)
	w.disconnect(t)
	if n := len(w.bc.Companies()[0].SalesOrders()); n != 0 {
		t.Fatalf("%d documents of a shop that was disconnected before its first run", n)
	}
	w.connectAgain(t)
	w.live(15 * time.Minute)
	w.check()
	w.disconnect(t)
	w.connectAgain(t)
	w.live(30 * time.Minute)
	w.check()
}
