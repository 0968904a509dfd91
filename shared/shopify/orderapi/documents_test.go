package orderapi

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/shoptest"
)

func TestSetDocumentFitsTheAPI(t *testing.T) {
	for _, n := range []int{1, 2, maxSets} {
		path := filepath.Join(t.TempDir(), "set.graphql")
		if err := os.WriteFile(path, []byte(setDocument(n)), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, want := shoptest.Lint(t, path)[setOperation], float64(n*updatePoints); got != want {
			t.Errorf("%d orders cost %v, want %v", n, got, want)
		}
		if err := os.WriteFile(path, []byte(closeDocument(n)), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, want := shoptest.Lint(t, path)[closeOperation], float64(n*closePoints); got != want {
			t.Errorf("to close %d orders costs %v, want %v", n, got, want)
		}
	}
}

// The subset alone is enough to see that a document is wrong.
func TestSetDocumentFitsTheSubset(t *testing.T) {
	sdl, err := os.ReadFile("../schema.graphql")
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
	points := gql.Costs["OrdersChanged"]*n/250 + gql.Costs["OrderBatch"]*n/minBatch
	requests := float64(n)/250 + float64(n)/minBatch
	if points/n > 4 || requests/n > 0.1 {
		t.Errorf("an order takes %.2f points and %.3f requests, want at most 4 and 0.1", points/n, requests/n)
	}
	t.Logf("an order takes %.2f points and %.3f requests", points/n, requests/n)
}
