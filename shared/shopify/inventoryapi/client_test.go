package inventoryapi

import (
	"fmt"
	"testing"

	"backroom/shared/fault"
	"backroom/shared/inventory"
)

// What Shopify says of a batch, by the index in the field of each error: nothing of it
// was done if there is any.
func TestAnswers(t *testing.T) {
	b := inventory.Batch{Changes: []inventory.Change{{Item: "1"}, {Item: "2"}, {Item: "3"}}}
	at := func(code string, i int) userError {
		return userError{code: code, field: []string{"input", "quantities", fmt.Sprint(i), "locationId"}, message: "no"}
	}
	for _, tt := range []struct {
		name  string
		errs  []userError
		codes []string
		kinds []fault.Kind
		whole fault.Kind
	}{
		{name: "all set", codes: []string{"", "", ""}, kinds: []fault.Kind{"", "", ""}},
		{
			name: "one stale, one a bundle", errs: []userError{at(inventory.CodeStale, 2), at(inventory.CodeBundle, 0)},
			codes: []string{inventory.CodeBundle, inventory.CodeOthers, inventory.CodeStale}, kinds: []fault.Kind{fault.Rejected, fault.Transient, fault.Rejected},
		},
		{
			name: "one with two errors", errs: []userError{at(inventory.CodeItem, 1), at(inventory.CodeLocation, 1)},
			codes: []string{inventory.CodeOthers, inventory.CodeItem, inventory.CodeOthers}, kinds: []fault.Kind{fault.Transient, fault.Rejected, fault.Transient},
		},
		{name: "a code that is new", errs: []userError{at("TOO_COLD", 0)}, codes: []string{"TOO_COLD", inventory.CodeOthers, inventory.CodeOthers}, kinds: []fault.Kind{fault.Rejected, fault.Transient, fault.Transient}},
		{name: "about no change", errs: []userError{{code: "INVALID_REASON", field: []string{"input", "reason"}}}, whole: fault.Rejected},
		{name: "about a change that is none", errs: []userError{at(inventory.CodeStale, 3)}, whole: fault.Rejected},
		{name: "a key under way", errs: []userError{{code: inventory.CodeBusy}}, whole: fault.Unknown},
		{name: "a key that failed", errs: []userError{{code: inventory.CodeFailed}}, whole: fault.Transient},
		{name: "a key of something else", errs: []userError{{code: "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}}, whole: fault.Transient},
	} {
		got, err := answers(b, tt.errs)
		if tt.whole != "" {
			if fault.KindOf(err) != tt.whole || got != nil {
				t.Errorf("%s: %v, %v", tt.name, got, err)
			}
			continue
		}
		if err != nil || len(got) != len(b.Changes) {
			t.Errorf("%s: %v, %v", tt.name, got, err)
			continue
		}
		for i, a := range got {
			if a.Entity != b.Changes[i] || fault.Of(a.Err).Code != tt.codes[i] || fault.KindOf(a.Err) != tt.kinds[i] && a.Err != nil {
				t.Errorf("%s: %d is %v, want %s %s", tt.name, i, a.Err, tt.kinds[i], tt.codes[i])
			}
		}
	}
}
