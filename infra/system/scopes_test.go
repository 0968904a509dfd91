package system_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/images"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/orders"
	"backroom/shared/prices"
	"backroom/shared/shipments"
	"backroom/shared/task"
	"backroom/shared/wiring"
)

// What the definitions say that the app must be allowed in Shopify is enough, and none
// of it is too much: without a scope, a task that needs it does not do its work.
func TestScopesAreWhatTasksSay(t *testing.T) {
	var all []string
	needs := map[string][]string{} // tasks by scope
	some := map[string]bool{}      // tasks that need any
	for _, d := range wiring.Tasks(wiring.Options{}).Definitions {
		some[d.Name] = slices.ContainsFunc(d.Scopes, func(s task.Scope) bool { return !s.Optional })
		for _, s := range d.Scopes {
			if all = append(all, s.Name); !s.Optional {
				needs[s.Name] = append(needs[s.Name], d.Name)
			}
		}
	}
	needed := slices.Sorted(maps.Keys(needs))
	for what, scopes := range map[string][]string{"all of them": all, "those that are needed": needed} {
		t.Run("with "+what, func(t *testing.T) {
			t.Parallel()
			for name, done := range allowed(t, scopes) {
				if !done && (some[name] || len(scopes) == len(all)) {
					t.Errorf("%s does not do its work", name)
				}
			}
		})
	}
	for _, one := range needed {
		t.Run("without "+one, func(t *testing.T) {
			t.Parallel()
			done := allowed(t, slices.DeleteFunc(slices.Clone(all), func(s string) bool {
				return s == one || s == strings.Replace(one, "read", "write", 1) // which implies it
			}))
			for _, task := range needs[one] {
				if done[task] {
					t.Errorf("it is said to be needed, and %s does its work", task)
				}
			}
		})
	}
}

// allowed is which tasks do their work where the app has scopes: orders get their
// documents and are fulfilled after their goods were shipped, a picture comes to its
// product; of any other task the run succeeds.
func allowed(t *testing.T, scopes []string) map[string]bool {
	t.Helper()
	setup := worlds.Plain(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	setup.Shop.Shop.Scopes = scopes
	setup.Card.CustomerImport = customers.AllCustomers
	setup.Settings = []any{images.Settings{SyncItemImages: images.ToShopify}, prices.Settings{SendPrices: true, PriceTaxPercent: "19"}, suggests(setup.Begin.AddDate(0, 0, -10))}
	sold := setup.Ordinary(5)
	w := worlds.New(t, setup)
	p, c, sh := setup.Shop.Products[0], w.BC.Companies()[0], w.Shopify.Shop("")
	l := listings.Listing{Shop: w.Card.Code, Product: strconv.FormatInt(p.ID, 10), Variants: []listings.Variant{{ID: strconv.FormatInt(p.Variants[0].ID, 10), Item: p.Variants[0].SKU}}}
	if _, err := (&listings.Store{Table: w.Table}).Put(t.Context(), unguarded{w.Table}, jobqueue.Lease{}, l); err != nil {
		t.Fatal(err)
	}
	if err := c.SetPictures(p.Variants[0].SKU, "", picture(1)); err != nil {
		t.Fatal(err)
	}
	sh.AddDispute(&data.Dispute{Status: "WON", Currency: "EUR", Order: sold[0].ID})
	w.Live(15 * time.Minute)
	made, sent := 0, 0
	for _, o := range sold {
		made += len(worlds.Read[struct{ ID string }](w, worlds.DocumentOf("salesOrders", o)))
	}
	for _, d := range c.SalesOrders() {
		if err := c.Ship(d.Number, nil); err != nil {
			t.Fatal(err)
		}
	}
	done := map[string]bool{}
	for _, d := range w.Wired.Definitions {
		if len(d.Scopes) == 0 || made == len(sold) && (d.Name == orders.TaskName || d.Name == documents.TaskName) {
			continue
		}
		if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: d.Name, Trigger: jobqueue.ByHand}); err != nil {
			t.Fatal(err)
		}
		w.Live(2 * time.Minute)
		rs := w.Runs(d.Name)
		done[d.Name] = len(rs) > 0 && rs[0].Outcome == jobqueue.Succeeded
	}
	for _, o := range sold {
		if len(sh.Order(o.ID).Fulfillments) > 0 {
			sent++
		}
	}
	own, _ := sh.Shows(p.ID)
	done[orders.TaskName], done[documents.TaskName] = made == len(sold), made == len(sold)
	done[shipments.TaskName], done[images.TaskName] = sent == len(sold), len(own) == 1
	return done
}
