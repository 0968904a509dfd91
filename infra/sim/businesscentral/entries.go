package businesscentral

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// LedgerEntry is a row of generalLedgerEntries. Amounts are in local currency.
type LedgerEntry struct {
	Record
	EntryNumber   int             `json:"entryNumber" bc:"int,ro"`
	PostingDate   string          `json:"postingDate" bc:"date,ro"`
	DocumentNo    string          `json:"documentNumber" bc:"code:20,ro"`
	DocumentType  string          `json:"documentType" bc:"enum:_x0020_|Payment|Invoice|Credit_x0020_Memo|Finance_x0020_Charge_x0020_Memo|Reminder|Refund,ro"`
	AccountID     string          `json:"accountId" bc:"guid,ro"`
	AccountNumber string          `json:"accountNumber" bc:"code:20,ro"`
	Description   string          `json:"description" bc:"text:100,ro"`
	Debit         decimal.Decimal `json:"debitAmount" bc:"dec,ro"`
	Credit        decimal.Decimal `json:"creditAmount" bc:"dec,ro"`
}

// Types of documents in the ledger.
const (
	documentInvoice    = "Invoice"
	documentCreditMemo = "Credit_x0020_Memo" //nolint:gosec // no credential: a type of documents
)

// Accounts that entries go to and no line names: posting groups would say them.
const (
	AccountReceivables = AccountNoDirect
	accountItems       = AccountSales
	accountVAT         = AccountSalesTax
)

// book makes the ledger entries of a posted document under a number (5.4, 10.2): what
// the customer owes, and against it each line's net amount and the tax. Those of a
// credit memo have the other sign.
func (t *tx) book(d *SalesDocument, kind, number string) error {
	rate, err := t.rate(d)
	if err != nil {
		return err
	}
	owed, tax := decimal.Zero, decimal.Zero
	add := func(account, text string, amount decimal.Decimal) decimal.Decimal {
		if kind == documentCreditMemo {
			amount = amount.Neg()
		}
		t.entry(d, kind, number, account, text, amount)
		return amount
	}
	sum := decimal.Zero
	for _, l := range t.linesOf(d) {
		if l.NetAmountIncludingTax.IsZero() && l.NetAmount.IsZero() {
			continue
		}
		account := accountItems
		if l.LineType == lineAccount {
			account = l.LineObjectNumber
		}
		net := roundTo(l.NetAmount.Mul(rate), cent)
		sum = sum.Add(add(account, l.Description, net.Neg()))
		tax = tax.Add(roundTo(l.NetTaxAmount.Mul(rate), cent))
		owed = owed.Add(net)
	}
	if !tax.IsZero() {
		sum = sum.Add(add(accountVAT, "VAT", tax.Neg()))
		owed = owed.Add(tax)
	}
	sum = sum.Add(add(AccountReceivables, d.CustomerName, owed))
	if !sum.IsZero() {
		return fmt.Errorf("the entries of %s do not balance by %s", number, sum)
	}
	return nil
}

// entry stores one: a positive amount is a debit.
func (t *tx) entry(d *SalesDocument, kind, number, account, text string, amount decimal.Decimal) {
	e := &LedgerEntry{
		Record: Record{ID: t.srv.guid()}, EntryNumber: len(t.tables[setEntries].rows) + 1, PostingDate: d.PostingDate, DocumentNo: number, DocumentType: kind,
		AccountNumber: account, AccountID: t.tables[setAccounts].keys[account], Description: text,
	}
	if amount.IsPositive() {
		e.Debit = amount
	} else {
		e.Credit = amount.Neg()
	}
	t.put(setEntries, e)
}

// Entries are the general ledger, oldest first.
func (c *Company) Entries() []LedgerEntry { return copies[LedgerEntry](c, setEntries) }
