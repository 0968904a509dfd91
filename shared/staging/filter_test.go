package staging_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/documents"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/products"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// off stores that the order's document has a total that differs by so much.
func (r *rig) off(id, by string) {
	r.T.Helper()
	i := documents.Explained.New(documents.TotalDiffers, "10 and more")
	meant, total := orderstest.Amount("10").Shop, orderstest.Amount("10").Shop
	total.Value = total.Value.Add(decimal.RequireFromString(by))
	o := documents.Outcome{Issue: &i, Differs: &total, Meant: &meant, Tried: "print"}
	if by == "0" { // as an earlier release stored it
		o.Meant = nil
	}
	r.outcome(id, o)
}

// all are the names of all that match, part by part, and of what does not fit.
func (r *rig) all(d staging.Decision, f staging.Filter) (names, unfit []string) {
	r.T.Helper()
	for page := ""; ; {
		ms, us, next, err := r.Stage.Matching(r.T.Context(), "acme", d, f, page)
		if err != nil {
			r.T.Fatal(err)
		}
		for _, m := range ms {
			names = append(names, m.Name)
		}
		for _, u := range us {
			if !errors.Is(u.Err, staging.ErrNotNow) {
				r.T.Errorf("%s: %v", u.Name, u.Err)
			}
			unfit = append(unfit, u.Name)
		}
		if page = next; page == "" {
			slices.Sort(names)
			slices.Sort(unfit)
			return names, unfit
		}
	}
}

// TestWhichOrdersAreMeant: a filter means the orders that fit all of it, and which of
// them cannot be decided about is said only where the filter means them.
func TestWhichOrdersAreMeant(t *testing.T) {
	r := newRig(t, 0, 8)
	r.Change(4, func(o *orders.Order) { o.Name, o.Email = "EU-1005", "Jo@Example.com" })
	r.Change(5, func(o *orders.Order) { o.Customer = &orders.Customer{ID: "7001"} })
	r.Run("")
	r.off("5000", "0.02")   // #1001
	r.off("5001", "-0.05")  // #1002
	r.off("5002", "0.0501") // #1003
	r.off("5003", "0")      // #1004, of an earlier release
	r.unmapped("5004")      // EU-1005
	r.unmapped("5005")      // #1006
	r.outcome("5006", documents.Outcome{SentAt: r.Now()})
	r.decide("#1008", staging.Wish{Decision: staging.Dismiss})
	r.At = r.At.Add(time.Hour)
	cent := decimal.RequireFromString("0.05")
	minute := func(n int) time.Time { return orderstest.Start.Add(-time.Hour + time.Duration(n)*time.Minute) }
	for _, c := range []struct {
		name  string
		d     staging.Decision
		f     staging.Filter
		want  string
		unfit string
	}{
		{"up to an amount, on either side", staging.Accept, staging.Filter{Reason: documents.TotalDiffers, UpTo: &cent}, "#1001 #1002", "#1004"},
		{"of a reason", staging.Accept, staging.Filter{Reason: documents.TotalDiffers}, "#1001 #1002 #1003 #1004", ""},
		{"of a reason that nobody can accept", staging.Accept, staging.Filter{Reason: products.ItemUnmapped}, "", "#1006 EU-1005"},
		{"whatever can be accepted", staging.Accept, staging.Filter{State: orders.Attention}, "#1001 #1002 #1003 #1004", ""},
		{"retried, by name", staging.Retry, staging.Filter{Name: "#100*"}, "#1001 #1002 #1003 #1004 #1006", ""},
		{"by a name of another kind", staging.Retry, staging.Filter{Name: "eu-*5"}, "EU-1005", ""},
		{"by a whole name", staging.Retry, staging.Filter{Name: "1002"}, "#1002", ""},
		{"by the customer's id", staging.Retry, staging.Filter{Customer: "7001"}, "#1006", ""},
		{"by the e-mail address", staging.Retry, staging.Filter{Customer: "jo@example.com"}, "EU-1005", ""},
		{"by when they were placed", staging.Retry, staging.Filter{PlacedFrom: minute(1), PlacedBefore: minute(3)}, "#1002 #1003", ""},
		{"dismissed: all that have no document", staging.Dismiss, staging.Filter{PlacedFrom: minute(3)}, "#1004 #1006 EU-1005", "#1007"},
		{"reopened", staging.Reopen, staging.Filter{State: orders.Dismissed}, "#1008", ""},
		{"of a state that the decision does not know", staging.Reopen, staging.Filter{State: orders.Ready}, "", ""},
		{"closed by a document: one by one alone", staging.Done, staging.Filter{Name: "*"}, "", ""},
	} {
		names, unfit := r.all(c.d, c.f)
		if strings.Join(names, " ") != c.want || strings.Join(unfit, " ") != c.unfit {
			t.Errorf("%s: %v, not %v; want %s, not %s", c.name, names, unfit, c.want, c.unfit)
		}
	}
	for _, page := range []string{"NOWHERE x", "WAITING nonsense"} {
		if _, _, _, err := r.Stage.Matching(t.Context(), "acme", staging.Retry, staging.Filter{Name: "*"}, page); !errors.Is(err, table.ErrInvalid) {
			t.Errorf("page %q: %v", page, err)
		}
	}
}

// TestManyAreDecidedAbout: some thousand orders come in parts, each once; what has
// changed since it was seen is left alone; and after a break the rest is done.
func TestManyAreDecidedAbout(t *testing.T) {
	const n = 420
	r := newRig(t, 0, n)
	r.Run("")
	for i := range n {
		r.off(fmt.Sprint(5000+i), "0.01")
	}
	r.At = r.At.Add(time.Hour)
	f := staging.Filter{Reason: documents.TotalDiffers}
	seen := map[string]string{}
	parts := 0
	for page := ""; ; parts++ {
		ms, us, next, err := r.Stage.Matching(t.Context(), "acme", staging.Accept, f, page)
		if err != nil || len(us) > 0 || len(ms) > 300 {
			t.Fatalf("a part of %d, %v, %v", len(ms), us, err)
		}
		for _, m := range ms {
			if _, twice := seen[m.ID]; twice {
				t.Fatalf("%s comes twice", m.Name)
			}
			seen[m.ID] = m.As
		}
		if page = next; page == "" {
			break
		}
	}
	if len(seen) != n || parts < 1 {
		t.Fatalf("%d orders in %d parts", len(seen), parts+1)
	}
	r.Change(3, func(o *orders.Order) { o.CurrentTotal = orderstest.Amount("12") })
	r.Run("")
	count := 0
	for id, as := range seen {
		_, err := r.Stage.DecideBy(t.Context(), "acme", id, staging.Wish{Decision: staging.Accept, As: as})
		switch {
		case err == nil:
			count++
		case !errors.Is(err, staging.ErrChanged) || id != "5003":
			t.Fatalf("%s: %v", id, err)
		}
		if count == 250 {
			break // the process ends here
		}
	}
	rest, _ := r.all(staging.Accept, f)
	if len(rest) != n-count && len(rest) != n-count-1 { // that of another total cannot be accepted any more
		t.Errorf("%d are left of %d after %d", len(rest), n, count)
	}
	if p := r.pending("5003"); p.Accepted != nil {
		t.Errorf("what has changed was accepted: %+v", p)
	}
}

func TestDifferencesInOtherCurrencies(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	i := documents.Explained.New(documents.TotalDiffers, "x")
	differs, meant := money.Amount{Value: decimal.NewFromInt(10), Currency: "USD"}, money.Amount{Value: decimal.NewFromInt(10), Currency: "EUR"}
	r.outcome("5000", documents.Outcome{Issue: &i, Differs: &differs, Meant: &meant})
	r.At = r.At.Add(time.Hour)
	up := decimal.NewFromInt(1)
	if names, unfit := r.all(staging.Accept, staging.Filter{UpTo: &up}); len(names) != 0 || len(unfit) != 1 {
		t.Errorf("10 USD for 10 EUR: %v, not %v", names, unfit)
	}
}

// TestTotals: how many orders a list has, by state, and honestly where it is not
// counted to its end.
func TestTotals(t *testing.T) {
	r := newRig(t, 0, 1003)
	r.Run("")
	r.unmapped("5000")
	r.unmapped("5001")
	r.decide("5002", staging.Wish{Decision: staging.Dismiss})
	r.At = r.At.Add(time.Hour)
	for state, want := range map[orders.State]struct {
		n    int
		more bool
	}{
		"": {1000, true}, orders.Ready: {1000, true}, orders.Attention: {0, true}, orders.Dismissed: {1, false}, orders.Filtered: {}, orders.Processed: {0, true},
	} {
		if n, more, err := r.Stage.Total(t.Context(), "acme", state); err != nil || n != want.n || more != want.more {
			t.Errorf("%q: %d, %v, %v; want %+v", state, n, more, err, want)
		}
	}
}
