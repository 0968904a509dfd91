package listings

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/jobqueue"
	"backroom/shared/privacy"
	"backroom/shared/products"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// TaskName is what bringing products and items into step is called among the tasks.
const TaskName = "sync-products"

// The kinds of record that issues of the task are about.
const (
	kindProduct = "product" // by its Shopify id
	kindItem    = "item"    // by its number
)

// maxAsked is how many products or items one run may be asked for.
const maxAsked = 100

// Parameters of a run.
type Parameters struct {
	// Full has all products and items looked at, whatever their change times say; without
	// it that is done once a day.
	Full bool `json:"full,omitempty"`
	// Items limits the run to the items of these numbers; empty: all that have changed.
	Items []string `json:"items,omitempty"`
}

// Check implements task.Checked.
func (p Parameters) Check() error {
	if len(p.Items) > maxAsked {
		return fmt.Errorf("items: %d numbers, at most %d", len(p.Items), maxAsked)
	}
	return nil
}

// Task is sync-products. One Task serves all shops, and is safe for concurrent use for
// different ones.
type Task struct {
	task.Deps

	Store   *Store
	Marks   *cursor.Store
	Connect func(shop.Shop) (Sides, error)
	// Next are the tasks that a run has triggered when it is done; nil: none.
	Next func(shop.Shop) ([]string, error)
}

// Sides are the shop and the company.
type Sides struct {
	Shop    Shop
	Company Company
}

// Definition is bringing products and items into step as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Bring products and items into step", Report: 30108,
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: nothing is linked or written before somebody says so.
		Entry: jobqueue.Entry{Category: "products", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_products", For: "products and their variants"},
			{Name: "write_products", For: "what changes of them, and products that are made", Optional: true},
			{Name: "read_inventory", For: "the inventory items of variants; without it nothing is linked", Optional: true},
			{Name: "read_publications", For: "the sales channels that productChannels names", Optional: true},
			{Name: "write_publications", For: "showing products there that are made", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company"},
			{Set: "D365 ITEM, EDIT", For: "items, their variants and categories"},
		},
		Told: []task.Told{
			{Set: "itemDetails", By: byDetails, Without: "Without the companion extension, vendors, descriptions, weights, tariff numbers, origins and vendors' numbers of items are not known: what a product has of them in Shopify stays as it is, and a SKU that is a vendor's number finds no item."},
			{Set: "itemReferences", By: byReferences, Without: "Without the companion extension, bar codes of item variants are not known: those of their variants in Shopify stay as they are."},
		},
		Lists:    "the products of a shop, and those of an item",
		MemoryMB: 256, MemoryWhy: "a full check holds all items of the company: about 90 MB for 100,000 item variants with their details",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard),
				jobqueue.Writes("products in Shopify", "items in Business Central", "listings", "issues of products"))
		},
		Stored: []privacy.Kind{{
			Name: "products and items",
			At:   []privacy.Shape{{PK: "SHOP#{shop}#LISTING", SK: "{product}"}, {PK: "SHOP#{shop}#LISTED", SK: "{item}#{product}"}, {PK: "SHOP#{shop}#LISTINGS#NEW", SK: "{item}"}},
			Kept: privacy.AsConnected,
		}},
		Sections: shop.Sections{Section, products.Section}, Kinds: []string{kindProduct, kindItem}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
