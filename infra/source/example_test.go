package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The test that docs/testing.md shows is one that is compiled and run.
func TestTheShownTestIsRun(t *testing.T) {
	read := func(parts ...string) string {
		text, err := os.ReadFile(filepath.Join(append([]string{root}, parts...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	_, block, _ := strings.Cut(read("docs", "testing.md"), "```go\n")
	block, _, ends := strings.Cut(block, "```\n")
	code := read("infra", "system", "example", "order_test.go")
	if !ends || len(block) < 200 || !strings.HasSuffix(code, block) {
		t.Errorf("docs/testing.md does not show the end of infra/system/example/order_test.go:\n%s", block)
	}
	if n := strings.Count(block, "\n"); n > 22 {
		t.Errorf("it has %d lines; a test of a whole sync is to be short", n)
	}
}
