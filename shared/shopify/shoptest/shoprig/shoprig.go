// Package shoprig is a client of the API on the fake of shoptest, for the tests of
// the packages that know what a domain asks for.
package shoprig

import (
	"log/slog"
	"net/http"

	"backroom/shared/shopify"
	"backroom/shared/shopify/shoptest"
)

// Client is a client on the fake; change alters its configuration.
func Client(f *shoptest.Fake, change ...func(*shopify.Config)) *shopify.Client {
	f.Helper()
	cfg := shopify.Config{
		Domain: "my-shop.myshopify.com", Tokens: shopify.StaticToken{Secret: "shpat_test"}, HTTP: &http.Client{Transport: f},
		Log: slog.New(slog.NewTextHandler(f.Output(), nil)),
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := shopify.New(cfg)
	if err != nil {
		f.Fatal(err)
	}
	return c
}
