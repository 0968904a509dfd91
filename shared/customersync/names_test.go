package customersync

import (
	"math/rand/v2"
	"strings"
	"testing"

	"backroom/shared/customers"
)

func TestNames(t *testing.T) {
	firstLast, lastFirst := customers.NameFirstLast, customers.NameLastFirst
	for _, tt := range []struct {
		name         string
		main, second customers.NameSource
		typ, full    string
		want         named
	}{
		{"a person", "", "", "Person", "Eva Berg", named{First: "Eva", Last: "Berg"}},
		{"a company", "", "", "Company", " Werft  GmbH ", named{Company: "Werft GmbH"}},
		{"a company where names are persons'", firstLast, "", "Company", "Eva von Berg", named{First: "Eva", Last: "von Berg"}},
		{"last name first", lastFirst, "", "Person", "von Berg Eva", named{First: "Eva", Last: "von Berg"}},
		{"last name first as the second name", "", lastFirst, "Person", "Berg Eva", named{First: "Eva", Last: "Berg"}},
		{"one word", "", "", "Person", "Madonna", named{First: "Madonna"}},
		{"one word, last name first", lastFirst, "", "Person", "Madonna", named{Last: "Madonna"}},
		{"no word", "", "", "Person", "  ", named{}},
		{"sixty words", "", "", "Person", "A" + strings.Repeat(" b", 59), named{First: "A", Last: strings.TrimSpace(strings.Repeat(" b", 59))}},
		{"neither", customers.NameNone, customers.NameNone, "Person", "Eva Berg", named{First: "Eva", Last: "Berg"}},
	} {
		s := customers.CustomerSettings{NameSource: tt.main, Name2Source: tt.second}
		if got := namedBy(s, customers.Customer{Type: tt.typ, DisplayName: tt.full}); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// What is split is the same words again, in either order, so that a name that came from
// the shop is never sent back as another.
func TestSplitNamesAreAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var words []string
		for range 1 + r.IntN(5) {
			words = append(words, strings.Repeat(string(rune('a'+r.IntN(26))), 1+r.IntN(6)))
		}
		full := strings.Join(words, strings.Repeat(" ", 1+r.IntN(2)))
		first, last := split(full, r.IntN(2) == 0)
		if !alike(first, last, full) {
			t.Fatalf("%q is split into %q and %q", full, first, last)
		}
		n := r.IntN(len(words) + 1)
		if a, b := strings.Join(words[:n], " "), strings.Join(words[n:], " "); !alike(a, b, full) || !alike(b, a, full) {
			t.Fatalf("%q and %q are not %q", a, b, full)
		}
		if alike(first+"x", last, full) || alike("", "", full) {
			t.Fatalf("%q is like another", full)
		}
	}
	if long := strings.Repeat("a", 120); !alike(long, "b", long[:100]) {
		t.Error("a name that the company has cut is another")
	}
}
