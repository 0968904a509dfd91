package money_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"backroom/shared/money"
)

// Each currency of Shopify's schema that is paid in still is one, whatever the case of its letters.
func TestISOKnowsShopifysCurrencies(t *testing.T) {
	shared := os.Getenv("BACKROOM_SHARED")
	if shared == "" {
		t.Skip("BACKROOM_SHARED does not say where Shopify's whole schema is")
	}
	schema, err := os.ReadFile(filepath.Join(shared, "shopify", "schema-2026-07.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	_, enum, found := strings.Cut(string(schema), "\nenum CurrencyCode {")
	enum, _, _ = strings.Cut(enum, "\n}")
	codes := regexp.MustCompile(`(?m)^\s+([A-Z]{3})\b`).FindAllStringSubmatch(enum, -1)
	if !found || len(codes) < 100 {
		t.Fatalf("%d codes in the schema", len(codes))
	}
	ended := map[string]bool{"BYR": true, "CFP": true, "LTL": true, "LVL": true, "STD": true, "VEF": true} // in the schema for old orders
	for _, c := range codes {
		if c[1] != "XXX" && !ended[c[1]] && (!money.ISO(c[1]) || !money.ISO(strings.ToLower(c[1]))) {
			t.Errorf("%s is not known", c[1])
		}
	}
}

func TestISO(t *testing.T) {
	for _, code := range []string{"EUR", "eur", "Usd", "AED", "ZWG", "BTN", "BWP"} {
		if !money.ISO(code) {
			t.Errorf("%q is a currency's code", code)
		}
	}
	for _, other := range []string{"", "EURO", "EU", "UKP", "DKR", "XXX", "AE ", "D A", " EU", "€", "DAF"} {
		if money.ISO(other) {
			t.Errorf("%q is no currency's code", other)
		}
	}
}
