package data

import (
	"time"

	"github.com/shopspring/decimal"
)

// Payments are what Shopify Payments knows of a shop: nil where the shop does not use
// it.
type Payments struct {
	ID       int64
	Currency string // of its main account
	Payouts  []*Payout
	Balance  []*BalanceTransaction
	Disputes []*Dispute
}

// Payout is money that goes to the bank, or comes from it.
type Payout struct {
	ID         int64
	IssuedAt   time.Time
	Status     string // SCHEDULED, PAID, FAILED, CANCELED
	Withdrawal bool
	TraceID    string
	Currency   string
	Net        decimal.Decimal
}

// BalanceTransaction is a movement of the balance. Its net is Amount less Fee.
type BalanceTransaction struct {
	ID          int64
	Type        string // CHARGE, REFUND, …
	Test        bool
	At          time.Time
	Currency    string
	Amount, Fee decimal.Decimal
	SourceID    int64
	SourceType  string // "" is null
	Transaction int64  // of the order; 0 is null
	Order       int64  // 0 is null
	Payout      int64  // 0: pending
	Reason      string // of an adjustment
}

// Net is what the movement does to the balance.
func (t *BalanceTransaction) Net() decimal.Decimal { return t.Amount.Sub(t.Fee) }

// Dispute is a buyer's complaint to the bank.
type Dispute struct {
	ID             int64
	Inquiry        bool
	Status         string // NEEDS_RESPONSE, UNDER_REVIEW, WON, LOST, ACCEPTED, PREVENTED
	Amount         decimal.Decimal
	Currency       string
	Reason         string // FRAUDULENT, …
	NetworkCode    string
	InitiatedAt    time.Time
	EvidenceDueBy  time.Time // zero is null
	EvidenceSentOn time.Time // zero is null
	FinalizedOn    time.Time // zero is null
	Order          int64     // 0 is null
}
