package dispatch

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The way of a message is told in the order of its files, none is left out, and they
// stay few.
func TestTheWayOfAMessageIsTold(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, m := range regexp.MustCompile(`(?m)^//  (\d)\. (\w+\.go):`).FindAllSubmatch(doc, -1) {
		if want := string(rune('1' + len(told))); string(m[1]) != want {
			t.Errorf("%s is step %s, want %s", m[2], m[1], want)
		}
		told = append(told, string(m[2]))
	}
	if len(told) == 0 || len(told) > 6 {
		t.Errorf("a message passes %d files: %v", len(told), told)
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := f.Name()
		if strings.HasSuffix(name, "_test.go") || name == "doc.go" || name == "executor.go" { // the task's side
			continue
		}
		if !slices.Contains(told, name) {
			t.Errorf("doc.go does not tell of %s", name)
		}
	}
}
