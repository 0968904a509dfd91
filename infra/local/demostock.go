package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"backroom/shared/inventory"
	"backroom/shared/jobqueue"
	"backroom/shared/listings"
)

// soldOut shows stock: it is sent, an item is counted as gone in Business Central, and
// the next run sells it out in the shop. It answers an item that a product of one variant
// stands for.
func soldOut(ctx context.Context, w io.Writer, d *desk, bc string) (single string, err error) {
	const location = "61001" // the sample shop's warehouse
	fmt.Fprintln(w, "\nStock of the whole company, for one location of the shop (stockLocations):")
	if err := tellSimulator(ctx, http.MethodPut, bc, "companion", `["inventoryByLocation", "itemUnits", "itemPictures", "itemDetails", "itemReferences", "salesPrices"]`); err != nil {
		return "", err
	}
	err = d.SetCard(ctx, inventory.Settings{StockLocations: []inventory.Place{{LocationID: location, Codes: []string{inventory.Whole}}}})
	if err != nil {
		return "", err
	}
	if _, err := demoRun(ctx, w, d, listings.TaskName, ask{}); err != nil {
		return "", err
	}
	rows, err := differs(ctx, d)
	if err != nil {
		return "", err
	}
	var gone stockRow // an item that is on offer
	for _, r := range rows {
		if gone.To == 0 && r.Reason == "" {
			gone = r
		}
		if single == "" && !strings.Contains(r.Name, "(") && r.Item != gone.Item {
			single = r.Item
		}
	}
	if gone.To == 0 || single == "" {
		return "", errors.New("no stock is to be sent, or of products of several variants alone")
	}
	if _, err := demoRun(ctx, w, d, inventory.TaskName, ask{}); err != nil {
		return "", err
	}
	fmt.Fprintf(w, "\nSomebody counts: of %s (item %s) nothing is left.\n", gone.Name, gone.Item)
	if err := count(ctx, bc, gone.Item, -gone.To); err != nil {
		return "", err
	}
	if rows, err = differs(ctx, d); err != nil {
		return "", err
	}
	for _, r := range rows {
		if r.Item == gone.Item {
			fmt.Fprintf(w, "  available in Shopify: %d, to become %d\n", r.From, r.To)
		}
	}
	if _, err := demoRun(ctx, w, d, inventory.TaskName, ask{}); err != nil {
		return "", err
	}
	if rows, err = differs(ctx, d); err == nil && slices.ContainsFunc(rows, func(r stockRow) bool { return r.Item == gone.Item }) {
		err = fmt.Errorf("%s is not sold out", gone.Name)
	}
	return single, err
}

// stockRow is what a dry run of sync-inventory says of a variant at a location.
type stockRow struct {
	Name   string `json:"name"`
	Item   string `json:"item"`
	From   int    `json:"from"`
	To     int    `json:"to"`
	Reason string `json:"reason"`
}

// differs is what sync-inventory would send of all stock.
func differs(ctx context.Context, d *desk) (rows []stockRow, err error) {
	r, err := demoRun(ctx, io.Discard, d, inventory.TaskName, ask{Parameters: json.RawMessage(`{"all":true}`), DryRun: true})
	if err != nil || len(r.Report) == 0 {
		return nil, err
	}
	return rows, json.Unmarshal(r.Report, &rows)
}

// demoRun is a run of a task, from its trigger to its end.
func demoRun(ctx context.Context, w io.Writer, d *desk, task string, a ask) (runView, error) {
	r, err := d.Trigger(ctx, task, a)
	if err == nil {
		r, err = follow(ctx, io.Discard, d, r, false)
	}
	if err != nil {
		return r, err
	}
	c := r.Counts
	fmt.Fprintf(w, "  %s: %d read, %d created, %d updated, %d failed; %d API calls\n", task, c.Read, c.Created, c.Updated, c.Failed, c.Requests)
	if r.Outcome != jobqueue.Succeeded && r.Outcome != jobqueue.SucceededWithIssues {
		return r, fmt.Errorf("%s: %s", task, r.Outcome)
	}
	return r, nil
}

// count posts an item journal in the simulated company.
func count(ctx context.Context, bc, item string, by int) error {
	return tellSimulator(ctx, http.MethodPost, bc, "items/"+item+"/stock", fmt.Sprintf(`{"quantity":"%d"}`, by))
}

// tellSimulator has the simulated company do something.
func tellSimulator(ctx context.Context, method, bc, path, js string) error {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(bc, "/v2.0")+"/_sim/"+path, strings.NewReader(js))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return nil
}
