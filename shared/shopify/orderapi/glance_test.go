package orderapi

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"backroom/shared/fault"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/shoptest"
)

// A glance reads all that a batch does but the lists that cost: what it does not read
// could change unseen.
func TestAGlanceReadsAllButTheLists(t *testing.T) {
	word := regexp.MustCompile(`^\s*([a-zA-Z]+)`)
	// fields are those of an order in the selection that begins with a line.
	fields := func(doc, begin string) []string {
		_, after, found := strings.Cut(doc, begin)
		if !found {
			t.Fatalf("no %q in %s", begin, doc)
		}
		var out []string
		depth := 0
		for line := range strings.Lines(after) {
			if m := word.FindStringSubmatch(line); m != nil && depth == 0 {
				out = append(out, m[1])
			}
			depth += strings.Count(line, "{") - strings.Count(line, "}")
			if depth < 0 {
				break
			}
		}
		slices.Sort(out)
		return out
	}
	want := slices.DeleteFunc(fields(gql.OrderBatch_Operation, "fragment OrderContent on Order {"), func(f string) bool {
		return f == "lineItems" || f == "shippingLines" || f == "fulfillmentOrders"
	})
	if got := fields(gql.OrderGlances_Operation, "... on Order {"); !slices.Equal(got, want) || len(got) < 50 {
		t.Errorf("a glance reads %d fields\n%q\nwant %d\n%q", len(got), got, len(want), want)
	}
}

func TestGlances(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrderGlances"] = func(r shoptest.Request) shoptest.Answer {
		var nodes []any
		for _, id := range []string{"1", "2", "3", "4"} {
			o := anOrder(id, 0)
			if id == "2" {
				o.TotalPriceSet = eur("no amount", "1")
			}
			js, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			var node map[string]any
			if err := json.Unmarshal(js, &node); err != nil {
				t.Fatal(err)
			}
			delete(node, "lineItems") // as the document asks
			nodes = append(nodes, node)
		}
		nodes[2] = nil
		a := shoptest.OK(26, 26, shoptest.Obj{"nodes": append(nodes[:3:3], nil)})
		a.Body = strings.TrimSuffix(a.Body, "}") + `,"errors":[{"message":"Something went wrong","path":["nodes",3],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
		return a
	}
	got, err := client(f).Glances(t.Context(), []string{"1", "2", "3", "4"})
	if err != nil || !slices.Equal(idsOf(got.Orders), []string{"1"}) {
		t.Errorf("%v, %v; want the first alone: amounts that are none, one that is gone and one that fails are left out", idsOf(got.Orders), err)
	}
	if _, err := client(f).Glances(t.Context(), make([]string, maxGlances+1)); fault.KindOf(err) != fault.Bug {
		t.Errorf("too many: %v", err)
	}
}
