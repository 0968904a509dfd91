package receipts

import (
	"encoding/json"
	"slices"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/privacy"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// TaskName is what suggesting payments is called among the tasks.
const TaskName = "suggest-payments"

// IssueKind is the kind of record that issues of the task are about.
const IssueKind = "payment"

// Parameters of a run: there are none yet.
type Parameters struct{}

// Task is suggest-payments. One Task serves all shops, and is safe for concurrent use
// for different ones.
type Task struct {
	task.Deps

	Store     *Store
	Marks     *cursor.Store
	Documents Documents
	Connect   func(shop.Shop) (Sides, error)
}

// Sides are where payments come from, and where they are suggested.
type Sides struct {
	Source  Source
	Company Company
	// ISO is the ISO code of a currency by the company's code of it.
	ISO func(code string) string
}

// Definition is suggesting payments as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Suggest payments of orders in Business Central",
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: nothing is suggested before the card says which account.
		Entry:  jobqueue.Entry{Category: "receipts", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{{Name: "read_orders", For: "payments of orders"}},
		Permissions: []task.Permission{
			{Set: "D365 READ", For: "invoices, and the ledger entries that prove that a payment is posted"},
			{Set: "D365 JOURNALS, EDIT", For: "batches of the customer payment journal"},
		},
		Lists:    "orders of which payments are to be suggested, or wait",
		KeysOnly: true,
		MemoryMB: 128, MemoryWhy: "what is read of an order is small",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard, "imported orders"), jobqueue.Writes("customer payments in Business Central", "issues of payments"))
		},
		Stored: []privacy.Kind{
			{Name: "payments of orders", At: []privacy.Shape{{PK: "SHOP#{shop}#RECEIPT", SK: "{order}"}}, Kept: privacy.AsConnected},
			{Name: "payments that are open", At: []privacy.Shape{{PK: "SHOP#{shop}#RECEIPTOPEN", SK: "{order}"}}, Kept: privacy.AsConnected},
		},
		Sections: shop.Sections{Section}, Kinds: []string{IssueKind}, Reasons: issue.Join(Reasons, outbound.Reasons), French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
