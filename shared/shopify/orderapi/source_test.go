package orderapi

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shopapi"
	"backroom/shared/shopify/shoptest"
	"backroom/shared/shopify/shoptest/shoprig"
	"backroom/shared/usage"
)

var t0 = shoptest.At("2026-07-01T10:00:00Z")

// client is a client on the fake; change alters its configuration.
func client(f *shoptest.Fake, change ...func(*shopify.Config)) *Client {
	f.Helper()
	core := shoprig.Client(f, change...)
	return New(core, shopapi.New(core))
}

func more(cursor string) wire.PageInfo { return wire.PageInfo{HasNextPage: true, EndCursor: &cursor} }

func TestChangedPagesThroughTheWindow(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrdersChanged"] = func(r shoptest.Request) shoptest.Answer {
		v := r.Vars(t)
		if v["q"] != "updated_at:>='2026-07-01T10:00:00Z' updated_at:<'2026-07-01T11:00:01Z'" {
			t.Errorf("query %v", v["q"])
		}
		page := shoptest.Obj{"pageInfo": more("c1"), "nodes": []any{shoptest.Obj{"id": "gid://shopify/Order/1", "updatedAt": "2026-07-01T10:00:00Z"}}}
		if v["after"] == "c1" {
			page = shoptest.Obj{"pageInfo": shoptest.Obj{"hasNextPage": false, "endCursor": "c2"}, "nodes": []any{shoptest.Obj{"id": "gid://shopify/Order/2", "updatedAt": "2026-07-01T10:30:00Z"}}}
		}
		return shoptest.OK(13, 11, shoptest.Obj{"orders": page})
	}
	c := client(f)
	ctx, used := usage.Begin(t.Context())
	w := orders.Window{From: t0.Add(400 * time.Millisecond), To: t0.Add(time.Hour + time.Millisecond)}
	first, err := c.Changed(ctx, w, "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Changed(ctx, w, first.Next)
	if err != nil {
		t.Fatal(err)
	}
	want := []orders.ChangedPage{
		{Orders: []orders.Changed{{ID: "1", UpdatedAt: t0}}, Next: "c1"},
		{Orders: []orders.Changed{{ID: "2", UpdatedAt: t0.Add(30 * time.Minute)}}},
	}
	if diff := cmp.Diff(want, []orders.ChangedPage{first, second}); diff != "" {
		t.Error(diff)
	}
	if used.Count() != (usage.Count{ShopifyRequests: 2, ShopifyPoints: 22}) {
		t.Errorf("spent %+v", used.Count())
	}
}

// A cursor that Shopify no longer accepts starts the walk anew, but not for ever.
func TestChangedWithAStaleCursor(t *testing.T) {
	stale := shoptest.Answer{Body: `{"errors":[{"message":"Invalid cursor","path":["orders"],"extensions":{"code":"BAD_REQUEST"}}],"data":null}`}
	f := shoptest.New(t)
	f.On["OrdersChanged"] = func(r shoptest.Request) shoptest.Answer {
		if r.Vars(t)["after"] != nil {
			return stale
		}
		return shoptest.OK(13, 13, shoptest.Obj{"orders": shoptest.Obj{"pageInfo": more("c1"), "nodes": []any{}}})
	}
	c := client(f)
	p, err := c.Changed(t.Context(), orders.Window{}, "old")
	if err != nil || p.Next == "" {
		t.Fatalf("%+v, %v", p, err)
	}
	if _, err := c.Changed(t.Context(), orders.Window{}, p.Next); fault.KindOf(err) != fault.Bug {
		t.Errorf("a second time: %v", err)
	}
}

func TestCountChanged(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrdersCount"] = func(r shoptest.Request) shoptest.Answer {
		if v := r.Vars(t); v["q"] != nil || v["limit"] != 50.0 {
			t.Errorf("variables %v", v)
		}
		return shoptest.OK(10, 10, shoptest.Obj{"ordersCount": shoptest.Obj{"count": 51, "precision": "AT_LEAST"}})
	}
	if n, err := client(f).CountChanged(t.Context(), orders.Window{}, 50); err != nil || n != 50 {
		t.Errorf("%d, %v, want 50", n, err)
	}
	f.On["OrdersCount"] = shoptest.InTurn(shoptest.OK(10, 10, shoptest.Obj{"ordersCount": nil}))
	if _, err := client(f).CountChanged(t.Context(), orders.Window{}, 50); fault.KindOf(err) != fault.Transient {
		t.Errorf("no count: %v", err)
	}
}

func TestOrderByNameIsExact(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrderByName"] = func(r shoptest.Request) shoptest.Answer {
		if q := r.Vars(t)["q"]; q != `name:'#1001\' OR \\'` {
			t.Errorf("query %v", q)
		}
		return shoptest.OK(9, 9, shoptest.Obj{"orders": shoptest.Obj{"nodes": []any{
			shoptest.Obj{"id": "gid://shopify/Order/1", "name": "#10011"}, shoptest.Obj{"id": "gid://shopify/Order/2", "name": `#1001' OR \`}, shoptest.Obj{"id": "gid://shopify/Order/3", "name": `#1001' OR \`},
		}}})
	}
	ids, err := client(f).OrderByName(t.Context(), ` #1001' OR \ `)
	if err != nil || !slices.Equal(ids, []string{"2", "3"}) {
		t.Errorf("%v, %v", ids, err)
	}
	if ids, err := client(f).OrderByName(t.Context(), " "); err != nil || ids != nil {
		t.Errorf("no name: %v, %v", ids, err)
	}
}

// A name is found with and without the shop's prefix and suffix.
func TestOrderByNameWithTheShopsForm(t *testing.T) {
	for _, c := range []struct {
		typed, found string // "": none
	}{
		{"EU-1042-X", "1"},
		{"1042", "1"},
		{"#1042", "1"},
		{"EU-1042", "1"},
		{"eu-1042", "1"},
		{"1042-X", "1"},
		{"US-1042", ""},
		{"104", ""},
		{"Tom", ""},
	} {
		f := shoptest.New(t)
		f.On["OrderByName"] = func(shoptest.Request) shoptest.Answer {
			return shoptest.OK(9, 9, shoptest.Obj{"orders": shoptest.Obj{"nodes": []any{shoptest.Obj{"id": "gid://shopify/Order/1", "name": "EU-1042-X"}, shoptest.Obj{"id": "gid://shopify/Order/2", "name": "EU-10421-X"}}}})
		}
		f.On["ShopInfo"] = shoptest.InTurn(shoptest.OK(4, 4, shoptest.Obj{"shop": shoptest.Obj{"orderNumberFormatPrefix": "EU-", "orderNumberFormatSuffix": "-X", "plan": shoptest.Obj{}}, "currentAppInstallation": shoptest.Obj{}}))
		ids, err := client(f).OrderByName(t.Context(), c.typed)
		if got := strings.Join(ids, ","); err != nil || got != c.found || len(f.Ops()) > 3 {
			t.Errorf("%s: %q, %v after %d requests, want %q", c.typed, got, err, len(f.Ops()), c.found)
		}
	}
}

// orderShop answers the content documents from orders in memory.
type orderShop struct {
	t      *testing.T
	orders map[string]*gql.OrderContent
	perID  bool // lists are charged by their length
	limit  int  // more orders at once do not arrive in time; 0: none
	page   int  // inner page size; 0: all that there is
	hidden map[string]bool
	sizes  []int // of the batches
	// poison is the whole answer to a batch that holds the id, failing an error
	// inside of its node.
	poison  map[string]shoptest.Answer
	failing map[string]nodeError
}

// nodeError is an error at a path below the node, which is null or whole.
type nodeError struct {
	error shoptest.Obj
	below []any
	null  bool
}

func (e nodeError) at(i int) { e.error["path"] = append([]any{"nodes", i}, e.below...) }

func denied(need string) shoptest.Obj {
	return shoptest.Obj{"message": "Access denied.", "extensions": shoptest.Obj{"code": "ACCESS_DENIED", "requiredAccess": need}}
}

func internalError() shoptest.Obj {
	return shoptest.Obj{"message": "Something went wrong.", "extensions": shoptest.Obj{"code": "INTERNAL_SERVER_ERROR"}}
}

func asJSON(v any) string {
	js, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(js)
}

func (s *orderShop) serve(f *shoptest.Fake) {
	f.On["OrderBatch"] = s.batch
	f.On["OrderPage"] = s.search
	f.On["OrderMoreLines"] = func(r shoptest.Request) shoptest.Answer {
		o, rest, next := s.rest(r)
		return shoptest.OK(58, 20, shoptest.Obj{"order": shoptest.Obj{"id": o.Id, "updatedAt": o.UpdatedAt, "lineItems": gql.LinePage{PageInfo: next, Nodes: o.LineItems.Nodes[rest:min(rest+s.page, len(o.LineItems.Nodes))]}}})
	}
}

func (s *orderShop) ids(r shoptest.Request) []string {
	var v struct {
		IDs []string `json:"ids"`
	}
	if err := json.Unmarshal(r.Variables, &v); err != nil {
		s.t.Error(err)
	}
	return v.IDs
}

func (s *orderShop) batch(r shoptest.Request) shoptest.Answer {
	ids := s.ids(r)
	s.sizes = append(s.sizes, len(ids))
	if s.limit > 0 && len(ids) > s.limit {
		return shoptest.Answer{Status: 504, Header: map[string]string{"Content-Type": "text/html"}}
	}
	points := 147
	if s.perID {
		if points *= len(ids); points > 1000 {
			return shoptest.Answer{Body: fmt.Sprintf(`{"errors":[{"message":"Query cost is %d, which exceeds the single query max cost limit (1000).","extensions":{"code":"MAX_COST_EXCEEDED","cost":%d}}],`+
				`"extensions":{"cost":{"requestedQueryCost":%d,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":2000,"restoreRate":100}}}}`, points, points, points)}
		}
	}
	nodes := []any{}
	var errs []shoptest.Obj
	for i, id := range ids {
		if a, ok := s.poison[wire.Tail(id)]; ok {
			return a
		}
		if e, ok := s.failing[wire.Tail(id)]; ok {
			e.at(i)
			errs = append(errs, e.error)
		}
		o, found := s.orders[id]
		if !found || s.failing[wire.Tail(id)].null {
			nodes = append(nodes, nil)
			continue
		}
		nodes = append(nodes, s.first(o))
	}
	a := shoptest.OK(points, points/2, shoptest.Obj{"nodes": nodes})
	if errs != nil {
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":` + asJSON(errs) + "}"
	}
	a.Header = map[string]string{"X-Request-Id": "req-1"}
	return a
}

// first is an order with its first page of lines.
func (s *orderShop) first(o *gql.OrderContent) gql.OrderContent {
	out := *o
	if s.page > 0 && len(o.LineItems.Nodes) > s.page {
		out.LineItems = gql.LinePage{PageInfo: more(fmt.Sprint(s.page)), Nodes: o.LineItems.Nodes[:s.page]}
	}
	return out
}

func (s *orderShop) rest(r shoptest.Request) (o *gql.OrderContent, from int, next wire.PageInfo) {
	v := r.Vars(s.t)
	o = s.orders[fmt.Sprint(v["id"])]
	if _, err := fmt.Sscan(fmt.Sprint(v["after"]), &from); err != nil {
		s.t.Error(err)
	}
	if from+s.page < len(o.LineItems.Nodes) {
		next = more(fmt.Sprint(from + s.page))
	}
	return o, from, next
}

func (s *orderShop) search(r shoptest.Request) shoptest.Answer {
	q := fmt.Sprint(r.Vars(s.t)["q"])
	var nodes []gql.OrderContent
	for term := range strings.SplitSeq(q, " OR ") {
		id := strings.TrimPrefix(term, "id:")
		if o, found := s.orders[wire.GID("Order", id)]; found && !s.hidden[id] {
			nodes = append(nodes, s.first(o))
		}
	}
	slices.Reverse(nodes)
	return shoptest.OK(884, 100, shoptest.Obj{"orders": shoptest.Obj{"nodes": nodes}})
}

func newOrderShop(t *testing.T, n, lines int) (shop *orderShop, ids []string) {
	t.Helper()
	shop = &orderShop{t: t, orders: map[string]*gql.OrderContent{}}
	for i := range n {
		id := fmt.Sprint(1000 + i)
		ids = append(ids, id)
		shop.orders[wire.GID("Order", id)] = anOrder(id, lines)
	}
	return shop, ids
}

// noWait keeps pauses out of tests that are not about them.
func noWait(c *shopify.Config) {
	c.Wait = func(context.Context, time.Duration) error { return nil }
}

func idsOf(list []orders.Order) []string {
	var out []string
	for _, o := range list {
		out = append(out, o.ID)
	}
	return out
}

func TestOrdersComeInTheOrderAsked(t *testing.T) {
	shop, ids := newOrderShop(t, 100, 3)
	delete(shop.orders, wire.GID("Order", ids[40]))
	f := shoptest.New(t)
	shop.serve(f)
	c := client(f, noWait)
	got, err := c.Orders(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Delete(slices.Clone(ids), 40, 41)
	if !slices.Equal(idsOf(got.Orders), want) {
		t.Errorf("%v, want all but the deleted one", idsOf(got.Orders))
	}
	for _, o := range got.Orders {
		if len(o.Lines) != 3 {
			t.Errorf("order %s has %d lines", o.ID, len(o.Lines))
		}
	}
	if none, err := c.Orders(t.Context(), nil); err != nil || len(none.Orders) != 0 {
		t.Errorf("no ids: %v, %v", none, err)
	}
	if _, err := c.Orders(t.Context(), make([]string, 101)); fault.KindOf(err) != fault.Bug {
		t.Errorf("101 ids: %v", err)
	}
}

// Small orders are read a hundred at once, as soon as they are known to be small.
func TestBatchesGrowWithSmallAnswers(t *testing.T) {
	shop, ids := newOrderShop(t, 100, 1)
	f := shoptest.New(t)
	shop.serve(f)
	c := client(f, noWait)
	ctx, used := usage.Begin(t.Context())
	for range 2 {
		if _, err := c.Orders(ctx, ids); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(shop.sizes, []int{50, 50, 100}) {
		t.Errorf("batches of %v", shop.sizes)
	}
	if s := used.Count(); s.ShopifyRequests > 10 || s.ShopifyPoints > 400 {
		t.Errorf("200 orders took %+v", s)
	}
}

func TestBatchIsHalvedWhenTooSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, ids := newOrderShop(t, 60, 1)
		shop.limit = 13
		f := shoptest.New(t)
		shop.serve(f)
		got, err := client(f, func(c *shopify.Config) { c.MaxWait = time.Minute }).Orders(t.Context(), ids)
		if err != nil || !slices.Equal(idsOf(got.Orders), ids) {
			t.Fatalf("%v, %v", idsOf(got.Orders), err)
		}
		if !slices.Equal(shop.sizes[:4], []int{50, 25, 12, 13}) {
			t.Errorf("batches of %v: a slow one is halved, not repeated, and grows again by one", shop.sizes)
		}
	})
}

func TestOneOrderTooSlowIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := shoptest.New(t)
		f.On["OrderBatch"] = shoptest.InTurn(shoptest.Answer{Status: 504})
		_, err := client(f).Orders(t.Context(), []string{"1", "2", "3", "4"})
		if fault.KindOf(err) != fault.Transient || len(f.Ops()) > 8 {
			t.Errorf("%v after %d requests", err, len(f.Ops()))
		}
	})
}

// Where lists are charged by their length, pages are cheaper, and what the index lacks is read by id.
func TestPagesWhenListsAreCharged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, ids := newOrderShop(t, 100, 1)
		shop.perID = true
		shop.hidden = map[string]bool{ids[3]: true}
		delete(shop.orders, wire.GID("Order", ids[4]))
		f := shoptest.New(t)
		shop.serve(f)
		got, err := client(f).Orders(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		if want := slices.Delete(slices.Clone(ids), 4, 5); !slices.Equal(idsOf(got.Orders), want) {
			t.Errorf("%v, want all that exist", idsOf(got.Orders))
		}
		if want := []string{"OrderBatch", "OrderBatch", "OrderPage", "OrderBatch", "OrderBatch", "OrderPage", "OrderPage", "OrderPage"}; !slices.Equal(f.Ops(), want) {
			t.Errorf("sent %v, want %v", f.Ops(), want)
		}
	})
}

func TestLinesBeyondThePage(t *testing.T) {
	shop, ids := newOrderShop(t, 2, 500)
	shop.page = 50
	f := shoptest.New(t)
	shop.serve(f)
	got, err := client(f, noWait).Orders(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range got.Orders {
		seen := map[string]bool{}
		for _, l := range o.Lines {
			seen[l.ID] = true
		}
		if len(o.Lines) != 500 || len(seen) != 500 {
			t.Errorf("order %s: %d lines, %d different", o.ID, len(o.Lines), len(seen))
		}
	}
}

// An order that changes between its pages is read anew: half an old and half a
// new one is neither.
func TestOrderThatChangesWhileRead(t *testing.T) {
	for _, tt := range []struct {
		name    string
		changes int
		want    fault.Kind
	}{{"once", 1, ""}, {"for ever", 100, fault.Transient}} {
		t.Run(tt.name, func(t *testing.T) {
			shop, ids := newOrderShop(t, 1, 60)
			shop.page = 50
			f := shoptest.New(t)
			shop.serve(f)
			moreLines := f.On["OrderMoreLines"]
			n := 0
			f.On["OrderMoreLines"] = func(r shoptest.Request) shoptest.Answer {
				if n++; n <= tt.changes {
					o := shop.orders[wire.GID("Order", ids[0])]
					o.UpdatedAt = o.UpdatedAt.Add(time.Second)
					o.LineItems.Nodes = append(slices.Clone(o.LineItems.Nodes), aLine(fmt.Sprintf("9%03d", n)))
				}
				return moreLines(r)
			}
			got, err := client(f, noWait).Orders(t.Context(), ids)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" {
				if len(got.Orders) != 0 || len(got.Unread) != 1 || fault.KindOf(got.Unread[0].Err) != tt.want || got.Unread[0].Name == "" {
					t.Errorf("%+v, want it unread for %q", got, tt.want)
				}
			} else if len(got.Orders) != 1 || len(got.Orders[0].Lines) != 61 {
				t.Errorf("%+v", got)
			}
			if n > rereads+1 {
				t.Errorf("read %d times", n)
			}
		})
	}
}

func TestInnerPagesOfFulfilmentsAndShipping(t *testing.T) {
	o := anOrder("1", 1)
	o.LineItems.Nodes[0].Quantity = 4
	o.LineItems.Nodes[0].CurrentQuantity = 4
	line := wire.Tail(o.LineItems.Nodes[0].Id)
	o.ShippingLines = gql.ShippingPage{PageInfo: more("s"), Nodes: []gql.OrderShippingLine{{Title: "a", OriginalPriceSet: eur("1", "1")}}}
	first := fulfilment("OPEN", "A", "other", 1, 1)
	first.Id, first.LineItems.PageInfo = wire.GID("FulfillmentOrder", "31"), more("l")
	o.FulfillmentOrders = gql.FulfillmentPage{PageInfo: more("f"), Nodes: []gql.OrderFulfillment{first}}

	f := shoptest.New(t)
	f.On["OrderBatch"] = shoptest.InTurn(shoptest.OK(147, 9, shoptest.Obj{"nodes": []any{o}}))
	f.On["OrderMoreShippingLines"] = func(r shoptest.Request) shoptest.Answer {
		if v := r.Vars(t); v["id"] != o.Id || v["after"] != "s" {
			t.Errorf("variables %v", v)
		}
		return shoptest.OK(30, 5, shoptest.Obj{"order": shoptest.Obj{"id": o.Id, "updatedAt": o.UpdatedAt, "shippingLines": gql.ShippingPage{Nodes: []gql.OrderShippingLine{{Title: "b", OriginalPriceSet: eur("2", "2")}}}}})
	}
	f.On["OrderMoreFulfillmentOrders"] = func(r shoptest.Request) shoptest.Answer {
		if v := r.Vars(t); v["id"] != o.Id || v["after"] != "f" {
			t.Errorf("variables %v", v)
		}
		return shoptest.OK(136, 5, shoptest.Obj{"order": shoptest.Obj{"id": o.Id, "updatedAt": o.UpdatedAt, "fulfillmentOrders": gql.FulfillmentPage{Nodes: []gql.OrderFulfillment{fulfilment("OPEN", "B", line, 3, 3)}}}})
	}
	f.On["FulfillmentOrderMoreLines"] = func(r shoptest.Request) shoptest.Answer {
		if v := r.Vars(t); v["id"] != first.Id || v["after"] != "l" {
			t.Errorf("variables %v", v)
		}
		return shoptest.OK(25, 5, shoptest.Obj{"fulfillmentOrder": shoptest.Obj{"id": first.Id, "lineItems": fulfilment("", "", line, 1, 1).LineItems}})
	}
	got, err := client(f, noWait).Orders(t.Context(), []string{"1"})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Orders[0].ShippingLines); n != 2 {
		t.Errorf("%d shipping lines, want 2", n)
	}
	if l := got.Orders[0].Lines[0]; l.Location != "" || !slices.Equal(l.Places, []orders.Place{{Location: "A", Quantity: 1}, {Location: "B", Quantity: 3}}) {
		t.Errorf("location %q, places %v, want 1 of A and 3 of B", l.Location, l.Places)
	}
}

// An enum value, a field or a type that we do not know does not stop the import.
func TestOrderOfTomorrow(t *testing.T) {
	js, err := json.Marshal(anOrder("1", 1))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(js), `"displayFulfillmentStatus":"UNFULFILLED"`, `"displayFulfillmentStatus":"TELEPORTED","__typename":"Order","hologram":{"x":[1]}`, 1)
	text = strings.Replace(text, `"purchasingEntity":null`, `"purchasingEntity":{"__typename":"PurchasingGuild"}`, 1)
	f := shoptest.New(t)
	f.On["OrderBatch"] = shoptest.InTurn(shoptest.Answer{Body: `{"data":{"nodes":[` + text + `]}}`})
	got, err := client(f, noWait).Orders(t.Context(), []string{"1"})
	if err != nil || len(got.Orders) != 1 || got.Orders[0].FulfillmentStatus != "TELEPORTED" || got.Orders[0].Company != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// BenchmarkOrders reads 100 orders of 3 lines; B/op is what passes through memory.
func BenchmarkOrders(b *testing.B) {
	var nodes []any
	var ids []string
	for i := range 100 {
		id := fmt.Sprint(1000 + i)
		ids = append(ids, id)
		nodes = append(nodes, anOrder(id, 3))
	}
	whole, half := shoptest.OK(147, 131, shoptest.Obj{"nodes": nodes}), shoptest.OK(147, 131, shoptest.Obj{"nodes": nodes[:50]})
	f := shoptest.New(&testing.T{})
	f.On["OrderBatch"] = func(r shoptest.Request) shoptest.Answer {
		if strings.Count(string(r.Variables), "gid:") == 50 {
			return half
		}
		return whole
	}
	c := client(f, noWait, func(c *shopify.Config) {
		c.Budget, c.Log = plenty{}, nil
	})
	b.ReportAllocs()
	for b.Loop() {
		if got, err := c.Orders(b.Context(), ids); err != nil || len(got.Orders) != 100 {
			b.Fatal(len(got.Orders), err)
		}
		f.Forget()
	}
}

// plenty always grants.
type plenty struct{}

func (plenty) Grant(context.Context, shopify.Ask) (shopify.Grant, error) {
	return shopify.Grant{Points: 1e9, Until: time.Now().Add(time.Hour)}, nil
}
