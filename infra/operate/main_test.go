package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/documents"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/wiring"
)

// stage is a deployed stage on the wire: its services, its functions' settings
// and both sides.
func stage(t *testing.T) (account *lambdafntest.Account, company string) {
	t.Helper()
	d := data.Bulk(time.Now(), 1)
	sim, err := shopify.New(shopify.Config{Shops: []*data.Data{d}})
	if err != nil {
		t.Fatal(err)
	}
	bc, err := businesscentral.New(businesscentral.Options{})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(h http.Handler) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	shops, companies := serve(sim), serve(bc)
	account = lambdafntest.New(time.Now)
	account.Apps = map[string]string{
		"SHOPIFY_CLIENT_ID": d.Shop.ClientID, "SHOPIFY_CLIENT_SECRET": d.Shop.ClientSecret, "SHOPIFY_BASE_URL": shops,
		"BC_CLIENT_ID": "backroom", "BC_CLIENT_SECRET": "secret", "BC_BASE_URL": companies + "/v2.0", "BC_TOKEN_URL": companies + "/contoso.com/oauth2/v2.0/token",
	}
	settings := map[string]map[string]string{"backroom-dev-sweep": account.Environment(), "backroom-dev-sync-orders": account.TaskEnvironment()}
	services := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/"), "/configuration")
		switch env := settings[name]; {
		case !ok:
			account.Transport.Handler.ServeHTTP(w, r)
		case env == nil:
			w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
			http.Error(w, `{"Message":"Function not found"}`, http.StatusNotFound)
		default:
			own := map[string]string{}
			for k, v := range env {
				if strings.HasPrefix(k, "BACKROOM_") { // the others are Lambda's
					own[k] = v
				}
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"Environment": map[string]any{"Variables": own}})
		}
	}))
	for k, v := range map[string]string{"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_ENDPOINT_URL": services} {
		t.Setenv(k, v)
	}
	return account, bc.Companies()[0].ID()
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "card.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConnect(t *testing.T) {
	account, company := stage(t)
	card := func(more string) string {
		return file(t, fmt.Sprintf(`{"code":"acme","domain":"sample.myshopify.com","company":{"tenant":"contoso.com","environment":"Production","id":%q}%s}`, company, more))
	}
	var out bytes.Buffer
	if err := run(t.Context(), &out, []string{"-stage", "dev", "connect", card(`,"tolerance":"0.05"`)}); err != nil || !strings.Contains(out.String(), `"acme"`) || !strings.Contains(out.String(), "EUR") {
		t.Fatalf("%s, %v", out.String(), err)
	}
	// Again, with one setting: the others stay, and nothing is made twice.
	if err := run(t.Context(), &out, []string{"-stage", "dev", "connect", card(`,"orderAttributesToShop":true`)}); err != nil {
		t.Fatal(err)
	}
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(account.Environment()), AWS: account.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	wired := wiring.Tasks(f.Options())
	stored, err := wired.Cards.Get(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	got, err := documents.CardOf(stored)
	if err != nil || got.Tolerance.String() != "0.05" || !got.OrderAttributesToShop || !got.Enabled || got.Company.LCY == "" || got.ConnectedAt.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	jobs, err := f.Dispatcher(wired.Tasks)
	if err != nil {
		t.Fatal(err)
	}
	es, err := jobs.Jobs.Store.Entries(t.Context(), "acme")
	if err != nil || len(es) != len(wired.Tasks.All()) {
		t.Errorf("%d job entries, %v", len(es), err)
	}
	for _, e := range es {
		if _, err := jobs.Jobs.Schedules.Get(t.Context(), e.ScheduleName()); e.Recurs() && err != nil {
			t.Errorf("%s has no schedule: %v", e.ID, err)
		}
	}
}

// A second code for one shop and company would import each order twice.
func TestConnectRefusesASecondCode(t *testing.T) {
	account, company := stage(t)
	const form = `{"code":%q,"domain":%q,"company":{"tenant":%q,"environment":%q,"id":%q}}`
	connect := func(code, domain, tenant, environment, id string) error {
		return run(t.Context(), &bytes.Buffer{}, []string{"-stage", "dev", "connect", file(t, fmt.Sprintf(form, code, domain, tenant, environment, id))})
	}
	if err := connect("acme", "sample.myshopify.com", "contoso.com", "Production", company); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"the same":         connect("second", "sample.myshopify.com", "contoso.com", "Production", company),
		"in other letters": connect("ACME", "Sample.myshopify.com", "contoso.com", "PRODUCTION", strings.ToUpper(company)),
		"the tenant's id":  connect("third", "sample.myshopify.com", "5d0e4b0a-0000-0000-0000-000000000001", "Production", company),
	} {
		if err == nil || !strings.Contains(err.Error(), `by the code "acme"`) || !strings.Contains(err.Error(), "name that code") {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(account.Environment()), AWS: account.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if codes, err := wiring.Tasks(f.Options()).Cards.Shops(t.Context()); err != nil || fmt.Sprint(codes) != "[acme]" {
		t.Errorf("connected are %v, %v", codes, err)
	}
	if err := connect("acme", "sample.myshopify.com", "contoso.com", "Production", company); err != nil {
		t.Errorf("the same code once more: %v", err)
	}
	// Another company, or another shop, is another pair: whatever else is wrong with it.
	for name, err := range map[string]error{
		"another environment": connect("sandbox", "sample.myshopify.com", "contoso.com", "Sandbox", company),
		"another shop":        connect("other", "other.myshopify.com", "contoso.com", "Production", company),
	} {
		if err != nil && strings.Contains(err.Error(), "by the code") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the connection finds wrong on both sides is said at once, by the names that
// the settings have on a stage; and what a card names and the company lacks, when
// the card is saved.
func TestConnectNamesWhatIsWrong(t *testing.T) {
	account, company := stage(t)
	form := func(id, more string) string {
		return file(t, fmt.Sprintf(`{"code":"acme","domain":"sample.myshopify.com","company":{"tenant":"contoso.com","environment":"Production","id":%q}%s}`, id, more))
	}
	connect := func(path string) error {
		return run(t.Context(), &bytes.Buffer{}, []string{"-stage", "dev", "connect", path})
	}
	right := maps.Clone(account.Apps)
	account.Apps["SHOPIFY_CLIENT_SECRET"], account.Apps["BC_CLIENT_SECRET"] = "wrong-hush", "wrong-hush"
	err := connect(form(company, ""))
	for _, want := range []string{"Shopify refuses the app's credentials", "SHOPIFY_CLIENT_SECRET in the stage's secret", "Microsoft refuses the client secret", "BC_CLIENT_SECRET in the stage's secret"} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
	maps.Copy(account.Apps, right)
	err = connect(form("00000000-0000-0000-0000-000000000000", ""))
	if err == nil || !strings.Contains(err.Error(), "Correct company.id on the card") || !strings.Contains(err.Error(), company) {
		t.Errorf("another company: %v", err)
	}
	if err := connect(form(company, `,"bcWins":["weather"]`)); err == nil || !strings.Contains(err.Error(), `bcWins[0] "weather"`) {
		t.Errorf("bcWins: %v", err)
	}
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(account.Environment()), AWS: account.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{function: f, wired: wiring.Tasks(f.Options())}
	if d.jobs, err = desksJobs(f, d.wired); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(form(company, `,"tipAccount":"4711","taxCodes":[{"rate":"0.19","code":"VAT99"}],"defaultCustomerNo":"NOBODY","variants":[{"variantID":"1","itemNo":"Z"}],"importFrom":"2222-01-01T00:00:00Z"`))
	if err != nil {
		t.Fatal(err)
	}
	_, findings, err := connectShop(t.Context(), d, text, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprint(findings)
	for _, want := range []string{"account 4711", "code VAT99", "customer NOBODY", "item Z", "importFrom is in the future"} {
		if !strings.Contains(said, want) {
			t.Errorf("no word of %s in %s", want, said)
		}
	}
}

// What shop show prints, connect takes back, and nothing has changed.
func TestShowIsTakenBack(t *testing.T) {
	_, company := stage(t)
	card := file(t, fmt.Sprintf(`{"code":"acme","domain":"sample.myshopify.com","company":{"tenant":"contoso.com","environment":"Production","id":%q},
		"tolerance":"0.05","locations":[{"locationID":"61002","code":"EAST"}]}`, company))
	ask := func(args ...string) string {
		var out bytes.Buffer
		if err := run(t.Context(), &out, append([]string{"-stage", "dev", "-shop", "acme"}, args...)); err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		return out.String()
	}
	ask("connect", card)
	shown := ask("shop", "show")
	if !strings.Contains(shown, `"locationID": "61002"`) || !strings.Contains(shown, `"taxMode": ""`) || strings.Contains(shown, "secret") {
		t.Errorf("shown is %s", shown)
	}
	first := ask("connect", file(t, shown))
	if again := ask("connect", file(t, ask("shop", "show"))); again != first {
		t.Errorf("%s became %s", first, again)
	}
	if now := ask("shop", "show"); now != shown {
		t.Errorf("%s became %s", shown, now)
	}
}

// TestCommands goes through what an operator does to a connected shop, in order.
func TestCommands(t *testing.T) {
	_, company := stage(t)
	card := file(t, fmt.Sprintf(`{"code":"acme","domain":"sample.myshopify.com","company":{"tenant":"contoso.com","environment":"Production","id":%q}}`, company))
	job := file(t, `{"id":"nightly","task":"sync-orders","formula":"1D","startingTime":"02:00","parameters":{"fullyPaid":true}}`)
	last := ""
	for _, c := range []struct {
		args []string
		want string // of the answer, or of the error after "! "
	}{
		{[]string{"connect", card}, `"currency": "EUR"`},
		{[]string{"jobs"}, `"id": "process-orders"`},
		{[]string{"-reason", "stocktaking", "hold", "sync-orders"}, `"status": "on hold"`},
		{[]string{"run", "sync-orders"}, "! stocktaking"},
		{[]string{"jobs"}, `"why": "stocktaking"`},
		{[]string{"ready", "sync-orders"}, `"status": "ready"`},
		{[]string{"ready", "sync-orders"}, "! it runs by itself"},
		{[]string{"save", job}, `"formula": "1D"`},
		{[]string{"show", "nightly"}, `"fullyPaid": true`},
		{[]string{"run", "nightly", `{"fullyPaid":`}, "! must be a JSON object"},
		{[]string{"run", "nightly", `{"fullyPaid":"x"}`}, "! fullyPaid"},
		{[]string{"run", "nightly", `{"names":["#1001"]}`}, `"state": "accepted"`},
		{[]string{"run-of", ""}, `"#1001"`},
		{[]string{"runs", "outcome=open", "entry=nightly"}, `"state": "accepted"`},
		{[]string{"runs", "outcome=fine", "since=never"}, "! since"},
		{[]string{"cancel", "nightly"}, "! no run of it"},
		{[]string{"run", "nightly"}, `"state": "accepted"`},
		{[]string{"cancel", "nightly"}, `"run": "`},
		{[]string{"delete", "nightly"}, `"job": "nightly"`},
		{[]string{"delete", "nightly"}, "! no such entry"},
		{[]string{"retry", "nope"}, "! nope"},
		{[]string{"ready-failed"}, `"count": 0`},
		{[]string{"-reason", "moving", "pause"}, `"paused": true`},
		{[]string{"resume"}, `"paused": false`},
		{[]string{"resume"}, "! is not paused"},
		{[]string{"-everything", "-reason", "release", "pause"}, `"everything": true`},
		{[]string{"run", "sync-orders"}, "! release; resume it first"},
		{[]string{"-everything", "resume"}, `"paused": false`},
		{[]string{"orders", "attention"}, "[]"},
		{[]string{"orders", "lost"}, "! must be one of filtered, ready"},
		{[]string{"order", "#1"}, "! no such order"},
		{[]string{"accept", "#1"}, "! no such order"},
		{[]string{"issues"}, "[]"},
		{[]string{"shop", "show"}, `"domain": "sample.myshopify.com"`},
		{[]string{"shop", "hide"}, "! there is only shop show"},
		{[]string{"explode"}, "! there is none of that name"},
		{[]string{"hold"}, "! 0 arguments"},
	} {
		args := append([]string{"-stage", "dev", "-shop", "acme"}, c.args...)
		if c.args[len(c.args)-1] == "" {
			args[len(args)-1] = last
		}
		var out bytes.Buffer
		err := run(t.Context(), &out, args)
		got := out.String()
		want, refused := strings.CutPrefix(c.want, "! ")
		if err != nil {
			got = err.Error()
		}
		if refused != (err != nil) || !strings.Contains(got, want) {
			t.Errorf("%v: %s, want %s", c.args, got, c.want)
		}
		var answer struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(out.Bytes(), &answer) == nil && answer.ID != "" {
			last = answer.ID
		}
	}
	for _, args := range [][]string{{"-stage", "dev", "jobs"}, {"-stage", "dev", "-shop", "a b", "jobs"}} {
		if err := run(t.Context(), &bytes.Buffer{}, args); err == nil || !strings.Contains(err.Error(), "shop") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestWrongInput(t *testing.T) {
	_, company := stage(t)
	good := fmt.Sprintf(`{"code":"acme","domain":"sample.myshopify.com","company":{"tenant":"contoso.com","environment":"Production","id":%q}}`, company)
	for _, c := range []struct {
		name, stage, card string
		want              []string
	}{
		{"no stage", "", good, []string{"usage: operate"}},
		{"unknown stage", "prod", good, []string{`stage "prod"`, "backroom-prod-sync-orders"}},
		{"no JSON", "dev", "{", []string{"card.json", "unexpected end"}},
		{"no code", "dev", `{}`, []string{`code ""`}},
		{"a code that is none", "dev", `{"code":"a b"}`, []string{`code "a b"`}},
		{"fields that are missing", "dev", `{"code":"acme"}`, []string{"domain is missing", "company.tenant is missing", "company.environment is missing", "company.id is missing"}},
		{"all that is wrong at once", "dev", `{"code":"acme","tax":"x","taxMode":"VAT","tolerance":true,"bcWins":["weather"],"domain":"shop.example.com"}`, []string{
			`tax "x"`, `closest is taxMode`, `taxMode "VAT"`, `tolerance "true"`, `bcWins[0] "weather": must be one of`, `domain "shop.example.com"`, "company.id is missing",
		}},
		{"another company", "dev", strings.Replace(good, company, "00000000-0000-0000-0000-000000000000", 1), []string{"404"}},
	} {
		var out bytes.Buffer
		err := run(t.Context(), &out, []string{"-stage", c.stage, "connect", file(t, c.card)})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", c.name, err, want)
			}
		}
	}
	t.Setenv("BACKROOM_STAGGE", "dev")
	if err := run(t.Context(), &bytes.Buffer{}, []string{"-stage", "dev", "connect", file(t, good)}); err == nil || !strings.Contains(err.Error(), "BACKROOM_STAGGE: there is no setting of that name") {
		t.Errorf("with a name that is none: %v", err)
	}
	t.Setenv("BACKROOM_STAGGE", "")
	t.Setenv("AWS_REGION", "")
	if err := run(t.Context(), &bytes.Buffer{}, []string{"-stage", "dev", "connect", file(t, good)}); err == nil || !strings.Contains(err.Error(), "AWS_REGION is not set") {
		t.Errorf("without a region: %v", err)
	}
}
