package main

import (
	"bytes"
	"encoding/json"
	"fmt"
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
		return file(t, fmt.Sprintf(`{"code":"acme","domain":"bulk.myshopify.com","company":{"tenant":"contoso.com","environment":"Production","id":%q}%s}`, company, more))
	}
	var out bytes.Buffer
	if err := run(t.Context(), &out, "dev", []string{card(`,"tolerance":"0.05"`)}); err != nil || !strings.Contains(out.String(), "shop acme is connected") || !strings.Contains(out.String(), "EUR") {
		t.Fatalf("%s, %v", out.String(), err)
	}
	// Again, with one setting: the others stay, and nothing is made twice.
	if err := run(t.Context(), &out, "dev", []string{card(`,"orderAttributesToShop":true`)}); err != nil {
		t.Fatal(err)
	}
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(account.Environment()), AWS: account.Transport, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	wired := wiring.Tasks(f.Options())
	got, err := wired.Cards.Get(t.Context(), "acme")
	if err != nil || got.Tolerance.String() != "0.05" || !got.OrderAttributesToShop || !got.Enabled || got.Company.LCY == "" || got.ConnectedAt.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	jobs, err := f.Dispatcher(wired.Tasks)
	if err != nil {
		t.Fatal(err)
	}
	es, err := jobs.Store.Entries(t.Context(), "acme")
	if err != nil || len(es) != len(wired.Tasks.All()) {
		t.Errorf("%d job entries, %v", len(es), err)
	}
	for _, e := range es {
		if _, err := jobs.Schedules.Get(t.Context(), e.ScheduleName()); e.Recurs() && err != nil {
			t.Errorf("%s has no schedule: %v", e.ID, err)
		}
	}
}

func TestWrongInput(t *testing.T) {
	_, company := stage(t)
	good := fmt.Sprintf(`{"code":"acme","domain":"bulk.myshopify.com","company":{"tenant":"contoso.com","environment":"Production","id":%q}}`, company)
	for _, c := range []struct {
		name, stage, card string
		want              []string
	}{
		{"no stage", "", good, []string{"usage: connect"}},
		{"unknown stage", "prod", good, []string{`stage "prod"`, "backroom-prod-sync-orders"}},
		{"no JSON", "dev", "{", []string{"card.json", "unexpected end"}},
		{"no code", "dev", `{}`, []string{`code ""`}},
		{"a code that is none", "dev", `{"code":"a b"}`, []string{`code "a b"`}},
		{"fields that are missing", "dev", `{"code":"acme"}`, []string{"domain is missing", "company.tenant is missing", "company.environment is missing", "company.id is missing"}},
		{"a field that is unknown", "dev", `{"code":"acme","tax":"x"}`, []string{`"tax"`}},
		{"another company", "dev", strings.Replace(good, company, "00000000-0000-0000-0000-000000000000", 1), []string{"404"}},
	} {
		var out bytes.Buffer
		err := run(t.Context(), &out, c.stage, []string{file(t, c.card)})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", c.name, err, want)
			}
		}
	}
	t.Setenv("AWS_REGION", "")
	if err := run(t.Context(), &bytes.Buffer{}, "dev", []string{file(t, good)}); err == nil || !strings.Contains(err.Error(), "AWS_REGION is not set") {
		t.Errorf("without a region: %v", err)
	}
}
