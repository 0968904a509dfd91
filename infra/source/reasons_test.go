package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// reasons are the constants of type issue.Reason in a file and the keys of its
// catalogues, both by the package's name and theirs: "orders.OrderDenied".
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
			if own(n.Type, "Catalogue") {
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

// A code is stored, and says whose reason it is: no two are the same, in whatever
// packages, and each has its side, text and way out in one catalogue, its own package's.
func TestReasonsAreOfOneDomain(t *testing.T) {
	by, codes, explained := map[string]string{}, map[string]string{}, map[string]int{}
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
			for _, name := range es {
				explained[name]++
			}
		}
	}
	for name, n := range explained {
		if codes[name] == "" || n != 1 {
			t.Errorf("%s, of code %q, is explained %d times", name, codes[name], n)
		}
	}
	for name := range codes {
		if explained[name] == 0 {
			t.Errorf("%s is in no catalogue", name)
		}
	}
	if len(codes) < 50 {
		t.Errorf("%d reasons are found; this test looks for the wrong thing", len(codes))
	}
}

// The judge finds constants and catalogues, its own package's form too.
func TestReasonsAreFound(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "a.go", `package a
const ( One issue.Reason = "one"; Two string = "two" )
const Three issue.Reason = "three"
var All = issue.Catalogue{One: {}, "four": {}}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes, explained := reasons(f)
	if len(codes) != 2 || codes["a.One"] != `"one"` || codes["a.Three"] != `"three"` || !slices.Equal(explained, []string{"a.One", "a."}) {
		t.Errorf("found %v and %v", codes, explained)
	}
}
