// Package plain lets text of others be shown where a person or a terminal reads
// it: names and titles may hold signs that a terminal obeys, or that make a text
// look like another one. They are shown as \u001b, and so is what is no UTF-8, as
// \x9b. Outside of JSON's strings no program writes them, so that JSON keeps its meaning.
package plain

import (
	"fmt"
	"io"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is s with all that is not plain escaped, line breaks and tabs too.
func Text(s string) string {
	plain := true
	for i, r := range s {
		if !shown(r) || r == utf8.RuneError && bad(s[i:]) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	out := make([]byte, 0, len(s)+16)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		out = escape(out, r, s[:n], shown(r))
		s = s[n:]
	}
	return string(out)
}

// shown reports whether r is shown as it is. Joiners belong to scripts and emoji;
// other signs without a glyph hide what a text says, or turn it around.
func shown(r rune) bool {
	switch {
	case r == '\u200c' || r == '\u200d':
		return true
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return false
	}
	return true
}

func bad(s string) bool {
	_, n := utf8.DecodeRuneInString(s)
	return n == 1
}

// escape appends r, whose bytes are raw, to out.
func escape(out []byte, r rune, raw string, shown bool) []byte {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Appendf(out, `\x%02x`, raw[0])
	case shown:
		return append(out, raw...)
	case r > 0xffff:
		a, b := utf16.EncodeRune(r)
		return fmt.Appendf(out, `\u%04x\u%04x`, a, b)
	}
	return fmt.Appendf(out, `\u%04x`, r)
}

// Writer escapes what is not plain in all that is written through it. Line feeds
// and tabs pass: they are the program's own. Safe for concurrent use.
type Writer struct {
	mu   sync.Mutex
	to   io.Writer
	held []byte // the begin of a character whose end was not written yet
}

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// To is the writer behind w, for what is not text of others.
func (w *Writer) To() io.Writer { return w.to }

// Write writes p, apart from the begin of a character, which waits for its end.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := append(w.held, p...)
	w.held = nil
	out := make([]byte, 0, len(text)+16)
	for len(text) > 0 {
		if !utf8.FullRune(text) {
			w.held = append([]byte(nil), text...)
			break
		}
		r, n := utf8.DecodeRune(text)
		out = escape(out, r, string(text[:n]), shown(r) || r == '\n' || r == '\t')
		text = text[n:]
	}
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes what is held, which has no end.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	held := w.held
	w.held = nil
	_, err := io.WriteString(w.to, Text(string(held)))
	return err
}
