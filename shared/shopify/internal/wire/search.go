package wire

import (
	"strings"
	"time"
)

// Quote is text as one phrase of a search query.
func Quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`).Replace(s) + "'"
}

// Between is the search for what has a time in field from one until before another; zero
// is open. Searches know whole seconds.
func Between(field string, from, to time.Time) string {
	var terms []string
	if !from.IsZero() {
		terms = append(terms, field+":>="+Quote(stamp(from)))
	}
	if !to.IsZero() {
		terms = append(terms, field+":<"+Quote(stamp(to.Add(time.Second-time.Nanosecond))))
	}
	return strings.Join(terms, " ")
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
