package phone

import (
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

func TestE164(t *testing.T) {
	tests := []struct{ name, text, country, want string }{
		{"as Shopify keeps it", "+46701234567", "", "+46701234567"},
		{"blanks and dashes", "+46 70-123 45 67", "", "+46701234567"},
		{"national", "070-123 45 67", "SE", "+46701234567"},
		{"national, the country in lower case", "070-123 45 67", "se", "+46701234567"},
		{"national, no country", "070-123 45 67", "", ""},
		{"national, an unknown country", "070-123 45 67", "XX", ""},
		{"international zeros", "0046 70 123 45 67", "SE", "+46701234567"},
		{"international zeros, no country", "0046 70 123 45 67", "", "+46701234567"},
		{"the 0 in brackets", "+46 (0)70 123 45 67", "DE", "+46701234567"},
		{"without its trunk 0: a local number", "701234567", "SE", ""},
		{"the plus was lost", "46701234567", "SE", ""},
		{"another country's", "070-123 45 67", "DE", "+49701234567"},
		{"Italy keeps the 0", "06 1234 5678", "IT", "+390612345678"},
		{"Italy keeps the 0 abroad", "+39 06 1234 5678", "", "+390612345678"},
		{"no trunk prefix", "12 34 56 78", "DK", "+4512345678"},
		{"Hungary's 06", "06 20 123 4567", "HU", "+36201234567"},
		{"Hungary without it", "20 123 4567", "HU", ""},
		{"Russia's 8", "8 (912) 345-67-89", "RU", "+79123456789"},
		{"North America", "(415) 555-2671", "US", "+14155552671"},
		{"North America with its 1", "1-415-555-2671", "CA", "+14155552671"},
		{"North America, local", "555-2671", "US", ""},
		{"dialled from North America", "011 46 70 123 45 67", "US", "+46701234567"},
		{"an extension", "+1 415 555 2671 ext. 12", "", ""},
		{"an extension, where numbers have any length", "+49 30 123456 Durchwahl 12", "", ""},
		{"an extension by x", "+14155552671x12", "", ""},
		{"letters", "1-800-FLOWERS", "US", ""},
		{"two numbers", "+46701234567, +46701234568", "", ""},
		{"two numbers in one line", "+46701234567 +46701234568", "", ""},
		{"a full-width plus and a hard blank", "\uff0b46\u00a0701234567", "", "+46701234567"},
		{"invisible signs around it", "\u202a+46701234567\u202c", "", "+46701234567"},
		{"too long", "+467012345671234567", "", ""},
		{"too short", "+4612", "", ""},
		{"no such calling code", "+999 123 456 789", "", ""},
		{"no digits", "n/a", "SE", ""},
		{"empty", "", "SE", ""},
		{"a plus alone", "+", "SE", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := E164(tt.text, tt.country)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("E164(%q, %q) = %q, %v; want %q", tt.text, tt.country, got, ok, tt.want)
			}
		})
	}
}

// libphonenumber knows the world's numbers: what it reads of an example number of
// each country and kind, in each way of writing, is the same here, or nothing.
func TestAgainstLibphonenumber(t *testing.T) {
	kinds := []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.VOIP}
	formats := []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL}
	same, missed := map[phonenumbers.PhoneNumberFormat]int{}, map[string]bool{}
	for region := range phonenumbers.GetSupportedRegions() {
		for _, kind := range kinds {
			n := phonenumbers.GetExampleNumberForType(region, kind)
			if n == nil {
				continue
			}
			want := phonenumbers.Format(n, phonenumbers.E164)
			for _, f := range formats {
				text := phonenumbers.Format(n, f)
				switch got, ok := E164(text, region); {
				case ok && got != want:
					t.Errorf("%s: %q is %s, want %s", region, text, got, want)
				case ok:
					same[f]++
				case f == phonenumbers.NATIONAL:
					missed[region] = true
				default:
					t.Errorf("%s: %q is nothing, want %s", region, text, want)
				}
			}
		}
	}
	t.Logf("same %v, national numbers of %d countries missed: %v", same, len(missed), missed)
	if same[phonenumbers.NATIONAL]*10 < same[phonenumbers.E164]*9 {
		t.Errorf("%d national numbers of %d are known", same[phonenumbers.NATIONAL], same[phonenumbers.E164])
	}
}

// The form is its own form, wherever it is read, and has nothing else in it.
func FuzzE164(f *testing.F) {
	for _, s := range []string{"+46 70-123 45 67", "0046701234567", "011 46 70", "+1 (0)", "++", "06 1234"} {
		f.Add(s, "SE")
	}
	f.Fuzz(func(t *testing.T, text, country string) {
		got, ok := E164(text, country)
		if !ok {
			if got != "" {
				t.Fatalf("%q is nothing, and %q", text, got)
			}
			return
		}
		if len(got) < 1+shortest || len(got) > 1+longest || got[0] != '+' || strings.Trim(got[1:], "0123456789") != "" {
			t.Fatalf("%q of %q is no number", got, text)
		}
		for _, where := range []string{"", country, "US", "IT"} {
			if again, ok := E164(got, where); !ok || again != got {
				t.Fatalf("%q read again in %q is %q, %v", got, where, again, ok)
			}
		}
	})
}
