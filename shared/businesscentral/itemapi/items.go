// Package itemapi reads the items of a Business Central company, as package products
// asks for them.
package itemapi

import (
	"context"
	"slices"
	"strings"

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

// vendorItem is a row of itemDetails as those are asked for that vendors call something.
type vendorItem struct {
	ItemNumber string `json:"number"`
	Code       string `json:"vendorItemNumber"`
}

// VendorItems implements products.Items, from the companion API.
func (i *Items) VendorItems(ctx context.Context, codes []string) ([]products.VendorItem, error) {
	rows, err := companionRows[vendorItem](ctx, i.bc, "businesscentral.VendorItems", "itemDetails", "vendorItemNumber", businesscentral.Distinct(codes, strings.TrimSpace))
	if err != nil {
		if absent(err) {
			return nil, nil
		}
		return nil, err
	}
	var out []products.VendorItem
	for _, r := range rows {
		if slices.Contains(codes, r.Code) { // a filter compares as the database does
			out = append(out, products.VendorItem{Code: r.Code, ItemNumber: bcapi.Code(r.ItemNumber)})
		}
	}
	return out, nil
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
