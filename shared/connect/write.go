package connect

import (
	"fmt"
	"io"
	"strings"
)

// Width is how many characters a line has at most, if its words allow.
const Width = 80

var heads = map[Weight]string{
	Stops:  "Before the first run this must be mended:",
	Waits:  "With the shop card as it is, some orders will wait for a person:",
	Hidden: "Not all data can be seen or written:",
	Note:   "Good to know:",
}

// Write prints findings for a person, a head line for each weight; nothing if
// there are none. Findings come in the order of [Findings].
func Write(w io.Writer, fs []Finding) error {
	var b strings.Builder
	var last Weight
	for _, f := range fs {
		if f.Weight != last {
			fmt.Fprintln(&b, heads[f.Weight])
			last = f.Weight
		}
		b.WriteString(Paragraph("- ", f.Text+" "+f.WayOut))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Paragraph is text behind mark, broken between words into lines of at most
// Width characters, the later ones indented by as much as mark is long.
func Paragraph(mark, text string) string {
	var b strings.Builder
	indent := strings.Repeat(" ", len([]rune(mark)))
	line := mark
	used := false
	for word := range strings.FieldsSeq(text) {
		if used && len([]rune(line))+1+len([]rune(word)) > Width {
			b.WriteString(line + "\n")
			line, used = indent, false
		}
		if used {
			line += " "
		}
		line, used = line+word, true
	}
	return b.String() + line + "\n"
}
