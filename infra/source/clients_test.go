package source

import (
	"go/ast"
	"go/parser"
	"strconv"
	"strings"
	"testing"
)

// A client that is made anywhere else has a budget of its own, and two of them take
// twice what the other side allows. Suites make clients of fakes, which allow all.
func TestClientsAreMadeInOnePlace(t *testing.T) {
	made := 0
	for dir, paths := range files(t) {
		if in := layersOf(layers, dir); len(in) == 1 && in[0].Name == "suites" {
			continue
		}
		for _, p := range paths {
			if strings.HasSuffix(p, "_test.go") {
				continue
			}
			for _, name := range makes(parse(t, p, parser.SkipObjectResolution)) {
				if made++; dir != "shared/wiring" {
					t.Errorf("%s makes a client: %s; wiring does", p, name)
				}
			}
		}
	}
	if made == 0 {
		t.Error("nobody makes clients; this test looks for the wrong thing")
	}
}

// makes are the calls of New of the two API clients in a file.
func makes(f *ast.File) (calls []string) {
	local := map[string]string{} // by the name in the file
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil || p != module+"shared/shopify" && p != module+"shared/businesscentral" {
			continue
		}
		name := p[strings.LastIndexByte(p, '/')+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		local[name] = p
	}
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok || s.Sel.Name != "New" {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && local[x.Name] != "" {
			calls = append(calls, local[x.Name]+".New")
		}
		return true
	})
	return calls
}
