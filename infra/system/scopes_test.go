package system_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	worlds "backroom/infra/system/world"
	"backroom/shared/wiring"
)

// What the definitions say that the app must be allowed in Shopify is enough, and none
// of it is too much.
func TestScopesAreWhatTasksSay(t *testing.T) {
	var all, needed []string
	for _, d := range wiring.Tasks(wiring.Options{}).Definitions {
		for _, s := range d.Scopes {
			if all = append(all, s.Name); !s.Optional {
				needed = append(needed, s.Name)
			}
		}
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	processed := func(scopes []string) (n int) {
		setup := worlds.Plain(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
		setup.Shop.Shop.Scopes = scopes
		orders := setup.Ordinary(5)
		w := worlds.New(t, setup)
		w.Live(15 * time.Minute)
		for _, o := range orders {
			n += len(worlds.Read[struct{ ID string }](w, worlds.DocumentOf("salesOrders", o)))
		}
		return n
	}
	if n := processed(all); n != 5 {
		t.Errorf("with all of them %d orders of 5 have their document", n)
	}
	if n := processed(needed); n != 5 {
		t.Errorf("with those that are needed %d orders of 5 have their document", n)
	}
	for _, one := range needed {
		if n := processed(slices.DeleteFunc(slices.Clone(all), func(s string) bool {
			return s == one || s == strings.Replace(one, "read", "write", 1) // which implies it
		})); n > 0 {
			t.Errorf("without %s, which is said to be needed, %d orders have their document", one, n)
		}
	}
}
