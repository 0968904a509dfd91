package shopify

import (
	"log/slog"
	"net/http"

	"backroom/shared/shopify/shoptest"
)

// client is what shoprig.Client is to other packages: that one imports this package.
func client(f *shoptest.Fake, change ...func(*Config)) *Client {
	f.Helper()
	cfg := Config{
		Domain: "my-shop.myshopify.com", Tokens: StaticToken{Secret: "shpat_test"}, HTTP: &http.Client{Transport: f},
		Log: slog.New(slog.NewTextHandler(f.Output(), nil)),
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		f.Fatal(err)
	}
	return c
}
