package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "backroom/"
)

// files are the Go files of the repository by their folders, relative to the root.
// Files of every system and build tag are among them, since the text is read.
func files(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := e.Name()
		if e.IsDir() {
			if p != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "cdk.out") {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") {
			dir, err := filepath.Rel(root, filepath.Dir(p))
			if err != nil {
				return err
			}
			found[filepath.ToSlash(dir)] = append(found[filepath.ToSlash(dir)], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 70 {
		t.Fatalf("%d packages are found; this is not the whole repository", len(found))
	}
	return found
}

// imports are what the package of these files imports, its tests apart.
func imports(t *testing.T, paths []string) []string {
	t.Helper()
	var all []string
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		f := parse(t, p, parser.ImportsOnly)
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func parse(t *testing.T, p string, mode parser.Mode) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), p, nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// has reports whether the layer holds the package in a folder.
func (l layer) has(dir string) bool {
	return slices.ContainsFunc(l.Packages, func(p string) bool {
		tree, below := strings.CutSuffix(p, "/...")
		return dir == tree || below && strings.HasPrefix(dir, tree+"/")
	})
}

// layersOf are those that hold the package: one, or the table is wrong.
func layersOf(table []layer, dir string) (in []layer) {
	for _, l := range table {
		if l.has(dir) {
			in = append(in, l)
		}
	}
	return in
}

// wrongs says what of the imports by package the table does not allow, and which
// exceptions nothing needs.
func wrongs(table []layer, imported map[string][]string) (wrong []string) {
	excused := map[[2]string]bool{}
	for _, e := range exceptions {
		excused[[2]string{e.From, e.To}] = false
		if e.Why == "" {
			wrong = append(wrong, e.From+" may import "+e.To+" for no reason")
		}
	}
	for dir, names := range imported {
		in := layersOf(table, dir)
		if len(in) != 1 {
			wrong = append(wrong, dir+" stands in the table "+strconv.Itoa(len(in))+" times, want once")
			continue
		}
		for _, name := range names {
			to, ours := strings.CutPrefix(name, module)
			switch {
			case !ours && slices.ContainsFunc(in[0].Bans, func(b string) bool { return name == b || strings.HasPrefix(name, b+"/") }):
				wrong = append(wrong, dir+" imports "+name+", which "+in[0].Name+" does not")
			case !ours || may(table, in[0], to):
			default:
				pair := [2]string{dir, to}
				if _, ok := excused[pair]; !ok {
					wrong = append(wrong, dir+" ("+in[0].Name+") imports "+to)
				}
				excused[pair] = true
			}
		}
	}
	for pair, used := range excused {
		if !used {
			wrong = append(wrong, pair[0]+" may import "+pair[1]+" and does not need to")
		}
	}
	slices.Sort(wrong)
	return wrong
}

// may reports whether packages of l import the one in a folder.
func may(table []layer, l layer, dir string) bool {
	for _, other := range layersOf(table, dir) {
		if other.Name == l.Name && l.Siblings || slices.Contains(l.Imports, other.Name) {
			return true
		}
	}
	return false
}

// Every package imports what its layer may, and stands in the table; every folder
// that the table names is there.
func TestLayers(t *testing.T) {
	found := files(t)
	imported := map[string][]string{}
	for dir, paths := range found {
		imported[dir] = imports(t, paths)
	}
	for _, w := range wrongs(layers, imported) {
		t.Error(w)
	}
	for _, l := range layers {
		for _, p := range l.Packages {
			tree := strings.TrimSuffix(p, "/...")
			if !slices.ContainsFunc(slices.Collect(maps.Keys(found)), func(dir string) bool { return dir == tree || strings.HasPrefix(dir, tree+"/") }) {
				t.Errorf("%s is in the table and not in the repository", p)
			}
		}
	}
}

// Layers that are named stand above: no two import each other, whatever the table says.
func TestLayersPointInward(t *testing.T) {
	at := map[string]int{}
	for i, l := range layers {
		at[l.Name] = i
	}
	for i, l := range layers {
		for _, name := range l.Imports {
			if n, ok := at[name]; !ok || n >= i {
				t.Errorf("%s imports %q, which does not stand above it", l.Name, name)
			}
		}
	}
}

// The judge is judged: each kind of wrong import is found.
func TestWrongImportsAreFound(t *testing.T) {
	good := map[string][]string{}
	for _, e := range exceptions {
		good[e.From] = append(good[e.From], module+e.To)
	}
	if w := wrongs(layers, good); len(w) > 0 {
		t.Fatalf("the exceptions alone: %q", w)
	}
	for _, tt := range []struct{ from, to string }{
		{"shared/nobody", "fmt"},                                       // stands nowhere
		{"shared/fault", module + "shared/table"},                      // outward
		{"shared/orders", module + "shared/documents"},                 // another domain
		{"shared/documents", module + "shared/shopify"},                // a client
		{"shared/orders", module + "shared/shopify/orderapi"},          // the client of its own
		{"shared/businesscentral", module + "shared/documents"},        // a core, of what is asked for
		{"shared/shopify/orderapi", module + "shared/shopify/shopapi"}, // another client
		{"shared/bcapi", module + "shared/businesscentral"},            // nouns, of a client
		{"shared/documents", "net/http"},                               // the outside
		{"shared/orders", "github.com/aws/aws-sdk-go-v2/aws"},          // below a ban
		{"shared/wiring", module + "shared/sqlite"},                    // an engine
		{"shared/jobapi", module + "shared/businesscentral"},           // a client
		{"shared/jobqueue", module + "shared/jobqueue/invokertest"},    // a suite
		{"shared/jobqueue", module + "shared/jobqueue/jobstore"},       // the rooms of the queue go one way
		{"shared/jobqueue/jobstore", module + "shared/jobqueue/jobs"},
		{"shared/jobqueue/jobs", module + "shared/jobqueue/dispatch"},
		{"shared/jobqueue/dispatch", module + "shared/jobqueue/sweep"},
		{"shared/jobapi", module + "shared/jobqueue/dispatch"}, // the api sees the client
		{"shared/documents", module + "shared/jobqueue/jobs"},  // a domain sees the nouns
		{"infra/sim/shopify", module + "shared/fault"},         // what it tests
		{"infra/local", module + "shared/testclock"},           // a suite
		{"functions/api", module + "shared/nobody"},            // what stands nowhere
	} {
		bad := maps.Clone(good)
		bad[tt.from] = append(slices.Clone(bad[tt.from]), tt.to)
		if w := wrongs(layers, bad); len(w) != 1 || !strings.HasPrefix(w[0], tt.from) {
			t.Errorf("%s imports %s: %q", tt.from, path.Base(tt.to), w)
		}
	}
	unneeded := 0
	for _, e := range exceptions {
		if e.From == "shared/staging" {
			unneeded++
		}
	}
	delete(good, "shared/staging")
	if w := wrongs(layers, good); len(w) != unneeded || unneeded == 0 {
		t.Errorf("%d exceptions that nothing needs: %q", unneeded, w)
	}
}
