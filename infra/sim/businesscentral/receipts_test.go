package businesscentral

import (
	"fmt"
	"strings"
	"testing"
)

// anInvoice posts an invoice of the customer 10000, and answers its number.
func anInvoice(t *testing.T, w *world) string {
	t.Helper()
	d := w.must(t, request{method: "POST", path: "salesInvoices", body: `{"customerNumber":"10000","postingDate":"2026-03-01","salesInvoiceLines":[{"lineType":"Account","lineObjectNumber":"6620","quantity":1,"unitPrice":100}]}`})
	w.must(t, postOf(setInvoices, text(t, d, "id")))
	return w.Company("").SalesInvoices()[0].Number
}

// aBatch makes a batch of cash receipts on the account of tips, and answers its id.
func aBatch(t *testing.T, w *world) string {
	t.Helper()
	page := w.must(t, request{method: "GET", path: "accounts?$filter=number eq '" + AccountTip + "'"})
	j := w.must(t, request{method: "POST", path: setPaymentJournals, body: `{"code":"rcx","balancingAccountId":"` + text(t, rowsOf(page["value"])[0], "id") + `"}`})
	if j["code"] != "RCX" || j["balancingAccountNumber"] != AccountTip {
		t.Fatalf("%v", j)
	}
	return text(t, j, "id")
}

func paymentBody(invoice, amount, more string) string {
	return fmt.Sprintf(`{"customerNumber":"10000","postingDate":"2026-03-01","documentNumber":"PAY-7","amount":%s,"appliesToInvoiceNumber":%q%s}`, amount, invoice, more)
}

// A payment is taken off the invoice that it applies to, and its entries have the type
// Payment; the customer comes from the invoice where none is named (10.9).
func TestCustomerPayments(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	invoice := anInvoice(t, w)
	id, total := aBatch(t, w), c.SalesInvoices()[0].RemainingAmount
	part := total.Div(dec("4")).Round(2)
	p := w.must(t, request{method: "POST", path: setPaymentJournals + "(" + id + ")/" + setCustomerPayments, body: strings.Replace(paymentBody(invoice, part.Neg().String(), ""), `"customerNumber":"10000",`, "", 1)})
	if p["customerNumber"] != "10000" || p["lineNumber"] != 10000.0 {
		t.Errorf("%v", p)
	}
	if err := c.PostPayments("RCX"); err != nil {
		t.Fatal(err)
	}
	if got := c.SalesInvoices()[0]; !got.RemainingAmount.Equal(total.Sub(part)) || got.Status == "Paid" {
		t.Errorf("%s is left, %s", got.RemainingAmount, got.Status)
	}
	if got, want := fmt.Sprint(ledgerOf(c, "PAY-7")), fmt.Sprintf("map[%s:-%s %s:%s]", AccountReceivables, part, AccountTip, part); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, e := range c.Entries() {
		if e.DocumentNo == "PAY-7" && e.DocumentType != documentPayment {
			t.Errorf("an entry is of type %s", e.DocumentType)
		}
	}
	w.must(t, request{method: "POST", path: setPaymentJournals + "(" + id + ")/" + setCustomerPayments, body: paymentBody(invoice, total.Sub(part).Neg().String(), "")})
	if err := c.PostPayments("RCX"); err != nil {
		t.Fatal(err)
	}
	if got := c.SalesInvoices()[0]; got.Status != "Paid" || len(c.PaymentJournals()[0].Lines) != 0 {
		t.Errorf("%s, %d lines are left", got.Status, len(c.PaymentJournals()[0].Lines))
	}
}

// What BC refuses of customer payments, on entry or when somebody posts them.
func TestCustomerPaymentRefusals(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Company)
		path   string // "": a line of the batch
		body   func(invoice string) string
		code   string // "": it is refused when it is posted
	}{
		{"batch without code", nil, setPaymentJournals, func(string) string { return `{"displayName":"x"}` }, codeField},
		{"code that is taken", nil, setPaymentJournals, func(string) string { return `{"code":"RCX"}` }, codeSameKey},
		{"balancing account that is a bank account", nil, setPaymentJournals, func(string) string { return `{"code":"A","balancingAccountId":"11111111-1111-4111-8111-111111111111"}` }, codeDialog},
		{"line without batch", nil, setCustomerPayments, func(i string) string { return paymentBody(i, "-1", "") }, codeDialog},
		{"customer who does not exist", nil, "", func(i string) string { return strings.Replace(paymentBody(i, "-1", ""), "10000", "4711", 1) }, codeRelation},
		{"customer of another invoice", nil, "", func(i string) string { return strings.Replace(paymentBody(i, "-1", ""), "10000", "20000", 1) }, codeDialog},
		{"customer who is blocked", func(c *Company) { _ = c.EditCustomer("10000", func(cu *Customer) { cu.Blocked = "All" }) }, "", func(i string) string { return paymentBody(i, "-1", "") }, codeDialog},
		{"invoice that does not exist", nil, "", func(string) string { return paymentBody("NONE", "-1", "") }, codeRelation},
		{"currency of a line", nil, "", func(i string) string { return paymentBody(i, "-1", `,"currencyCode":"USD"`) }, codeBadRequest},
		{"document number longer than 20", nil, "", func(i string) string {
			return strings.Replace(paymentBody(i, "-1", ""), "PAY-7", "PAY-78901234567890123", 1)
		}, codeTooLong},
		{"no document number", nil, "", func(i string) string { return strings.Replace(paymentBody(i, "-1", ""), "PAY-7", "", 1) }, ""},
		{"money that goes out", nil, "", func(i string) string { return paymentBody(i, "1", "") }, ""},
		{"before the invoice", nil, "", func(i string) string { return strings.Replace(paymentBody(i, "-1", ""), "2026-03-01", "2026-01-01", 1) }, ""},
		{"paid invoice", func(c *Company) {
			_ = edit(c, setInvoices, c.SalesInvoices()[0].Number+"\x00posted", func(d *SalesDocument) { d.RemainingAmount = dec("0") })
		}, "", func(i string) string { return paymentBody(i, "-1", "") }, ""},
		{"customer's card in another currency", func(c *Company) { _ = c.EditCustomer("10000", func(cu *Customer) { cu.CurrencyCode = "USD" }) }, "", func(i string) string { return paymentBody(i, "-1", "") }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			c := w.Company("")
			invoice := anInvoice(t, w)
			id := aBatch(t, w)
			if tt.change != nil {
				tt.change(c)
			}
			path := tt.path
			if path == "" {
				path = setPaymentJournals + "(" + id + ")/" + setCustomerPayments
			}
			status, code, body := w.raw(t, request{method: "POST", path: path, body: tt.body(invoice)})
			before := len(c.Entries())
			switch {
			case tt.code != "" && (status != 400 || code != tt.code || len(c.PaymentJournals()[0].Lines) > 0):
				t.Errorf("%d %s %v", status, code, body)
			case tt.code == "" && (status != 201 || c.PostPayments("RCX") == nil || len(c.Entries()) != before):
				t.Errorf("%d %v, and it is posted", status, body)
			}
		})
	}
}
