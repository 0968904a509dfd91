package task

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/language"
	"backroom/shared/privacy"
	"backroom/shared/shop"
)

// Definition is all that the outside derives from a task.
type Definition struct {
	// Name is that of its function, its folder under functions and its job entry in a
	// new shop: "sync-orders". It is stored and never changed.
	Name  string
	Title string // what it does, in a few words: "Import orders from Shopify"
	// Report is the connector's report that it stands for, see [Reports]; 0: none.
	Report     int
	Parameters jobqueue.Schema
	// Entry is the job entry of a new shop; shop, name, title and start are filled in.
	Entry jobqueue.Entry
	// PerCompany: its runs exclude those of other shops of the same company in BC.
	PerCompany bool
	// Scopes are what the app must be allowed in Shopify, Permissions in Business Central.
	Scopes      []Scope
	Permissions []Permission
	// Told is what it takes from the companion API, where that is installed.
	Told []Told
	// Lists is what it lists of the table beside records by state, "" for nothing: its
	// function is allowed no more than it needs.
	Lists string
	// KeysOnly: it lists nothing by state.
	KeysOnly  bool
	MemoryMB  int // of its function
	MemoryWhy string
	// Uses says what data it reads and writes with such parameters, for warnings of
	// job entries that may overlap.
	Uses func(parameters json.RawMessage) []jobqueue.Use
	// Sections are those of the shop card that it goes by.
	Sections shop.Sections
	// Kinds are the kinds of records that its issues are about: "order".
	Kinds []string
	// Reasons explains the reasons that its issues have.
	Reasons issue.Catalogue
	// French says what the task says beside its reasons: notes of its progress, sentences
	// of failed runs, what its rights are for.
	French language.Phrases
	// Stored are the kinds of records that the task keeps beside what all tasks have, and what
	// they have of people.
	Stored []privacy.Kind
	Run    jobqueue.Task
}

// Data that tasks of several domains use, as people call it.
const (
	ShopCard = "the shop card"
	Issues   = "issues"
)

// Scope is an access scope of Shopify.
type Scope struct {
	Name string // "read_orders"
	For  string // what it is needed for
	// Optional: without it the task does less, as For says, and says so.
	Optional bool
}

// Permission is a permission set of Business Central.
type Permission struct {
	Set string // "D365 READ"
	For string
}

var (
	taskName  = regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
	scopeName = regexp.MustCompile(`^(read|write)(_[a-z]+)+$`)
)

// Check reports everything that the definition leaves open, an error each, joined.
func (d Definition) Check() error {
	var errs []error
	need := func(ok bool, want string) {
		if !ok {
			errs = append(errs, fmt.Errorf("task %q: %s", d.Name, want))
		}
	}
	need(taskName.MatchString(d.Name), "its name is words of a to z, joined by hyphens")
	need(d.Title != "", "it has a title")
	_, known := reportOf(d.Report)
	need(known || d.Report == 0, fmt.Sprintf("its report %d is one of the connector's", d.Report))
	need(d.Entry.Category != "" && d.Entry.MaxAttempts > 0, "its entry has a category and a number of attempts")
	need(d.MemoryMB >= 128 && d.MemoryWhy != "", "its function has memory, 128 MB at least, and the reason for it")
	need(len(d.Scopes)+len(d.Permissions) > 0, "it needs something of one side")
	for _, s := range d.Scopes {
		need(scopeName.MatchString(s.Name) && s.For != "", "scope "+s.Name+" is one of Shopify's, and says what for")
	}
	for _, p := range d.Permissions {
		need(p.Set != "" && p.For != "", "permission set "+p.Set+" has a name, and says what for")
	}
	reads, writes := 0, 0
	if d.Uses != nil {
		for _, u := range d.Uses(nil) {
			if u.Writes {
				writes++
			} else {
				reads++
			}
		}
	}
	need(reads > 0 && writes > 0, "it says what it reads and what it writes")
	need(len(d.Kinds) > 0 && len(d.Reasons) > 0, "it says what records its issues are about, and explains their reasons")
	need(d.Run != nil, "it can be run")
	return errors.Join(errs...)
}

// Registration is what the job queue knows of the task.
func (d Definition) Registration() jobqueue.Registration {
	e := d.Entry
	e.Description = d.Title
	return jobqueue.Registration{Name: d.Name, Task: d.Run, Default: e, PerCompany: d.PerCompany, Parameters: d.Parameters, Uses: d.Uses}
}

// Registry holds the tasks of ds for the job queue.
func Registry(ds []Definition) *jobqueue.Registry {
	var rs []jobqueue.Registration
	for _, d := range ds {
		rs = append(rs, d.Registration())
	}
	return jobqueue.NewRegistry(rs...)
}

// Sections are those of ds, each once.
func Sections(ds []Definition) (all shop.Sections) {
	for _, d := range ds {
		for _, s := range d.Sections {
			if !slices.ContainsFunc(all, func(o shop.Section) bool { return o.Title == s.Title }) {
				all = append(all, s)
			}
		}
	}
	return all
}

// Report is a report of the connector that one of our tasks stands for.
type Report struct {
	ID   int // as the connector has it: 30104
	Does string
}

// Reports are those that run in the background of the connector, in the order in
// which tasks are made for them.
var Reports = []Report{
	{30104, "import orders from Shopify"},
	{30103, "create sales documents of orders"},
	{30109, "send shipments to Shopify"},
	{30108, "products and prices"},
	{30102, "inventory"},
	{30107, "images of products"},
	{30100, "customers"},
	{30105, "payouts"},
	{297, "post sales invoices"},
	{296, "post sales orders"},
}

func reportOf(id int) (Report, bool) {
	for _, r := range Reports {
		if r.ID == id {
			return r, true
		}
	}
	return Report{}, false
}
