package receiptapi

import (
	"encoding/json"

	"github.com/shopspring/decimal"
)

// typeInvoice is the type of an invoice's entries.
const typeInvoice = "Invoice"

// journal is customerPaymentJournals.
type journal struct {
	ID          string `json:"id"`
	Code        string `json:"code"`
	DisplayName string `json:"displayName"`
}

// journalBody makes one.
type journalBody struct {
	Code               string `json:"code"`
	DisplayName        string `json:"displayName"`
	BalancingAccountID string `json:"balancingAccountId,omitempty"`
}

// payment is customerPayments, read.
type payment struct {
	ID             string `json:"id"`
	DocumentNumber string `json:"documentNumber"`
}

// paymentBody makes one. The order of the fields is that in which BC validates them.
type paymentBody struct {
	CustomerNumber         string      `json:"customerNumber"`
	PostingDate            string      `json:"postingDate"`
	DocumentNumber         string      `json:"documentNumber"`
	ExternalDocumentNumber string      `json:"externalDocumentNumber"`
	Amount                 json.Number `json:"amount"`
	AppliesToInvoiceNumber string      `json:"appliesToInvoiceNumber"`
	Description            string      `json:"description"`
	Comment                string      `json:"comment"`
}

// refundBody makes a line of the general journal, in the same way.
type refundBody struct {
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

// entry is generalLedgerEntries.
type entry struct {
	DocumentNumber string `json:"documentNumber"`
	DocumentType   string `json:"documentType"`
}

// account is accounts.
type account struct {
	ID     string `json:"id"`
	Number string `json:"number"`
}

// customer is customers.
type customer struct {
	Number       string `json:"number"`
	CurrencyCode string `json:"currencyCode"`
}

// invoice is salesInvoices.
type invoice struct {
	Number               string          `json:"number"`
	OrderNumber          string          `json:"orderNumber"`
	BillToCustomerNumber string          `json:"billToCustomerNumber"`
	CurrencyCode         string          `json:"currencyCode"`
	PostingDate          string          `json:"postingDate"`
	RemainingAmount      decimal.Decimal `json:"remainingAmount"`
}

// found is an invoice with the document that it came of.
type found struct {
	invoice

	document string
}
