package main

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/host"
	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/config"
	"backroom/shared/usage"
)

// starts opens the engine of a folder as a start does, until stop.
func starts(t *testing.T, info host.Info, folder string, reconnect bool) (e *engine, stop func()) {
	t.Helper()
	s := settings{
		Config: config.Config{Data: folder, Workers: 4, Every: 24 * time.Hour}, sims: &info, log: slog.New(slog.DiscardHandler),
		anchor: time.Now().Add(24 * time.Hour), reconnect: reconnect,
	}
	e, err := open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	ends := work(t, e)
	return e, func() {
		ends()
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}
}

// documentsOf counts the sales documents of each order, by its external number.
func documentsOf(t *testing.T, info host.Info) map[string]int {
	t.Helper()
	var got []document
	simulated(t, strings.TrimSuffix(info.BC, "/v2.0")+"/_sim/orders", &got)
	count := map[string]int{}
	for _, d := range got {
		count[d.External]++
	}
	return count
}

// TestDisconnectedShop: nothing of it is sent to either side, not by a new start either,
// until it is connected again; then it goes on, and no order has a second document.
func TestDisconnectedShop(t *testing.T) {
	info, folder := simulate(t, 12), t.TempDir()
	e, stop := starts(t, info, folder, false)
	once(t, e, imports, nil)
	settled(t, e)
	made := documentsOf(t, info)
	if len(made) < 8 {
		t.Fatalf("documents %v", made)
	}
	if _, err := e.desk.Act(t.Context(), makesDocuments, "hold", api.ActionRequest{Reason: "stocktaking"}); err != nil {
		t.Fatal(err)
	}
	var done api.Disconnection
	if err := e.desk.ask(&done, func(c *client.Client) (*http.Response, error) { return c.DisconnectShop(t.Context(), e.desk.Shop) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(done.Held, imports) || slices.Contains(done.Held, makesDocuments) || len(done.Ending) != 0 || done.Shop.DisconnectedAt.IsZero() {
		t.Errorf("%+v", done)
	}
	stop()

	e, stop = starts(t, info, folder, false)
	if said := strings.Join(e.said, " "); !strings.Contains(said, "was disconnected at") || !strings.Contains(said, "serve --reconnect") {
		t.Errorf("a start says %q", said)
	}
	if l, err := e.desk.look(t.Context()); err != nil || l.status() != statusNotRun || l.Next != "backroom serve --reconnect" {
		t.Errorf("status: %d, next %q, %v", l.status(), l.Next, err)
	}
	if _, err := e.desk.Trigger(t.Context(), imports, ask{}); err == nil || !strings.Contains(err.Error(), "the shop is disconnected") {
		t.Errorf("a run by hand: %v", err)
	}
	var k api.Check
	if err := e.desk.ask(&k, func(c *client.Client) (*http.Response, error) { return c.CheckConnection(t.Context(), e.desk.Shop) }); err != nil || gravity(k) != statusFailed || !strings.Contains(k.Sides[0].Text, "connect it again") {
		t.Errorf("the check says %+v, %v", k.Sides, err)
	}
	r, err := e.desk.Act(t.Context(), imports, "restart", api.ActionRequest{}) // all the same
	if err != nil {
		t.Fatal(err)
	}
	settled(t, e)
	if v, err := e.desk.Run(t.Context(), r.Run); err != nil || v.Outcome == "succeeded" || !strings.Contains(v.Merchant+v.Detail, "disconnected") {
		t.Errorf("%+v, %v", v, err)
	}
	if u := e.Used(e.card.Code); u != (usage.Count{}) {
		t.Errorf("the two sides were asked: %+v", u)
	}
	if _, err := e.desk.Act(t.Context(), imports, "hold", api.ActionRequest{Reason: "the shop is disconnected"}); err != nil {
		t.Fatal(err)
	}
	if o, err := e.desk.Order(t.Context(), "#1001"); err != nil || o.Order.Document.Number == "" {
		t.Errorf("what is stored cannot be read any more: %+v, %v", o.Order, err)
	}
	stop()

	e, stop = starts(t, info, folder, true)
	defer stop()
	if s, err := e.desk.ShopOf(t.Context(), e.desk.Shop); err != nil || !s.DisconnectedAt.IsZero() {
		t.Errorf("%+v, %v", s, err)
	}
	js, err := e.desk.Jobs(t.Context())
	for _, j := range js {
		if want := map[string]string{imports: "ready", makesDocuments: "on-hold"}[j.ID]; want != "" && !strings.EqualFold(strings.ReplaceAll(string(j.Status), " ", "-"), want) {
			t.Errorf("%s is %s, want %s", j.ID, j.Status, want)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.desk.Act(t.Context(), makesDocuments, "ready", api.ActionRequest{}); err != nil {
		t.Fatal(err)
	}
	once(t, e, imports, nil)
	once(t, e, makesDocuments, nil)
	settled(t, e)
	for number, n := range documentsOf(t, info) {
		if n != 1 || made[number] != 1 {
			t.Errorf("order %s has %d documents", number, n)
		}
	}
}
