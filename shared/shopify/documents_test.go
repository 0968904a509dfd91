package shopify

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/Khan/genqlient/generate"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// sharedFile is a file of the folder that BACKROOM_SHARED names.
func sharedFile(t *testing.T, parts ...string) string {
	t.Helper()
	dir := os.Getenv("BACKROOM_SHARED")
	if dir == "" {
		t.Skip("BACKROOM_SHARED is not set: it names the folder with the reference data")
	}
	path := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}

var costLine = regexp.MustCompile(`(?:query|mutation) (\w+): cost (\d+)`)

// lint runs shopify-lint, fails on any finding, and answers the costs.
func lint(t *testing.T, args ...string) map[string]float64 {
	t.Helper()
	bin := sharedFile(t, "bin", "shopify-lint")
	out, err := exec.CommandContext(t.Context(), bin, append([]string{"--deny-deprecated"}, args...)...).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("warning:")) {
		t.Fatalf("shopify-lint %v: %v\n%s", args, err, out)
	}
	found := map[string]float64{}
	for _, m := range costLine.FindAllStringSubmatch(string(out), -1) {
		n, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		found[m[1]] = n
	}
	return found
}

func TestDocumentsFitTheAPI(t *testing.T) {
	got := lint(t, "--sdl", "schema.graphql", "queries")
	if !maps.Equal(got, costs) {
		t.Errorf("costs = %v\nwant what the documents cost: %v", costs, got)
	}
}

func TestSentTextsCostWhatTheDocumentsCost(t *testing.T) {
	dir := t.TempDir()
	for op, text := range documents {
		if err := os.WriteFile(filepath.Join(dir, op+".graphql"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := lint(t, filepath.Join(dir, op+".graphql"))[op]; got != costs[op] {
			t.Errorf("%s as sent costs %v, want %v", op, got, costs[op])
		}
	}
	if len(documents) != len(costs) {
		t.Errorf("%d documents, %d costs", len(documents), len(costs))
	}
}

func TestSetDocumentFitsTheAPI(t *testing.T) {
	for _, n := range []int{1, 2, maxSets} {
		path := filepath.Join(t.TempDir(), "set.graphql")
		if err := os.WriteFile(path, []byte(setDocument(n)), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, want := lint(t, path)[setOperation], float64(n*updatePoints); got != want {
			t.Errorf("%d orders cost %v, want %v", n, got, want)
		}
	}
}

// The subset alone is enough to see that a document is wrong.
func TestSetDocumentFitsTheSubset(t *testing.T) {
	sdl, err := os.ReadFile("schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(sdl)})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2, maxSets} {
		text := setDocument(n)
		doc, errs := gqlparser.LoadQueryWithRules(schema, text, nil)
		if errs != nil {
			t.Fatalf("%d orders: %v", n, errs)
		}
		if got := len(doc.Operations[0].SelectionSet); got != n {
			t.Errorf("%d orders: %d fields", n, got)
		}
		if len(text) > 50_000 {
			t.Errorf("%d orders: %d characters, a request may have 50,000", n, len(text))
		}
	}
}

// What importing 1,000 orders takes: discovery and content.
func TestImportCost(t *testing.T) {
	const n = 1000
	points := costs["OrdersChanged"]*n/250 + costs["OrderBatch"]*n/minBatch
	requests := float64(n)/250 + float64(n)/minBatch
	if points/n > 4 || requests/n > 0.1 {
		t.Errorf("an order takes %.2f points and %.3f requests, want at most 4 and 0.1", points/n, requests/n)
	}
	t.Logf("an order takes %.2f points and %.3f requests", points/n, requests/n)
}

func TestGeneratedCodeIsCurrent(t *testing.T) {
	cfg, err := generate.ReadAndValidateConfig("genqlient.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate.Generate(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		has, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(has, files[path]) {
			t.Errorf("%s is not what the documents give: run go generate ./shared/shopify", filepath.Base(path))
		}
	}
	if len(files) != 1 {
		t.Errorf("%d files generated, want 1", len(files))
	}
}

// No type of an answer holds a float: amounts would lose digits.
func TestNoFloats(t *testing.T) {
	for _, path := range []string{"internal/gql/generated.go", "internal/wire/wire.go", "convert.go"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "float64") || strings.Contains(string(text), "float32") {
			t.Errorf("%s holds a float", path)
		}
	}
}
