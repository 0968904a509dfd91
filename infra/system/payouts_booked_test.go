package system_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/payments"
)

// bookWorld is a world in which payouts are posted.
func bookWorld(t *testing.T, change ...func(*worlds.Setup)) payWorld {
	t.Helper()
	return newPayWorld(t, append([]func(*worlds.Setup){func(s *worlds.Setup) {
		s.Settings = []any{postsPayouts(begin.AddDate(0, 0, -1))}
	}}, change...)...)
}

func (w payWorld) company() *businesscentral.Company { return w.BC.Companies()[0] }

// pay adds a payout of a charge of 100.00 less 3.00 and a refund of 10.00.
func (w payWorld) pay(currency string) (id string) {
	s := w.Shopify.Shop("")
	p := s.AddPayout(&data.Payout{Status: "PAID", Currency: currency, Net: decimal.NewFromInt(87), IssuedAt: w.Now().Add(-time.Hour)})
	s.AddBalance(&data.BalanceTransaction{Type: "CHARGE", Currency: currency, Amount: decimal.NewFromInt(100), Fee: decimal.NewFromInt(3), Payout: p.ID})
	s.AddBalance(&data.BalanceTransaction{Type: "REFUND", Currency: currency, Amount: decimal.NewFromInt(-10), Payout: p.ID})
	return fmt.Sprint(p.ID)
}

// ledger is what the company has booked of a payout, in the order of the accounts.
func (w payWorld) ledger(id string) string {
	return fmt.Sprint(ledgerOf(w.company(), payments.Number(id)))
}

// Of pay in local currency, and in dollars at 0.9.
const (
	bookedOnce    = "map[2920:87 5450:-100 6620:10 6630:3]"
	bookedDollars = "map[2920:78.3 5450:-90 6620:9 6630:2.7]"
	notBooked     = "map[]"
)

// Payouts of a sale, one in each of two currencies: 250 charges, 12 refunds, a chargeback
// and its reversal. Each becomes a journal that balances to 0.00, and is posted once, however
// often the task runs; what faults make of one is in the suite of all tasks.
func TestPayoutOfASale(t *testing.T) {
	w := bookWorld(t)
	s := w.Shopify.Shop("")
	orders := s.Orders()
	rate := map[string]string{"EUR": "1", "USD": "0.9"}
	nets, ids := map[string]decimal.Decimal{}, map[string]int64{}
	for currency := range rate {
		ids[currency] = s.AddPayout(&data.Payout{Status: "SCHEDULED", Currency: currency}).ID
	}
	one := func(currency string, n int, typ, amount, fee string) {
		b := &data.BalanceTransaction{Type: typ, Currency: currency, Amount: decimal.RequireFromString(amount), Fee: decimal.RequireFromString(fee), Payout: ids[currency], Order: orders[n%len(orders)].ID}
		s.AddBalance(b)
		nets[currency] = nets[currency].Add(b.Net())
	}
	add := func(n int, typ, amount, fee string) {
		one("EUR", n, typ, amount, fee)
		one("USD", n, typ, amount, fee)
	}
	for i := range 250 {
		add(i, "CHARGE", fmt.Sprintf("%d.%02d", 10+i, i%100), fmt.Sprintf("0.%02d", 30+i%60))
	}
	for i := range 12 {
		add(i, "REFUND", fmt.Sprintf("-%d.99", 5+i), "0")
	}
	add(1, "DISPUTE_WITHDRAWAL", "-42.42", "15")
	add(1, "DISPUTE_REVERSAL", "42.42", "-15")
	for currency, id := range ids {
		if err := s.UpdatePayout(id, func(p *data.Payout) { p.Status, p.Net = "PAID", nets[currency] }); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		w.sync()
		w.Advance(time.Hour)
	}
	for currency, id := range ids {
		got := ledgerOf(w.company(), payments.Number(fmt.Sprint(id)))
		sum := decimal.Zero
		for _, amount := range got {
			sum = sum.Add(amount)
		}
		bank := nets[currency].Mul(decimal.RequireFromString(rate[currency]))
		// Charges, refunds, fees and the bank: the chargeback and its reversal are nothing.
		if len(got) != 4 || !sum.IsZero() || got[businesscentral.AccountBank].Sub(bank).Abs().GreaterThan(decimal.RequireFromString("0.02")) {
			t.Errorf("%s: %v come to %s, the bank is to get %s", currency, got, sum, bank)
		}
	}
	if len(w.reasons()) > 0 || len(w.company().Journals()) > 0 {
		t.Errorf("%v, %d batches are left", w.reasons(), len(w.company().Journals()))
	}
	if c := w.sync(); c.Requests > 2 {
		t.Errorf("nothing to do: %+v", c)
	}
}

// What a company has against a payout is an issue of that payout; the others are posted,
// and it is, once, when that is mended.
func TestPayoutsThatAreNotPosted(t *testing.T) {
	account := func(number string, f func(*businesscentral.Account)) func(*businesscentral.Company) error {
		return func(c *businesscentral.Company) error { return c.EditAccount(number, f) }
	}
	for _, c := range []struct {
		name, currency, reason, want string
		spoil, mend                  func(*businesscentral.Company) error
	}{
		{
			"blocked account", "EUR", "payout-journal-refused", bookedOnce,
			account(businesscentral.AccountTip, func(a *businesscentral.Account) { a.Blocked = true }),
			account(businesscentral.AccountTip, func(a *businesscentral.Account) { a.Blocked = false }),
		},
		{
			"missing dimension", "EUR", "payout-journal-refused", bookedOnce,
			account(businesscentral.AccountTip, func(a *businesscentral.Account) { a.NeedsDimension = "AREA" }),
			account(businesscentral.AccountTip, func(a *businesscentral.Account) { a.NeedsDimension = "" }),
		},
		{
			"no direct posting", "EUR", "payout-journal-refused", bookedOnce,
			account(businesscentral.AccountTip, func(a *businesscentral.Account) { a.DirectPosting = false }),
			account(businesscentral.AccountTip, func(a *businesscentral.Account) { a.DirectPosting = true }),
		},
		{
			"blocked bank account", "USD", "payout-bank-unknown", bookedDollars,
			func(c *businesscentral.Company) error {
				return c.EditBankAccount("DOLLAR", func(b *businesscentral.BankAccount) { b.Blocked = true })
			},
			func(c *businesscentral.Company) error {
				return c.EditBankAccount("DOLLAR", func(b *businesscentral.BankAccount) { b.Blocked = false })
			},
		},
		{
			"currency that the company does not know", "USD", "payout-bank-currency", bookedDollars,
			func(c *businesscentral.Company) error {
				return c.EditBankAccount("DOLLAR", func(b *businesscentral.BankAccount) { b.CurrencyCode = "" })
			},
			func(c *businesscentral.Company) error {
				return c.EditBankAccount("DOLLAR", func(b *businesscentral.BankAccount) { b.CurrencyCode = "USD" })
			},
		},
		{"currency without bank account", "CHF", "payout-account-missing", notBooked, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := bookWorld(t)
			if c.spoil != nil {
				if err := c.spoil(w.company()); err != nil {
					t.Fatal(err)
				}
			}
			id := w.pay(c.currency)
			w.sync()
			if why := w.reasons()[id]; !strings.HasPrefix(why, c.reason+":") || w.ledger(id) != notBooked {
				t.Fatalf("%q, %s", why, w.ledger(id))
			}
			other := w.Shopify.Shop("").AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: decimal.RequireFromString("9.7"), IssuedAt: w.Now()})
			w.many(1, other.ID)
			w.sync()
			if got := w.ledger(fmt.Sprint(other.ID)); got != "map[2920:9.7 5450:-10 6630:0.3]" {
				t.Errorf("the other is %s", got)
			}
			if c.mend == nil {
				return
			}
			if err := c.mend(w.company()); err != nil {
				t.Fatal(err)
			}
			w.Advance(3 * time.Hour)
			w.sync()
			w.sync()
			if why := w.reasons(); len(why) > 0 || w.ledger(id) != c.want || len(w.company().Journals()) > 0 {
				t.Errorf("%v, %s, %d batches", why, w.ledger(id), len(w.company().Journals()))
			}
		})
	}
}

// What people do to the batch and the ledger of a payout: it is never posted twice, and
// what somebody has changed is left to them.
func TestPayoutsThatPeopleTouch(t *testing.T) {
	refuse := func(w payWorld) { // so that the batch stays for somebody to look at
		if err := w.company().EditAccount(businesscentral.AccountTip, func(a *businesscentral.Account) { a.NeedsDimension = "AREA" }); err != nil {
			t.Fatal(err)
		}
	}
	allow := func(w payWorld) error {
		return w.company().EditAccount(businesscentral.AccountTip, func(a *businesscentral.Account) { a.NeedsDimension = "" })
	}
	code := func(w payWorld) string { return w.company().Journals()[0].Code }
	for _, c := range []struct {
		name         string
		do           func(payWorld, string) error // after the posting was refused; the dimension is not wanted any more
		reason, want string
		batches      int
	}{
		{"nothing", func(payWorld, string) error { return nil }, "", bookedOnce, 0},
		{"somebody posts the batch", func(w payWorld, _ string) error { return w.company().PostJournal(code(w)) }, "", bookedOnce, 0},
		{"somebody deletes it", func(w payWorld, _ string) error { return w.company().DeleteJournal(code(w)) }, "", bookedOnce, 0},
		{
			"somebody changes an amount", func(w payWorld, _ string) error {
				return w.company().EditJournal(code(w), func(l *businesscentral.JournalLine) { l.Amount = l.Amount.Add(l.Amount) })
			}, "payout-journal-changed", notBooked, 1,
		},
		{
			"somebody posts something else under the number", func(w payWorld, _ string) error {
				err := w.company().EditJournal(code(w), func(l *businesscentral.JournalLine) { l.Amount = l.Amount.Add(l.Amount) })
				if err == nil {
					err = w.company().PostJournal(code(w))
				}
				return err
			}, "payout-booked-otherwise", "map[2920:174 5450:-200 6620:20 6630:6]", 1,
		},
		{
			"somebody posts it and takes it back", func(w payWorld, id string) error {
				err := w.company().PostJournal(code(w))
				w.company().Reverse(payments.Number(id))
				return err
			}, "payout-booked-otherwise", notBooked, 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := bookWorld(t)
			refuse(w)
			id := w.pay("EUR")
			w.sync()
			if len(w.company().Journals()) != 1 {
				t.Fatalf("%d batches, %v", len(w.company().Journals()), w.reasons())
			}
			if err := allow(w); err != nil {
				t.Fatal(err)
			}
			if err := c.do(w, id); err != nil {
				t.Fatal(err)
			}
			for range 4 {
				w.Advance(3 * time.Hour)
				w.sync()
			}
			why := w.reasons()[id]
			if reason, _, _ := strings.Cut(why, ":"); reason != c.reason || w.ledger(id) != c.want || len(w.company().Journals()) != c.batches {
				t.Errorf("%q, %s, %d batches", why, w.ledger(id), len(w.company().Journals()))
			}
		})
	}
}

// What becomes of a payout after it was posted is said, and its journal stays as it is.
func TestPayoutsThatChangeAfterTheyWerePosted(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		change       func(payWorld, int64) error
	}{
		{"the bank does not take it", "payout-failed-booked", func(w payWorld, id int64) error {
			return w.Shopify.Shop("").UpdatePayout(id, func(p *data.Payout) { p.Status = "FAILED" })
		}},
		{"transactions come late that make up nothing", "payout-moved-booked", func(w payWorld, id int64) error {
			s := w.Shopify.Shop("")
			s.AddBalance(&data.BalanceTransaction{Type: "CHARGE", Currency: "EUR", Amount: decimal.NewFromInt(5), Payout: id})
			s.AddBalance(&data.BalanceTransaction{Type: "REFUND", Currency: "EUR", Amount: decimal.NewFromInt(-5), Payout: id})
			return nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := bookWorld(t)
			id := w.pay("EUR")
			w.sync()
			if got := w.ledger(id); got != bookedOnce {
				t.Fatal(got)
			}
			w.Advance(time.Hour)
			n, err := strconv.ParseInt(id, 10, 64)
			if err == nil {
				err = c.change(w, n)
			}
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				w.sync()
				w.Advance(3 * time.Hour)
			}
			if reason, _, _ := strings.Cut(w.reasons()[id], ":"); reason != c.reason || w.ledger(id) != bookedOnce || len(w.company().Journals()) > 0 {
				t.Errorf("%q, %s, %d batches", w.reasons()[id], w.ledger(id), len(w.company().Journals()))
			}
		})
	}
}

// A posting that BC only schedules is proved by the ledger, not by its answer; and a
// period that is closed waits for its opening.
func TestPostingInTheBackground(t *testing.T) {
	w := bookWorld(t)
	w.company().PostInBackground(true)
	id := w.pay("EUR")
	w.sync()
	if p := w.payouts()[id]; p.Booking.Stage != payments.Posting || w.ledger(id) != notBooked {
		t.Fatalf("%+v", p.Booking)
	}
	if err := w.company().PostScheduled(); err != nil {
		t.Fatal(err)
	}
	w.sync()
	if p := w.payouts()[id]; p.Booking.Stage != payments.Booked || w.ledger(id) != bookedOnce || len(w.reasons()) > 0 {
		t.Errorf("%+v, %s, %v", p.Booking, w.ledger(id), w.reasons())
	}
}

// A day that is closed is said before anything is sent. A run without effect shows the
// journal, and what is against it, and sends nothing. Payouts from before the day that
// the card says are left alone.
func TestDryRunOfPostings(t *testing.T) {
	w := bookWorld(t)
	closed := w.Now().AddDate(0, 0, 1)
	w.company().SetPostingRange(closed, time.Time{})
	id := w.pay("EUR")
	old := w.Shopify.Shop("").AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: decimal.RequireFromString("9.7"), IssuedAt: w.Now().AddDate(0, 0, -3)})
	w.many(1, old.ID)
	w.sync()
	if why := w.reasons(); len(why) != 1 || !strings.HasPrefix(why[id], "payout-date-closed:") || len(w.company().Journals()) > 0 {
		t.Errorf("%v, %d batches", why, len(w.company().Journals()))
	}
	w.company().SetPostingRange(time.Time{}, time.Time{})
	w.Advance(3 * time.Hour)
	if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: payments.TaskName, Trigger: jobqueue.ByHand, DryRun: true}); err != nil {
		t.Fatal(err)
	}
	w.Live(time.Minute)
	var rows []payments.JournalRow
	dry := w.Runs(payments.TaskName)[0]
	if err := json.Unmarshal(dry.Report, &rows); err != nil || len(rows) != 1 || rows[0].Number != payments.Number(id) || len(rows[0].Lines) != 4 || rows[0].Not != "" {
		t.Errorf("%s, %v", dry.Report, err)
	}
	if len(w.company().Journals()) > 0 || len(w.reasons()) != 1 {
		t.Errorf("the dry run left %d batches, %v", len(w.company().Journals()), w.reasons())
	}
	w.sync()
	if w.ledger(id) != bookedOnce || w.ledger(fmt.Sprint(old.ID)) != notBooked || len(w.reasons()) > 0 {
		t.Errorf("%s, the old one %s, %v", w.ledger(id), w.ledger(fmt.Sprint(old.ID)), w.reasons())
	}
}
