package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

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
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, gap, ' ', 0)
	for _, r := range rows {
		last := len(r) - 1
		lines := []string{r[last]}
		if columns > 0 {
			lines = broken(r[last], max(left, leastText))
		}
		fmt.Fprintln(tw, strings.Join(append(slices.Clone(r[:last]), lines[0]), "\t"))
		for _, l := range lines[1:] {
			fmt.Fprintln(tw, strings.Repeat("\t", last)+l)
		}
	}
	_ = tw.Flush()
	return b.String()
}

// leastText is how narrow a broken column gets, in characters.
const leastText = 16

// width is how wide rows are without their last column.
func width(rows [][]string) (n int) {
	for i := range len(rows[0]) - 1 {
		most := 0
		for _, r := range rows {
			most = max(most, utf8.RuneCountInString(r[i]))
		}
		n += most + gap
	}
	return n
}

// broken is text in lines of at most so many characters, words kept whole where
// they fit.
func broken(text string, columns int) []string {
	out := []string{""}
	for word := range strings.FieldsSeq(text) {
		line := out[len(out)-1]
		if n := utf8.RuneCountInString(line); n > 0 && n+1+utf8.RuneCountInString(word) > columns {
			out = append(out, "")
			line = ""
		}
		if line != "" {
			line += " "
		}
		out[len(out)-1] = line + word
	}
	return out
}

// when is a time as people read it, with its zone.
func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}
