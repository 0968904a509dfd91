package disputes

import (
	"fmt"
	"strings"
	"time"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/record"
)

// Statuses that a decision goes by. Shopify's own text, which is stored: one added
// tomorrow is like a dispute under review.
const (
	NeedsResponse = "NEEDS_RESPONSE"
	won           = "WON"
	lost          = "LOST"
	accepted      = "ACCEPTED"
	prevented     = "PREVENTED"
	refunded      = "CHARGE_REFUNDED"
)

// Dispute is a buyer's complaint to the bank. It is stored.
type Dispute struct {
	record.Rest

	Shop    string `json:"-"`
	ID      string `json:"-"` // digits
	Version int64  `json:"-"` // 0: not stored

	Inquiry     bool         `json:"inquiry,omitempty"` // no money was moved
	Status      string       `json:"status"`
	Amount      money.Amount `json:"amount"`
	Reason      string       `json:"reason,omitempty"`      // Shopify's: FRAUDULENT, …
	NetworkCode string       `json:"networkCode,omitempty"` // of the card network
	InitiatedAt time.Time    `json:"initiatedAt"`
	DueBy       time.Time    `json:"dueBy,omitzero"`  // of the evidence
	SentOn      time.Time    `json:"sentOn,omitzero"` // when evidence was sent
	FinalizedOn time.Time    `json:"finalizedOn,omitzero"`
	Order       string       `json:"order,omitempty"` // id
	OrderName   string       `json:"orderName,omitempty"`
}

// Open reports whether something more may become of the dispute.
func (d Dispute) Open() bool {
	switch d.Status {
	case won, lost, accepted, prevented, refunded:
		return false
	}
	return true
}

// Name is what a person calls the dispute.
func (d Dispute) Name() string {
	if d.OrderName == "" {
		return "Dispute " + d.ID
	}
	return "Dispute " + d.ID + " of order " + d.OrderName
}

// same reports whether Shopify says the same of both.
func (d Dispute) same(o Dispute) bool {
	return d.Inquiry == o.Inquiry && d.Status == o.Status && d.Amount.Currency == o.Amount.Currency && d.Amount.Value.Equal(o.Amount.Value) &&
		d.Reason == o.Reason && d.NetworkCode == o.NetworkCode && d.InitiatedAt.Equal(o.InitiatedAt) && d.DueBy.Equal(o.DueBy) &&
		d.SentOn.Equal(o.SentOn) && d.FinalizedOn.Equal(o.FinalizedOn) && d.Order == o.Order && d.OrderName == o.OrderName
}

// soon is how long before its evidence is due a dispute is urgent.
const soon = 3 * 24 * time.Hour

// Judge says what a dispute wants of the merchant at now; an issue without reason says
// that it wants nothing. Days are those of zone.
func Judge(d Dispute, now time.Time, zone *time.Location) issue.Issue {
	if d.Status != NeedsResponse || !d.SentOn.IsZero() {
		return issue.Issue{}
	}
	more := fmt.Sprintf("%s, %s", d.Amount, strings.ToLower(strings.ReplaceAll(d.Reason, "_", " ")))
	if d.DueBy.IsZero() {
		return Reasons.Of(issue.Part{Reason: Undated, Things: []string{d.Name()}, More: more})
	}
	more += ", by " + d.DueBy.In(zone).Format("2006-01-02 15:04")
	reason := Wanted
	switch left := d.DueBy.Sub(now); {
	case left <= 0:
		reason = Overdue
	case left <= soon:
		reason = DueSoon
	}
	return Reasons.Of(issue.Part{Reason: reason, Things: []string{d.Name()}, More: more})
}

// padded is an id whose text has the order of the numbers.
func padded(id string) string { return strings.Repeat("0", max(0, 20-len(id))) + id }
