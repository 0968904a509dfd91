package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/config"
	"backroom/shared/connect"
	"backroom/shared/documents"
)

// stored is the card as it is stored, in text.
func stored(t *testing.T, e *engine) string {
	t.Helper()
	c, err := e.Cards.Get(t.Context(), e.card.Code)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mark(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func cardFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "card.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What shop show prints, from a data file and from a server, BACKROOM_SHOP_FILE
// takes back: nothing changes, and a list can be added to.
func TestShopShow(t *testing.T) {
	i := simulate(t, 0)
	folder := t.TempDir()
	for _, kv := range environment(t, i, folder) {
		k, v, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(k, "SHOPIFY_") || strings.HasPrefix(k, "BC_") || strings.HasPrefix(k, "BACKROOM_") {
			t.Setenv(k, v)
		}
	}
	if _, errs, status := command(t, "shop", "show"); status != 1 || !strings.Contains(errs, "serve") {
		t.Errorf("without anything: %d, %s", status, errs)
	}
	s := credentials(t)
	s.Import, s.Shopify.Domain, s.Data, s.Card = time.Time{}, i.Domain, folder, filepath.Join(folder, "card.json")
	s.Shopify.ClientID, s.Shopify.ClientSecret, s.Shopify.BaseURL = i.ClientID, config.Secret(i.ClientSecret), i.Shopify
	s.BC = &config.BC{
		Tenant: i.Tenant, Environment: i.Environment, Company: i.Company, ClientID: i.BCClient, ClientSecret: config.Secret(i.BCSecret), BaseURL: i.BC, TokenURL: i.TokenURL,
	}
	e := begin(t, s)
	was := stored(t, e)
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
	shown, errs, status := command(t, "shop", "show")
	if status != 0 || !strings.Contains(shown, `"code": "VAT19"`) || !strings.Contains(shown, `"taxMode": ""`) || strings.Contains(shown, i.BCSecret) {
		t.Fatalf("of a data file: %d\n%s%s", status, shown, errs)
	}
	s.Card = cardFile(t, shown)
	e = begin(t, s)
	if now := stored(t, e); now != was {
		t.Errorf("passed back, the card has changed: %s", shown)
	}
	if len(e.findings) != 0 {
		t.Errorf("passed back, it was held against both sides again: %+v", e.findings)
	}
	server := serving(t, e)
	if err := (&running{Address: server.Listener.Addr().String(), Token: token, PID: os.Getpid()}).announce(folder); err != nil {
		t.Fatal(err)
	}
	if served, errs, status := command(t, "shop", "show"); status != 0 || served != shown {
		t.Errorf("of a server: %d\n%s%s", status, served, errs)
	}
	server.Close()
	_ = os.Remove(serverFile(folder))
	if err := e.close(); err != nil {
		t.Error(err)
	}
	s.Card = cardFile(t, strings.Replace(shown, `"taxCodes": [`, `"taxCodes": [{"rate":"0.055","code":"REDUCED"},`, 1))
	e = begin(t, s)
	defer func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}()
	card, err := documents.CardOf(e.card)
	if err != nil || len(card.TaxCodes) != 8 || card.TaxCodes[0].Code != "REDUCED" {
		t.Errorf("with one more: %+v, %v", card.TaxCodes, err)
	}
}

// A card that is changed while BC does not answer is taken, and that nobody knows
// whether BC has what it names is said at each start until it is known.
func TestChangedCardIsLookedAtOnceBCAnswers(t *testing.T) {
	s := credentials(t)
	right, wrong := *s.BC, *s.BC
	wrong.BaseURL, wrong.TokenURL = "http://127.0.0.1:1/v2.0", "http://127.0.0.1:1/token"
	start := func(bc config.BC) (said string, findings []connect.Finding) {
		s.BC = &bc
		e := begin(t, s)
		defer func() {
			if err := e.close(); err != nil {
				t.Error(err)
			}
		}()
		if card, err := documents.CardOf(e.card); err != nil || s.Card != "" && card.TipAccount != "4711" {
			t.Errorf("the card was not taken: %+v, %v", e.card, err)
		}
		return strings.Join(e.said, " "), e.findings
	}
	names := func(fs []connect.Finding) bool {
		return slices.ContainsFunc(fs, func(f connect.Finding) bool { return strings.Contains(f.Text, "4711") })
	}
	start(right)
	s.Card = cardFile(t, `{"tipAccount":"4711"}`)
	for n := range 2 {
		if said, fs := start(wrong); !strings.Contains(said, "is not known") || !strings.Contains(said, "BC_BASE_URL") || names(fs) {
			t.Errorf("start %d without an answer: %q, %+v", n, said, fs)
		}
	}
	if said, fs := start(right); said != "" || !names(fs) {
		t.Errorf("with an answer: %q, %+v", said, fs)
	}
	if said, fs := start(wrong); said != "" || len(fs) != 0 {
		t.Errorf("once it is known: %q, %+v", said, fs)
	}
}

// An import that starts in the future is said at each start until then.
func TestFutureImportIsSaid(t *testing.T) {
	s := credentials(t)
	s.Import = s.anchor.AddDate(1, 0, 0)
	for n := range 2 {
		e := begin(t, s)
		if len(e.findings) == 0 || e.findings[0].Weight != connect.Stops || !strings.Contains(e.findings[0].Text, "importFrom is in the future") || !strings.Contains(e.findings[0].WayOut, "BACKROOM_IMPORT_FROM") {
			t.Errorf("start %d: %+v", n, e.findings)
		}
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}
}

// The file may not say something else than the environment of what that sets.
func TestFileAgainstEnvironment(t *testing.T) {
	s := credentials(t)
	s.Card = cardFile(t, `{"importFrom":"2020-01-01T00:00:00Z","domain":"other.myshopify.com","company":{"id":"00000000-0000-0000-0000-000000000000"}}`)
	_, err := open(t.Context(), s)
	for _, want := range []string{"importFrom", "BACKROOM_IMPORT_FROM sets it", "SHOPIFY_SHOP sets it", "BC_COMPANY_ID sets it"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
}
