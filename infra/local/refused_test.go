package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"backroom/shared/config"
)

// Settings that are well-formed and wrong are named, with the remedy, and those of
// both sides at once: whoever has mended one is not sent to the next.
func TestWrongConnectionNamesItsSettings(t *testing.T) {
	right := credentials(t)
	nowhere := httptest.NewServer(http.NotFoundHandler())
	defer nowhere.Close()
	for _, tt := range []struct {
		name   string
		change func(*config.Shopify, *config.BC)
		want   []string
	}{
		{"secrets of both sides", func(s *config.Shopify, b *config.BC) { s.ClientSecret, b.ClientSecret = "wrong-hush", "wrong-hush" }, []string{
			"Shopify: Shopify refuses the app's credentials", "Correct SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET",
			"Business Central: Microsoft refuses the client secret of the app.", "Correct BC_CLIENT_SECRET to the secret's value, which is not its id",
		}},
		{"apps of both sides", func(s *config.Shopify, b *config.BC) { s.ClientID, b.ClientID = "other", "other" }, []string{
			"belong to different organisations", "SHOPIFY_SHOP", "SHOPIFY_CLIENT_ID", "has no such app", "Correct BC_CLIENT_ID",
		}},
		{"token and tenant", func(s *config.Shopify, b *config.BC) {
			s.AccessToken, s.ClientID, s.ClientSecret, b.TokenURL = "shpat_hush", "", "", strings.Replace(b.TokenURL, "contoso.com", "fabrikam.com", 1)
			b.Tenant = "fabrikam.com"
		}, []string{"Correct SHOPIFY_ACCESS_TOKEN", "Microsoft knows no tenant fabrikam.com.", "Correct BC_TENANT"}},
		{"another shop answers", func(s *config.Shopify, _ *config.BC) { s.Domain = "other.myshopify.com" }, []string{
			"What answers for the shop other.myshopify.com is the shop " + right.Shopify.Domain, "Correct SHOPIFY_SHOP, or SHOPIFY_BASE_URL",
		}},
		{"shop and environment", func(s *config.Shopify, b *config.BC) {
			s.Domain, s.BaseURL, b.Environment = "nobody.myshopify.com", nowhere.URL, "Sandbox"
		}, []string{"There is no shop at nobody.myshopify.com.", "Correct SHOPIFY_SHOP", "knows no environment Sandbox of tenant", "Correct BC_ENVIRONMENT or BC_TENANT"}},
		{"the company alone", func(_ *config.Shopify, b *config.BC) { b.Company = "00000000-0000-0000-0000-000000000000" }, []string{
			"has no company 00000000-0000-0000-0000-000000000000.", "Correct BC_COMPANY_ID", right.BC.Company,
		}},
		{"addresses where nobody is", func(s *config.Shopify, b *config.BC) {
			s.BaseURL, b.BaseURL, b.TokenURL = "http://127.0.0.1:1", "http://127.0.0.1:1/v2.0", "http://127.0.0.1:1/token"
		}, []string{"Shopify could not be asked", "SHOPIFY_BASE_URL", "Business Central could not be asked", "BC_BASE_URL"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, shop, bc := right, *right.Shopify, *right.BC
			tt.change(&shop, &bc)
			s.Data, s.Shopify, s.BC = t.TempDir(), &shop, &bc
			e, err := open(t.Context(), s)
			if err == nil {
				t.Fatalf("connected; %v", e.close())
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no word of %q in\n%v", want, err)
				}
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("a secret is printed: %v", err)
			}
		})
	}
}
