package wiring_test

import (
	"log/slog"
	"testing"
	"time"

	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
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
	// The two tasks on orders share a category: apart, they would be warned of.
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
	if got, err := jobs.Conflicts(t.Context(), e); err != nil || len(got) != 2 {
		t.Errorf("in another scope: %v, %v; want a warning for both entries", got, err)
	}
}
