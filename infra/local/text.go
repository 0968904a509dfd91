package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"backroom/shared/plain"
)

// textTable prints rows in columns.
type textTable struct {
	rows [][]string
	// spare are the heads of the columns that go first where they do not fit.
	spare []string
}

func newTable(head ...string) *textTable { return &textTable{rows: [][]string{head}} }

func (t *textTable) row(cells ...any) {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = plain.Text(strings.Join(strings.Fields(fmt.Sprint(c)), " ")) // one line a row, whatever a shop calls its things
	}
	t.rows = append(t.rows, out)
}

// print prints the rows, within the terminal if w is one.
func (t *textTable) print(w io.Writer) {
	columns := 0
	if f := terminal(w); f != nil {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			columns = n
		}
	}
	fmt.Fprint(w, t.within(columns))
}

// gap is what is between two columns.
const gap = 2

// within is the table in at most so many columns, 0 for any number: spare columns go
// first, and what is left of the last one is broken into lines.
func (t *textTable) within(columns int) string {
	rows := t.rows
	for _, head := range t.spare {
		if i := slices.Index(rows[0], head); columns > 0 && width(rows)+leastText > columns && i >= 0 {
			cut := make([][]string, len(rows))
			for n, r := range rows {
				cut[n] = slices.Delete(slices.Clone(r), i, i+1)
			}
			rows = cut
		}
	}
	left := columns - width(rows)
	most := widths(rows)
	var b strings.Builder
	line := func(cells []string) {
		var l strings.Builder
		for i, c := range cells {
			l.WriteString(c)
			if i < len(cells)-1 {
				l.WriteString(strings.Repeat(" ", most[i]+gap-uniseg.StringWidth(c)))
			}
		}
		fmt.Fprintln(&b, strings.TrimRight(l.String(), " "))
	}
	for _, r := range rows {
		last := len(r) - 1
		lines := []string{r[last]}
		if columns > 0 {
			lines = broken(r[last], max(left, leastText))
		}
		line(append(slices.Clone(r[:last]), lines[0]))
		for _, l := range lines[1:] {
			line(append(make([]string, last), l))
		}
	}
	return b.String()
}

// leastText is how narrow a broken column gets, in characters.
const leastText = 16

// widths is how wide each column but the last is, in columns of a terminal: some
// characters take two, and some none.
func widths(rows [][]string) []int {
	out := make([]int, len(rows[0])-1)
	for _, r := range rows {
		for i := range out {
			out[i] = max(out[i], uniseg.StringWidth(r[i]))
		}
	}
	return out
}

// width is how wide rows are without their last column.
func width(rows [][]string) (n int) {
	for _, w := range widths(rows) {
		n += w + gap
	}
	return n
}

// broken is text in lines of at most so many columns, words kept whole where they fit
// and broken where no line holds them.
func broken(text string, columns int) []string {
	out := []string{""}
	for word := range strings.FieldsSeq(text) {
		if n := uniseg.StringWidth(out[len(out)-1]); n > 0 && n+1+uniseg.StringWidth(word) > columns {
			out = append(out, "")
		} else if n > 0 {
			out[len(out)-1] += " "
		}
		out[len(out)-1] += word
		if !wide(word) {
			continue // a word in letters is copied: a name, an address
		}
		for uniseg.StringWidth(out[len(out)-1]) > columns {
			head, rest := cut(out[len(out)-1], columns)
			out[len(out)-1] = head
			out = append(out, rest)
		}
	}
	return out
}

// wide reports whether a word is in a script without blanks, whose words may be broken
// anywhere.
func wide(word string) bool { return uniseg.StringWidth(word) > utf8.RuneCountInString(word) }

// cut is the begin of text that fits in so many columns, one sign at least, and the rest.
func cut(text string, columns int) (head, rest string) {
	rest, state := text, -1
	for rest != "" {
		sign, after, w, next := uniseg.FirstGraphemeClusterInString(rest, state)
		if head != "" && uniseg.StringWidth(head)+w > columns {
			break
		}
		head, rest, state = head+sign, after, next
	}
	return head, rest
}

// when is a time as people read it, with its zone.
func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}
