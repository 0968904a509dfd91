package images

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/privacy"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// TaskName is what keeping pictures the same is called among the tasks.
const TaskName = "sync-images"

// kind is the kind of record that issues of the task are about.
const kind = "image"

// Parameters of a run.
type Parameters struct {
	// Items limits the run to the pictures of these items, whenever they have changed;
	// empty: all that have changed.
	Items []string `json:"items,omitempty"`
}

// Check implements task.Checked.
func (p Parameters) Check() error {
	if len(p.Items) > MaxItems {
		return fmt.Errorf("items: %d numbers, at most %d", len(p.Items), MaxItems)
	}
	return nil
}

// Sides are the two sides between which pictures go.
type Sides struct {
	Company  Company
	Files    Files
	Ties     Ties
	Products Products
	Clock    outbound.Clocked // of the shop; nil: it does not tell the time
}

// Task is sync-images. One Task serves all shops, and is safe for concurrent use for
// different ones.
type Task struct {
	task.Deps

	Store   *Store
	Marks   *cursor.Store
	Links   Links
	Connect func(shop.Shop) (Sides, error)
}

// Definition is keeping pictures the same as a task.
func (t *Task) Definition() task.Definition {
	return task.Definition{
		Name: TaskName, Title: "Keep pictures of items and products the same", Report: 30107,
		Parameters: task.Schema(TaskName, Parameters{}),
		// Without a rule: pictures stay where they are before somebody says which way they go.
		Entry: jobqueue.Entry{Category: "images", MaxAttempts: 5, RerunDelay: time.Minute, Resume: true},
		Scopes: []task.Scope{
			{Name: "read_products", For: "the pictures of products"},
			{Name: "write_products", For: "pictures of products and variants"},
			{Name: "write_files", For: "the files that they are", Optional: true},
		},
		Permissions: []task.Permission{
			{Set: "D365 BASIC", For: "the company"},
			{Set: "D365 ITEM, EDIT", For: "items and their pictures"},
		},
		Told:     []task.Told{{Set: "itemPictures", By: toldBy, Without: "Without the companion extension, it is not known which pictures of items are as they were: those of items whose stock has moved are read again, and nothing is left out."}},
		Lists:    "what is known of pictures, and the links of items",
		MemoryMB: 512, MemoryWhy: "a picture of 20 MB is held as it is read, and as it is sent",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return slices.Concat(jobqueue.Reads(task.ShopCard, "links of products"),
				jobqueue.Writes("pictures", "issues of pictures"))
		},
		Stored:   []privacy.Kind{{Name: "pictures", At: []privacy.Shape{{PK: "SHOP#{shop}#IMAGE", SK: "{product}"}}, Kept: privacy.AsConnected}},
		Sections: shop.Sections{Section}, Kinds: []string{kind}, Reasons: Reasons, French: French,
		Run: task.New(TaskName, t.Deps, t.Connect, t.run),
	}
}
