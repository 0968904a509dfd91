package source

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDecisionsAreListed: the index of decisions has each of them once, no other one, and no two
// have a number.
func TestDecisionsAreListed(t *testing.T) {
	const folder = "../../docs/decisions"
	index, err := os.ReadFile(folder + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^\| \[(\d{4})\]\((\d{4}-[a-z0-9-]+\.md)\) \| .+ \|$`).FindAllStringSubmatch(string(index), -1) {
		if rows[m[2]]++; !strings.HasPrefix(m[2], m[1]) {
			t.Errorf("%s is listed as %s", m[2], m[1])
		}
	}
	pages, err := filepath.Glob(folder + "/[0-9]*.md")
	if err != nil || len(pages) < 50 {
		t.Fatalf("%d decisions, %v", len(pages), err)
	}
	numbers := map[string]string{}
	for _, p := range pages {
		name := filepath.Base(p)
		if other := numbers[name[:4]]; other != "" {
			t.Errorf("%s and %s have one number", other, name)
		}
		if numbers[name[:4]] = name; rows[name] != 1 {
			t.Errorf("%s is listed %d times", name, rows[name])
		}
		delete(rows, name)
	}
	if len(rows) > 0 {
		t.Errorf("listed, and not there: %v", rows)
	}
}
