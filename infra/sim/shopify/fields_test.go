package shopify_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

// rich is a shop with something behind every field.
func rich() *data.Data {
	d := writable(data.Random(3, testclock.Monday, 60))
	amount := data.Bag{Shop: decimal.New(350, -2), Presentment: decimal.New(350, -2)}
	tax := []data.Tax{{Title: "VAT", Rate: decimal.New(19, -2), Price: data.Bag{Shop: decimal.New(56, -2), Presentment: decimal.New(56, -2)}}}
	d.Companies = []*data.Company{{ID: 5, Name: "Werft GmbH", CreatedAt: d.Shop.CreatedAt, UpdatedAt: d.Shop.CreatedAt, Locations: []data.CompanyLocation{{ID: 6, Name: "Kiel", Billing: &data.Address{ID: 36, Address1: "Kai 1", Country: "DE"}, TaxID: "DE1", Terms: 4}}, Contacts: []data.CompanyContact{{ID: 18, Customer: d.Customers[1].ID, Title: "Buyer"}}}}
	o := d.Orders[len(d.Orders)-1]
	o.Company = &data.Purchase{CompanyID: 5, LocationID: 6, ContactID: 18}
	o.Transactions[0].Card = &data.Card{Company: "Visa", Number: "•••• •••• •••• 4242", Month: 4, Year: 2031}
	o.Transactions = append(o.Transactions, &data.Transaction{ID: 19, Kind: "AUTHORIZATION", Status: "SUCCESS", Method: "ideal", Amount: amount, ExpiresAt: o.CreatedAt})
	o.RetailLocation = d.Locations[0].ID
	ten := decimal.NewFromInt(10)
	o.Discounts = append(o.Discounts, data.Discount{Kind: "manual", Title: "For the wait", Target: "LINE_ITEM", Selection: "EXPLICIT", Method: "EACH", Percentage: &ten})
	o.Lines[0].Allocations = append(o.Lines[0].Allocations, data.Allocation{Discount: len(o.Discounts) - 1, Amount: amount})
	o.Risks, o.Tags, o.Attributes = []data.Risk{{Level: "LOW", Provider: "Guard", Facts: []data.RiskFact{{Description: "Known address", Sentiment: "POSITIVE"}}}}, []string{"b2b"}, []data.Attr{{Key: "k", Value: "v"}}
	o.ShippingLines = []*data.ShippingLine{{ID: 15, Title: "Standard", Price: amount, Taxes: tax}}
	o.Terms = &data.Terms{ID: 16, Name: "Net 30", Type: "NET", DueInDays: 30, Schedules: []data.Schedule{{ID: 17, IssuedAt: o.CreatedAt, DueAt: o.CreatedAt, Amount: amount.Shop}}}
	o.Fees = []data.Fee{{ID: 7, Name: "Deposit", Price: amount, Taxes: tax}}
	o.Staff = &data.Staff{ID: 21, Name: "Ann Lee"}
	o.Lines[0].Group = &data.Group{ID: 20, Title: "Set", SKU: "SET", Product: d.Products[0].ID, Variant: d.Products[0].Variants[0].ID, Quantity: 1}
	o.Lines[0].Duty = &data.Duty{ID: 8, HSCode: "6110", Origin: "CN", Price: amount, Taxes: tax}
	o.FulfillmentOrders[0].Status, o.FulfillmentOrders[0].Holds = "ON_HOLD", []string{"OTHER"}
	o.Fulfillments = []*data.Fulfillment{{
		ID: 9, Status: "SUCCESS", CreatedAt: o.CreatedAt, Location: d.Locations[0].ID, Order: o.FulfillmentOrders[0].ID,
		Tracking: []data.Tracking{{Number: "T1", Company: "DHL", URL: "https://dhl.example/T1"}}, Lines: []data.FulfillmentLine{{ID: 10, Line: o.Lines[0].ID, Quantity: 1}},
	}}
	o.Refunds = []*data.Refund{{
		ID: 11, CreatedAt: o.CreatedAt, Transactions: []int64{o.Transactions[0].ID}, UpdatedAt: o.CreatedAt, Shipping: []data.RefundShipping{{ID: 12, ShippingLine: 15, Subtotal: amount}},
		Lines:       []data.RefundLine{{ID: 13, Line: o.Lines[0].ID, Quantity: 1, RestockType: "RETURN", Location: d.Locations[0].ID}},
		Duties:      []data.RefundDuty{{Duty: 8, Amount: amount}},
		Adjustments: []data.Adjustment{{ID: 14, Reason: "REFUND_DISCREPANCY", Amount: amount}},
	}}
	o.Refunds[0].ReturnID = 20
	o.Returns = []*data.Return{{
		ID: 20, Number: 1, Status: "CLOSED", CreatedAt: o.CreatedAt, ClosedAt: o.CreatedAt, Lines: []*data.ReturnLine{{ID: 21, Fulfillment: 10, Line: o.Lines[0].ID, Quantity: 1}},
		Exchanges: []*data.Exchange{{ID: 22, Quantity: 1, New: o.Lines[0], Lines: []int64{o.Lines[0].ID}}},
		Reverse: &data.ReverseOrder{ID: 23, Status: "OPEN", Lines: []*data.ReverseLine{{
			ID: 24, Fulfillment: 10, Line: o.Lines[0].ID, Total: 1, Dispositions: []data.Disposition{{ID: 25, CreatedAt: o.CreatedAt, Type: "RESTOCKED", Quantity: 1, Location: d.Locations[0].ID}},
		}}},
	}}
	d.Customers[1].Metafields = []data.Metafield{{Namespace: "bc", Key: "number", Type: "single_line_text_field", Value: "C1"}}
	d.Payments = &data.Payments{
		ID: 30, Currency: "EUR", Payouts: []*data.Payout{{ID: 31, IssuedAt: o.CreatedAt, Status: "PAID", TraceID: "T", Currency: "EUR", Net: amount.Shop}},
		Balance:  []*data.BalanceTransaction{{ID: 32, Type: "CHARGE", At: o.CreatedAt, Currency: "EUR", Amount: amount.Shop, SourceID: 33, SourceType: "CHARGE", Transaction: 34, Order: o.ID, Payout: 31, Reason: "why"}},
		Disputes: []*data.Dispute{{ID: 35, Status: "WON", Amount: amount.Shop, Currency: "EUR", Reason: "GENERAL", NetworkCode: "10.4", InitiatedAt: o.CreatedAt, Order: o.ID}},
	}
	p := d.Products[0]
	p.Images, p.Tags = []string{"https://cdn.example/1.jpg"}, []string{"wool"}
	p.Variants[0].Cost, p.Variants[0].HSCode, p.Variants[0].Origin = &amount.Shop, "6110", "DE"
	return d
}

// place is the way from the query's root to a type, as text around its fields.
type place struct {
	typ           *ast.Definition
	before, after string
}

// Every field of the schema must have something behind it: one that does not is
// an error inside an answer, long after the document was accepted.
func TestEveryFieldIsKnown(t *testing.T) {
	b, err := os.ReadFile("schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(b)})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(c *shopify.Config) { c.Shops, c.Rate = []*data.Data{rich()}, 1e6 })
	p := w.shop.Products()[0]
	if _, err := w.shop.AddPicture(p.ID, p.Variants[0].ID, "a.png", png); err != nil {
		t.Fatal(err)
	}
	o := w.shop.Orders()[59]
	w.send(t, call{query: `mutation { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: {uri: "https://hooks.example"}) { userErrors { message } } }`})
	w.startBulk(t, allOrders)
	w.Advance(time.Minute)
	arguments := map[string]string{
		"bulkOperation": w.last,
		"order":         gidOf("Order", o.ID), "refund": gidOf("Refund", o.Refunds[0].ID), "node": gidOf("Order", o.ID), "customer": gidOf("Customer", w.shop.Customers()[1].ID),
		"return": gidOf("Return", o.Returns[0].ID), "reverseFulfillmentOrder": gidOf("ReverseFulfillmentOrder", o.Returns[0].Reverse.ID),
		"company": gidOf("Company", 5), "companyLocation": gidOf("CompanyLocation", 6),
		"product": gidOf("Product", w.shop.Products()[0].ID), "productVariant": gidOf("ProductVariant", w.shop.Products()[0].Variants[0].ID),
		"inventoryItem": gidOf("InventoryItem", w.shop.Products()[0].Variants[0].ID), "fulfillmentOrder": gidOf("FulfillmentOrder", o.FulfillmentOrders[0].ID),
	}
	selectable := func(f *ast.FieldDefinition) (string, bool) {
		var args []string
		for _, a := range f.Arguments {
			switch {
			case a.Name == "first" && a.Type.NamedType == "Int":
				args = append(args, "first: 2")
			case a.Name == "query" && f.Name == "orders":
				args = append(args, fmt.Sprintf(`query: "id:%d"`, o.ID))
			case !a.Type.NonNull:
			case a.Name == "id":
				args = append(args, fmt.Sprintf("id: %q", arguments[f.Name]))
			case a.Name == "key" && f.Name == "metafield":
				args = append(args, `namespace: "bc", key: "number"`)
			case a.Name == "ids":
				args = append(args, fmt.Sprintf("ids: [%q]", gidOf("Order", o.ID)))
			case a.Name == "identifier" && f.Name == "customerByIdentifier":
				args = append(args, fmt.Sprintf("identifier: {id: %q}", arguments["customer"]))
			case a.Name == "identifier":
				args = append(args, fmt.Sprintf("identifier: {id: %q}", gidOf("Order", o.ID)))
			case a.Name == "names":
				args = append(args, `names: ["available", "on_hand", "committed"]`)
			case a.Name == "inventoryItemId":
				args = append(args, fmt.Sprintf("inventoryItemId: %q", arguments["inventoryItem"]))
			case a.Name == "locationId":
				args = append(args, fmt.Sprintf("locationId: %q", gidOf("Location", 61001)))
			default:
				t.Errorf("argument %s of %s: the test does not know it", a.Name, f.Name)
				return "", false
			}
		}
		if len(args) == 0 {
			return f.Name, true
		}
		return f.Name + "(" + strings.Join(args, ", ") + ")", true
	}
	seen := map[string]bool{schema.Query.Name: true}
	possible := map[string]bool{}
	asked := 0
	for next := []place{{schema.Query, "{", "}"}}; len(next) > 0; next = next[1:] {
		p := next[0]
		for _, f := range p.typ.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			head, ok := selectable(f)
			if !ok {
				continue
			}
			typ := schema.Types[f.Type.Name()]
			query := p.before + " " + head + " " + p.after
			if !typ.IsLeafType() {
				query = p.before + " " + head + " { __typename } " + p.after
			}
			r := w.send(t, call{query: query})
			if asked++; strings.Contains(r.text, "INTERNAL_SERVER_ERROR") || r.json["data"] == nil {
				t.Errorf("%s.%s: %s: %.300s", p.typ.Name, f.Name, query, r.text)
			}
			w.Advance(time.Minute)
			if typ.IsLeafType() {
				continue
			}
			for _, concrete := range schema.GetPossibleTypes(typ) {
				possible[concrete.Name] = true
				if seen[concrete.Name] || !strings.Contains(r.text, `"__typename":"`+concrete.Name+`"`) {
					continue
				}
				seen[concrete.Name] = true
				open, end := " {", "}"
				if concrete != typ {
					open, end = " { ... on "+concrete.Name+" {", "}}"
				}
				next = append(next, place{concrete, p.before + " " + head + open, end + p.after})
			}
		}
	}
	if asked < 500 {
		t.Errorf("only %d fields were asked for", asked)
	}
	for name := range possible {
		if !seen[name] && !absent[name] {
			t.Errorf("nothing in the shop is a %s", name)
		}
	}
}

// absent are the types of what simulated shops do not have, or only a
// mutation answers.
var absent = map[string]bool{
	"FileError": true, "Image": true, "MediaError": true, "InventoryAdjustmentGroup": true, "OrderApp": true, "Publication": true,
}

func gidOf(typ string, id int64) string { return fmt.Sprintf("gid://shopify/%s/%d", typ, id) }
