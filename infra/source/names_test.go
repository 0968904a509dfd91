package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"
	"testing"

	"backroom/infra/plan"
)

// The name of a task is written once, where the task is defined, and in its function:
// whoever else wants it takes the constant, or asks the definitions.
func TestTaskNamesAreWrittenOnce(t *testing.T) {
	tasks := plan.Deployed().Tasks()
	if len(tasks) == 0 {
		t.Fatal("no tasks")
	}
	written := map[string][]string{}
	for dir, paths := range files(t) {
		for _, p := range paths {
			if strings.HasSuffix(p, "_test.go") {
				continue
			}
			for _, text := range texts(t, parse(t, p, parser.SkipObjectResolution)) {
				for _, f := range tasks {
					if dir != path.Join("functions", f.Name) && strings.Contains(text, f.Name) {
						written[f.Name] = append(written[f.Name], p)
						if text != f.Name {
							t.Errorf("%s has the task's name in %.60q", p, text)
						}
					}
				}
			}
		}
	}
	for _, f := range tasks {
		if len(written[f.Name]) != 1 {
			t.Errorf("the name of %s is written in %q, want in one place besides its function", f.Name, written[f.Name])
		}
	}
}

// texts are the string literals of a file, those of imports apart.
func texts(t *testing.T, f *ast.File) (out []string) {
	t.Helper()
	ast.Inspect(f, func(n ast.Node) bool {
		if _, ok := n.(*ast.ImportSpec); ok {
			return false
		}
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			text, err := strconv.Unquote(l.Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text)
		}
		return true
	})
	return out
}
