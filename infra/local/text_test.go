package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"

	"backroom/shared/api"
	"backroom/shared/completeness"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/products"
	"backroom/shared/wiring"
)

// A table has every word of its rows in any terminal, and no line is wider than
// that unless a column that must stay is.
func TestTablesFitATerminal(t *testing.T) {
	runs := newTable("RUN", "JOB", "TRIGGER", "STARTED", "TOOK", "")
	runs.spare = []string{"TOOK", "TRIGGER"}
	why := "The totals differ: 536.43 EUR in Shopify, 549.19 EUR in Business Central; taxPercent of Item CAP-2 is 6.5 %, Größe 14 ½"
	runs.row("06h1s6k6n7vp3rlvpk", "process-orders", "follow-up", "2026-11-27 12:52:10 CET", "389ms", why)
	runs.row("06h1s6k6n7vp3rlvpq", "sync-orders", "schedule", "2026-11-27 12:52:10 CET", "1.2s", "")
	for _, columns := range []int{0, 60, 80, 100, 200} {
		out := runs.within(columns)
		if got, want := strings.Count(out, "\n"), 3; columns == 0 && got != want {
			t.Errorf("%d lines outside a terminal, want %d", got, want)
		}
		for word := range strings.FieldsSeq("06h1s6k6n7vp3rlvpk process-orders 06h1s6k6n7vp3rlvpq " + why) {
			if !strings.Contains(out, word) {
				t.Errorf("%d columns: no %s in\n%s", columns, word, out)
			}
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, " \n")); columns >= 80 && n > columns {
				t.Errorf("%d of %d columns: %s", n, columns, line)
			}
		}
		if strings.Contains(out, "TOOK") != (columns == 0 || columns >= 100) {
			t.Errorf("%d columns:\n%s", columns, out)
		}
	}
}

// TestTablesOfWideCharacters: signs that take two columns, or none, keep the columns
// in line and the table within the terminal.
func TestTablesOfWideCharacters(t *testing.T) {
	rows := newTable("ORDER", "CUSTOMER", "STATE", "")
	long := strings.Repeat("注文は処理できません", 9)
	for _, name := range []string{"山田太郎", "Zoë", "e\u0301cole", "👩\u200d🚀 Ada", "김민수", "plain"} {
		rows.row("#1001", name, "attention", long+" #1042")
	}
	for _, columns := range []int{0, 60, 80} {
		at := -1
		for line := range strings.Lines(rows.within(columns)) {
			line = strings.TrimRight(line, "\n")
			if n := uniseg.StringWidth(line); columns > 0 && n > columns {
				t.Errorf("%d of %d columns: %s", n, columns, line)
			}
			head, _, ok := strings.Cut(line, "attention")
			if !ok {
				continue
			}
			if n := uniseg.StringWidth(head); at >= 0 && n != at {
				t.Errorf("%d columns: the third begins at %d, and at %d above: %s", columns, n, at, line)
			} else {
				at = n
			}
		}
		if text := strings.Join(strings.Fields(rows.within(columns)), ""); at < 0 || columns > 0 && strings.Count(text, "#1042") != 6 {
			t.Errorf("%d columns: a row is cut off:\n%s", columns, rows.within(columns))
		}
	}
}

func TestTimesHaveTheirZone(t *testing.T) {
	if got := when(time.Date(2026, 11, 27, 12, 52, 10, 0, time.Local)); !regexp.MustCompile(`^2026-11-27 12:52:10 (\S+)$`).MatchString(got) {
		t.Error(got)
	}
}

// reasons are all that an issue may have.
var reasons = issue.Join(orders.Reasons, customers.Reasons, products.Reasons, documents.Reasons, outbound.Reasons)

// command finds what words call, nil if there is no such command.
func called(words string) *cobra.Command {
	c, rest, err := root().Find(strings.Fields(words))
	if err != nil || c.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "#") {
		return nil
	}
	return c
}

// TestWaysOutNameCommands: each command that a way out names is there; each issue that
// a decision or a setting ends has the command, complete; and no other is offered.
func TestWaysOutNameCommands(t *testing.T) {
	names := regexp.MustCompile(`\b(orders|jobs|map|shop) (?:accept|retry|unlink|release|done|dismiss|reopen|import|hold|restart|cancel|resume|pause|set|show|save|list|rm)\b|\((?:orders|jobs|map|shop) [a-z]+\)`)
	table := memory.NewTable(time.Now)
	w := wiring.Tasks(wiring.Options{Table: table, Now: time.Now, Jobs: jobstore.New(table, time.Now)})
	n := 0
	for reason, e := range w.Reasons {
		for _, m := range names.FindAllString(e.WayOut, -1) {
			if n++; called(strings.Trim(m, "()")) == nil {
				t.Errorf("%s: there is no %s", reason, m)
			}
		}
		i := w.Reasons.New(reason, "Cap (SKU X, variant 40000152)")
		i.Kind, i.Name = "order", "#1042"
		cs := commandsFor(i)
		for _, c := range cs {
			if called(strings.TrimPrefix(c, "backroom ")) == nil {
				t.Errorf("%s: there is no %s", reason, c)
			}
			if s, ok := strings.CutPrefix(c, "backroom shop set "); ok && !slices.Contains(w.Sections.Names(), strings.TrimSuffix(s, "=VALUE")) {
				t.Errorf("%s: there is no setting of %s", reason, c)
			}
		}
		if len(cs) == 0 && (names.MatchString(e.WayOut) || strings.Contains(e.WayOut, "on the shop card")) {
			t.Errorf("%s has no command: %s", reason, e.WayOut)
		}
	}
	if n < 4 {
		t.Errorf("%d commands are named: is the pattern right?", n)
	}
	for _, c := range []struct {
		reason issue.Reason
		want   string
	}{
		{products.ItemUnmapped, `backroom map variant set 40000152 ITEM-NUMBER; backroom orders retry "#1042"`},
		{documents.TotalDiffers, `backroom orders accept "#1042"; backroom orders retry "#1042"`},
		{documents.TipAccountMissing, "backroom map account set tipAccount ACCOUNT"},
		{documents.LocationUnmapped, "backroom map location set LOCATION-ID CODE"},
		{orders.OrdersHidden, "backroom shop set importFrom=VALUE"},
	} {
		i := w.Reasons.New(c.reason, "Cap (SKU X, variant 40000152)")
		if i.Name = "#1042"; !strings.HasPrefix(strings.Join(commandsFor(i), "; "), c.want) {
			t.Errorf("%s: %v, want %s", c.reason, commandsFor(i), c.want)
		}
	}
}

// Issues with the same way out stand together.
func TestIssuesAreGrouped(t *testing.T) {
	a, b, c := reasons.New(products.ItemUnmapped, "A"), reasons.New(documents.TotalDiffers, "B"), reasons.New(products.ItemUnmapped, "C")
	a.Name, b.Name, c.Name = "#1", "#2", "#3"
	var w bytes.Buffer
	printIssues(&w, []api.Issue{a, b, c})
	out := w.String()
	if strings.Count(out, "  -> ") != 2 || !strings.Contains(out, "item-unmapped (2)") || strings.Index(out, "#3") > strings.Index(out, "total-differs") {
		t.Error(out)
	}
}

// TestExitStatuses holds the README's sentence on the exit status of run to what
// the program does.
func TestExitStatuses(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)The exit status of .run. says how it went: (.*?)\.\n`).FindSubmatch(readme)
	if m == nil {
		t.Fatal("README.md does not say what the exit status of run is")
	}
	says := map[string]int{}
	for part := range strings.SplitSeq(strings.Join(strings.Fields(string(m[1])), " "), ", ") {
		number, what, _ := strings.Cut(part, " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(part)
		}
		says[what] = n
	}
	for o, what := range map[jobqueue.Outcome]string{
		jobqueue.Succeeded: "succeeded", jobqueue.Failed: "failed", jobqueue.Lost: "failed", jobqueue.SucceededWithIssues: "succeeded with issues",
		jobqueue.Cancelled: "did not run", jobqueue.Skipped: "did not run", jobqueue.Rejected: "did not run",
	} {
		got := 0
		if e, ok := outcome(runView{Outcome: o}).(*exit); ok { //nolint:errorlint // what it gives, unwrapped
			got = e.status
		}
		if want, ok := says[what]; !ok || got != want {
			t.Errorf("%s: %d, README.md says %d", o, got, want)
		}
	}
	for what, n := range map[string]int{"succeeded": 0, "failed": statusFailed, "succeeded with issues": statusIssues, "did not run": statusNotRun, "anything else": 1} {
		if got, ok := says[what]; !ok || got != n || len(says) != 5 {
			t.Errorf("README.md says %v, and %s is %d", says, what, n)
		}
	}
	if _, _, status := command(t, "fly"); status != says["anything else"] {
		t.Errorf("anything else: %d, README.md says %d", status, says["anything else"])
	}
}

// TestFollowing: where no bar is shown a run says how far it is each 5 seconds, and
// whoever does not wait for its end learns what becomes of it.
func TestFollowing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			r := runView{ID: "r", Entry: "sync-orders", State: api.Running, Progress: api.Progress{Done: int(time.Since(begin).Seconds()), Total: 12}}
			if r.Progress.Done >= 12 {
				r.State = api.Ended
			}
			_ = json.NewEncoder(w).Encode(r)
		})
		d, err := deskAt("http://x.invalid", inProcess{h})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		r, err := follow(t.Context(), &out, d, runView{ID: "r", Entry: "sync-orders"}, true)
		if err != nil || r.State != api.Ended || out.String() != "sync-orders: 5 of 12\nsync-orders: 10 of 12\n" {
			t.Errorf("%s %v\n%s", r.State, err, out.String())
		}
		begin = time.Now()
		for own, want := range map[bool]string{false: "backroom jobs cancel sync-orders stops it", true: "goes on at its checkpoint"} {
			ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
			d.own = own
			if _, err := follow(ctx, &out, d, runView{ID: "r", Entry: "sync-orders"}, false); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("given up: %v, want %q", err, want)
			}
			stop()
		}
	})
}

func TestVersion(t *testing.T) {
	if out, _, status := command(t, "--version"); status != 0 || !strings.HasPrefix(out, "backroom version ") {
		t.Errorf("%d %s", status, out)
	}
}

// What a proof has found has the commands that mend it: of an order's id, of a
// shipment's number, and to accept it.
func TestCommandsOfAProof(t *testing.T) {
	const (
		imports  = `backroom run sync-orders --parameters '{"ids":["5001"]}'`
		sends    = `backroom run sync-shipments --parameters '{"shipments":["102-S7"]}'`
		accepts  = `backroom run prove-completeness --parameters '{"accept":["%s"]}'`
		unlinked = `backroom orders unlink "#1042"; backroom orders retry "#1042"`
	)
	for _, c := range []struct {
		reason issue.Reason
		record string
		want   string
	}{
		{completeness.NotKnown, "5001", imports},
		{completeness.RefundUnbooked, "5001-R77", imports},
		{completeness.NotFulfilled, "5001-S102-S7", sends},
		{completeness.TotalDiffers, "5001", fmt.Sprintf(accepts, "5001")},
		{completeness.MemoDiffers, "5001-R77", fmt.Sprintf(accepts, "5001-R77")},
		{completeness.DocumentGone, "5001", fmt.Sprintf(accepts, "5001") + "; " + unlinked},
		{completeness.Doubled, "5001", ""},
	} {
		said := completeness.Reasons.New(c.reason, "#1042")
		i := api.Issue{Kind: "proof-of-order", Record: c.record, Name: "#1042", Reason: c.reason, Text: said.Text, WayOut: said.WayOut}
		if got := strings.Join(commandsFor(i), "; "); got != c.want {
			t.Errorf("%s: %s, want %s", c.reason, got, c.want)
		}
	}
}
