package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/shopspring/decimal"

	"backroom/shared/prices"
)

// priceRow is what a dry run of sync-prices says of a variant.
type priceRow struct {
	Name    string `json:"name"`
	Item    string `json:"item"`
	Was     tag    `json:"was"`
	Becomes tag    `json:"becomes"`
}

// tag is the price alone of what a variant costs.
type tag struct {
	Price decimal.Decimal `json:"p"`
}

// dearer shows prices: an item gets dearer in Business Central, and the next run sends
// its price to the shop.
func dearer(ctx context.Context, w io.Writer, d *desk, bc, item string) error {
	fmt.Fprintln(w, "\nPrices lead too (sendPrices): what differs is set right.")
	if err := d.SetCard(ctx, prices.Settings{SendPrices: true}); err != nil {
		return err
	}
	r, err := demoRun(ctx, w, d, prices.TaskName, ask{})
	if err != nil {
		return err
	}
	rows, err := repriced(ctx, d, item, "{}")
	if err == nil && len(rows) > 0 {
		err = fmt.Errorf("run %s has left %s", r.ID, rows[0].Name)
	}
	if err != nil {
		return err
	}
	const price = "49.9"
	fmt.Fprintf(w, "\nFrom now on item %s costs %s there.\n", item, decimal.RequireFromString(price).StringFixed(2))
	if err := tellSimulator(ctx, http.MethodPatch, bc, "items/"+item, `{"unitPrice":"`+price+`"}`); err != nil {
		return err
	}
	if rows, err = repriced(ctx, d, item, "{}"); err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("%s sees no other price of %s", prices.TaskName, item)
	}
	for _, r := range rows {
		fmt.Fprintf(w, "  price of %s in Shopify: %s, to become %s\n", r.Name, r.Was.Price.StringFixed(2), r.Becomes.Price.StringFixed(2))
	}
	if _, err := demoRun(ctx, w, d, prices.TaskName, ask{}); err != nil {
		return err
	}
	// A run of items reads what the shop shows now.
	if rows, err = repriced(ctx, d, item, `{"items":["`+item+`"]}`); err == nil && len(rows) > 0 {
		err = fmt.Errorf("%s still costs %s", rows[0].Name, rows[0].Was.Price)
	}
	return err
}

// repriced is what sync-prices would send of an item.
func repriced(ctx context.Context, d *desk, item, parameters string) (rows []priceRow, err error) {
	r, err := demoRun(ctx, io.Discard, d, prices.TaskName, ask{Parameters: json.RawMessage(parameters), DryRun: true})
	if err != nil || len(r.Report) == 0 {
		return nil, err
	}
	var all []priceRow
	if err := json.Unmarshal(r.Report, &all); err != nil {
		return nil, err
	}
	for _, row := range all {
		if row.Item == item {
			rows = append(rows, row)
		}
	}
	return rows, nil
}
