package shopify

import (
	"fmt"
	"slices"
	"time"

	"backroom/infra/sim/shopify/data"
)

// payments is what a shop has of Shopify Payments.
type payments struct {
	*data.Payments

	// added is since when something is there: lists with a query show it later.
	added map[int64]time.Time
}

// Scopes of Shopify Payments.
const (
	accountsScope = "read_shopify_payments_accounts"
	payoutsScope  = "read_shopify_payments_payouts"
	disputesScope = "read_shopify_payments_disputes"
)

// paymentsDenied refuses roots of Shopify Payments to an app that may not read them.
// The account is refused although payouts may be read (3).
func (x *execution) paymentsDenied(name string) error {
	switch {
	case name == "shopifyPaymentsAccount" && !x.shop.has(accountsScope) && !x.shop.has("read_shopify_payments"):
		return denied(name, accountsScope)
	case name == "disputes" && !x.shop.has(disputesScope) && !x.shop.has("read_shopify_payments"):
		return denied(name, disputesScope)
	}
	return nil
}

// listed are those of all that a list shows: with a query what the index knows.
func listed[T any](x *execution, args map[string]any, all []T, id func(T) int64) []T {
	if asString(args["query"]) == "" || x.shop.lag == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(e T) bool {
		return x.shop.payments.added[id(e)].After(x.now.Add(-x.shop.lag))
	})
}

// add notes that something is there from now on. The caller holds the lock.
func (s *Shop) add(id *int64, now time.Time) {
	if *id == 0 {
		*id = s.next()
	}
	if s.payments.added == nil {
		s.payments.added = map[int64]time.Time{}
	}
	s.payments.added[*id] = now
	if s.payments.Payments == nil {
		s.payments.Payments = &data.Payments{ID: 1, Currency: s.info.Currency}
	}
}

// AddPayout adds a payout and numbers it if need be.
func (s *Shop) AddPayout(p *data.Payout) *data.Payout {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.srv.cfg.Now()
	s.add(&p.ID, now)
	if p.IssuedAt.IsZero() {
		p.IssuedAt = now.UTC().Truncate(time.Second)
	}
	s.payments.Payouts = append(s.payments.Payouts, p)
	return p
}

// AddBalance adds movements of the balance, and numbers them if need be.
func (s *Shop) AddBalance(ts ...*data.BalanceTransaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.srv.cfg.Now()
	for _, t := range ts {
		s.add(&t.ID, now)
		if t.At.IsZero() {
			t.At = now.UTC().Truncate(time.Second)
		}
		s.payments.Balance = append(s.payments.Balance, t)
	}
}

// AddDispute adds a dispute and numbers it if need be.
func (s *Shop) AddDispute(d *data.Dispute) *data.Dispute {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.srv.cfg.Now()
	s.add(&d.ID, now)
	if d.InitiatedAt.IsZero() {
		d.InitiatedAt = now.UTC().Truncate(time.Second)
	}
	s.payments.Disputes = append(s.payments.Disputes, d)
	return d
}

// Balance are all movements of the balance, in the order in which they were added.
func (s *Shop) Balance() []*data.BalanceTransaction {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.payments.Payments == nil {
		return nil
	}
	return slices.Clone(s.payments.Balance)
}

// UpdatePayout changes a copy of a payout by f.
func (s *Shop) UpdatePayout(id int64, f func(*data.Payout)) error {
	return amend(s, "payout", id, func(p *data.Payments) []*data.Payout { return p.Payouts }, func(p *data.Payout) int64 { return p.ID }, f)
}

// UpdateBalance changes a copy of a movement of the balance by f.
func (s *Shop) UpdateBalance(id int64, f func(*data.BalanceTransaction)) error {
	return amend(s, "balance transaction", id, func(p *data.Payments) []*data.BalanceTransaction { return p.Balance }, func(t *data.BalanceTransaction) int64 { return t.ID }, f)
}

// UpdateDispute changes a copy of a dispute by f.
func (s *Shop) UpdateDispute(id int64, f func(*data.Dispute)) error {
	return amend(s, "dispute", id, func(p *data.Payments) []*data.Dispute { return p.Disputes }, func(d *data.Dispute) int64 { return d.ID }, f)
}

func amend[T any](s *Shop, what string, id int64, all func(*data.Payments) []*T, of func(*T) int64, f func(*T)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.payments.Payments != nil {
		for i, e := range all(s.payments.Payments) {
			if of(e) == id {
				c := *e
				f(&c)
				all(s.payments.Payments)[i] = &c
				return nil
			}
		}
	}
	return fmt.Errorf("shopify: no %s %d in %s", what, id, s.info.Domain)
}
