package priceapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/prices"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client is the prices of a shop. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var _ prices.Shop = (*Client)(nil)

// New makes the prices of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// Pause implements prices.Shop.
func (c *Client) Pause(ctx context.Context, d time.Duration) error { return c.core.Pause(ctx, d) }

// Profile implements prices.Shop.
func (c *Client) Profile(ctx context.Context) (prices.Profile, error) {
	r, err := gql.ShopInfo(ctx, c.core.Read("ShopInfo"))
	if err != nil {
		return prices.Profile{}, err
	}
	p := prices.Profile{Currency: r.Shop.CurrencyCode, TimeZone: r.Shop.IanaTimezone, TaxesIncluded: r.Shop.TaxesIncluded}
	for _, s := range r.CurrentAppInstallation.AccessScopes {
		p.Reads = p.Reads || s.Handle == "read_products" || s.Handle == "write_products"
	}
	return p, nil
}

// Shown implements prices.Shop.
func (c *Client) Shown(ctx context.Context, variants []string) (out []prices.Shown, err error) {
	const op = "VariantPrices"
	if len(variants) == 0 {
		return nil, nil
	}
	x := c.core.Do(shopify.Call{Op: op, PerNode: true})
	r, err := gql.VariantPrices(ctx, x, wire.GIDs("ProductVariant", variants))
	if err != nil {
		return nil, err
	}
	if len(r.Nodes) != len(variants) {
		return nil, wire.Missing(op, "an entry")
	}
	bad, _ := x.PerNode()
	for i, n := range r.Nodes {
		if bad[i] != nil {
			if fault.KindOf(bad[i]) == fault.Blocked {
				return nil, bad[i] // a permission: so would every other
			}
			out = append(out, prices.Shown{Variant: variants[i], Err: bad[i]})
			continue
		}
		v, ok := n.(*gql.VariantPricesNodesProductVariant)
		if !ok {
			continue
		}
		out = append(out, told(v.PricedVariant))
	}
	return out, nil
}

func shownOf(v gql.PricedVariant) (s prices.Shown, err error) {
	s.Variant = wire.Tail(v.Id)
	if s.Price, err = money.Parse(v.Price); err != nil {
		return s, fmt.Errorf("price of variant %s: %w", s.Variant, err)
	}
	if s.CompareAt, err = nullable(v.CompareAtPrice); err != nil {
		return s, fmt.Errorf("compare-at price of variant %s: %w", s.Variant, err)
	}
	if cost := v.InventoryItem.UnitCost; cost != nil {
		if s.Cost, err = nullable(&cost.Amount); err != nil {
			return s, fmt.Errorf("cost of variant %s: %w", s.Variant, err)
		}
	}
	return s, nil
}

// told is what is shown, or why it cannot be read.
func told(v gql.PricedVariant) prices.Shown {
	s, err := shownOf(v)
	if err != nil {
		return prices.Shown{Variant: s.Variant, Err: err}
	}
	return s
}

func nullable(text *string) (n decimal.NullDecimal, err error) {
	if text == nil {
		return n, nil
	}
	n.Decimal, err = money.Parse(*text)
	n.Valid = err == nil && !n.Decimal.IsZero() // 0 is none
	return n, err
}

// allPrices is what the bulk operation reads that reads all variants of a shop.
const allPrices = `{ productVariants { edges { node { id price compareAtPrice inventoryItem { id unitCost { amount } } } } } }`

// BeginShown implements prices.Shop.
func (c *Client) BeginShown(ctx context.Context) (string, error) {
	const op = "RunBulk"
	r, err := gql.RunBulk(ctx, c.core.Read(op), allPrices)
	if err != nil {
		return "", err
	}
	run := r.BulkOperationRunQuery
	switch {
	case run == nil:
		return "", wire.Missing(op, "bulkOperationRunQuery")
	case len(run.UserErrors) > 0:
		e := run.UserErrors[0]
		return "", notBegun(op, e.Code, e.Field, e.Message)
	case run.BulkOperation == nil:
		return "", wire.Missing(op, "bulkOperation")
	}
	return wire.Tail(run.BulkOperation.Id), nil
}

// busy is how long is waited for a place among the bulk operations.
const busy = time.Minute

// notBegun is why a bulk operation is not begun.
func notBegun(op string, code *string, field []string, message string) error {
	f := &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Err: fmt.Errorf("%v: %s", field, shopify.Clip(message, 200))}
	if code != nil {
		f.Code = *code
	}
	switch f.Code {
	case "OPERATION_IN_PROGRESS", "LIMIT_REACHED":
		f.Kind, f.RetryAfter, f.Err = fault.Throttled, busy, fmt.Errorf("%w: %s", prices.ErrBusy, shopify.Clip(message, 200))
	case "NO_SUCH_FILE", "INVALID_STAGED_UPLOAD_FILE", "INTERNAL_FILE_SERVER_ERROR": // it has not arrived, or not whole
		f.Kind = fault.Transient
	}
	return f
}

// Bulk implements prices.Shop.
func (c *Client) Bulk(ctx context.Context, id string) (prices.Bulk, error) {
	r, err := gql.BulkRows(ctx, c.core.Read("BulkRows"), wire.GID("BulkOperation", id))
	if err != nil {
		return prices.Bulk{}, err
	}
	b := r.BulkOperation
	if b == nil {
		return prices.Bulk{Failed: "UNKNOWN"}, nil
	}
	var out prices.Bulk
	switch b.Status {
	case "COMPLETED":
		out.Ended = true
		if b.Url != nil {
			out.URL = *b.Url
		}
	case "FAILED", "CANCELED", "CANCELING", "EXPIRED":
		out.Failed = b.Status
		if b.ErrorCode != nil {
			out.Failed = *b.ErrorCode
		}
		if b.PartialDataUrl != nil {
			out.URL = *b.PartialDataUrl
		}
	}
	return out, nil
}

// AllShown implements prices.Shop.
func (c *Client) AllShown(ctx context.Context, b prices.Bulk, f func(prices.Shown) error) error {
	const op = "BulkPrices"
	if b.URL == "" {
		return nil
	}
	return c.core.Lines(ctx, op, b.URL, func(line []byte) error {
		var v gql.PricedVariant
		err := json.Unmarshal(line, &v)
		if err == nil && v.Id == "" {
			err = errors.New("a row without an id")
		}
		if err != nil {
			return &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: err}
		}
		return f(told(v))
	})
}
