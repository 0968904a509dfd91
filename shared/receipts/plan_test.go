package receipts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/outbound"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func day(t time.Time) string { return t.Format(time.DateOnly) }

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func euros(s string) money.Bag {
	return money.Bag{Shop: money.Amount{Value: dec(s), Currency: "EUR"}, Presentment: money.Amount{Value: dec(s).Mul(dec("2")), Currency: "USD"}}
}

func paid(id, gateway, amount string) Payment {
	return Payment{ID: id, Gateway: gateway, At: noon, Amount: euros(amount)}
}

func invoice(number, left string) Invoice {
	return Invoice{Number: number, Customer: "C1", Currency: "EUR", Card: "EUR", Date: "2026-03-01", Remaining: dec(left)}
}

var accounts = Settings{PaymentAccounts: []PaymentAccount{{"shopify_payments", "2340"}, {"gift_card", " 5450 "}}}

// What is suggested of payments, "number amount>invoice@account", and what is against others.
func TestPlan(t *testing.T) {
	dollars := func(i Invoice) Invoice { i.Currency, i.Card = "USD", "USD"; return i }
	line := func(payment, invoice, amount string, st Stage) *Line {
		return &Line{Payment: payment, Number: Number(payment, 0), Invoice: invoice, Amount: dec(amount), Currency: "EUR", Stage: st}
	}
	back := func(payment, amount string, st Stage) *Line {
		l := line(payment, "A", amount, st)
		l.Back = true
		return l
	}
	second := func(l *Line) *Line { l.Number = Number(l.Payment, 1); return l }
	for _, c := range []struct {
		name  string
		order Order
		is    []Invoice
		want  string
		lacks []issue.Reason
	}{
		{"not invoiced", Order{Payments: []Payment{paid("1", "shopify_payments", "10")}}, nil, "", nil},
		{"one of each", Order{Payments: []Payment{paid("1", "shopify_payments", "10")}}, []Invoice{invoice("A", "10")}, "PAY-1 10>A@2340", nil},
		{"names of gateways have no case", Order{Payments: []Payment{paid("1", "Shopify_Payments", "10")}}, []Invoice{invoice("A", "10")}, "PAY-1 10>A@2340", nil},
		{"less than is owed", Order{Payments: []Payment{paid("1", "shopify_payments", "9")}}, []Invoice{invoice("A", "10")}, "PAY-1 9>A@2340", nil},
		{"more than is owed", Order{Payments: []Payment{paid("1", "shopify_payments", "11")}}, []Invoice{invoice("A", "10")}, "PAY-1 10>A@2340", nil},
		{"two payments of one invoice", Order{Payments: []Payment{paid("1", "gift_card", "4"), paid("2", "shopify_payments", "6")}}, []Invoice{invoice("A", "10")}, "PAY-1 4>A@5450 PAY-2 6>A@2340", nil},
		{"one payment of two invoices", Order{Payments: []Payment{paid("1", "gift_card", "10")}}, []Invoice{invoice("A", "3"), invoice("B", "9")}, "PAY-1 3>A@5450 PAY-1B 7>B@5450", nil},
		{"an invoice that is paid", Order{Payments: []Payment{paid("1", "gift_card", "10")}}, []Invoice{invoice("A", "0")}, "", nil},
		{"what waits in a batch is taken off the invoice", Order{Payments: []Payment{paid("1", "gift_card", "4"), paid("2", "gift_card", "9")}, Lines: []*Line{line("1", "A", "4", Suggested)}}, []Invoice{invoice("A", "10")}, "PAY-2 6>A@5450", nil},
		{"what is posted is taken off by the invoice", Order{Payments: []Payment{paid("1", "gift_card", "4"), paid("2", "gift_card", "9")}, Lines: []*Line{line("1", "A", "4", Booked)}}, []Invoice{invoice("A", "6")}, "PAY-2 6>A@5450", nil},
		{"what was deleted is not suggested again", Order{Payments: []Payment{paid("1", "gift_card", "4")}, Lines: []*Line{line("1", "A", "4", Gone)}}, []Invoice{invoice("A", "10")}, "", nil},
		{"what was deleted is not suggested of the rest of its payment", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Lines: []*Line{line("1", "A", "4", Gone)}}, []Invoice{invoice("A", "4"), invoice("B", "6")}, "PAY-1B 6>B@5450", nil},
		{"the first of two lines was refused", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Lines: []*Line{second(line("1", "B", "7", Suggested))}}, []Invoice{invoice("A", "3"), invoice("B", "7")}, "PAY-1 3>A@5450", nil},
		{"given back in part", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Returned: euros("4")}, []Invoice{invoice("A", "10")}, "PAY-1 6>A@5450", nil},
		{"given back", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Returned: euros("10")}, []Invoice{invoice("A", "10")}, "", nil},
		{"given back after it was suggested", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Returned: euros("4"), Refunds: []Payment{paid("2", "shopify_payments", "4")}, Lines: []*Line{line("1", "A", "10", Booked)}}, []Invoice{invoice("A", "0")}, "PAY-2 back 4@2340", nil},
		{"given back in part before, in part after", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Returned: euros("5"), Refunds: []Payment{paid("2", "gift_card", "2"), paid("3", "gift_card", "3")}, Lines: []*Line{line("1", "A", "8", Suggested)}}, []Invoice{invoice("A", "8")}, "PAY-2 back 2@5450 PAY-3 back 1@5450", nil},
		{"what was given back is suggested", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Returned: euros("4"), Refunds: []Payment{paid("2", "gift_card", "4")}, Lines: []*Line{line("1", "A", "10", Booked), back("2", "4", Suggested)}}, []Invoice{invoice("A", "4")}, "", nil},
		{"what was given back is deleted", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Returned: euros("4"), Refunds: []Payment{paid("2", "gift_card", "4")}, Lines: []*Line{line("1", "A", "10", Booked), back("2", "4", Gone)}}, []Invoice{invoice("A", "4")}, "", nil},
		{"given back of what was deleted", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Returned: euros("4"), Refunds: []Payment{paid("2", "gift_card", "4")}, Lines: []*Line{line("1", "A", "10", Gone)}}, []Invoice{invoice("A", "10")}, "", nil},
		{"given back by a gateway that is not mapped", Order{Payments: []Payment{paid("1", "gift_card", "10")}, Returned: euros("4"), Refunds: []Payment{paid("2", "cash", "4")}, Lines: []*Line{line("1", "A", "10", Booked)}}, []Invoice{invoice("A", "0")}, "", []issue.Reason{GatewayUnmapped}},
		{"a gateway that is not mapped", Order{Payments: []Payment{paid("1", "klarna", "4"), paid("2", "gift_card", "6")}}, []Invoice{invoice("A", "10")}, "PAY-2 6>A@5450", []issue.Reason{GatewayUnmapped}},
		{"in the buyer's currency", Order{Payments: []Payment{paid("1", "gift_card", "10")}}, []Invoice{dollars(invoice("A", "20"))}, "PAY-1 20>A@5450", nil},
		{"in a currency that nobody paid in", Order{Payments: []Payment{paid("1", "gift_card", "10")}}, []Invoice{func() Invoice { i := invoice("A", "10"); i.Currency = "CHF"; return i }()}, "", []issue.Reason{CurrencyDiffers}},
		{"another currency on the card", Order{Payments: []Payment{paid("1", "gift_card", "10")}}, []Invoice{func() Invoice { i := invoice("A", "10"); i.Card = "USD"; return i }()}, "", []issue.Reason{CardDiffers}},
	} {
		ls, lacks := plan(&c.order, c.is, accounts, day)
		var got []string
		for _, l := range ls {
			if l.Back {
				got = append(got, fmt.Sprintf("%s back %s@%s", l.Number, l.Amount, l.Account))
				continue
			}
			got = append(got, fmt.Sprintf("%s %s>%s@%s", l.Number, l.Amount, l.Invoice, l.Account))
		}
		var why []issue.Reason
		for _, l := range lacks {
			why = append(why, l.reason)
		}
		if strings.Join(got, " ") != c.want || !slices.Equal(why, c.lacks) {
			t.Errorf("%s: %v %v, want %s %v", c.name, got, why, c.want, c.lacks)
		}
	}
}

// Which payments an order keeps when the card says another day: what was stored stays, and
// no line of it is taken for one too many.
func TestPaymentsSinceAnotherDay(t *testing.T) {
	march := paid("1", "gift_card", "10")
	april := paid("2", "gift_card", "5")
	april.At = noon.AddDate(0, 1, 0)
	line := &Line{Payment: "1", Number: "PAY-1", Invoice: "A", Amount: dec("10"), Currency: "EUR", Stage: Booked}
	for _, c := range []struct {
		name, from string
		was        Order
		read       []Payment
		want       string // ids
		fresh      bool
	}{
		{"all before the day", "2026-05-01", Order{}, []Payment{march, april}, "", false},
		{"one since the day", "2026-04-01", Order{}, []Payment{march, april}, "2", true},
		{"an earlier day adds", "2026-03-01", Order{Version: 1, Payments: []Payment{april}}, []Payment{march, april}, "1 2", true},
		{"a later day takes none away", "2026-05-01", Order{Version: 1, Payments: []Payment{march}, Lines: []*Line{line}}, []Payment{march}, "1", false},
		{"a later day, another payment", "2026-04-01", Order{Version: 1, Payments: []Payment{march}, Lines: []*Line{line}}, []Payment{march, april}, "1 2", true},
		{"gone from the shop", "2026-03-01", Order{Version: 1, Payments: []Payment{march}}, nil, "", true},
	} {
		o := c.was
		fresh := o.take(Order{Payments: c.read}, func(p Payment) bool { return day(p.At) >= c.from })
		var got []string
		for _, p := range o.Payments {
			got = append(got, p.ID)
		}
		if strings.Join(got, " ") != c.want || fresh != c.fresh || o.tooMuch() {
			t.Errorf("%s: %v, %t, want %s, %t; too much in lines: %t", c.name, got, fresh, c.want, c.fresh, o.tooMuch())
		}
	}
}

// What was given back of a payment from before the day neither takes from a later payment
// nor is suggested; what was given back of that one, or of nobody knows which, is.
func TestRefundsOfPaymentsBeforeTheDay(t *testing.T) {
	old, later := paid("1", "gift_card", "100"), paid("2", "gift_card", "20")
	old.At = noon.AddDate(0, -1, 0)
	for _, c := range []struct {
		name, of string
		lines    []*Line
		want     string
	}{
		{"of the old one", "1", nil, "PAY-2 20>A"},
		{"of the old one, late", "1", []*Line{{Payment: "2", Number: "PAY-2", Invoice: "A", Amount: dec("20"), Currency: "EUR", Stage: Booked}}, ""},
		{"of the later one", "2", nil, "PAY-2 5>A"},
		{"of the later one, late", "2", []*Line{{Payment: "2", Number: "PAY-2", Invoice: "A", Amount: dec("20"), Currency: "EUR", Stage: Booked}}, "PAY-3 15>A"},
		{"of one that is not told", "", nil, "PAY-2 5>A"},
	} {
		back := paid("3", "gift_card", "15")
		back.Of = c.of
		o := &Order{Lines: c.lines}
		if !o.take(Order{Payments: []Payment{old, later}, Refunds: []Payment{back}, Returned: back.Amount}, func(p Payment) bool { return !p.At.Before(noon) }) {
			t.Errorf("%s: nothing is new", c.name)
		}
		is := []Invoice{invoice("A", "20")}
		if len(c.lines) > 0 {
			is[0].Remaining = dec("0")
		}
		ls, lacks := plan(o, is, accounts, day)
		var got []string
		for _, l := range ls {
			got = append(got, fmt.Sprintf("%s %s>%s", l.Number, l.Amount, l.Invoice))
		}
		if strings.Join(got, " ") != c.want || len(lacks) > 0 || c.of == "1" && len(c.lines) > 0 && !o.settled() {
			t.Errorf("%s: %v %v, want %s", c.name, got, lacks, c.want)
		}
	}
}

// A line is dated as its payment, or as its invoice if that is later.
func TestDateOfALine(t *testing.T) {
	for date, want := range map[string]string{"2026-03-01": "2026-03-02", "2026-03-09": "2026-03-09"} {
		i := invoice("A", "10")
		i.Date = date
		if ls, _ := plan(&Order{Payments: []Payment{paid("1", "gift_card", "10")}}, []Invoice{i}, accounts, day); len(ls) != 1 || ls[0].Date != want {
			t.Errorf("%s: %v", date, ls)
		}
	}
}

// However payments, refunds, invoices and earlier lines are: nothing is suggested beyond a
// payment, an invoice, or what was paid and not given back; planned again, nothing is left.
func TestPlanLaw(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 64))
		cents := func(n int) string { return decimal.New(int64(r.IntN(n)+1), -2).String() }
		o := &Order{Returned: euros("0")}
		if r.IntN(3) == 0 {
			o.Returned = euros(cents(500))
		}
		for i := range r.IntN(4) + 1 {
			o.Payments = append(o.Payments, paid(fmt.Sprint(i+1), "gift_card", cents(1000)))
		}
		var is []Invoice
		for i := range r.IntN(4) {
			is = append(is, invoice(string(rune('A'+i)), cents(1000)))
		}
		stages := []Stage{Creating, Suggested, Booked, Gone}
		for range 3 {
			ls, lacks := plan(o, is, accounts, day)
			numbers, room, of := map[string]bool{}, map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
			for _, l := range o.Lines {
				numbers[l.Number] = true
			}
			for _, l := range ls {
				if numbers[l.Number] || !l.Amount.IsPositive() {
					t.Fatalf("seed %d: %+v", seed, l.Line)
				}
				l.Stage, numbers[l.Number] = stages[r.IntN(4)], true
				if r.IntN(5) > 0 { // else it is refused
					o.Lines = append(o.Lines, l.Line)
				}
			}
			sum := decimal.Zero
			for _, l := range o.Lines {
				room[l.Invoice], of[l.Payment], sum = room[l.Invoice].Add(l.Amount), of[l.Payment].Add(l.Amount), sum.Add(l.Amount)
				if i := slices.IndexFunc(is, func(i Invoice) bool { return i.Number == l.Invoice }); l.Stage == Booked && l.SentAt.IsZero() {
					is[i].Remaining, l.SentAt = is[i].Remaining.Sub(l.Amount), noon // it is posted
				}
			}
			got := o.Returned.Shop.Value.Neg()
			for _, p := range o.Payments {
				if got = got.Add(p.Amount.Shop.Value); of[p.ID].GreaterThan(p.Amount.Shop.Value) {
					t.Fatalf("seed %d: %s of payment %s", seed, of[p.ID], p.ID)
				}
			}
			for _, i := range is {
				if i.Remaining.IsNegative() {
					t.Fatalf("seed %d: %s has %s left", seed, i.Number, i.Remaining)
				}
			}
			if len(lacks) > 0 || sum.GreaterThan(decimal.Max(got, decimal.Zero)) {
				t.Fatalf("seed %d: %s is in lines, of %s, %v", seed, sum, got, lacks)
			}
		}
	}
}

// Numbers have 20 characters at most, hold the whole id, and no two lines have one.
func TestNumber(t *testing.T) {
	seen := map[string]string{}
	for _, id := range []string{"7", "71", "70000000000001", "700000000000001", "7000000000000001", "70000000000000001", "7000000000000000001"} {
		for n := range maxParts {
			got, line := Number(id, n), fmt.Sprint(id, " ", n)
			if len(got) > 20 || !strings.Contains(got, id) || seen[got] != "" {
				t.Errorf("%s: %q, which is of %s", line, got, seen[got])
			}
			seen[got] = line
		}
	}
}

// What becomes of a line, by what is seen of its number: the ledger is asked first, a line
// that was seen is never suggested again, and one that was not waits until it cannot come.
func TestNext(t *testing.T) {
	for _, c := range []struct {
		name  string
		stage Stage
		seen  Seen
		after time.Duration
		want  step
	}{
		{"it is in its batch", Suggested, Seen{Listed: true}, time.Hour, keep},
		{"it has come, unanswered", Creating, Seen{Listed: true}, time.Minute, keep},
		{"posted", Suggested, Seen{Booked: true}, time.Hour, booked},
		{"posted, and listed a moment ago", Suggested, Seen{Listed: true, Booked: true}, time.Hour, booked},
		{"posted before it was answered", Creating, Seen{Booked: true}, time.Hour, booked},
		{"neither", Suggested, Seen{}, time.Hour, gone},
		{"not yet", Creating, Seen{}, outbound.Settle - time.Second, await},
		{"never", Creating, Seen{}, outbound.Settle, forget},
	} {
		if got := next(&Line{Stage: c.stage, SentThere: noon}, c.seen, noon.Add(c.after)); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// Whatever was given back before or after a line was made, and whatever people delete: once
// all that is planned is made, lines come to what was paid and not given back, as far as the
// invoices go; a deleted line takes nothing with it.
func TestPlanLawOfRefunds(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 46))
		o, given := &Order{Returned: euros("0")}, decimal.Zero
		total := decimal.New(int64(r.IntN(5000)+1000), -2)
		o.Payments = []Payment{paid("1", "gift_card", total.String())}
		is := []Invoice{invoice("A", total.String())}
		for step := range 4 {
			if r.IntN(2) == 0 {
				v := decimal.New(int64(r.IntN(300)+1), -2)
				given = given.Add(v)
				o.Refunds, o.Returned = append(o.Refunds, paid(fmt.Sprint(step+2), "gift_card", v.String())), euros(given.String())
			}
			ls, _ := plan(o, is, accounts, day)
			for _, l := range ls {
				l.Stage = Suggested
				o.Lines = append(o.Lines, l.Line)
			}
			sum := decimal.Zero
			for _, l := range o.Lines {
				if l.Back {
					sum = sum.Sub(l.Amount)
				} else {
					sum = sum.Add(l.Amount)
				}
			}
			if !sum.Equal(total.Sub(given)) || !o.lined() || o.tooMuch() {
				t.Fatalf("seed %d, step %d: lines come to %s, of %s less %s; lined %t, too much %t", seed, step, sum, total, given, o.lined(), o.tooMuch())
			}
		}
	}
}
