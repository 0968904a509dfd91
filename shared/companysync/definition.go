package companysync

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/insync"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/privacy"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
)

// TaskName is what keeping companies in step is called among the tasks.
const TaskName = "sync-companies"

// Kinds of records that issues are about: a company of the shop, by its id, and a customer
// that is to be one, by its number.
const (
	kindCompany  = "company"
	kindExported = "exported-company"
)

// Parameters of a run.
type Parameters struct {
	// Companies limits the run to companies of the shop, by their ids, whenever they have
	// changed, with or without orders.
	Companies []string `json:"companies,omitempty"`
	// Add are numbers of customers in Business Central that are to be companies of the
	// shop; the run does nothing else.
	Add []string `json:"add,omitempty"`
}

// maxNamed is how many companies a run can be asked for by name.
const maxNamed = 1000

// Check implements task.Checked.
func (p Parameters) Check() error {
	if len(p.Companies) > maxNamed || len(p.Add) > maxNamed {
		return fmt.Errorf("companies: %d, add: %d, at most %d each", len(p.Companies), len(p.Add), maxNamed)
	}
	for _, id := range p.Companies {
		if id == "" || strings.Trim(id, "0123456789") != "" {
			return fmt.Errorf("companies: %q, want the number of a Shopify company such as 5443879218", id)
		}
	}
	return nil
}

// Task is sync-companies. One Task serves all shops, and is safe for concurrent use for
// different ones.
type Task struct {
	task.Deps

	Store   *insync.Store
	Marks   *cursor.Store
	Links   *link.Store
	Connect func(shop.Shop) (Sides, error)
}

// NewStore keeps what is known of companies that are kept in step.
func NewStore(t table.Table) *insync.Store { return &insync.Store{Table: t, Part: "COMPSYNC"} }

// Definition is keeping companies in step as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Keep companies in step",
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: no customer is made or changed before somebody says so. In the
		// category of orders, whose documents make customers too.
		Entry: jobqueue.Entry{Category: "orders", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_customers", For: "which companies have changed in the shop, with their locations and main contacts"},
			{Name: "write_customers", For: "what Business Central changes, with canUpdateShopifyCompanies, and companies that are added", Optional: true},
			{Name: "read_payment_terms", For: "payment terms of companies", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company"},
			{Set: "D365 READ", For: "customers, and the codes of templates and payment terms"},
			{Set: "D365 CUSTOMER, EDIT", For: "customers that are created or updated"},
		},
		Lists:    "companies that wait, and the links of companies",
		MemoryMB: 256, MemoryWhy: "a page of companies is small; the whole customer table is read once for tax ids",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard), jobqueue.Writes("company links", "customers in Business Central", "companies in Shopify", "customers in Shopify", "issues of companies"))
		},
		Stored: []privacy.Kind{{
			Name: "companies in step", At: []privacy.Shape{{PK: "SHOP#{shop}#COMPSYNC", SK: "{side}#{company}"}},
			Kept: privacy.AsConnected, // ids and numbers of companies, one digest of all that was sent, and what happened to it
		}},
		Sections: shop.Sections{customers.Section, Section}, Kinds: []string{kindCompany, kindExported}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
