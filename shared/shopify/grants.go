package shopify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
	"backroom/shared/record"
	"backroom/shared/table"
)

// How large a grant is, and how long it may be spent. Short enough that a task
// that ends takes little with it, long enough that a write to the table buys
// dozens of requests.
const (
	grantSpan = 3 * time.Second  // a grant is this many seconds of the restore rate
	grantLife = 10 * time.Second // then what is left of it is void
)

// A client that holds no grant spends this much once in a while without asking:
// a run that finds nothing to do writes nothing to the table. Eight clients of
// one shop spend the reserve of the smallest plan this way, at most.
const (
	allowance     = 25.0 // points
	allowanceTime = time.Minute
	noGrant       = -1 // in place of a grant's number
)

// Until an answer has told otherwise: the bucket of the smallest plan, half full.
var firstBucket = Bucket{Max: 2000, Available: 1000, Rate: 100}

// Status is the state of the bucket as an answer told it.
type Status struct {
	Max, Available, Rate float64
	At                   time.Time // when the answer arrived
}

// Ask is a request for points.
type Ask struct {
	Holder   string // who asks: one name per client
	Now      time.Time
	Need     float64 // at least this many
	Returned float64 // left of the grant before, which ends with this request; may be negative
	Seen     Status  // newest state seen since the last Ask; zero Max if none
}

// Grant is the answer: points to spend until Until, or, if Points is 0, how
// long to wait before asking again.
type Grant struct {
	Points float64
	Until  time.Time
	Wait   time.Duration
}

// Grants shares the bucket of one app and shop among the tasks of the shop.
// Points are given out in coarse grants, so that sharing costs one write for
// some seconds of work. All methods are safe for concurrent use.
type Grants interface {
	// Grant answers with at least a.Need points, or with a wait. Errors:
	// [ErrTooDear], or the store's own.
	Grant(ctx context.Context, a Ask) (Grant, error)
}

// account is what is shared: the bucket as we believe it is at the least, and
// who holds how much of it.
type account struct {
	Bucket  Bucket             `json:"bucket"`
	Holders map[string]holding `json:"holders,omitempty"`
}

type holding struct {
	Points float64   `json:"n"`
	Until  time.Time `json:"until"`
}

// grant decides a on the account. The law: as long as holders spend only what
// they were granted, in time, Shopify's bucket is never empty. It holds because
// Bucket.Available plus all that is held never exceeds what Shopify has.
func (c account) grant(a Ask) (account, Grant, error) {
	if c.Bucket.Max == 0 {
		c.Bucket = firstBucket
		c.Bucket.At = a.Now
	}
	// Refill before anything is released: while it was held, Shopify's bucket
	// may have been full and growing no more.
	b := c.Bucket.refill(a.Now)
	mine := c.Holders[a.Holder]
	holders := map[string]holding{}
	var held float64
	next := a.Now.Add(grantLife)
	for who, h := range c.Holders {
		if who == a.Holder || clock.Due(h.Until, a.Now, grantLife) {
			continue
		}
		holders[who] = h
		held += h.Points
		if h.Until.Before(next) {
			next = h.Until
		}
	}
	b.Held = held
	if a.Returned < 0 { // requests were dearer than what they were granted
		b.Available += a.Returned
	} else if a.Now.Before(mine.Until) {
		b.Available += min(a.Returned, mine.Points)
	}
	if s := a.Seen; s.Max > 0 {
		b.Max, b.Rate = s.Max, s.Rate
		b.Available = min(b.Available, s.Available+s.Rate*max(a.Now.Sub(s.At), 0).Seconds()-held)
	}
	b.Available = min(b.Available, max(b.Max-held, 0))

	want := a.Need
	if span := b.Rate * grantSpan.Seconds(); span > want && b.Available-reserve*b.Max >= 2*span {
		want = span
	}
	want = math.Ceil(want)
	after, wait, err := b.Take(a.Now, want)
	if err != nil {
		return c, Grant{}, err
	}
	if wait > 0 {
		// It cannot fill above what is held, so wait for the first grant to end.
		if blocked := want+reserve*b.Max > b.Max-held; blocked {
			wait = max(next.Sub(a.Now), time.Millisecond)
		}
		return account{after, holders}, Grant{Wait: wait}, nil
	}
	holders[a.Holder] = holding{want, a.Now.Add(grantLife)}
	after.Held = held + want
	return account{after, holders}, Grant{Points: want, Until: a.Now.Add(grantLife)}, nil
}

// SharedGrants shares a bucket through the table, one item per shop. The zero value
// shares it within this process.
type SharedGrants struct{ account record.Shared[account] }

var _ Grants = (*SharedGrants)(nil)

// grantTries bounds how often a grant is tried when others write at the same time.
const grantTries = 5

// NewGrantsInTable shares the bucket of app (the client id, or another name of
// the installation) and the shop with that domain.
func NewGrantsInTable(t table.Table, domain, app string) *SharedGrants {
	key := table.Key{PK: "SHOPIFY#" + domain, SK: "POINTS#" + app}
	return &SharedGrants{record.Shared[account]{Table: t, Key: key, Schema: 1, Tries: grantTries}}
}

// Grant implements Grants with one read and one conditional write. After a
// write whose outcome is unknown the points count as taken and it tries again.
func (g *SharedGrants) Grant(ctx context.Context, a Ask) (grant Grant, err error) {
	err = g.account.Change(ctx, a.Now.Add(24*time.Hour), func(was account, before error) (next account, write bool, err error) {
		if errors.Is(before, table.ErrUnknown) {
			// Stored or not, the grant before has ended and its rest is not ours.
			a.Returned = min(a.Returned, 0)
		}
		next, grant, err = was.grant(a)
		// A wait that has nothing to tell is nothing to remember.
		return next, grant.Points != 0 || a.Seen.Max != 0 || a.Returned != 0, err
	})
	switch {
	case err == nil:
		return grant, nil
	case errors.Is(err, table.ErrConflict), errors.Is(err, table.ErrUnknown):
		err = &fault.Error{
			Op: "shopify.Grant", Kind: fault.Throttled, Code: "GRANT_CONTENTION", RetryAfter: time.Second,
			Err: fmt.Errorf("point grant of %s, %d tries: %w", g.account.Key.PK, grantTries, err),
		}
	case !errors.Is(err, ErrTooDear):
		err = fmt.Errorf("shopify.Grant(%s): %w", g.account.Key.PK, err)
	}
	return Grant{}, err
}

// purse is a client's own share: the rest of its grant, and what it learnt from
// answers since it last asked.
type purse struct {
	grants  Grants
	holder  string
	now     func() time.Time
	lock    chan struct{} // held while asking; a channel so that waiting ends with ctx
	mu      sync.Mutex    // guards what follows
	points  float64
	until   time.Time
	grantNo int
	flying  float64 // charged to the purse, not yet answered
	seen    Status

	allowance float64   // points that each allowanceTime may be spent without a grant
	free      float64   // what is left of them
	unasked   float64   // points that were spent so, and that no Ask has told yet
	since     time.Time // the begin of the present allowanceTime
}

func newPurse(g Grants, holder string, now func() time.Time) *purse {
	return &purse{grants: g, holder: holder, now: now, lock: make(chan struct{}, 1), allowance: allowance}
}

// take takes cost points, of the grant, of the allowance or of a new grant. A
// wait > 0 means that there are none now; grantNo names the grant that the points
// are from, for settle.
func (p *purse) take(ctx context.Context, cost float64) (wait time.Duration, grantNo int, err error) {
	select {
	case p.lock <- struct{}{}:
		defer func() { <-p.lock }()
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
	now := p.now()
	p.mu.Lock()
	if !now.Before(p.until) {
		p.points = 0
	}
	if p.points >= cost {
		p.points -= cost
		p.flying += cost
		defer p.mu.Unlock()
		return 0, p.grantNo, nil
	}
	if now.Before(p.since) || now.Sub(p.since) >= allowanceTime {
		p.free, p.since = p.allowance, now
		p.unasked = 0 // restored by now, or seen by those who ask
	}
	if !now.Before(p.until) && cost <= p.free {
		p.free -= cost
		p.unasked += cost
		p.flying += cost
		defer p.mu.Unlock()
		return 0, noGrant, nil
	}
	ask := Ask{Holder: p.holder, Now: now, Need: cost, Returned: p.points - p.unasked, Seen: p.seen}
	p.points, p.unasked, p.seen = 0, 0, Status{}
	p.grantNo++
	p.mu.Unlock()

	g, err := p.grants.Grant(ctx, ask)
	if err != nil || g.Points == 0 {
		return g.Wait, 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.points, p.until = g.Points-cost, g.Until
	p.flying += cost
	return 0, p.grantNo, nil
}

// settle gives back what a request did not use of its cost, if the grant it was
// paid from is still the current one, and notes the state that its answer told.
func (p *purse) settle(grantNo int, cost, charged float64, seen Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flying -= cost
	switch grantNo {
	case p.grantNo:
		p.points += cost - charged
	case noGrant:
		p.free, p.unasked = p.free+cost-charged, max(p.unasked-(cost-charged), 0)
	}
	if seen.Max > 0 {
		// What other requests of ours still have to be charged is not free.
		seen.Available -= p.flying
		p.seen = seen
	}
}

// empty voids the grant and the allowance: Shopify said that there is nothing left.
func (p *purse) empty() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.points = 0
	p.free, p.since = 0, p.now()
}
