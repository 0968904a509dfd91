package shopify

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// Limits of products (14).
const (
	productScope    = "write_products"
	maxVariants     = 2048
	maxOptions      = 3
	maxProductText  = 255
	defaultVariant  = "Default Title"
	defaultOption   = "Title"
	productSetTyp   = "ProductSetPayload"
	productSetError = "ProductSetUserError"
)

func (x *execution) productMutation(name string, args map[string]any) any {
	switch name {
	case "productSet":
		return x.productSet(args)
	case "productUpdate":
		return x.productUpdate(asMap(args["product"]))
	case "productVariantsBulkUpdate":
		return x.variantsUpdate(args)
	case "productVariantsBulkCreate":
		return x.variantsCreate(args)
	case "publishablePublish":
		return x.publish(args)
	}
	return x.customerMutation(name, args)
}

// productOf finds a product for a mutation.
func (x *execution) productOf(id any) *data.Product {
	typ, n := splitGID(id)
	if typ != "Product" {
		return nil
	}
	return x.shop.productByID(n)
}

// scripts are what Shopify takes out of HTML on write.
var scripts = regexp.MustCompile(`(?is)<script.*?</script>|<script[^>]*>|\son\w+="[^"]*"`)

// setProduct sets the scalars that are given.
func setProduct(p *data.Product, in map[string]any, under ...string) (errs []userError) {
	for _, f := range []struct {
		name, label string
		to          *string
	}{{"title", "Title", &p.Title}, {"vendor", "Vendor", &p.Vendor}, {"productType", "Product type", &p.Type}} {
		v, given := in[f.name]
		if !given {
			continue
		}
		*f.to = strings.TrimSpace(asString(v))
		switch n := utf8.RuneCountInString(*f.to); {
		case n == 0 && f.name == "title":
			errs = append(errs, userError{path: append(under, f.name), message: "Title can't be blank"})
		case n > maxProductText:
			errs = append(errs, userError{path: append(under, f.name), message: f.label + " is too long (maximum is 255 characters)"})
		}
	}
	if v, given := in["descriptionHtml"]; given {
		p.DescriptionHTML = scripts.ReplaceAllString(asString(v), "")
	}
	if v := asString(in["status"]); v != "" {
		p.Status = v
	}
	return errs
}

// productSet creates: one with an identifier is not simulated.
func (x *execution) productSet(args map[string]any) any {
	in := asMap(args["input"])
	no := func(code, message string, path ...string) any {
		return refused(productSetTyp, userError{path: append([]string{"input"}, path...), message: message, code: code, typ: productSetError})
	}
	if args["identifier"] != nil || args["synchronous"] == false {
		return fail("NOT_SIMULATED", "This simulator creates products by productSet, at once and without an identifier.")
	}
	options, vs := asList(in["productOptions"]), asList(in["variants"])
	handle := asString(in["handle"])
	switch {
	case len(options) > 0 && len(vs) == 0:
		return no("VARIANTS_INPUT_MISSING", "Variants input is required when updating product options", "variants")
	case len(vs) > 0 && len(options) == 0:
		return no("PRODUCT_OPTIONS_INPUT_MISSING", "Product options input is required when updating variants", "variants")
	case len(options) > maxOptions:
		return no("OPTIONS_OVER_LIMIT", "The number of options specified exceeds the limit of 3", "productOptions")
	case handle != "" && slices.ContainsFunc(x.shop.products, func(p *data.Product) bool { return p.Handle == handle }):
		return no("HANDLE_NOT_UNIQUE", fmt.Sprintf("Handle '%s' already in use. Please provide a new handle.", handle), "handle")
	}
	p := &data.Product{Handle: handle, Status: "ACTIVE"}
	errs := setProduct(p, in, "input")
	if in["title"] == nil {
		errs = append(errs, userError{path: []string{"input", "title"}, message: "Title can't be blank"})
	}
	for _, o := range options {
		p.Options = append(p.Options, asString(asMap(o)["name"]))
	}
	if len(options) == 0 {
		p.Options, p.DefaultVariantOnly = []string{defaultOption}, true
		vs = []any{map[string]any{"optionValues": []any{map[string]any{"name": defaultVariant}}}}
	}
	for i, v := range vs {
		nv := &data.Variant{Taxable: true, RequiresShipping: true, Stock: map[int64]int{}}
		errs = append(errs, setVariant(p, nv, asMap(v), "input", "variants", strconv.Itoa(i))...)
		p.Variants = append(p.Variants, nv)
	}
	if len(errs) > 0 {
		for i := range errs {
			errs[i].typ = productSetError
		}
		return refused(productSetTyp, errs...)
	}
	if p.Handle == "" {
		p.Handle = x.freeHandle(p.Title)
	}
	if len(p.Variants) == 1 && p.Variants[0].Title == defaultVariant {
		p.DefaultVariantOnly = true
	}
	x.shop.numberProduct(p, x.now)
	return payload{typ: productSetTyp, fields: map[string]any{"product": productObj{p}}}
}

// freeHandle is a handle made of a title; one that is taken gets a number.
func (x *execution) freeHandle(title string) string {
	base := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(title), "-"), "-")
	for n := 0; ; n++ {
		h := base
		if n > 0 {
			h += "-" + strconv.Itoa(n)
		}
		if !slices.ContainsFunc(x.shop.products, func(p *data.Product) bool { return p.Handle == h }) {
			return h
		}
	}
}

// setVariant sets what is given of a variant that is part of p, or will be.
func setVariant(p *data.Product, v *data.Variant, in map[string]any, path ...string) (errs []userError) {
	no := func(code, message string, field string) {
		errs = append(errs, userError{path: append(slices.Clone(path), field), message: message, code: code})
	}
	if given := asList(in["optionValues"]); given != nil {
		values, wrong := optionValues(p, given)
		if wrong.message != "" {
			no(wrong.code, wrong.message, "optionValues")
			return errs
		}
		if slices.ContainsFunc(p.Variants, func(o *data.Variant) bool { return o != v && slices.Equal(o.Values, values) }) {
			no("VARIANT_ALREADY_EXISTS", fmt.Sprintf("The variant '%s' already exists. Please change at least one option value.", strings.Join(values, " / ")), "optionValues")
			return errs
		}
		v.Values, v.Title = values, strings.Join(values, " / ")
	}
	amount := func(name string) (decimal.Decimal, bool) {
		text := asString(in[name])
		if text == "" {
			return decimal.Zero, false
		}
		d, err := decimal.NewFromString(text)
		switch {
		case err != nil:
			no("INVALID_VALUE", "Price is not a number", name)
		case d.IsNegative():
			no("GREATER_THAN_OR_EQUAL_TO", "Price must be greater than or equal to 0", name)
		case d.GreaterThanOrEqual(decimal.New(1, 18)):
			no("INVALID_VALUE", "Price must be less than 1000000000000000000", name)
		}
		return d.Round(2), true
	}
	if d, ok := amount("price"); ok {
		v.Price = d
	}
	if at, given := in["compareAtPrice"]; given {
		if v.CompareAt = nil; at != nil {
			if d, ok := amount("compareAtPrice"); ok {
				v.CompareAt = &d
			}
		}
	}
	for _, e := range setCustoms(v, asMap(in["inventoryItem"])) {
		no(e.code, e.message, "inventoryItem")
	}
	setStock(v, in)
	return errs
}

// setStock sets what of a variant belongs to its inventory item, and its switches.
func setStock(v *data.Variant, in map[string]any) {
	if b, given := in["barcode"]; given {
		v.Barcode = strings.TrimSpace(asString(b))
	}
	if sku, given := in["sku"]; given {
		v.SKU = asString(sku)
	}
	if t, ok := in["taxable"].(bool); ok {
		v.Taxable = t
	}
	if policy := asString(in["inventoryPolicy"]); policy != "" {
		v.Oversell = policy == "CONTINUE"
	}
	item := asMap(in["inventoryItem"])
	if sku, given := item["sku"]; given {
		v.SKU = asString(sku)
	}
	if t, ok := item["tracked"].(bool); ok {
		v.Tracked = t
	}
	if cost, given := item["cost"]; given {
		if v.Cost = nil; cost != nil {
			if d, err := decimal.NewFromString(fmt.Sprint(cost)); err == nil {
				v.Cost = &d
			}
		}
	}
}

// optionValues are the values of a variant in the order of the product's options.
func optionValues(p *data.Product, given []any) (values []string, wrong userError) {
	if len(given) != len(p.Options) {
		return nil, userError{code: "NEED_TO_ADD_OPTION_VALUES", message: fmt.Sprintf("You need to add option values for %s", strings.Join(p.Options, ", "))}
	}
	values = make([]string, len(p.Options))
	for i, g := range given {
		m := asMap(g)
		at := i
		if name := asString(m["optionName"]); name != "" {
			at = slices.Index(p.Options, name)
		}
		name := strings.TrimSpace(asString(m["name"]))
		switch {
		case at < 0:
			return nil, userError{code: "OPTION_DOES_NOT_EXIST", message: "Option does not exist"}
		case strings.Contains(p.Options[at], " / "):
			return nil, userError{code: "INVALID_INPUT", message: "Option name cannot contain ' / '"}
		case name == "":
			return nil, userError{code: "INVALID_VALUE", message: "Option value can't be blank"}
		case utf8.RuneCountInString(name) > maxProductText:
			return nil, userError{code: "OPTION_VALUE_NAME_TOO_LONG", message: "Option value name is too long"}
		}
		values[at] = name
	}
	return values, userError{}
}

func (x *execution) productUpdate(in map[string]any) any {
	const typ = "ProductUpdatePayload"
	p := x.productOf(in["id"])
	if p == nil {
		return refused(typ, userError{path: []string{"id"}, message: "Product does not exist"})
	}
	n := copyOfProduct(p)
	if errs := setProduct(n, in); len(errs) > 0 {
		return refused(typ, errs...).with("product", productObj{p})
	}
	x.shop.saveProduct(n, x.now)
	return payload{typ: typ, fields: map[string]any{"product": productObj{n}}}
}

// variantsUpdate changes variants of one product: all, or with allowPartialUpdates
// those that can be.
func (x *execution) variantsUpdate(args map[string]any) any {
	const typ, errTyp = "ProductVariantsBulkUpdatePayload", "ProductVariantsBulkUpdateUserError"
	cur := x.productOf(args["productId"])
	if cur == nil {
		return refused(typ, userError{path: []string{"productId"}, message: "Product does not exist", code: "PRODUCT_DOES_NOT_EXIST", typ: errTyp})
	}
	p := copyOfProduct(cur)
	var errs []userError
	var changed []*data.Variant
	for i, e := range asList(args["variants"]) {
		in, path := asMap(e), []string{"variants", strconv.Itoa(i)}
		_, id := splitGID(in["id"])
		at := slices.IndexFunc(p.Variants, func(v *data.Variant) bool { return v.ID == id })
		var bad []userError
		switch {
		case in["id"] == nil:
			bad = []userError{{path: append(path, "id"), message: "Product variant is missing ID attribute", code: "PRODUCT_VARIANT_ID_MISSING"}}
		case at < 0:
			bad = []userError{{path: append(path, "id"), message: "Product variant does not exist", code: "PRODUCT_VARIANT_DOES_NOT_EXIST"}}
		case in["inventoryQuantities"] != nil:
			bad = []userError{{path: append(path, "inventoryQuantities"), message: "Inventory quantities can only be provided during create. To update inventory for existing variants, use inventoryAdjustQuantities.", code: "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"}}
		default:
			v := *p.Variants[at]
			was := p.Variants[at]
			p.Variants[at] = &v
			if bad = setVariant(p, &v, in, path...); len(bad) > 0 {
				p.Variants[at] = was
			} else {
				changed = append(changed, &v)
			}
		}
		errs = append(errs, bad...)
	}
	for i := range errs {
		errs[i].typ = errTyp
	}
	if len(errs) > 0 && args["allowPartialUpdates"] != true {
		return refused(typ, errs...)
	}
	if len(changed) > 0 {
		x.shop.saveProduct(p, x.now)
	}
	out := refused(typ, errs...)
	out.fields["productVariants"] = list(nil, changed, func(v *data.Variant) object { return variantObj{variant{p, v}} })
	return out.with("product", productObj{p})
}

// variantsCreate adds variants to a product, all or none. The only "Default Title"
// variant goes.
func (x *execution) variantsCreate(args map[string]any) any {
	const typ, errTyp = "ProductVariantsBulkCreatePayload", "ProductVariantsBulkCreateUserError"
	cur := x.productOf(args["productId"])
	if cur == nil {
		return refused(typ, userError{path: []string{"productId"}, message: "Product does not exist", code: "PRODUCT_DOES_NOT_EXIST", typ: errTyp})
	}
	p := copyOfProduct(cur)
	given := asList(args["variants"])
	if len(p.Variants) == 1 && p.Variants[0].Title == defaultVariant && len(given) > 0 {
		p.Variants, p.DefaultVariantOnly = nil, false
	}
	var errs []userError
	var made []*data.Variant
	for i, e := range given {
		v := &data.Variant{ID: 0, Taxable: true, RequiresShipping: true, Stock: map[int64]int{}}
		in, path := asMap(e), []string{"variants", strconv.Itoa(i)}
		if in["id"] != nil {
			errs = append(errs, userError{path: append(path, "id"), message: "id cannot be specified for a new variant", code: "NO_KEY_ON_CREATE"})
			continue
		}
		errs = append(errs, setVariant(p, v, in, path...)...)
		p.Variants, made = append(p.Variants, v), append(made, v)
	}
	if len(p.Variants) > maxVariants {
		return fail("MAX_INPUT_SIZE_EXCEEDED", "A product can have at most 2048 variants.")
	}
	for i := range errs {
		errs[i].typ = errTyp
	}
	if len(errs) > 0 {
		return refused(typ, errs...)
	}
	x.shop.numberProduct(p, x.now)
	return payload{typ: typ, fields: map[string]any{
		"product": productObj{p}, "productVariants": list(nil, made, func(v *data.Variant) object { return variantObj{variant{p, v}} }),
	}}
}

// publish shows a product in channels. Its errors have no code (21.1).
func (x *execution) publish(args map[string]any) any {
	const typ = "PublishablePublishPayload"
	p := x.productOf(args["id"])
	if p == nil {
		return refused(typ, userError{path: []string{"id"}, message: "Resource does not exist"})
	}
	n := copyOfProduct(p)
	for i, e := range asList(args["input"]) {
		_, id := splitGID(asMap(e)["publicationId"])
		if !slices.ContainsFunc(publications, func(p publication) bool { return p.id == id }) {
			return refused(typ, userError{path: []string{"input", strconv.Itoa(i), "publicationId"}, message: "Publication does not exist or is not publishable"})
		}
		if !slices.Contains(n.Channels, id) {
			n.Channels = append(n.Channels, id)
		}
	}
	if n.PublishedAt.IsZero() {
		n.PublishedAt = x.now.UTC()
	}
	x.shop.saveProduct(n, x.now)
	return payload{typ: typ, fields: map[string]any{}}
}
