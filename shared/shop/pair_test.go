package shop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/shop"
	"backroom/shared/table"
)

func connected(code, domain, company string) shop.Shop {
	c := shop.Shop{Code: code, ConnectedAt: time.Unix(0, 0)}
	c.Domain = domain
	c.Company = shop.Company{Tenant: "contoso.com", Environment: "Production", ID: company}
	return c
}

const (
	companyA = "7a1e6e4c-0000-0000-0000-00000000c001"
	companyB = "7a1e6e4c-0000-0000-0000-00000000c002"
)

// meeting lets each transaction wait until as many of them as meet are about to be
// written: all have read before any writes.
type meeting struct {
	table.Table
	mu   sync.Mutex
	meet int
	all  chan struct{}
}

func (m *meeting) Write(ctx context.Context, ops ...table.Op) error {
	m.mu.Lock()
	if m.meet--; m.meet == 0 {
		close(m.all)
	}
	m.mu.Unlock()
	<-m.all
	return m.Table.Write(ctx, ops...)
}

// Two operators who connect one shop and company under two codes in the same
// moment: one of them is refused, and only one is connected.
func TestTwoCodesInTheSameMoment(t *testing.T) {
	const several = 4
	m := &meeting{Table: memory.NewTable(time.Now), meet: several, all: make(chan struct{})}
	s := &shop.Store{Table: m}
	errs := make([]error, several)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Connect(t.Context(), shop.Held{}, connected(fmt.Sprintf("code-%d", i), "acme.myshopify.com", strings.ToUpper(companyA)))
		})
	}
	wg.Wait()
	codes, err := s.Shops(t.Context())
	if err != nil || len(codes) != 1 {
		t.Errorf("connected are %q, %v", codes, err)
	}
	for i, err := range errs {
		taken, ok := errors.AsType[*shop.TakenError](err)
		if won := len(codes) == 1 && codes[0] == fmt.Sprintf("code-%d", i); won != (err == nil) || !won && (!ok || taken.By != codes[0]) {
			t.Errorf("code-%d: %v", i, err)
		}
	}
}

// The same where the pair was another code's, whose card has gone elsewhere: its
// item is taken over by one of them.
func TestTwoCodesTakeAPairOver(t *testing.T) {
	const several = 4
	m := &meeting{Table: memory.NewTable(time.Now), meet: 1, all: make(chan struct{})}
	s := &shop.Store{Table: m}
	gone := connected("gone", "acme.myshopify.com", companyA)
	if err := s.Connect(t.Context(), shop.Held{}, gone); err != nil {
		t.Fatal(err)
	}
	gone.Company.ID = companyB
	if err := s.Put(t.Context(), gone); err != nil { // as a release does that knows of no pairs
		t.Fatal(err)
	}
	m.meet, m.all = several, make(chan struct{})
	errs := make([]error, several)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Connect(t.Context(), shop.Held{}, connected(fmt.Sprintf("code-%d", i), "acme.myshopify.com", companyA))
		})
	}
	wg.Wait()
	if codes, err := s.Shops(t.Context()); err != nil || len(codes) != 2 {
		t.Errorf("connected are %q, %v; %v", codes, err, errs)
	}
}

// Two changes of one card in the same moment: the later one is told, and takes
// nothing back that the other has set.
func TestTwoChangesInTheSameMoment(t *testing.T) {
	m := &meeting{Table: memory.NewTable(time.Now), meet: 1, all: make(chan struct{})}
	s := &shop.Store{Table: m}
	if err := s.Connect(t.Context(), shop.Held{}, connected("acme", "acme.myshopify.com", companyA)); err != nil {
		t.Fatal(err)
	}
	was, err := s.Hold(t.Context(), "acme")
	if err != nil || !was.Stored() {
		t.Fatalf("%+v, %v", was, err)
	}
	m.meet, m.all = 2, make(chan struct{})
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			c := was.Card
			c.TimeZone = fmt.Sprint(i)
			errs[i] = s.Connect(t.Context(), was, c)
		})
	}
	wg.Wait()
	got, err := s.Get(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	for i, err := range errs {
		if won := got.TimeZone == fmt.Sprint(i); won != (err == nil) || !won && !errors.Is(err, shop.ErrChanged) {
			t.Errorf("change %d: %v; stored is %q", i, err, got.TimeZone)
		}
	}
}

func TestPairs(t *testing.T) {
	s := &shop.Store{Table: memory.NewTable(time.Now)}
	connect := func(c shop.Shop) error {
		was, err := s.Hold(t.Context(), c.Code)
		if err != nil {
			t.Fatal(err)
		}
		return s.Connect(t.Context(), was, c)
	}
	// A card of an earlier release has no item of its pair.
	if err := s.Put(t.Context(), connected("old", "old.myshopify.com", companyA)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		card shop.Shop
		by   string // who has the pair; "" is taken
	}{
		{"first", connected("a", "acme.myshopify.com", companyA), ""},
		{"again", connected("a", "acme.myshopify.com", companyA), ""},
		{"a second code", connected("b", "acme.myshopify.com", companyA), "a"},
		{"a second code in other letters", connected("b", "ACME.myshopify.com", strings.ToUpper(companyA)), "a"},
		{"a second code of an earlier release's card", connected("b", "old.myshopify.com", companyA), "old"},
		{"another company", connected("b", "acme.myshopify.com", companyB), ""},
		{"into the company of another", connected("b", "acme.myshopify.com", companyA), "a"},
		{"away", connected("a", "acme2.myshopify.com", companyA), ""},
		{"into what is free again", connected("b", "acme.myshopify.com", companyA), ""},
		{"into what is free again, too", connected("c", "acme.myshopify.com", companyB), ""},
		{"back into what is taken by now", connected("a", "acme.myshopify.com", companyA), "b"},
		{"the earlier release's card again", connected("old", "old.myshopify.com", companyA), ""},
		{"and a second code of it", connected("d", "old.myshopify.com", companyA), "old"},
	} {
		err := connect(tt.card)
		taken, ok := errors.AsType[*shop.TakenError](err)
		if (err == nil) != (tt.by == "") || err != nil && (!ok || taken.By != tt.by || taken.Code != tt.card.Code) {
			t.Errorf("%s: %v, want taken by %q", tt.name, err, tt.by)
		}
	}
	// A pair whose card was moved by an earlier release, which knows no pairs, is free.
	if err := s.Put(t.Context(), connected("b", "moved.myshopify.com", companyB)); err != nil {
		t.Fatal(err)
	}
	if err := connect(connected("a", "acme.myshopify.com", companyA)); err != nil {
		t.Errorf("left behind: %v", err)
	}
}
