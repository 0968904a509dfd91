package businesscentral

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFilterValues(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"quote is doubled", "O'NEIL", "number%20eq%20'O''NEIL'"},
		{"characters that end an option", "A&B#C+D%E", "number%20eq%20'A%26B%23C%2BD%25E'"},
		{"not ASCII", "ÄÖ", "number%20eq%20'%C3%84%C3%96'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := escape(AnyOf("number", []string{tt.value})); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// No value can break out of its quotes or of its option.
func TestFilterLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "values")
		raw := query("customers", "$filter", AnyOf("email", vs), "$select", "id")
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		q := u.Query()
		if len(q) != 2 || q.Get("$select") != "id" || q.Get("$filter") != AnyOf("email", vs) {
			t.Fatalf("%q reads as %v", raw, q)
		}
		if n := strings.Count(q.Get("$filter"), "'"); n%2 != 0 {
			t.Fatalf("%d quotes in %s", n, q.Get("$filter"))
		}
	})
}
