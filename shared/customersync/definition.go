package customersync

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
	"backroom/shared/task"
)

// TaskName is what keeping customers in step is called among the tasks.
const TaskName = "sync-customers"

// Kinds of records that issues are about: a customer of the shop, by its id, and one of
// the company, by its number.
const (
	kindShop    = "customer"
	kindCompany = "company-customer"
)

// Parameters of a run.
type Parameters struct {
	// Customers limits the run to customers of the shop, by their ids, whenever they
	// have changed.
	Customers []string `json:"customers,omitempty"`
	// Add are numbers of customers in Business Central that the shop is to have; the
	// run does nothing else.
	Add []string `json:"add,omitempty"`
}

// maxNamed is how many customers a run can be asked for by name.
const maxNamed = 1000

// Check implements task.Checked.
func (p Parameters) Check() error {
	if len(p.Customers) > maxNamed || len(p.Add) > maxNamed {
		return fmt.Errorf("customers: %d, add: %d, at most %d each", len(p.Customers), len(p.Add), maxNamed)
	}
	for _, id := range p.Customers {
		if id == "" || strings.Trim(id, "0123456789") != "" {
			return fmt.Errorf("customers: %q, want the number of a Shopify customer such as 7310120052", id)
		}
	}
	return nil
}

// Task is sync-customers. One Task serves all shops, and is safe for concurrent use for
// different ones.
type Task struct {
	task.Deps

	Store   *insync.Store
	Marks   *cursor.Store
	Links   *link.Store
	Connect func(shop.Shop) (Sides, error)
}

// Definition is keeping customers in step as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Keep customers in step", Report: 30100,
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: no customer is made or changed before somebody says so. In the
		// category of orders, whose documents make customers too.
		Entry: jobqueue.Entry{Category: "orders", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_customers", For: "who has changed in the shop"},
			{Name: "write_customers", For: "what Business Central changes, with canUpdateShopifyCustomer, and customers that are added", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company"},
			{Set: "D365 READ", For: "customers, and the codes of templates"},
			{Set: "D365 CUSTOMER, EDIT", For: "customers that are created or updated"},
		},
		Lists:    "customers that wait, and the links of customers",
		MemoryMB: 256, MemoryWhy: "a page of customers is small; the whole customer table is read once for phone numbers",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard), jobqueue.Writes("customer links", "customers in Business Central", "customers in Shopify", "issues of customers"))
		},
		Stored:   []privacy.Kind{Stored(t.Store)},
		Sections: shop.Sections{customers.Section, Section}, Kinds: []string{kindShop, kindCompany}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
