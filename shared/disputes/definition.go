package disputes

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/privacy"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// TaskName is what reading disputes is called among the tasks.
const TaskName = "sync-disputes"

// IssueKind is the kind of record that issues of the task are about.
const IssueKind = "dispute"

// MaxAgain is how many disputes are read again at once.
const MaxAgain = 250

// Source is where disputes come from. Errors carry a fault.Kind; one of a permission is
// Blocked. Ids are digits. Safe for concurrent use.
type Source interface {
	// Disputes is a page of those from an id on, "" for all that were initiated since
	// from, by id, and the token of the next page, "" on the last.
	Disputes(ctx context.Context, id string, from time.Time, page string) (ds []Dispute, next string, err error)
	// Again reads disputes by their ids, [MaxAgain] at most, as the database has them.
	Again(ctx context.Context, ids []string) ([]Dispute, error)
}

// Parameters of a run: there are none yet.
type Parameters struct{}

// Task is sync-disputes. One Task serves all shops, and is safe for concurrent use
// for different ones.
type Task struct {
	task.Deps

	Store   *Store
	Connect func(shop.Shop) (Source, error)
}

// Definition is reading disputes as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Import disputes from Shopify Payments",
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: not every shop uses Shopify Payments, or lets the app read it.
		Entry: jobqueue.Entry{Category: "disputes", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_shopify_payments_disputes", For: "disputes; without it there are none here", Optional: true},
			{Name: "read_orders", For: "the order that a dispute is about", Optional: true},
		},
		Lists: "disputes", KeysOnly: true,
		MemoryMB: 128, MemoryWhy: "disputes are few and small",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard), jobqueue.Writes("disputes", "issues of disputes"))
		},
		Stored: []privacy.Kind{{Name: "disputes", At: []privacy.Shape{{PK: "SHOP#{shop}#DISPUTE", SK: "{dispute}"}}, Kept: privacy.AsConnected}},
		Kinds:  []string{IssueKind}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
