// Package itemapi reads the items of a Business Central company, as package products
// asks for them.
package itemapi

import (
	"context"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/products"
)

// Items are the items of a company. Safe for concurrent use.
type Items struct{ bc *businesscentral.Client }

var _ products.Items = (*Items)(nil)

// New makes the items of c's company.
func New(c *businesscentral.Client) *Items { return &Items{bc: c} }

// ItemsByNumber implements products.Items.
func (i *Items) ItemsByNumber(ctx context.Context, numbers []string) ([]products.Item, error) {
	return find(ctx, i, "businesscentral.ItemsByNumber", "items", "number", numbers, func(r item) products.Item { return products.Item(r) })
}

// ItemsByGTIN implements products.Items.
func (i *Items) ItemsByGTIN(ctx context.Context, gtins []string) ([]products.Item, error) {
	return find(ctx, i, "businesscentral.ItemsByGTIN", "items", "gtin", gtins, func(r item) products.Item { return products.Item(r) })
}

// VariantsByItem implements products.Items.
func (i *Items) VariantsByItem(ctx context.Context, itemNumbers []string) ([]products.Variant, error) {
	return find(ctx, i, "businesscentral.VariantsByItem", "itemVariants", "itemNumber", itemNumbers, func(r variant) products.Variant { return products.Variant(r) })
}

// VariantsByCode implements products.Items.
func (i *Items) VariantsByCode(ctx context.Context, codes []string) ([]products.Variant, error) {
	return find(ctx, i, "businesscentral.VariantsByCode", "itemVariants", "code", codes, func(r variant) products.Variant { return products.Variant(r) })
}

func find[T, N any](ctx context.Context, i *Items, op, set, field string, codes []string, noun func(T) N) ([]N, error) {
	return businesscentral.Find(ctx, i.bc, op, set, field, businesscentral.Distinct(codes, bcapi.Code), noun)
}
