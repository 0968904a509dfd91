package shipments

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Shopify's own list of carriers is in the description of its schema: names for shops
// in any country, one a line, and names for some countries, which stand in one line each.
func TestCarriersAreShopifys(t *testing.T) {
	folder := os.Getenv("BACKROOM_SHARED")
	if folder == "" {
		t.Skip("BACKROOM_SHARED is not set: the schema is not in the repository")
	}
	text, err := os.ReadFile(filepath.Join(folder, "shopify", "schema-2026-07.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(text), "### Supported tracking companies")
	list, _, end := strings.Cut(list, `"""`)
	if !found || !end {
		t.Fatal("the schema has no list of tracking companies")
	}
	var want []string
	for _, m := range regexp.MustCompile(`(?m)^\s*\* (.+)$`).FindAllStringSubmatch(list, -1) {
		_, inCountry, some := strings.Cut(m[1], "**: ")
		if !some {
			want = append(want, m[1])
			continue
		}
		for name := range strings.SplitSeq(strings.TrimSuffix(inCountry, "."), ", ") {
			want = append(want, name)
		}
	}
	if len(want) < 150 {
		t.Fatalf("%d carriers in the schema", len(want))
	}
	var has []string
	for _, name := range known {
		has = append(has, name)
	}
	for _, name := range want {
		if got, _ := companyOf(nil, "", name); got != name || !slices.Contains(has, name) {
			t.Errorf("%s is sent as %q, known: %t", name, got, slices.Contains(has, name))
		}
	}
	for _, name := range has {
		if !slices.ContainsFunc(want, func(w string) bool { return w == name || w == name+"." }) {
			t.Errorf("Shopify does not know %q", name)
		}
	}
}

func TestCompanyOf(t *testing.T) {
	card := []Carrier{{Agent: "HANS", Company: "Hans Express", URL: "https://hans.example/%1"}, {Agent: "ups-std", URL: "https://ups.example/%1"}, {Agent: "DHL", Company: "DHL Express"}}
	for _, tt := range []struct{ agent, name, company, pattern string }{
		{"DPD", "", "DPD", ""},
		{"dpd", "", "DPD", ""},
		{"D.P.D.", "", "DPD", ""},
		{"", "deutsche post", "Deutsche Post", ""},
		{"POST", "Osterreichische Post", "Österreichische Post", ""},
		{"FEDEX", "Federal parcels", "FedEx", ""},                      // the code is known, the name is not
		{"USPS", "UPS", "UPS", ""},                                     // the name comes first
		{"X9", "Müller Kurier", "Müller Kurier", ""},                   // as it is
		{"X9", "", "X9", ""},                                           //
		{"hans", "Whoever", "Hans Express", "https://hans.example/%1"}, // the card's
		{"H9", "Hans", "Hans Express", "https://hans.example/%1"},      // by its name
		{"UPS-STD", "UPS", "UPS", "https://ups.example/%1"},            // the card has an address alone
		{"dhl", "DHL", "DHL Express", ""},                              // the card comes before Shopify's name
		{"", "", "", ""},                                               //
	} {
		company, pattern := companyOf(card, tt.agent, tt.name)
		if company != tt.company || pattern != tt.pattern {
			t.Errorf("%q %q is %q with %q, want %q with %q", tt.agent, tt.name, company, pattern, tt.company, tt.pattern)
		}
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct{ number, url, pattern, want string }{
		{"1", "https://a.example/1", "", "https://a.example/1"},
		{"1", " https://a.example/1 ", "https://b.example/%1", "https://a.example/1"},
		{"1 2&3\"", "", "https://b.example/?n=%1", "https://b.example/?n=1+2%263%22"},
		{"\U0001F4E6", "", "https://b.example/%1", "https://b.example/%F0%9F%93%A6"},
		{"", "", "https://b.example/%1", ""},
		{"1", "b.example/1", "", ""},
		{"1", "javascript:alert(1)", "", ""},
		{"1", "https:///1", "", ""},
		{"1", "https://a b.example", "", ""},
		{" 1 Z ", "https://a.example/?n=1 Z", "", "https://a.example/?n=1+Z"},
		{"1 Z", "https://a.example/?n=1 Z&b= c", "", ""},
		{"1", "ftp://a.example/1", "", ""},
		{"1", "", "", ""},
	} {
		if got := address(Parcel{Number: tt.number, URL: tt.url}, tt.pattern); got != tt.want {
			t.Errorf("%q at %q by %q: %q, want %q", tt.number, tt.url, tt.pattern, got, tt.want)
		}
	}
}
