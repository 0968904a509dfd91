package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/config"
	"backroom/shared/connect"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/products"
)

// credentials are the settings of somebody who has set the connection alone.
func credentials(t *testing.T) settings {
	t.Helper()
	info := simulate(t, 0)
	return settings{
		Config: config.Config{
			Data: t.TempDir(), Workers: 4, Every: 24 * time.Hour, Import: time.Now().AddDate(0, 0, -60),
			Shopify: &config.Shopify{Domain: info.Domain, ClientID: info.ClientID, ClientSecret: config.Secret(info.ClientSecret), BaseURL: info.Shopify},
			BC: &config.BC{
				Tenant: info.Tenant, Environment: info.Environment, Company: info.Company, ClientID: info.BCClient, ClientSecret: config.Secret(info.BCSecret),
				BaseURL: info.BC, TokenURL: info.TokenURL,
			},
		},
		log: slog.New(slog.DiscardHandler), anchor: time.Now().Add(24 * time.Hour),
	}
}

// begin opens the engine as a command does.
func begin(t *testing.T, s settings) *engine {
	t.Helper()
	e, err := open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The connection of a new shop has foretold each reason that orders of its first
// import wait with for want of a setting.
func TestFirstImportWithCredentialsOnly(t *testing.T) {
	s := credentials(t)
	e := begin(t, s)
	defer func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}()
	if card, err := documents.CardOf(e.card); err != nil || !card.FindMappingByGTIN {
		t.Error("a new card does not use bar codes")
	}
	var b strings.Builder
	if err := connect.Write(&b, e.findings); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"shippingChargesAccount", "autoCreateUnknownCustomers", "skuMapping", "taxCodes"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not named in\n%s", want, b.String())
		}
	}
	stop := work(t, e)
	once(t, e, "sync-orders", nil)
	settled(t, e) // the documents follow
	stop()
	os, _, err := e.desk.Orders(t.Context(), orders.Attention, "", 0)
	if err != nil || len(os) == 0 {
		t.Fatalf("%d orders wait, %v", len(os), err)
	}
	told := map[issue.Reason]bool{}
	for _, f := range e.findings {
		told[f.Reason] = true
	}
	for _, o := range os {
		// What lies in the data and not in a setting nobody can foretell.
		own := []issue.Reason{customers.CustomerAmbiguous, documents.RefundBeforeProcessing, products.VariantUnmapped, documents.CountryUnmapped, products.ItemBlocked}
		if o.Issue.Reason != "" && !told[o.Issue.Reason] && !slices.Contains(own, o.Issue.Reason) {
			t.Errorf("%s waits with %s, which was not foretold: %s", o.Name, o.Issue.Reason, o.Issue.Text)
		}
	}
}

// A changed card is held against both sides again; one that is as it was is not.
func TestChangedCardIsLookedAt(t *testing.T) {
	s := credentials(t)
	open := func() []string {
		e := begin(t, s)
		defer func() {
			if err := e.close(); err != nil {
				t.Error(err)
			}
		}()
		var names []string
		for _, f := range e.findings {
			names = append(names, f.Settings...)
		}
		return names
	}
	if got := open(); !slices.Contains(got, "tipAccount") {
		t.Fatalf("at first: %q", got)
	}
	if got := open(); len(got) != 0 {
		t.Errorf("unchanged: %q", got)
	}
	s.Card = filepath.Join(t.TempDir(), "card.json")
	if err := os.WriteFile(s.Card, []byte(`{"tipAccount":"6620","defaultCustomerNo":"nobody"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := open(); slices.Contains(got, "tipAccount") || !slices.Contains(got, "defaultCustomerNo") {
		t.Errorf("changed: %q", got)
	}
	e := begin(t, s)
	defer func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}()
	if card, err := documents.CardOf(e.card); err != nil || card.DefaultCustomerNo != "nobody" || e.card.Currency != "EUR" || e.card.Company.LCY == "" {
		t.Errorf("card %+v", e.card)
	}
	if e.card.ConnectedAt.IsZero() {
		t.Error("the time of connection is lost")
	}
}
