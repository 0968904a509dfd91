package orders

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// Refund is one refund record. Amount is the money it gave back, zero for units
// that an edit has removed; the order's transactions say whether it has arrived.
type Refund struct {
	ID     string    `json:"id"`
	Amount money.Bag `json:"amount"`

	// Detailed says that what follows was read, as it is where the shop card wants
	// refunds imported.
	Detailed     bool             `json:"detailed,omitempty"`
	CreatedAt    time.Time        `json:"createdAt,omitzero"`
	ReturnID     string           `json:"returnID,omitempty"` // "" is none
	Lines        []RefundLine     `json:"lines,omitempty"`
	Shipping     []RefundShipping `json:"shipping,omitempty"`
	Duties       []RefundDuty     `json:"duties,omitempty"`
	Adjustments  []Adjustment     `json:"adjustments,omitempty"`
	Transactions []string         `json:"transactions,omitempty"` // ids among the order's
}

// RefundLine takes back units of a line. Subtotal is after discounts, with taxes
// where the order's prices have them; Tax are its taxes in any case.
type RefundLine struct {
	LineID      string    `json:"lineID"`
	Quantity    int       `json:"quantity"`
	RestockType string    `json:"restockType"` // RETURN, CANCEL, NO_RESTOCK, LEGACY_RESTOCK
	Restocked   bool      `json:"restocked,omitempty"`
	Location    string    `json:"location,omitempty"`
	Subtotal    money.Bag `json:"subtotal"`
	Tax         money.Bag `json:"tax"`
}

// RefundShipping gives back of a shipping line, as [RefundLine] does.
type RefundShipping struct {
	LineID   string    `json:"lineID,omitempty"`
	Title    string    `json:"title"`
	Subtotal money.Bag `json:"subtotal"`
	Tax      money.Bag `json:"tax"`
}

// RefundDuty gives back of a duty. Its taxes are in no amount of the refund; Price
// and TaxLines are the duty's.
type RefundDuty struct {
	Amount   money.Bag `json:"amount"`
	Price    money.Bag `json:"price"`
	TaxLines []TaxLine `json:"taxLines,omitempty"`
}

// Adjustment is by what a refund differs from what its lines are worth.
type Adjustment struct {
	Reason string    `json:"reason,omitempty"`
	Amount money.Bag `json:"amount"`
	Tax    money.Bag `json:"tax"`
}

// Return is goods on their way back, and what goes out for them.
type Return struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Status    string       `json:"status"` // REQUESTED, OPEN, CLOSED, DECLINED, CANCELED
	Lines     []ReturnLine `json:"lines,omitempty"`
	Exchanged []string     `json:"exchanged,omitempty"` // ids of order lines that went out for it
	// Units is how many units of such a line went out, by line: an edit may change it
	// later. One that is not there went out as it is.
	Units map[string]int `json:"units,omitempty"`
	// Disposed is what became of units that came back; empty until somebody has
	// looked at them.
	Disposed []Disposition `json:"disposed,omitempty"`
}

// Out is l, a line that went out for the return, as it did.
func (r Return) Out(l Line) Line {
	n, ok := r.Units[l.ID]
	if ok && n != l.Quantity && l.Quantity > 0 {
		share := func(b money.Bag) money.Bag {
			return money.Bag{Shop: shareOf(b.Shop, n, l.Quantity), Presentment: shareOf(b.Presentment, n, l.Quantity)}
		}
		l.Discounts, l.TaxLines = slices.Clone(l.Discounts), slices.Clone(l.TaxLines)
		for i, d := range l.Discounts {
			l.Discounts[i] = share(d)
		}
		for i, t := range l.TaxLines {
			l.TaxLines[i].Price = share(t.Price)
		}
		l.Quantity = n
	}
	l.CurrentQuantity, l.Places = l.Quantity, nil
	return l
}

// shareOf is an amount for n of so many units, to the minor unit.
func shareOf(a money.Amount, n, of int) money.Amount {
	a.Value = a.Value.Mul(decimal.NewFromInt(int64(n))).DivRound(decimal.NewFromInt(int64(of)), money.Digits(a.Currency))
	return a
}

// ReturnLine is units of a line that come back.
type ReturnLine struct {
	LineID   string `json:"lineID"` // "" is none of the order's
	Quantity int    `json:"quantity"`
}

// Disposition is what became of units of a line that came back.
type Disposition struct {
	LineID   string `json:"lineID"`
	Type     string `json:"type"` // RESTOCKED, NOT_RESTOCKED, PROCESSING_REQUIRED, MISSING
	Quantity int    `json:"quantity"`
	Location string `json:"location,omitempty"`
}

// Standing is what a refund record amounts to.
type Standing int

// The standings.
const (
	Removal   Standing = iota + 1 // units were taken away, no money and no goods moved: the order is what is left
	Unsettled                     // its money is on its way, and may yet not arrive
	Due                           // money went back, or goods came back
)

// Standing says what r, one of o's refunds, amounts to. Whether money moved is read
// from amounts and transactions: edits that remove units make a refund record too.
func (o Order) Standing(r Refund) Standing {
	for _, t := range o.Transactions {
		if t.Kind == "REFUND" && slices.Contains(r.Transactions, t.ID) && slices.Contains([]string{"PENDING", "AWAITING_RESPONSE", "UNKNOWN"}, t.Status) {
			return Unsettled
		}
	}
	if r.Amount.Shop.Value.IsPositive() || r.Amount.Presentment.Value.IsPositive() || r.ReturnID != "" {
		return Due
	}
	for _, l := range r.Lines {
		if l.RestockType == "RETURN" || l.RestockType == "LEGACY_RESTOCK" {
			return Due
		}
	}
	return Removal
}

// Return is the return of an id, nil if o has none.
func (o Order) Return(id string) *Return {
	for i := range o.Returns {
		if id != "" && o.Returns[i].ID == id {
			return &o.Returns[i]
		}
	}
	return nil
}

// Unsettled reports whether something about o's refunds or returns may change
// without its update time.
func (o Order) Unsettled() bool {
	for _, r := range o.Refunds {
		if o.Standing(r) == Unsettled {
			return true
		}
	}
	return slices.ContainsFunc(o.Returns, func(r Return) bool { return r.Status == "OPEN" || r.Status == "REQUESTED" })
}
