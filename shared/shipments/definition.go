package shipments

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/privacy"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// TaskName is what sending shipments is called among the tasks.
const TaskName = "sync-shipments"

// kind is the kind of record that issues of the task are about.
const kind = "shipment"

// Parameters of a run.
type Parameters struct {
	// Shipments limits the run to the posted shipments of these numbers, whenever
	// they have changed; empty: all that have changed, and all that wait.
	Shipments []string `json:"shipments,omitempty"`
}

// Check implements task.Checked.
func (p Parameters) Check() error {
	if len(p.Shipments) > MaxSendings {
		return fmt.Errorf("shipments: %d numbers, at most %d", len(p.Shipments), MaxSendings)
	}
	return nil
}

// Task is sync-shipments. One Task serves all shops, and is safe for concurrent use
// for different ones.
type Task struct {
	task.Deps

	Store   *Store
	Orders  Orders
	Connect func(shop.Shop) (Sides, error)
	// Elsewhere reports whether another shop of the card's company has imported an
	// order; nil: no shop shares its company.
	Elsewhere func(ctx context.Context, card shop.Shop, order string) (bool, error)
}

// Definition is sending shipments as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Send shipments to Shopify", Report: 30109,
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: nothing is fulfilled before somebody says so.
		Entry: jobqueue.Entry{Category: "shipments", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_orders", For: "what was sent of orders"},
			{Name: "read_locations", For: "where goods ship from, and whether a fulfilment service ships them"},
			{Name: "read_merchant_managed_fulfillment_orders", For: "what is still to ship"},
			{Name: "write_merchant_managed_fulfillment_orders", For: "fulfilments and tracking numbers"},
			{Name: "read_third_party_fulfillment_orders", For: "what a fulfilment service ships, so that it is left alone", Optional: true},
			{Name: "read_all_orders", For: "orders that were placed more than 60 days ago", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company"},
			{Set: "D365 READ", For: "posted shipments, and their tracking numbers where the companion API is installed"},
		},
		Lists:    "the shipments of an order, and the shops of its company",
		MemoryMB: 256, MemoryWhy: "it mostly waits for the two APIs; a page of shipments is far below that",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard, "imported orders", "posted shipments in Business Central"),
				jobqueue.Writes("shipments", "issues of shipments", "fulfilments in Shopify"))
		},
		Stored: []privacy.Kind{{
			Name: "shipments", At: []privacy.Shape{{PK: "SHOP#{shop}#SHIP", SK: "{order}#{shipment}"}},
			Holds: "numbers of parcels, and what the two sides have said", Kept: privacy.AsConnected,
		}},
		Sections: shop.Sections{Section}, Kinds: []string{kind}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
