package tasktest_test

import (
	"slices"
	"testing"

	"backroom/shared/contract"
	"backroom/shared/task/tasktest"
)

func toySuite(flaw string) tasktest.Suite {
	return tasktest.Suite{Task: "toy", Open: openToy(flaw), Records: 4, Paged: 10, Idle: 1, Writes: 8}
}

func TestASoundTaskPasses(t *testing.T) { tasktest.Run(t, toySuite("")) }

// Each flaw is found by the law that it breaks, and each law finds one.
func TestFlawsAreFound(t *testing.T) {
	var found []string
	for _, tt := range []struct{ flaw, law string }{
		{"does nothing", "a run does all"},
		{"differs by chance", "a run does all"},
		{"writes at each run", "nothing to do costs nothing"},
		{"takes its echo for a change", "own echo costs nothing"},
		{"writes in a dry run", "dry run writes nothing"},
		{"stops at a bad record", "a record that cannot be read"},
		{"loses what it could not read", "a record that cannot be read"},
		{"moves the cursor first", "each write fails"},
		{"stores no intent", "each write fails"},
		{"does not wait for what it sent", "each write fails"},
		{"takes a lost answer for a refusal", "each write fails"},
		{"never looks", "delivered twice"},
		{"blames the record for a refusal", "throttled in mid-page"},
		{"forgets where it was throttled", "throttled in mid-page"},
		{"writes without its lease", "lease lost"},
		{"sends without its lease", "lease lost"},
		{"knows where it is by heart", "killed and resumed"},
		{"begins anew", "killed and resumed"},
	} {
		t.Run(tt.flaw, func(t *testing.T) {
			failed := contract.MustFail(t, tasktest.Cases, func(*testing.T) tasktest.Suite { return toySuite(tt.flaw) })
			if !slices.Contains(failed, tt.law) {
				t.Errorf("found by %q, want by %q", failed, tt.law)
			}
			found = append(found, tt.law)
		})
	}
	for _, c := range tasktest.Cases {
		if !slices.Contains(found, c.Name) {
			t.Errorf("no flaw breaks %q", c.Name)
		}
	}
}
