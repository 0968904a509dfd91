package wiring

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/shared/businesscentral"
	"backroom/shared/memory"
	"backroom/shared/shop"
	"backroom/shared/shopify"
)

// asked notes the addresses that clients ask, and lists no companies.
type asked struct{ urls []string }

func (a *asked) RoundTrip(r *http.Request) (*http.Response, error) {
	a.urls = append(a.urls, r.URL.String())
	body := `{"value":[]}`
	if strings.Contains(r.URL.Path, "token") {
		body = `{"access_token":"t","token_type":"Bearer","expires_in":3600}`
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// A client is never older than the card and the app that it was made from.
func TestClientsFollowTheCard(t *testing.T) {
	way := &asked{}
	app := "app"
	c := newClients(Options{
		Table: memory.NewTable(time.Now), Now: time.Now,
		Shopify: func(s shop.Shop) (shopify.Config, error) {
			return shopify.Config{Domain: s.Domain, App: app, Tokens: shopify.StaticToken{Secret: shopify.Secret("t")}}, nil
		},
		BC: func(s shop.Shop) (businesscentral.Config, error) {
			return businesscentral.Config{
				Tenant: s.Company.Tenant, Environment: s.Company.Environment, CompanyID: s.Company.ID, ClientID: app, ClientSecret: "secret", HTTP: way,
			}, nil
		},
	})
	base := shop.Shop{Code: "a", Domain: "a.myshopify.com", Company: shop.Company{Tenant: "contoso.com", Environment: "Production", ID: "7a1e6e4c-0000-0000-0000-00000000c001"}}
	for _, tt := range []struct {
		name           string
		change         func(*shop.Shop)
		shopNew, bcNew bool // a client is made
	}{
		{"nothing", func(*shop.Shop) {}, false, false},
		{"a setting that no client is made from", func(s *shop.Shop) { s.TimeZone = "Asia/Tokyo" }, false, false},
		{"another domain", func(s *shop.Shop) { s.Domain = "b.myshopify.com" }, true, false},
		{"another tenant", func(s *shop.Shop) { s.Company.Tenant = "fabrikam.com" }, false, true},
		{"another environment", func(s *shop.Shop) { s.Company.Environment = "Sandbox" }, false, true},
		{"another company", func(s *shop.Shop) { s.Company.ID = "7a1e6e4c-0000-0000-0000-00000000c002" }, false, true},
		{"another app", func(*shop.Shop) { app = "another" }, true, true},
		{"another shop", func(s *shop.Shop) { s.Code = "b" }, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			get := func(s shop.Shop) (*Storefront, *Company) {
				a, err := c.shop(s)
				if err != nil {
					t.Fatal(err)
				}
				b, err := c.company(s)
				if err != nil {
					t.Fatal(err)
				}
				return a, b
			}
			app = "app"
			sc, bc := get(base)
			if _, err := bc.Companies(context.WithoutCancel(t.Context())); err != nil {
				t.Fatal(err)
			}
			s := base
			tt.change(&s)
			shopNow, other := get(s)
			if (shopNow != sc) != tt.shopNew || (other != bc) != tt.bcNew {
				t.Errorf("new clients: %t and %t, want %t and %t", shopNow != sc, other != bc, tt.shopNew, tt.bcNew)
			}
			if _, err := other.Companies(t.Context()); err != nil {
				t.Fatal(err)
			}
			if last := way.urls[len(way.urls)-1]; !strings.Contains(last, "/"+s.Company.Environment+"/") {
				t.Errorf("it asks %s", last)
			}
		})
	}
}
