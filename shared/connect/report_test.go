package connect

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"backroom/shared/fault"
	"backroom/shared/task"
	"backroom/shared/wiring"
)

// Each scope and permission set that a registered task names is reported once, with
// what it is for, which tasks want it, and the remedy where it is missing.
func TestRights(t *testing.T) {
	ds := wiring.Tasks(wiring.Options{}).Definitions
	for _, tt := range []struct {
		name    string
		granted []string // of Shopify; nil: it does not tell
		given   map[string]Grant
	}{
		{"all but two", []string{"write_orders", "read_customers", "read_products"}, map[string]Grant{"read_orders": Given, "write_orders": Given, "read_all_orders": Missing, "read_locations": Missing, "read_products": Given}},
		{"none", []string{}, map[string]Grant{"read_orders": Missing, "write_orders": Missing}},
		{"it does not tell", nil, map[string]Grant{"read_orders": Untold, "write_orders": Untold}},
	} {
		found := usual()
		found.Shop.Scopes = tt.granted
		by := map[string]Right{}
		for _, r := range Rights(ds, found) {
			if _, twice := by[r.Side+r.Name]; twice {
				t.Errorf("%s: %s twice", tt.name, r.Name)
			}
			by[r.Side+r.Name] = r
			if want, ok := tt.given[r.Name]; ok && r.Given != want || r.Side == BusinessCentral && r.Given != Untold {
				t.Errorf("%s: %s is %s, want %s", tt.name, r.Name, r.Given, want)
			}
			if (r.WayOut == "") != (r.Given == Given) {
				t.Errorf("%s: %s is %s, with the way out %q", tt.name, r.Name, r.Given, r.WayOut)
			}
		}
		wants := func(d task.Definition, side, name, purpose string) {
			if r := by[side+name]; !slices.Contains(r.Tasks, d.Name) || !strings.Contains(r.For, purpose) {
				t.Errorf("%s: %s of %s is %+v", tt.name, name, d.Name, r)
			}
		}
		for _, d := range ds {
			for _, s := range d.Scopes {
				wants(d, Shopify, s.Name, s.For)
				if r := by[Shopify+s.Name]; r.Optional && !s.Optional {
					t.Errorf("%s: %s is optional, and %s needs it", tt.name, s.Name, d.Name)
				}
			}
			for _, p := range d.Permissions {
				wants(d, BusinessCentral, p.Set, p.For)
			}
		}
		if !by[Shopify+"read_all_orders"].Optional {
			t.Errorf("%s: nothing but read_all_orders wants read_all_orders", tt.name)
		}
	}
}

// What is wrong with one side does not keep the other from being told; a scope that
// lacks is no refusal of its side.
func TestSides(t *testing.T) {
	shopify := &RefusedError{Shopify, "It refuses.", "Correct it.", errors.New("401")}
	bc := &RefusedError{BusinessCentral, "It is gone.", "Look.", errors.New("404")}
	off := &fault.Error{Op: "x", Kind: fault.Blocked, Merchant: "The shop is off.", Err: errors.New("off")}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, "[{Shopify true  } {Business Central true  }]"},
		{shopify, "[{Shopify false It refuses. Correct it.} {Business Central true  }]"},
		{errors.Join(bc), "[{Shopify true  } {Business Central false It is gone. Look.}]"},
		{errors.Join(shopify, bc), "[{Shopify false It refuses. Correct it.} {Business Central false It is gone. Look.}]"},
		{errors.Join(&scopesError{[]string{"read_orders"}}, bc), "[{Shopify true  } {Business Central false It is gone. Look.}]"},
		{errors.Join(off, off), "[{Shopify false The shop is off. Do what it says, and check again.} {Business Central false The shop is off. Do what it says, and check again.}]"},
		{errors.New("no folder."), "[{Shopify false No folder. Do what it says, and check again.} {Business Central false No folder. Do what it says, and check again.}]"},
	} {
		if got := fmt.Sprint(sides(tt.err)); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.err, got, tt.want)
		}
	}
}
