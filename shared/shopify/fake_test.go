package shopify

import (
	"log/slog"
	"net/http"

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
	newFake   = shoptest.New
	inTurn    = shoptest.InTurn
	ok        = shoptest.OK
	throttled = shoptest.Throttled
	at        = shoptest.At
)

// client is a client on the fake; change alters its configuration.
func client(f *fake, change ...func(*Config)) *Client {
	f.Helper()
	cfg := Config{
		Domain: "my-shop.myshopify.com", Tokens: StaticToken{Secret: Secret("shpat_test")}, HTTP: &http.Client{Transport: f},
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
