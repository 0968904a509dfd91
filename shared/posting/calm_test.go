package posting_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/posting"
	"backroom/shared/task/tasktest"
	"backroom/shared/testclock"
)

// newCalm is a world in which nothing fails by itself.
func newCalm(t *testing.T, kind posting.Kind, n int) *world {
	t.Helper()
	clock := testclock.New(testclock.Monday)
	w := newWorld(&calm{Clock: clock, stored: memory.NewTable(clock.Now)}, kind, n)
	card, err := w.card.With(posting.Settings{PostByQuantities: true})
	if err != nil {
		t.Fatal(err)
	}
	w.card = card
	return w
}

func (w *world) pass(t *testing.T, d time.Duration) {
	t.Helper()
	k, ok := w.kit.(*calm)
	if !ok {
		t.Fatal("another kit")
	}
	k.Advance(d)
}

// run plays a run with such parameters.
func (w *world) run(t *testing.T, parameters string, dry bool) (jobqueue.Result, error) {
	t.Helper()
	now := w.kit.Now()
	return w.Task().Run(t.Context(), jobqueue.Request{
		Shop: tasktest.Shop, Run: "r", Slice: 1, Parameters: json.RawMessage(parameters), DryRun: dry, Deadline: now.Add(10 * time.Minute),
		Lease: jobqueue.Lease{Scope: tasktest.Shop, Category: "posting", Owner: "o", Fence: 1, Until: now.Add(15 * time.Minute)},
	})
}

func (w *world) must(t *testing.T, parameters string) jobqueue.Counts {
	t.Helper()
	res, err := w.run(t, parameters, false)
	if err != nil || !res.Done {
		t.Fatalf("done %v, %v", res.Done, err)
	}
	return res.Counts
}

// issues are what is said, by the documents' numbers.
func (w *world) issues(t *testing.T) map[string]issue.Issue {
	t.Helper()
	is, err := (&issue.Store{Table: w.kit.Stored()}).List(t.Context(), tasktest.Shop)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]issue.Issue{}
	for _, i := range is {
		out[i.Name] = i
	}
	return out
}

func refusal(merchant string, is error) error {
	if is == nil {
		is = fmt.Errorf("refused")
	}
	return &fault.Error{Op: "bc", Kind: fault.Rejected, Code: "Application_DialogException", Merchant: merchant, Err: is}
}

// Documents that BC refuses for causes of all sorts stop no other, and each says its
// own; a good one costs what it costs alone.
func TestPoison(t *testing.T) {
	const documents = 250
	for _, bad := range []int{1, 7, 20} {
		t.Run(fmt.Sprint(bad), func(t *testing.T) {
			w := newCalm(t, posting.Order, documents)
			w.batch = 20
			clean := newCalm(t, posting.Order, documents)
			clean.batch = 20
			clean.must(t, `{}`)
			w.ranges = posting.Range{From: "2026-11-01"}
			want := map[string]issue.Reason{}
			for i := range bad {
				d := w.open[i*12]
				switch i % 5 {
				case 0:
					w.blocked[d.Number], want[d.Number] = refusal("Customer 1 is blocked.", posting.ErrBlocked), posting.Blocked
				case 1:
					w.blocked[d.Number], want[d.Number] = refusal("The General Posting Setup does not exist.", posting.ErrSetup), posting.SetupMissing
				case 2:
					d.PostingDate = "2026-10-31"
					w.blocked[d.Number], want[d.Number] = refusal("The Posting Date is not within your range of allowed posting dates.", nil), posting.DateClosed
				case 3:
					d.PostingDate, want[d.Number] = "", posting.DateMissing
				case 4:
					w.blocked[d.Number], want[d.Number] = refusal("You have insufficient quantity of Item 1 on inventory.", nil), posting.PostingDenied
				}
			}
			counts := w.must(t, `{}`)
			if counts.Updated != documents-bad || counts.Failed != bad || counts.SystemFailed != 0 || len(w.invoices) != documents-bad {
				t.Errorf("%+v, %d invoices", counts, len(w.invoices))
			}
			got := w.issues(t)
			for number, reason := range want {
				i := got[number]
				if i.Reason != reason || i.Text == "" || i.WayOut == "" || !strings.Contains(i.Text, number) {
					t.Errorf("%s: %+v, want %s", number, i, reason)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d issues of %d bad documents", len(got), len(want))
			}
			if more := calls(t, w) - calls(t, clean); more > 2*bad {
				t.Errorf("%d calls more for %d bad documents", more, bad)
			}
		})
	}
}

func calls(t *testing.T, w *world) int {
	t.Helper()
	k, ok := w.kit.(*calm)
	if !ok {
		t.Fatal("another kit")
	}
	return k.calls
}

// What is refused is tried again later and later, at once if somebody wants it, and
// its issue goes when it is posted, by whomever.
func TestRefusedIsTriedAgain(t *testing.T) {
	w := newCalm(t, posting.Order, 1)
	number := w.open[0].Number
	w.blocked[number] = refusal("Account 1 is blocked.", posting.ErrBlocked)
	tries := func() int { return w.open[0].rev }
	w.must(t, `{}`)
	for _, step := range []struct {
		after time.Duration
		tries int
	}{{59 * time.Minute, 1}, {time.Minute, 2}, {119 * time.Minute, 2}, {time.Minute, 3}, {3 * time.Hour, 3}, {time.Hour, 4}} {
		w.pass(t, step.after)
		w.must(t, `{}`)
		if got := tries(); got != step.tries {
			t.Errorf("after %v more: %d tries, want %d", step.after, got, step.tries)
		}
	}
	if i := w.issues(t)[number]; i.Attempts != 4 || !strings.Contains(i.Detail, "refused") {
		t.Errorf("%+v", i)
	}
	clear(w.blocked)
	if c := w.must(t, `{}`); c.Updated != 0 || c.Unchanged != 1 {
		t.Errorf("not due: %+v", c)
	}
	if c := w.must(t, `{"retry":true}`); c.Updated != 1 || len(w.issues(t)) != 0 {
		t.Errorf("with retry: %+v, %v", c, w.issues(t))
	}
	// Posted by somebody else: the issue goes without another posting.
	w = newCalm(t, posting.Order, 1)
	w.blocked[number] = refusal("Account 1 is blocked.", posting.ErrBlocked)
	w.must(t, `{}`)
	clear(w.blocked)
	if err := w.post(w.open[0].ID); err != nil {
		t.Fatal(err)
	}
	w.pass(t, time.Hour)
	if c := w.must(t, `{}`); c.Updated+c.Failed != 0 || len(w.issues(t)) != 0 || len(w.invoices) != 1 {
		t.Errorf("%+v, %v", c, w.issues(t))
	}
}

// A document that somebody else has posted in between is done.
func TestPostedInBetween(t *testing.T) {
	for _, kind := range []posting.Kind{posting.Order, posting.Invoice} {
		w := newCalm(t, kind, 2)
		first := w.open[0].ID
		listed := w.company
		w.between = func() { _ = listed.post(first) }
		c := w.must(t, `{"status":"draft"}`)
		if len(w.invoices) != 2 || c.Failed != 0 || c.Updated == 0 || len(w.issues(t)) != 0 {
			t.Errorf("%s: %+v, %d invoices, %v", kind, c, len(w.invoices), w.issues(t))
		}
	}
}

func TestFilters(t *testing.T) {
	for _, tt := range []struct {
		name, parameters string
		want             string // of four documents, those that are posted
	}{
		{"all", `{}`, "D000 D001 D002 D003"},
		{"only from Shopify", `{"onlyShopify":true}`, "D000 D002 D003"},
		{"of a customer", `{"customers":["20000"]}`, "D001 D003"},
		{"of two", `{"customers":["20000"," 10000 "]}`, "D000 D001 D002 D003"},
		{"of nobody", `{"customers":["1"]}`, ""},
		{"from a date", `{"from":"2026-11-21"}`, "D003"},
		{"up to a date", `{"to":"2026-11-20"}`, "D000 D001 D002"},
		{"drafts", `{"status":"draft"}`, "D000 D001 D003"},
		{"released", `{"status":"released"}`, "D002"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newCalm(t, posting.Order, 4)
			w.open[1].ExternalNumber = "PO 17"
			w.open[2].Status = posting.Released
			w.open[3].Date = "2026-11-21"
			c := w.must(t, tt.parameters)
			var got []string
			for _, i := range w.invoices {
				got = append(got, i.order)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tt.want || c.Failed != 0 || c.Updated != len(got) {
				t.Errorf("%v, %+v", got, c)
			}
		})
	}
}

// The document of an order that waits for a decision is not posted, not even if the
// order begins to wait when the posting is under way already.
func TestOrderThatWaits(t *testing.T) {
	w := newCalm(t, posting.Order, 2)
	w.origins[w.open[0].ExternalNumber] = "the order is in state conflict"
	if c := w.must(t, `{}`); len(w.invoices) != 1 || c.Skipped != 1 || c.Failed != 0 || len(w.open) != 1 {
		t.Errorf("%+v, %d invoices", c, len(w.invoices))
	}
	w = newCalm(t, posting.Order, 2)
	w.origins[w.open[0].ExternalNumber] = "after:1"
	if c := w.must(t, `{}`); len(w.invoices) != 1 || c.Skipped != 1 || c.Failed != 0 || len(w.open) != 1 {
		t.Errorf("with the intent stored: %+v, %d invoices", c, len(w.invoices))
	}
	id := w.open[0].ID
	under, err := (&posting.Store{Table: w.kit.Stored()}).UnderWay(t.Context(), tasktest.Shop, posting.Order, id)
	if err != nil || under {
		t.Errorf("under way %v, %v", under, err)
	}
	clear(w.origins)
	if c := w.must(t, `{}`); len(w.invoices) != 2 || c.Updated != 1 {
		t.Errorf("when it does not wait any more: %+v", c)
	}
}

// Posting dates: kept, a day in the shop's time zone, or fixed; never one that the
// ledger does not take.
func TestPostingDate(t *testing.T) {
	for _, tt := range []struct {
		name, parameters string
		want             string // date of the document when it is posted
		reason           issue.Reason
	}{
		{"kept", `{"postingDate":"keep"}`, "2026-11-20", ""},
		{"blank is kept", `{}`, "2026-11-20", ""},
		{"today in the shop's zone", `{"postingDate":"today"}`, "2026-11-24", ""},
		{"fixed", `{"postingDate":"2026-11-15"}`, "2026-11-15", ""},
		{"before the range", `{"postingDate":"2026-10-31"}`, "2026-11-20", posting.DateClosed},
		{"after the range", `{"postingDate":"2027-01-01"}`, "2026-11-20", posting.DateClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newCalm(t, posting.Invoice, 1)
			at := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)
			w.pass(t, at.Sub(w.kit.Now())) // the next day in Stockholm
			w.ranges = posting.Range{From: "2026-11-01", To: "2026-12-31"}
			w.must(t, tt.parameters)
			d := w.open[0]
			if d.PostingDate != tt.want || d.posted != (tt.reason == "") || w.issues(t)["D000"].Reason != tt.reason {
				t.Errorf("posted %v on %s, %+v", d.posted, d.PostingDate, w.issues(t))
			}
		})
	}
}

// A total that moves with the posting date is not posted, in no later run either,
// until it is as it was, or somebody wants it so.
func TestTotalMoved(t *testing.T) {
	w := newCalm(t, posting.Order, 1)
	w.moves = true
	w.must(t, `{"postingDate":"2026-11-22"}`)
	i := w.issues(t)["D000"]
	if len(w.invoices) != 0 || i.Reason != posting.TotalMoved || !strings.Contains(i.Text, "from 30.00 to 30.01 EUR") {
		t.Errorf("%d invoices, %+v", len(w.invoices), i)
	}
	w.pass(t, 2*time.Hour)
	if w.must(t, `{"postingDate":"2026-11-22"}`); len(w.invoices) != 0 || w.issues(t)["D000"].Reason != posting.TotalMoved {
		t.Errorf("later: %d invoices", len(w.invoices))
	}
	line := &w.open[0].Lines[0]
	line.Gross = line.Gross.Sub(decimal.New(1, -2))
	w.pass(t, 10*time.Hour)
	if w.must(t, `{"postingDate":"2026-11-22"}`); len(w.invoices) != 1 || len(w.issues(t)) != 0 {
		t.Errorf("put right: %d invoices, %v", len(w.invoices), w.issues(t))
	}
}

// What BC does not set as it was asked, and what it says that it has posted and the
// ledger does not show, is told.
func TestNotBelieved(t *testing.T) {
	w := newCalm(t, posting.Order, 1)
	w.deaf = true
	if w.must(t, `{"post":"ship"}`); w.shipped["D000"] != 0 || w.issues(t)["D000"].Reason != posting.NotAsAsked {
		t.Errorf("%v, %v", w.shipped, w.issues(t))
	}
	w = newCalm(t, posting.Order, 1)
	w.unbooked = true
	if c := w.must(t, `{}`); c.Updated != 0 || c.Failed != 1 || w.issues(t)["D000"].Reason != posting.NotProved {
		t.Errorf("%+v, %v", c, w.issues(t))
	}
	w.unbooked = false
	if c := w.must(t, `{}`); c.Updated != 1 || len(w.issues(t)) != 0 || len(w.invoices) != 1 {
		t.Errorf("when it is in the ledger: %+v, %v", c, w.issues(t))
	}
	// Gone, and nowhere to be found.
	w = newCalm(t, posting.Order, 1)
	w.unbooked = true
	w.must(t, `{}`)
	w.pass(t, time.Hour)
	if w.must(t, `{}`); w.issues(t)["D000"].Reason != posting.Vanished {
		t.Errorf("%v", w.issues(t))
	}
	w.pass(t, 8*24*time.Hour)
	if w.must(t, `{}`); len(w.issues(t)) != 0 {
		t.Errorf("a week later: %v", w.issues(t))
	}
}

// A part of each order is posted only where the card allows it.
func TestPartsNeedTheSetting(t *testing.T) {
	for part, allowed := range map[string]bool{"ship": false, "invoice": false, "ship-and-invoice": true} {
		w := newCalm(t, posting.Order, 1)
		var err error
		if w.card, err = w.card.With(posting.Settings{}); err != nil {
			t.Fatal(err)
		}
		_, err = w.run(t, `{"post":"`+part+`"}`, false)
		if allowed != (err == nil) || !allowed && fault.KindOf(err) != fault.Rejected {
			t.Errorf("%s: %v", part, err)
		}
	}
}

// A dry run says of each document what would be posted, and of each currency how much.
func TestDryRun(t *testing.T) {
	w := newCalm(t, posting.Order, 3)
	w.open[1].Currency = "USD"
	w.open[2].PostingDate = ""
	res, err := w.run(t, `{}`, true)
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		posting.Row
		Documents int             `json:"documents"`
		Amount    decimal.Decimal `json:"amount"`
	}
	if err := json.Unmarshal(res.Report, &rows); err != nil {
		t.Fatalf("%v in %s", err, res.Report)
	}
	if len(rows) != 5 || rows[0].Document != "D000" || rows[0].Order != "#1000" || !rows[0].Ship.Equal(one(4)) || rows[0].Not != "" {
		t.Fatalf("%s", res.Report)
	}
	if rows[2].Not == "" || rows[3].Currency != "EUR" || rows[3].Documents != 1 || !rows[3].Amount.Equal(one(30)) || rows[4].Currency != "USD" {
		t.Errorf("%s", res.Report)
	}
	if len(w.invoices) != 0 || len(w.issues(t)) != 0 {
		t.Error("something was done")
	}
}

func TestParameters(t *testing.T) {
	for _, tt := range []struct {
		p     posting.OrderParameters
		wrong int
	}{
		{posting.OrderParameters{}, 0},
		{posting.OrderParameters{Post: posting.ShipOnly, PostingDate: "2026-02-28", Status: "any", From: "2026-01-01", To: "2026-01-01", Customers: []string{"10000"}}, 0},
		{posting.OrderParameters{PostingDate: "2026-02-30"}, 1},
		{posting.OrderParameters{PostingDate: "tomorrow", Post: "all", Status: "posted"}, 3},
		{posting.OrderParameters{From: "2026-01-02", To: "2026-01-01"}, 1},
		{posting.OrderParameters{From: "x", To: "y"}, 2},
		{posting.OrderParameters{Customers: []string{"10000", " ", strings.Repeat("1", 21)}}, 2},
	} {
		if got := len(jobqueue.Problems(tt.p.Check())); got != tt.wrong {
			t.Errorf("%+v: %d problems, want %d: %v", tt.p, got, tt.wrong, tt.p.Check())
		}
	}
}

// What happened to the postings of a document can be read when they are done.
func TestLogOfPostings(t *testing.T) {
	w := newCalm(t, posting.Order, 1)
	id := w.open[0].ID
	for i := range w.open[0].Lines {
		w.open[0].Lines[i].Ship, w.open[0].Lines[i].Invoice = one(1), one(1)
	}
	log := func() string {
		t.Helper()
		l, err := (&posting.Store{Table: w.kit.Stored()}).Log(t.Context(), tasktest.Shop, posting.Order, id)
		if err != nil {
			t.Fatal(err)
		}
		var did []string
		for _, e := range l {
			did = append(did, string(e.Did)+" "+e.Says)
		}
		return strings.Join(did, "; ")
	}
	w.must(t, `{}`)
	first := "intended ; sent ; done ; found posted as P000"
	if got := log(); got != first {
		t.Errorf("%q", got)
	}
	w.pass(t, time.Minute)
	w.blocked["D000"] = refusal("Account 1 is blocked.", posting.ErrBlocked)
	w.must(t, `{}`)
	refused := "; intended ; sent ; refused bc: rejected (Application_DialogException): something is blocked"
	if got := log(); got != first+refused {
		t.Errorf("%q", got)
	}
	clear(w.blocked)
	w.pass(t, time.Hour)
	w.must(t, `{}`)
	if got := log(); got != first+refused+"; intended ; sent ; done ; found posted as P000, P001" {
		t.Errorf("%q", got)
	}
}
