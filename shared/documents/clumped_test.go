package documents

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/sales"
)

// The lines to write anew are those of the groups whose cents are not where they belong:
// of a line's own code, or of all that have the percent of a sum. What is not about cents
// of tax is no reason.
func TestLinesToWriteAnew(t *testing.T) {
	line := func(sequence int, code string, percent int64) sales.FoundLine {
		return sales.FoundLine{Line: sales.Line{Sequence: sequence, Kind: sales.ItemLine, TaxCode: code, Percent: decimal.NewFromInt(percent)}}
	}
	got := sales.Found{Lines: []sales.FoundLine{line(10, "A7", 7), line(20, "B7", 7), line(30, "A19", 19), line(40, "A7", 7), {Line: sales.Line{Sequence: 50, Kind: sales.CommentLine, Percent: decimal.NewFromInt(7)}}}}
	tax, total := sales.Difference{Field: sales.LineTax, Line: 40}, sales.Difference{Field: sales.Total}
	for _, c := range []struct {
		name  string
		lines int // changes before
		ds    []sales.Difference
		want  []int
	}{
		{"a line's cents", 1, []sales.Difference{tax}, []int{10, 40}},
		{"and the total with it", 1, []sales.Difference{tax, total}, []int{10, 40}},
		{"a percent's tax", 1, []sales.Difference{{Field: sales.RateTax, Percent: "7"}}, []int{10, 20, 40}},
		{"a percent's net", 1, []sales.Difference{{Field: sales.RateNet, Percent: "19"}, total}, []int{30}},
		{"two percents'", 1, []sales.Difference{{Field: sales.RateTax, Percent: "7"}, {Field: sales.RateTax, Percent: "19"}}, []int{10, 20, 30, 40}},
		{"the total alone", 1, []sales.Difference{total}, nil},
		{"another field", 1, []sales.Difference{tax, {Field: sales.LineObject, Line: 40}}, nil},
		{"a line that is not there", 1, []sales.Difference{{Field: sales.LineTax, Line: 60}}, nil},
		{"no line was changed", 0, []sales.Difference{tax}, nil},
		{"nothing", 1, nil, nil},
	} {
		w := work{got: got}
		w.lines = c.lines
		if is := clumped(w, c.ds); !slices.Equal(is, c.want) {
			t.Errorf("%s: %v, want %v", c.name, is, c.want)
		}
		if w.spread = true; clumped(w, c.ds) != nil {
			t.Errorf("%s: written anew twice", c.name)
		}
	}
}
