package source

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// promising are the layers whose exported names say what their users may rely on:
// errors, units, and use by several goroutines.
var promising = []string{"contracts", "queue", "queue store", "queue client", "queue dispatch", "queue sweep", "kit"}

// silent are the exported names of a package that leave open
//   - which errors they give: functions and methods that give some, where neither they nor
//     their type say a word;
//   - whether goroutines may share them: interfaces, and types with methods on a
//     pointer other than UnmarshalJSON, where neither they nor the package say so;
//     errors are values;
//   - what their fields count: whole numbers without a comment.
func silent(fs *token.FileSet, parsed []*ast.File) (out []string) {
	docs, ours, pointers, whole := map[string]string{}, map[string]ast.Expr{}, map[string]bool{}, ""
	var funcs []*ast.FuncDecl
	errs := map[string]bool{}
	for _, f := range parsed {
		whole += f.Doc.Text()
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok && s.Name.IsExported() {
						docs[s.Name.Name], ours[s.Name.Name] = d.Doc.Text()+s.Doc.Text(), s.Type
					}
				}
			case *ast.FuncDecl:
				recv, pointer := methodOf(d)
				if !d.Name.IsExported() || recv != "" && !ast.IsExported(recv) {
					continue
				}
				funcs = append(funcs, d)
				pointers[recv] = pointers[recv] || pointer && d.Name.Name != "UnmarshalJSON"
				errs[recv] = errs[recv] || d.Name.Name == "Error"
			}
		}
	}
	for _, d := range funcs {
		recv, _ := methodOf(d)
		if doc := d.Doc.Text(); doc == "" || gives(d, "error") && !says(doc, "err", "implements") && !says(docs[recv], "errors of") {
			out = append(out, fmt.Sprintf("%s: %s says nothing of its errors", fs.Position(d.Pos()), d.Name.Name))
		}
	}
	for name, t := range ours {
		if _, is := t.(*ast.InterfaceType); (is || pointers[name]) && !errs[name] && !says(docs[name]+whole, "concurren", "goroutine") {
			out = append(out, fmt.Sprintf("%s: %s says nothing of goroutines that share it", fs.Position(t.Pos()), name))
		}
		s, ok := t.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range s.Fields.List {
			id, ok := f.Type.(*ast.Ident)
			if ok && slices.Contains([]string{"int", "int32", "int64", "float64"}, id.Name) && f.Doc.Text()+f.Comment.Text() == "" && len(f.Names) > 0 && f.Names[0].IsExported() {
				out = append(out, fmt.Sprintf("%s: %s.%s does not say what it counts", fs.Position(f.Pos()), name, f.Names[0]))
			}
		}
	}
	slices.Sort(out)
	return out
}

// methodOf is the name of a method's type, "" of a function.
func methodOf(d *ast.FuncDecl) (name string, pointer bool) {
	if d.Recv != nil {
		_, pointer = d.Recv.List[0].Type.(*ast.StarExpr)
	}
	return strings.TrimSuffix(receiver(d), "."), pointer
}

func gives(d *ast.FuncDecl, typ string) bool {
	return d.Type.Results != nil && slices.ContainsFunc(d.Type.Results.List, func(f *ast.Field) bool {
		id, ok := f.Type.(*ast.Ident)
		return ok && id.Name == typ
	})
}

func says(doc string, words ...string) bool {
	doc = strings.ToLower(doc)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(doc, w) })
}

// Contracts, queue and kit are used by every task: what a name may give, count and
// stand is read in its comment.
func TestNamesSayWhatMayBeReliedOn(t *testing.T) {
	fs, all := token.NewFileSet(), files(t)
	seen := 0
	for _, l := range layers {
		if !slices.Contains(promising, l.Name) {
			continue
		}
		for _, dir := range l.Packages {
			var parsed []*ast.File
			for _, p := range all[dir] {
				if strings.HasSuffix(p, "_test.go") {
					continue
				}
				f, err := parser.ParseFile(fs, p, nil, parser.ParseComments)
				if err != nil {
					t.Fatal(err)
				}
				parsed = append(parsed, f)
			}
			seen++
			for _, s := range silent(fs, parsed) {
				t.Error(strings.TrimPrefix(s, root+"/"))
			}
		}
	}
	if seen < 15 {
		t.Errorf("%d packages were read", seen)
	}
}

func TestSilentNamesAreFound(t *testing.T) {
	fs := token.NewFileSet()
	f, err := parser.ParseFile(fs, "x.go", `// Package x has names.
package x

// Store keeps.
type Store struct{ Tries int }

// Get reads.
func (s *Store) Get() error { return nil }

// Source is read.
type Source interface{ Read() }

// Told keeps. Safe for concurrent use. Errors of its methods are those of the table.
type Told struct {
	Tries int // of a write
}

// Get reads.
func (t *Told) Get() error { return nil }

// Put gives ErrFull.
func Put() error { return nil }
`, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	got := silent(fs, []*ast.File{f})
	for i, want := range []string{"Source says nothing of goroutines", "Store says nothing of goroutines", "Store.Tries does not say", "Get says nothing of its errors"} {
		if len(got) != 4 || !slices.ContainsFunc(got, func(g string) bool { return strings.Contains(g, want) }) {
			t.Errorf("%d: no %q in %q", i, want, got)
		}
	}
}
