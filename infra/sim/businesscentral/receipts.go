package businesscentral

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// PaymentJournal is a row of customerPaymentJournals: a batch of cash receipts (4.10).
type PaymentJournal struct {
	Record
	Code                   string `json:"code" bc:"code:10"`
	DisplayName            string `json:"displayName" bc:"text:100"`
	BalancingAccountID     string `json:"balancingAccountId" bc:"guid"`
	BalancingAccountNumber string `json:"balancingAccountNumber" bc:"code:20,ro"`
}

// CustomerPayment is a row of customerPayments: a line of type Payment. Money that was
// received is negative. It balances on the account of its batch.
type CustomerPayment struct {
	Record
	JournalID              string          `json:"journalId" bc:"guid,insert"`
	JournalDisplayName     string          `json:"journalDisplayName" bc:"text,ro"`
	LineNumber             int             `json:"lineNumber" bc:"int,insert"`
	CustomerID             string          `json:"customerId" bc:"guid"`
	CustomerNumber         string          `json:"customerNumber" bc:"code:20"`
	PostingDate            string          `json:"postingDate" bc:"date"`
	DocumentNumber         string          `json:"documentNumber" bc:"code:20"`
	ExternalDocumentNumber string          `json:"externalDocumentNumber" bc:"code:35"`
	Amount                 decimal.Decimal `json:"amount" bc:"dec"`
	AppliesToInvoiceID     string          `json:"appliesToInvoiceId" bc:"guid"`
	AppliesToInvoiceNumber string          `json:"appliesToInvoiceNumber" bc:"code:20"`
	Description            string          `json:"description" bc:"text:100"`
	Comment                string          `json:"comment" bc:"text:250"`
}

const (
	setPaymentJournals  = "customerPaymentJournals"
	setCustomerPayments = "customerPayments"
	documentPayment     = "Payment"
)

func (t *tx) insertPaymentJournal(st *set, j *PaymentJournal, in input) error {
	if err := t.assignPaymentJournal(j, in); err != nil {
		return err
	}
	if j.Code == "" {
		return testField("Code must have a value in %s. It cannot be zero or empty.", st.schema.entity).in("4.10")
	}
	if err := t.store(st, j); err != nil {
		return err
	}
	for _, child := range in.children[setCustomerPayments] {
		p := &CustomerPayment{Record: Record{ID: t.srv.guid()}}
		if err := t.insertPayment(p, j, child); err != nil {
			return err
		}
		if err := t.store(sets[setCustomerPayments], p); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) assignPaymentJournal(j *PaymentJournal, in input) error {
	for _, c := range in.changes {
		if err := c.checkLength(c.v); err != nil {
			return err
		}
		c.set(j, c.v)
	}
	if j.BalancingAccountNumber = ""; none(j.BalancingAccountID) {
		return nil
	}
	a, ok := byID[*Account](t.Company, setAccounts, j.BalancingAccountID)
	if !ok {
		return dialog("The \"balancingAccountId\" does not match to a G/L Account.").in("10.9")
	}
	j.BalancingAccountNumber = a.Number
	return t.checkBooked(a)
}

// paymentOrder is the order in which a line's fields are validated (9.5).
var paymentOrder = []string{
	"journalId", "lineNumber", "customerId", "customerNumber", "postingDate", "documentNumber", "externalDocumentNumber", "amount",
	"appliesToInvoiceId", "appliesToInvoiceNumber", "description", "comment",
}

func (t *tx) insertPayment(p *CustomerPayment, owner row, in input) error {
	j, ok := owner.(*PaymentJournal)
	if !ok {
		for _, c := range in.changes {
			if id, isText := c.v.(string); c.name == "journalId" && isText {
				j, ok = byID[*PaymentJournal](t.Company, setPaymentJournals, id)
			}
		}
	}
	if !ok {
		return dialog("You must specify a Journal Id to get the lines.").in("4.10")
	}
	p.JournalID, p.PostingDate = j.ID, t.now.Format("2006-01-02")
	last := 0
	for _, r := range t.tables[setCustomerPayments].of(j.ID) {
		if before, isPayment := r.(*CustomerPayment); isPayment { // what a new line takes from the one before it
			last, p.PostingDate, p.DocumentNumber = before.LineNumber, before.PostingDate, before.DocumentNumber
		}
	}
	if err := t.assignPayment(p, in); err != nil {
		return err
	}
	if p.JournalID != j.ID {
		return dialog("The journalId does not match to the journal of the address.").in("4.10")
	}
	if p.LineNumber == 0 {
		p.LineNumber = last + 10_000
	}
	return nil
}

func (t *tx) assignPayment(p *CustomerPayment, in input) error {
	changes := slices.Clone(in.changes)
	slices.SortStableFunc(changes, func(a, b change) int {
		return slices.Index(paymentOrder, a.name) - slices.Index(paymentOrder, b.name)
	})
	for _, c := range changes {
		if err := c.checkLength(c.v); err != nil {
			return err
		}
		c.set(p, c.v)
		var err error
		switch c.name {
		case "customerId", "customerNumber":
			err = t.paidBy(p, c)
		case "appliesToInvoiceId", "appliesToInvoiceNumber":
			err = t.paidFor(p, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// paidBy finds the customer of a line.
func (t *tx) paidBy(p *CustomerPayment, c change) error {
	text, _ := c.v.(string)
	if text == "" || none(text) {
		return nil
	}
	cu, ok := byID[*Customer](t.Company, setCustomers, text)
	if c.name == "customerNumber" {
		cu, ok = lookup[*Customer](t.Company, setCustomers, text)
	}
	if !ok {
		return noRelation(c.name, text, "Customer").in("4.10")
	}
	p.CustomerID, p.CustomerNumber = cu.ID, cu.Number
	if cu.Blocked == "All" {
		return dialog("You cannot create this type of document when Customer %s is blocked with type All.", cu.Number).in("10.8")
	}
	return nil
}

// paidFor finds the posted invoice that a line applies to, whose customer it takes.
func (t *tx) paidFor(p *CustomerPayment, c change) error {
	text, _ := c.v.(string)
	if text == "" || none(text) {
		p.AppliesToInvoiceID, p.AppliesToInvoiceNumber = zeroGUID, ""
		return nil
	}
	i, ok := byID[*SalesDocument](t.Company, setInvoices, text)
	if c.name == "appliesToInvoiceNumber" {
		i, ok = lookup[*SalesDocument](t.Company, setInvoices, text+"\x00posted")
	}
	switch {
	case !ok || !i.Posted:
		return noRelation(c.name, text, "Sales Invoice Header").in("4.10")
	case p.CustomerNumber != "" && p.CustomerNumber != i.BillToCustomerNumber:
		return dialog("The invoice %s is not of the customer %s.", i.Number, p.CustomerNumber).in("10.9")
	}
	p.AppliesToInvoiceID, p.AppliesToInvoiceNumber, p.CustomerID, p.CustomerNumber = i.ID, i.Number, i.BillToCustomerID, i.BillToCustomerNumber
	return nil
}

// postPayments posts a batch in one transaction. Each line is taken off the invoice that
// it applies to.
func (t *tx) postPayments(j *PaymentJournal) error {
	n := 0
	for _, r := range t.tables[setCustomerPayments].of(j.ID) {
		p, ok := r.(*CustomerPayment)
		if !ok || p.CustomerNumber == "" && p.Amount.IsZero() {
			continue
		}
		if err := t.postPayment(j, p); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return dialog("There is nothing to post.").in("4.10")
	}
	for _, r := range t.tables[setCustomerPayments].of(j.ID) {
		t.drop(setCustomerPayments, r)
	}
	t.put(setCustomerPayments, &CustomerPayment{Record: Record{ID: t.srv.guid()}, JournalID: j.ID, LineNumber: 10_000})
	return nil
}

func (t *tx) postPayment(j *PaymentJournal, p *CustomerPayment) error {
	switch {
	case p.DocumentNumber == "":
		return testField("Document No. must have a value in Gen. Journal Line: Line No.=%d. It cannot be zero or empty.", p.LineNumber).in("4.10")
	case j.BalancingAccountNumber == "":
		return dialog("The lines in the journal are out of balance by %s for document %s.", p.Amount, p.DocumentNumber).in("4.10")
	case p.Amount.IsPositive():
		return testField("Amount must be negative in Gen. Journal Line: Line No.=%d.", p.LineNumber).in("4.10")
	}
	cu, _ := byID[*Customer](t.Company, setCustomers, p.CustomerID)
	if i, ok := byID[*SalesDocument](t.Company, setInvoices, p.AppliesToInvoiceID); ok && p.AppliesToInvoiceNumber != "" {
		switch {
		case !i.RemainingAmount.IsPositive():
			return dialog("Invoice %s has no open entry of customer %s that can be applied to.", i.Number, p.CustomerNumber).in("10.9")
		case p.PostingDate < i.PostingDate:
			return dialog("The Posting Date of %s must not be before the one of invoice %s.", p.DocumentNumber, i.Number).in("10.9")
		case cmp.Or(cu.CurrencyCode, t.lcy()) != cmp.Or(i.CurrencyCode, t.lcy()):
			return dialog("The currency of %s does not allow an application to invoice %s.", p.DocumentNumber, i.Number).in("10.9")
		}
		i = clone(i)
		if i.RemainingAmount = i.RemainingAmount.Add(decimal.Max(p.Amount, i.RemainingAmount.Neg())); i.RemainingAmount.IsZero() {
			i.Status = "Paid"
		}
		t.put(setInvoices, i)
	}
	rate := decimal.NewFromInt(1)
	if cur, ok := lookup[*Reference](t.Company, setCurrencies, cu.CurrencyCode); ok && cur.Rate.IsPositive() {
		rate = cur.Rate
	}
	l := &JournalLine{PostingDate: p.PostingDate, DocumentNumber: p.DocumentNumber, Description: p.Description}
	amount := roundTo(p.Amount.Mul(rate), cent)
	t.entryOf(l, documentPayment, AccountReceivables, amount)
	t.entryOf(l, documentPayment, j.BalancingAccountNumber, amount.Neg())
	return nil
}

// PaymentBatch is a batch of cash receipts with its lines.
type PaymentBatch struct {
	PaymentJournal

	Lines []CustomerPayment
}

// PaymentJournals are all batches of cash receipts, by code.
func (c *Company) PaymentJournals() []PaymentBatch {
	var out []PaymentBatch
	for _, j := range copies[PaymentJournal](c, setPaymentJournals) {
		out = append(out, PaymentBatch{PaymentJournal: j})
	}
	for _, p := range copies[CustomerPayment](c, setCustomerPayments) {
		if i := slices.IndexFunc(out, func(b PaymentBatch) bool { return b.ID == p.JournalID }); i >= 0 && p.DocumentNumber != "" {
			out[i].Lines = append(out[i].Lines, p)
		}
	}
	return out
}

// PostPayments posts a batch of cash receipts as a person does.
func (c *Company) PostPayments(code string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	j, ok := lookup[*PaymentJournal](c, setPaymentJournals, code)
	if !ok {
		return fmt.Errorf("no batch of cash receipts %q", code)
	}
	if err := t.postPayments(j); err != nil {
		t.rollback()
		return err
	}
	return nil
}

// EditPayments changes the lines of all batches of cash receipts as a person does; a line
// without document number is deleted.
func (c *Company) EditPayments(edit func(*CustomerPayment)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	for _, r := range t.tables[setCustomerPayments].rows {
		p, ok := r.(*CustomerPayment)
		if !ok || p.DocumentNumber == "" {
			continue
		}
		p = clone(p)
		if edit(p); p.DocumentNumber == "" {
			t.drop(setCustomerPayments, r)
			continue
		}
		t.put(setCustomerPayments, p)
	}
}
