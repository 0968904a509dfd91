package receipts

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Order is what was paid of an order, and what has become of it. Fields of an older item
// have working zero values.
type Order struct {
	record.Rest

	Shop    string `json:"-"`
	ID      string `json:"-"`
	Version int64  `json:"-"` // 0: not stored

	Name     string    `json:"name"`
	SeenAt   time.Time `json:"seenAt,omitzero"` // its update time, when it was read
	Payments []Payment `json:"payments"`        // that have succeeded, in the order of their times
	Returned money.Bag `json:"returned"`        // what was paid back, change included
	Refunds  []Payment `json:"refunds,omitempty"`
	Lines    []*Line   `json:"lines,omitempty"`

	// Trouble is the reason of the issue that it has, "" for none; it is looked at again
	// at NotBefore.
	Trouble   string    `json:"trouble,omitempty"`
	NotBefore time.Time `json:"notBefore,omitzero"`
	// SaidUntil is how long it is said that a line is gone.
	SaidUntil time.Time    `json:"saidUntil,omitzero"`
	Tries     int          `json:"tries,omitempty"`
	Log       outbound.Log `json:"log,omitempty"`
}

// Payment is a transaction that has captured money, or paid it back.
type Payment struct {
	ID      string    `json:"id"`
	Gateway string    `json:"gateway"`
	At      time.Time `json:"at"`
	Amount  money.Bag `json:"amount"` // rounded as it was paid
	// Of is the payment that a refund is of; "": it is not known, or this is no refund.
	Of string `json:"of,omitempty"`
}

// Stage is how far a line is. Its text is stored.
type Stage string

// The stages.
const (
	Creating  Stage = "creating"  // it was sent
	Suggested Stage = "suggested" // it is in its batch
	Booked    Stage = "booked"    // the ledger has it
	Gone      Stage = "gone"      // a person has deleted it
)

// Line is a part of a payment that pays an invoice, or of a refund.
type Line struct {
	Payment string          `json:"payment"`
	Back    bool            `json:"back,omitempty"` // it pays back: a line of the general journal
	Number  string          `json:"number"`         // of its document, its alone
	Account string          `json:"account"`
	Invoice string          `json:"invoice"`
	Amount  decimal.Decimal `json:"amount"` // in Currency, positive
	// Currency is the invoice's.
	Currency string `json:"currency"`
	Date     string `json:"date"`
	Stage    Stage  `json:"stage"`
	// SentAt is when it was sent, by this host's clock, SentThere by the other side's.
	SentAt    time.Time `json:"sentAt,omitzero"`
	SentThere time.Time `json:"sentThere,omitzero"`
}

// open reports whether something may still become of a line.
func (l *Line) open() bool { return l.Stage == Creating || l.Stage == Suggested }

// letters are behind the numbers of a payment's lines; the first line has none.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Number is the document number of a payment's line n, from 0: at most 20 characters, of
// which the id is never cut. n is below 26.
func Number(payment string, n int) string {
	tail := ""
	if n > 0 {
		tail = letters[n : n+1]
	}
	for _, prefix := range []string{"PAY-", "P-"} {
		if len(prefix)+len(payment)+len(tail) <= 20 {
			return prefix + payment + tail
		}
	}
	return payment + tail
}

// batchOf is the batch of a shop's payments that balances on an account, or the one of its
// refunds, whose lines balance by themselves.
func batchOf(shop string, l *Line) Batch {
	if l.Back {
		sum := sha256.Sum256([]byte(shop))
		return Batch{Back: true, Code: "RB" + base32.StdEncoding.EncodeToString(sum[:])[:7] + "X", Name: fmt.Sprintf("Refunds of %.60s", shop)}
	}
	account := l.Account
	sum := sha256.Sum256([]byte(shop + "/" + account))
	return Batch{Account: account, Code: "RC" + base32.StdEncoding.EncodeToString(sum[:])[:7] + "X", Name: fmt.Sprintf("Payments of %.60s on %s", shop, account)}
}

// in is an amount in a currency; false: Shopify does not say it in that one.
func in(b money.Bag, currency string) (decimal.Decimal, bool) {
	for _, a := range []money.Amount{b.Shop, b.Presentment} {
		if a.Currency == currency {
			return a.Value, true
		}
	}
	return decimal.Zero, b.Shop.Currency == ""
}

// take has o be paid as it was read to be, and reports whether that is new. wanted are
// payments and refunds since the day that the card says. One that is stored stays,
// whatever day the card says since: its lines are there, and without it they would seem
// to be too many. What is given back of a payment from before the day concerns no line:
// whoever has booked that payment books its refund.
func (o *Order) take(read Order, wanted func(Payment) bool) bool {
	before := slices.DeleteFunc(slices.Clone(read.Payments), func(p Payment) bool {
		return wanted(p) || slices.ContainsFunc(o.Payments, func(was Payment) bool { return was.ID == p.ID })
	})
	read.Refunds = slices.DeleteFunc(slices.Clone(read.Refunds), func(r Payment) bool {
		theirs := slices.ContainsFunc(before, func(p Payment) bool { return p.ID == r.Of })
		if theirs {
			read.Returned = without(read.Returned, r.Amount)
		}
		return theirs
	})
	since := func(ps, stored []Payment) []Payment {
		return slices.DeleteFunc(slices.Clone(ps), func(p Payment) bool {
			return !wanted(p) && !slices.ContainsFunc(stored, func(was Payment) bool { return was.ID == p.ID })
		})
	}
	read.Payments, read.Refunds = since(read.Payments, o.Payments), since(read.Refunds, o.Refunds)
	if o.Version == 0 && len(read.Payments) == 0 || o.Version > 0 && read.same(*o) {
		return false
	}
	o.Name, o.SeenAt, o.Payments, o.Refunds, o.Returned = read.Name, read.SeenAt, read.Payments, read.Refunds, read.Returned
	return true
}

// same reports whether o has been paid as was.
func (o Order) same(was Order) bool {
	return o.Name == was.Name && equal(o.Returned, was.Returned) && slices.EqualFunc(o.Payments, was.Payments, Payment.equal) && slices.EqualFunc(o.Refunds, was.Refunds, Payment.equal)
}

func (p Payment) equal(q Payment) bool {
	return p.ID == q.ID && p.Gateway == q.Gateway && p.At.Equal(q.At) && equal(p.Amount, q.Amount)
}

// without is a less b, which is in the same currencies.
func without(a, b money.Bag) money.Bag {
	a.Shop.Value, a.Presentment.Value = a.Shop.Value.Sub(b.Shop.Value), a.Presentment.Value.Sub(b.Presentment.Value)
	return a
}

func equal(a, b money.Bag) bool {
	one := func(a, b money.Amount) bool { return a.Currency == b.Currency && a.Value.Equal(b.Value) }
	return one(a.Shop, b.Shop) && one(a.Presentment, b.Presentment)
}

// waits reports whether a line may still be posted.
func (o Order) waits() bool { return slices.ContainsFunc(o.Lines, (*Line).open) }

// schema of everything stored here: 1, since the first release.
const schema = 1

// Store keeps what was paid. Safe for concurrent use.
type Store struct{ Table table.Table }

func keyOf(shop, id string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#RECEIPT", SK: id}
}

func openKey(shop, id string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#RECEIPTOPEN", SK: id}
}

// Get reads what was paid of an order; one that is not stored has Version 0. Errors:
// those of the table.
func (s *Store) Get(ctx context.Context, shop, id string) (*Order, error) {
	o := &Order{Shop: shop, ID: id}
	var err error
	if o.Version, err = record.Get(ctx, s.Table, keyOf(shop, id), schema, o); err != nil {
		return nil, fmt.Errorf("receipts: order %s of %s: %w", id, shop, err)
	}
	return o, nil
}

// mark says when an order of which something is left to do is looked at again.
type mark struct {
	ID        string    `json:"-"`
	NotBefore time.Time `json:"notBefore,omitzero"`
	Trouble   string    `json:"trouble,omitempty"`
}

// open lists orders of which something is left to do, by their ids.
func (s *Store) open(ctx context.Context, shop string) (ms []mark, err error) {
	for it, err := range table.All(ctx, s.Table, table.Query{PK: openKey(shop, "").PK}) {
		if err != nil {
			return nil, fmt.Errorf("receipts of %s: %w", shop, err)
		}
		m := mark{ID: it.SK}
		if err := record.Decode(it.Data, schema, &m); err != nil {
			return nil, fmt.Errorf("receipts: order %s of %s: %w", it.SK, shop, err)
		}
		ms = append(ms, m)
	}
	return ms, nil
}

// ops store an order, and whether something of it is left to do.
func (o *Order) ops(open bool) []table.Op {
	m := table.Delete(openKey(o.Shop, o.ID), table.Always)
	if open {
		m = record.Put(openKey(o.Shop, o.ID), schema, &mark{NotBefore: o.NotBefore, Trouble: o.Trouble}, table.Always)
	}
	return []table.Op{record.Put(keyOf(o.Shop, o.ID), schema, o, table.AsRead(o.Version)), m}
}

// called is the order as people call it.
func (o Order) called() string { return "order " + strings.TrimSpace(o.Name) }
