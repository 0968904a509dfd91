package shopify_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"backroom/infra/sim/shopify/data"
)

const (
	setProduct     = `mutation ($input: ProductSetInput!, $by: ProductSetIdentifiers) { productSet(input: $input, identifier: $by) { product { id handle status variants(first: 5) { nodes { id sku title } } } userErrors { field message code } } }`
	changeProduct  = `mutation ($p: ProductUpdateInput!) { productUpdate(product: $p) { product { id title } userErrors { field message } } }`
	changeVariants = `mutation ($p: ID!, $v: [ProductVariantsBulkInput!]!, $part: Boolean) { productVariantsBulkUpdate(productId: $p, variants: $v, allowPartialUpdates: $part) { productVariants { id price } userErrors { field message code } } }`
	addVariants    = `mutation ($p: ID!, $v: [ProductVariantsBulkInput!]!) { productVariantsBulkCreate(productId: $p, variants: $v) { productVariants { id title } userErrors { field message code } } }`
	showProduct    = `mutation ($id: ID!, $in: [PublicationInput!]!) { publishablePublish(id: $id, input: $in) { userErrors { field message } } }`
)

func product(w *world, n int) *data.Product { return w.shop.Products()[n] }

func productID(w *world, n int) string { return gidOf("Product", product(w, n).ID) }

func variantID(w *world, n int) string { return gidOf("ProductVariant", product(w, n).Variants[0].ID) }

// sized is an input of a product with n variants.
func sized(n int) object {
	var values, variants []any
	for i := range n {
		name := fmt.Sprint("Size ", i)
		values, variants = append(values, object{"name": name}), append(variants, object{"optionValues": []any{object{"optionName": "Size", "name": name}}})
	}
	return object{"title": "Shirt", "productOptions": []any{object{"name": "Size", "values": values}}, "variants": variants}
}

func changed(in, change object) object {
	out := maps.Clone(in)
	maps.Copy(out, change)
	return out
}

func onVariant(query string, v object) func(*world) call {
	return func(w *world) call {
		if query == changeVariants && v["id"] == nil {
			v = changed(v, object{"id": variantID(w, 0)})
		}
		return call{query: query, vars: object{"p": productID(w, 0), "v": []any{v}}}
	}
}

func productRefusals() []refusal {
	value := func(name string) object { return object{"optionValues": []any{object{"name": name}}} }
	return []refusal{
		{"product without title", "14", nil, with(setProduct, object{"input": object{"vendor": "x"}}), 0, "", "Title can't be blank"},
		{"title too long", "14", nil, with(setProduct, object{"input": object{"title": strings.Repeat("a", 256)}}), 0, "", "Title is too long (maximum is 255 characters)"},
		{"options without variants", "21.7", nil, with(setProduct, object{"input": object{"title": "a", "productOptions": []any{object{"name": "Size"}}}}), 0, "VARIANTS_INPUT_MISSING", "Variants input is required"},
		{"variants without options", "21.7", nil, with(setProduct, object{"input": object{"title": "a", "variants": []any{value("M")}}}), 0, "PRODUCT_OPTIONS_INPUT_MISSING", "Product options input is required"},
		{"2,049 variants", "14", nil, with(setProduct, object{"input": sized(2049)}), 0, "MAX_INPUT_SIZE_EXCEEDED", "The input array size of 2049 is greater"},
		{"four options", "14", nil, with(setProduct, object{"input": changed(sized(1), object{"productOptions": []any{object{"name": "a"}, object{"name": "b"}, object{"name": "c"}, object{"name": "d"}}})}), 0, "OPTIONS_OVER_LIMIT", "The number of options"},
		{"handle that is taken", "21.7", nil, func(w *world) call {
			return call{query: setProduct, vars: object{"input": changed(sized(1), object{"handle": product(w, 0).Handle})}}
		}, 0, "HANDLE_NOT_UNIQUE", "Handle '"},
		{"option value too long", "14", nil, with(setProduct, object{"input": changed(sized(1), object{"variants": []any{value(strings.Repeat("a", 256))}})}), 0, "OPTION_VALUE_NAME_TOO_LONG", "Option value name is too long"},
		{"update of no product", "14", nil, with(changeProduct, object{"p": object{"id": "gid://shopify/Product/1"}}), 0, "", "Product does not exist"},
		{"update to no title", "14", nil, func(w *world) call {
			return call{query: changeProduct, vars: object{"p": object{"id": productID(w, 0), "title": " "}}}
		}, 0, "", "Title can't be blank"},
		{"variants of no product", "14", nil, with(changeVariants, object{"p": "gid://shopify/Product/1", "v": []any{}}), 0, "PRODUCT_DOES_NOT_EXIST", "Product does not exist"},
		{"unknown variant", "14", nil, onVariant(changeVariants, object{"id": "gid://shopify/ProductVariant/1"}), 0, "PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist"},
		{"negative price", "14", nil, onVariant(changeVariants, object{"price": "-1"}), 0, "GREATER_THAN_OR_EQUAL_TO", "Price must be greater than or equal to 0"},
		{"price of 1e18", "14", nil, onVariant(changeVariants, object{"price": "1000000000000000000"}), 0, "INVALID_VALUE", "Price must be less than"},
		{"stock in an update", "14", nil, onVariant(changeVariants, object{"inventoryQuantities": []any{object{"availableQuantity": 1, "locationId": "gid://shopify/Location/61001"}}}), 0, "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE", "Inventory quantities can only be provided during create"},
		{"HS code with letters", "21.1", nil, onVariant(changeVariants, object{"inventoryItem": object{"harmonizedSystemCode": "6912 X"}}), 0, "INVALID_INPUT", "Harmonized system code must be"},
		{"HS code of five digits", "21.1", nil, onVariant(changeVariants, object{"inventoryItem": object{"harmonizedSystemCode": "69120"}}), 0, "INVALID_INPUT", "Harmonized system code must be"},
		{"negative weight", "14", nil, onVariant(changeVariants, object{"inventoryItem": object{"measurement": object{"weight": object{"value": -1.5, "unit": "KILOGRAMS"}}}}), 0, "INVALID_INPUT", "Weight must be greater than or equal to 0"},
		{"new variant with an id", "14", nil, onVariant(addVariants, object{"id": "gid://shopify/ProductVariant/1"}), 0, "NO_KEY_ON_CREATE", "id cannot be specified"},
		{"new variant without values", "14", nil, func(w *world) call {
			return call{query: addVariants, vars: object{"p": productID(w, 0), "v": []any{object{"optionValues": []any{}}}}}
		}, 0, "NEED_TO_ADD_OPTION_VALUES", "You need to add option values for"},
		{"publication that is none", "14", nil, func(w *world) call {
			return call{query: showProduct, vars: object{"id": productID(w, 0), "in": []any{object{"publicationId": "gid://shopify/Publication/1"}}}}
		}, 0, "", "Publication does not exist"},
	}
}

// A product is created with its handle once; what an update leaves out stays, and a
// change of one variant leaves the others as they were.
func TestProductsAreWritten(t *testing.T) {
	w := newWorld(t)
	in := changed(sized(3), object{"handle": "shirt-1000", "descriptionHtml": `<p onclick="x()">Soft</p><script>alert(1)</script>`})
	made, ok := w.ask(t, setProduct, object{"input": in})["productSet"].(object)["product"].(object)
	if !ok || made["handle"] != "shirt-1000" || made["status"] != "ACTIVE" {
		t.Fatalf("made %v", made)
	}
	ps := w.shop.Products()
	p := ps[len(ps)-1]
	if len(p.Variants) != 3 || p.DescriptionHTML != "<p>Soft</p>" {
		t.Fatalf("stored %+v", p)
	}
	id := gidOf("Product", p.ID)
	w.ask(t, changeVariants, object{"p": id, "part": true, "v": []any{
		object{"id": gidOf("ProductVariant", p.Variants[1].ID), "price": "9.999", "inventoryItem": object{"sku": "S1", "cost": "4.5"}},
		object{"id": "gid://shopify/ProductVariant/1", "price": "1"},
	}})
	w.ask(t, changeProduct, object{"p": object{"id": id, "productType": "Shirts"}})
	w.ask(t, addVariants, object{"p": id, "v": []any{object{"optionValues": []any{object{"optionName": "Size", "name": "XL"}}}}})
	w.ask(t, showProduct, object{"id": id, "in": []any{object{"publicationId": "gid://shopify/Publication/901"}}})
	ps = w.shop.Products()
	n := ps[len(ps)-1]
	var skus, prices []string
	for _, v := range n.Variants {
		skus, prices = append(skus, v.SKU), append(prices, v.Price.String())
	}
	if n.Title != "Shirt" || n.Type != "Shirts" || !slices.Equal(skus, []string{"", "S1", "", ""}) || !slices.Equal(prices, []string{"0", "10", "0", "0"}) || !slices.Equal(n.Channels, []int64{901}) {
		t.Errorf("stored %+v: SKUs %q, prices %q", n, skus, prices)
	}
	if p.Variants[1].SKU != "" {
		t.Error("a change shows in what was handed out before")
	}
	byHandle := w.ask(t, `{ productByIdentifier(identifier: {handle: "shirt-1000"}) { id } publications(first: 5) { nodes { id catalog { title } } } }`, nil)
	if found, ok := byHandle["productByIdentifier"].(object); !ok || found["id"] != id {
		t.Errorf("by its handle %v", byHandle)
	}
}

// The only variant of a new product gives way to those that are added.
func TestStandaloneVariantGoes(t *testing.T) {
	w := newWorld(t)
	w.ask(t, setProduct, object{"input": object{"title": "Mug"}})
	ps := w.shop.Products()
	id := gidOf("Product", ps[len(ps)-1].ID)
	w.ask(t, addVariants, object{"p": id, "v": []any{object{"optionValues": []any{object{"optionName": "Title", "name": "Blue"}}}}})
	ps = w.shop.Products()
	if vs := ps[len(ps)-1].Variants; len(vs) != 1 || vs[0].Title != "Blue" {
		t.Errorf("variants %+v", vs)
	}
}
