package system_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/orders"
	"backroom/shared/receipts"
	"backroom/shared/staging"
)

// receiptWorld is a world in which payments of orders are suggested: by cards on the
// account of gift cards, by gift cards on that of tips.
type receiptWorld struct {
	*worlds.World
	t *testing.T
	o *data.Order
}

// suggests are the card's settings by which payments since a day are suggested.
func suggests(since time.Time) receipts.Settings {
	return receipts.Settings{SuggestPaymentsFrom: since.Format(time.DateOnly), PaymentAccounts: []receipts.PaymentAccount{
		{Gateway: "shopify_payments", Account: businesscentral.AccountGiftCard}, {Gateway: "Gift_Card", Account: businesscentral.AccountTip},
	}}
}

// newReceiptWorld has one ordinary order; paid says by what it was paid, nil: as it is.
func newReceiptWorld(t *testing.T, paid func(total data.Bag) []*data.Transaction, change ...func(*worlds.Setup)) receiptWorld {
	t.Helper()
	s := worlds.Plain(begin)
	o := s.Ordinary(1)[0]
	s.Shop.Orders = []*data.Order{o}
	s.Settings = []any{suggests(begin.AddDate(0, 0, -10))}
	if paid != nil {
		o.Transactions = paid(o.Totals().Price)
	}
	for i, x := range o.Transactions {
		x.ID, x.ProcessedAt = int64(7001+i), begin.Add(time.Duration(i-60)*time.Minute)
	}
	for _, f := range change {
		f(&s)
	}
	w := receiptWorld{worlds.New(t, s), t, o}
	w.Live(15 * time.Minute)
	return w
}

func (w receiptWorld) company() *businesscentral.Company { return w.BC.Companies()[0] }

// post has the order invoiced, in as many parts as wanted: a part has one unit of the
// first line.
func (w receiptWorld) post() {
	w.t.Helper()
	for _, d := range w.company().SalesOrders() {
		if err := w.company().Post(d.Number); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w receiptWorld) run(dry bool) jobqueue.Run {
	w.t.Helper()
	if _, err := w.Jobs.Trigger(w.t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: receipts.TaskName, Trigger: jobqueue.ByHand, DryRun: dry}); err != nil {
		w.t.Fatal(err)
	}
	w.Live(time.Minute)
	r := w.Runs(receipts.TaskName)[0]
	if r.Outcome == jobqueue.Failed {
		w.t.Fatalf("%s: %s", r.Merchant, r.Detail)
	}
	return r
}

// sync runs the task after some hours.
func (w receiptWorld) sync() jobqueue.Counts {
	w.Advance(25 * time.Hour)
	return w.run(false).Counts
}

// suggested are the lines that wait in batches, "number of amount for invoice on account".
func (w receiptWorld) suggested() []string {
	var out []string
	for _, b := range w.company().PaymentJournals() {
		for _, l := range b.Lines {
			out = append(out, fmt.Sprintf("%s of %s for %s on %s", l.DocumentNumber, l.Amount, l.AppliesToInvoiceNumber, b.BalancingAccountNumber))
		}
	}
	for _, b := range w.company().Journals() {
		for _, l := range b.Lines {
			if l.DocumentNumber != "" {
				out = append(out, fmt.Sprintf("%s of %s to %s %s on %s", l.DocumentNumber, l.Amount, l.AccountType, l.AccountNumber, l.BalancingAccountNumber))
			}
		}
	}
	slices.Sort(out)
	return out
}

// reason is that of the order's issue.
func (w receiptWorld) reason() string {
	w.t.Helper()
	is, err := w.Wired.Issues.List(w.t.Context(), w.Card.Code)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, i := range is {
		if i.Kind == receipts.IssueKind {
			return string(i.Reason) + ": " + i.Text
		}
	}
	return ""
}

// postPayments posts all batches, as a person does.
func (w receiptWorld) postPayments() {
	w.t.Helper()
	for _, b := range w.company().PaymentJournals() {
		if len(b.Lines) > 0 {
			if err := w.company().PostPayments(b.Code); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// change has the shop's till give some money back as change, which is no refund.
func (w receiptWorld) change() {
	w.t.Helper()
	one := decimal.NewFromInt(1)
	if _, err := w.Shopify.Shop("").UpdateOrder(w.o.ID, func(o *data.Order) {
		x := pays("CHANGE", "cash", "SUCCESS", data.Bag{Shop: one, Presentment: one})
		x.ID, x.ProcessedAt = 7099, w.Now()
		o.Transactions = append(o.Transactions, x)
	}); err != nil {
		w.t.Fatal(err)
	}
}

func pays(kind, gateway, status string, amount data.Bag) *data.Transaction {
	return &data.Transaction{Kind: kind, Status: status, Gateway: gateway, Amount: amount}
}

// share is a part of an amount, and the rest.
func share(total data.Bag, percent int64) (part, rest data.Bag) {
	of := func(d decimal.Decimal) decimal.Decimal { return d.Mul(decimal.NewFromInt(percent)).Shift(-2).Round(2) }
	part = data.Bag{Shop: of(total.Shop), Presentment: of(total.Presentment)}
	return part, total.Sub(part)
}

// What was captured of an order is suggested once its invoice is posted, each payment by a
// line on the account of its gateway; what did not succeed, is a test or was only
// authorised is not. A person posts, and the invoice is paid.
func TestPaymentsOfOrders(t *testing.T) {
	for _, c := range []struct {
		name string
		paid func(data.Bag) []*data.Transaction
		want []string // number, percent and account of each line
	}{
		{"one payment", func(b data.Bag) []*data.Transaction {
			return []*data.Transaction{pays("SALE", "shopify_payments", "SUCCESS", b)}
		}, []string{"PAY-7001 100 5450"}},
		{"a gift card and a card", func(b data.Bag) []*data.Transaction {
			part, rest := share(b, 30)
			return []*data.Transaction{pays("SALE", "gift_card", "SUCCESS", part), pays("SALE", "shopify_payments", "SUCCESS", rest)}
		}, []string{"PAY-7001 30 6620", "PAY-7002 70 5450"}},
		{"authorised, captured in two parts, one of which failed at first", func(b data.Bag) []*data.Transaction {
			part, rest := share(b, 40)
			return []*data.Transaction{
				pays("AUTHORIZATION", "shopify_payments", "SUCCESS", b), pays("CAPTURE", "shopify_payments", "SUCCESS", part),
				pays("CAPTURE", "shopify_payments", "FAILURE", rest), pays("CAPTURE", "shopify_payments", "SUCCESS", rest),
			}
		}, []string{"PAY-7002 40 5450", "PAY-7004 60 5450"}},
		{"pending", func(b data.Bag) []*data.Transaction {
			return []*data.Transaction{pays("SALE", "shopify_payments", "PENDING", b)}
		}, nil},
		{"more than is owed", func(b data.Bag) []*data.Transaction {
			return []*data.Transaction{pays("SALE", "shopify_payments", "SUCCESS", b.Add(b))}
		}, []string{"PAY-7001 100 5450"}},
		{"given back before it is suggested", nil, []string{"PAY-7001 75 5450"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newReceiptWorld(t, c.paid)
			if w.sync(); len(w.suggested()) > 0 || w.reason() != "" {
				t.Fatalf("before it is invoiced: %v, %s", w.suggested(), w.reason())
			}
			if c.paid == nil {
				part, _ := share(w.o.Totals().Price, 25)
				if _, err := w.Shopify.Shop("").RefundOrder(w.o.ID, data.Reversal{At: w.Now(), Amount: &part}); err != nil {
					t.Fatal(err)
				}
			}
			w.post()
			i := w.company().SalesInvoices()[0]
			var want []string
			left := i.TotalAmountIncludingTax
			for _, l := range c.want {
				var number, account string
				var percent int64
				if _, err := fmt.Sscan(l, &number, &percent, &account); err != nil {
					t.Fatal(err)
				}
				part, rest := share(w.o.Totals().Price, percent)
				if percent == 60 || percent == 70 || percent == 75 {
					_, part = share(w.o.Totals().Price, 100-percent)
				}
				_ = rest
				left = left.Sub(part.Shop)
				want = append(want, fmt.Sprintf("%s of %s for %s on %s", number, part.Shop.Neg(), i.Number, account))
			}
			for range 2 {
				w.sync()
			}
			if got := w.suggested(); !slices.Equal(got, want) {
				t.Fatalf("%v, want %v, %s", got, want, w.reason())
			}
			w.postPayments()
			for range 2 {
				w.sync()
			}
			if got := w.company().SalesInvoices()[0]; len(w.suggested()) > 0 || !got.RemainingAmount.Equal(left) || w.reason() != "" && c.name != "more than is owed" {
				t.Errorf("%v, %s left of %s, %s", w.suggested(), got.RemainingAmount, left, w.reason())
			}
		})
	}
}

// Payments that cannot be suggested say why, the others go on, and each is suggested once
// that is mended.
func TestPaymentsThatAreNotSuggested(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		paid         func(data.Bag) []*data.Transaction
		change       func(*worlds.Setup)
		spoil        func(receiptWorld) error
		lines        int // that are suggested all the same
		mend         func(receiptWorld) error
	}{
		{
			"a gateway that is not mapped", "payment-gateway-unmapped: A payment of order #", func(b data.Bag) []*data.Transaction {
				part, rest := share(b, 30)
				return []*data.Transaction{pays("SALE", "klarna", "SUCCESS", part), pays("SALE", "shopify_payments", "SUCCESS", rest)}
			}, nil, nil, 1, func(w receiptWorld) error {
				set := suggests(begin.AddDate(0, 0, -10))
				set.PaymentAccounts = append(set.PaymentAccounts, receipts.PaymentAccount{Gateway: "*", Account: businesscentral.AccountTip})
				return w.set(set)
			},
		},
		{
			"an account that is blocked", "payment-account-refused:", nil, nil, func(w receiptWorld) error {
				return w.company().EditAccount(businesscentral.AccountGiftCard, func(a *businesscentral.Account) { a.Blocked = true })
			}, 0, func(w receiptWorld) error {
				return w.company().EditAccount(businesscentral.AccountGiftCard, func(a *businesscentral.Account) { a.Blocked = false })
			},
		},
		{
			"a customer who is blocked", "payment-refused:", nil, nil, func(w receiptWorld) error {
				return w.company().EditCustomer(w.company().SalesInvoices()[0].CustomerNumber, func(c *businesscentral.Customer) { c.Blocked = "All" })
			}, 0, func(w receiptWorld) error {
				return w.company().EditCustomer(w.company().SalesInvoices()[0].CustomerNumber, func(c *businesscentral.Customer) { c.Blocked = "_x0020_" })
			},
		},
		{
			"a customer whose card is in another currency", "payment-customer-currency:", nil, nil, func(w receiptWorld) error {
				return w.company().EditCustomer(w.company().SalesInvoices()[0].CustomerNumber, func(c *businesscentral.Customer) { c.CurrencyCode = "USD" })
			}, 0, func(w receiptWorld) error {
				return w.company().EditCustomer(w.company().SalesInvoices()[0].CustomerNumber, func(c *businesscentral.Customer) { c.CurrencyCode = "" })
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newReceiptWorld(t, c.paid)
			w.post()
			if c.spoil != nil {
				if err := c.spoil(w); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				w.sync()
			}
			if got := w.suggested(); len(got) != c.lines || !strings.HasPrefix(w.reason(), c.reason) {
				t.Fatalf("%v, %q", got, w.reason())
			}
			if err := c.mend(w); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				w.sync()
			}
			if got := w.suggested(); len(got) != c.lines+1 || w.reason() != "" {
				t.Errorf("mended: %v, %q", got, w.reason())
			}
		})
	}
}

// What is given back of a payment from before the day that the card says takes nothing from
// a later one: whoever has booked that payment books its refund.
func TestRefundOfAPaymentBeforeTheDay(t *testing.T) {
	var later data.Bag
	w := newReceiptWorld(t, func(total data.Bag) []*data.Transaction {
		var old data.Bag
		old, later = share(total, 60)
		return []*data.Transaction{pays("SALE", "shopify_payments", "SUCCESS", old), pays("SALE", "shopify_payments", "SUCCESS", later)}
	}, func(s *worlds.Setup) {
		s.Shop.Orders[0].Transactions[0].ProcessedAt = begin.AddDate(0, 0, -20)
	})
	w.post()
	if _, err := w.Shopify.Shop("").RefundOrder(w.o.ID, data.Reversal{At: w.Now(), Amount: &data.Bag{Shop: decimal.NewFromInt(1), Presentment: decimal.NewFromInt(1)}}); err != nil {
		t.Fatal(err)
	}
	w.sync()
	if got := w.suggested(); len(got) != 1 || !strings.HasPrefix(got[0], fmt.Sprintf("PAY-7002 of -%s ", later.Shop)) || w.reason() != "" {
		t.Fatalf("%v, %q, want %s", got, w.reason(), later.Shop)
	}
	w.postPayments()
	for range 3 {
		w.sync()
	}
	if got := w.suggested(); len(got) > 0 || w.reason() != "" {
		t.Errorf("%v, %q", got, w.reason())
	}
}

// What a person does to a line that was suggested is seen, and nothing is suggested twice.
func TestSuggestedPaymentsThatPeopleTouch(t *testing.T) {
	each := func(f func(*businesscentral.CustomerPayment)) func(receiptWorld) {
		return func(w receiptWorld) { w.company().EditPayments(f) }
	}
	for _, c := range []struct {
		name, reason string
		do           func(receiptWorld)
		lines        int
		paid         bool
	}{
		{"nothing", "", func(receiptWorld) {}, 1, false},
		{"posts it", "", receiptWorld.postPayments, 0, true},
		{"deletes it", "payment-line-gone:", each(func(p *businesscentral.CustomerPayment) { p.DocumentNumber = "" }), 0, false},
		{"deletes its batch", "payment-line-gone:", func(w receiptWorld) {
			w.Write("DELETE", "customerPaymentJournals("+w.company().PaymentJournals()[0].ID+")", "")
		}, 0, false},
		{"changes its amount", "", each(func(p *businesscentral.CustomerPayment) { p.Amount = p.Amount.Div(decimal.NewFromInt(2)).Round(2) }), 1, false},
		{"changes its amount and posts it", "", func(w receiptWorld) {
			w.company().EditPayments(func(p *businesscentral.CustomerPayment) { p.Amount = decimal.NewFromInt(-1) })
			w.postPayments()
		}, 0, false},
		{"posts it and takes it back", "", func(w receiptWorld) {
			w.postPayments()
			w.company().Reverse("PAY-7001")
		}, 0, true},
		{"gives some money back before it is posted", "", func(w receiptWorld) {
			if _, err := w.Shopify.Shop("").RefundOrder(w.o.ID, data.Reversal{At: w.Now(), Amount: &data.Bag{Shop: decimal.NewFromInt(1), Presentment: decimal.NewFromInt(1)}}); err != nil {
				w.t.Fatal(err)
			}
		}, 2, false},
		{"gives some money back after it is posted", "", func(w receiptWorld) {
			w.postPayments()
			if _, err := w.Shopify.Shop("").RefundOrder(w.o.ID, data.Reversal{At: w.Now(), Amount: &data.Bag{Shop: decimal.NewFromInt(1), Presentment: decimal.NewFromInt(1)}}); err != nil {
				w.t.Fatal(err)
			}
		}, 1, true},
		{"gives change before it is posted", "payment-paid-back:", receiptWorld.change, 1, false},
		{"gives change after it is posted", "payment-paid-back:", func(w receiptWorld) {
			w.postPayments()
			w.change()
		}, 0, true},
		{"gives some money back, and posts all that is suggested", "", func(w receiptWorld) {
			w.postPayments()
			if _, err := w.Shopify.Shop("").RefundOrder(w.o.ID, data.Reversal{At: w.Now(), Amount: &data.Bag{Shop: decimal.NewFromInt(1), Presentment: decimal.NewFromInt(1)}}); err != nil {
				w.t.Fatal(err)
			}
			w.sync()
			b := w.company().Journals()[0]
			if err := w.company().PostJournal(b.Code); err != nil {
				w.t.Fatal(err)
			}
			if got := fmt.Sprint(ledgerOf(w.company(), b.Lines[0].DocumentNumber)); got != "map[5450:-1 "+businesscentral.AccountReceivables+":1]" && got != "map["+businesscentral.AccountReceivables+":1 5450:-1]" {
				w.t.Errorf("the ledger has %s", got)
			}
		}, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newReceiptWorld(t, nil)
			w.post()
			if w.sync(); len(w.suggested()) != 1 {
				t.Fatalf("%v, %q", w.suggested(), w.reason())
			}
			c.do(w)
			for range 2 {
				w.sync()
			}
			if why := w.reason(); !strings.HasPrefix(why, c.reason) || c.reason == "" && why != "" {
				t.Errorf("%q", why)
			}
			for range 9 {
				w.sync()
			}
			if got := w.company().SalesInvoices()[0]; len(w.suggested()) != c.lines || got.RemainingAmount.IsZero() != c.paid || w.reason() != "" && c.lines == 0 {
				t.Errorf("%v, %s left, %q", w.suggested(), got.RemainingAmount, w.reason())
			}
		})
	}
}

// A payment of an order that is invoiced in parts is spread over the invoices as they come,
// each line under a number of its own.
func TestPaymentOfSeveralInvoices(t *testing.T) {
	w := newReceiptWorld(t, nil)
	d := w.company().SalesOrders()[0]
	first := map[int]decimal.Decimal{}
	for _, l := range w.company().Lines(d.ID) {
		if l.LineType == "Item" && len(first) == 0 {
			first[l.Sequence] = l.Quantity
		}
	}
	if err := w.company().PostPart(d.Number, first, true); err != nil {
		t.Fatal(err)
	}
	w.sync()
	w.sync()
	if got := w.suggested(); len(got) != 1 || !strings.HasPrefix(got[0], "PAY-7001 of ") {
		t.Fatalf("%v, %s", got, w.reason())
	}
	w.postPayments()
	w.sync()
	w.post()
	w.sync()
	w.sync()
	if got := w.suggested(); len(got) != 1 || !strings.HasPrefix(got[0], "PAY-7001B of ") {
		t.Fatalf("%v, %s", got, w.reason())
	}
	w.postPayments()
	w.sync()
	for _, i := range w.company().SalesInvoices() {
		if i.Status != "Paid" {
			t.Errorf("%s is %s, %s left", i.Number, i.Status, i.RemainingAmount)
		}
	}
}

// A line that a person has deleted is said for a while, and no longer; what else the order
// is invoiced for does not wait for that.
func TestOtherInvoicesOfALineThatIsGone(t *testing.T) {
	w := newReceiptWorld(t, nil)
	d := w.company().SalesOrders()[0]
	for _, l := range w.company().Lines(d.ID) {
		if l.LineType == "Item" {
			if err := w.company().PostPart(d.Number, map[int]decimal.Decimal{l.Sequence: l.Quantity}, true); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	w.sync()
	if got := w.suggested(); len(got) != 1 {
		t.Fatalf("%v, %s", got, w.reason())
	}
	w.company().EditPayments(func(p *businesscentral.CustomerPayment) { p.DocumentNumber = "" })
	w.sync()
	if got := w.suggested(); len(got) > 0 {
		t.Fatalf("%v, which somebody has deleted", got)
	}
	w.post()
	w.sync()
	w.sync()
	if got := w.suggested(); len(got) != 1 || !strings.HasPrefix(got[0], "PAY-7001B of ") || !strings.HasPrefix(w.reason(), "payment-line-gone:") {
		t.Fatalf("%v, %q", got, w.reason())
	}
	w.postPayments()
	for range 9 {
		w.sync()
	}
	if got := w.suggested(); len(got) > 0 || w.reason() != "" {
		t.Errorf("%v, %q", got, w.reason())
	}
}

// A run without effect shows the lines, and makes nothing; off, the task does nothing.
func TestDryRunOfPayments(t *testing.T) {
	w := newReceiptWorld(t, nil)
	w.post()
	var rows []receipts.Row
	if r := w.run(true); json.Unmarshal(r.Report, &rows) != nil || len(rows) != 1 || rows[0].Number != "PAY-7001" || rows[0].Account != businesscentral.AccountGiftCard || rows[0].Not != "" {
		t.Errorf("%s", r.Report)
	}
	if len(w.company().PaymentJournals()) > 0 {
		t.Error("something was made")
	}
	if err := w.set(receipts.Settings{}); err != nil {
		t.Fatal(err)
	}
	if c := w.sync(); c.Requests > 0 || len(w.company().PaymentJournals()) > 0 {
		t.Errorf("%+v", c)
	}
}

// set changes the card's settings.
func (w receiptWorld) set(s receipts.Settings) error {
	card, err := w.Wired.Cards.Get(w.t.Context(), w.Card.Code)
	if err == nil {
		card, err = card.With(s)
	}
	if err == nil {
		err = w.Wired.Cards.Put(w.t.Context(), card)
	}
	return err
}

// A document in the buyer's currency is paid in that: the line has the amount that the buyer
// paid, where the customer's card is in that currency, and the books are in the local one.
func TestPaymentInTheBuyersCurrency(t *testing.T) {
	s := worlds.Plain(begin)
	at := slices.IndexFunc(s.Shop.Orders, func(o *data.Order) bool {
		return o.Presentment == "USD" && o.FinancialStatus == "PAID" && o.CancelledAt.IsZero() && !o.Test
	})
	if at < 0 {
		t.Fatal("the sample has no order in dollars")
	}
	o := s.Shop.Orders[at]
	s.Shop.Orders = []*data.Order{o}
	o.Transactions = []*data.Transaction{pays("SALE", "shopify_payments", "SUCCESS", o.Totals().Price)}
	o.Transactions[0].ID, o.Transactions[0].ProcessedAt = 7001, begin.Add(-time.Hour)
	s.Settings, s.Card.CurrencyHandling = []any{suggests(begin.AddDate(0, 0, -10))}, documents.PresentmentCurrency
	w := receiptWorld{worlds.New(t, s), t, o}
	w.Live(15 * time.Minute)
	w.post()
	i := w.company().SalesInvoices()[0]
	if i.CurrencyCode != "USD" {
		t.Fatalf("%+v, the invoice is in %q", w.Fate(o), i.CurrencyCode)
	}
	if w.sync(); len(w.suggested()) > 0 || !strings.HasPrefix(w.reason(), "payment-customer-currency:") {
		t.Fatalf("%v, %s", w.suggested(), w.reason())
	}
	if err := w.company().EditCustomer(i.BillToCustomerNumber, func(c *businesscentral.Customer) { c.CurrencyCode = "USD" }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.sync()
	}
	want := []string{fmt.Sprintf("PAY-7001 of %s for %s on %s", decimal.Min(o.Totals().Price.Presentment, i.TotalAmountIncludingTax).Neg(), i.Number, businesscentral.AccountGiftCard)}
	if got := w.suggested(); !slices.Equal(got, want) || w.reason() != "" {
		t.Fatalf("%v, want %v, %s", got, want, w.reason())
	}
	w.postPayments()
	w.sync()
	if got := w.company().SalesInvoices()[0]; got.Status != "Paid" || w.reason() != "" {
		t.Errorf("%s, %s left, %s", got.Status, got.RemainingAmount, w.reason())
	}
}

// The invoice that a person has made of an order is paid like one of ours.
func TestPaymentOfAnInvoiceMadeByHand(t *testing.T) {
	s := worlds.Plain(begin)
	o := s.Ordinary(1)[0]
	s.Shop.Orders, s.Settings = []*data.Order{o}, []any{suggests(begin.AddDate(0, 0, -10))}
	w := receiptWorld{worlds.New(t, s), t, o}
	w.Hold(documents.TaskName)
	w.Live(15 * time.Minute)
	w.Write("POST", "salesInvoices", `{"customerNumber":"WEB","salesInvoiceLines":[{"lineType":"Account","lineObjectNumber":"6620","quantity":1,"unitPrice":10}]}`)
	if err := w.company().PostInvoice(w.company().SalesInvoices()[0].Number); err != nil {
		t.Fatal(err)
	}
	i := w.company().SalesInvoices()[0]
	if w.sync(); len(w.suggested()) > 0 {
		t.Fatalf("nobody has said whose the invoice is: %v", w.suggested())
	}
	wish := staging.Wish{Decision: staging.Done, Document: &orders.HandMade{Type: "Invoice", ID: i.ID, Number: i.Number}}
	if _, err := w.Wired.Orders.DecideBy(t.Context(), w.Card.Code, o.Name, wish); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.sync()
	}
	if got := w.suggested(); len(got) == 0 || !strings.Contains(got[0], " for "+i.Number+" on ") || w.reason() != "" {
		t.Errorf("%v, %s", got, w.reason())
	}
}

// 160 payments of 80 orders take 20 requests to be suggested at most, 8 while they wait for a
// person, and as many to be seen posted. One order is of a customer whose card is in another
// currency, which each run looks at.
func TestSuggestionsAreCheap(t *testing.T) {
	const n = 80
	s := worlds.Plain(begin)
	s.Shop = data.Bulk(begin, n)
	s.Settings = []any{suggests(begin.AddDate(0, 0, -10))}
	w := receiptWorld{worlds.New(t, s), t, nil}
	w.Live(30 * time.Minute)
	w.post()
	for _, c := range []struct {
		what string
		most int
		then func()
	}{{"suggested", 20, func() {}}, {"waiting", 8, w.postPayments}, {"posted", 8, func() {}}, {"done", 4, func() {}}} {
		got := w.sync()
		fmt.Printf("payments_of_orders_80_%s %d requests\n", c.what, got.Requests)
		if got.Requests > c.most || c.what == "suggested" && (got.Created != 2*(n-1) || got.Failed != 1) {
			t.Errorf("%s: %+v", c.what, got)
		}
		c.then()
	}
	open := 0
	for _, i := range w.company().SalesInvoices() {
		if i.Status != "Paid" {
			open++
		}
	}
	if open != 1 {
		t.Errorf("%d invoices are not paid", open)
	}
}
