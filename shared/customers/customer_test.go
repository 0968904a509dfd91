package customers

import (
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"backroom/shared/bcapi"
)

func TestFitKeepsKeysWhole(t *testing.T) {
	c := Customer{
		Number: " s-" + strings.Repeat("9", 40), Country: "de", PostalCode: " ec1a 1bb ",
		Email: strings.Repeat("x", 80) + "@example.com", PhoneNumber: "call +43 1", DisplayName: strings.Repeat("😀", 60),
	}
	c.Fit()
	if want := "S-" + strings.Repeat("9", 40); c.Number != want {
		t.Errorf("number = %q, want %q: a cut key names somebody else", c.Number, want)
	}
	if c.Country != "DE" || c.PostalCode != "EC1A 1BB" || c.PhoneNumber != "+43 1" || c.Email != "" || c.DisplayName != strings.Repeat("😀", 50) {
		t.Errorf("got %+v", c)
	}
}

// After Fit every field is in BC's length, unless it is a key; fitting again
// changes nothing.
func TestFitLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c Customer
		all := func() []field {
			return c.fields()
		}
		for _, f := range all() {
			*f.value = rapid.OneOf(rapid.String(), rapid.StringN(f.length, f.length+40, -1)).Draw(t, f.name)
		}
		c.Fit()
		once := map[*string]string{}
		for _, f := range all() {
			once[f.value] = *f.value
			if f.form != bcapi.KeyForm && len(utf16.Encode([]rune(*f.value))) > f.length {
				t.Fatalf("%s = %q has %d units, at most %d", f.name, *f.value, len(utf16.Encode([]rune(*f.value))), f.length)
			}
		}
		c.Fit()
		for _, f := range all() {
			if *f.value != once[f.value] {
				t.Fatalf("%s: fitted again %q, before %q", f.name, *f.value, once[f.value])
			}
		}
	})
}

// The hash is stored: what was written by an earlier version must have the same.
func TestHashOfEarlierVersions(t *testing.T) {
	c := Customer{
		Mark: "w", ID: "i", Number: "S7", DisplayName: "Ada Ek", Type: "Person", AddressLine1: "Weg 1", Country: "AT", PostalCode: "1010",
		City: "Wien", PhoneNumber: "+431", Email: "a@x", Blocked: "All",
	}
	if got, want := hash(c), "4f6b83443c215ab4bfbdfce3"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}
