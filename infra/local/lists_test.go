package main

import (
	"slices"
	"strings"
	"testing"
)

// TestEveryListHasAVerbOrIsNamed: the help of map names the lists of the card that it has no
// verb for, and how these are set.
func TestEveryListHasAVerbOrIsNamed(t *testing.T) {
	out := said{"map --help", 0, []string{"shop set NAME=ROWS"}}.check(t)
	others := otherLists()
	for _, name := range []string{"companyCustomers", "payoutAccounts", "orderGates"} {
		if !slices.Contains(others, name) {
			t.Errorf("%s is not among %v", name, others)
		}
	}
	for _, m := range mappables {
		if slices.Contains(others, string(m.list)) {
			t.Errorf("%s has a verb, and is said to have none", m.list)
		}
	}
	for _, name := range others {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), name) {
			t.Errorf("%s is not in the help: %s", name, out)
		}
	}
}
