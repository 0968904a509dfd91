package posting

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

// The names of the tasks.
const (
	OrdersTask   = "post-orders"
	InvoicesTask = "post-invoices"
)

// category is that of both: BC's ledgers are locked while it posts, so that two
// postings in one company only wait for each other.
const category = "posting"

// Orders is the task that posts orders.
func (t *Task) Orders() task.Definition {
	d := t.definition(Order, "sales orders")
	d.Name, d.Title, d.Report = OrdersTask, "Post sales orders in Business Central", 296
	d.Parameters = task.Schema(OrdersTask, OrderParameters{Post: Both, PostingDate: keepDate, OnlyShopify: true, Status: "any", Customers: []string{}})
	d.Sections = shop.Sections{Section}
	d.Run = task.New(OrdersTask, t.Deps, t.Target, t.orders)
	return d
}

// Invoices is the task that posts invoices.
func (t *Task) Invoices() task.Definition {
	d := t.definition(Invoice, "sales invoices")
	d.Name, d.Title, d.Report = InvoicesTask, "Post sales invoices in Business Central", 297
	d.Parameters = task.Schema(InvoicesTask, InvoiceParameters{PostingDate: keepDate, OnlyShopify: true, Status: "draft", Customers: []string{}})
	d.Run = task.New(InvoicesTask, t.Deps, t.Target, t.invoices)
	return d
}

func (t *Task) definition(k Kind, things string) task.Definition {
	return task.Definition{
		// Without a rule: nothing is posted before somebody says so.
		Entry: jobqueue.Entry{Category: category, MaxAttempts: 5, RerunDelay: time.Minute, Resume: true}, PerCompany: true,
		Permissions: []task.Permission{
			{Set: "D365 READ", For: "the documents, and the ledger entries that prove a posting"},
			{Set: "D365 SALES DOC, EDIT", For: "posting dates and quantities to post"},
			{Set: "D365 SALES DOC, POST", For: "posting"},
		},
		Lists:    "postings that are under way or wait",
		MemoryMB: 256, MemoryWhy: "the list of a company's open documents is held as a whole",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard, "imported orders"), jobqueue.Writes("posted "+things+" in Business Central", "issues of postings"))
		},
		Stored: []privacy.Kind{{
			Name: "postings", At: []privacy.Shape{{PK: "SHOP#{shop}#POST", SK: "{kind}#{document}"}, {PK: "SHOP#{shop}#POSTED", SK: "{kind}#{document}#{time}"}},
			Holds: "what Business Central has said of documents", Kept: "90 days after the document is posted",
		}},
		Kinds: []string{issueKind(k)}, Reasons: issue.Join(Reasons, outbound.Reasons), French: French,
	}
}
