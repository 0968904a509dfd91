package shopify

import (
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Points of the published formula, with the figures measured where the
// documentation is silent.
const (
	pointsObject     = 1
	pointsConnection = 2
	pointsMutation   = 10
	pointsRootCount  = 10
)

// Objects that are free wherever they stand.
var freeTypes = map[string]bool{
	"MoneyBag": true, "MoneyV2": true, "PageInfo": true, "Weight": true, "LocationAddress": true, "ShopAddress": true,
	"InventoryItemMeasurement": true, "CollectionRuleSet": true, "CollectionRule": true,
	"__Schema": true, "__Type": true, "__Field": true, "__InputValue": true, "__EnumValue": true, "__Directive": true,
	"CustomerEmailMarketingConsentState": true, "CustomerSmsMarketingConsentState": true,
}

// Fields that cost something else than their type.
var fieldPoints = map[string]float64{
	"Customer.defaultAddress": 0, "Customer.addresses": 0, "StoreCreditAccount.balance": 5, "Location.hasUnfulfilledOrders": 1,
	"Article.commentsCount": 10, "Blog.articlesCount": 10, "DeliveryProfile.productVariantsCount": 10,
}

// Mutations dearer than the rest.
var mutationPoints = map[string]float64{
	"fulfillmentTrackingInfoUpdate": 50, "fulfillmentTrackingInfoUpdateV2": 50, "refundCreate": 20, "orderCapture": 20,
	"fileCreate": 20, "productCreateMedia": 20, "deliveryProfileUpdate": 100,
}

// weight is s(n): how often a page of n entries counts.
func weight(n int) float64 {
	if n <= 0 {
		return 0
	}
	return max(1, math.Floor(2*math.Log(float64(n))))
}

// Cost is what the operation is charged before it runs. vars are the
// variables as JSON gives them; the document has been validated against schema.
func Cost(schema *ast.Schema, op *ast.OperationDefinition, vars map[string]any) int {
	s := newSelector(schema, vars)
	if op.Operation != ast.Mutation {
		return int(s.costOf(op.SelectionSet, schema.Query))
	}
	var sum float64
	for _, f := range s.fields(op.SelectionSet, schema.Mutation) {
		base, dear := mutationPoints[f.name]
		if !dear {
			base = pointsMutation
		}
		sum += base + math.Round(inputPoints(f, s))
		payload := schema.Types[f.def.Type.Name()]
		// The payload and its own objects are free, what lies below is not.
		for _, p := range s.fields(f.sel, payload) {
			if p.def == nil {
				continue
			}
			t := schema.Types[p.def.Type.Name()]
			switch {
			case isConnection(t):
				sum += s.costOfField(p, payload)
			case !t.IsLeafType():
				sum += s.costOf(p.sel, t)
			}
		}
	}
	return int(sum)
}

func (s *selector) costOf(sel ast.SelectionSet, t *ast.Definition) float64 {
	if t.IsAbstractType() {
		dearest := 0.0
		for _, p := range s.schema.GetPossibleTypes(t) {
			dearest = max(dearest, s.costOf(sel, p))
		}
		return dearest
	}
	var sum float64
	for _, f := range s.fields(sel, t) {
		sum += s.costOfField(f, t)
	}
	return sum
}

func (s *selector) costOfField(f *selected, parent *ast.Definition) float64 {
	if f.def == nil { // __typename
		return 0
	}
	t := s.schema.Types[f.def.Type.Name()]
	own, special := fieldPoints[parent.Name+"."+f.name]
	switch {
	case t.IsLeafType():
		return own
	case isConnection(t):
		if !special {
			own = pointsConnection
		}
		return own + s.costOfPage(f, t)
	case special:
	case freeTypes[t.Name]:
		own = 0
	case t.Name == "Count" && parent == s.schema.Query:
		own = pointsRootCount
	default:
		own = pointsObject
	}
	return own + s.costOf(f.sel, t)
}

// costOfPage is what the entries of a connection cost; nodes and edges both count.
func (s *selector) costOfPage(f *selected, conn *ast.Definition) float64 {
	n := s.pageSize(f)
	var sum float64
	for _, c := range s.fields(f.sel, conn) {
		switch {
		case c.def == nil:
		case c.name == "nodes":
			sum += weight(n) * (1 + s.costOf(c.sel, s.schema.Types[c.def.Type.Name()]))
		case c.name == "edges":
			edge := s.schema.Types[c.def.Type.Name()]
			for _, e := range s.fields(c.sel, edge) {
				if e.name == "node" {
					sum += weight(n) * (1 + s.costOf(e.sel, s.schema.Types[e.def.Type.Name()]))
				}
			}
		default:
			sum += s.costOfField(c, conn)
		}
	}
	return sum
}

func (s *selector) pageSize(f *selected) int {
	for _, name := range []string{"first", "last"} {
		if n, ok := asInt(s.arg(f, name)); ok {
			return n
		}
	}
	return 0
}

func isConnection(t *ast.Definition) bool {
	return t.Kind == ast.Object && strings.HasSuffix(t.Name, "Connection") && t.Fields.ForName("edges") != nil
}

// inputPoints prices the input of the product mutations.
func inputPoints(f *selected, s *selector) float64 {
	switch f.name {
	case "productSet", "productCreate", "productUpdate", "productVariantsBulkCreate", "productVariantsBulkUpdate":
	default:
		return 0
	}
	var sum float64
	variants := func(v any) {
		for _, e := range asList(v) {
			m := asMap(e)
			sum += 0.2 + 0.4*float64(len(asList(m["metafields"])))
			if m["file"] != nil {
				sum += 0.6
			}
		}
	}
	for _, name := range []string{"input", "product"} {
		m := asMap(s.arg(f, name))
		sum += 0.4*float64(len(asList(m["metafields"]))) + 1.9*float64(len(asList(m["files"])))
		variants(m["variants"])
	}
	variants(s.arg(f, "variants"))
	return sum + 1.9*float64(len(asList(s.arg(f, "media"))))
}
