package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// heard are the packages whose sentences reach people by the interface: all of their
// files but those that except names with the reason, or only some. A sentence is a text
// of two words or more.
var heard = map[string]struct {
	only   []string
	except map[string]string
}{
	"shared/api": {}, "shared/jobqueue/jobs": {}, "shared/jobqueue/jobstore": {}, "shared/jobqueue/dispatch": {}, "shared/identity": {}, "shared/link": {}, "shared/staging": {},
	"shared/jobqueue": {except: map[string]string{"message.go": "messages of the queue: people see that a trigger made no sense"}},
	"shared/connect":  {except: map[string]string{"write.go": "printed by the program"}},
	"shared/orders":   {only: []string{"filter.go", "gates.go", "hold.go", "demand.go"}},
}

// clients are where sentences for people are those with a capital and a full stop: what
// is said of a side's refusal.
var clients = []string{"shared/shopify", "shared/businesscentral"}

// told are the fields of any package whose texts reach people by the interface.
var told = []string{"Merchant", "For", "Note", "Without"}

// kept are sentences that are for nobody who reads French: logs, panics and errors that
// the interface does not pass on.
var kept = regexp.MustCompile(`^((staging|jobqueue|message|link|jobs|connect|list of shops): |link\.\w+[(:]|\{\} and \{\}$)`)

// TestEverySentenceIsSaidInFrench: each sentence that reaches people stands, with {} for
// what differs, among the French ones of its package (french.go).
func TestEverySentenceIsSaidInFrench(t *testing.T) {
	seen := 0
	for _, dir := range folders(t) {
		if strings.HasSuffix(dir, "test") { // suites
			continue
		}
		asked, said := sentencesOf(t, dir)
		if _, all := heard[dir]; !all && len(asked) > 0 && !speaks(t, dir) {
			t.Logf("%s says %d sentences in English alone", dir, len(asked))
			continue
		}
		seen += len(asked)
		for _, s := range asked {
			if !slices.Contains(said, s) {
				t.Errorf("%s: no French for %q: a phrase of a file french….go there, which the task's Definition names as French", dir, s)
			}
		}
	}
	if seen < 150 {
		t.Errorf("%d sentences: are they found?", seen)
	}
}

// speaks reports whether a package, or the one above it, has phrases in French.
func speaks(t *testing.T, dir string) bool {
	t.Helper()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		names, err := filepath.Glob("../../" + d + "/french*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if text, err := os.ReadFile(name); err == nil && strings.Contains(string(text), "\nvar French = ") {
				return true
			}
		}
	}
	return false
}

// folders are those with Go files, from the root of the repository.
func folders(t *testing.T) (dirs []string) {
	t.Helper()
	err := filepath.WalkDir("../../shared", func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			dirs = append(dirs, strings.TrimPrefix(filepath.ToSlash(path), "../../"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// sentencesOf are the sentences of a package that people read, and those that its
// french files have.
func sentencesOf(t *testing.T, dir string) (asked, said []string) {
	t.Helper()
	h, whole := heard[dir]
	names, err := filepath.Glob("../../" + dir + "/*.go")
	if above, _ := filepath.Glob("../../" + filepath.Dir(dir) + "/french*.go"); filepath.Dir(dir) != "shared" { // rooms below have theirs there
		names = append(names, above...)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		base := filepath.Base(name)
		if strings.HasSuffix(base, "_test.go") || strings.HasSuffix(base, ".gen.go") || base == "generated.go" || strings.HasPrefix(base, "english") || h.except[base] != "" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasPrefix(base, "french"):
			said = append(said, keysOf(f)...)
		case whole && (len(h.only) == 0 || slices.Contains(h.only, base)):
			asked = append(asked, sentences(f)...)
		case slices.ContainsFunc(clients, func(c string) bool { return dir == c || strings.HasPrefix(dir, c+"/") }):
			asked = append(asked, slices.DeleteFunc(sentences(f), func(s string) bool { return !written.MatchString(s) })...)
			asked = append(asked, toldIn(f)...)
		default:
			asked = append(asked, toldIn(f)...)
		}
	}
	return asked, said
}

// keysOf are the texts that are keys of a map.
func keysOf(f *ast.File) (out []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		if kv, ok := n.(*ast.KeyValueExpr); ok {
			if text, ok := textOf(kv.Key); ok {
				out = append(out, text)
			}
		}
		return true
	})
	return out
}

// sentences are all of a file.
func sentences(f *ast.File) (out []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec, *ast.Field: // tags
			return false
		case *ast.ValueSpec:
			if n.Type != nil { // a word of a status or an outcome, which is stored
				return false
			}
		case *ast.CallExpr:
			if quiet(n) {
				return false
			}
		case *ast.BinaryExpr, *ast.BasicLit:
			if text, ok := textOf(n.(ast.Expr)); ok {
				if isSentence(text) {
					out = append(out, text)
				}
				return false
			}
		}
		return true
	})
	return out
}

// quiet reports whether a call is one of a log, or a panic.
func quiet(c *ast.CallExpr) bool {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name == "panic"
	case *ast.SelectorExpr:
		if f.Sel.Name == "Set" { // a header
			return true
		}
		return strings.HasSuffix(f.Sel.Name, "Context") && slices.Contains([]string{"WarnContext", "ErrorContext", "InfoContext", "DebugContext"}, f.Sel.Name) || f.Sel.Name == "MustCompile"
	}
	return false
}

// toldIn are the sentences of the fields that people are told.
func toldIn(f *ast.File) (out []string) {
	add := func(name string, e ast.Expr) {
		if !slices.Contains(told, name) {
			return
		}
		if c, ok := e.(*ast.CallExpr); ok && len(c.Args) > 0 { // fmt.Sprintf, cmp.Or
			for _, a := range c.Args {
				if text, ok := textOf(a); ok && isSentence(text) {
					out = append(out, text)
				}
			}
			return
		}
		if text, ok := textOf(e); ok && (isSentence(text) || name == "For" && text != "") {
			out = append(out, text)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok {
				add(id.Name, n.Value)
			}
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if s, ok := l.(*ast.SelectorExpr); ok && i < len(n.Rhs) {
					add(s.Sel.Name, n.Rhs[i])
				}
			}
		}
		return true
	})
	return out
}

// verbs are those of formats.
var verbs = regexp.MustCompile(`%[-+# 0]*[0-9]*(\.[0-9]+)?(\[[0-9]\])?[a-zA-Z]|"%s"`)

// textOf is a text with {} for what is not known, and false if e is none.
func textOf(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return strings.ReplaceAll(verbs.ReplaceAllString(text, "{}"), "%%", "%"), err == nil
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		a, okA := textOf(e.X)
		b, okB := textOf(e.Y)
		if !okA {
			a = "{}"
		}
		if !okB {
			b = "{}"
		}
		return a + b, okA || okB
	}
	return "", false
}

// written is a whole sentence.
var written = regexp.MustCompile(`^[A-Z][a-z].*\.$`)

// twoWords are what a sentence has at least.
var twoWords = regexp.MustCompile(`[A-Za-z][a-z'A-Z]*[,:;]? ([A-Za-z0-9(]|\{\})|\{\} [a-z]{2,}`)

func isSentence(text string) bool { return twoWords.MatchString(text) && !kept.MatchString(text) }
