package sales

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestRebase(t *testing.T) {
	for _, tt := range []struct {
		name                            string
		quantity                        int64
		unit, discount, target          string
		digits                          int32
		wantUnit, wantDiscount, comesTo string
	}{
		{"the same basis changes nothing", 3, "9.99", "1", "28.97", 2, "9.99", "1", "28.97"},
		{"tax out of the price", 2, "100", "20", "144", 2, "80", "16", "144"},
		{"a price of more digits than the currency", 3, "19.99", "0", "50.39", 2, "16.79667", "0", "50.39"},
		{"tax into the price", 1, "100", "0", "119", 2, "119", "0", "119"},
		{"yen", 7, "100", "0", "636", 0, "90.85715", "0", "636"},
		{"free of charge stays free", 2, "10", "20", "0", 2, "10", "20", "0"},
		{"money back", 1, "-11.90", "0", "-10", 2, "-10", "0", "-10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u, d := Rebase(decimal.NewFromInt(tt.quantity), dec(tt.unit), dec(tt.discount), dec(tt.target), tt.digits)
			if !u.Equal(dec(tt.wantUnit)) || !d.Equal(dec(tt.wantDiscount)) {
				t.Errorf("Rebase = %s - %s, want %s - %s", u, d, tt.wantUnit, tt.wantDiscount)
			}
			l := Line{Quantity: decimal.NewFromInt(tt.quantity), UnitPrice: u, Discount: d}
			if got := l.Amount(tt.digits); !got.Equal(dec(tt.comesTo)) {
				t.Errorf("comes to %s, want %s", got, tt.comesTo)
			}
		})
	}
}

// On whatever basis: quantity times price, rounded, less discount is the target
// exactly; the discount is none that Business Central refuses; the price has no
// more than five digits.
func TestRebaseLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.SampledFrom([]int32{0, 2, 3}).Draw(t, "digits")
		q := rapid.Int64Range(1, 60).Draw(t, "quantity")
		unit := rapid.Int64Range(1, 5_000_000).Draw(t, "unit")
		disc := rapid.Int64Range(0, unit*q).Draw(t, "discount")
		base := unit*q - disc
		target := rapid.Int64Range(base/2, base+base/2).Draw(t, "target")
		if base == 0 {
			target = 0
		}
		money := func(v int64) decimal.Decimal { return decimal.New(v, -digits) }
		u, d := Rebase(decimal.NewFromInt(q), money(unit), money(disc), money(target), digits)
		gross := u.Mul(decimal.NewFromInt(q)).Round(digits)
		if !gross.Sub(d).Equal(money(target)) {
			t.Fatalf("%d x %s - %s comes to %s, want %s", q, u, d, gross.Sub(d), money(target))
		}
		if d.IsNegative() || d.GreaterThan(gross) || !u.Equal(u.Round(5)) {
			t.Fatalf("price %s, discount %s", u, d)
		}
	})
}
