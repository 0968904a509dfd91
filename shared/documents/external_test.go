package documents

import (
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"backroom/shared/orders"
)

func TestExternalNumber(t *testing.T) {
	for _, tt := range []struct {
		name          string
		order         orders.Order
		want, earlier string
	}{
		{"as Shopify names it", orders.Order{ID: "5820001", Name: "#1001", Number: 1001}, "#1001-5820001", "1001-5820001"},
		{"prefix and suffix", orders.Order{ID: "5820001", Name: "EU-1042-X", Number: 1042}, "EU-1042-X-5820001", "1042-5820001"},
		{"lower case, a slash and a blank", orders.Order{ID: "5", Name: "web 10/42", Number: 1042}, "WEB 10/42-5", "1042-5"},
		{"letters and signs of other scripts", orders.Order{ID: "5", Name: "№1042é注", Number: 1042}, "№1042É注-5", "1042-5"},
		{"signs that filters read", orders.Order{ID: "5", Name: "(1042)*|A&B..", Number: 1042}, "1042AB.-5", "1042-5"},
		{"letters with two ways up, emoji and line ends", orders.Order{ID: "5", Name: "Grüße\n1042ı😀", Number: 1042}, "GRÜE1042-5", "1042-5"},
		{"too long: the id stays", orders.Order{ID: "5820001123456789", Name: "BESTELLUNG-NUMMER-1042", Number: 1042}, "BESTELLUNG-NUMMER--5820001123456789", "1042-5820001123456789"},
		{"no name that BC takes", orders.Order{ID: "5", Name: "😀", Number: 1042}, "1042-5", "1042-5"},
		{"no number either", orders.Order{ID: "5", Name: "D7"}, "D7-5", "D7-5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ExternalNumber(tt.order); got != tt.want {
				t.Errorf("ExternalNumber = %q, want %q", got, tt.want)
			}
			if got := EarlierExternalNumber(tt.order); got != tt.earlier {
				t.Errorf("EarlierExternalNumber = %q, want %q", got, tt.earlier)
			}
		})
	}
}

// Whatever the name: at most 35 characters, the whole id at the end, the form
// in which BC stores it, and nothing in it that a filter reads in another way.
func TestExternalNumberFitsAndNamesTheID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := orders.Order{
			ID: rapid.StringMatching(`[1-9][0-9]{3,18}`).Draw(t, "id"), Number: rapid.Int64Range(0, 1<<40).Draw(t, "number"),
			Name: rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z#-]{0,4}[0-9]{1,6}[-A-Z ]{0,30}`)).Draw(t, "name"),
		}
		for _, n := range []string{ExternalNumber(o), EarlierExternalNumber(o)} {
			if len(utf16.Encode([]rune(n))) > 35 || !strings.HasSuffix(n, "-"+o.ID) {
				t.Fatalf("%q for %+v", n, o)
			}
			if strings.ToUpper(n) != n || strings.ToUpper(strings.ToLower(n)) != n || strings.TrimSpace(n) != n || strings.ContainsAny(n, "'*?&|<>=@()%\"\\") {
				t.Fatalf("%q is not as BC keeps and finds it", n)
			}
		}
	})
}

// A person who has the name finds the order by it.
func TestExternalNumberBeginsWithTheName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Za-zÄÖÜéø#№_/+:,. -]{0,5}[0-9]{1,7}[A-Za-z/_-]{0,4}`).Draw(t, "name")
		name = strings.TrimSpace(name)
		if strings.Contains(name, "..") {
			t.Skip("a range, to a filter")
		}
		n := ExternalNumber(orders.Order{ID: "5820001123456789", Name: name, Number: 7})
		if !strings.HasPrefix(n, strings.ToUpper(name)) {
			t.Fatalf("%q does not begin with %q", n, name)
		}
	})
}

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
	}{
		{"as Shopify names it", "#1001", "#1001"},
		{"as BC keeps codes", " eu-1042 ", "EU-1042"},
		{"20 characters", strings.Repeat("1", 20), strings.Repeat("1", 20)},
		{"21 are not cut", strings.Repeat("1", 21), ""},
		{"an @ in front", "@1001", ""},
		{"an @ inside", "10@01", "10@01"},
		{"blank", "  ", ""},
		{"a line end", "10\n01", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Number(orders.Order{ID: "5", Name: tt.in})
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("Number = %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
}
