package wiring_test

import (
	"slices"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/wiring"
)

// What the registered tasks say of settings and reasons.
var (
	registered = func() wiring.Wired {
		table := memory.NewTable(time.Now)
		return wiring.Tasks(wiring.Options{Table: table, Now: time.Now, Jobs: jobstore.New(table, time.Now)})
	}()
	sections = registered.Sections
)

// No setting is in two sections or a part of the connection, and each is explained
// once. Documents are made by no setting that nobody can set.
func TestSectionsOfTheCard(t *testing.T) {
	connection := []string{"code", "domain", "enabled", "connectedAt", "timeZone", "currency", "company"}
	names := sections.Names()
	for i, name := range names {
		if i > 0 && names[i-1] == name || slices.Contains(connection, name) {
			t.Errorf("%s is a setting twice, or a part of the connection", name)
		}
	}
	for _, s := range sections {
		var explained []string
		for _, d := range s.Docs {
			if d.Does == "" {
				t.Errorf("%s: %q are explained by nothing", s.Title, d.Names)
			}
			explained = append(explained, d.Names...)
		}
		own := s.Names()
		slices.Sort(own)
		if slices.Sort(explained); !slices.Equal(own, explained) {
			t.Errorf("%s: explained are %q, settings are %q", s.Title, explained, own)
		}
	}
	for _, need := range documents.Sections.Names() {
		if !slices.Contains(names, need) {
			t.Errorf("documents go by %s, which is not registered", need)
		}
	}
}
