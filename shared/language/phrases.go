package language

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Phrases say in another language what is written in English: "{} in Shopify, {} in
// Business Central". Each {} of a key stands for something. In a value {} is the next of
// them, said by a phrase in its turn where one fits; {!} is the next as it stands, of
// words that are quoted; {&} is the next as a list of names with "and" before the last.
// {2}, {!2} and {&2} are the second of them, where their order is another one.
type Phrases map[string]string

// Joined are the phrases of all of ps.
func Joined(ps ...Phrases) Phrases {
	all := Phrases{}
	for _, p := range ps {
		maps.Copy(all, p)
	}
	return all
}

// Speaker says English texts by phrases. The zero value says nothing; nil too. Safe for
// concurrent use.
type Speaker struct {
	once sync.Once
	rows []row
	of   func() Phrases
}

// Speaking makes a speaker of what of gives, which is asked when it is first needed.
func Speaking(of func() Phrases) *Speaker { return &Speaker{of: of} }

// row is a phrase, made ready.
type row struct {
	parts []string // of the key, between what differs
	other string
}

func (s *Speaker) compiled() []row {
	s.once.Do(func() {
		if s.of == nil {
			return
		}
		ps := s.of()
		keys := slices.SortedFunc(maps.Keys(ps), func(a, b string) int { // those with more words of their own first
			return cmp.Or(cmp.Compare(len(strings.ReplaceAll(b, "{}", "")), len(strings.ReplaceAll(a, "{}", ""))), cmp.Compare(a, b))
		})
		for _, k := range keys {
			s.rows = append(s.rows, row{strings.Split(k, "{}"), ps[k]})
		}
	})
	return s.rows
}

// match gives what differs in text from the key, each as short as it can be and not
// empty, or false.
func (r row) match(text string) (differs []string, ok bool) {
	rest, ok := strings.CutPrefix(text, r.parts[0])
	if !ok || len(r.parts) == 1 {
		return nil, ok && rest == ""
	}
	last := len(r.parts) - 1
	for _, p := range r.parts[1:last] {
		i := -1
		if rest != "" {
			i = strings.Index(rest[1:], p)
		}
		if i < 0 {
			return nil, false
		}
		differs, rest = append(differs, rest[:i+1]), rest[i+1+len(p):]
	}
	end, ok := strings.CutSuffix(rest, r.parts[last])
	return append(differs, end), ok && end != ""
}

// deepest is how often a phrase may be in a phrase.
const deepest = 4

// Phrase is one phrase in the other language; what no phrase says stays.
func (s *Speaker) Phrase(text string) string { return s.said(text, deepest) }

// Text is a text of lines and sentences in the other language, each of which is said by
// itself where no phrase says the whole; what no phrase says stays.
func (s *Speaker) Text(text string) string {
	if s == nil || text == "" {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if lines[i] = s.Phrase(l); lines[i] != l {
			continue
		}
		sentences := strings.SplitAfter(l, ". ")
		for n, x := range sentences {
			one := strings.TrimSuffix(x, " ")
			sentences[n] = s.Phrase(one) + x[len(one):]
		}
		lines[i] = strings.Join(sentences, "")
	}
	return strings.Join(lines, "\n")
}

func (s *Speaker) said(text string, deep int) string {
	if s == nil || deep == 0 {
		return text
	}
	for _, r := range s.compiled() {
		if differs, ok := r.match(text); ok {
			return s.filled(r.other, differs, deep-1)
		}
	}
	return text
}

// filled is a value with what differs.
func (s *Speaker) filled(value string, differs []string, deep int) string {
	var b strings.Builder
	next := 0
	for {
		head, tail, ok := strings.Cut(value, "{")
		how, after, closed := strings.Cut(tail, "}")
		if b.WriteString(head); !ok || !closed {
			return b.String()
		}
		value = after
		at := next
		if n, err := strconv.Atoi(strings.TrimLeft(how, "!&")); err == nil {
			at = n - 1
		} else {
			next++
		}
		if at < 0 || at >= len(differs) {
			continue
		}
		switch text := differs[at]; {
		case strings.HasPrefix(how, "!"):
			b.WriteString(text)
		case strings.HasPrefix(how, "&"):
			b.WriteString(s.list(text, deep))
		default:
			b.WriteString(s.said(text, deep))
		}
	}
}

// list is "A, B and C" in the other language, each of them said.
func (s *Speaker) list(text string, deep int) string {
	head, last, ok := cutLast(text, " and ")
	if !ok {
		return s.said(text, deep)
	}
	names := strings.Split(head, ", ")
	for i, n := range names {
		names[i] = s.said(n, deep)
	}
	return strings.Join(names, ", ") + s.said(" and ", deepest) + s.said(last, deep)
}

func cutLast(text, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(text, sep)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(sep):], true
}
