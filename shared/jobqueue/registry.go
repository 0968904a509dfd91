package jobqueue

import (
	"encoding/json"
	"slices"
	"strings"
)

// Registration is a task and the entry that a new shop gets for it.
type Registration struct {
	Name    string
	Task    Task
	Default Entry // Category, Rule, MaxAttempts …; shop, scope and earliest start are filled in
	// PerCompany: the entry's scope is the company in BC, so that its runs exclude those
	// of other shops of the company; else it is the shop.
	PerCompany bool
	// Parameters is what the task takes; the zero value takes none.
	Parameters Schema
	// Uses says what data it reads and writes with such parameters, for
	// warnings of conflicts; nil: none that others could be at.
	Uses func(parameters json.RawMessage) []Use
}

// Registry holds the tasks. It is filled before use and only read afterwards.
type Registry struct{ tasks map[string]Registration }

// NewRegistry makes a registry of tasks with different names.
func NewRegistry(rs ...Registration) *Registry {
	g := &Registry{tasks: map[string]Registration{}}
	for _, r := range rs {
		g.tasks[r.Name] = r
	}
	return g
}

// Get answers the registration of a task.
func (g *Registry) Get(name string) (Registration, bool) {
	r, ok := g.tasks[name]
	return r, ok
}

// All is every registration, ordered by name.
func (g *Registry) All() []Registration {
	out := make([]Registration, 0, len(g.tasks))
	for _, r := range g.tasks {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Registration) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Categories are those of the registered tasks, ordered.
func (g *Registry) Categories() []string {
	var cs []string
	for _, r := range g.tasks {
		cs = append(cs, r.Default.Category)
	}
	slices.Sort(cs)
	return slices.Compact(cs)
}

// Names are those of the tasks, ordered, as one text.
func (g *Registry) Names() string {
	var ns []string
	for _, r := range g.All() {
		ns = append(ns, r.Name)
	}
	return strings.Join(ns, ", ")
}
