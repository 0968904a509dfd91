package businesscentral

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// BankAccount is a row of bankAccounts.
type BankAccount struct {
	Record
	Number            string `json:"number" bc:"code:20"`
	DisplayName       string `json:"displayName" bc:"text:100"`
	BankAccountNumber string `json:"bankAccountNumber" bc:"text:30"`
	IBAN              string `json:"iban" bc:"code:50"`
	Blocked           bool   `json:"blocked" bc:"bool"`
	CurrencyCode      string `json:"currencyCode" bc:"code:10,computed"` // of data: blank is the local one
	CurrencyID        string `json:"currencyId" bc:"guid,computed"`

	Ledger string `json:"ledger" bc:"-"` // the G/L account of its posting group; "": [AccountBank]
}

// Journal is a row of journals: a batch of general journal lines (4.10).
type Journal struct {
	Record
	Code                   string `json:"code" bc:"code:10"`
	DisplayName            string `json:"displayName" bc:"text:100"`
	TemplateDisplayName    string `json:"templateDisplayName" bc:"code:10,insert"`
	BalancingAccountID     string `json:"balancingAccountId" bc:"guid"`
	BalancingAccountNumber string `json:"balancingAccountNumber" bc:"code:20,ro"`

	Scheduled bool `json:"scheduled" bc:"-"` // to be posted by BC's own job queue
}

// JournalLine is a row of journalLines. A debit is positive.
type JournalLine struct {
	Record
	JournalID              string          `json:"journalId" bc:"guid,insert"`
	JournalDisplayName     string          `json:"journalDisplayName" bc:"text,ro"`
	LineNumber             int             `json:"lineNumber" bc:"int,insert"`
	AccountType            string          `json:"accountType" bc:"enum:G_x002F_L_x0020_Account|Customer|Vendor|Bank_x0020_Account|Fixed_x0020_Asset|IC_x0020_Partner|Employee"`
	AccountID              string          `json:"accountId" bc:"guid"`
	AccountNumber          string          `json:"accountNumber" bc:"code:20"`
	PostingDate            string          `json:"postingDate" bc:"date"`
	DocumentNumber         string          `json:"documentNumber" bc:"code:20"`
	ExternalDocumentNumber string          `json:"externalDocumentNumber" bc:"code:35"`
	Amount                 decimal.Decimal `json:"amount" bc:"dec"`
	Description            string          `json:"description" bc:"text:100"`
	Comment                string          `json:"comment" bc:"text:250"`
	TaxCode                string          `json:"taxCode" bc:"code:20,computed"`
	BalanceAccountType     string          `json:"balanceAccountType" bc:"enum:G_x002F_L_x0020_Account|Customer|Vendor|Bank_x0020_Account|Fixed_x0020_Asset|IC_x0020_Partner|Employee"`
	BalancingAccountID     string          `json:"balancingAccountId" bc:"guid"`
	BalancingAccountNumber string          `json:"balancingAccountNumber" bc:"code:20"`
}

// empty: posting leaves such a line.
func (l *JournalLine) empty() bool { return l.AccountNumber == "" && l.Amount.IsZero() }

const (
	setJournals     = "journals"
	setJournalLines = "journalLines"
	setBanks        = "bankAccounts"

	typeLedger = "G_x002F_L_x0020_Account"
	typeBank   = "Bank_x0020_Account"
)

// journalTemplates are those that a company has. The list of journals shows batches of
// the first alone unless it is asked for another.
var journalTemplates = []string{"GENERAL", "PAYMENTS", "CASHRCPT"}

// AccountBank is the G/L account of bank accounts that name none.
const AccountBank = "2920"

// journalRows are the batches that a list shows.
func journalRows(a *address, rows []row) []row {
	if strings.Contains(a.o.filterText, "templateDisplayName") {
		return rows
	}
	return slices.DeleteFunc(rows, func(r row) bool {
		j, ok := r.(*Journal)
		return ok && j.TemplateDisplayName != journalTemplates[0]
	})
}

func (t *tx) insertJournal(st *set, j *Journal, in input) error {
	if err := t.assignJournal(j, in); err != nil {
		return err
	}
	j.TemplateDisplayName = cmp.Or(j.TemplateDisplayName, journalTemplates[0])
	switch {
	case j.Code == "":
		return testField("Code must have a value in %s. It cannot be zero or empty.", st.schema.entity)
	case !slices.Contains(journalTemplates, j.TemplateDisplayName):
		return noRelation("templateDisplayName", j.TemplateDisplayName, "Gen. Journal Template").in("4.10")
	}
	if err := t.store(st, j); err != nil {
		return err
	}
	for _, child := range in.children[setJournalLines] {
		l := &JournalLine{Record: Record{ID: t.srv.guid()}}
		if err := t.insertJournalLine(l, j, child); err != nil {
			return err
		}
		if err := t.store(sets[setJournalLines], l); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) assignJournal(j *Journal, in input) error {
	for _, c := range in.changes {
		if err := c.checkLength(c.v); err != nil {
			return err
		}
		c.set(j, c.v)
	}
	j.BalancingAccountNumber = ""
	if none(j.BalancingAccountID) {
		return nil
	}
	a, ok := byID[*Account](t.Company, setAccounts, j.BalancingAccountID)
	if !ok {
		return dialog("The \"balancingAccountId\" does not match to a G/L Account.").in("10.9")
	}
	j.BalancingAccountNumber = a.Number
	return nil
}

// journalOrder is the order in which a line's fields are validated, whatever the JSON's (9.5).
var journalOrder = []string{
	"journalId", "lineNumber", "accountType", "accountId", "accountNumber", "postingDate", "documentNumber", "externalDocumentNumber", "amount", "description", "comment",
	"balanceAccountType", "balancingAccountId", "balancingAccountNumber",
}

func (t *tx) insertJournalLine(l *JournalLine, owner row, in input) error {
	j, ok := owner.(*Journal)
	if !ok {
		for _, c := range in.changes {
			if id, isText := c.v.(string); c.name == "journalId" && isText {
				j, ok = byID[*Journal](t.Company, setJournals, id)
			}
		}
	}
	if !ok {
		return dialog("You must specify a Journal Id to get the lines.").in("4.10")
	}
	l.JournalID, l.AccountType, l.BalanceAccountType, l.PostingDate = j.ID, typeLedger, typeLedger, t.now.Format("2006-01-02")
	last := 0
	for _, r := range t.tables[setJournalLines].of(j.ID) {
		if p, isLine := r.(*JournalLine); isLine { // what a new line takes from the one before it
			last, l.PostingDate, l.DocumentNumber = p.LineNumber, p.PostingDate, p.DocumentNumber
			l.BalanceAccountType, l.BalancingAccountNumber = p.BalanceAccountType, p.BalancingAccountNumber
		}
	}
	if j.BalancingAccountNumber != "" {
		l.BalanceAccountType, l.BalancingAccountNumber = typeLedger, j.BalancingAccountNumber
	}
	if err := t.assignJournalLine(l, in); err != nil {
		return err
	}
	if l.JournalID != j.ID {
		return dialog("The journalId does not match to the journal of the address.").in("4.10")
	}
	if l.LineNumber == 0 {
		l.LineNumber = last + 10_000
	}
	return nil
}

func (t *tx) assignJournalLine(l *JournalLine, in input) error {
	changes := slices.Clone(in.changes)
	slices.SortStableFunc(changes, func(a, b change) int {
		return slices.Index(journalOrder, a.name) - slices.Index(journalOrder, b.name)
	})
	for _, c := range changes {
		if err := c.checkLength(c.v); err != nil {
			return err
		}
		c.set(l, c.v)
		var err error
		switch c.name {
		case "balanceAccountType": // it takes away what balanced of the other type
			l.BalancingAccountID, l.BalancingAccountNumber = zeroGUID, ""
		case "accountId", "accountNumber":
			l.AccountID, l.AccountNumber, err = t.booked(l.AccountType, c)
		case "balancingAccountId", "balancingAccountNumber":
			l.BalancingAccountID, l.BalancingAccountNumber, err = t.booked(l.BalanceAccountType, c)
		}
		if err != nil {
			return err
		}
	}
	_, err := t.journalRate(l)
	return err
}

// booked is the account of a type that c names, by its id or its number.
func (t *tx) booked(typ string, c change) (id, number string, err error) {
	text, _ := c.v.(string)
	byID := strings.HasSuffix(c.name, "Id")
	if text == "" || byID && none(text) {
		return zeroGUID, "", nil
	}
	name, title := map[string]string{typeLedger: setAccounts, typeBank: setBanks, "Customer": setCustomers}[typ], map[string]string{typeLedger: "G/L Account", typeBank: "Bank Account", "Customer": "Customer"}[typ]
	if name == "" {
		return "", "", refuse(400, codeUnimplemented, "The simulator has no lines of accounts of type %s.", typ).in("4.10")
	}
	r := t.tables[name].rows[text]
	if !byID {
		r = t.tables[name].byKey(text)
	}
	if r == nil {
		return "", "", noRelation(c.name, text, title).in("4.10")
	}
	return r.base().ID, keyOf(r), t.checkBooked(r)
}

// checkBooked refuses an account that takes no entries.
func (t *tx) checkBooked(r row) error {
	switch a := r.(type) {
	case *Account:
		switch {
		case a.AccountType != "Posting":
			return testField("Account Type must be equal to 'Posting' in G/L Account: No.=%s. Current value is '%s'.", a.Number, a.AccountType).in("4.10")
		case a.Blocked:
			return testField("Blocked must be equal to 'No' in G/L Account: No.=%s. Current value is 'Yes'.", a.Number).in("4.10")
		case !a.DirectPosting:
			return testField("Direct Posting must be equal to 'Yes' in G/L Account: No.=%s. Current value is 'No'.", a.Number).in("4.10")
		}
	case *BankAccount:
		if a.Blocked {
			return testField("Blocked must be equal to 'No' in Bank Account: No.=%s. Current value is 'Yes'.", a.Number).in("4.10")
		}
	}
	return nil
}

// journalRate is local currency for one unit of a line's amount: it has the currency of
// its bank account, on either side (10.9).
func (t *tx) journalRate(l *JournalLine) (decimal.Decimal, error) {
	for _, side := range []struct{ typ, number string }{{l.AccountType, l.AccountNumber}, {l.BalanceAccountType, l.BalancingAccountNumber}} {
		b, ok := lookup[*BankAccount](t.Company, setBanks, side.number)
		if side.typ != typeBank || !ok || b.CurrencyCode == "" {
			continue
		}
		cur, ok := lookup[*Reference](t.Company, setCurrencies, b.CurrencyCode)
		if !ok || !cur.Rate.IsPositive() {
			return decimal.Zero, testField("Currency Factor must have a value in Gen. Journal Line. It cannot be zero or empty.").in("10.9")
		}
		return cur.Rate, nil
	}
	return decimal.NewFromInt(1), nil
}

func (t *tx) loadBanks(banks []BankAccount) error {
	for _, b := range banks {
		b.Ledger = cmp.Or(b.Ledger, AccountBank)
		if b.CurrencyCode == t.lcy() {
			b.CurrencyCode = ""
		}
		b.CurrencyID = t.tables[setCurrencies].keys[b.CurrencyCode]
		if err := t.loadRow(setBanks, &b); err != nil {
			return err
		}
	}
	return nil
}
