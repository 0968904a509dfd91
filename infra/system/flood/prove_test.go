package flood

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	bc "backroom/shared/businesscentral"
	"backroom/shared/completeness"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/shop"
	shopifyclient "backroom/shared/shopify"
	"backroom/shared/table"
	"backroom/shared/testclock"
	"backroom/shared/testsize"
	"backroom/shared/wiring"
)

// sides are the two simulators with a flood.
type sides struct {
	shop    *shopify.Server
	company *businesscentral.Server
}

func simulate(f *Flood, now func() time.Time, latency time.Duration, wait func(context.Context, time.Duration) error) (sides, error) {
	d := data.Sample(now())
	d.Orders, d.Flood = nil, f
	s, err := shopify.New(shopify.Config{Now: now, Sleep: wait, Latency: latency, Shops: []*data.Data{d}})
	if err != nil {
		return sides{}, err
	}
	c, err := businesscentral.New(businesscentral.Options{Now: now, Sleep: wait})
	if err == nil {
		c.Companies()[0].SetFlood(f)
	}
	return sides{s, c}, err
}

// prover runs the proof of a shop, without a queue. Its guard takes every lease.
type prover struct {
	tb    testing.TB
	wired wiring.Wired
	table table.Table
	now   func() time.Time
	wait  func(context.Context, time.Duration) error
}

func (p *prover) Write(ctx context.Context, _ jobqueue.Lease, ops ...table.Op) error {
	return p.table.Write(ctx, ops...)
}

func (p *prover) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	return l, false, nil
}

func (p *prover) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// ways are how the two sides are reached.
type ways struct {
	shop       shopifyclient.Config
	bc         bc.Config
	domain, id string // of the shop and of the company
}

func newProver(tb testing.TB, f *Flood, w ways, now func() time.Time, wait func(context.Context, time.Duration) error) *prover {
	tb.Helper()
	p := &prover{tb: tb, table: memory.NewTable(now), now: now, wait: wait}
	p.wired = wiring.Tasks(wiring.Options{
		Table: p.table, Jobs: p, Now: now, Wait: wait,
		Shopify: func(shop.Shop) (shopifyclient.Config, error) { return w.shop, nil },
		BC:      func(shop.Shop) (bc.Config, error) { return w.bc, nil },
	})
	card, err := shop.Shop{
		Code: "flood", Domain: w.domain, Enabled: true, Currency: "EUR", TimeZone: "UTC", ConnectedAt: f.From,
		Company: shop.Company{Tenant: w.bc.Tenant, Environment: w.bc.Environment, ID: w.id, LCY: "EUR"},
	}.With(orders.OrderSettings{ImportFrom: f.From, RefundsAndReturns: orders.BookRefunds})
	if err == nil {
		err = p.wired.Cards.Put(tb.Context(), card)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// prove runs the proof to its end.
func (p *prover) prove(parameters string) (sum jobqueue.Counts, note string) {
	p.tb.Helper()
	r, ok := p.wired.Tasks.Get(completeness.TaskName)
	if !ok {
		p.tb.Fatal("there is no such task")
	}
	q := jobqueue.Request{Shop: "flood", Parameters: []byte(parameters)}
	for {
		q.Deadline = p.now().Add(13 * time.Minute)
		res, err := r.Task.Run(p.tb.Context(), q)
		sum.Read, sum.Failed, sum.Unchanged, sum.Skipped = sum.Read+res.Counts.Read, sum.Failed+res.Counts.Failed, sum.Unchanged+res.Counts.Unchanged, sum.Skipped+res.Counts.Skipped
		sum.Requests, sum.Points = sum.Requests+res.Counts.Requests, sum.Points+res.Counts.Points
		switch {
		case fault.KindOf(err) == fault.Throttled:
			if err := p.wait(p.tb.Context(), fault.RetryAfter(err)); err != nil {
				p.tb.Fatal(err)
			}
		case err != nil:
			p.tb.Fatal(err)
		case res.Done:
			return sum, res.Progress.Note
		}
		if len(res.Checkpoint) > 0 {
			q.Checkpoint = res.Checkpoint
		}
	}
}

// said is what the proof says, by order.
func (p *prover) said() map[string]string {
	p.tb.Helper()
	is, err := p.wired.Issues.List(p.tb.Context(), "flood")
	if err != nil {
		p.tb.Fatal(err)
	}
	out := map[string]string{}
	for _, i := range is {
		id, _, _ := strings.Cut(i.Record, "-")
		out[id] = string(i.Reason)
	}
	return out
}

// wanted is what it has to say of a flood.
func wanted(f *Flood) map[string]string {
	says := map[Wrong]string{
		Lost: "proof-order-not-known", Doubled: "proof-document-doubled", Total: "proof-total-differs", Tax: "proof-tax-differs",
		Unbooked: "proof-refund-without-memo", Unsent: "proof-shipment-not-fulfilled",
	}
	out := map[string]string{}
	for i, wrong := range f.Wrongs {
		out[fmt.Sprint(ID(i))] = says[wrong]
	}
	return out
}

// inProcess are the ways to simulators of this process, on a clock that waiting moves.
func inProcess(t *testing.T, f *Flood) *prover {
	t.Helper()
	clock := testclock.New(f.From.Add(time.Duration(f.N)*f.Every + 3*time.Hour))
	s, err := simulate(f, clock.Now, 0, clock.Wait)
	if err != nil {
		t.Fatal(err)
	}
	w := ways{
		domain: "sample.myshopify.com", id: s.company.Companies()[0].ID(),
		shop: shopifyclient.Config{
			Domain: "sample.myshopify.com", Tokens: shopifyclient.StaticToken{Secret: shopifyclient.Secret(s.shop.Shop("").IssueToken())},
			HTTP: &http.Client{Transport: s.shop.Transport()},
		},
		bc: bc.Config{
			BaseURL: "https://bc.test/v2.0", Tenant: "contoso.com", Environment: "Production", CompanyID: s.company.Companies()[0].ID(),
			ClientID: "backroom", ClientSecret: "secret", TokenURL: "https://bc.test/contoso.com/oauth2/v2.0/token", HTTP: s.company.Transport(),
		},
	}
	return newProver(t, f, w, clock.Now, clock.Wait)
}

// Over both wires, in pages and by exports, each order with something wrong is named,
// and none that is sound; what it costs is within the bars.
func TestFloodIsProved(t *testing.T) {
	for _, tt := range []struct {
		name         string
		days, n, bad int
		points       float64 // an order
	}{
		{"pages", 3, 3_000, 30, 0.2},
		{"exports", 4, 12_000, 12, 0.03},
	} {
		if tt.n > 10_000 && testsize.Race { // it is one process that does one thing after the other
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			f := New(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), tt.days, tt.n, tt.bad)
			p := inProcess(t, f)
			counts, note := p.prove(`{"days":30}`)
			if got, want := p.said(), wanted(f); !maps.Equal(got, want) {
				t.Errorf("%v\nwant %v", got, want)
			}
			if counts.Read != tt.n || counts.Failed != tt.bad || counts.Unchanged != tt.n-tt.bad {
				t.Errorf("%+v; %s", counts, note)
			}
			if each := float64(counts.Points) / float64(tt.n); each > tt.points {
				t.Errorf("%v points an order", each)
			}
		})
	}
}
