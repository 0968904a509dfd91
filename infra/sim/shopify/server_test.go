package shopify_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backroom/infra/sim/fault"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

// cost is extensions.cost of an answer: requested, actual (-1: null), available.
func cost(t *testing.T, r reply) (requested, actual, available int) {
	t.Helper()
	n := func(path ...any) int {
		f, ok := at(t, r.json, append([]any{"extensions", "cost"}, path...)...).(float64)
		if !ok {
			return -1
		}
		return int(f)
	}
	return n("requestedQueryCost"), n("actualQueryCost"), n("throttleStatus", "currentlyAvailable")
}

// Costs worked out by hand from the published formula.
func TestCostOfWorkedExamples(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, query string
		want        int
	}{
		{"one object", `{ shop { id } }`, 1},
		{"page of 250", `{ products(first: 250) { nodes { id } } }`, 13},
		{"free objects", `{ order(id: "gid://shopify/Order/1") { totalPriceSet { shopMoney { amount } } } }`, 1},
		{"nested page with a list", `{ order(id: "gid://shopify/Order/1") { lineItems(first: 10) { nodes { id taxLines { title } } } } }`, 11},
		{"levels (15)", `{ location(id: "gid://shopify/Location/1") { inventoryLevels(first: 250) { nodes { item { id } quantities(names: ["available"]) { quantity } } } } }`, 36},
		{"nodes of one id", `{ nodes(ids: ["gid://shopify/Order/1"]) { id } }`, 1},
		{"nodes of 250 ids", `{ nodes(ids: ["` + strings.Join(manyIDs(250), `","`) + `"]) { id } }`, 1},
		{"nodes and edges both count", `{ orders(first: 10) { nodes { id } edges { node { id } } } }`, 10},
		{"count at the root", `{ ordersCount { count } }`, 10},
		{"two aliases", `{ a: shop { id } b: shop { id } }`, 2},
		{"left out by @skip", `{ shop { id } orders(first: 250) @skip(if: true) { nodes { id } } }`, 1},
		{"mutation", `mutation { tagsAdd(id: "gid://shopify/Order/1", tags: ["a"]) { userErrors { message } } }`, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _, _ := cost(t, w.send(t, call{query: c.query})); got != c.want {
				t.Errorf("%d points, want %d", got, c.want)
			}
		})
	}
	for n, s := range map[int]int{1: 1, 2: 1, 3: 2, 5: 3, 10: 4, 20: 5, 25: 6, 50: 7, 100: 9, 150: 10, 200: 10, 250: 11} {
		r := w.send(t, call{query: fmt.Sprintf("{ customers(first: %d) { nodes { id } } }", n)})
		if got, _, _ := cost(t, r); got != 2+s {
			t.Errorf("a page of %d costs %d, want %d", n, got, 2+s)
		}
	}
}

func TestBucketRestoresOnTheClock(t *testing.T) {
	w := newWorld(t)
	ask := func() reply { return w.send(t, call{query: `{ products(first: 250) { nodes { id } } }`}) }
	if requested, actual, left := cost(t, ask()); requested != 13 || actual != 10 || left != 2000-actual {
		t.Errorf("full bucket: requested %d, actual %d of 63 products, left %d", requested, actual, left)
	}
	w.shop.Drain(2000)
	r := ask()
	if requested, actual, left := cost(t, r); requested != 13 || actual != -1 || left != 0 || r.json["data"] != nil {
		t.Errorf("empty bucket: requested %d, actual %d, left %d, data %v", requested, actual, left, r.json["data"])
	}
	w.Advance(120 * time.Millisecond) // 12 points: one too few
	if _, actual, left := cost(t, ask()); actual != -1 || left != 12 {
		t.Errorf("12 points: actual %d, left %d", actual, left)
	}
	w.Advance(10 * time.Millisecond)
	if _, actual, left := cost(t, ask()); actual != 10 || left != 3 {
		t.Errorf("13 points: actual %d, left %d; the difference to the requested cost is given back", actual, left)
	}
	w.Advance(time.Hour)
	if _, actual, left := cost(t, ask()); left != 2000-actual {
		t.Errorf("after an hour: %d points, want a full bucket less %d", left, actual)
	}
	m := w.Meter()
	if m.Requests != 5 || m.Throttled != 2 || m.Refused != 2 || m.Requested != 3*13 || m.Charged != 3*10 || m.Tokens != 1 || m.Bytes == 0 {
		t.Errorf("meter = %+v", m)
	}
	w.shop.ResetMeter()
	if m := w.Meter(); m != (shopify.Meter{}) || len(w.shop.Log()) != 0 {
		t.Errorf("after reset: %+v, %d log entries", m, len(w.shop.Log()))
	}
}

// walkOrders reads orders page by page and returns their ids.
func walkOrders(t *testing.T, w *world, args string, between func(page int)) (ids []string) {
	t.Helper()
	forward := strings.Contains(args, "first:")
	cursor := any(nil)
	for page := 0; ; page++ {
		way := "after"
		if !forward {
			way = "before"
		}
		q := fmt.Sprintf(`query Walk($c: String) { orders(%s, %s: $c) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, args, way)
		o := at(t, w.ask(t, q, object{"c": cursor}), "orders")
		var here []string
		for _, n := range at(t, o, "nodes").([]any) {
			here = append(here, at(t, n, "id").(string))
		}
		more, next := "hasNextPage", "endCursor"
		if forward {
			ids = append(ids, here...)
		} else {
			ids, more, next = append(here, ids...), "hasPreviousPage", "startCursor"
		}
		if at(t, o, "pageInfo", more) != true {
			return ids
		}
		cursor = at(t, o, "pageInfo", next)
		if between != nil {
			between(page)
		}
	}
}

func TestPaging(t *testing.T) {
	w := newWorld(t)
	forward := walkOrders(t, w, "first: 7, sortKey: UPDATED_AT", nil)
	unique := slices.Compact(slices.Sorted(slices.Values(forward)))
	if len(forward) != 200 || len(unique) != 200 {
		t.Fatalf("%d ids, %d different, want 200", len(forward), len(unique))
	}
	if back := walkOrders(t, w, "last: 9, sortKey: UPDATED_AT", nil); !slices.Equal(back, forward) {
		t.Error("walking backward gives another order")
	}
	reversed := walkOrders(t, w, "first: 250, sortKey: UPDATED_AT, reverse: true", nil)
	slices.Reverse(reversed)
	if !slices.Equal(reversed, forward) {
		t.Error("reverse is not the reverse")
	}
}

// What changes during a walk moves to its end and is seen again; nothing is lost.
func TestChangeDuringAWalk(t *testing.T) {
	w := newWorld(t)
	w.Advance(time.Minute)
	changed := order(w, 0).ID
	ids := walkOrders(t, w, "first: 50, sortKey: UPDATED_AT", func(page int) {
		if page == 0 {
			if _, err := w.shop.UpdateOrder(changed, func(o *data.Order) { o.Note = "x" }); err != nil {
				t.Fatal(err)
			}
		}
	})
	id := fmt.Sprintf("gid://shopify/Order/%d", changed)
	if len(ids) != 201 || ids[0] != id || ids[200] != id {
		t.Errorf("%d ids, first %s, last %s; want %s at both ends of 201", len(ids), ids[0], ids[len(ids)-1], id)
	}
}

func TestConnectionsEndAfter25000Objects(t *testing.T) {
	d := data.Bulk(testclock.Monday, 1)
	for i := range 25_100 {
		d.Customers = append(d.Customers, &data.Customer{ID: int64(1_000_000_000 + i)})
	}
	w := newWorld(t, func(c *shopify.Config) { c.Shops, c.Rate = []*data.Data{d}, 1e6 })
	n, cursor := 0, any(nil)
	for {
		c := at(t, w.ask(t, `query W($c: String) { customers(first: 250, after: $c) { nodes { id } pageInfo { hasNextPage endCursor } } }`, object{"c": cursor}), "customers")
		n += len(at(t, c, "nodes").([]any))
		if at(t, c, "pageInfo", "hasNextPage") != true {
			break
		}
		cursor = at(t, c, "pageInfo", "endCursor")
	}
	if n != 25_000 {
		t.Errorf("%d objects of %d, want 25,000", n, len(d.Customers))
	}
	if c := at(t, w.ask(t, `{ customersCount { count precision } }`, nil), "customersCount"); at(t, c, "count") != 10_000.0 || at(t, c, "precision") != "AT_LEAST" {
		t.Errorf("count = %v", c)
	}
}

// count is the number of orders that a search finds.
func count(t *testing.T, w *world, query string) int {
	t.Helper()
	return len(at(t, w.ask(t, `query C($q: String) { orders(first: 250, query: $q) { nodes { id } } }`, object{"q": query}), "orders", "nodes").([]any))
}

func TestWindowsOfUpdateTimes(t *testing.T) {
	w := newWorld(t)
	stamp := func(i int) string { return order(w, i).UpdatedAt.Format(time.RFC3339) }
	want := func(from, to time.Time) (n int) {
		for _, o := range w.shop.Orders() {
			if !o.UpdatedAt.Before(from) && o.UpdatedAt.Before(to) {
				n++
			}
		}
		return n
	}
	a, b := order(w, 40).UpdatedAt, order(w, 120).UpdatedAt
	day := time.Date(a.Year(), a.Month(), a.Day(), 0, 0, 0, 0, time.FixedZone("", 3600))
	pos, byAccount := 0, 0
	for _, o := range w.shop.Orders() {
		if o.RetailLocation != 0 {
			pos++
		}
		if o.PONumber != "" {
			byAccount++
		}
	}
	if got := count(t, w, fmt.Sprintf("updated_at:>='%s' updated_at:<'%s'", stamp(40), stamp(120))); got != want(a, b) || got == 0 {
		t.Errorf("window finds %d, want %d", got, want(a, b))
	}
	for _, c := range []struct {
		query string
		want  int
	}{
		{"", 200},
		{fmt.Sprintf("updated_at:<'%s' OR updated_at:>='%s'", stamp(40), stamp(40)), 200},
		{fmt.Sprintf("NOT updated_at:>='%s'", stamp(40)), want(time.Time{}, a)},
		{fmt.Sprintf("-updated_at:<'%s'", stamp(40)), want(a, w.Now())},
		{"test:true", 1},
		{"name:'#1001'", 1},
		{"name:1001 OR name:1002", 2},
		{fmt.Sprintf("id:%d", order(w, 3).ID), 1},
		{fmt.Sprintf("id:>=%d", order(w, 190).ID), 10},
		{"status:cancelled", 1},
		{"tag:PRIORITY", 2},
		{"tag:prio*", 2},
		{"tag:(priority", 0}, // forgiven, and matches nothing
		{"updated_at:<now", 200},
		{"updated_at:>now", 0},
		{"updated_at:>2019", 200},
		{"updated_at:<=2019", 0},
		{"updated_at:<='2999'", 200},
		{"created_at:" + w.Now().Format("2006-01"), 200},
		{"created_at:2019-02", 0},
		{"updated_at:*", 200},
		{"-updated_at:*", 0},
		{"tag:*", 2},
		{"NOT tag:*", 198},
		{"id:*", 200},
		{"location_id:*", pos},
		{"financial_status:*", 200},
		{"po_number:*", byAccount},
		// The shop is an hour ahead of UTC: its days begin at 23:00.
		{"updated_at:" + a.Format(time.DateOnly), want(day, day.AddDate(0, 0, 1))},
		{"updated_at:>='" + a.Format("2006-01-02T15:04:05") + "'", want(a.Add(-time.Hour), w.Now())},
		{"updated_at:>=" + stamp(40), want(a.Add(-time.Hour), w.Now())},
		{"updated_at:>=" + a.Format("2006-01-02T15:04:05") + "+07:00 test:true", 1},
	} {
		if got := count(t, w, c.query); got != c.want {
			t.Errorf("%q finds %d, want %d", c.query, got, c.want)
		}
	}
}

func TestIndexTrailsTheDatabase(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.IndexLag = 30 * time.Second })
	w.Advance(time.Minute)
	since := fmt.Sprintf("updated_at:>='%s'", w.Now().Format(time.RFC3339))
	id := order(w, 5).ID
	if _, err := w.shop.UpdateOrder(id, func(o *data.Order) { o.Tags = []string{"seen"} }); err != nil {
		t.Fatal(err)
	}
	added, err := w.shop.AddOrder(&data.Order{TaxesIncluded: true, FinancialStatus: "PAID"})
	if err != nil {
		t.Fatal(err)
	}
	gid := fmt.Sprintf("gid://shopify/Order/%d", id)
	if o := at(t, w.ask(t, `query O($id: ID!) { order(id: $id) { tags } }`, object{"id": gid}), "order"); at(t, o, "tags", 0) != "seen" {
		t.Errorf("order(id:) does not read the database: %v", o)
	}
	if n := count(t, w, since); n != 0 {
		t.Errorf("the index knows %d changes at once", n)
	}
	if n := count(t, w, fmt.Sprintf("id:%d", id)); n != 1 {
		t.Errorf("the index has forgotten the order as it was (%d)", n)
	}
	w.Advance(29 * time.Second)
	if n := count(t, w, since); n != 0 {
		t.Errorf("the index knows %d changes after 29 s", n)
	}
	w.Advance(time.Second)
	if n := count(t, w, since); n != 2 {
		t.Errorf("the index knows %d changes after 30 s, want 2", n)
	}
	w.shop.SetIndexLag(time.Hour)
	if n := count(t, w, since); n != 2 {
		t.Errorf("a longer lag took back what the index knew (%d of 2)", n)
	}
	if err := w.shop.DeleteOrder(added.ID); err != nil {
		t.Fatal(err)
	}
	gone := fmt.Sprintf("gid://shopify/Order/%d", added.ID)
	if o := at(t, w.ask(t, `query O($id: ID!) { order(id: $id) { id } }`, object{"id": gone}), "order"); o != nil {
		t.Errorf("deleted order reads %v", o)
	}
	if n := count(t, w, fmt.Sprintf("id:%d", added.ID)); n != 1 {
		t.Errorf("the index lost the deleted order at once (%d)", n)
	}
	w.Advance(time.Hour)
	if n := count(t, w, fmt.Sprintf("id:%d", added.ID)); n != 0 {
		t.Errorf("the index still has the deleted order after its lag (%d)", n)
	}
}

func TestOrdersOlderThan60DaysAreAbsent(t *testing.T) {
	w := newWorld(t)
	w.Advance(56 * 24 * time.Hour)
	w.token = w.shop.IssueToken()
	total, before := 200, count(t, w, "")
	w.shop.SetScopes([]string{"read_orders"})
	young := 0
	for _, o := range w.shop.Orders() {
		if w.Now().Sub(o.CreatedAt) <= 60*24*time.Hour {
			young++
		}
	}
	if got := count(t, w, ""); before != total || got != young || got == 0 || got == total {
		t.Errorf("%d orders with read_all_orders, %d without; want %d and %d", before, got, total, young)
	}
	gid := fmt.Sprintf("gid://shopify/Order/%d", order(w, 0).ID)
	if o := at(t, w.ask(t, `query O($id: ID!) { order(id: $id) { id } }`, object{"id": gid}), "order"); o != nil {
		t.Errorf("an old order reads %v, want null and no error", o)
	}
}

func TestStampsAreWholeSecondsAndNeverFall(t *testing.T) {
	w := newWorld(t)
	id := order(w, 0).ID
	note := func() time.Time {
		o, err := w.shop.UpdateOrder(id, func(o *data.Order) { o.Note += "x" })
		if err != nil {
			t.Fatal(err)
		}
		return o.UpdatedAt
	}
	w.Advance(1700 * time.Millisecond)
	a := note()
	w.Advance(100 * time.Millisecond)
	b := note()
	w.Advance(-time.Hour)
	c := note()
	if !a.Equal(testclock.Monday.Add(time.Second)) || !b.Equal(a) || !c.Equal(a) {
		t.Errorf("stamps %v, %v, %v", a, b, c)
	}
}

// Answers are stamped by the simulator's clock, good ones and refused ones.
func TestDateIsTheSimulatorsClock(t *testing.T) {
	w := newWorld(t)
	w.Advance(90 * time.Minute)
	for _, c := range []call{{query: shopQuery}, {query: "{"}, {header: "-X-Shopify-Access-Token", query: shopQuery}} {
		if got := w.send(t, c).header.Get("Date"); got != w.Now().UTC().Format(http.TimeFormat) {
			t.Errorf("date %q at %v", got, w.Now())
		}
	}
}

func TestOlderVersionsFallForward(t *testing.T) {
	for _, c := range []struct{ now, asked, answers string }{
		{"2026-11-23T12:00:00Z", "2026-07", "2026-07"},
		{"2026-11-23T12:00:00Z", "2026-04", "2026-04"},
		{"2026-11-23T12:00:00Z", "2026-01", "2026-01"},
		{"2026-11-23T12:00:00Z", "2025-10", "2026-01"}, // 12 months were over on the first of October
		{"2026-11-23T12:00:00Z", "2024-01", "2026-01"},
		{"2026-09-30T23:59:59Z", "2025-10", "2025-10"},
		{"2026-10-01T00:00:00Z", "2024-01", "2025-10"},
		{"2026-10-01T00:00:01Z", "2024-01", "2026-01"},
		{"2027-08-01T00:00:00Z", "2026-07", "2026-10"}, // this very version is gone
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, func(cfg *shopify.Config) {
			cfg.Now = func() time.Time { return now }
			cfg.Shops = []*data.Data{data.Sample(now)}
		})
		r := w.send(t, call{path: "/admin/api/" + c.asked + "/graphql.json", query: shopQuery})
		if r.status != http.StatusOK || r.header.Get("X-Shopify-API-Version") != c.answers || r.header.Get("X-Request-Id") == "" {
			t.Errorf("%s asked for on %s: %d %v, want %s", c.asked, c.now, r.status, r.header, c.answers)
		}
	}
}

func TestIdempotencyKeys(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{writable(data.Sample(testclock.Monday))} })
	v := w.shop.Products()[0].Variants[0]
	set := func(quantity, from any, key string) reply {
		return w.send(t, stock(func(_ *world, _, row object, k *string) {
			row["quantity"], row["changeFromQuantity"], *k = quantity, from, key
		})(w))
	}
	first := set(7, 40, "a")
	if len(found(first)) > 0 || v.Stock[61001] != 7 {
		t.Fatalf("stock is %d: %s", v.Stock[61001], first.text)
	}
	if r := set(7, 40, "a"); len(found(r)) > 0 || v.Stock[61001] != 7 || at(t, r.json, "data", "inventorySetQuantities", "inventoryAdjustmentGroup", "id") != at(t, first.json, "data", "inventorySetQuantities", "inventoryAdjustmentGroup", "id") {
		t.Errorf("the same again: stock %d, %s", v.Stock[61001], r.text)
	}
	if r := set(7, 40, "b"); len(found(r)) != 1 || found(r)[0][0] != "CHANGE_FROM_QUANTITY_STALE" {
		t.Errorf("another key: %s", r.text)
	}
	if r := set(9, 7, "b"); len(found(r)) > 0 || v.Stock[61001] != 9 {
		t.Errorf("a refused write has used up its key: %s", r.text)
	}
	w.Advance(24 * time.Hour)
	w.token = w.shop.IssueToken()
	if r := set(5, nil, "a"); len(found(r)) > 0 || v.Stock[61001] != 5 {
		t.Errorf("a day later: %s", r.text)
	}
}

func TestAdjustmentOfStock(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{writable(data.Sample(testclock.Monday))} })
	c := stock(func(_ *world, in, row object, _ *string) {
		in["referenceDocumentUri"], row["quantity"] = "logistics://bc/1", 33
	})(w)
	c.query = strings.Replace(c.query, "{ id }", "{ id createdAt reason referenceDocumentUri changes { name delta quantityAfterChange item { id } location { id } } }", 1)
	r := w.send(t, c)
	g := at(t, r.json, "data", "inventorySetQuantities", "inventoryAdjustmentGroup")
	if len(found(r)) > 0 || at(t, g, "reason") != "correction" || at(t, g, "referenceDocumentUri") != "logistics://bc/1" || at(t, g, "changes", 0, "delta") != -7.0 || at(t, g, "changes", 0, "quantityAfterChange") != nil {
		t.Errorf("answer = %s", r.text)
	}
	levels := w.ask(t, `{ location(id: "gid://shopify/Location/61001") { inventoryLevels(first: 1) { nodes { quantities(names: ["available"]) { quantity } } } } }`, nil)
	if n := at(t, levels, "location", "inventoryLevels", "nodes", 0, "quantities", 0, "quantity"); n != 33.0 {
		t.Errorf("available = %v, want 33", n)
	}
}

func TestShipping(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{writable(data.Sample(testclock.Monday))} })
	i := slices.IndexFunc(w.shop.Orders(), func(o *data.Order) bool { return len(o.Lines) == 1 && o.Lines[0].Quantity == 3 })
	o := order(w, i)
	f := o.FulfillmentOrders[0]
	part := func(n int) reply {
		return w.send(t, call{query: fulfil, vars: object{"f": object{
			"trackingInfo": object{"number": "T1", "company": "DHL"},
			"lineItemsByFulfillmentOrder": []any{object{
				"fulfillmentOrderId":        fmt.Sprintf("gid://shopify/FulfillmentOrder/%d", f.ID),
				"fulfillmentOrderLineItems": []any{object{"id": fmt.Sprintf("gid://shopify/FulfillmentOrderLineItem/%d", f.Lines[0].ID), "quantity": n}},
			}},
		}}})
	}
	for _, c := range []struct {
		n, left    int
		fo, status string
	}{{1, 2, "IN_PROGRESS", "PARTIALLY_FULFILLED"}, {2, 0, "CLOSED", "FULFILLED"}} {
		if r := part(c.n); len(found(r)) > 0 {
			t.Fatalf("shipping %d: %s", c.n, r.text)
		}
		now := order(w, i)
		if g := now.FulfillmentOrders[0]; g.Lines[0].Remaining != c.left || g.Status != c.fo || now.FulfillmentStatus != c.status {
			t.Errorf("after %d: %d remain, %s, %s", c.n, g.Lines[0].Remaining, g.Status, now.FulfillmentStatus)
		}
	}
	if got := order(w, i).Fulfillments; len(got) != 2 || got[0].Tracking[0].Number != "T1" {
		t.Errorf("fulfilments = %+v", got)
	}
	if f.Lines[0].Remaining != 3 {
		t.Error("an order that was handed out has changed")
	}
}

// Every mode of failure against one write: what the client sees and whether
// the write took place.
func TestFaultsOnDemand(t *testing.T) {
	for _, c := range []struct {
		mode    fault.Mode
		status  int // 0: no answer
		written bool
		later   bool // written once its time has come
	}{
		{fault.Latency, 200, true, false},
		{fault.ErrorBefore, 503, false, false},
		{fault.ErrorAfter, 503, true, false},
		{fault.LostBefore, 0, false, false},
		{fault.LostAfter, 0, true, false},
		{fault.Late, 0, false, true},
		{fault.Throttle, 429, false, false},
	} {
		t.Run(string(c.mode), func(t *testing.T) {
			w := newWorld(t)
			start := w.Now()
			w.Faults().FailWrite(1, c.mode, 5*time.Minute)
			w.ask(t, shopQuery, nil) // a read is not hit
			r, err := w.try(t, update(object{"note": "written"})(w))
			if (err != nil) != (c.status == 0) || err == nil && r.status != c.status {
				t.Errorf("status %d, error %v; want %d", r.status, err, c.status)
			}
			if got := order(w, 0).Note == "written"; got != c.written {
				t.Errorf("written = %v, want %v", got, c.written)
			}
			if c.mode == fault.Latency && w.Now().Sub(start) != 5*time.Minute {
				t.Errorf("answered after %v", w.Now().Sub(start))
			}
			w.Advance(10 * time.Minute)
			w.Faults().RunDue()
			o := order(w, 0)
			if got := o.Note == "written"; got != (c.written || c.later) {
				t.Errorf("written in the end = %v", got)
			}
			if c.later && !o.UpdatedAt.Equal(start.Add(5*time.Minute)) {
				t.Errorf("the late write is stamped %v, want %v", o.UpdatedAt, start.Add(5*time.Minute))
			}
			if r := w.send(t, update(object{"note": "again"})(w)); len(found(r)) > 0 {
				t.Errorf("the next write is hit too: %s", r.text)
			}
		})
	}
}

func TestLatencyIsAddedToEveryCall(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.Latency = 150 * time.Millisecond })
	for range 4 {
		w.ask(t, shopQuery, nil)
	}
	if d := w.Now().Sub(testclock.Monday); d != 600*time.Millisecond {
		t.Errorf("four calls took %v", d)
	}
}

func TestConcurrentUse(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.IndexLag, c.Rate = time.Second, 1e6 })
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			for j := range 10 {
				o := order(w, (i*10+j)%20)
				if _, err := w.shop.UpdateOrder(o.ID, func(o *data.Order) { o.Note += "x" }); err != nil {
					t.Error(err)
				}
				if n := len(w.shop.Orders()); n != 200 {
					t.Errorf("%d orders", n)
				}
				r, err := w.try(t, call{query: `{ orders(first: 20, query: "test:false", sortKey: UPDATED_AT) { nodes { id note lineItems(first: 5) { nodes { id quantity } } } } }`})
				if err != nil || r.json["errors"] != nil {
					t.Errorf("%v %.300s", err, r.text)
				}
			}
		})
	}
	g.Wait()
	length := 0
	for i := range 20 {
		length += len(order(w, i).Note)
	}
	if length != 80 {
		t.Errorf("%d of 80 changes are left", length)
	}
	if m := w.Meter(); m.Requests != 80 || m.Requested < m.Charged || m.Charged == 0 || m.Requested > math.MaxInt32 {
		t.Errorf("meter = %+v", m)
	}
}

func TestShopsAreApart(t *testing.T) {
	other := data.Random(1, testclock.Monday, 10)
	other.Shop.Domain, other.Shop.ClientSecret = "other.myshopify.com", "another secret"
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{data.Sample(testclock.Monday), other} })
	if r := w.send(t, call{host: "other.myshopify.com", query: shopQuery}); r.status != http.StatusUnauthorized {
		t.Errorf("the token of one shop opens the other: %d %s", r.status, r.text)
	}
	w.Shop("other.myshopify.com").Drain(2000)
	if _, actual, _ := cost(t, w.send(t, call{query: shopQuery})); actual != 1 {
		t.Error("shops share a bucket")
	}
	if r := w.send(t, call{host: "localhost:8421", query: shopQuery}); r.status != http.StatusNotFound {
		t.Errorf("with two shops, localhost is answered with %d", r.status)
	}
	w.token = w.Shop("other.myshopify.com").IssueToken()
	if r := w.send(t, call{host: "OTHER.myshopify.com:443", query: `{ ordersCount { count } }`}); !strings.Contains(r.text, "THROTTLED") {
		t.Errorf("host with port and capitals: %s", r.text)
	}
}

func TestShopsAreChecked(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*data.Data)
		want   string
	}{
		{"foreign domain", func(d *data.Data) { d.Shop.Domain = "example.com" }, "want name.myshopify.com"},
		{"no secret", func(d *data.Data) { d.Shop.ClientSecret = "" }, "ClientSecret must be set"},
		{"order twice", func(d *data.Data) { d.Orders = append(d.Orders, d.Orders[0]) }, "occurs twice"},
	} {
		d := data.Random(1, testclock.Monday, 3)
		c.change(d)
		if _, err := shopify.New(shopify.Config{Shops: []*data.Data{d}}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := shopify.New(shopify.Config{Shops: []*data.Data{data.Random(1, testclock.Monday, 1), data.Random(2, testclock.Monday, 1)}}); err == nil {
		t.Error("two shops of one domain")
	}
}

// Whatever a client sends, the answer is JSON and the bucket within its bounds.
func FuzzServer(f *testing.F) {
	for _, row := range refusals() {
		w := &world{Clock: testclock.New(testclock.Monday)}
		s, err := shopify.New(shopify.Config{Now: w.Now, Shops: []*data.Data{data.Random(1, w.Now(), 5)}})
		if err != nil {
			f.Fatal(err)
		}
		w.Server, w.shop = s, s.Shop("")
		if c := row.call(w); c.query != "" && len(c.query) < 2000 {
			f.Add(c.query, int64(1))
		}
	}
	f.Add(`query Q($x: Int!) { orders(first: $x, query: "(a:b OR -c) 'd") { edges { cursor node { ...on Order { id lineItems(last: $x) { nodes { sku } } } } } } }`, int64(3))
	f.Fuzz(func(t *testing.T, query string, n int64) {
		w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{data.Random(1, testclock.Monday, 5)} })
		r := w.send(t, call{query: query, vars: object{"x": n, "n": n, "q": query, "id": query}})
		if r.json == nil {
			t.Fatalf("no JSON: %.300s", r.text)
		}
		if r.json["extensions"] != nil && at(t, r.json, "extensions", "cost") != nil {
			if requested, actual, left := cost(t, r); actual > requested || left < 0 || left > 2000 {
				t.Errorf("requested %d, actual %d, left %d", requested, actual, left)
			}
		}
	})
}
