package system_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/completeness"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/orders"
	"backroom/shared/table"
	"backroom/shared/testsize"
)

// ask has a run of a task, and lets it end.
func ask(t *testing.T, w *worlds.World, task, parameters string) jobqueue.Run {
	t.Helper()
	r, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: task, Trigger: jobqueue.ByHand, Parameters: []byte(parameters)})
	if err != nil {
		t.Fatal(err)
	}
	w.Live(10 * time.Minute)
	if r, err = w.Jobs.Store.Run(t.Context(), w.Card.Code, r.ID); err != nil {
		t.Fatal(err)
	}
	return r
}

// proven is what the proof says of orders, by their names.
func proven(t *testing.T, w *worlds.World) map[string]string {
	t.Helper()
	is, err := w.Wired.Issues.List(t.Context(), w.Card.Code)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, i := range is {
		if strings.HasPrefix(i.Kind, "proof-") {
			out[i.Name] = string(i.Reason)
		}
	}
	return out
}

// What the sample shop sells, with all that is unusual about it, agrees once it has its
// documents, or waits for a reason. An order whose document is deleted, and one that is
// forgotten besides, are named; what their ways out say mends them.
func TestSampleShopIsProved(t *testing.T) {
	setup := worlds.Plain(begin)
	setup.Card.RefundsAndReturns = orders.BookRefunds
	setup.Shop.Orders = setup.Shop.Orders[:testsize.Of(200, 120, 40)]
	w := worlds.New(t, setup)
	w.Live(2 * time.Hour)
	r := ask(t, w, completeness.TaskName, `{"days":60}`)
	if said := proven(t, w); len(said) > 0 || r.Outcome != jobqueue.Succeeded || r.Counts.Unchanged < len(setup.Shop.Orders)/2 || r.Counts.Unchanged+r.Counts.Skipped != len(setup.Shop.Orders) {
		t.Fatalf("%v; %s %+v; %s", said, r.Outcome, r.Counts, r.Progress.Note)
	}

	os := setup.Ordinary(3)
	gone, forgotten, doubled := os[0], os[1], os[2]
	drop(w, gone)
	drop(w, forgotten)
	id := fmt.Sprint(forgotten.ID)
	for _, it := range stored(t, w, id) {
		if err := w.Table.Write(t.Context(), table.Delete(it, table.Always)); err != nil {
			t.Fatal(err)
		}
	}
	body := fmt.Sprintf(`{"externalDocumentNumber":"#%d-%d","customerNumber":"10000"}`, doubled.Number, doubled.ID)
	w.Write(http.MethodPost, "salesOrders", body)
	r = ask(t, w, completeness.TaskName, `{"days":60}`)
	want := map[string]string{gone.Name: "proof-document-gone", forgotten.Name: "proof-order-not-known", doubled.Name: "proof-document-doubled"}
	if said := proven(t, w); fmt.Sprint(said) != fmt.Sprint(want) || r.Outcome != jobqueue.SucceededWithIssues {
		t.Fatalf("%v, want %v; %s", said, want, r.Outcome)
	}

	ask(t, w, orders.TaskName, `{"ids":["`+id+`"]}`)
	ask(t, w, completeness.TaskName, `{"accept":["`+gone.Name+`","`+doubled.Name+`"]}`)
	r = ask(t, w, completeness.TaskName, `{"days":60}`)
	if said := proven(t, w); len(said) > 0 || r.Outcome != jobqueue.Succeeded {
		t.Errorf("%v; %s; %s", said, r.Outcome, r.Progress.Note)
	}
}

// drop deletes the document of an order.
func drop(w *worlds.World, o *data.Order) {
	for _, d := range worlds.Read[struct{ ID string }](w, worlds.DocumentOf("salesOrders", o)) {
		w.Write(http.MethodDelete, "salesOrders("+d.ID+")", "")
	}
}

// stored are the keys of what is stored of an order.
func stored(t *testing.T, w *worlds.World, id string) (keys []table.Key) {
	t.Helper()
	p, err := w.Table.Query(t.Context(), table.Query{PK: "SHOP#" + w.Card.Code + "#ORD", Prefix: id})
	if err != nil || len(p.Items) == 0 {
		t.Fatalf("%d items, %v", len(p.Items), err)
	}
	for _, it := range p.Items {
		keys = append(keys, it.Key)
	}
	return keys
}
