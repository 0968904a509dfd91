package wiring_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"backroom/shared/privacy"
)

const (
	privacyPage  = "../../docs/privacy.md"
	privacyBegin = "<!-- kinds of records: written by go test ./shared/wiring -run TestPageOfPrivacy -update -->\n"
	privacyEnd   = "<!-- end of kinds -->\n"
)

// kindsTable are all kinds of records as the page shows them.
func kindsTable() string {
	var b strings.Builder
	b.WriteString("\n| records | keys | what they have of a customer | kept |\n|---|---|---|---|\n")
	for _, k := range registered.People.Kinds {
		var at []string
		for _, s := range k.At {
			at = append(at, "`"+s.PK+"` `"+s.SK+"`")
		}
		holds, kept := k.Holds, k.Kept
		if holds == "" {
			holds = "nothing"
		}
		if k.Stays != "" {
			kept += "; not erased with a shop: " + k.Stays
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", k.Name, strings.Join(at, ", "), holds, kept)
	}
	return b.String() + "\n"
}

// TestPageOfPrivacy: the page lists every kind of records that is registered.
func TestPageOfPrivacy(t *testing.T) {
	text, err := os.ReadFile(privacyPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), privacyBegin)
	shown, after, ends := strings.Cut(rest, privacyEnd)
	if !ok || !ends {
		t.Fatalf("%s has no place for the kinds of records", privacyPage)
	}
	if want := kindsTable(); shown != want {
		if !*update {
			t.Fatalf("%s does not show the kinds of records as they are registered: run go test ./shared/wiring -run TestPageOfPrivacy -update", privacyPage)
		}
		if err := os.WriteFile(privacyPage, []byte(before+privacyBegin+want+privacyEnd+after), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range registered.People.Kinds {
		if k.Name == "" || k.Kept == "" || len(k.At) == 0 {
			t.Errorf("%+v says too little", k)
		}
	}
}

// TestEveryKeyIsOfAKind reads the source: whatever makes keys of stored items makes those of
// a kind that says what it has of people. A new kind of records without a row fails.
func TestEveryKeyIsOfAKind(t *testing.T) {
	n := 0
	for _, root := range []string{"..", "../../infra/local"} {
		err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") || strings.Contains(p, "test/") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), p, nil, 0)
			if err != nil {
				return err
			}
			for _, k := range keysIn(f) {
				if n++; !slices.ContainsFunc(registered.People.Kinds, func(kind privacy.Kind) bool {
					return slices.ContainsFunc(kind.At, func(s privacy.Shape) bool { return like(s.PK, k[0], `[^#]+`) && like(s.SK, k[1], `.+`) })
				}) {
					t.Errorf("%s makes keys like %q %q, of which no kind of records says what they have of people: see Stored of task.Definition, and shared/wiring/privacy.go", p, k[0], k[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 40 {
		t.Errorf("only %d keys were found in the source", n)
	}
}

// keysIn are the keys that a file makes: the texts in them, with * for what differs. Those that
// are made of other keys alone are left out.
func keysIn(f *ast.File) (keys [][2]string) {
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if sel, ok := lit.Type.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Key" || fmt.Sprint(sel.X) != "table" {
			return true
		}
		var k [2]string
		for _, e := range lit.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch fmt.Sprint(kv.Key) {
			case "PK":
				k[0] = textOf(kv.Value)
			case "SK":
				k[1] = textOf(kv.Value)
			}
		}
		if strings.Trim(k[0], "*") != "" {
			keys = append(keys, k)
		}
		return true
	})
	return keys
}

// textOf is what is written in an expression, with * for what is not.
func textOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	case *ast.BinaryExpr:
		return textOf(e.X) + textOf(e.Y)
	case *ast.CallExpr:
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sprintf" {
			format := textOf(e.Args[0])
			for _, verb := range []string{"%s", "%d", "%05d"} {
				format = strings.ReplaceAll(format, verb, "*")
			}
			return format
		}
	}
	return "*"
}

// like reports whether a shape and a text with stars may be of the same key.
// star is what a star of either stands for.
func like(shape, text, star string) bool {
	shape = hole.ReplaceAllString(shape, "*")
	return glob(shape, text, star) || glob(text, shape, star)
}

var hole = regexp.MustCompile(`\{[a-z ]+\}`)

// glob reports whether text is of a pattern in which a star stands for a part of a key.
func glob(pattern, text, star string) bool {
	quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, star)
	return regexp.MustCompile(`^` + quoted + `$`).MatchString(text)
}

// A kind's row does not stand for keys of others.
func TestLike(t *testing.T) {
	for _, tt := range []struct {
		shape, text string
		want        bool
	}{
		{"SHOP#{shop}", "SHOP#*", true},
		{"SHOP#{shop}#ISSUE", "SHOP#*", false},
		{"SHOP#{shop}#ISSUE", "SHOP#*#ISSUES", false},
		{"CURSOR#{list}", "CURSOR#orders", true},
		{"CURSOR#{list}", "NEW#*", false},
		{"SHOP#{shop}#POSTED", "SHOP#*#*", true},
	} {
		if like(tt.shape, tt.text, `[^#]+`) != tt.want {
			t.Errorf("%s and %s: %v", tt.shape, tt.text, !tt.want)
		}
	}
}
