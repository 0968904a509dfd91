package system_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	worlds "backroom/infra/system/world"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/shipments"
	"backroom/shared/wiring"
)

// What the definitions say that the app must be allowed in Shopify is enough, and none
// of it is too much.
func TestScopesAreWhatTasksSay(t *testing.T) {
	var all []string
	forShipments := map[string]bool{} // needed scopes: whether sync-shipments alone needs it
	for _, d := range wiring.Tasks(wiring.Options{}).Definitions {
		for _, s := range d.Scopes {
			if all = append(all, s.Name); s.Optional {
				continue
			}
			alone, known := forShipments[s.Name]
			forShipments[s.Name] = d.Name == shipments.TaskName && (alone || !known)
		}
	}
	needed := make([]string, 0, len(forShipments))
	for s := range forShipments {
		needed = append(needed, s)
	}
	slices.Sort(needed)
	if made, sent := allowed(t, all); made != 5 || sent != 5 {
		t.Errorf("with all of them %d orders of 5 have their document, and %d are fulfilled", made, sent)
	}
	if made, sent := allowed(t, needed); made != 5 || sent != 5 {
		t.Errorf("with those that are needed %d orders of 5 have their document, and %d are fulfilled", made, sent)
	}
	for _, one := range needed {
		made, sent := allowed(t, slices.DeleteFunc(slices.Clone(all), func(s string) bool {
			return s == one || s == strings.Replace(one, "read", "write", 1) // which implies it
		}))
		if sent > 0 || made > 0 && !forShipments[one] {
			t.Errorf("without %s, which is said to be needed, %d orders have their document, and %d are fulfilled", one, made, sent)
		}
	}
}

// allowed are how many of five orders get their document, and are fulfilled after
// their goods were shipped, where the app has scopes.
func allowed(t *testing.T, scopes []string) (made, sent int) {
	t.Helper()
	setup := worlds.Plain(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	setup.Shop.Shop.Scopes = scopes
	orders := setup.Ordinary(5)
	w := worlds.New(t, setup)
	w.Live(15 * time.Minute)
	for _, o := range orders {
		made += len(worlds.Read[struct{ ID string }](w, worlds.DocumentOf("salesOrders", o)))
	}
	c := w.BC.Companies()[0]
	for _, d := range c.SalesOrders() {
		if err := c.Ship(d.Number, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: shipments.TaskName, Trigger: jobqueue.ByHand}); err != nil {
		t.Fatal(err)
	}
	w.Live(2 * time.Minute)
	for _, o := range orders {
		if len(w.Shopify.Shop("").Order(o.ID).Fulfillments) > 0 {
			sent++
		}
	}
	return made, sent
}
