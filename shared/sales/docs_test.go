package sales

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// The table of docs/documents.md is this package's.
func TestTheTableIsTheDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/documents.md")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	rules := make([]rule, 0, len(fields)+len(others))
	for _, f := range fields {
		rules = append(rules, rule{f.Name, f.Whose, f.Mend})
	}
	for _, r := range append(rules, others...) {
		want = append(want, fmt.Sprintf("| `%s` | %s | %s |", r.Name, r.Whose, r.Mend))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
