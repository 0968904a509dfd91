package shopify

import (
	"context"
	"fmt"
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/record"
	"backroom/shared/table"
)

func TestAccountGrant(t *testing.T) {
	full := func(has float64) Bucket { return Bucket{Max: 1000, Available: has, At: t0} } // restores nothing: sums are plain
	mine, other := holding{50, t0.Add(time.Second)}, holding{200, t0.Add(4 * time.Second)}
	over := holding{50, t0} // its time ends now
	for _, tt := range []struct {
		name  string
		has   float64
		held  map[string]holding
		ask   Ask
		grant float64 // 0: it has to wait
		left  float64
	}{
		{"enough above the reserve", 300, nil, Ask{Need: 200}, 200, 100},
		{"not into the reserve", 300, nil, Ask{Need: 201}, 0, 300},
		{"what is left of a grant comes back", 280, map[string]holding{"me": mine}, Ask{Need: 200, Returned: 20}, 200, 100},
		{"never more than was granted", 280, map[string]holding{"me": mine}, Ask{Need: 200, Returned: 900}, 200, 130},
		{"nothing when its time is over", 280, map[string]holding{"me": over}, Ask{Need: 200, Returned: 20}, 0, 280},
		{"nothing without a grant", 280, nil, Ask{Need: 200, Returned: 20}, 0, 280},
		{"requests that were dearer are paid for", 310, map[string]holding{"me": mine}, Ask{Need: 200, Returned: -20}, 0, 290},
		{"also when the grant is over", 310, map[string]holding{"me": over}, Ask{Need: 200, Returned: -20}, 0, 290},
		{"an answer shows less than was thought", 900, nil, Ask{Need: 200, Seen: Status{Max: 1000, Available: 250, At: t0}}, 0, 250},
		{"an answer does not show more", 280, nil, Ask{Need: 200, Seen: Status{Max: 1000, Available: 900, At: t0}}, 0, 280},
		{"what others hold is not free", 900, map[string]holding{"other": other}, Ask{Need: 200, Seen: Status{Max: 1000, Available: 490, At: t0}}, 0, 290},
		{"what others held is, when its time is over", 900, map[string]holding{"other": over}, Ask{Need: 200, Seen: Status{Max: 1000, Available: 490, At: t0}}, 200, 290},
		{"a smaller plan shows at once", 900, nil, Ask{Need: 200, Seen: Status{Max: 500, Available: 400, At: t0}}, 200, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.ask.Holder, tt.ask.Now = "me", t0
			after, g, err := account{full(tt.has), tt.held}.grant(tt.ask)
			if err != nil || g.Points != tt.grant || (g.Wait > 0) != (tt.grant == 0) || after.Bucket.Available != tt.left {
				t.Errorf("%+v, %v, %v left; want %v, %v left", g, err, after.Bucket.Available, tt.grant, tt.left)
			}
		})
	}
}

// asked notes what a purse asks and gives it what it needs, and 100 more.
type asked struct{ asks []Ask }

func (a *asked) Grant(_ context.Context, ask Ask) (Grant, error) {
	a.asks = append(a.asks, ask)
	return Grant{Points: ask.Need + 100, Until: ask.Now.Add(grantLife)}, nil
}

// asking is a purse without an allowance.
func asking(g Grants, now func() time.Time) *purse {
	p := newPurse(g, "me", now)
	p.allowance = 0
	return p
}

// paid takes points, and answers with the grant that they are from.
func paid(t *testing.T, p *purse, cost float64) (grantNo int) {
	t.Helper()
	wait, no, err := p.take(t.Context(), cost)
	if err != nil || wait != 0 {
		t.Fatalf("take(%v): wait %v, %v", cost, wait, err)
	}
	return no
}

func TestPurseGivesBackWhatIsLeftOfItsGrant(t *testing.T) {
	for _, tt := range []struct {
		name string
		more float64 // that is taken after the first 10
		then func(p *purse)
		back float64
	}{
		{"untouched", 0, func(*purse) {}, 100},
		{"a request that was cheaper", 0, func(p *purse) { p.settle(1, 10, 4, Status{}) }, 106},
		{"a request that was dearer", 0, func(p *purse) { p.settle(1, 10, 130, Status{}) }, -20},
		{"spent", 60, func(*purse) {}, 40},
		{"a late answer of a grant before", 150, func(p *purse) { p.settle(1, 10, 4, Status{}) }, 100},
		{"nothing is left at Shopify", 0, func(p *purse) { p.empty() }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &asked{}
			p := asking(a, func() time.Time { return t0 })
			paid(t, p, 10)
			paid(t, p, tt.more)
			tt.then(p)
			paid(t, p, 900)
			if got := a.asks[len(a.asks)-1].Returned; got != tt.back {
				t.Errorf("given back %v, want %v", got, tt.back)
			}
		})
	}
}

func TestPurseKeepsNothingBeyondItsTime(t *testing.T) {
	now, a := t0, &asked{}
	p := asking(a, func() time.Time { return now })
	paid(t, p, 10)
	now = now.Add(grantLife)
	paid(t, p, 10)
	if len(a.asks) != 2 || a.asks[1].Returned != 0 {
		t.Errorf("asked %+v; want a second grant, and nothing given back", a.asks)
	}
}

// What an answer shows as free is not, as far as other requests of ours are
// still to be charged for it.
func TestPurseSeesItsOwnRequests(t *testing.T) {
	a := &asked{}
	p := asking(a, func() time.Time { return t0 })
	first := paid(t, p, 60)
	for range 3 {
		paid(t, p, 20)
	}
	p.settle(first, 60, 50, Status{Max: 1000, Available: 700, Rate: 50, At: t0})
	paid(t, p, 500)
	if got := a.asks[1].Seen; got != (Status{Max: 1000, Available: 640, Rate: 50, At: t0}) {
		t.Errorf("seen %+v, want 640 of 700 points: 60 are still to be charged", got)
	}
}

// What a run spends that finds nothing to do is not asked for, what more it spends
// is, and then the account is told of both.
func TestPurseAllowance(t *testing.T) {
	now, a := t0, &asked{}
	p := newPurse(a, "me", func() time.Time { return now })
	spend := func(cost, charged float64) {
		t.Helper()
		p.settle(paid(t, p, cost), cost, charged, Status{})
	}
	for _, step := range []struct {
		name          string
		after         time.Duration
		cost, charged float64
		asks          int
		returned      float64
	}{
		{"within the allowance", 0, 10, 10, 0, 0},
		{"of which comes back what was not used", 0, 13, 2, 0, 0},
		{"beyond it, with what was spent of it", 0, 14, 14, 1, -12},
		{"of the grant", 0, 10, 10, 1, 0},
		{"once a minute, whenever the grant ends", grantLife, 14, 14, 2, 0},
		{"again in the next minute", allowanceTime, 25, 25, 2, 0},
		{"and no more in that", 0, 1, 1, 3, -25},
		{"what a minute ago was spent without asking is forgotten", allowanceTime, 20, 20, 3, 0},
		{"and not told", allowanceTime, 26, 26, 4, 0},
	} {
		now = now.Add(step.after)
		spend(step.cost, step.charged)
		if len(a.asks) != step.asks {
			t.Fatalf("%s: asked %d times, want %d", step.name, len(a.asks), step.asks)
		}
		if step.returned != 0 && a.asks[step.asks-1].Returned != step.returned {
			t.Errorf("%s: given back %v, want %v", step.name, a.asks[step.asks-1].Returned, step.returned)
		}
	}
	now = now.Add(allowanceTime)
	p.empty()
	if paid(t, p, 1); len(a.asks) != 5 {
		t.Error("Shopify said that nothing is left, and the allowance is spent")
	}
}

// A grant whose write is in doubt counts as taken, and what came back with it
// comes back once.
func TestGrantInDoubt(t *testing.T) {
	for _, returned := range []float64{30, -30} {
		for _, written := range []bool{false, true} {
			now := t0
			tab := &doubtful{Table: memory.NewTable(func() time.Time { return now }), written: written}
			g := NewGrantsInTable(tab, "my-shop.myshopify.com", "app")
			if _, err := g.Grant(t.Context(), Ask{Holder: "me", Now: now, Need: 100}); err != nil {
				t.Fatal(err)
			}
			before := available(t, tab, g.account.Key)
			tab.doubt = true
			got, err := g.Grant(t.Context(), Ask{Holder: "me", Now: now, Need: 100, Returned: returned})
			if most := before + min(returned, 0) - got.Points; err != nil || available(t, tab, g.account.Key) > most {
				t.Errorf("%v given back, written %v: %v points left, %v; want %v at most", returned, written, available(t, tab, g.account.Key), err, most)
			}
		}
	}
}

// doubtful is a table whose next write, once doubt is set, has an unknown outcome.
type doubtful struct {
	table.Table
	doubt, written bool
}

func (d *doubtful) Write(ctx context.Context, ops ...table.Op) error {
	if !d.doubt {
		return d.Table.Write(ctx, ops...)
	}
	d.doubt = false
	if d.written {
		if err := d.Table.Write(ctx, ops...); err != nil {
			return err
		}
	}
	return fmt.Errorf("lost: %w", table.ErrUnknown)
}

func available(t *testing.T, tab table.Table, k table.Key) float64 {
	t.Helper()
	it, err := tab.Get(t.Context(), k)
	var c account
	if err == nil {
		err = record.Decode(it.Data, 1, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c.Bucket.Available
}
