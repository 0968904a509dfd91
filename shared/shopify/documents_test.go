package shopify

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/Khan/genqlient/generate"

	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/shoptest"
)

func TestDocumentsFitTheAPI(t *testing.T) {
	got := shoptest.Lint(t, "--sdl", "schema.graphql", "queries")
	if !maps.Equal(got, gql.Costs) {
		t.Errorf("costs = %v\nwant what the documents cost: %v", gql.Costs, got)
	}
}

func TestSentTextsCostWhatTheDocumentsCost(t *testing.T) {
	dir := t.TempDir()
	for op, text := range shoptest.Documents {
		if err := os.WriteFile(filepath.Join(dir, op+".graphql"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := shoptest.Lint(t, filepath.Join(dir, op+".graphql"))[op]; got != gql.Costs[op] {
			t.Errorf("%s as sent gql.Costs %v, want %v", op, got, gql.Costs[op])
		}
	}
	if len(shoptest.Documents) != len(gql.Costs) {
		t.Errorf("%d documents, %d costs", len(shoptest.Documents), len(gql.Costs))
	}
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

var (
	directive = regexp.MustCompile(`^# @genqlient\(for: "(\w+)\.(.*)$`)
	document  = regexp.MustCompile(`^(?:query|mutation) (\w+)`)
)

// What operations say of the fields of an input they all say alike: the generated type is
// one, of whichever operation comes first, and a field that one leaves out another would
// send as null, which clears it.
func TestInputsAreDirectedAlike(t *testing.T) {
	paths, err := filepath.Glob("queries/*.graphql")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d documents, %v", len(paths), err)
	}
	said := map[string]map[string][]string{} // by input and operation
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		above := map[string][]string{} // what stands above the next operation, by input
		for line := range strings.Lines(string(text)) {
			if d := directive.FindStringSubmatch(strings.TrimSpace(line)); d != nil {
				above[d[1]] = append(above[d[1]], d[2])
			} else if op := document.FindStringSubmatch(line); op != nil {
				for input, fields := range above {
					slices.Sort(fields)
					if said[input] == nil {
						said[input] = map[string][]string{}
					}
					said[input][op[1]] = fields
				}
				clear(above)
			}
		}
	}
	for input, ops := range said {
		names := slices.Sorted(maps.Keys(ops))
		for _, op := range names[1:] {
			if !slices.Equal(ops[op], ops[names[0]]) {
				t.Errorf("%s: %s says %q of it, %s says %q", input, names[0], ops[names[0]], op, ops[op])
			}
		}
	}
	if len(said["InventoryItemInput"]) < 4 {
		t.Errorf("%v: the documents are not understood", said)
	}
}

// No type of an answer holds a float: amounts would lose digits.
func TestNoFloats(t *testing.T) {
	for _, path := range []string{"internal/gql/generated.go", "internal/wire/wire.go", "orderapi/convert.go"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "float64") || strings.Contains(string(text), "float32") {
			t.Errorf("%s holds a float", path)
		}
	}
}
