package task_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/task"
)

func good() task.Definition {
	return task.Definition{
		Name: "water-plants", Title: "Water the plants", Report: 30102,
		Parameters:  task.Schema("water-plants", options{Colour: "green"}),
		Entry:       jobqueue.Entry{Category: "garden", MaxAttempts: 3},
		Scopes:      []task.Scope{{Name: "read_products", For: "which plants there are"}},
		Permissions: []task.Permission{{Set: "D365 READ", For: "how much water there is"}},
		MemoryMB:    128, MemoryWhy: "it waits",
		Uses: func(json.RawMessage) []jobqueue.Use {
			return append(jobqueue.Reads(task.ShopCard), jobqueue.Writes("water")...)
		},
		Kinds: []string{"plant"}, Reasons: reasons,
		Run: jobqueue.TaskFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			return jobqueue.Result{Done: true}, nil
		}),
	}
}

func TestDefinitionsAreChecked(t *testing.T) {
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		spot func(*task.Definition)
	}{
		{"no name", func(d *task.Definition) { d.Name = "" }},
		{"a name that is no folder", func(d *task.Definition) { d.Name = "Water plants" }},
		{"a name of one word", func(d *task.Definition) { d.Name = "sweep" }},
		{"no title", func(d *task.Definition) { d.Title = "" }},
		{"no report", func(d *task.Definition) { d.Report = 1 }},
		{"no category", func(d *task.Definition) { d.Entry.Category = "" }},
		{"no attempts", func(d *task.Definition) { d.Entry.MaxAttempts = 0 }},
		{"no memory", func(d *task.Definition) { d.MemoryMB = 0 }},
		{"memory for no reason", func(d *task.Definition) { d.MemoryWhy = "" }},
		{"needs nothing", func(d *task.Definition) { d.Scopes, d.Permissions = nil, nil }},
		{"a scope of nobody", func(d *task.Definition) { d.Scopes[0].Name = "Products" }},
		{"a scope for nothing", func(d *task.Definition) { d.Scopes[0].For = "" }},
		{"a permission set for nothing", func(d *task.Definition) { d.Permissions[0].For = "" }},
		{"no uses", func(d *task.Definition) { d.Uses = nil }},
		{"writes nothing", func(d *task.Definition) {
			d.Uses = func(json.RawMessage) []jobqueue.Use { return jobqueue.Reads("water") }
		}},
		{"reads nothing", func(d *task.Definition) {
			d.Uses = func(json.RawMessage) []jobqueue.Use { return jobqueue.Writes("water") }
		}},
		{"no kinds", func(d *task.Definition) { d.Kinds = nil }},
		{"no reasons", func(d *task.Definition) { d.Reasons = issue.Catalogue{} }},
		{"cannot be run", func(d *task.Definition) { d.Run = nil }},
	} {
		d := good()
		if tt.spot(&d); d.Check() == nil || strings.Contains(d.Check().Error(), "\n") {
			t.Errorf("%s: %v, want one problem", tt.name, d.Check())
		}
	}
}

func TestRegistryHoldsTheDefinitions(t *testing.T) {
	reg, ok := task.Registry([]task.Definition{good()}).Get("water-plants")
	if !ok || reg.Default.Description != "Water the plants" || reg.Default.Category != "garden" || reg.Task == nil || len(reg.Uses(nil)) != 2 ||
		!slices.Equal(reg.Parameters.Names(), []string{"colour"}) {
		t.Errorf("%+v", reg)
	}
}
