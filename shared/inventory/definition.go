package inventory

import (
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

// TaskName is what sending stock is called among the tasks.
const TaskName = "sync-inventory"

// kind is the kind of record that issues about a variant are of, kindPlace that of
// those about a location. A record is called by its Shopify id.
const kind, kindPlace = "stock", "stock-location"

// Parameters of a run.
type Parameters struct {
	// Items limits the run to the stock of these item numbers, all of which is looked
	// at; empty: all that has moved.
	Items []string `json:"items,omitempty"`
	// All looks at all stock, as one run a day does by itself.
	All bool `json:"all,omitempty"`
}

// maxItems is how many items a run may be limited to.
const maxItems = 1000

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

// Task is sync-inventory. One Task serves all shops, and is safe for concurrent use
// for different ones.
type Task struct {
	task.Deps

	Table   table.Table
	Links   Links
	Orders  Orders
	Connect func(shop.Shop) (Sides, error)
	// Group is how many goods are read before anything of them is sent; 0 is 1000.
	Group int
}

// Sides are where stock comes from and where it is sold.
type Sides struct {
	Source Source
	Target Target
	Sales  Sales
}

// Definition is sending stock as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Send stock to Shopify", Report: 30102,
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: nothing is offered before somebody says of which locations.
		Entry: jobqueue.Entry{Category: "inventory", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_inventory", For: "what is available; without it no stock is sent", Optional: true},
			{Name: "write_inventory", For: "what is available from now on; without it no stock is sent", Optional: true},
			{Name: "read_locations", For: "where, and whether a fulfilment service keeps it; without it no stock is sent", Optional: true},
			{Name: "read_orders", For: "what orders have sold that Business Central does not know yet; without it no stock is sent", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company"},
			{Set: "D365 READ", For: "items and sales orders, and stock per location where the companion API is installed"},
		},
		Told: []task.Told{
			{Set: "inventoryByLocation", By: byLocations, Without: "Without the companion extension, stock per location, of item variants and in other units than the base unit is not known: an item's total goes to a location that stands for the whole company, and all other stock in Shopify stays as it is."},
		},
		Lists:    "the links of variants, the orders without a document, and what was handled of the stock",
		MemoryMB: 256, MemoryWhy: "the links and the stock of a company are in memory: 20,000 variants are about 20 MB",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard, "imported orders", "stock in Business Central", "links of variants"),
				jobqueue.Writes("stock in Shopify", "issues of stock"))
		},
		Stored:   []privacy.Kind{{Name: "stock", At: []privacy.Shape{{PK: "SHOP#{shop}#STOCK", SK: "{part}"}}, Kept: privacy.AsConnected}},
		Sections: shop.Sections{Section}, Kinds: []string{kind, kindPlace}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
