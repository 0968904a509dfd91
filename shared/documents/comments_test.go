package documents

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/orders"
	"backroom/shared/sales"
)

// What the card wants of an order stands on comment lines at the end, so that the lines
// before keep their places whatever the note says; a credit memo has none of them.
func TestCommentLines(t *testing.T) {
	long := strings.Repeat("x", 130)
	o := placed("1", func(o *orders.Order) {
		o.Note = "Ring twice.\r\n\n  Leave it at the door. \n" + long
		o.PaymentTerms = &orders.PaymentTerms{Type: "FIXED", DueAt: time.Date(2026, 8, 1, 10, 0, 0, 0, time.UTC)}
	})
	note := []string{"Ring twice.", "Leave it at the door.", long[:100], long[100:]}
	for _, tt := range []struct {
		words []string
		want  []string
	}{
		{nil, nil},
		{[]string{"note"}, note},
		{[]string{"dueDate"}, []string{"Due date: 2026-08-01"}},
		{[]string{"dueDate", "note"}, append([]string{"Due date: 2026-08-01"}, note...)},
	} {
		c := card()
		plain, _ := Map(c, o, "C1", refs())
		c.CommentLines = tt.words
		d, problems := Map(c, o, "C1", refs())
		var got []string
		for _, l := range d.Lines[len(plain.Lines):] {
			if l.Kind != sales.CommentLine {
				t.Errorf("%v: line %+v", tt.words, l)
			}
			got = append(got, l.Description)
		}
		if len(problems) > 0 || !slices.Equal(got, tt.want) || !slices.EqualFunc(d.Lines[:len(plain.Lines)], plain.Lines, func(a, b sales.Line) bool { return a.Sequence == b.Sequence && a.Object == b.Object }) {
			t.Errorf("%v: %q, want %q (%v)", tt.words, got, tt.want, problems)
		}
		memo, _ := MapBooked(c, o, "C1", refs(), map[string]Booking{})
		if len(memo.Lines) != len(plain.Lines) {
			t.Errorf("%v: a memo has %d lines, want %d", tt.words, len(memo.Lines), len(plain.Lines))
		}
	}
}

// Duties go to their own account, or to that of fees.
func TestDutiesAccount(t *testing.T) {
	c := card()
	duties := eur("5")
	o := placed("1", func(o *orders.Order) { o.Duties, o.Total = &duties, eur("195") })
	for own, want := range map[string]string{"": c.FeeAccount, "9140": "9140"} {
		c.DutiesAccount = own
		d, problems := Map(c, o, "C1", refs())
		i := slices.IndexFunc(d.Lines, func(l sales.Line) bool { return l.Description == dutiesName })
		if len(problems) > 0 || i < 0 || d.Lines[i].Object != want {
			t.Errorf("%q: %+v, %v, want account %s", own, d.Lines, problems, want)
		}
	}
}
