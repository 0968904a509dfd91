package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// verb is what a verb of the program is tried with, in the order of the table. What it
// prints with --json is read; "" where it has no --json because it answers with nothing
// that a program would read.
type verb struct {
	path string
	args string // words
	// null says that a setting which is not set is null in what it prints.
	null bool
	// takes says that it takes something away, so that it asks or takes --yes.
	takes bool
	// refused says that it is refused as things are, with words that a person reads.
	refused bool
}

// verbs are all of them. A new one fails TestEveryVerb until it is here.
var verbs = []verb{
	{path: "status"},
	{path: "doctor"},
	{path: "find", args: "1001"},
	{path: "issues"},
	{path: "payouts"},
	{path: "disputes"},
	{path: "trail"},
	{path: "shop show", null: true},
	{path: "shop set", args: "tolerance=0.06"},
	{path: "shop diff", args: "tolerance=0.07"},
	{path: "map variant set", args: "40000999 NOTEBOOK"},
	{path: "map variant list"},
	{path: "map variant linked"},
	{path: "map variant rm", args: "40000999", takes: true},
	{path: "map location set", args: "61002 EAST"},
	{path: "map location list"},
	{path: "map location rm", args: "61002", takes: true},
	{path: "map shipment-method set", args: "Standard DHL"},
	{path: "map shipment-method list"},
	{path: "map shipment-method rm", args: "Standard", takes: true},
	{path: "map payment-terms set", args: "NET 30D"},
	{path: "map payment-terms list"},
	{path: "map payment-terms rm", args: "NET", takes: true},
	{path: "map tax set", args: "0.055 REDUCED"},
	{path: "map tax list"},
	{path: "map tax rm", args: "0.055", takes: true},
	{path: "map country set", args: "UK GB"},
	{path: "map country list"},
	{path: "map country rm", args: "UK", takes: true},
	{path: "map country-customer set", args: "DE WEB"},
	{path: "map country-customer list"},
	{path: "map country-customer rm", args: "DE", takes: true},
	{path: "map currency set", args: "EUR EURO"},
	{path: "map currency list"},
	{path: "map currency rm", args: "EUR", takes: true},
	{path: "map account set", args: "tipAccount 8510"},
	{path: "map account list"},
	{path: "map account rm", args: "tipAccount", takes: true},
	{path: "map customer set", args: "40000271 D00070"},
	{path: "map customer list"},
	{path: "map customer rm", args: "40000271", takes: true},
	{path: "map company set", args: "40000272 D00070"},
	{path: "map company list"},
	{path: "map company rm", args: "40000272", takes: true},
	{path: "map company-location set", args: "40000273 D00070"},
	{path: "map company-location list"},
	{path: "map company-location rm", args: "40000273", takes: true},
	{path: "jobs"},
	{path: "jobs show", args: "sync-orders"},
	{path: "jobs set", args: "sync-orders --every 24h"},
	{path: "jobs save", args: "-"},
	{path: "jobs hold", args: "nightly"},
	{path: "jobs release", args: "nightly"},
	{path: "jobs hold", args: "nightly"},
	{path: "jobs restart", args: "nightly"},
	{path: "jobs run", args: "nightly"},
	{path: "jobs cancel", args: "nightly", refused: true},
	{path: "jobs retry", args: "RUN", refused: true},
	{path: "jobs hold", args: "--name night* --yes"},
	{path: "jobs release", args: "--status asleep", refused: true},
	{path: "jobs release", args: "--name night* --yes"},
	{path: "jobs restart", args: "--name none --dry-run"},
	{path: "jobs cancel", args: "--task sync-orders --dry-run"},
	{path: "runs retry", args: "--outcome failed --dry-run"},
	{path: "runs cancel", args: "--since 1h --dry-run"},
	{path: "jobs delete", args: "nightly", takes: true},
	{path: "jobs pause"},
	{path: "jobs resume"},
	{path: "run", args: "sync-orders"},
	{path: "runs"},
	{path: "orders"},
	{path: "orders accept", args: "--reason no-such-reason"},
	{path: "orders retry", args: "--reason no-such-reason"},
	{path: "orders dismiss", args: "--reason no-such-reason"},
	{path: "orders reopen", args: "--reason no-such-reason"},
	{path: "orders done", args: "#1002 --document NONE", refused: true},
	{path: "orders import", args: "#1002"},
	{path: "orders hold", args: "--reason no-such-reason"},
	{path: "orders release", args: "#1002", refused: true},
	{path: "orders amend", args: "#1002", takes: true, refused: true},
	{path: "orders unlink", args: "#1001", takes: true},
	{path: "shops"},
	{path: "shops list"},
	{path: "shops show", args: "sample"},
	{path: "privacy find", args: "eva@example.com"},
	{path: "privacy erase", args: "nobody@example.com", takes: true},
	{path: "shops disconnect", args: "sample", takes: true},
	{path: "privacy erase-shop", args: "sample", takes: true},
}

// silent are the verbs that print nothing for a program: they stay up, or write a file.
var silent = map[string]bool{"demo": false, "serve": false, "simulators": false, "backup": false, "restore": true}

// walk calls f with each verb that does something, by its path.
func walk(c *cobra.Command, f func(path string, c *cobra.Command)) {
	path := strings.TrimPrefix(strings.TrimPrefix(c.CommandPath(), "backroom"), " ")
	if c.Runnable() && path != "" && (c.Flags().Lookup("json") != nil || len(c.Commands()) == 0) {
		f(path, c)
	}
	for _, sub := range c.Commands() {
		if !sub.Hidden && sub.Name() != "help" && sub.Name() != "completion" {
			walk(sub, f)
		}
	}
}

// TestEveryVerb: each prints JSON that is never null, and asks before it takes something
// away; none is missing in the table.
func TestEveryVerb(t *testing.T) {
	rows := map[string]verb{}
	for _, v := range verbs {
		rows[v.path] = v
	}
	walk(root(), func(path string, c *cobra.Command) {
		v, known := rows[path]
		takes, quiet := silent[path]
		if !known && !quiet {
			t.Errorf("%s has no row in this test", path)
		}
		if known != (c.Flags().Lookup("json") != nil) {
			t.Errorf("%s: --json is %v", path, c.Flags().Lookup("json"))
		}
		if (v.takes || takes) && c.Flags().Lookup("yes") == nil {
			t.Errorf("%s takes something away, and has no --yes", path)
		}
		delete(rows, path)
	})
	if len(rows) > 0 {
		t.Errorf("there is no verb %v", rows)
	}
	person(t, 3)
	for _, v := range verbs {
		v.tried(t)
	}
}

// tried runs a verb, first without an answer to what it asks.
func (v verb) tried(t *testing.T) {
	t.Helper()
	args := append(strings.Fields(v.path), strings.Fields(v.args)...)
	if i := slices.Index(args, "RUN"); i >= 0 {
		out, _, _ := command(t, "runs", "--json", "--limit", "1")
		var rs []runView
		if err := json.Unmarshal([]byte(out), &rs); err != nil || len(rs) == 0 {
			t.Fatalf("%v: %s", err, out)
		}
		args[i] = rs[0].ID
	}
	in := `{"id": "nightly", "task": "sync-orders", "every": "24h"}`
	if v.takes {
		if out, errs, status := given(t, "", args...); status != 1 || !strings.Contains(out+errs, "?") && !strings.Contains(errs, "pass --yes") {
			t.Errorf("%s does not ask: %d\n%s%s", v.path, status, out, errs)
		}
		args = append(args, "--yes")
	}
	out, errs, status := given(t, in, append(args, "--json")...)
	if strings.Contains(out+errs, "\x1b") {
		t.Errorf("%s: signs that a terminal obeys: %q", v.path, out+errs)
	}
	if v.refused {
		if status == 0 || out != "" || errs == "" {
			t.Errorf("%s is not refused: %d\n%s%s", v.path, status, out, errs)
		}
		return
	}
	var js any
	if err := json.Unmarshal([]byte(out), &js); err != nil || js == nil {
		t.Errorf("%s: %d, no JSON: %v\n%s%s", v.path, status, err, out, errs)
		return
	}
	if at := nullIn(js); at != "" && !v.null {
		t.Errorf("%s: %s is null in\n%s", v.path, at, out)
	}
}

// given runs a command with what is typed.
func given(t *testing.T, in string, args ...string) (out, errs string, status int) {
	t.Helper()
	var o, e bytes.Buffer
	c := root()
	c.SetArgs(args)
	c.SetIn(strings.NewReader(in))
	c.SetOut(&o)
	c.SetErr(&e)
	if err := c.ExecuteContext(t.Context()); err != nil {
		fmt.Fprintln(&e, err)
		status = 1
	}
	return o.String(), e.String(), status
}

// nullIn is where js has a null, "" if nowhere.
func nullIn(js any) string {
	switch v := js.(type) {
	case nil:
		return "it"
	case []any:
		for i, x := range v {
			if at := nullIn(x); at != "" {
				return fmt.Sprintf("%d.%s", i, at)
			}
		}
	case map[string]any:
		for k, x := range v {
			if at := nullIn(x); at != "" {
				return k + "." + at
			}
		}
	}
	return ""
}

// TestNoColour: the program has no colours, in a terminal neither: NO_COLOR has nothing
// to switch off.
func TestNoColour(t *testing.T) {
	var b bytes.Buffer
	bar := barOn(&b, "sync-orders")
	bar.Describe("reading orders")
	bar.ChangeMax(10)
	_ = bar.Set(5)
	_ = bar.Finish()
	if strings.Contains(b.String(), "\x1b[3") || strings.Contains(b.String(), "\x1b[1m") || !strings.Contains(b.String(), "reading orders") {
		t.Errorf("%q", b.String())
	}
}
