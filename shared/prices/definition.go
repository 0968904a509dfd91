package prices

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/privacy"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
)

// TaskName is what sending prices is called among the tasks.
const TaskName = "sync-prices"

// kind is the kind of record that issues are of: a variant's price, by its Shopify id.
const kind = "price"

// maxItems is how many items a run may be limited to.
const maxItems = 1000

// Parameters of a run.
type Parameters struct {
	// Items limits the run to the prices of these item numbers, all of which are looked at;
	// empty: all that have changed.
	Items []string `json:"items,omitempty"`
	// All looks at all prices in the shop, as one run a day does by itself.
	All bool `json:"all,omitempty"`
}

// Check implements task.Checked.
func (p Parameters) Check() error {
	switch {
	case len(p.Items) > maxItems:
		return fmt.Errorf("items: %d numbers, at most %d", len(p.Items), maxItems)
	case slices.Contains(p.Items, ""):
		return fmt.Errorf("items: a number is blank")
	case p.All && len(p.Items) > 0:
		return fmt.Errorf("all: not with items")
	}
	return nil
}

// Links say what the variants of a shop stand for.
type Links interface {
	// Priced are the variants that stand for these items, for any with nil; no bundles.
	Priced(ctx context.Context, shop string, items []string) ([]Good, error)
}

// Task is sync-prices. One Task serves all shops, and is safe for concurrent use for
// different ones.
type Task struct {
	task.Deps

	Table   table.Table
	Links   Links
	Connect func(shop.Shop) (Sides, error)
}

// Sides are where prices come from and where they go.
type Sides struct {
	Company Company
	Shop    Shop
}

// Definition is sending prices as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Send prices to Shopify",
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: no price is sent before somebody says so.
		Entry: jobqueue.Entry{Category: "products", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_products", For: "what variants cost now"},
			{Name: "write_products", For: "what they cost from now on; without it no price is sent", Optional: true},
			{Name: "read_inventory", For: "the unit costs of variants; without it no price is sent", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company"},
			{Set: "D365 READ", For: "items, and price lists where the companion API is installed"},
		},
		Told:     []task.Told{{Set: "salesPrices", By: toldBy, Without: "Without the companion extension, price lists and line discounts of Business Central are not known: an item's unit price is sent, and compare-at prices in Shopify stay as they are."}},
		Lists:    "the links of variants, and what was sent of their prices",
		MemoryMB: 256, MemoryWhy: "links and prices of a shop are in memory: 100,000 variants are about 85 MB",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard, "items in Business Central", "listings"),
				jobqueue.Writes("products in Shopify", "issues of prices"))
		},
		Stored:   []privacy.Kind{{Name: "prices", At: []privacy.Shape{{PK: "SHOP#{shop}#PRICES", SK: "{part}"}}, Kept: privacy.AsConnected}},
		Sections: shop.Sections{Section}, Kinds: []string{kind}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
