package orders

import (
	"encoding/json"
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/recurrence"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// TaskName is what the import is called among the tasks.
const TaskName = "sync-orders"

// Imported is the data that the import writes, as people call it.
const Imported = "imported orders"

// Definition is the import as a task.
func (t *Import) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Import orders from Shopify", Report: 30104,
		Parameters: task.Schema(TaskName, Parameters{}),
		Entry: jobqueue.Entry{
			Category: "orders", Rule: recurrence.Rule{Every: t.Every}, MaxAttempts: 5, RerunDelay: time.Minute, Resume: true,
		},
		Scopes: []task.Scope{
			{Name: "read_orders", For: "orders"},
			{Name: "read_customers", For: "who has placed them"},
			{Name: "read_products", For: "what their lines are of"},
			{Name: "read_all_orders", For: "orders that were placed more than 60 days ago", Optional: true},
			{Name: "read_returns", For: "returns, where refundsAndReturns wants them", Optional: true},
			{Name: "read_payment_terms", For: "payment terms of orders", Optional: true},
			{Name: "read_channels", For: "the channel that an order came by", Optional: true},
			{Name: "read_users", For: "the staff members who have placed orders, where salespeople maps them; on the plans Advanced and Plus alone", Optional: true},
			{Name: "read_locations", For: "the place of sale, and the names of locations", Optional: true},
			{Name: "read_merchant_managed_fulfillment_orders", For: "where lines ship from", Optional: true},
			{Name: "read_third_party_fulfillment_orders", For: "where lines ship from", Optional: true},
		},
		MemoryMB: 256, MemoryWhy: "it mostly waits for the two APIs; one page of orders is far below that",
		// Whatever its filters are, it may write any order.
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard), jobqueue.Writes(Imported, task.Issues))
		},
		Sections: shop.Sections{Section, GateSection}, Kinds: []string{"order", aboutShop}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Source, t.run),
	}
}
