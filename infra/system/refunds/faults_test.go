package refunds_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/table"
	"backroom/shared/task/tasktest"
	"backroom/shared/testsize"
)

// TestNoRefundIsBookedTwice holds the part of process-orders that books refunds
// against the laws of every task: each write fails before, after and late, answers are
// lost, the process dies. Nothing in the company makes a memo unique here.
func TestNoRefundIsBookedTwice(t *testing.T) {
	tasktest.Run(t, tasktest.Suite{
		Task: documents.TaskName, Records: 3, Writes: 5, Stride: testsize.Of(1, 10, 20), Shared: func(k table.Key) bool {
			return strings.HasPrefix(k.PK, "SHOPIFY#") || strings.HasPrefix(k.PK, "BCBUDGET#")
		},
		Open: func(k *tasktest.Kit, n, bad int) tasktest.World { return openBack(t, k, n, bad) },
	})
}

// side tells the calls of both sides from each other.
var side = tasktest.Side{
	Free: func(r *http.Request) bool { return strings.Contains(r.URL.Path, "oauth") },
	Writes: func(r *http.Request, body []byte) bool {
		switch {
		case r.Method == http.MethodGet, strings.HasSuffix(r.URL.Path, "graphql.json"):
			return false
		case strings.HasSuffix(r.URL.Path, "$batch"):
			return bytes.Contains(body, []byte(`"POST"`)) || bytes.Contains(body, []byte(`"PATCH"`)) || bytes.Contains(body, []byte(`"DELETE"`))
		}
		return true
	},
	Halve: func(*http.Request, []byte) []byte { return nil },
	TooMany: func(r *http.Request, wait time.Duration) *http.Response {
		body := `{"error":{"code":"Application_TooManyRequests","message":"Too many requests reached."}}`
		status := http.StatusTooManyRequests
		if strings.HasSuffix(r.URL.Path, "graphql.json") {
			status, body = http.StatusOK, `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":50,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":1000,"currentlyAvailable":0,"restoreRate":50}}}}`
		}
		return &http.Response{
			StatusCode: status, Request: r, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
			Header: http.Header{"Content-Type": {"application/json"}, "Retry-After": {fmt.Sprint(int(wait.Seconds()) + 1)}},
		}
	},
}

// back is a world whose orders have their documents, and each a refund that has none.
type back struct {
	*world.World
	kit  *tasktest.Kit
	shop *data.Data
	bad  string // an item that is blocked; "" is none
}

func openBack(t *testing.T, k *tasktest.Kit, n, bad int) *back {
	t.Helper()
	w := &back{kit: k, shop: data.Bulk(k.Now(), n)}
	for i, o := range w.shop.Orders {
		at := k.Now().Add(time.Duration(i-n-1) * 20 * time.Minute)
		o.CreatedAt, o.UpdatedAt, o.ProcessedAt = at, at, at
	}
	s := world.Plain(k.Now())
	s.Shop, s.Clock, s.Way = w.shop, k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code, s.Card.ImportFrom, s.Card.RefundsAndReturns = tasktest.Shop, k.Now().AddDate(0, 0, -30), orders.BookRefunds
	s.Card.RoundingAccount = businesscentral.AccountRounding
	s.CreditMemos = creditmemos.Settings{RefundAccount: refundAccount, NonRestockAccount: noRestock}
	s.Engine = func(w *world.World) world.Engine {
		q := memory.NewQueue(w.Now)
		return world.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	w.World = world.New(t, s)
	w.BC.Companies()[0].SetManualNumbers(false) // so that nothing in the company makes a memo unique
	k.Minutely(func() { w.BC.RunDue() })
	w.play(orders.TaskName)
	w.play(documents.TaskName)
	k.Pass(time.Hour)
	for i, o := range w.shop.Orders {
		r := data.Reversal{Units: map[int64]int{o.Lines[0].ID: 1}, RestockType: "RETURN"}
		if _, err := w.Shopify.Shop("").FulfilOrder(o.ID, shopify.Fulfilling{Do: "ship"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Shopify.Shop("").RefundOrder(o.ID, r); err != nil {
			t.Fatal(err)
		}
		if i == bad {
			w.bad = o.Lines[0].SKU
			w.block(true)
		}
	}
	k.Pass(time.Minute)
	w.play(orders.TaskName)
	return w
}

func (w *back) block(is bool) {
	if err := w.BC.Companies()[0].EditItem(w.bad, func(i *businesscentral.Item) { i.Blocked = is }); err != nil {
		w.kit.T.Fatalf("%v", err)
	}
}

func (w *back) taskOf(name string) jobqueue.Task {
	r, _ := w.Tasks(w.kit.Table(), w.kit.Guard()).Tasks.Get(name)
	return r.Task
}

func (w *back) play(name string) { w.kit.Play(name, w.taskOf(name)) }

// Task implements tasktest.World, as do the three below.
func (w *back) Task() jobqueue.Task { return w.taskOf(documents.TaskName) }

func (w *back) Heal() { w.block(false) }

func (w *back) Echo() { w.play(orders.TaskName) }

func (w *back) Holds() map[int][]string {
	h := map[int][]string{}
	for _, m := range memos(w.World) {
		i := slices.IndexFunc(w.shop.Orders, func(o *data.Order) bool {
			return strings.HasSuffix(m.ExternalDocumentNumber, fmt.Sprintf("-R%d", w.Shopify.Shop("").Order(o.ID).Refunds[0].ID))
		})
		h[i] = append(h[i], fmt.Sprintf("%+v", m.SalesCreditMemoLines))
	}
	for i, o := range w.shop.Orders {
		f := w.Fate(o)
		h[i] = append(h[i], fmt.Sprintf("%s %s", f.State, f.Reason))
	}
	ps, _, err := w.Wired.Orders.Refunded(w.kit.T.Context(), tasktest.Shop, "", 100)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, p := range ps {
		i := slices.IndexFunc(w.shop.Orders, func(o *data.Order) bool { return fmt.Sprint(o.ID) == p.ID })
		h[i] = append(h[i], "waits")
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		h[tasktest.Common] = append(h[tasktest.Common], string(i.Reason))
	}
	return h
}
