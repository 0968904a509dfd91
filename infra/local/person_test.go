package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/orders"
	"backroom/shared/products"
)

// person is a server with a whole sync behind it, and the commands on it.
func person(t *testing.T, orders int) *engine {
	t.Helper()
	e := at(t, simulate(t, orders))
	stop := work(t, e)
	t.Cleanup(stop)
	once(t, e, "sync-orders", nil)
	settled(t, e)
	folder := t.TempDir()
	t.Setenv("BACKROOM_DATA", folder)
	if err := (&running{Address: serving(t, e).Listener.Addr().String(), Token: token, PID: os.Getpid()}).announce(folder); err != nil {
		t.Fatal(err)
	}
	return e
}

// said is a command with what it must answer.
type said struct {
	args   string // words
	status int
	want   []string // of all that it prints
}

func (s said) check(t *testing.T) string {
	t.Helper()
	args := strings.Fields(s.args)
	for i, a := range args {
		if a != "__complete" {
			args[i] = strings.ReplaceAll(a, "_", " ")
		}
	}
	out, errs, status := command(t, args...)
	for _, w := range s.want {
		if !strings.Contains(out+errs, w) {
			t.Errorf("%s: no word of %q in\n%s%s", s.args, w, out, errs)
		}
	}
	if status != s.status {
		t.Errorf("%s: %d, want %d\n%s%s", s.args, status, s.status, out, errs)
	}
	return out
}

// TestLooks goes through the commands that look, and those that show where the
// way out leads.
func TestLooks(t *testing.T) {
	e := person(t, 0)
	for _, s := range []said{
		{"status", 3, []string{"sample.myshopify.com", "server at", "sync-orders ready", "12 attention", "backroom issues"}},
		{"jobs pause --reason stocktaking", 0, []string{"paused"}},
		{"status", 4, []string{"paused", "backroom jobs resume"}},
		{"jobs resume", 0, nil},
		{"doctor", 3, []string{"Shopify answers.", "Business Central answers.", "read_orders", "D365 SALES DOC, EDIT", "Some orders will wait", "defaultCompanyNo", "Good to know"}},
		{"shop set defaultCompanyNo=WEB", 0, []string{`defaultCompanyNo: "" -> "WEB"`}},
		{"doctor", 0, []string{"answers.", "Good to know"}},
		{"shop set defaultCompanyNo=WEB", 0, []string{"so already"}},
		{"shop set defaultCompanyNo=X colour=red", 1, []string{"colour"}},
		{"shop diff defaultCompanyNo=", 3, []string{`"WEB" -> ""`}},
		{"shop diff tolerance=0.05", 0, nil},
		{"shop diff nowhere.json", 1, []string{"neither FIELD=VALUE nor a file"}},
		{"find 1001", 0, []string{"order", "#1001 is processed", `backroom orders "#1001"`}},
		{"find nothing-at-all", 1, []string{"no order, document"}},
		{"shops", 0, []string{"SHOP", "sample.myshopify.com", "connected"}},
		{"shops list", 0, []string{"SHOP", "sample.myshopify.com", "connected"}},
		{"shops show sample", 0, []string{"connected since", "sample.myshopify.com", "EUR"}},
		{"shops show nobody", 1, []string{"no such shop"}},
		{"shops disconnect sample", 1, []string{"pass --yes"}},
		{"trail", 0, []string{"person local", "setCard", "saved"}},
	} {
		if s.args == "trail" {
			s.want[0] = "local"
		}
		s.check(t)
	}
	o, err := e.desk.Order(t.Context(), "#1001")
	if err != nil {
		t.Fatal(err)
	}
	said{"find " + o.Order.Document.Number, 0, []string{"document", "#1001"}}.check(t)
	rs, _, err := e.desk.Runs(t.Context(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	said{"find " + rs[0].ID, 0, []string{"run of " + rs[0].Entry}}.check(t)
	// What sync-products links is found by either end.
	once(t, e, "sync-products", nil)
	var l api.LinkList
	if err := e.desk.ask(&l, func(c *client.Client) (*http.Response, error) {
		return c.ListLinks(t.Context(), e.desk.Shop, api.Variant, &api.ListLinksParams{})
	}); err != nil || len(l.Links) == 0 {
		t.Fatal(l, err)
	}
	item, _, _ := strings.Cut(l.Links[0].Number, " ")
	for _, number := range []string{l.Links[0].ID, item, strings.ToLower(item)} {
		said{"find " + number, 0, []string{"item", "variant " + l.Links[0].ID + " is item " + l.Links[0].Number, "backroom map variant linked"}}.check(t)
	}
}

// TestMappingsAreRows sets, lists and removes rows of each kind, and orders that
// waited for one are made at the next try.
func TestMappingsAreRows(t *testing.T) {
	e := person(t, 0)
	var waits api.Order
	os, _, err := e.desk.Orders(t.Context(), "attention", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range os {
		if o.Issue.Reason == products.ItemUnmapped {
			waits = o
		}
	}
	d, err := e.desk.Order(t.Context(), waits.Name)
	if err != nil || len(d.Copy.Lines) == 0 {
		t.Fatal(d, err)
	}
	variant := ""
	for _, l := range d.Copy.Lines {
		if strings.Contains(waits.Issue.Text, l.VariantID) {
			variant = l.VariantID
		}
	}
	known, err := e.desk.Order(t.Context(), "#1001")
	if err != nil || len(known.Copy.Lines) == 0 {
		t.Fatal(known, err)
	}
	item := known.Copy.Lines[0].SKU // the sample card takes it for the item's number
	for _, s := range []said{
		{"map variant set " + variant + " " + item, 0, []string{"variant " + variant + ": itemNo " + item}},
		{"map variant list", 0, []string{"VARIANT-ID", variant}},
		{"find " + item, 0, []string{"item", variant}},
		{"orders retry " + waits.Name, 0, nil},
	} {
		s.check(t)
	}
	settled(t, e)
	if o, err := e.desk.Order(t.Context(), waits.Name); err != nil || o.Order.State != api.OrderStateProcessed {
		t.Errorf("%s waits for more than its item: %s %s, %v", waits.Name, o.Order.State, o.Order.Issue.Text, err)
	}
	for _, s := range []said{
		{"map variant rm " + variant, 1, []string{"nobody can be asked here: pass --yes"}}, // nobody answers
		{"map variant rm " + variant + " --yes", 0, []string{"removed"}},
		{"map variant rm " + variant + " --yes", 1, []string{"no such row"}},
		{"map location set 61002 EAST name=Laden", 0, []string{"code EAST, name Laden"}},
		{"map shipment-method set Standard_Shipping DHL", 0, []string{"code DHL"}},
		{"map payment-terms set NET 30_DAYS", 0, []string{"code 30 DAYS"}},
		{"map tax set 0.055 REDUCED --json", 0, []string{`"REDUCED"`}},
		{"map country set UK GB", 0, []string{"to GB"}},
		{"map country-customer set DE WEB", 0, []string{"customerNo WEB"}},
		{"map currency set EUR EURO", 0, []string{"to EURO"}},
		{"map location set 61002 EAST colour=red", 1, []string{"must be a value such as code=…, name=…"}},
		{"map tax set nineteen VAT19", 1, []string{"rate"}},
		{"map account set tipAccount 8510", 0, []string{"tipAccount: 8510"}},
		{"map account list", 0, []string{"tipAccount", "8510"}},
		{"map account set colourAccount 1", 1, []string{"must be one of", "tipAccount"}},
		{"map account rm tipAccount --yes", 0, []string{"removed"}},
		{"map customer set 40000271 D00070", 0, []string{"number D00070"}},
		{"map customer list", 0, []string{"40000271", "D00070", "local"}},
		{"find d00070", 0, []string{"customer 40000271 is D00070", "backroom map customer list"}},
		{"find 40000271", 0, []string{"customer 40000271 is D00070"}},
		{"map customer set x D00070", 1, []string{"numeric id"}},
		{"map customer rm 40000271 --yes", 0, []string{"removed"}},
	} {
		s.check(t)
	}
}

// TestJobsSet changes when a job runs and nothing else.
func TestJobsSet(t *testing.T) {
	e := person(t, 1)
	was, err := e.desk.Form(t.Context(), "sync-orders")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []said{
		{"jobs set sync-orders --every 5m --from 06:00 --to 22:00 --weekdays mon,tue", 0, []string{"saved"}},
		{"jobs set sync-orders --every often", 1, []string{"every"}},
		{"jobs set sync-orders", 1, []string{"name a setting"}},
		{"jobs set sync-horses --every 5m", 1, []string{"sync-horses"}},
	} {
		s.check(t)
	}
	now, err := e.desk.Form(t.Context(), "sync-orders")
	if err != nil || now.Every != "5m0s" || now.StartingTime != "06:00" || now.EndingTime != "22:00" || fmt.Sprint(now.Weekdays) != "[mon tue]" && fmt.Sprint(now.Weekdays) != "mon tue" || now.Category != was.Category || now.MaxAttempts != was.MaxAttempts {
		t.Errorf("%+v became %+v, %v", was, now, err)
	}
	said{"jobs set sync-orders --formula 1D --to= --weekdays=", 0, []string{"saved"}}.check(t)
	if now, err = e.desk.Form(t.Context(), "sync-orders"); err != nil || now.Every != "" || now.Formula != "1D" {
		t.Errorf("with a formula: %+v, %v", now, err)
	}
}

// TestNoListIsNull: what programs read is a list when it is empty, too.
func TestNoListIsNull(t *testing.T) {
	person(t, 1)
	for _, args := range []string{
		"orders --state conflict --json", "issues --json", "runs --outcome failed --json", "shops --json", "map location list --json", "map customer list --json",
		"find nothing-at-all --json", "shop diff tolerance=0.05 --json", "jobs --json", "trail --json",
	} {
		var list []json.RawMessage
		if out := (said{args, 0, nil}).check(t); json.Unmarshal([]byte(out), &list) != nil || list == nil {
			t.Errorf("%s: %s", args, out)
		}
	}
}

// TestDecideAboutMany: orders that wait with one reason are named first, decided about
// when that is agreed to, and nothing else is; who did it is in the trail.
func TestDecideAboutMany(t *testing.T) {
	e := person(t, 0)
	for _, s := range []said{
		{"orders accept --reason total-differs --dry-run", 0, []string{"2 orders wait with total-differs", "#1188", "#1178"}},
		{"orders accept --reason total-differs --dry-run --json", 0, []string{`"count": 2`, `"refused": []`}},
		{"orders accept --reason total-differs", 1, []string{"2 orders", "pass --yes"}}, // nobody can be asked
		{"orders accept --reason item-unmapped --dry-run", 0, []string{"0 orders", "#1185", "cannot be decided"}},
		{"orders accept", 1, []string{"name one order, or all"}},
		{"orders accept #1188 --reason total-differs", 1, []string{"name one order, or all"}},
		{"orders accept --reason nothing --yes", 0, []string{"0 orders wait with nothing"}},
	} {
		s.check(t)
	}
	if os, _, err := e.desk.Orders(t.Context(), orders.Attention, "", 0); err != nil || len(os) != 12 {
		t.Fatalf("%d orders wait after looks alone, %v", len(os), err)
	}
	said{"orders accept --reason total-differs --yes", 0, []string{"accept: 2 orders."}}.check(t)
	settled(t, e)
	for _, name := range []string{"#1188", "#1178"} {
		if o, err := e.desk.Order(t.Context(), name); err != nil || o.Order.State != api.OrderStateProcessed {
			t.Errorf("%s: %s %s, %v", name, o.Order.State, o.Order.Issue.Text, err)
		}
	}
	if os, _, err := e.desk.Orders(t.Context(), orders.Attention, "", 0); err != nil || len(os) != 10 {
		t.Errorf("%d orders wait after it, %v", len(os), err)
	}
	said{"trail", 0, []string{"decideOrders", "accept of 2 orders"}}.check(t)
}

// TestCompletion: the shell is told jobs, orders, runs and states of the server
// that runs.
func TestCompletion(t *testing.T) {
	e := person(t, 0)
	rs, _, err := e.desk.Runs(t.Context(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []said{
		{"__complete run s", 0, []string{"sync-orders\t"}},
		{"__complete jobs hold s", 0, []string{"sync-orders\t"}},
		{"__complete orders accept #", 0, []string{"#1188\ttotal-differs"}},
		{"__complete runs 0", 0, []string{rs[0].ID}},
		{"__complete orders --state a", 0, []string{"attention"}},
	} {
		s.check(t)
	}
	if out := (said{"__complete jobs hold sync-orders s", 0, nil}).check(t); strings.Contains(out, "process-orders") {
		t.Errorf("a second job is offered: %s", out)
	}
}

// TestShowViews: one order and one run are shown for people, in the language of the
// environment, and as JSON on request.
func TestShowViews(t *testing.T) {
	e := person(t, 0)
	rs, _, err := e.desk.Runs(t.Context(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []said{
		{"orders #1188", 0, []string{"#1188 is attention", "-> ", `backroom orders accept "#1188"`, "QUANTITY", "made"}},
		{"orders #1188 --json", 0, []string{`"reason": "total-differs"`}},
		{"runs " + rs[0].ID, 0, []string{"run       " + rs[0].ID, "ended", " API calls"}},
		{"runs " + rs[0].ID + " --json", 0, []string{`"state": "ended"`}},
		{"issues --limit 3", 0, []string{"3 of 12"}},
		{"issues --reason total-differs", 0, []string{"total-differs (2)"}},
		{"orders unlink #1001", 1, []string{"pass --yes"}},
		{"jobs delete sync-orders", 1, []string{"pass --yes"}},
	} {
		s.check(t)
	}
	for _, in := range []struct{ all, lang, want string }{
		{"", "fr_CH.UTF-8", "Les totaux diffèrent : "}, {"", "de_DE.UTF-8", "The totals differ: "}, {"C", "fr_CH.UTF-8", "The totals differ: "},
	} {
		t.Setenv("LC_ALL", in.all)
		t.Setenv("LC_MESSAGES", "")
		t.Setenv("LANG", in.lang)
		said{"orders #1188", 0, []string{in.want}}.check(t)
	}
	// Nothing that an issue says of the simulated shop is English in French.
	t.Setenv("LC_ALL", "fr_FR.UTF-8")
	var is []api.Issue
	if out := (said{"issues --json", 0, nil}).check(t); json.Unmarshal([]byte(out), &is) != nil || len(is) < 10 {
		t.Errorf("issues in French: %s", out)
	}
	english := regexp.MustCompile(`\b(the|in|is|of|for|and|has|with|to|was|no)\b`)
	for _, i := range is {
		if word := english.FindString(i.Text + " " + i.WayOut); word != "" {
			t.Errorf("%q in %s: %s %s", word, i.Reason, i.Text, i.WayOut)
		}
	}
}
