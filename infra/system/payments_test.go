package system_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/payments"
)

// payWorld is a world in which payouts are read.
type payWorld struct {
	*worlds.World
	t *testing.T
}

func newPayWorld(t *testing.T, change ...func(*worlds.Setup)) payWorld {
	t.Helper()
	s := worlds.Plain(begin)
	for _, f := range change {
		f(&s)
	}
	return payWorld{worlds.New(t, s), t}
}

// sync runs the task now.
func (w payWorld) sync() jobqueue.Counts {
	w.t.Helper()
	return w.run().Counts
}

func (w payWorld) run() jobqueue.Run {
	w.t.Helper()
	if _, err := w.Jobs.Trigger(w.t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: payments.TaskName, Trigger: jobqueue.ByHand}); err != nil {
		w.t.Fatal(err)
	}
	w.Live(time.Minute)
	return w.Runs(payments.TaskName)[0]
}

func (w payWorld) payouts() map[string]payments.Payout {
	w.t.Helper()
	ps, _, err := (&payments.Store{Table: w.Table}).List(w.t.Context(), w.Card.Code, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]payments.Payout{}
	for _, p := range ps {
		out[p.ID] = p
	}
	return out
}

// reasons are those of the issues of payouts, by the payout's id.
func (w payWorld) reasons() map[string]string {
	w.t.Helper()
	is, err := w.Wired.Issues.List(w.t.Context(), w.Card.Code)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	for _, i := range is {
		if i.Kind == "payout" {
			out[i.Record] = string(i.Reason) + ": " + i.Text
		}
	}
	return out
}

// many adds n charges of 10.00 less 0.30 to the balance, of a payout or pending.
func (w payWorld) many(n int, payout int64) (net decimal.Decimal) {
	s := w.Shopify.Shop("")
	for range n {
		b := &data.BalanceTransaction{Type: "CHARGE", Currency: "EUR", Amount: decimal.NewFromInt(10), Fee: decimal.RequireFromString("0.3"), Payout: payout}
		s.AddBalance(b)
		net = net.Add(b.Net())
	}
	return net
}

// 5,000 movements take 30 requests at most, and so does what becomes of them; a run
// with nothing to do takes 2.
func TestPaymentsAreCheap(t *testing.T) {
	const n = 5000
	w := newPayWorld(t)
	net := w.many(n, 0)
	c := w.sync()
	if c.Created != n || c.Requests > 30 {
		t.Errorf("pending ones: %+v", c)
	}
	fmt.Printf("payments_5000_transactions %d requests\n", c.Requests)
	w.Advance(time.Hour)
	c = w.sync()
	fmt.Printf("payments_idle %d requests\n", c.Requests)
	if c.Requests > 2 || c.Created+c.Updated > 0 {
		t.Errorf("nothing to do: %+v", c)
	}
	s := w.Shopify.Shop("")
	p := s.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: net})
	balance := s.Balance()
	for _, b := range balance {
		if err := s.UpdateBalance(b.ID, func(b *data.BalanceTransaction) { b.Payout = p.ID }); err != nil {
			t.Fatal(err)
		}
	}
	if c := w.sync(); c.Updated != n || c.Requests > 30 {
		t.Errorf("paid out: %+v", c)
	}
	got := w.payouts()[fmt.Sprint(p.ID)]
	if got.State != payments.Known || got.Movements != n || !got.Moved.Equal(net) {
		t.Errorf("%+v", got)
	}
	w.Advance(time.Hour)
	if c := w.sync(); c.Requests > 2 || c.Created+c.Updated > 0 {
		t.Errorf("nothing to do at last: %+v", c)
	}
}

// A payout whose movements come in three pages, days apart, says by how much it is not
// complete until it is, and is posted then, once; the others go on.
func TestMovementsThatComeLate(t *testing.T) {
	w := bookWorld(t)
	s := w.Shopify.Shop("")
	late := s.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: decimal.RequireFromString("29.10")})
	other := s.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: decimal.RequireFromString("9.70")})
	w.many(1, other.ID)
	for page, differs := range []string{"29.10 EUR", "19.40 EUR", "9.70 EUR", ""} {
		w.sync()
		why, p := w.reasons()[fmt.Sprint(late.ID)], w.payouts()[fmt.Sprint(late.ID)]
		switch {
		case differs == "" && (why != "" || p.State != payments.Known):
			t.Errorf("complete: %s, %s", why, p.State)
		case differs != "" && !strings.HasSuffix(why, "which differs by "+differs+"."):
			t.Errorf("with %d pages: %s", page, why)
		}
		if o := w.payouts()[fmt.Sprint(other.ID)]; o.State != payments.Known || o.Booking.Stage != payments.Booked {
			t.Errorf("the other is %s, %s", o.State, o.Booking.Stage)
		}
		want := notBooked
		if differs == "" {
			want = "map[2920:29.1 5450:-30 6630:0.9]"
		}
		if got := w.ledger(fmt.Sprint(late.ID)); got != want {
			t.Errorf("with %d pages the ledger has %s", page, got)
		}
		if page < 3 {
			w.many(1, late.ID)
		}
		w.Advance(3 * 24 * time.Hour)
	}
	for range 2 {
		w.sync()
		w.Advance(25 * time.Hour)
	}
	if got := w.ledger(fmt.Sprint(late.ID)); got != "map[2920:29.1 5450:-30 6630:0.9]" || len(w.reasons()) > 0 {
		t.Errorf("later on: %s, %v", got, w.reasons())
	}
}

// What becomes of a payout is followed: it is on its way, is paid, and the bank sends
// it back.
func TestStatusesAreFollowed(t *testing.T) {
	w := newPayWorld(t)
	s := w.Shopify.Shop("")
	p := s.AddPayout(&data.Payout{Status: "SCHEDULED", Currency: "EUR", Net: decimal.RequireFromString("9.70")})
	w.many(1, p.ID)
	for _, c := range []struct {
		status, reason string
		state          payments.State
	}{{"SCHEDULED", "", payments.Open}, {"PAID", "", payments.Known}, {"FAILED", "payout-failed", payments.Known}} {
		if err := s.UpdatePayout(p.ID, func(p *data.Payout) { p.Status = c.status }); err != nil {
			t.Fatal(err)
		}
		w.sync()
		got, why := w.payouts()[fmt.Sprint(p.ID)], w.reasons()[fmt.Sprint(p.ID)]
		if reason, _, _ := strings.Cut(why, ":"); got.Status != c.status || got.State != c.state || reason != c.reason {
			t.Errorf("%s: %s, %s, %s", c.status, got.Status, got.State, why)
		}
		w.Advance(time.Hour)
	}
}

// A shop without Shopify Payments costs a request; one that does not let the app read
// them says so.
func TestShopsWithoutPayments(t *testing.T) {
	w := newPayWorld(t)
	if c := w.sync(); c.Requests != 1 || c.Read > 0 {
		t.Errorf("%+v", c)
	}
	w.Shopify.Shop("").SetScopes([]string{"read_orders"})
	if r := w.run(); r.Outcome != jobqueue.Failed || !strings.Contains(r.Merchant+r.Detail, "read_shopify_payments_accounts") {
		t.Errorf("%+v", r)
	}
}
