package recurrence

import (
	"fmt"
	"strings"
	"time"
)

// maxTerms bounds a formula; BC's own take 32 characters.
const maxTerms = 8

// term is one signed term of a date formula: n units further, the end of the
// current unit (n < 0: its first day), or the next (n < 0: the last) day number n.
type term struct {
	kind termKind
	unit byte // D, W, M, Q, Y
	n    int
}

type termKind int

const (
	step      termKind = iota + 1 // 2W
	current                       // CM
	dayNumber                     // D15
	weekday                       // WD3
)

// parseFormula reads BC's date formulas: signed terms of a number and a unit
// (1D, 2W, 3M, 1Q, 1Y), of the current unit (CD, CW, CM, CQ, CY), and of the
// next day of a month (D15) or week (WD1 is Monday), with a minus sign the one
// before: CM+1D-WD5 is the month's last Friday. Angle brackets around it are
// allowed, as BC shows it. Terms after the first need their sign, optional in
// BC, so that 1WD1 cannot be read in two ways.
func parseFormula(s string) ([]term, error) {
	text, offset := s, 0
	if strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") && len(s) > 1 {
		text, offset = s[1:len(s)-1], 1
	}
	var out []term
	for i := 0; i < len(text); {
		start := i
		fail := func(why string) ([]term, error) {
			return nil, fmt.Errorf("at character %d: %s", start+offset+1, why)
		}
		sign := 1
		switch c := text[i]; {
		case c == '+' || c == '-':
			if i++; c == '-' {
				sign = -1
			}
		case len(out) > 0:
			return fail("terms are joined by + or -")
		}
		t, n, why := parseTerm(text[i:])
		if why != "" {
			return fail(why)
		}
		i += n
		if t.kind == current {
			t.n = sign
		} else {
			t.n *= sign
		}
		if out = append(out, t); len(out) > maxTerms {
			return fail(fmt.Sprintf("at most %d terms", maxTerms))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("at character 1: a term such as 1D, CM or D15 is missing")
	}
	return out, nil
}

// parseTerm reads one term at the start of s, and says how long it is or what is wrong.
func parseTerm(s string) (t term, length int, wrong string) {
	number := func(from int) (n, to int) {
		for to = from; to < len(s) && s[to] >= '0' && s[to] <= '9' && to-from < 5; to++ {
			n = n*10 + int(s[to]-'0')
		}
		return n, to
	}
	unit := func(at int, units string) (byte, bool) {
		if at >= len(s) {
			return 0, false
		}
		u := s[at] &^ 0x20 // upper case
		return u, strings.IndexByte(units, u) >= 0
	}
	if s == "" {
		return t, 0, "a term is missing"
	}
	switch c := s[0] &^ 0x20; {
	case s[0] >= '0' && s[0] <= '9':
		n, to := number(0)
		u, ok := unit(to, "DWMQY")
		if !ok || n == 0 || n > 9999 {
			return t, 0, "a number, 1 to 9999, must be followed by D, W, M, Q or Y"
		}
		return term{kind: step, unit: u, n: n}, to + 1, ""
	case c == 'C':
		u, ok := unit(1, "DWMQY")
		if !ok {
			return t, 0, "C must be followed by D, W, M, Q or Y"
		}
		return term{kind: current, unit: u}, 2, ""
	case c == 'D':
		n, to := number(1)
		if n < 1 || n > 31 {
			return t, 0, "D must be followed by a day of the month, 1 to 31"
		}
		return term{kind: dayNumber, unit: 'D', n: n}, to, ""
	case c == 'W':
		u, ok := unit(1, "D")
		n, to := number(2)
		if !ok || n < 1 || n > 7 {
			return t, 0, "WD must be followed by a day of the week, 1 (Monday) to 7 (Sunday)"
		}
		return term{kind: weekday, unit: u, n: n}, to, ""
	}
	return t, 0, "a term is a number with a unit (1D), the current unit (CM), D15 or WD1"
}

// apply gives the date that the formula makes of d, which is midnight in UTC.
func apply(ts []term, d time.Time) time.Time {
	for _, t := range ts {
		d = t.apply(d)
	}
	return d
}

func (t term) apply(d time.Time) time.Time {
	y, m, _ := d.Date()
	switch t.kind {
	case step:
		switch t.unit {
		case 'D':
			return d.AddDate(0, 0, t.n)
		case 'W':
			return d.AddDate(0, 0, 7*t.n)
		case 'M':
			return months(d, t.n)
		case 'Q':
			return months(d, 3*t.n)
		case 'Y':
			return months(d, 12*t.n)
		}
	case current:
		first := d
		length := 0 // in months
		switch t.unit {
		case 'D':
			return d
		case 'W':
			first = d.AddDate(0, 0, -(int(d.Weekday())+6)%7)
			if t.n > 0 {
				return first.AddDate(0, 0, 6)
			}
			return first
		case 'M':
			first, length = date(y, m, 1), 1
		case 'Q':
			first, length = date(y, m-(m-1)%3, 1), 3
		case 'Y':
			first, length = date(y, time.January, 1), 12
		}
		if t.n > 0 {
			return first.AddDate(0, length, -1)
		}
		return first
	case dayNumber:
		n, on := t.n, 1
		if n < 0 {
			n, on = -n, -1
		}
		if day := date(y, m, min(n, lastDay(y, m))); day.Compare(d) == on {
			return day
		}
		y, m, _ = date(y, m+time.Month(on), 1).Date()
		return date(y, m, min(n, lastDay(y, m)))
	case weekday:
		if t.n < 0 {
			return d.AddDate(0, 0, -1-(int(d.Weekday())+6+t.n+7)%7)
		}
		return d.AddDate(0, 0, 1+(t.n-int(d.Weekday())+6)%7)
	}
	return d
}

// months goes n months on, to the same day or the month's last.
func months(d time.Time, n int) time.Time {
	y, m, dd := d.Date()
	y, m, _ = date(y, m+time.Month(n), 1).Date()
	return date(y, m, min(dd, lastDay(y, m)))
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func lastDay(y int, m time.Month) int { return date(y, m+1, 0).Day() }

// notLater is a date from which the formula does not go forward, and false if
// it always does.
func notLater(ts []term) (from time.Time, found bool) {
	for d := date(2027, time.January, 1); d.Year() < 2035; d = d.AddDate(0, 0, 1) {
		if !apply(ts, d).After(d) {
			return d, true
		}
	}
	return time.Time{}, false
}
