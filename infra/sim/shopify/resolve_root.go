package shopify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

// apiVersion is the only version that the simulator speaks; a request for an
// older one falls forward to it.
const apiVersion = "2026-07"

func gid(typ string, id int64) string {
	return "gid://shopify/" + typ + "/" + strconv.FormatInt(id, 10)
}

// splitGID takes an id apart; coercion has checked its form.
func splitGID(v any) (typ string, id int64) {
	m := gidPattern.FindStringSubmatch(asString(v))
	if m == nil {
		return "", 0
	}
	id, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil {
		return m[1], 0
	}
	return m[1], id
}

// str is null for the empty text.
func str(s string) any {
	if s == "" {
		return nil
	}
	return s
}

type queryRoot struct{}

func (queryRoot) typeName() string { return "QueryRoot" }

// Scopes that root fields need.
var rootScopes = map[string]string{
	"refund": "read_orders", "return": "read_returns", "reverseFulfillmentOrder": "read_returns", "order": "read_orders", "orders": "read_orders", "ordersCount": "read_orders", "orderByIdentifier": "read_orders",
	"customer": "read_customers", "customerByIdentifier": "read_customers", "customers": "read_customers", "customersCount": "read_customers",
	"product": "read_products", "files": "read_products", "products": "read_products", "productsCount": "read_products", "productByIdentifier": "read_products", "publications": "read_publications",
	"productVariant": "read_products", "productVariants": "read_products", "inventoryItem": "read_inventory",
	"location": "read_locations", "locations": "read_locations",
	"fulfillmentOrder": "read_merchant_managed_fulfillment_orders",
}

func (queryRoot) field(x *execution, name string, args map[string]any) any {
	if e := x.paymentsDenied(name); e != nil {
		return e
	}
	if scope := rootScopes[name]; scope != "" && !x.shop.has(scope) {
		return denied(name, scope)
	}
	s := x.shop
	switch name {
	case "__schema":
		return schemaObj{}
	case "__type":
		if n := asString(args["name"]); x.schema.Types[n] != nil {
			return named(n)
		}
		return nil
	case "files":
		return search(x, args, fileFields, func(f *File) []string { return []string{f.Name} }, s.allFiles(), "files", func(_ string, f *File) (string, int64) { return "", f.ID }, asMedia)
	case "bulkOperation":
		return x.bulkByID(args["id"])
	case "shop":
		return shopObj{s}
	case "currentAppInstallation":
		return installation{s}
	case "publicApiVersions":
		return []object{version2026{}}
	case "node":
		return nilable(x.node(args["id"]))
	case "nodes":
		ids := asList(args["ids"])
		out := make([]object, len(ids))
		for i, id := range ids {
			out[i] = x.node(id)
		}
		return out
	case "order", "refund", "return", "reverseFulfillmentOrder", "customer", "product", "productVariant", "inventoryItem", "fulfillmentOrder", "location":
		if name == "location" && args["id"] == nil {
			return locationObj{s.locations[0]}
		}
		want := strings.ToUpper(name[:1]) + name[1:]
		if typ, _ := splitGID(args["id"]); typ != want {
			return fail(codeNotFound, "Invalid id: %s", args["id"])
		}
		return nilable(x.node(args["id"]))
	case "orderByIdentifier":
		return x.orderByIdentifier(asMap(args["identifier"]))
	case "orders":
		return x.orders(args, nil, "orders")
	case "ordersCount":
		if n, ok := x.countFlood(args); ok {
			return countObj{n, "EXACT"}
		}
		return count(x, args, orderFields, orderFree, x.searchable(args, nil), "ordersCount")
	}
	return x.goods(name, args)
}

// goods resolves the roots that are not of orders.
func (x *execution) goods(name string, args map[string]any) any {
	s := x.shop
	switch name {
	case "customers":
		return search(x, args, customerFields, customerFree, x.searchableCustomers(args), "customers", customerKey, func(c *data.Customer) object { return customerObj{c} })
	case "customerByIdentifier":
		return x.customerByIdentifier(asMap(args["identifier"]))
	case "customersCount":
		return count(x, args, customerFields, customerFree, x.searchableCustomers(args), name)
	case "products":
		return search(x, args, productFields, productFree, x.searchableProducts(args), "products", productKey, func(p *data.Product) object { return productObj{p} })
	case "productByIdentifier":
		return x.productByIdentifier(asMap(args["identifier"]))
	case "publications":
		return connect(args, publications, func(p publication) object { return p })
	case "productsCount":
		return count(x, args, productFields, productFree, x.searchableProducts(args), name)
	case "productVariants":
		var all []variant
		for _, p := range x.searchableProducts(args) {
			for _, v := range p.Variants {
				all = append(all, variant{p, v})
			}
		}
		return search(x, args, variantFields, variantFree, all, name, variantKey, func(v variant) object { return variantObj{v} })
	case "locations":
		var all []*data.Location
		for _, l := range s.locations {
			if !l.Inactive || args["includeInactive"] == true {
				all = append(all, l)
			}
		}
		return search(x, args, locationFields, locationFree, all, name, locationKey, func(l *data.Location) object { return locationObj{l} })
	case "shopifyPaymentsAccount":
		return x.paymentsAccount()
	case "disputes":
		return x.disputes(args)
	case "companies", "companiesCount", "company", "companyLocation", "companyLocations", "paymentTermsTemplates":
		return x.companyRoot(name, args)
	case "webhookSubscriptions":
		topics := asList(args["topics"])
		var all []*subscription
		for _, w := range s.subs {
			if len(topics) == 0 || slices.Contains(topics, any(w.topic)) {
				all = append(all, w)
			}
		}
		return connect(args, all, func(w *subscription) object { return webhookObj{w} })
	}
	return nil
}

func (x *execution) orderByIdentifier(id map[string]any) any {
	if len(id) != 1 { // a variable in it was left out
		return fail(codeOneOf, "'OrderIdentifierInput' requires exactly one argument, but %d were provided.", len(id))
	}
	if id["id"] == nil {
		return fail("NOT_FOUND", "Metafield definition of type 'id' is required when using custom ids.")
	}
	if typ, _ := splitGID(id["id"]); typ != "Order" {
		return fail(codeNotFound, "Invalid id: %s", id["id"])
	}
	return nilable(x.node(id["id"]))
}

// node reads from the database. Unknown and invisible ids are nil.
func (x *execution) node(id any) object {
	typ, n := splitGID(id)
	s := x.shop
	switch typ {
	case "Order":
		if r := s.orders[n]; r != nil && r.cur != nil && s.has("read_orders") && s.visible(r.cur, x.now) {
			return newOrder(r.cur)
		}
		if o := s.floodNode(typ, n); o != nil && s.has("read_orders") && s.visible(o, x.now) {
			return newOrder(o)
		}
	case "Customer":
		if c := s.byNumber[n]; c != nil && s.has("read_customers") {
			return customerObj{c}
		}
	case "Product":
		for _, p := range s.products {
			if p.ID == n && s.has("read_products") {
				return productObj{p}
			}
		}
	case "ProductVariant":
		if v, ok := s.variants[n]; ok && s.has("read_products") {
			return variantObj{v}
		}
	case "MediaImage":
		if f := s.gallery.Files[n]; f != nil && s.has("read_products") {
			return mediaImage{f}
		}
	case "InventoryItem":
		if v, ok := s.variants[n]; ok {
			return inventoryItem{v}
		}
	case "Location":
		if l := s.location(n); l != nil {
			return locationObj{l}
		}
	case "Company", "CompanyLocation", "CompanyContact", "PaymentTermsTemplate", "CompanyContactRole", "CompanyAddress":
		return x.companyNode(typ, n)
	case "ShopifyPaymentsAccount", "ShopifyPaymentsPayout", "ShopifyPaymentsBalanceTransaction", "ShopifyPaymentsDispute":
		return x.paymentsNode(typ, n)
	case "BulkOperation":
		if b := s.bulk(n); b != nil {
			return b
		}
	case "WebhookSubscription":
		for _, w := range s.subs {
			if w.id == n {
				return webhookObj{w}
			}
		}
	case "Shop":
		if n == s.info.ID {
			return shopObj{s}
		}
	default:
		o := s.owned(typ, n)
		if o == nil {
			o = s.floodNode(typ, n)
		}
		if o != nil && s.has("read_orders") && s.visible(o, x.now) {
			return newOrder(o).part(x, typ, n)
		}
	}
	return nil
}

// keyer names the sort of a connection and what an entry is sorted by.
type keyer[T any] func(sortKey string, e T) (val string, id int64)

// search filters, sorts and pages.
func search[T any](x *execution, args map[string]any, fields map[string]searchField[T], free func(T) []string, all []T,
	name string, key keyer[T], wrap func(T) object,
) any {
	query := asString(args["query"])
	found, warnings, err := filter(x.clock(), fields, free, query, all)
	if err != nil {
		return err
	}
	x.warn(name, query, warnings)
	sortKey := asString(args["sortKey"])
	items := make([]item, len(found))
	for i, e := range found {
		items[i].val, items[i].id = key(sortKey, e)
		items[i].obj = later[T]{e, wrap}
	}
	slices.SortFunc(items, compare)
	p := paginate(args, sortKey, items)
	if p, ok := p.(*page); ok {
		for i := range p.items {
			if l, ok := p.items[i].obj.(later[T]); ok {
				p.items[i].obj = l.wrap(l.e)
			}
		}
	}
	return p
}

// later wraps an entry only once it is on the page.
type later[T any] struct {
	e    T
	wrap func(T) object
}

func (later[T]) typeName() string                             { return "" }
func (later[T]) field(*execution, string, map[string]any) any { return nil }

func (x *execution) warn(name, query string, ws []warning) {
	if len(ws) > 0 {
		x.search = append(x.search, searchReport{Path: []any{name}, Query: query, Warnings: ws})
	}
}

func count[T any](x *execution, args map[string]any, fields map[string]searchField[T], free func(T) []string, all []T, name string) any {
	limit, limited := asInt(args["limit"])
	if limited && limit < 1 {
		return fail(codeBadRequest, "limit must be greater than 0")
	}
	query := asString(args["query"])
	found, warnings, err := filter(x.clock(), fields, free, query, all)
	if err != nil {
		return err
	}
	x.warn(name, query, warnings)
	n := len(found)
	if limited && n > limit {
		return countObj{limit, "AT_LEAST"}
	}
	return countObj{n, "EXACT"}
}

type countObj struct {
	n         int
	precision string
}

func (countObj) typeName() string { return "Count" }

func (c countObj) field(_ *execution, name string, _ map[string]any) any {
	if name == "count" {
		return c.n
	}
	return c.precision
}

// searchable is where a list of orders looks: without a query in the
// database, with one in the index.
func (x *execution) searchable(args map[string]any, of *data.Customer) []*data.Order {
	all := x.shop.database
	if asString(args["query"]) != "" {
		all = func() []*data.Order { return x.shop.indexed(x.now) }
	}
	return slices.DeleteFunc(append(all(), x.shop.flooded(asString(args["query"]))...), func(o *data.Order) bool {
		return !x.shop.visible(o, x.now) || of != nil && o.Customer != of.ID
	})
}

func (x *execution) orders(args map[string]any, of *data.Customer, name string) any {
	return search(x, args, orderFields, orderFree, x.searchable(args, of), name, orderKey, func(o *data.Order) object { return newOrder(o) })
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func orderKey(sortKey string, o *data.Order) (string, int64) {
	switch sortKey {
	case "UPDATED_AT":
		return stamp(o.UpdatedAt), o.ID
	case "CREATED_AT":
		return stamp(o.CreatedAt), o.ID
	case "PROCESSED_AT", "RELEVANCE":
		return stamp(o.ProcessedAt), o.ID
	case "ORDER_NUMBER":
		return fmt.Sprintf("%012d", o.Number), o.ID
	case "FINANCIAL_STATUS":
		return o.FinancialStatus, o.ID
	case "FULFILLMENT_STATUS":
		return o.FulfillmentStatus, o.ID
	case "PO_NUMBER":
		return o.PONumber, o.ID
	case "TOTAL_PRICE", "CURRENT_TOTAL_PRICE":
		t := o.Totals()
		if sortKey == "TOTAL_PRICE" {
			return fmt.Sprintf("%020s", t.Price.Shop.StringFixed(4)), o.ID
		}
		return fmt.Sprintf("%020s", t.CurrentPrice.Shop.StringFixed(4)), o.ID
	case "TOTAL_ITEMS_QUANTITY":
		n := 0
		for _, l := range o.Lines {
			n += l.Quantity
		}
		return fmt.Sprintf("%012d", n), o.ID
	case "CUSTOMER_NAME", "DESTINATION":
		if o.Shipping != nil {
			return o.Shipping.City + " " + o.Shipping.LastName, o.ID
		}
	}
	return "", o.ID
}

func customerKey(sortKey string, c *data.Customer) (string, int64) {
	switch sortKey {
	case "UPDATED_AT":
		return stamp(c.UpdatedAt), c.ID
	case "CREATED_AT":
		return stamp(c.CreatedAt), c.ID
	case "NAME":
		return strings.ToLower(c.LastName + ", " + c.FirstName), c.ID
	}
	return "", c.ID
}

func productKey(sortKey string, p *data.Product) (string, int64) {
	switch sortKey {
	case "UPDATED_AT":
		return stamp(p.UpdatedAt), p.ID
	case "CREATED_AT":
		return stamp(p.CreatedAt), p.ID
	case "PUBLISHED_AT":
		return stamp(p.PublishedAt), p.ID
	case "TITLE":
		return strings.ToLower(p.Title), p.ID
	case "VENDOR":
		return strings.ToLower(p.Vendor), p.ID
	case "PRODUCT_TYPE":
		return strings.ToLower(p.Type), p.ID
	}
	return "", p.ID
}

func variantKey(sortKey string, v variant) (string, int64) {
	switch sortKey {
	case "SKU":
		return strings.ToLower(v.v.SKU), v.v.ID
	case "TITLE", "NAME", "FULL_TITLE":
		return strings.ToLower(v.p.Title + " " + v.v.Title), v.v.ID
	case "POSITION":
		return fmt.Sprintf("%020d %06d", v.p.ID, slices.Index(v.p.Variants, v.v)), v.v.ID
	}
	return "", v.v.ID
}

func locationKey(sortKey string, l *data.Location) (string, int64) {
	if sortKey == "ID" {
		return "", l.ID
	}
	return strings.ToLower(l.Name), l.ID
}
