// Package productapi reads and writes the products of a Shopify shop, as package
// listings asks for them.
package productapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/listings"
	"backroom/shared/money"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client is the products of a shop. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var _ listings.Shop = (*Client)(nil)

// New makes the products of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// Clock implements listings.Shop.
func (c *Client) Clock() time.Time { return c.core.Clock() }

// window is a filter by update time, nil for all products.
func window(w cursor.Window) *string {
	var terms []string
	at := func(op string, t time.Time) {
		if !t.IsZero() {
			terms = append(terms, "updated_at:"+op+"'"+t.UTC().Format(time.RFC3339)+"'")
		}
	}
	at(">=", w.From)
	at("<", w.To)
	if len(terms) == 0 {
		return nil
	}
	text := strings.Join(terms, " AND ")
	return &text
}

// CountProducts implements listings.Shop.
func (c *Client) CountProducts(ctx context.Context, w cursor.Window, limit int) (int, error) {
	r, err := gql.ProductsCount(ctx, c.core.Read("ProductsCount"), window(w), limit)
	if err != nil {
		return 0, err
	}
	if r.ProductsCount == nil {
		return 0, wire.Missing("ProductsCount", "productsCount")
	}
	return min(r.ProductsCount.Count, limit), nil
}

// ChangedProducts implements listings.Shop with pages of 50.
func (c *Client) ChangedProducts(ctx context.Context, w cursor.Window, page string) (listings.ProductPage, error) {
	var after *string
	if page != "" {
		after = &page
	}
	r, err := gql.ProductsChanged(ctx, c.core.Read("ProductsChanged"), window(w), after)
	if err != nil {
		return listings.ProductPage{}, err
	}
	out := listings.ProductPage{}
	for _, n := range r.Products.Nodes {
		if err := c.add(ctx, &out, n); err != nil {
			return out, err
		}
	}
	next, err := wire.CursorsAfter(after).Next("ProductsChanged", r.Products.PageInfo)
	if err == nil && next != nil {
		out.Next = *next
	}
	return out, err
}

// ProductsByID implements listings.Shop.
func (c *Client) ProductsByID(ctx context.Context, ids []string) (out listings.ProductPage, err error) {
	if len(ids) == 0 {
		return out, nil
	}
	x := c.core.Do(shopify.Call{Op: "ProductsByID", PerNode: true})
	r, err := gql.ProductsByID(ctx, x, wire.GIDs("Product", ids))
	if err != nil {
		return out, err
	}
	if len(r.Nodes) != len(ids) {
		return out, wire.Missing("ProductsByID", "an entry")
	}
	bad, _ := x.PerNode()
	for i, id := range ids {
		if bad[i] != nil {
			if fault.KindOf(bad[i]) == fault.Blocked {
				return out, bad[i] // a permission: so would every other
			}
			unread(&out, id, bad[i])
			continue
		}
		p, ok := r.Nodes[i].(*gql.ProductsByIDNodesProduct)
		if !ok {
			continue // it does not exist
		}
		if err := c.add(ctx, &out, p.ListedProduct); err != nil {
			return out, err
		}
	}
	return out, nil
}

// Existing implements listings.Shop.
func (c *Client) Existing(ctx context.Context, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	r, err := gql.ProductsExist(ctx, c.core.Read("ProductsExist"), wire.GIDs("Product", ids))
	if err != nil {
		return nil, err
	}
	if len(r.Nodes) != len(ids) {
		return nil, wire.Missing("ProductsExist", "an entry")
	}
	for i, n := range r.Nodes {
		if _, ok := n.(*gql.ProductsExistNodesProduct); ok {
			out[ids[i]] = true
		}
	}
	return out, nil
}

// ProductByHandle implements listings.Shop.
func (c *Client) ProductByHandle(ctx context.Context, handle string) (*listings.Product, error) {
	r, err := gql.ProductByHandle(ctx, c.core.Read("ProductByHandle"), handle)
	if err != nil || r.ProductByIdentifier == nil {
		return nil, err
	}
	p, err := c.whole(ctx, *r.ProductByIdentifier)
	return &p, err
}

// errChanges means that a product cannot be read whole: it changes while its pages are.
var errChanges = errors.New("the product changes while it is read")

func unread(out *listings.ProductPage, id string, err error) {
	if out.Unread == nil {
		out.Unread = map[string]error{}
	}
	out.Unread[id] = err
}

// add adds a product, or why it cannot be read; an error is the whole call's.
func (c *Client) add(ctx context.Context, out *listings.ProductPage, n gql.ListedProduct) error {
	p, err := c.whole(ctx, n)
	switch {
	case err == nil:
		out.Products = append(out.Products, p)
	case ctx.Err() != nil || !shopify.OfContent(err) && !errors.Is(err, errChanges):
		return err
	default:
		unread(out, wire.Tail(n.Id), err)
	}
	return nil
}

// whole is a product with the later pages of its variants.
func (c *Client) whole(ctx context.Context, n gql.ListedProduct) (listings.Product, error) {
	p := listings.Product{
		ID: wire.Tail(n.Id), Handle: n.Handle, Title: n.Title, HTML: n.DescriptionHtml, Vendor: n.Vendor, Type: n.ProductType, Status: n.Status,
		GiftCard: n.IsGiftCard, UpdatedAt: n.UpdatedAt.UTC(),
	}
	for _, o := range n.Options {
		p.Options = append(p.Options, o.Name)
	}
	seen, page := wire.Cursors{}, n.Variants
	for {
		for _, v := range page.Nodes {
			pv, err := variantOf(v)
			if err != nil {
				return p, fmt.Errorf("product %s: %w", p.ID, err)
			}
			p.Variants = append(p.Variants, pv)
		}
		after, err := seen.Next("ProductMoreVariants", page.PageInfo)
		if err != nil || after == nil {
			return p, err
		}
		more, err := gql.ProductMoreVariants(ctx, c.core.Read("ProductMoreVariants"), n.Id, *after)
		if err != nil {
			return p, err
		}
		if more.Product == nil || !more.Product.UpdatedAt.Equal(n.UpdatedAt) {
			return p, errChanges
		}
		page = more.Product.Variants
	}
}

func variantOf(v gql.ListedVariant) (listings.ProductVariant, error) {
	out := listings.ProductVariant{
		ID: wire.Tail(v.Id), InventoryItem: wire.Tail(v.InventoryItem.Id), Name: v.Title, SKU: text(v.Sku), Barcode: text(v.Barcode), Components: v.RequiresComponents,
	}
	out.HSCode, out.Origin, out.Taxable, out.Oversell = text(v.InventoryItem.HarmonizedSystemCode), text(v.InventoryItem.CountryCodeOfOrigin), v.Taxable, v.InventoryPolicy == "CONTINUE"
	if w := v.InventoryItem.Measurement.Weight; w != nil {
		value, err := decimal.NewFromString(w.Value.String())
		if err != nil {
			return out, fmt.Errorf("weight of variant %s: %w", out.ID, err)
		}
		out.Weight = listings.Weight{Value: value, Unit: w.Unit}
	}
	for _, o := range v.SelectedOptions {
		out.Values = append(out.Values, o.Value)
	}
	var err error
	if out.Price, err = money.Parse(v.Price); err != nil {
		return out, fmt.Errorf("price of variant %s: %w", out.ID, err)
	}
	return out, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// perSearch is how many codes one search has; it matches by words, so the codes are
// compared here.
const perSearch = 20

// ProductsOfCodes implements listings.Shop.
func (c *Client) ProductsOfCodes(ctx context.Context, skus, barcodes []string) ([]string, error) {
	if len(skus) > perSearch || len(barcodes) > perSearch {
		return nil, &fault.Error{Op: "shopify.ProductsOfCodes", Kind: fault.Bug, Err: fmt.Errorf("%d SKUs and %d bar codes, at most %d", len(skus), len(barcodes), perSearch)}
	}
	var terms []string
	for _, s := range skus {
		terms = append(terms, "sku:"+quoted(s))
	}
	for _, b := range barcodes {
		terms = append(terms, "barcode:"+quoted(b))
	}
	if len(terms) == 0 {
		return nil, nil
	}
	r, err := gql.VariantsByCode(ctx, c.core.Read("VariantsByCode"), strings.Join(terms, " OR "))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, n := range r.ProductVariants.Nodes {
		if slices.Contains(skus, text(n.Sku)) || slices.Contains(barcodes, text(n.Barcode)) {
			ids = append(ids, wire.Tail(n.Product.Id))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// quoted is a value as a phrase of a search.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Channels implements listings.Shop.
func (c *Client) Channels(ctx context.Context) (out []listings.Channel, err error) {
	r, err := gql.Publications(ctx, c.core.Read("Publications"))
	if err != nil {
		return nil, err
	}
	for _, n := range r.Publications.Nodes {
		ch := listings.Channel{ID: wire.Tail(n.Id)}
		if n.Catalog != nil {
			ch.Title = (*n.Catalog).GetTitle()
		}
		out = append(out, ch)
	}
	return out, nil
}
