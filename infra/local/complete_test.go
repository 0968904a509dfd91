package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// free are words for arguments that nobody could offer: why.
var free = map[string]string{
	"FILE": "the shell completes files", "NUMBER": "it is what is looked for", "CUSTOMER": "an address of somebody is not offered",
}

// freeFlags are flags, or those of one verb, whose values nobody could offer: why.
var freeFlags = map[string]string{
	"page": "a number", "limit": "a number", "since": "a time", "until": "a time", "from": "a day", "to": "a day", "placed-from": "a time", "placed-before": "a time",
	"up-to": "an amount", "customer": "an address of somebody is not offered", "order": "an id of Shopify's", "id": "ids of Shopify's",
	"because": "in the person's words", "jobs hold reason": "in the person's words", "jobs pause reason": "in the person's words", "orders done reason": "in the person's words",
	"document": "a number that only the person knows", "name": "a pattern", "parameters": "JSON", "catalog": "a file", "shopify": "an address", "bc": "an address", "keep": "a file",
}

// TestCompletionOfEveryVerb: whatever names something that there is can be completed: each
// argument and each flag of each verb, or it is one that nobody could offer.
func TestCompletionOfEveryVerb(t *testing.T) {
	used := map[string]bool{}
	walk(root(), func(path string, c *cobra.Command) {
		word := firstArgument(c)
		if used[word] = true; word != "" && c.ValidArgsFunction == nil && free[word] == "" {
			t.Errorf("%s: nothing completes %s", path, word)
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			_, ok := c.GetFlagCompletionFunc(f.Name)
			used[f.Name], used[path+" "+f.Name] = true, true
			if of := f.Value.Type(); !ok && of != "bool" && of != "int" && freeFlags[f.Name] == "" && freeFlags[path+" "+f.Name] == "" && !isJobSetting(path, f.Name) {
				t.Errorf("%s: nothing completes --%s (%s)", path, f.Name, f.Usage)
			}
		})
	})
	for name := range flagsOffer {
		if !used[name] && name != "shop" {
			t.Errorf("no flag is %s", name)
		}
	}
	for word := range argumentsOffer {
		if !used[word] {
			t.Errorf("no argument is %s", word)
		}
	}
}

// isJobSetting: times and durations of jobs set are free.
func isJobSetting(path, flag string) bool {
	if path != "jobs set" {
		return false
	}
	for _, s := range jobSettings {
		if s.flag == flag {
			return true
		}
	}
	return false
}

// TestWhatIsOffered: what is offered is there, kind by kind.
func TestWhatIsOffered(t *testing.T) {
	person(t, 0)
	for _, s := range []said{
		{"__complete runs --outcome f", 0, []string{"failed"}},
		{"__complete runs --entry s", 0, []string{"sync-orders\t"}},
		{"__complete jobs hold --task p", 0, []string{"process-orders"}},
		{"__complete jobs hold --category o", 0, []string{"orders"}},
		{"__complete jobs hold --status on", 0, []string{"on hold"}},
		{"__complete jobs set sync-orders --weekdays m", 0, []string{"mon"}},
		{"__complete issues --reason t", 0, []string{"total-differs"}},
		{"__complete orders accept --reason t", 0, []string{"total-differs"}},
		{"__complete orders import #", 0, []string{"#1188"}},
		{"__complete shop set tip", 0, []string{"tipAccount="}},
		{"__complete map account set tip", 0, []string{"tipAccount"}},
		{"__complete map tax rm 0", 0, []string{"0.19\tVAT19"}},
		{"__complete map customer rm 4", 0, []string{"4000"}},
		{"__complete shops show s", 0, []string{"sample\t"}},
	} {
		s.check(t)
	}
}

// TestPagesFitATerminal: the line about the other pages has 80 columns at most, on every list.
func TestPagesFitATerminal(t *testing.T) {
	for _, n := range []total{{}, {n: 1_234_567}, {n: 1_234_567, more: true}} {
		for _, page := range []string{"", "99999", "a-token-of-the-interface-which-may-be-very-long-and-is-not-repeated"} {
			if line := (paging{page: page, limit: 1_000_000}).of(1_000_000, n); len(line) > 80 {
				t.Errorf("%d columns: %s", len(line), line)
			}
		}
	}
	walk(root(), func(path string, c *cobra.Command) {
		if f := c.Flags().Lookup("page"); f != nil && f.Usage != "this page of so many: 2 is the second" {
			t.Errorf("%s has pages of its own: %s", path, f.Usage)
		}
	})
}
