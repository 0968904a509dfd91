package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// reasons are the constants of type issue.Reason in a file and the keys of its
// texts, both by the package's name and theirs: "orders.OrderDenied".
func reasons(f *ast.File) (codes map[string]string, explained []string) {
	pkg := f.Name.Name
	own := func(e ast.Expr, name string) bool {
		switch e := e.(type) {
		case *ast.Ident:
			return pkg == "issue" && e.Name == name
		case *ast.SelectorExpr:
			x, ok := e.X.(*ast.Ident)
			return ok && x.Name == "issue" && e.Sel.Name == name
		}
		return false
	}
	codes = map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if own(n.Type, "Reason") && len(n.Values) == len(n.Names) {
				for i, name := range n.Names {
					if l, ok := n.Values[i].(*ast.BasicLit); ok {
						codes[pkg+"."+name.Name] = l.Value
					}
				}
			}
		case *ast.CompositeLit:
			if own(n.Type, "Texts") {
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						explained = append(explained, pkg+"."+base(kv.Key))
					}
				}
			}
		}
		return true
	})
	return codes, explained
}

// languages are the files that a domain has beside its reasons, one a language.
var languages = []string{"english.go", "french.go"}

// A code is stored, and says whose reason it is: no two are the same, in whatever
// packages, and each has its text and way out once in each language, in its own package.
func TestReasonsAreOfOneDomain(t *testing.T) {
	by, codes, explained := map[string]string{}, map[string]string{}, map[string]map[string]int{}
	for _, l := range languages {
		explained[l] = map[string]int{}
	}
	for dir, paths := range files(t) {
		if !strings.HasPrefix(dir, "shared/") {
			continue
		}
		for _, p := range paths {
			if strings.HasSuffix(p, "_test.go") {
				continue
			}
			cs, es := reasons(parse(t, p, parser.SkipObjectResolution))
			for name, code := range cs {
				codes[name] = code
				if other, twice := by[code]; twice {
					t.Errorf("%s and %s are both %s", name, other, code)
				}
				by[code] = name
			}
			in := explained[filepath.Base(p)]
			if in == nil && len(es) > 0 {
				t.Errorf("%s has texts of reasons, which belong into one of %s", p, languages)
				continue
			}
			for _, name := range es {
				in[name]++
			}
		}
	}
	for _, l := range languages {
		for name, n := range explained[l] {
			if codes[name] == "" || n != 1 {
				t.Errorf("%s, of code %q, is %d times in %s", name, codes[name], n, l)
			}
		}
		for name := range codes {
			if explained[l][name] == 0 {
				t.Errorf("%s has no text in %s of its package", name, l)
			}
		}
	}
	if len(codes) < 50 {
		t.Errorf("%d reasons are found; this test looks for the wrong thing", len(codes))
	}
}

// The judge finds constants and texts, its own package's form too.
func TestReasonsAreFound(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "a.go", `package a
const ( One issue.Reason = "one"; Two string = "two" )
const Three issue.Reason = "three"
var All = issue.Texts{One: {}, "four": {}}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes, explained := reasons(f)
	if len(codes) != 2 || codes["a.One"] != `"one"` || codes["a.Three"] != `"three"` || !slices.Equal(explained, []string{"a.One", "a."}) {
		t.Errorf("found %v and %v", codes, explained)
	}
}
