package businesscentral

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"backroom/shared/fault"
	"backroom/shared/record"
	"backroom/shared/table"
)

// localLedger keeps the ledger in this process.
type localLedger struct {
	limits Limits
	mu     sync.Mutex
	g      State
}

// NewLocalLedger is a ledger for an application that only this process uses.
func NewLocalLedger(l Limits) Ledger { return &localLedger{limits: l} }

func (l *localLedger) Take(_ context.Context, now time.Time, ask Ask) (Grant, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var g Grant
	l.g, g = l.g.Take(l.limits, now, ask)
	return g, nil
}

func (l *localLedger) Free(_ context.Context, slot string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.g = l.g.Free(slot)
	return nil
}

// ledgerTries bounds how often a write that lost a race is repeated.
const ledgerTries = 8

// tableLedger keeps the ledger as one item that is only replaced in the
// version it was read. A write of unknown outcome is repeated: at worst some
// operations are charged twice.
type tableLedger struct {
	table  table.Table
	key    table.Key
	limits Limits
}

// NewTableLedger is a ledger that processes share through t, under a key that
// names tenant, environment and client id. One write a grant, one more when a
// long request ends.
func NewTableLedger(t table.Table, key string, l Limits) Ledger {
	return &tableLedger{table: t, key: table.Key{PK: "BCBUDGET#" + key, SK: "LEDGER"}, limits: l}
}

func (l *tableLedger) Take(ctx context.Context, now time.Time, ask Ask) (Grant, error) {
	var g Grant
	err := l.change(ctx, func(was State) (State, bool) {
		var after State
		after, g = was.Take(l.limits, now, ask)
		// A plain wait changes nothing but the clock; credit must be kept.
		return after, g.Wait <= 0 || ask.Credit > 0 || len(after.Slots) != len(was.Slots)
	})
	return g, err
}

func (l *tableLedger) Free(ctx context.Context, slot string) error {
	return l.change(ctx, func(was State) (State, bool) {
		after := was.Free(slot)
		return after, len(after.Slots) != len(was.Slots)
	})
}

func (l *tableLedger) change(ctx context.Context, f func(State) (State, bool)) error {
	var err error
	for range ledgerTries {
		var was State
		cond := table.Absent
		var it table.Item
		if it, err = l.table.Get(ctx, l.key); err == nil {
			cond = table.VersionIs(it.Version)
			if record.Decode(it.Data, 1, &was) != nil {
				was = State{} // a newer or broken form: starting full is the lesser harm
			}
		} else if !errors.Is(err, table.ErrNotFound) {
			break
		}
		after, write := f(was)
		if !write {
			return nil
		}
		var data []byte
		if data, err = record.Encode(1, after); err != nil {
			break
		}
		err = l.table.Write(ctx, table.Put(table.Item{Key: l.key, Data: data}, cond))
		if err == nil {
			return nil
		}
		if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrUnknown) {
			break
		}
	}
	return &fault.Error{Op: "businesscentral.Budget", Kind: fault.Transient, Err: fmt.Errorf("budget in the table: %w", err)}
}
