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
	if d.jobs, err = f.Client(d.wired.Tasks); err != nil {
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
	for args, want := range map[string]string{"-stage dev jobs": "is a command of backroom", "-stage dev connect": "0 arguments", "-stages dev": "flag provided"} {
		if err := run(t.Context(), &bytes.Buffer{}, strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", args, err, want)
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
