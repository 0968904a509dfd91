package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Member is one name of a JSON object with its value.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Object is the members of one JSON object as they are written, a name that comes
// twice among them. An error begins with the place, "byte 12: ".
func Object(js []byte) ([]Member, error) {
	var all json.RawMessage
	if err := Decode(js, &all); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(js))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("byte %d: must be a JSON object", d.InputOffset())
	}
	var out []Member
	for d.More() {
		m, err := member(d)
		if err != nil {
			return nil, fmt.Errorf("byte %d: %w", d.InputOffset(), err)
		}
		out = append(out, m)
	}
	return out, nil
}

func member(d *json.Decoder) (m Member, err error) {
	t, err := d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return m, err
	}
	name, ok := t.(string)
	if !ok {
		return m, errors.New("a name must come here")
	}
	m.Name = name
	return m, d.Decode(&m.Value)
}

// Closest is the one of names that is most like name, the first of several, in
// letters of any case; "" if there are none. Beside the spelling counts a common
// beginning, so that tax is taxMode and not code, and words between underscores
// that one of both shortens, so that A_ENV is A_ENVIRONMENT and not A_TENANT.
func Closest(name string, names []string) string {
	best, least := "", 0
	name = strings.ToLower(name)
	for _, n := range names {
		lower := strings.ToLower(n)
		d := 2*distance(name, lower) - begins(name, lower) - 3*words(name, lower)
		if best == "" || d < least {
			best, least = n, d
		}
	}
	return best
}

// words is how many letters the words of a have that begin a word of b, or are begun by one.
func words(a, b string) int {
	n := 0
	for w := range strings.SplitSeq(a, "_") {
		for o := range strings.SplitSeq(b, "_") {
			if m := min(len(w), len(o)); m > 2 && begins(w, o) == m {
				n += m
				break
			}
		}
	}
	return n
}

// begins is how many bytes a and b have in common at their beginning.
func begins(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// distance is how many letters must be put in, left out, replaced, or exchanged
// with their neighbour to make b of a. Longer names are told apart by their
// first 100 letters.
func distance(a, b string) int {
	as, bs := letters(a), letters(b)
	rows := make([][]int, len(as)+1)
	for i := range rows {
		rows[i] = make([]int, len(bs)+1)
		rows[i][0] = i
	}
	for j := range bs {
		rows[0][j+1] = j + 1
	}
	for i := range as {
		for j := range bs {
			same := 1
			if as[i] == bs[j] {
				same = 0
			}
			d := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+same)
			if i > 0 && j > 0 && as[i] == bs[j-1] && as[i-1] == bs[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(as)][len(bs)]
}

func letters(s string) []rune {
	if utf8.RuneCountInString(s) <= 100 {
		return []rune(s)
	}
	return []rune(s)[:100]
}
