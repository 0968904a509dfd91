package businesscentral

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// actJournal is the one action of journals.
func (t *tx) actJournal(a *address, o operation) (response, error) {
	if a.action != "post" {
		return response{}, refuse(http.StatusNotFound, codeNotFound, "Could not find the action '%s' on %s.", a.action, a.set.name).in("4.10")
	}
	j, ok := byID[*Journal](t.Company, setJournals, a.id)
	if !ok {
		return response{}, noRecord(a.set.schema.entity, a.id)
	}
	if err := ifMatch(o, j, false); err != nil {
		return response{}, err
	}
	if t.inBackground { // 204 says no more than that it is scheduled
		j = clone(j)
		j.Scheduled = true
		t.put(setJournals, j)
		return response{status: http.StatusNoContent}, nil
	}
	return response{status: http.StatusNoContent}, t.postJournal(j)
}

// postJournal posts a batch in one transaction (4.10).
func (t *tx) postJournal(j *Journal) error {
	var lines []*JournalLine
	for _, r := range t.tables[setJournalLines].of(j.ID) {
		if l, ok := r.(*JournalLine); ok && !l.empty() {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return dialog("There is nothing to post.").in("4.10")
	}
	if err := t.checkJournal(lines); err != nil {
		return err
	}
	if text := t.failPosting; text != "" {
		t.failPosting = ""
		return dialog("%s", text)
	}
	for _, l := range lines {
		if err := t.bookLine(l); err != nil {
			return err
		}
	}
	for _, r := range t.tables[setJournalLines].of(j.ID) {
		t.drop(setJournalLines, r)
	}
	t.put(setJournalLines, &JournalLine{
		Record: Record{ID: t.srv.guid()}, JournalID: j.ID, LineNumber: 10_000, AccountType: typeLedger, BalanceAccountType: typeLedger, PostingDate: lines[0].PostingDate,
	})
	j = clone(j)
	j.Scheduled = false
	if n := j.Code[len(j.Code)-1]; n >= '0' && n <= '9' { // Increment Batch Name
		j.Code = j.Code[:len(j.Code)-1] + string('0'+(n-'0'+1)%10)
	}
	t.put(setJournals, j)
	return nil
}

// checkJournal refuses what BC does not post. Lines balance by document number and date.
func (t *tx) checkJournal(lines []*JournalLine) error {
	from, to := t.setup.AllowPostingFrom, t.setup.AllowPostingTo
	if s := t.rules.sales; s.UserFrom > zeroDate || s.UserTo > zeroDate {
		from, to = s.UserFrom, s.UserTo
	}
	sums := map[string]decimal.Decimal{}
	for _, l := range lines {
		switch {
		case l.DocumentNumber == "":
			return testField("Document No. must have a value in Gen. Journal Line: Line No.=%d. It cannot be zero or empty.", l.LineNumber).in("4.10")
		case l.AccountNumber == "":
			return testField("Account No. must have a value in Gen. Journal Line: Line No.=%d. It cannot be zero or empty.", l.LineNumber).in("4.10")
		case from > zeroDate && l.PostingDate < from || to > zeroDate && l.PostingDate > to:
			return dialog("Posting Date is not within your range of allowed posting dates in Gen. Journal Line: Line No.=%d.", l.LineNumber).in("4.10")
		}
		for _, side := range []struct{ typ, number string }{{l.AccountType, l.AccountNumber}, {l.BalanceAccountType, l.BalancingAccountNumber}} {
			if err := t.checkSide(side.typ, side.number); err != nil {
				return err
			}
		}
		rate, err := t.journalRate(l)
		if err != nil {
			return err
		}
		if l.BalancingAccountNumber == "" {
			key := l.DocumentNumber + " of " + l.PostingDate
			sums[key] = sums[key].Add(roundTo(l.Amount.Mul(rate), cent))
		}
	}
	for key, sum := range sums {
		if !sum.IsZero() {
			return dialog("The lines in the journal are out of balance by %s for document %s. Make sure that Balance is zero.", sum, key).in("4.10")
		}
	}
	return nil
}

// checkSide looks at an account as it is now.
func (t *tx) checkSide(typ, number string) error {
	set := map[string]string{typeLedger: setAccounts, typeBank: setBanks, "Customer": setCustomers}[typ]
	r := t.tables[set]
	if number == "" || r == nil || r.byKey(number) == nil {
		return nil
	}
	if a, ok := r.byKey(number).(*Account); ok && a.NeedsDimension != "" {
		return dialog("Select a Dimension Value Code for the Dimension Code %s for G/L Account %s.", a.NeedsDimension, number).in("4.10")
	}
	return t.checkBooked(r.byKey(number))
}

// bookLine makes the entries of a line, in local currency.
func (t *tx) bookLine(l *JournalLine) error {
	rate, err := t.journalRate(l)
	if err != nil {
		return err
	}
	amount := roundTo(l.Amount.Mul(rate), cent)
	t.journalEntry(l, t.ledgerOf(l.AccountType, l.AccountNumber), amount)
	if l.BalancingAccountNumber != "" {
		t.journalEntry(l, t.ledgerOf(l.BalanceAccountType, l.BalancingAccountNumber), amount.Neg())
	}
	return nil
}

// ledgerOf is the G/L account that entries of an account go to.
func (t *tx) ledgerOf(typ, number string) string {
	switch typ {
	case typeBank:
		if b, ok := lookup[*BankAccount](t.Company, setBanks, number); ok {
			return b.Ledger
		}
	case "Customer":
		return AccountReceivables
	}
	return number
}

func (t *tx) journalEntry(l *JournalLine, account string, amount decimal.Decimal) {
	t.entryOf(l, blankEnum, account, amount)
}

func (t *tx) entryOf(l *JournalLine, kind, account string, amount decimal.Decimal) {
	e := &LedgerEntry{
		Record: Record{ID: t.srv.guid()}, EntryNumber: len(t.tables[setEntries].rows) + 1, PostingDate: l.PostingDate, DocumentNo: l.DocumentNumber, DocumentType: kind,
		AccountNumber: account, AccountID: t.tables[setAccounts].keys[account], Description: l.Description,
	}
	if amount.IsPositive() {
		e.Debit = amount
	} else {
		e.Credit = amount.Neg()
	}
	t.put(setEntries, e)
}

// JournalBatch is a batch with its lines.
type JournalBatch struct {
	Journal

	Lines []JournalLine
}

// Journals are all batches, by template and code.
func (c *Company) Journals() []JournalBatch {
	var out []JournalBatch
	for _, j := range copies[Journal](c, setJournals) {
		out = append(out, JournalBatch{Journal: j})
	}
	for _, l := range copies[JournalLine](c, setJournalLines) {
		i := slices.IndexFunc(out, func(b JournalBatch) bool { return b.ID == l.JournalID })
		if i >= 0 {
			out[i].Lines = append(out[i].Lines, l)
		}
	}
	return out
}

// inJournal does something to the batch that has a code, as a person would.
func (c *Company) inJournal(code string, do func(*tx, *Journal) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	for _, r := range t.tables[setJournals].rows {
		if j, ok := r.(*Journal); ok && j.Code == strings.ToUpper(code) {
			if err := do(t, j); err != nil {
				t.rollback()
				return err
			}
			return nil
		}
	}
	return fmt.Errorf("no journal %q", code)
}

// PostJournal posts a batch as a person does.
func (c *Company) PostJournal(code string) error {
	return c.inJournal(code, (*tx).postJournal)
}

// EditJournal changes the lines of a batch as a person does; a line without account is
// deleted.
func (c *Company) EditJournal(code string, edit func(*JournalLine)) error {
	return c.inJournal(code, func(t *tx, j *Journal) error {
		for _, r := range t.tables[setJournalLines].of(j.ID) {
			l, ok := r.(*JournalLine)
			if !ok {
				continue
			}
			l = clone(l)
			if edit(l); l.AccountNumber == "" {
				t.drop(setJournalLines, r)
				continue
			}
			t.put(setJournalLines, l)
		}
		return nil
	})
}

// DeleteJournal deletes a batch with its lines.
func (c *Company) DeleteJournal(code string) error {
	return c.inJournal(code, func(t *tx, j *Journal) error { return t.remove(sets[setJournals], j) })
}

// PostInBackground has journals posted by BC's own job queue, when [Company.PostScheduled] runs.
func (c *Company) PostInBackground(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inBackground = on
}

// PostScheduled posts the batches that wait for BC's job queue.
func (c *Company) PostScheduled() error {
	for _, j := range c.Journals() {
		if j.Scheduled {
			if err := c.PostJournal(j.Code); err != nil {
				return err
			}
		}
	}
	return nil
}

// Reverse takes back all entries of a document number, with entries of the same number (10.9).
func (c *Company) Reverse(number string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.begin(context.Background())
	for i := range len(t.tables[setEntries].rows) {
		e, ok := lookup[*LedgerEntry](c, setEntries, fmt.Sprintf("%012d", i+1))
		if !ok || e.DocumentNo != number {
			continue
		}
		e = clone(e)
		e.ID, e.EntryNumber, e.Debit, e.Credit = t.srv.guid(), len(t.tables[setEntries].rows)+1, e.Credit, e.Debit
		t.put(setEntries, e)
	}
}

// EditBankAccount changes a bank account, such as its Blocked.
func (c *Company) EditBankAccount(number string, f func(*BankAccount)) error {
	return edit(c, setBanks, number, f)
}
