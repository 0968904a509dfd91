package journalapi

import (
	"encoding/json"
	"slices"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/payments"
)

// Types of accounts, as OData escapes them.
const (
	typeLedger = "G_x002F_L_x0020_Account"
	typeBank   = "Bank_x0020_Account"
)

// journal is journals: a batch of general journal lines.
type journal struct {
	ETag                string `json:"@odata.etag,omitempty"`
	ID                  string `json:"id"`
	Code                string `json:"code"`
	DisplayName         string `json:"displayName"`
	TemplateDisplayName string `json:"templateDisplayName"`
	Lines               []line `json:"journalLines,omitempty"`
}

// line is journalLines, read and created.
type line struct {
	LineNumber             int             `json:"lineNumber"`
	AccountType            string          `json:"accountType"`
	AccountNumber          string          `json:"accountNumber"`
	PostingDate            string          `json:"postingDate"`
	DocumentNumber         string          `json:"documentNumber"`
	Amount                 decimal.Decimal `json:"amount"`
	Description            string          `json:"description"`
	BalanceAccountType     string          `json:"balanceAccountType"`
	BalancingAccountNumber string          `json:"balancingAccountNumber"`
}

// found is a journal in the words of payments.
func (j journal) found() *payments.Found {
	f := &payments.Found{ID: j.ID, Mark: j.ETag, Name: j.DisplayName}
	for _, l := range j.Lines {
		if l.AccountNumber == "" && l.Amount.IsZero() {
			f.Posted = true
			continue
		}
		out := payments.FoundLine{
			Line:   payments.Line{Bank: l.AccountType == typeBank, Account: l.AccountNumber, Description: l.Description, Amount: l.Amount, Balancing: l.BalancingAccountNumber},
			Number: l.LineNumber, Document: l.DocumentNumber, Date: l.PostingDate,
		}
		if l.AccountType != typeBank && l.AccountType != typeLedger { // nobody but a person writes one
			out.Account = l.AccountType + " " + l.AccountNumber
		}
		if l.BalancingAccountNumber != "" && l.BalanceAccountType != typeBank {
			out.Balancing = l.BalanceAccountType + " " + l.BalancingAccountNumber
		}
		f.Lines = append(f.Lines, out)
	}
	slices.SortFunc(f.Lines, func(a, b payments.FoundLine) int { return a.Number - b.Number })
	return f
}

// batchBody creates a batch with its lines. The order of the fields is that in which
// BC validates them.
type batchBody struct {
	Code                string     `json:"code"`
	DisplayName         string     `json:"displayName"`
	TemplateDisplayName string     `json:"templateDisplayName,omitempty"`
	Lines               []lineBody `json:"journalLines"`
}

// lineBody is a line with every field that it would else take from the one before it.
type lineBody struct {
	LineNumber             int         `json:"lineNumber"`
	AccountType            string      `json:"accountType"`
	AccountNumber          string      `json:"accountNumber"`
	PostingDate            string      `json:"postingDate"`
	DocumentNumber         string      `json:"documentNumber"`
	ExternalDocumentNumber string      `json:"externalDocumentNumber"`
	Amount                 json.Number `json:"amount"`
	Description            string      `json:"description"`
	Comment                string      `json:"comment"`
	BalanceAccountType     string      `json:"balanceAccountType"`
	BalancingAccountNumber string      `json:"balancingAccountNumber"`
}

func bodyOf(b payments.Batch) batchBody {
	out := batchBody{Code: b.Code, DisplayName: b.Name, TemplateDisplayName: bcapi.Code(b.Template)}
	for i, l := range b.Lines {
		body := lineBody{
			LineNumber: payments.FirstLine + i, AccountType: typeLedger, AccountNumber: l.Account, PostingDate: b.Date, DocumentNumber: b.Number,
			Amount: json.Number(l.Amount.String()), Description: l.Description, BalanceAccountType: typeLedger, BalancingAccountNumber: l.Balancing,
		}
		if l.Bank {
			body.AccountType = typeBank
		}
		if l.Balancing != "" {
			body.BalanceAccountType = typeBank
		}
		out.Lines = append(out.Lines, body)
	}
	return out
}

// entry is generalLedgerEntries.
type entry struct {
	DocumentNumber string          `json:"documentNumber"`
	AccountNumber  string          `json:"accountNumber"`
	DebitAmount    decimal.Decimal `json:"debitAmount"`
	CreditAmount   decimal.Decimal `json:"creditAmount"`
}

// ledgerSetup is generalLedgerSetup.
type ledgerSetup struct {
	AllowPostingFrom  string `json:"allowPostingFrom"`
	AllowPostingTo    string `json:"allowPostingTo"`
	LocalCurrencyCode string `json:"localCurrencyCode"`
}

// bankAccount is bankAccounts.
type bankAccount struct {
	Number       string `json:"number"`
	CurrencyCode string `json:"currencyCode"`
	Blocked      bool   `json:"blocked"`
}

// date is a date of BC, "" for the one that stands for none.
func date(s string) string {
	if s == "0001-01-01" {
		return ""
	}
	return s
}
