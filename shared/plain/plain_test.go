package plain_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"backroom/shared/plain"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Käse №7 – 日本語 👩‍🚀", "Käse №7 – 日本語 👩‍🚀"},
		{"colour", "\x1b[31mred", `\u001b[31mred`},
		{"title of the window, ended by BEL", "\x1b]0;x\a", `\u001b]0;x\u0007`},
		{"CSI as one sign of C1", "\u009b2J", `\u009b2J`},
		{"the same as a byte", "\x9b2J", `\x9b2J`},
		{"turned around", "\u202egpj.exe\u2066", `\u202egpj.exe\u2066`},
		{"marks", "a\u200eb\u200fc\u061cd", `a\u200eb\u200fc\u061cd`},
		{"hidden", "a\u200bb\ufeffc\u00ad", `a\u200bb\ufeffc\u00ad`},
		{"tags, beyond 16 bits", "\U000e0041", `\udb40\udc41`},
		{"line breaks", "a\rb\nc\u2028d\t", `a\u000db\u000ac\u2028d\u0009`},
		{"DEL and NUL", "\x7f\x00", `\u007f\u0000`},
		{"replacement that is written so", "\ufffd", "\ufffd"},
		{"half a character", "a\xe2\x82", `a\xe2\x82`},
	} {
		if got := plain.Text(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A writer writes what a terminal does not obey, in whatever pieces it gets it,
// and JSON means afterwards what it meant.
func FuzzWriter(f *testing.F) {
	f.Add("a\x1b[31m\u009b\u202e\u200d👩\xff\n\tb", 3)
	f.Add("\U000e0041\xe2\x82", 1)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, s string, piece int) {
		if piece < 1 {
			piece = 1
		}
		write := func(text []byte) string {
			var b bytes.Buffer
			w := plain.NewWriter(&b)
			for at := 0; at < len(text); at += piece {
				p := text[at:min(at+piece, len(text))]
				if n, err := w.Write(p); n != len(p) || err != nil {
					t.Fatal(n, err)
				}
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		out := write([]byte(s))
		if !utf8.ValidString(out) {
			t.Errorf("no UTF-8: %q", out)
		}
		for _, r := range out {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Errorf("%U is written of %q", r, s)
			}
		}
		if strings.Map(keep, s) == s && utf8.ValidString(s) && out != s {
			t.Errorf("%q is plain, and became %q", s, out)
		}
		js, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var is, was string
		if err := json.Unmarshal([]byte(write(js)), &is); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(js, &was); err != nil || is != was {
			t.Errorf("JSON says %q, was %q, %v", is, was, err)
		}
	})
}

// keep drops all but letters, digits and blanks.
func keep(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' {
		return r
	}
	return -1
}
