package entity

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCut(t *testing.T) {
	tests := []struct {
		name, in string
		n        int
		want     string
	}{
		{"short enough", "Åsa", 3, "Åsa"},
		{"one too long", "Åsa!", 3, "Åsa"},
		{"an emoji is two units", "ab\U0001f600", 3, "ab"},
		{"an emoji that fits", "ab\U0001f600", 4, "ab\U0001f600"},
		{"nothing fits", "\U0001f600", 1, ""},
		{"not UTF-8", "a\xffb", 3, "a\uFFFDb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Cut(tt.in, tt.n); got != tt.want {
				t.Errorf("Cut(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
			}
		})
	}
}

func TestCutLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(0, 40).Draw(t, "n")
		got := Cut(s, n)
		if !strings.HasPrefix(s, got) || !utf8.ValidString(got) {
			t.Fatalf("%q is no prefix of %q", got, s)
		}
		if units := len(utf16.Encode([]rune(got))); units > n {
			t.Fatalf("%d units", units)
		}
		if rest := []rune(s[len(got):]); len(rest) > 0 && len(utf16.Encode([]rune(got)))+utf16.RuneLen(rest[0]) <= n {
			t.Fatalf("%q could be longer", got)
		}
	})
}

func TestPhoneAndCode(t *testing.T) {
	if got := Phone("Tel. +46 (0)70-123 ext4"); got != ". +46 (0)70-123 4" {
		t.Errorf("Phone = %q", got)
	}
	if got := Code(" abc def ", 4); got != "ABC" {
		t.Errorf("Code = %q", got)
	}
}

func TestFit(t *testing.T) {
	o := SalesOrder{
		ExternalDocumentNumber: "1001-5820", ShipToName: strings.Repeat("n", 101), SellToCity: strings.Repeat("c", 31),
		Email: strings.Repeat("e", 81), PhoneNumber: "call me 123", Lines: []SalesOrderLine{{Description: strings.Repeat("d", 120)}},
	}
	o.Fit()
	if len(o.ShipToName) != 100 || len(o.SellToCity) != 30 || o.Email != "" || o.PhoneNumber != "123" || len(o.Lines[0].Description) != 100 {
		t.Errorf("got %+v", o)
	}
}

// BC runs its logic in the order of the JSON: number before quantity before price.
func TestLineFieldsKeepTheirOrder(t *testing.T) {
	js, err := json.Marshal(SalesOrderLine{
		Sequence: 10000, LineType: LineItem, LineObjectNumber: "1000", ItemVariantID: "v", LocationID: "l", UnitOfMeasureCode: "PCS",
		Quantity: "2", UnitPrice: "0", DiscountAmount: "1.50", TaxCode: "VAT25", Description: "d",
	})
	want := `{"sequence":10000,"lineType":"Item","lineObjectNumber":"1000","itemVariantId":"v","locationId":"l","unitOfMeasureCode":"PCS",` +
		`"quantity":2,"unitPrice":0,"discountAmount":1.50,"taxCode":"VAT25","description":"d"}`
	if err != nil || string(js) != want {
		t.Errorf("got  %s, %v\nwant %s", js, err, want)
	}
}
