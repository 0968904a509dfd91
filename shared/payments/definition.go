package payments

import (
	"encoding/json"
	"slices"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/privacy"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// TaskName is what reading payouts is called among the tasks.
const TaskName = "sync-payments"

// IssueKind is the kind of record that issues of the task are about.
const IssueKind = "payout"

// Parameters of a run: there are none yet.
type Parameters struct{}

// Task is sync-payments. One Task serves all shops, and is safe for concurrent use
// for different ones.
type Task struct {
	task.Deps

	Store   *Store
	Connect func(shop.Shop) (Sides, error)
}

// Sides are where payouts come from, and where they are booked.
type Sides struct {
	Source   Source
	Journals Journals
}

// Definition is reading payouts as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Import payouts from Shopify Payments", Report: 30105,
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: not every shop uses Shopify Payments, or lets the app read it.
		Entry: jobqueue.Entry{Category: "payments", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_shopify_payments_accounts", For: "whether the shop uses Shopify Payments; without it there are no payouts here", Optional: true},
			{Name: "read_shopify_payments_payouts", For: "payouts and the transactions of the balance; without it there are none here", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 READ", For: "the ledger entries that prove that a payout is posted, and bank accounts"},
			{Set: "D365 JOURNALS, EDIT", For: "the journal batches of payouts, where the shop card says that they are posted"},
			{Set: "D365 JOURNALS, POST", For: "posting them"},
		},
		Lists:    "payouts, the transactions of one, and those that have none yet",
		KeysOnly: true,
		MemoryMB: 256, MemoryWhy: "the transactions of one payout are held as a whole, and those that wait for one",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard), jobqueue.Writes("payouts", "journals of payouts in Business Central", "issues of payouts"))
		},
		Stored: []privacy.Kind{
			{Name: "payouts", At: []privacy.Shape{{PK: "SHOP#{shop}#PAYOUT", SK: "{payout}"}}, Kept: privacy.AsConnected, Below: t.Store.balances},
			{Name: "movements of the balance", At: []privacy.Shape{{PK: "SHOP#{shop}#BALANCE#{payout}", SK: "{movement}"}}, Kept: privacy.AsConnected},
		},
		Sections: shop.Sections{Section}, Kinds: []string{IssueKind}, Reasons: issue.Join(Reasons, outbound.Reasons), French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
