package completenessapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/shared/completeness"
	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/shoptest"
	"backroom/shared/shopify/shoptest/shoprig"
)

var (
	from = time.Date(2026, 11, 20, 0, 0, 0, 1, time.UTC)
	to   = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
)

const row = `{"id":"gid://shopify/Order/7","name":"#1001","createdAt":"2026-11-20T10:00:00Z","cancelledAt":null,"confirmed":true,"test":false,"displayFulfillmentStatus":"FULFILLED",` +
	`"totalPriceSet":{"shopMoney":{"amount":"12.0","currencyCode":"EUR"},"presentmentMoney":{"amount":"120.0","currencyCode":"SEK"}},"totalTaxSet":null,` +
	`"currentTotalPriceSet":{"shopMoney":{"amount":"10.5","currencyCode":"EUR"},"presentmentMoney":{"amount":"105.0","currencyCode":"SEK"}},` +
	`"currentTotalTaxSet":{"shopMoney":{"amount":"1.5","currencyCode":"EUR"},"presentmentMoney":{"amount":"15.0","currencyCode":"SEK"}},` +
	`"refunds":[{"id":"gid://shopify/Refund/9","totalRefundedSet":{"shopMoney":{"amount":"1.5","currencyCode":"EUR"},"presentmentMoney":{"amount":"15.0","currencyCode":"SEK"}}}]}`

func wantOrder() completeness.Order {
	dec := decimal.RequireFromString
	return completeness.Order{
		ID: "7", Name: "#1001", CreatedAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), Fulfilled: true,
		Shop: completeness.Value{Currency: "EUR", Total: dec("10.5"), Tax: dec("1.5")}, Buyer: completeness.Value{Currency: "SEK", Total: dec("105"), Tax: dec("15")},
		Whole: completeness.Value{Currency: "EUR", Total: dec("12"), Tax: dec("0")}, WholeBuyer: completeness.Value{Currency: "SEK", Total: dec("120"), Tax: dec("0")},
		Refunds: []completeness.Refund{{ID: "9", Amount: money.Bag{Shop: money.Amount{Value: dec("1.5"), Currency: "EUR"}, Presentment: money.Amount{Value: dec("15"), Currency: "SEK"}}}},
	}
}

// The bulk query selects what a page does, so that its rows are read alike.
func TestExportFitsTheAPI(t *testing.T) {
	path := filepath.Join(t.TempDir(), "export.graphql")
	named := strings.Replace(exportText(from, to), "query {", "query Export {", 1)
	named = strings.Replace(named, "orders(", "orders(first: 1, ", 1)
	if err := os.WriteFile(path, []byte(named), 0o600); err != nil {
		t.Fatal(err)
	}
	shoptest.Lint(t, path)
	_, fragment, _ := strings.Cut(gql.OrderTotals_Operation, "fragment OrderInTotals on Order {")
	fragment, _, _ = strings.Cut(fragment, "\n}\n")
	if a, b := strings.ReplaceAll(strings.Join(strings.Fields(fragment), " "), "... ", "..."), strings.Join(strings.Fields(exported), " "); a != b {
		t.Errorf("a page selects\n%s\nan export\n%s", a, b)
	}
	if !strings.Contains(exportText(from, to), `created_at:>='2026-11-20T00:00:01Z' created_at:<'2026-11-21T00:00:00Z'`) {
		t.Errorf("%s", exportText(from, to))
	}
}

// An order that cannot be read is there, and agrees with nothing; one that does not
// exist is not.
func TestOrders(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrderTotals"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.Answer{Body: `{"data":{"nodes":[` + strings.Replace(row, `{"id"`, `{"__typename":"Order","id"`, 1) + `,null,null]},"errors":[{"message":"x","path":["nodes",2],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}],` +
			`"extensions":{"cost":{"requestedQueryCost":2,"actualQueryCost":2,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":1990,"restoreRate":100}}}}`}
	}
	got, err := New(shoprig.Client(f)).Orders(t.Context(), []string{"7", "8", "9"})
	if diff := cmp.Diff([]completeness.Order{wantOrder(), {ID: "9"}}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestExportStates(t *testing.T) {
	for answer, want := range map[string]completeness.Export{
		`{"id":"gid://shopify/BulkOperation/5","status":"CREATED","errorCode":null,"url":null}`:                        {},
		`{"id":"gid://shopify/BulkOperation/5","status":"RUNNING","errorCode":null,"url":null}`:                        {},
		`{"id":"gid://shopify/BulkOperation/5","status":"COMPLETED","errorCode":null,"url":"https://files.example/5"}`: {Ended: true, URL: "https://files.example/5"},
		`{"id":"gid://shopify/BulkOperation/5","status":"COMPLETED","errorCode":null,"url":null}`:                      {Ended: true},
		`{"id":"gid://shopify/BulkOperation/5","status":"FAILED","errorCode":"TIMEOUT","url":null}`:                    {Failed: "TIMEOUT"},
		`{"id":"gid://shopify/BulkOperation/5","status":"EXPIRED","errorCode":null,"url":null}`:                        {Failed: "EXPIRED"},
		`{"id":"gid://shopify/BulkOperation/5","status":"CANCELED","errorCode":null,"url":null}`:                       {Failed: "CANCELED"},
		`null`: {Failed: "UNKNOWN"},
	} {
		f := shoptest.New(t)
		f.On["BulkState"] = data(1, `"bulkOperation":`+answer)
		if got, err := New(shoprig.Client(f)).Export(t.Context(), "5"); err != nil || got != want {
			t.Errorf("%s: %+v, %v", answer, got, err)
		}
	}
}

func data(points int, fields string) func(shoptest.Request) shoptest.Answer {
	p := string(rune('0'+points/10)) + string(rune('0'+points%10))
	p = strings.TrimPrefix(p, "0")
	return func(shoptest.Request) shoptest.Answer {
		return shoptest.Answer{Body: `{"data":{` + fields + `},"extensions":{"cost":{"requestedQueryCost":` + p + `,"actualQueryCost":` + p + `,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":1990,"restoreRate":100}}}}`}
	}
}

func TestBegin(t *testing.T) {
	for name, tt := range map[string]struct {
		answer string
		id     string
		kind   fault.Kind
	}{
		"begun":            {`{"bulkOperation":{"id":"gid://shopify/BulkOperation/5"},"userErrors":[]}`, "5", ""},
		"all places taken": {`{"bulkOperation":null,"userErrors":[{"field":null,"message":"in progress","code":"OPERATION_IN_PROGRESS"}]}`, "", fault.Throttled},
		"not understood":   {`{"bulkOperation":null,"userErrors":[{"field":["query"],"message":"no","code":"INVALID"}]}`, "", fault.Bug},
		"nothing":          {`{"bulkOperation":null,"userErrors":[]}`, "", fault.Transient},
	} {
		f := shoptest.New(t)
		f.On["RunBulk"] = data(10, `"bulkOperationRunQuery":`+tt.answer)
		id, err := New(shoprig.Client(f)).Begin(t.Context(), from, to)
		if id != tt.id || err != nil && fault.KindOf(err) != tt.kind || (err == nil) != (tt.kind == "") {
			t.Errorf("%s: %q, %v", name, id, err)
		}
	}
}

type file string

func (f file) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(f))), Request: r}, nil
}

// Rows are read as pages are; what is no order is left out.
func TestRows(t *testing.T) {
	f := shoptest.New(t)
	rows := func(text string) ([]completeness.Order, error) {
		c := New(shoprig.Client(f, func(c *shopify.Config) {
			c.HTTP = &http.Client{Transport: file(text)}
			c.Wait = func(context.Context, time.Duration) error { return nil }
		}))
		var got []completeness.Order
		err := c.Rows(t.Context(), completeness.Export{URL: "https://files.example/5"}, func(o completeness.Order) error {
			got = append(got, o)
			return nil
		})
		return got, err
	}
	got, err := rows(row + "\n" + `{"__parentId":"gid://shopify/Order/7"}` + "\n" + row)
	if diff := cmp.Diff([]completeness.Order{wantOrder(), wantOrder()}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, text := range []string{"{", strings.Replace(row, `"10.5"`, `"ten"`, 1)} {
		if _, err := rows(text); fault.KindOf(err) != fault.Bug {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}

// Gift cards are sent by Shopify, and what was cancelled was not sent.
func TestUnits(t *testing.T) {
	f := shoptest.New(t)
	line := func(n, gift, sku string) string {
		return `{"quantity":` + n + `,"lineItem":{"id":"gid://shopify/LineItem/1","isGiftCard":` + gift + `,"sku":` + sku + `}}`
	}
	f.On["OrdersFulfilled"] = data(22, `"nodes":[{"__typename":"Order","id":"gid://shopify/Order/7","fulfillments":[`+
		`{"id":"a","status":"SUCCESS","totalQuantity":5,"fulfillmentLineItems":{"nodes":[`+line("1", "false", `"a-1"`)+`,`+line("1", "false", "null")+`,`+line("1", "true", `"a-1"`)+`]}},`+
		`{"id":"b","status":"CANCELLED","totalQuantity":5,"fulfillmentLineItems":{"nodes":[]}}]},null]`)
	got, err := New(shoprig.Client(f)).Units(t.Context(), []string{"7", "8"})
	if err != nil || fmt.Sprint(got) != "map[7:map[:3 A-1:1]]" {
		t.Errorf("%v, %v", got, err)
	}
}

// A window is asked for by the time of placing; refunded orders by their last change.
func TestSearches(t *testing.T) {
	f := shoptest.New(t)
	var asked []map[string]any
	f.On["OrdersChanged"] = func(r shoptest.Request) shoptest.Answer {
		asked = append(asked, r.Vars(t))
		return data(13, `"orders":{"pageInfo":{"hasNextPage":true,"endCursor":"next"},"nodes":[{"id":"gid://shopify/Order/7","updatedAt":"2026-11-20T10:00:00Z"}]}`)(r)
	}
	c := New(shoprig.Client(f))
	ids, next, err := c.Page(t.Context(), from, to, "")
	if err != nil || len(ids) != 1 || ids[0] != "7" || next != "next" {
		t.Errorf("%q, %q, %v", ids, next, err)
	}
	if _, _, err = c.Refunded(t.Context(), to, "before"); err != nil {
		t.Error(err)
	}
	want := []map[string]any{
		{"q": "created_at:>='2026-11-20T00:00:01Z' created_at:<'2026-11-21T00:00:00Z'", "sort": "CREATED_AT", "after": nil},
		{"q": "updated_at:>='2026-11-21T00:00:00Z' created_at:<'2026-11-21T00:00:00Z' (financial_status:refunded OR financial_status:partially_refunded)", "sort": "UPDATED_AT", "after": "before"},
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}
