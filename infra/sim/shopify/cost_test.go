package shopify_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"backroom/infra/sim/shopify"
)

// shared is the folder with the reference material, or the test is skipped.
func shared(t *testing.T, elem ...string) string {
	t.Helper()
	dir := os.Getenv("BACKROOM_SHARED")
	if dir == "" {
		t.Skip("BACKROOM_SHARED is not set: no reference material")
	}
	p := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSchemaAgreesWithShopifys(t *testing.T) {
	lint := shared(t, "bin", "shopify-lint")
	out, err := exec.CommandContext(t.Context(), lint, "--deny-deprecated", "--sdl", "schema.graphql").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fullSchema(t *testing.T) *ast.Schema {
	t.Helper()
	b, err := os.ReadFile(shared(t, "shopify", "schema-2026-07.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "full", Input: string(b)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A capture is a document with variables and the cost that was charged.
type capture struct {
	file, query string
	vars        map[string]any
	cost        int
}

func captureFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared(t, "data", "shopify-captures"), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no captures", err)
	}
	return files
}

// captures collects every object that holds a document and its answer.
func captures(t *testing.T) (out []capture, older int) {
	t.Helper()
	seen := map[string]bool{}
	for _, f := range captureFiles(t) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(f, err)
		}
		walk(v, func(m map[string]any) {
			query := firstString(m, "query", "document")
			cost, ok := costIn(m)
			if query == "" || !ok {
				return
			}
			vars, _ := m["variables"].(map[string]any)
			j, _ := json.Marshal([]any{query, vars})
			if key := string(j); !seen[key] {
				seen[key] = true
				out = append(out, capture{filepath.Base(f), query, vars, cost})
			}
		})
	}
	return out, older
}

func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, e := range v {
			walk(e, visit)
		}
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	}
}

func firstString(m map[string]any, keys ...string) string {
	for _, k := range keys {
		if s, ok := m[k].(string); ok {
			return s
		}
	}
	return ""
}

// costIn finds requestedQueryCost in the answer beside a document, under
// response, response.payload or response.body.
func costIn(m map[string]any) (int, bool) {
	v, ok := m["response"].(map[string]any)
	if !ok {
		return 0, false
	}
	for _, inner := range []string{"", "payload", "body"} {
		x := v
		if inner != "" {
			x, _ = v[inner].(map[string]any)
		}
		ext, _ := x["extensions"].(map[string]any)
		cost, _ := ext["cost"].(map[string]any)
		if n, ok := cost["requestedQueryCost"].(float64); ok {
			return int(n), true
		}
	}
	return 0, false
}

// The formula must reproduce what Shopify charged. Documents of older versions
// that the 2026-07 schema no longer understands cannot be priced and do not count.
func TestCostOfRecordedDocuments(t *testing.T) {
	schema := fullSchema(t)
	all, _ := captures(t)
	priced, exact, unknown := 0, 0, 0
	for _, c := range all {
		doc, errs := gqlparser.LoadQueryWithRules(schema, c.query, rules.NewDefaultRules())
		if errs != nil || len(doc.Operations) != 1 {
			unknown++
			continue
		}
		priced++
		if got := shopify.Cost(schema, doc.Operations[0], c.vars); got == c.cost {
			exact++
		} else {
			t.Logf("%s: %d, charged %d", c.file, got, c.cost)
		}
	}
	t.Logf("%d recorded, %d priced, %d exact, %d of another version", len(all), priced, exact, unknown)
	if priced < 30 {
		t.Fatalf("only %d documents could be priced", priced)
	}
	if exact*100 < priced*98 {
		t.Fatalf("%d of %d exact, want 98 %%", exact, priced)
	}
}
