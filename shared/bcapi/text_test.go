package bcapi

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		n        int
		want     string
	}{
		{"shorter stays", "abc", 5, "abc"},
		{"exactly as long stays", "abcde", 5, "abcde"},
		{"an emoji counts two and is not halved", "ab😀c", 3, "ab"},
		{"an emoji that just fits", "ab😀c", 4, "ab😀"},
		{"umlauts count one though they are two bytes", "äöü", 3, "äöü"},
		{"umlauts cut by characters", "äöüä", 3, "äöü"},
		{"nothing fits", "😀", 1, ""},
		{"invalid bytes count one each", "\xff\xfe\xfd", 2, "\xff\xfe"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Cut(tt.in, tt.n); got != tt.want {
				t.Errorf("Cut(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
			}
		})
	}
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// checkCut states the law: a prefix, at most n units, whole runes, and no
// shorter than it must be.
func checkCut(t interface{ Fatalf(string, ...any) }, s string, n int) {
	got := Cut(s, n)
	if !strings.HasPrefix(s, got) {
		t.Fatalf("Cut(%q, %d) = %q is not a prefix", s, n, got)
	}
	if units(got) > n {
		t.Fatalf("Cut(%q, %d) = %q has %d units", s, n, got, units(got))
	}
	if utf8.ValidString(s) && !utf8.ValidString(got) {
		t.Fatalf("Cut(%q, %d) = %q splits a rune", s, n, got)
	}
	if rest := s[len(got):]; rest != "" {
		_, size := utf8.DecodeRuneInString(rest)
		if longer := s[:len(got)+size]; units(longer) <= n {
			t.Fatalf("Cut(%q, %d) = %q, but %q fits too", s, n, got, longer)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("ab😀c", 3)
	f.Add("\xf0\x9f\x98", 2)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n < 0 || n > 1000 {
			t.Skip("no length of a field")
		}
		checkCut(t, s, n)
	})
}

func TestCutLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkCut(t, rapid.String().Draw(t, "s"), rapid.IntRange(0, 120).Draw(t, "n"))
	})
}

func TestPhone(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"as Shopify sends it", "+4312345678", "+4312345678"},
		{"written by a person", "(555) 010-1234", "(555) 010-1234"},
		{"an extension without its word", "555-0101 ext. 12", "555-0101 12"},
		{"an extension does not run into the number", "555-0101x5", "555-0101 5"},
		{"an extension in capitals", "+43 1 234 EXT.5", "+43 1 234 5"},
		{"a sign for it", "+43 1 234 #5", "+43 1 234 5"},
		{"full stops between digits", "01.23.45.67", "01.23.45.67"},
		{"a stray full stop", "Tel.: +43 1 234.", "+43 1 234"},
		{"full stops beside blanks", "01 . 23. 45 .67", "01 23 45 67"},
		{"several full stops", "01..23", "01 23"},
		{"signs left over at the ends", "- 555 0101 -/", "555 0101"},
		{"a number for words", "1-800-FLOWERS", "1-800"},
		{"signs that are used", "+43 (0)1/234-5", "+43 (0)1/234-5"},
		{"words around a slash", "Tel/Fax 555 0101", "555 0101"},
		{"an empty pair of brackets", "555 (home) 0101", "555 0101"},
		{"no digit is no number", "n/a", ""},
		{"no-break spaces", "01\u00a023", "01 23"},
		{"as long as it may be", "+" + strings.Repeat("1", 29), "+" + strings.Repeat("1", 29)},
		{"too long: half of it would be another number", "+" + strings.Repeat("1", 30), ""},
		{"too long with its extension", "+49 (0)40 123 456 789 - 12 ext. 123456", ""},
		{"long by blanks that go", "+49   40     123   456 789        ext. 12", "+49 40 123 456 789 12"},
		{"digits of another script go", "٣٤", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Phone(tt.in); got != tt.want {
				t.Errorf("Phone(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
