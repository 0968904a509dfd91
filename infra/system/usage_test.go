package system_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/shop"
	"backroom/shared/wiring"
)

// Runs of one shop that work at the same time in one process, on one client, count
// what each of them used, and together what the shop's simulator saw.
func TestRunsCountTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := data.Bulk(time.Now(), 120)
		q := &quotas{}
		var err error
		if q.shopify, err = shopify.New(shopify.Config{Now: time.Now, Shops: []*data.Data{d}, Latency: 100 * time.Millisecond}); err != nil {
			t.Fatal(err)
		}
		if q.bc, err = businesscentral.New(businesscentral.Options{Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		o := q.options(memory.NewTable(time.Now))
		o.Jobs = jobstore.New(o.Table, time.Now)
		wired := wiring.Tasks(o)
		card := shop.Shop{Code: "one", Enabled: true, Domain: d.Shop.Domain, Currency: "EUR", ConnectedAt: time.Now().AddDate(0, 0, -30)}
		if err := wired.Cards.Put(t.Context(), card); err != nil {
			t.Fatal(err)
		}
		task, _ := wired.Tasks.Get("sync-orders")
		parameters := []string{"", fmt.Sprintf(`{"names":[%q]}`, d.Orders[0].Name)}
		run := func(parameters string) jobqueue.Counts {
			r := jobqueue.Request{Shop: "one", Task: "sync-orders", Run: "r" + parameters, DryRun: true, Deadline: time.Now().Add(10 * time.Minute)}
			if parameters != "" {
				r.Parameters = []byte(parameters)
			}
			res, err := task.Task.Run(t.Context(), r)
			if err != nil || !res.Done {
				t.Errorf("%+v, %v", res, err)
			}
			return res.Counts
		}
		run("") // what a client asks once is asked
		alone := [2]jobqueue.Counts{run(parameters[0]), run(parameters[1])}
		before, used := q.shopify.Meter(), wired.Used("one")
		var together [2]jobqueue.Counts
		var wg sync.WaitGroup
		for i, p := range parameters {
			wg.Go(func() { together[i] = run(p) })
		}
		wg.Wait()
		if together != alone || alone[0].Requests == 0 || alone[0].Requests == alone[1].Requests {
			t.Errorf("together they used %+v, alone %+v", together, alone)
		}
		meter, now := q.shopify.Meter(), wired.Used("one")
		requests, points := together[0].Requests+together[1].Requests, together[0].Points+together[1].Points
		if meter.Requests-before.Requests != requests || meter.Charged-before.Charged != points {
			t.Errorf("%d requests and %d points, and the simulator saw %+v after %+v", requests, points, meter, before)
		}
		if now.ShopifyRequests-used.ShopifyRequests != requests || now.ShopifyPoints-used.ShopifyPoints != points {
			t.Errorf("the shop used %+v after %+v", now, used)
		}
	})
}
