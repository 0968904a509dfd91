package documents

import (
	"encoding/json"
	"slices"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/privacy"
	"backroom/shared/task"
)

// TaskName is what making documents is called among the tasks.
const TaskName = "process-orders"

// Definition is making documents as a task.
func (t *Task) Definition() task.Definition {
	sections, kinds, reasons := Sections, []string{"order", companyIssue}, Explained
	if t.Refunds != nil {
		sections = slices.Concat(sections, t.Refunds.Sections())
		kinds, reasons = append(kinds, t.Refunds.Kind()), issue.Join(reasons, t.Refunds.Reasons())
	}
	return task.Definition{
		Name: TaskName, Title: "Create sales orders in Business Central", Report: 30103,
		Parameters: task.Schema(TaskName, Parameters{}),
		Entry:      jobqueue.Entry{Category: "orders", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_orders", For: "a last look at an order that was read a while ago"},
			{Name: "write_orders", For: "the document's number on the order, if orderAttributesToShop is on, and archiving it, if archiveProcessedOrders is", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company, and the return reason by which programs exclude each other"},
			{Set: "D365 READ", For: "items, customers, accounts and codes"},
			{Set: "D365 SALES DOC, EDIT", For: "sales orders, invoices and credit memos"},
			{Set: "D365 CUSTOMER, EDIT", For: "customers that are created of buyers"},
		},
		MemoryMB: 256, MemoryWhy: "it mostly waits for the two APIs; one page of orders is far below that",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard), jobqueue.Writes(orders.Imported, task.Issues, "customer links", "customers in Business Central",
				"sales orders in Business Central", "sales invoices in Business Central", "credit memos in Business Central", "attributes of orders in Shopify"))
		},
		Stored: []privacy.Kind{{
			Name: "numbers of documents", At: []privacy.Shape{{PK: "COMPANY#{company}#SERIES", SK: "{set}"}, {PK: "ENGINE", SK: "id"}}, Kept: "for ever",
			Stays: "they are the company's and the engine's",
		}},
		Sections: sections, Kinds: kinds, Reasons: reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Target, t.run),
	}
}
