package sales

import (
	"testing"

	"github.com/shopspring/decimal"
)

func TestPercent(t *testing.T) {
	levy := func(rate, amount string, like ...string) Levy {
		l := Levy{Rate: dec(rate), Amount: dec(amount)}
		for _, r := range like {
			l.Like = append(l.Like, dec(r))
		}
		return l
	}
	for _, tt := range []struct {
		name   string
		net    string
		taxes  []Levy
		known  []string
		digits int32
		want   string
	}{
		{"no tax", "100", nil, nil, 2, "0"},
		{"one", "100", []Levy{levy("0.19", "19")}, nil, 2, "19"},
		{"two add up", "100", []Levy{levy("0.05", "5"), levy("0.09975", "9.98")}, nil, 2, "14.975"},
		{"one of amount 0 is an exemption", "100", []Levy{levy("0.19", "0")}, nil, 2, "0"},
		{"an exemption beside a tax", "100", []Levy{levy("0.06", "6"), levy("0.01", "0")}, nil, 2, "6"},
		{"an amount too small to be taxed", "0.02", []Levy{levy("0.19", "0")}, nil, 2, "19"},
		{"free of charge", "0", []Levy{levy("0.19", "0")}, nil, 2, "19"},
		{"yen round to nothing sooner", "4", []Levy{levy("0.1", "0")}, nil, 0, "10"},
		{"an amount that is not rate times price keeps the rate", "100", []Levy{levy("0.19", "7")}, nil, 2, "19"},
		{"no rate: the like tax's", "9.99", []Levy{levy("0", "1.90", "0.19")}, []string{"0.191"}, 2, "19"},
		{"no rate: a like tax comes before the card", "1.05", []Levy{levy("0", "0.20", "0.191")}, []string{"0.19"}, 2, "19.1"},
		{"no rate: a like tax of another rate does not fit", "100", []Levy{levy("0", "7", "0.19")}, nil, 2, "7"},
		{"no rate: one that the card knows", "1.05", []Levy{levy("0", "0.20")}, []string{"0.07", "0.19"}, 2, "19"},
		{"no rate: the simplest that fits", "100", []Levy{levy("0", "8.1")}, nil, 2, "8.1"},
		{"no rate: three digits", "1000", []Levy{levy("0", "99.75")}, nil, 2, "9.975"},
		{"no rate beside a rate", "100", []Levy{levy("0.05", "5"), levy("0", "8")}, nil, 2, "13"},
		{"a rate of zero beside nothing", "100", []Levy{levy("0", "0")}, []string{"0.19"}, 2, "0"},
		{"below zero", "-100", []Levy{levy("0", "-19")}, nil, 2, "19"},
		{"tax on nothing has no percent", "0", []Levy{levy("0", "3")}, nil, 2, "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var known []decimal.Decimal
			for _, k := range tt.known {
				known = append(known, dec(k))
			}
			if got := Percent(dec(tt.net), tt.taxes, known, tt.digits); !got.Equal(dec(tt.want)) {
				t.Errorf("Percent = %s, want %s", got, tt.want)
			}
		})
	}
}
