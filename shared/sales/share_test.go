package sales

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestPart(t *testing.T) {
	for _, tt := range []struct {
		name   string
		amount string
		n, of  int
		digits int32
		want   string
	}{
		{"three of four", "20", 3, 4, 2, "15"},
		{"a cent that cannot be cut goes up at the half", "0.01", 1, 2, 2, "0.01"},
		{"below the half it goes down", "10", 1, 3, 2, "3.33"},
		{"yen have no cents", "100", 1, 3, 0, "33"},
		{"dinars have three digits", "1", 1, 3, 3, "0.333"},
		{"all stay as they are, whatever their digits", "1.23456", 4, 4, 2, "1.23456"},
		{"of none is all", "5", 0, 0, 2, "5"},
		{"none of some is nothing", "5", 0, 3, 2, "0"},
		{"away from zero below it", "-0.01", 1, 2, 2, "-0.01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Part(dec(tt.amount), tt.n, tt.of, tt.digits); !got.Equal(dec(tt.want)) {
				t.Errorf("Part = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name    string
		amount  string
		weights []int
		want    []string
	}{
		{"as its own share says", "5", []int{3, 2}, []string{"3", "2"}},
		{"a cent over", "10", []int{1, 1, 1}, []string{"3.33", "3.34", "3.33"}},
		{"nothing weighs nothing", "10", []int{0, 1, 0}, []string{"0", "10", "0"}},
		{"one part", "9.99", []int{7}, []string{"9.99"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range Split(dec(tt.amount), tt.weights, 2) {
				got = append(got, p.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Split = %v, want %v", got, tt.want)
			}
		})
	}
}

// Parts make up the amount, none is a minor unit away from its share, and none
// is negative or more than the units in it cost.
func TestSplitLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.SampledFrom([]int32{0, 2, 3}).Draw(t, "digits")
		weights := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 5).Draw(t, "weights")
		of := 0
		for _, w := range weights {
			of += w
		}
		if of == 0 {
			t.Skip("nothing to share by")
		}
		unit := rapid.Int64Range(1, 100_000).Draw(t, "unit")
		amount := rapid.Int64Range(0, unit*int64(of)).Draw(t, "amount")
		sum := int64(0)
		for i, p := range Split(decimal.New(amount, -digits), weights, digits) {
			cents := p.Shift(digits).IntPart()
			sum += cents
			if !decimal.New(cents, -digits).Equal(p) {
				t.Fatalf("part %d is %s, with more than %d digits", i, p, digits)
			}
			// |cents/amount - weight/of| < 1 unit, in whole numbers.
			if off := cents*int64(of) - amount*int64(weights[i]); off >= int64(of) || off <= -int64(of) {
				t.Fatalf("part %d of %d by %v is %d", i, amount, weights, cents)
			}
			if cents < 0 || cents > unit*int64(weights[i]) {
				t.Fatalf("part %d of %d by %v is %d: a discount of more than the goods", i, amount, weights, cents)
			}
		}
		if sum != amount {
			t.Fatalf("parts come to %d, want %d", sum, amount)
		}
	})
}

func TestSettle(t *testing.T) {
	for _, tt := range []struct {
		name     string
		exact    []string // rounded to cents first
		residual string
		want     []string
		ok       bool
	}{
		{"nothing to do", []string{"1.001"}, "0", []string{"1"}, true},
		{"up goes the one that was rounded down most", []string{"1.001", "2.004", "3.002"}, "0.01", []string{"1", "2.01", "3"}, true},
		{"down goes the one that was rounded up most", []string{"1.009", "2.006", "3.008"}, "-0.01", []string{"1.01", "2", "3.01"}, true},
		{"two cents for two", []string{"1.001", "2.004"}, "0.02", []string{"1.01", "2.01"}, true},
		{"more than a cent each", []string{"1.001", "2.004"}, "0.03", []string{"1", "2"}, false},
		{"no whole cents", []string{"1.001"}, "0.005", []string{"1"}, false},
		{"nobody to take it", nil, "0.01", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var exact []decimal.Decimal
			var amounts []*decimal.Decimal
			for _, e := range tt.exact {
				rounded := dec(e).Round(2)
				exact, amounts = append(exact, dec(e)), append(amounts, &rounded)
			}
			if ok := Settle(amounts, exact, dec(tt.residual), 2); ok != tt.ok {
				t.Errorf("Settle = %v", ok)
			}
			var got []string
			for _, a := range amounts {
				got = append(got, a.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("amounts %v, want %v", got, tt.want)
			}
		})
	}
}
