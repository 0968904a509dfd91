package productapi

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"backroom/shared/fault"
	"backroom/shared/listings"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

func (c *Client) write(op string) *shopify.Exchange {
	return c.core.Do(shopify.Call{Op: op, Write: true, PerRoot: true})
}

// judged is the error of a mutation with one root: its own, what Shopify refuses, or
// that the answer lacks it. what is it in a merchant's words.
func judged(x *shopify.Exchange, root string, answered bool, errs []gql.UserError, what string) error {
	f := x.Root(root)
	switch {
	case f != nil:
	case !answered:
		f = x.Incomplete("no answer for it")
	case len(errs) > 0:
		f = shopify.Refused(what, errs)
	default:
		return nil
	}
	if f.Op == "" {
		f.Op = "shopify." + root
	}
	return f
}

// CreateProduct implements listings.Shop.
func (c *Client) CreateProduct(ctx context.Context, p listings.NewProduct) (out listings.Product, err error) {
	x := c.write("CreateProduct")
	r, err := gql.CreateProduct(ctx, x, inputOf(p))
	if err != nil {
		return out, err
	}
	set := r.ProductSet
	var errs []gql.UserError
	taken := false
	if set != nil {
		for _, e := range set.UserErrors {
			errs = append(errs, gql.UserError{Field: e.Field, Message: e.Message})
			taken = taken || e.Code != nil && *e.Code == "HANDLE_NOT_UNIQUE" || len(e.Field) == 2 && e.Field[1] == "handle"
		}
	}
	if err = judged(x, "productSet", set != nil, errs, "the product "+p.Title); err != nil {
		if taken {
			err = fmt.Errorf("%w: %w", listings.ErrTaken, err)
		}
		return out, err
	}
	if set.Product == nil {
		return out, x.Incomplete("the product is missing from the answer")
	}
	return c.whole(ctx, *set.Product)
}

func inputOf(p listings.NewProduct) gql.ProductSetInput {
	in := gql.ProductSetInput{Title: &p.Title, Handle: &p.Handle, Status: &p.Status}
	if p.Vendor != "" {
		in.Vendor = &p.Vendor
	}
	in.ProductType, in.DescriptionHtml = some(p.Type), some(p.HTML)
	option := p.Option
	if option == "" {
		option = "Title"
	}
	o := gql.OptionSetInput{Name: &option}
	for _, v := range p.Variants {
		value, price := v.Value, v.Price.String()
		if p.Option == "" {
			value = "Default Title"
		}
		o.Values = append(o.Values, gql.OptionValueSetInput{Name: &value})
		in.Variants = append(in.Variants, gql.ProductVariantSetInput{
			OptionValues: []gql.VariantOptionValueInput{{OptionName: &option, Name: &value}}, Sku: some(v.SKU), Barcode: some(v.Barcode),
			Price: &price, Taxable: &v.Taxable, InventoryPolicy: policy(v.Oversell), InventoryItem: stockOf(v, nil),
		})
	}
	in.ProductOptions = []gql.OptionSetInput{o}
	return in
}

// stockOf is the inventory item of a new variant.
func stockOf(v listings.NewVariant, sku *string) *gql.InventoryItemInput {
	return &gql.InventoryItemInput{Sku: sku, Tracked: &v.Tracked, HarmonizedSystemCode: some(v.HSCode), CountryCodeOfOrigin: some(v.Origin), Measurement: measurement(v.Weight)}
}

func measurement(w *listings.Weight) *gql.InventoryItemMeasurementInput {
	if w == nil {
		return nil
	}
	return &gql.InventoryItemMeasurementInput{Weight: &gql.WeightInput{Value: json.Number(w.Value.String()), Unit: w.Unit}}
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func policy(oversell bool) *string {
	p := "DENY"
	if oversell {
		p = "CONTINUE"
	}
	return &p
}

// UpdateProduct implements listings.Shop.
func (c *Client) UpdateProduct(ctx context.Context, id string, change listings.ProductChange) (out listings.Product, err error) {
	x := c.write("UpdateProduct")
	gid := wire.GID("Product", id)
	r, err := gql.UpdateProduct(ctx, x, gql.ProductUpdateInput{Id: &gid, Title: change.Title, DescriptionHtml: change.HTML, Vendor: change.Vendor, ProductType: change.Type, Status: change.Status})
	if err != nil {
		return out, err
	}
	p := r.ProductUpdate
	var errs []gql.UserError
	if p != nil {
		errs = p.UserErrors
	}
	if err := judged(x, "productUpdate", p != nil, errs, "the change of the product"); err != nil {
		return out, err
	}
	if p.Product == nil {
		return out, x.Incomplete("the product is missing from the answer")
	}
	return listings.Product{ID: id, Title: p.Product.Title, HTML: p.Product.DescriptionHtml, Vendor: p.Product.Vendor, Type: p.Product.ProductType, Status: p.Product.Status, UpdatedAt: p.Product.UpdatedAt.UTC()}, nil
}

// UpdateVariants implements listings.Shop: one bad row rejects no other.
func (c *Client) UpdateVariants(ctx context.Context, product string, cs []listings.VariantChange) (done []listings.ProductVariant, refused map[string]error, err error) {
	in := make([]gql.ProductVariantsBulkInput, len(cs))
	for i, v := range cs {
		id := wire.GID("ProductVariant", v.ID)
		in[i] = gql.ProductVariantsBulkInput{Id: &id, Barcode: v.Barcode, Taxable: v.Taxable}
		if v.Oversell != nil {
			in[i].InventoryPolicy = policy(*v.Oversell)
		}
		if v.SKU != nil || v.HSCode != nil || v.Origin != nil || v.Weight != nil {
			in[i].InventoryItem = &gql.InventoryItemInput{Sku: v.SKU, HarmonizedSystemCode: v.HSCode, CountryCodeOfOrigin: v.Origin, Measurement: measurement(v.Weight)}
		}
	}
	x := c.write("UpdateVariants")
	r, err := gql.UpdateVariants(ctx, x, wire.GID("Product", product), in)
	if err != nil {
		return nil, nil, err
	}
	p := r.ProductVariantsBulkUpdate
	if p == nil {
		return nil, nil, judged(x, "productVariantsBulkUpdate", false, nil, "")
	}
	refused = map[string]error{}
	for _, e := range p.UserErrors {
		err := shopify.Refused("the change of the variant", []gql.UserError{{Field: e.Field, Message: e.Message}})
		err.Op = "shopify.UpdateVariants"
		i, ok := row(e.Field)
		if !ok || i >= len(cs) {
			return nil, nil, err // of all of them
		}
		refused[cs[i].ID] = err
	}
	asked := map[string]bool{}
	for _, v := range cs {
		asked[v.ID] = refused[v.ID] == nil
	}
	for _, n := range p.ProductVariants {
		v, err := variantOf(n)
		if err != nil {
			return nil, nil, &fault.Error{Op: "shopify.UpdateVariants", Kind: fault.Unknown, Err: err}
		}
		if asked[v.ID] { // beside a refusal the variants come as they were
			done = append(done, v)
		}
	}
	return done, refused, nil
}

// row is the index that an error of a list names: ["variants", "3", "price"].
func row(field []string) (int, bool) {
	if len(field) < 2 {
		return 0, false
	}
	i, err := strconv.Atoi(field[1])
	return i, err == nil && i >= 0
}

// CreateVariants implements listings.Shop.
func (c *Client) CreateVariants(ctx context.Context, product, option string, vs []listings.NewVariant) ([]listings.ProductVariant, error) {
	in := make([]gql.ProductVariantsBulkInput, len(vs))
	for i, v := range vs {
		value, price := v.Value, v.Price.String()
		in[i] = gql.ProductVariantsBulkInput{
			OptionValues: []gql.VariantOptionValueInput{{OptionName: &option, Name: &value}}, Barcode: some(v.Barcode), Price: &price,
			Taxable: &v.Taxable, InventoryPolicy: policy(v.Oversell), InventoryItem: stockOf(v, some(v.SKU)),
		}
	}
	x := c.write("CreateVariants")
	r, err := gql.CreateVariants(ctx, x, wire.GID("Product", product), in)
	if err != nil {
		return nil, err
	}
	p := r.ProductVariantsBulkCreate
	var errs []gql.UserError
	if p != nil {
		for _, e := range p.UserErrors {
			errs = append(errs, gql.UserError{Field: e.Field, Message: e.Message})
		}
	}
	if err := judged(x, "productVariantsBulkCreate", p != nil, errs, "the new variants"); err != nil {
		return nil, err
	}
	out := make([]listings.ProductVariant, len(p.ProductVariants))
	for i, n := range p.ProductVariants {
		if out[i], err = variantOf(n); err != nil {
			return nil, &fault.Error{Op: "shopify.CreateVariants", Kind: fault.Unknown, Err: err}
		}
	}
	return out, nil
}

// Publish implements listings.Shop.
func (c *Client) Publish(ctx context.Context, product string, channels []string) error {
	in := make([]gql.PublicationInput, len(channels))
	for i, ch := range channels {
		id := wire.GID("Publication", ch)
		in[i] = gql.PublicationInput{PublicationId: &id}
	}
	x := c.write("PublishProduct")
	r, err := gql.PublishProduct(ctx, x, wire.GID("Product", product), in)
	if err != nil {
		return err
	}
	var errs []gql.UserError
	if r.PublishablePublish != nil {
		errs = r.PublishablePublish.UserErrors
	}
	return judged(x, "publishablePublish", r.PublishablePublish != nil, errs, "to show the product in its sales channels")
}
