package mutation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backroom/shared/testsize"
)

// listed is a package as go list tells of it.
type listed struct {
	ImportPath string   `json:"ImportPath"`
	Dir        string   `json:"Dir"`
	Export     string   `json:"Export"`
	GoFiles    []string `json:"GoFiles"`
	Standard   bool     `json:"Standard"`
}

// checker finds out whether a change compiles without building it: it checks the
// types of the package that is changed, against what the packages that this imports
// export.
type checker struct {
	set      *token.FileSet
	imports  types.Importer
	packages map[string]listed    // by folder
	parsed   map[string]*ast.File // by path, as they are
}

func newChecker(ctx context.Context, dir string) (*checker, error) {
	list := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Standard", "./...")
	list.Dir, list.Stderr = dir, os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	c := &checker{set: token.NewFileSet(), packages: map[string]listed{}, parsed: map[string]*ast.File{}}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if exports[p.ImportPath] = p.Export; !p.Standard {
			c.packages[p.Dir] = p
		}
	}
	c.imports = importer.ForCompiler(c.set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return c, nil
}

// check is why the packages do not compile in which files stand that are changed, by
// path and text; nil if they do.
func (c *checker) check(changed map[string]string) error {
	var dirs []string
	for path := range changed {
		dirs = append(dirs, filepath.Dir(path))
	}
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		p, ok := c.packages[dir]
		if !ok {
			return fmt.Errorf("%s is no package", dir)
		}
		var files []*ast.File
		left := map[string]string{}
		for path, text := range changed {
			if filepath.Dir(path) == dir {
				left[path] = text
			}
		}
		for _, name := range p.GoFiles {
			path := filepath.Join(dir, name)
			text, is := left[path]
			delete(left, path)
			f, err := c.file(path, text, is)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		if len(left) > 0 {
			return fmt.Errorf("%v: not among the files of %s", left, p.ImportPath)
		}
		if _, err := (&types.Config{Importer: c.imports}).Check(p.ImportPath, c.set, files, nil); err != nil {
			return err
		}
	}
	return nil
}

// file is what stands at path, or text in its place.
func (c *checker) file(path, text string, changed bool) (*ast.File, error) {
	if changed {
		return parser.ParseFile(c.set, path, text, parser.SkipObjectResolution)
	}
	f, ok := c.parsed[path]
	if !ok {
		var err error
		if f, err = parser.ParseFile(c.set, path, nil, parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		c.parsed[path] = f
	}
	return f, nil
}

// A change that does not compile would be met only by the sample that has it.
func TestMutationsCompile(t *testing.T) {
	ms, _ := mustLoad(t)
	ms = append(ms, mustLoadPlanted(t)...)
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newChecker(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	stride := testsize.Of(1, 4, 40)
	for i, m := range ms {
		if i%stride > 0 {
			continue
		}
		files, err := m.files(dir)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := c.check(files); err != nil {
			t.Errorf("%s does not compile: %v", m.Name, err)
		}
	}
}

func TestWhatDoesNotCompileIsFound(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example\n\ngo 1.26\n", "sum.go": "package example\n\nfunc Sum(a, b int) int { return a + b }\n",
		"twice.go": "package example\n\nfunc Twice(a int) int { return Sum(a, a) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOWORK", "off")
	c, err := newChecker(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		"func Sum(a, b int) int { return a - b }":     "",
		"func Sum(a, b int) int { return a - c }":     "undefined: c",
		"func Sum(a, b int) int { return a - b":       "expected",
		"func Sum(a, b, c int) int { return a - b }":  "not enough arguments",
		"func Sum(a, b int) int { c := a; return b }": "declared and not used",
	} {
		err := c.check(map[string]string{filepath.Join(dir, "sum.go"): "package example\n\n" + body + "\n"})
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", body, err, want)
		}
	}
	if c.check(map[string]string{filepath.Join(dir, "other.go"): "package example\n"}) == nil {
		t.Error("a file that is not there is taken")
	}
}
