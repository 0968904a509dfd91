package shopapi

import (
	"log/slog"
	"net/http"

	"backroom/shared/shopify"
	"backroom/shared/shopify/shoptest"
)

// The fake's names as the tests of this package use them.
type (
	fake    = shoptest.Fake
	request = shoptest.Request
	answer  = shoptest.Answer
	obj     = shoptest.Obj
)

var (
	newFake = shoptest.New
	inTurn  = shoptest.InTurn
	ok      = shoptest.OK
)

// client is a client on the fake; change alters its configuration.
func client(f *fake, change ...func(*shopify.Config)) *Reader {
	f.Helper()
	cfg := shopify.Config{
		Domain: "my-shop.myshopify.com", Tokens: shopify.StaticToken{Secret: shopify.Secret("shpat_test")}, HTTP: &http.Client{Transport: f},
		Log: slog.New(slog.NewTextHandler(f.Output(), nil)),
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := shopify.New(cfg)
	if err != nil {
		f.Fatal(err)
	}
	return New(c)
}
