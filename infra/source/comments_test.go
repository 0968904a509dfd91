package source

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// said is a comment with where it stands.
type said struct {
	at  token.Position
	doc *ast.CommentGroup
}

// spoken is what is known of the package in one folder, tests included.
type spoken struct {
	names    map[string]bool     // "Type", "Func", "Type.Method", "Type.Field"
	embeds   map[string][]string // by type, the names of what it embeds
	packages map[string]string   // by the name in the text, the import path
	docs     []said              // of declarations and fields
	all      []said              // every comment
}

// read parses a package with its comments.
func read(t *testing.T, paths []string) spoken {
	t.Helper()
	s := spoken{names: map[string]bool{}, embeds: map[string][]string{}, packages: map[string]string{}}
	for _, p := range paths {
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, p, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(f) {
			continue
		}
		s.add(set, f)
	}
	return s
}

func (s *spoken) add(set *token.FileSet, f *ast.File) {
	say := func(g *ast.CommentGroup) {
		if g != nil {
			s.docs = append(s.docs, said{set.Position(g.Pos()), g})
		}
	}
	say(f.Doc)
	for _, g := range f.Comments {
		s.all = append(s.all, said{set.Position(g.Pos()), g})
	}
	for _, i := range f.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			name := path.Base(p)
			if i.Name != nil {
				name = i.Name.Name
			}
			s.packages[name], s.packages[p] = p, p
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			say(d.Doc)
			s.names[receiver(d)+d.Name.Name] = true
		case *ast.GenDecl:
			say(d.Doc)
			for _, spec := range d.Specs {
				s.spec(spec, say)
			}
		}
	}
}

// receiver is "Type." of a method, "" of a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	return base(d.Recv.List[0].Type) + "."
}

// base is the name of a type without pointer, package and parameters.
func base(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return base(e.X)
	case *ast.IndexExpr:
		return base(e.X)
	case *ast.IndexListExpr:
		return base(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func (s *spoken) spec(spec ast.Spec, say func(*ast.CommentGroup)) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		say(spec.Doc)
		for _, n := range spec.Names {
			s.names[n.Name] = true
		}
	case *ast.TypeSpec:
		say(spec.Doc)
		s.names[spec.Name.Name] = true
		ast.Inspect(spec.Type, func(n ast.Node) bool {
			f, ok := n.(*ast.Field)
			if !ok {
				return true
			}
			say(f.Doc)
			for _, name := range f.Names {
				s.names[spec.Name.Name+"."+name.Name] = true
			}
			if len(f.Names) == 0 {
				s.embeds[spec.Name.Name] = append(s.embeds[spec.Name.Name], base(f.Type))
			}
			return true
		})
	}
}

// has reports whether the package has recv.name, also by what recv embeds. What a
// type embeds from another package is believed.
func (s *spoken) has(recv, name string) bool {
	if recv == "" {
		return s.names[name]
	}
	if s.names[recv+"."+name] {
		return true
	}
	return slices.ContainsFunc(s.embeds[recv], func(e string) bool { return !s.names[e] || s.has(e, name) })
}

// deadLinks are the links of a comment that lead nowhere, as they are written.
func deadLinks(text string, here *spoken, all map[string]*spoken) (dead []string) {
	p := comment.Parser{
		LookupPackage: func(name string) (string, bool) { i, ok := here.packages[name]; return i, ok },
		LookupSym: func(recv, name string) bool {
			if !here.has(recv, name) {
				dead = append(dead, strings.TrimPrefix(recv+"."+name, "."))
			}
			return true
		},
	}
	for _, block := range p.Parse(text).Content {
		for _, l := range links(block) {
			ours, ok := strings.CutPrefix(l.ImportPath, module)
			if other := all[ours]; ok && (other == nil || l.Name != "" && !other.has(l.Recv, l.Name)) {
				dead = append(dead, strings.Trim(path.Base(ours)+"."+strings.TrimPrefix(l.Recv+"."+l.Name, "."), "."))
			}
		}
	}
	return dead
}

// links are those of a block, those of its lists included.
func links(b comment.Block) (found []*comment.DocLink) {
	text := func(ts []comment.Text) {
		for _, t := range ts {
			if l, ok := t.(*comment.DocLink); ok {
				found = append(found, l)
			}
		}
	}
	switch b := b.(type) {
	case *comment.Paragraph:
		text(b.Text)
	case *comment.Heading:
		text(b.Text)
	case *comment.List:
		for _, i := range b.Items {
			for _, c := range i.Content {
				found = append(found, links(c)...)
			}
		}
	}
	return found
}

// elsewhere are words for documents that no clone has. A document of others that
// everybody can read is named by whose it is: Shopify's documentation, BC's source.
var elsewhere = regexp.MustCompile(`\b(design|style|aws|shopify-admin-api|business-central-api|connector-behaviour)(\.md| \d)|\.\./shared|\b[Rr]eferences? (section )?\d|\b[Ss]ection \d|\bAnnex\b`)

func TestDocLinksResolve(t *testing.T) {
	all := map[string]*spoken{}
	for dir, paths := range files(t) {
		s := read(t, paths)
		all[dir] = &s
	}
	seen := 0
	for _, s := range all {
		for _, d := range s.docs {
			for _, name := range deadLinks(d.doc.Text(), s, all) {
				t.Errorf("%s: [%s] leads nowhere", d.at, name)
			}
			seen += strings.Count(d.doc.Text(), "[")
		}
	}
	if seen < 50 {
		t.Errorf("%d links are seen; the comments are not read", seen)
	}
}

// A comment explains by what is here: a reader has the clone alone.
func TestCommentsCiteWhatIsHere(t *testing.T) {
	for _, paths := range files(t) {
		s := read(t, paths)
		for _, d := range s.all {
			if w := elsewhere.FindString(strings.Join(strings.Fields(d.doc.Text()), " ")); w != "" {
				t.Errorf("%s: %q is not in the repository", d.at, w)
			}
		}
	}
}

// The judge is judged.
func TestDeadLinksAreFound(t *testing.T) {
	other := spoken{names: map[string]bool{"Table": true, "Table.Get": true}}
	here := spoken{
		names:    map[string]bool{"Run": true, "Task": true, "Task.Name": true},
		embeds:   map[string][]string{"Task": {"Clock"}, "Run": {"Task"}},
		packages: map[string]string{"table": module + "shared/table", "time": "time"},
	}
	all := map[string]*spoken{"shared/table": &other}
	for _, tt := range []struct{ text, dead string }{
		{"Run is a [Task] with its [Task.Name], by [table.Table.Get], until [time.Now].", ""},
		{"[Run.Name] is that of what it embeds, [Task.Now] of another package's.", ""},
		{"a[i] and [1] and [x] are no links", ""},
		{"It ends with [Ran].", "Ran"},
		{"It has a [Run.Title].", ""}, // what Clock has is not known here
		{"See [table.Tables].", "table.Tables"},
		{"  - [Table.Put]\n  - [table.Table.Put]", "Table.Put table.Table.Put"},
	} {
		if got := strings.Join(deadLinks(tt.text, &here, all), " "); got != tt.dead {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.dead)
		}
	}
}
