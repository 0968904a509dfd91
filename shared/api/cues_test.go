package api_test

import (
	"context"
	"fmt"
	"testing"

	"backroom/shared/api"
	"backroom/shared/issue"
	"backroom/shared/record"
	"backroom/shared/shipments"
	"backroom/shared/table"
)

// asked counts the reads of a table.
type asked struct {
	table.Table
	n int
}

func (a *asked) Get(ctx context.Context, k table.Key) (table.Item, error) {
	a.n++
	return a.Table.Get(ctx, k)
}

func (a *asked) Query(ctx context.Context, q table.Query) (table.Page, error) {
	a.n++
	return a.Table.Query(ctx, q)
}

func (a *asked) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	a.n++
	return a.Table.Index(ctx, q)
}

// TestCues: what needs somebody is counted by one query each, whatever the size of the
// shop, and is not any more once it is solved.
func TestCues(t *testing.T) {
	r := newRig(t)
	r.stage()
	write := func(op table.Op) {
		t.Helper()
		if err := r.host.Table.Write(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	cues := func() api.Cues {
		t.Helper()
		return into[api.Cues](t, r.want(200, "GET", "/v1/shops/acme/cues", ""))
	}
	was := cues()
	for n := range 300 {
		i := issue.Issue{Shop: "acme", Kind: "refund", Record: fmt.Sprint(n), Name: "x", Reason: "refund-account-missing", FirstSeen: r.Now(), LastSeen: r.Now()}
		op, err := r.host.Issues.Put(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		write(op)
		s := record.Put(table.Key{PK: "SHOP#acme#SHIP", SK: fmt.Sprint("5001#S", n)}, 1, shipments.Record{State: shipments.Open}, table.Always)
		s.Item.Index2 = table.IndexKey{PK: "SHOP#acme#SHIP#OPEN", SK: fmt.Sprint(n)}
		write(s)
	}
	c := cues()
	if c.Records["refund"] != 300 || c.Issues["refund-account-missing"] != 300 || c.Shipments != shipments.MaxCounted || c.More {
		t.Errorf("%+v", c)
	}
	for n := range 300 {
		write(issue.Clear("acme", "refund", fmt.Sprint(n)))
		write(table.Delete(table.Key{PK: "SHOP#acme#SHIP", SK: fmt.Sprint("5001#S", n)}, table.Always))
	}
	if c := cues(); c.Records["refund"] != 0 || c.Shipments != was.Shipments || len(c.Issues) != len(was.Issues) {
		t.Errorf("solved: %+v, at first %+v", c, was)
	}
}

// TestCuesAreOneQueryEach: the reads do not grow with what there is.
func TestCuesAreOneQueryEach(t *testing.T) {
	r := newRig(t)
	r.stage()
	a := &asked{Table: r.host.Table}
	reads := func() int {
		t.Helper()
		a.n = 0
		orders := *r.host.Orders
		orders.Table = a
		if _, err := orders.Counts(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := (&issue.Store{Table: a}).Counts(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		if _, err := (&shipments.Store{Table: a}).Open(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		return a.n
	}
	few := reads()
	for n := range 50 {
		i := issue.Issue{Shop: "acme", Kind: "order", Record: fmt.Sprint(n), Name: "x", Reason: "order-unreadable", FirstSeen: r.Now(), LastSeen: r.Now()}
		op, err := r.host.Issues.Put(t.Context(), i)
		if err == nil {
			err = r.host.Table.Write(t.Context(), op)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if many := reads(); many != few || few > 9 {
		t.Errorf("%d reads at first, %d with more", few, many)
	}
}
