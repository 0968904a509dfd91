package payments

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/record"
)

// Statuses of payouts that a decision goes by. Shopify's own text, which is stored:
// one added tomorrow is like a payout that is on its way.
const (
	Paid     = "PAID"
	Failed   = "FAILED"
	Canceled = "CANCELED"
)

// State is how far a payout is with us. Its text is stored.
type State string

// The states.
const (
	Open  State = "open"  // on its way, or something is left to do or to mend
	Known State = "known" // complete
)

// Payout is a payout and what has become of it. It is stored; fields of an older item
// have working zero values.
type Payout struct {
	record.Rest

	Shop    string `json:"-"`
	ID      string `json:"-"` // digits
	Version int64  `json:"-"` // 0: not stored

	IssuedAt   time.Time    `json:"issuedAt"`
	Status     string       `json:"status"`
	Withdrawal bool         `json:"withdrawal,omitempty"` // the bank was debited
	Trace      string       `json:"trace,omitempty"`      // by which the bank knows it
	Net        money.Amount `json:"net"`

	State State `json:"state"`
	// Moved is what the movements come to, of which there are Movements, as of the
	// last look.
	Moved     decimal.Decimal `json:"moved"`
	Movements int             `json:"movements,omitempty"`
	Sums      []Sum           `json:"sums,omitempty"` // of the movements, by kind

	// Trouble is the reason of its issue, "" for none; it is looked at again at
	// NotBefore.
	Trouble   string    `json:"trouble,omitempty"`
	NotBefore time.Time `json:"notBefore,omitzero"`
	Tries     int       `json:"tries,omitempty"`

	Booking Booking `json:"booking,omitzero"` // its way into the general ledger
}

// Sum is what the movements of one kind come to, in the payout's currency.
type Sum struct {
	Kind  Kind            `json:"kind"`
	Count int             `json:"count"`
	Gross decimal.Decimal `json:"gross"`
	Fee   decimal.Decimal `json:"fee"`
}

// Final reports whether Shopify says that nothing more becomes of the payout.
func (p Payout) Final() bool { return p.Status == Paid || p.Status == Failed || p.Status == Canceled }

// Name is what a person calls the payout.
func (p Payout) Name() string {
	return fmt.Sprintf("Payout %s of %s (%s)", p.ID, p.IssuedAt.UTC().Format(time.DateOnly), p.Net)
}

// Complete reports whether the payout's movements come to its net.
func (p Payout) Complete() bool { return p.State == Known && p.missing().IsZero() }

// missing is what the payout's movements lack to its net. Of a withdrawal Shopify may
// give the net without its sign.
func (p Payout) missing() decimal.Decimal {
	if p.Withdrawal && p.Moved.Equal(p.Net.Value.Neg()) {
		return decimal.Zero
	}
	return p.Net.Value.Sub(p.Moved)
}

// sameCopy reports whether Shopify says the same of both.
func (p Payout) sameCopy(o Payout) bool {
	return p.IssuedAt.Equal(o.IssuedAt) && p.Status == o.Status && p.Withdrawal == o.Withdrawal && p.Trace == o.Trace &&
		p.Net.Currency == o.Net.Currency && p.Net.Value.Equal(o.Net.Value)
}

// Transaction is a movement of the balance. It is stored.
type Transaction struct {
	record.Rest

	ID string `json:"-"` // digits

	Type     string          `json:"type"` // Shopify's: CHARGE, REFUND, …
	At       time.Time       `json:"at"`
	Currency string          `json:"currency"`
	Amount   decimal.Decimal `json:"amount"`
	Fee      decimal.Decimal `json:"fee"`
	Net      decimal.Decimal `json:"net"` // of the amount, less the fee

	SourceID   string `json:"sourceID,omitempty"`
	SourceType string `json:"sourceType,omitempty"`
	// OrderTransaction is the payment of an order that it is of, Order and OrderName
	// the order.
	OrderTransaction string `json:"orderTransaction,omitempty"`
	Order            string `json:"order,omitempty"`
	OrderName        string `json:"orderName,omitempty"`
	Reason           string `json:"reason,omitempty"` // of an adjustment

	Payout string `json:"payout,omitempty"` // "": pending
	Test   bool   `json:"-"`                // of a test payment: not kept
}

// equal reports whether Shopify says the same of both.
func (t Transaction) equal(o Transaction) bool {
	return t.Type == o.Type && t.At.Equal(o.At) && t.Currency == o.Currency && t.Amount.Equal(o.Amount) && t.Fee.Equal(o.Fee) && t.Net.Equal(o.Net) &&
		t.Payout == o.Payout && t.OrderTransaction == o.OrderTransaction && t.Order == o.Order && t.OrderName == o.OrderName && t.Reason == o.Reason &&
		t.SourceID == o.SourceID && t.SourceType == o.SourceType
}

// sums brings into p what its movements come to. One in another currency than the
// payout's is named: nothing can be summed up then.
func (p *Payout) sums(ts []Transaction) (foreign string) {
	p.Moved, p.Movements, p.Sums = decimal.Zero, len(ts), nil
	at := map[Kind]int{}
	for _, t := range ts {
		if t.Currency != p.Net.Currency {
			foreign = t.ID
			continue
		}
		k := KindOf(t.Type)
		i, ok := at[k]
		if !ok {
			i = len(p.Sums)
			at[k], p.Sums = i, append(p.Sums, Sum{Kind: k})
		}
		s := &p.Sums[i]
		s.Count, s.Gross, s.Fee = s.Count+1, s.Gross.Add(t.Amount), s.Fee.Add(t.Fee)
		p.Moved = p.Moved.Add(t.Net)
	}
	return foreign
}

// padded is an id whose text has the order of the numbers.
func padded(id string) string { return strings.Repeat("0", max(0, 20-len(id))) + id }

// later reports whether id a is larger than b; "" is before all.
func later(a, b string) bool { return padded(a) > padded(b) }
