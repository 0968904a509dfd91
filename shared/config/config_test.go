package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func lookup(m map[string]string) func(string) (string, bool) {
	return func(k string) (string, bool) { v, ok := m[k]; return v, ok }
}

func TestLoadDefaultsMeanSimulators(t *testing.T) {
	c, err := Load(lookup(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Shopify != nil || c.BC != nil {
		t.Error("without settings the simulators are used")
	}
	if c.Data != ".local" || c.Listen != "127.0.0.1:8420" || c.Workers != 4 || c.Every.String() != "10m0s" {
		t.Errorf("defaults are off: %+v", c)
	}
}

func full() map[string]string {
	return map[string]string{
		"SHOPIFY_SHOP": "my-shop.myshopify.com", "SHOPIFY_ACCESS_TOKEN": "shpat_secret",
		"BC_TENANT": "contoso.com", "BC_ENVIRONMENT": "Production", "BC_COMPANY_ID": "7a1e6e4c-0000-0000-0000-00000000c001",
		"BC_CLIENT_ID": "app", "BC_CLIENT_SECRET": "hush",
	}
}

func TestLoadConnections(t *testing.T) {
	c, err := Load(lookup(full()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Shopify.BaseURL != "https://my-shop.myshopify.com" || c.BC.TokenURL != "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token" {
		t.Errorf("default addresses are off: %+v %+v", *c.Shopify, *c.BC)
	}
}

func TestLoadNamesEveryProblemAtOnce(t *testing.T) {
	m := map[string]string{
		"SHOPIFY_SHOP": "https://my-shop.com", "BC_COMPANY_ID": "CRONUS", "BC_BASE_URL": "http://example.com",
		"BACKROOM_LISTEN": "0.0.0.0:80", "BACKROOM_WORKERS": "many", "BACKROOM_LOG": "loud", "BACKROOM_TOKEN": "short-secret",
		"BACKROOM_IMPORT_FROM": "yesterday", "BACKROOM_EVERY": "90s", "BACKROOM_RUN_DAYS": "0", "BC_CLIENT_SECRET": "hush-hush",
	}
	_, err := Load(lookup(m), nil)
	if err == nil {
		t.Fatal("want problems")
	}
	for _, want := range []string{
		`SHOPIFY_SHOP="https://my-shop.com"`, "SHOPIFY_CLIENT_ID is not set", "SHOPIFY_CLIENT_SECRET is not set", "BC_TENANT is not set",
		"BC_ENVIRONMENT is not set", `BC_COMPANY_ID="CRONUS"`, "BC_CLIENT_ID is not set", `BC_BASE_URL="http://example.com"`,
		`BACKROOM_LISTEN="0.0.0.0:80"`, `BACKROOM_WORKERS="many"`, `BACKROOM_LOG="loud"`, "BACKROOM_TOKEN", `BACKROOM_IMPORT_FROM="yesterday"`, `BACKROOM_EVERY="90s"`, `BACKROOM_RUN_DAYS="0"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in:\n%v", want, err)
		}
	}
	for _, secret := range []string{"hush-hush", "short-secret"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error prints a secret: %v", err)
		}
	}
}

// What is taken can be used: nothing is refused by a later step, and nothing counts as unset.
func TestValuesAtTheirLimits(t *testing.T) {
	for name, values := range map[string]struct{ good, bad []string }{
		"BACKROOM_IMPORT_FROM": {[]string{"2000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}, []string{"0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "10000-01-01T00:00:00Z"}},
		"BACKROOM_EVERY":       {[]string{"1m", "8784h", "60s"}, []string{"8784h1m", "876000h", "0", "-10m", "61s", "10"}},
		"BACKROOM_LOG":         {[]string{"debug", "WARN"}, []string{"info+200", "warn-4", "trace"}},
		"BACKROOM_WORKERS":     {[]string{"1", "64"}, []string{"0", "65", "1e1", "4.0"}},
		"BC_BASE_URL": {
			[]string{"https://proxy.example/bc/v2.0", "https://proxy.example:8443"},
			[]string{"https://proxy.example/v2.0?key=1", "https://proxy.example/#bc", "https://proxy.example?", "https://me@proxy.example", "https://", "ftp://proxy.example"},
		},
	} {
		for _, good := range values.good {
			m := full()
			m[name] = good
			if _, err := Load(lookup(m), nil); err != nil {
				t.Errorf("%s=%s: %v", name, good, err)
			}
		}
		for _, bad := range values.bad {
			m := full()
			m[name] = bad
			if _, err := Load(lookup(m), nil); err == nil || !strings.Contains(err.Error(), name+"=") {
				t.Errorf("%s=%s: %v", name, bad, err)
			}
		}
	}
	m := full()
	m["BC_TOKEN_URL"] = "https://me:pass-word@login.example/token"
	if _, err := Load(lookup(m), nil); err == nil || strings.Contains(err.Error(), "pass-word") {
		t.Errorf("a password in an address: %v", err)
	}
}

func TestLoopbackMayBeUnencrypted(t *testing.T) {
	m := full()
	m["SHOPIFY_BASE_URL"], m["BC_BASE_URL"], m["BC_TOKEN_URL"] = "http://127.0.0.1:9001/", "http://localhost:9002/v2.0", "http://[::1]:9002/t/oauth2/v2.0/token"
	c, err := Load(lookup(m), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Shopify.BaseURL != "http://127.0.0.1:9001" {
		t.Errorf("BaseURL = %q", c.Shopify.BaseURL)
	}
}

// Whether an address is this machine's is decided on the address, not on how its
// text begins.
func TestLoopbackIsDecidedOnTheAddress(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.1.2.3": true, "::1": true, "localhost": true, "::ffff:127.0.0.1": true,
		"127.evil.example": false, "127.0.0.1.evil.example": false, "127.": false, "127.1": false, "localhost.evil.example": false, "0.0.0.0": false, "": false,
		"::": false, "::ffff:10.0.0.1": false, "10.0.0.1": false, "128.0.0.1": false, "0177.0.0.1": false, "fe80::1": false,
	} {
		at := host
		if strings.Contains(host, ":") {
			at = "[" + host + "]"
		}
		_, err := Load(lookup(map[string]string{"BACKROOM_LISTEN": at + ":8420"}), nil)
		if (err == nil) != want {
			t.Errorf("BACKROOM_LISTEN at %q: %v, want %t", host, err, want)
		}
		for _, name := range []string{"SHOPIFY_BASE_URL", "BC_BASE_URL", "BC_TOKEN_URL"} {
			m := full()
			m[name] = "http://" + at + ":9001"
			if _, err := Load(lookup(m), nil); (err == nil) != want {
				t.Errorf("%s at %q: %v, want %t", name, host, err, want)
			}
		}
	}
	for _, v := range []string{"127.0.0.1", "127.0.0.1:", "127.0.0.1:port", "127.0.0.1:65536", "127.0.0.1:-1", ":8420", "::1:8420"} {
		if _, err := Load(lookup(map[string]string{"BACKROOM_LISTEN": v}), nil); err == nil {
			t.Errorf("BACKROOM_LISTEN=%q is taken", v)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	c, err := Load(lookup(full()), nil)
	if err != nil {
		t.Fatal(err)
	}
	js, err := json.Marshal(map[string]any{"bc": *c.BC, "shopify": *c.Shopify})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("config", "shopify", *c.Shopify, "bc", *c.BC, "secret", c.BC.ClientSecret)
	for _, out := range []string{fmt.Sprintf("%v %+v %#v", *c.Shopify, *c.BC, *c.BC), string(js), log.String()} {
		if strings.Contains(out, "hush") || strings.Contains(out, "shpat_secret") {
			t.Errorf("a secret is printed: %s", out)
		}
	}
	if c.BC.ClientSecret.Reveal() != "hush" {
		t.Error("Reveal must give the secret")
	}
}
