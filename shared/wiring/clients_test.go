package wiring

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"backroom/shared/businesscentral"
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

// A client is never older than the card that it was made from, and what a shop
// has used does not go back when its client is replaced.
func TestClientsFollowTheCard(t *testing.T) {
	way := &asked{}
	made := 0
	c := &clients{
		shopify: map[string]kept[*shopify.Client]{}, bc: map[string]kept[*businesscentral.Client]{}, past: map[string]spent{},
		options: Options{
			Shopify: func(s shop.Shop) (*shopify.Client, error) {
				made++
				return shopify.New(shopify.Config{Domain: s.Domain, Tokens: shopify.StaticToken{Secret: shopify.NewSecret("t")}})
			},
			BC: func(s shop.Shop) (*businesscentral.Client, error) {
				made++
				return businesscentral.New(businesscentral.Config{
					Tenant: s.Company.Tenant, Environment: s.Company.Environment, CompanyID: s.Company.ID, ClientID: "id", ClientSecret: "secret", HTTP: way,
				})
			},
		},
	}
	base := shop.Shop{Code: "a", Domain: "a.myshopify.com", Company: shop.Company{Tenant: "contoso.com", Environment: "Production", ID: "7a1e6e4c-0000-0000-0000-00000000c001"}}
	for _, tt := range []struct {
		name   string
		change func(*shop.Shop)
		made   int // clients, of both sides
	}{
		{"nothing", func(*shop.Shop) {}, 0},
		{"a setting that no client is made from", func(s *shop.Shop) { s.CustomerNoPrefix = "X" }, 0},
		{"another domain", func(s *shop.Shop) { s.Domain = "b.myshopify.com" }, 2},
		{"another tenant", func(s *shop.Shop) { s.Company.Tenant = "fabrikam.com" }, 2},
		{"another environment", func(s *shop.Shop) { s.Company.Environment = "Sandbox" }, 2},
		{"another company", func(s *shop.Shop) { s.Company.ID = "7a1e6e4c-0000-0000-0000-00000000c002" }, 2},
		{"another shop", func(s *shop.Shop) { s.Code = "b" }, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			get := func(s shop.Shop) (*shopify.Client, *businesscentral.Client) {
				a, err := c.shop(s)
				if err != nil {
					t.Fatal(err)
				}
				b, err := c.target(s)
				if err != nil {
					t.Fatal(err)
				}
				return a, b.(*businesscentral.Client)
			}
			_, bc := get(base)
			if _, err := bc.Companies(context.WithoutCancel(t.Context())); err != nil {
				t.Fatal(err)
			}
			_, _, before, _ := c.all("a")
			was, s := made, base
			tt.change(&s)
			_, other := get(s)
			if made-was != tt.made || (other != bc) != (tt.made > 0) {
				t.Errorf("%d clients are made, want %d", made-was, tt.made)
			}
			if _, err := other.Companies(t.Context()); err != nil {
				t.Fatal(err)
			}
			if last := way.urls[len(way.urls)-1]; !strings.Contains(last, "/"+s.Company.Environment+"/") {
				t.Errorf("it asks %s", last)
			}
			if _, _, after, _ := c.all("a"); after < before || before == 0 {
				t.Errorf("spent %d and then %d", before, after)
			}
		})
	}
}
