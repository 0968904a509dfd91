package wiring_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/posting"
	"backroom/shared/task"
	"backroom/shared/wiring"
)

// What the outside derives from a task is said by its definition.
func TestDefinitionsLeaveNothingOpen(t *testing.T) {
	table := memory.NewTable(time.Now)
	w := wiring.Tasks(wiring.Options{Table: table, Now: time.Now, Jobs: jobstore.New(table, time.Now)})
	stands, speaks := map[int]string{}, map[string]task.Definition{}
	for _, d := range w.Definitions {
		if err := d.Check(); err != nil {
			t.Error(err)
		}
		for _, kind := range d.Kinds {
			if by, ok := speaks[kind]; ok && by.Entry.Category != d.Entry.Category {
				t.Errorf("%s and %s run beside each other, and both say what is wrong with a %s: they would clear each other's issues", by.Name, d.Name, kind)
			}
			speaks[kind] = d
		}
		if by, ok := stands[d.Report]; ok {
			t.Errorf("report %d is what %s and %s stand for", d.Report, by, d.Name)
		}
		if d.Report != 0 {
			stands[d.Report] = d.Name
		}
	}
	// The tasks on orders and customers share a category: apart, they would be warned of.
	queue := memory.NewQueue(time.Now)
	jobs := jobs.New(jobstore.New(table, time.Now), w.Tasks, queue, memory.NewSchedules(time.Now, queue), slog.New(slog.DiscardHandler))
	if err := jobs.Ensure(t.Context(), "acme", "acme", time.Now()); err != nil {
		t.Fatal(err)
	}
	e, err := jobs.Store.Entry(t.Context(), "acme", "process-orders")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := jobs.Conflicts(t.Context(), e); err != nil || len(got) != 0 {
		t.Errorf("as a new shop has it: %v, %v", got, err)
	}
	e.ID, e.Version, e.Scope = "documents", 0, "company"
	if got, err := jobs.Conflicts(t.Context(), e); err != nil || len(got) != 4 {
		t.Errorf("in another scope: %v, %v; want a warning for each entry", got, err)
	}
}

// Shops of one company in BC post in turns, and do all else beside each other.
func TestPostingIsCountedInTheCompany(t *testing.T) {
	const company = "7a1e6e4c-0000-4000-8000-00000000c001"
	table := memory.NewTable(time.Now)
	w := wiring.Tasks(wiring.Options{Table: table, Now: time.Now, Jobs: jobstore.New(table, time.Now)})
	queue := memory.NewQueue(time.Now)
	jobs := jobs.New(jobstore.New(table, time.Now), w.Tasks, queue, memory.NewSchedules(time.Now, queue), slog.New(slog.DiscardHandler))
	groups := map[string][]string{}
	for _, shop := range []string{"acme", "beta"} {
		if err := jobs.Ensure(t.Context(), shop, company, time.Now()); err != nil {
			t.Fatal(err)
		}
		for _, d := range w.Definitions {
			e, err := jobs.Store.Entry(t.Context(), shop, d.Name)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := jobs.Conflicts(t.Context(), e); err != nil || len(got) > 0 {
				t.Errorf("%s of %s: %v, %v", d.Name, shop, got, err)
			}
			groups[e.Group()] = append(groups[e.Group()], shop+" "+d.Name)
		}
	}
	if got := groups[company+"#posting"]; len(got) != 4 {
		t.Errorf("counted in the company are %q", got)
	}
	for group, of := range groups {
		if group != company+"#posting" && strings.Contains(strings.Join(of, " "), "acme") && strings.Contains(strings.Join(of, " "), "beta") {
			t.Errorf("%s is of %q", group, of)
		}
	}
	// A company that is not known yet: they are counted in the shop.
	if err := jobs.Ensure(t.Context(), "gamma", "", time.Now()); err != nil {
		t.Fatal(err)
	}
	if e, err := jobs.Store.Entry(t.Context(), "gamma", posting.OrdersTask); err != nil || e.Scope != "gamma" {
		t.Errorf("without a company: %q, %v", e.Scope, err)
	}
}
