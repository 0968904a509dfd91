package businesscentral

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"backroom/shared/clock"
	"backroom/shared/fault"
)

const (
	grantTime = 5 * time.Second // a grant covers about as long, unused parts go back
	maxInside = 5 * time.Second // longer waits give the message back
	slotPoll  = 250 * time.Millisecond
	busyWait  = 15 * time.Second // longest RetryAfter for want of a slot
)

var errOverBudget = errors.New("the application's share of BC's limits is used up")

// Budget keeps an application within its limits. BC counts per application, so
// all clients of one (tenant, environment, client id) must share one, also
// over processes: see [NewBudgets] and [NewTableLedger].
type Budget interface {
	// Acquire waits, at most 5 s, until a request of ops operations may start
	// that is expected to run for hold; release is called when it ended. If
	// it would take longer the error is fault.Throttled and says when to come back.
	Acquire(ctx context.Context, ops int, hold time.Duration) (release func(), err error)
	// Pause holds new requests back for d, because BC asked for it.
	Pause(d time.Duration)
}

// Ledger keeps the [State] of one application. Safe for concurrent use.
type Ledger interface {
	Take(ctx context.Context, now time.Time, ask Ask) (Grant, error)
	Free(ctx context.Context, slot string) error
}

// BudgetOptions has usable zero values.
type BudgetOptions struct {
	Now     func() time.Time                                 // default time.Now
	Wait    func(ctx context.Context, d time.Duration) error // default on real time
	MaxWait time.Duration                                    // longest wait inside Acquire; default 5 s
}

// budget spends grants of a ledger. A slot is kept for grantTime after its
// request, so that short requests in a row cost one write to the ledger.
type budget struct {
	ledger Ledger
	o      BudgetOptions

	mu     sync.Mutex
	spare  int       // operations granted and not used,
	fresh  time.Time // usable until then, afterwards credited with the next Take
	slots  map[string]*slot
	paused time.Time
}

type slot struct {
	until time.Time
	busy  bool
}

// NewBudget makes a budget of this process on a ledger.
func NewBudget(ledger Ledger, o BudgetOptions) Budget {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = clock.Wait
	}
	if o.MaxWait <= 0 {
		o.MaxWait = maxInside
	}
	return &budget{ledger: ledger, o: o, slots: map[string]*slot{}}
}

func (b *budget) Acquire(ctx context.Context, ops int, hold time.Duration) (func(), error) {
	hold = min(max(hold, grantTime), CallTimeout)
	for waited := time.Duration(0); ; {
		id, g, err := b.try(ctx, ops, hold)
		if err != nil {
			return nil, fmt.Errorf("budget: %w", err)
		}
		if g.Wait <= 0 {
			return sync.OnceFunc(func() { b.release(context.WithoutCancel(ctx), id) }), nil
		}
		wait := g.Wait
		if g.Busy {
			wait = min(wait, slotPoll)
		}
		if waited+wait > b.o.MaxWait {
			after := g.Wait
			if g.Busy {
				after = min(after, busyWait)
			}
			return nil, &fault.Error{
				Op: "businesscentral.Budget", Kind: fault.Throttled, RetryAfter: after,
				Err: fmt.Errorf("%w: %d operations would have to wait %v", errOverBudget, ops, g.Wait.Round(time.Millisecond)),
			}
		}
		if err := b.o.Wait(ctx, wait); err != nil {
			return nil, &fault.Error{Op: "businesscentral.Budget", Kind: fault.Transient, Err: err}
		}
		waited += wait
	}
}

// try takes what is at hand, else asks the ledger. The lock is held meanwhile:
// two requests of a process share one grant instead of asking twice.
func (b *budget) try(ctx context.Context, ops int, hold time.Duration) (string, Grant, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.o.Now()
	if wait := b.paused.Sub(now); wait > 0 {
		return "", Grant{Wait: wait}, nil
	}
	id := ""
	for k, s := range b.slots {
		if s.busy {
			continue
		}
		if !s.until.After(now) {
			delete(b.slots, k)
			continue
		}
		id = k
	}
	if id != "" && ops <= b.spare && now.Before(b.fresh) && !b.slots[id].until.Before(now.Add(hold-grantTime)) {
		b.spare -= ops
		b.slots[id].busy = true
		return id, Grant{Operations: ops}, nil
	}
	if id == "" {
		id = uuid.NewString()
	}
	g, err := b.ledger.Take(ctx, now, Ask{
		Operations: ops, Credit: b.spare, Slot: id, Hold: hold,
	})
	if err != nil {
		return "", Grant{}, err
	}
	b.spare = 0 // credited, also when it has to wait
	if g.Wait > 0 {
		delete(b.slots, id) // a refused ask gave the slot back
		return "", g, nil
	}
	b.spare, b.fresh = g.Operations-ops, now.Add(grantTime)
	b.slots[id] = &slot{until: now.Add(hold), busy: true}
	return id, g, nil
}

// release keeps the slot for the next request if it ends soon anyway, else
// gives it back. If that fails it ends by itself.
func (b *budget) release(ctx context.Context, id string) {
	b.mu.Lock()
	s := b.slots[id]
	now := b.o.Now()
	keep := s == nil || !s.until.After(now.Add(grantTime))
	if s != nil {
		s.busy = false
	}
	if !keep {
		delete(b.slots, id)
	}
	b.mu.Unlock()
	if keep {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, grantTime)
	defer cancel()
	_ = b.ledger.Free(ctx, id) // without it the slot ends by itself
}

func (b *budget) Pause(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until := b.o.Now().Add(d); until.After(b.paused) {
		b.paused = until
	}
}

// Budgets holds one budget per application, made when it is first asked for.
type Budgets struct {
	open func(key string) Ledger
	o    BudgetOptions

	mu  sync.Mutex
	all map[string]Budget
}

// NewBudgets makes budgets whose ledgers open gives, for example
//
//	func(key string) Ledger { return NewTableLedger(table, key, Limits{}) }
func NewBudgets(open func(key string) Ledger, o BudgetOptions) *Budgets {
	return &Budgets{open: open, o: o, all: map[string]Budget{}}
}

// For is the budget that all clients with these credentials share, whose letters
// are compared without regard to case.
func (b *Budgets) For(tenant, environment, clientID string) Budget {
	key := strings.ToLower(fmt.Sprintf("%q %q %q", tenant, environment, clientID))
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all[key] == nil {
		b.all[key] = NewBudget(b.open(key), b.o)
	}
	return b.all[key]
}
