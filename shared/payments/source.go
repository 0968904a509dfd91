package payments

import "context"

// MaxAgain is how many payouts and movements are read again at once.
const MaxAgain = 250

// Source is Shopify Payments of a shop. Errors carry a fault.Kind; one of a permission
// is Blocked. Ids are digits. Safe for concurrent use.
type Source interface {
	// News is the first page of payouts and movements that fit the two queries, in
	// the order of their ids; false: the shop does not use Shopify Payments.
	News(ctx context.Context, payouts, balance Since) (News, bool, error)
	// Payouts and Balance are the pages that follow.
	Payouts(ctx context.Context, since Since, page string) (PayoutPage, error)
	Balance(ctx context.Context, since Since, page string) (BalancePage, error)
	// Again reads payouts and movements by their ids, [MaxAgain] in all at most, as
	// the database has them. One that is not there any more is left out.
	Again(ctx context.Context, payouts, movements []string) ([]Payout, []Transaction, error)
}

// Since limits a list: one of the fields is set.
type Since struct {
	ID     string `json:"id,omitempty"`     // this one and those after it
	From   string `json:"from,omitempty"`   // a time, RFC 3339
	Payout string `json:"payout,omitempty"` // movements of this payout
}

// News are the first pages.
type News struct {
	Payouts PayoutPage
	Balance BalancePage
}

// PayoutPage is a page of payouts. Next is "" on the last.
type PayoutPage struct {
	Payouts []Payout
	Next    string
}

// BalancePage is a page of movements. Next is "" on the last.
type BalancePage struct {
	Movements []Transaction
	Next      string
}
