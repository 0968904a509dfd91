package businesscentral

import (
	"context"
	"fmt"
	"time"

	"backroom/shared/fault"
	"backroom/shared/record"
	"backroom/shared/table"
)

// ledger keeps the state as one value that is only replaced as it was read. A write
// of unknown outcome is repeated: at worst some operations are charged twice.
type ledger struct {
	limits Limits
	state  record.Shared[State]
}

// NewLocalLedger is a ledger for an application that only this process uses.
func NewLocalLedger(l Limits) Ledger { return &ledger{limits: l} }

// ledgerTries bounds how often a write that lost a race is repeated.
const ledgerTries = 8

// NewTableLedger is a ledger that processes share through t, under a key that
// names tenant, environment and client id. One write a grant, one more when a
// long request ends.
func NewTableLedger(t table.Table, key string, l Limits) Ledger {
	item := table.Key{PK: "BCBUDGET#" + key, SK: "LEDGER"}
	return &ledger{limits: l, state: record.Shared[State]{Table: t, Key: item, Schema: 1, Tries: ledgerTries}}
}

func (l *ledger) Take(ctx context.Context, now time.Time, ask Ask) (g Grant, err error) {
	err = l.change(ctx, func(was State) (after State, write bool) {
		after, g = was.Take(l.limits, now, ask)
		// A plain wait changes nothing but the clock; credit must be kept.
		return after, g.Wait <= 0 || ask.Credit > 0 || len(after.Slots) != len(was.Slots)
	})
	return g, err
}

func (l *ledger) Free(ctx context.Context, slot string) error {
	return l.change(ctx, func(was State) (State, bool) {
		after := was.Free(slot)
		return after, len(after.Slots) != len(was.Slots)
	})
}

func (l *ledger) change(ctx context.Context, f func(State) (State, bool)) error {
	err := l.state.Change(ctx, time.Time{}, func(was State, _ error) (State, bool, error) {
		after, write := f(was)
		return after, write, nil
	})
	if err != nil {
		return &fault.Error{Op: "businesscentral.Budget", Kind: fault.Transient, Err: fmt.Errorf("budget in the table: %w", err)}
	}
	return nil
}
