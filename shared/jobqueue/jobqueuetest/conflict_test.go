package jobqueuetest_test

import (
	"encoding/json"
	"testing"

	"backroom/shared/jobqueue"
)

func TestConflicts(t *testing.T) {
	uses := func(reg jobqueue.Registration, us ...[]jobqueue.Use) jobqueue.Registration {
		reg.Uses = func(json.RawMessage) (all []jobqueue.Use) {
			for _, u := range us {
				all = append(all, u...)
			}
			return all
		}
		return reg
	}
	r := newRig(t,
		uses(task("sync-orders", "orders", done), jobqueue.Writes("imported orders", "issues")),
		uses(task("process-orders", "orders", done), jobqueue.Writes("imported orders", "issues", "customers")),
		uses(task("sync-customers", "customers", done), jobqueue.Reads("imported orders"), jobqueue.Writes("customers", "issues")),
		task("sync-products", "products", done),
	)
	for id, want := range map[string][]string{
		"sync-orders":    {"jobs sync-orders and sync-customers may run at the same time, and both write issues: give them one category and scope"},
		"process-orders": {"jobs process-orders and sync-customers may run at the same time, and both write customers and issues: give them one category and scope"},
		"sync-products":  nil,
	} {
		got, err := r.d.Jobs.Conflicts(t.Context(), r.entry(id))
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: %v, %v; want %v", id, got, err, want)
			continue
		}
		for i, c := range got {
			if c.String() != want[i] {
				t.Errorf("%s: %s", id, c)
			}
		}
	}
	e := r.entry("sync-orders")
	e.ID, e.Version, e.Scope = "sync-orders-2", 0, "company"
	got, err := r.d.Jobs.Conflicts(t.Context(), e)
	if err != nil || len(got) != 3 {
		t.Errorf("the same task in another scope: %v, %v", got, err)
	}
	e.Status = jobqueue.Finished
	if got, err := r.d.Jobs.Conflicts(t.Context(), e); err != nil || len(got) != 0 {
		t.Errorf("a finished entry: %v, %v", got, err)
	}
}

// TestConflictsAcrossShopsOfACompany: shops that share a scope share its data.
func TestConflictsAcrossShopsOfACompany(t *testing.T) {
	items := func(reg jobqueue.Registration) jobqueue.Registration {
		reg.Uses = func(json.RawMessage) []jobqueue.Use { return jobqueue.Writes("BC items") }
		return reg
	}
	r := newRig(t, items(task("a", "one", done)), items(task("b", "two", done)))
	entry := func(shop, id, category string) jobqueue.Entry {
		return r.save(jobqueue.Entry{Shop: shop, ID: id, Task: id, Scope: "company", Category: category, MaxAttempts: 1, Status: jobqueue.Ready})
	}
	entry("east", "a", "one")
	e := entry("west", "b", "two")
	entry("west", "a", "two")
	got, err := r.d.Jobs.Conflicts(t.Context(), e)
	const want = "jobs b and a of shop east may run at the same time, and both write BC items: give them one category"
	if err != nil || len(got) != 1 || got[0].String() != want {
		t.Errorf("%v, %v; want %s", got, err, want)
	}
}
