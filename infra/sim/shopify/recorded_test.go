package shopify_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

// recordedAnswers are the queries with their answers that the simulator's part
// of the schema understands.
func recordedAnswers(t *testing.T, schema *ast.Schema) (out []recorded) {
	t.Helper()
	seen := map[string]bool{}
	for _, file := range captureFiles(t) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(file, err)
		}
		walk(v, func(m map[string]any) {
			query := firstString(m, "query", "document")
			answer := answerIn(m)
			if query == "" || answer == nil || seen[query] {
				return
			}
			seen[query] = true
			text, ok := pruned(schema, query)
			if !ok {
				return
			}
			vars, _ := m["variables"].(map[string]any)
			out = append(out, recorded{file, text, vars, answer})
		})
	}
	return out
}

// pruned is a recorded query without the fields that the simulator's part of the
// schema leaves out. Not ok: nothing is left of it, or it is no query.
func pruned(schema *ast.Schema, query string) (string, bool) {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil || len(doc.Operations) != 1 || doc.Operations[0].Operation != ast.Query {
		return "", false
	}
	op := doc.Operations[0]
	used := map[string]bool{}
	var values func(v *ast.Value)
	values = func(v *ast.Value) {
		if v.Kind == ast.Variable {
			used[v.Raw] = true
		}
		for _, c := range v.Children {
			values(c.Value)
		}
	}
	var cut func(sel ast.SelectionSet, def *ast.Definition) ast.SelectionSet
	cut = func(sel ast.SelectionSet, def *ast.Definition) (out ast.SelectionSet) {
		for _, s := range sel {
			switch s := s.(type) {
			case *ast.Field:
				f := def.Fields.ForName(s.Name)
				if s.Name == "__typename" {
					out = append(out, s)
				}
				if f == nil || slices.ContainsFunc(s.Arguments, func(a *ast.Argument) bool { return f.Arguments.ForName(a.Name) == nil }) {
					continue
				}
				typ := schema.Types[f.Type.Name()]
				if s.SelectionSet = cut(s.SelectionSet, typ); typ.IsLeafType() != (len(s.SelectionSet) == 0) {
					continue
				}
				for _, a := range s.Arguments {
					values(a.Value)
				}
				out = append(out, s)
			case *ast.InlineFragment:
				on := def
				if s.TypeCondition != "" {
					on = schema.Types[s.TypeCondition]
				}
				if on != nil {
					if s.SelectionSet = cut(s.SelectionSet, on); len(s.SelectionSet) > 0 {
						out = append(out, s)
					}
				}
			case *ast.FragmentSpread: // in place: a fragment may lose everything
				if f := doc.Fragments.ForName(s.Name); f != nil && schema.Types[f.TypeCondition] != nil {
					in := &ast.InlineFragment{TypeCondition: f.TypeCondition, SelectionSet: cut(f.SelectionSet, schema.Types[f.TypeCondition])}
					if len(in.SelectionSet) > 0 {
						out = append(out, in)
					}
				}
			}
		}
		return out
	}
	op.SelectionSet = cut(op.SelectionSet, schema.Query)
	op.VariableDefinitions = slices.DeleteFunc(op.VariableDefinitions, func(v *ast.VariableDefinition) bool { return !used[v.Variable] })
	var b strings.Builder
	formatter.NewFormatter(&b).FormatQueryDocument(&ast.QueryDocument{Operations: ast.OperationList{op}})
	_, errs := gqlparser.LoadQueryWithRules(schema, b.String(), rules.NewDefaultRules())
	return b.String(), len(op.SelectionSet) > 0 && errs == nil
}

type recorded struct {
	file, query  string
	vars, answer map[string]any
}

// answerIn is the data of the answer beside a document.
func answerIn(m map[string]any) map[string]any {
	v, ok := m["response"].(map[string]any)
	if !ok {
		return nil
	}
	for _, inner := range []string{"", "payload", "body"} {
		x := v
		if inner != "" {
			x, _ = v[inner].(map[string]any)
		}
		if d, ok := x["data"].(map[string]any); ok {
			return d
		}
	}
	return nil
}

var anyID = regexp.MustCompile(`gid://shopify/([A-Za-z]+)/[0-9]+(\?[^"\s]*)?`)

// translated puts ids of the simulated shop in place of the recorded ones. Not
// ok: it has nothing of that type.
func translated(s string, ids map[string]string) (string, bool) {
	ok := true
	return anyID.ReplaceAllStringFunc(s, func(m string) string {
		typ := anyID.FindStringSubmatch(m)[1]
		if ids[typ] == "" {
			ok = false
		}
		return ids[typ]
	}), ok
}

// shape is the kind of every value by its path; lists are one path.
func shape(v any, path string, out map[string]string) {
	kind := ""
	switch v := v.(type) {
	case map[string]any:
		kind = "object"
		for k, e := range v {
			shape(e, path+"."+k, out)
		}
	case []any:
		kind = "list"
		for _, e := range v {
			shape(e, path+"[]", out)
		}
	case string:
		switch {
		case anyID.MatchString(v):
			kind = "id of " + anyID.FindStringSubmatch(v)[1]
		case regexp.MustCompile(`^[0-9-]{10}T[0-9:]{8}Z$`).MatchString(v):
			kind = "time"
		case regexp.MustCompile(`^-?[0-9]+\.[0-9]+$`).MatchString(v):
			kind = "amount"
		default:
			kind = "text"
		}
	case float64:
		kind = "number"
	case bool:
		kind = "bool"
	case nil:
		return // may be anything
	}
	out[path] = kind
}

// An answer of the simulator has the shape of the recorded one: the same fields,
// ids of the same types, times, amounts, numbers and texts in the same places.
func TestShapesOfRecordedAnswers(t *testing.T) {
	b, err := os.ReadFile("schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(b)})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(c *shopify.Config) { c.Shops, c.Rate = []*data.Data{rich()}, 1e6 })
	ids := richIDs(w)
	compared, values := 0, 0
	about := map[string]int{} // values by what they are about
	for _, r := range recordedAnswers(t, schema) {
		vars, err := json.Marshal(r.vars)
		if err != nil {
			t.Fatal(err)
		}
		text, ok := translated(string(vars), ids)
		query, ok2 := translated(r.query, ids)
		if !ok || !ok2 {
			continue
		}
		var given map[string]any
		if err := json.Unmarshal([]byte(text), &given); err != nil {
			t.Fatal(err)
		}
		got := w.send(t, call{query: query, vars: given})
		want, have := map[string]string{}, map[string]string{}
		shape(r.answer, "", want)
		shape(got.json["data"], "", have)
		if strings.Contains(got.text, "Invalid cursor") {
			continue // a cursor of another shop
		}
		if got.json["errors"] != nil {
			t.Errorf("%s: %.300s", r.file, got.text)
		}
		compared++
		for path, kind := range want {
			if have[path] == "" || strings.HasSuffix(strings.ToLower(path), "cursor") {
				continue // null here, an empty list, or opaque
			}
			values++
			for _, kind := range []string{"refunds", "fulfillmentOrders", "lineItems", "taxLines", "transactions", "currentTotalPriceSet", "purchasingEntity", "addressesV2", "quantities"} {
				if strings.Contains(path, "."+kind) {
					about[kind]++
				}
			}
			if have[path] != kind && !alike(have[path], kind) {
				t.Errorf("%s: %s is %s, recorded %s", r.file, path, have[path], kind)
			}
		}
	}
	t.Logf("%d answers, %d values: %v", compared, values, about)
	if compared < 60 || values < 2000 {
		t.Errorf("only %d answers with %d values were compared", compared, values)
	}
}

// alike are kinds that differ by their value alone.
func alike(a, b string) bool {
	return a == "text" && b == "amount" || a == "amount" && b == "text"
}

// richIDs are objects of the rich shop by their types.
func richIDs(w *world) map[string]string {
	o := w.shop.Orders()[len(w.shop.Orders())-1]
	p := w.shop.Products()[0]
	ids := map[string]string{}
	for typ, id := range map[string]int64{
		"Order": o.ID, "LineItem": o.Lines[0].ID, "Customer": w.shop.Customers()[1].ID, "Product": p.ID, "ProductVariant": p.Variants[0].ID,
		"InventoryItem": p.Variants[0].ID, "Location": 61001, "FulfillmentOrder": o.FulfillmentOrders[0].ID, "Fulfillment": o.Fulfillments[0].ID,
		"Refund": o.Refunds[0].ID, "OrderTransaction": o.Transactions[0].ID, "Company": 5, "CompanyLocation": 6, "CompanyContact": 18,
	} {
		ids[typ] = "gid://shopify/" + typ + "/" + strconv.FormatInt(id, 10)
	}
	ids["InventoryLevel"] = fmt.Sprintf("gid://shopify/InventoryLevel/61001?inventory_item_id=%d", p.Variants[0].ID)
	return ids
}
