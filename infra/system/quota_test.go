package system_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	bc "backroom/shared/businesscentral"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/memory"
	"backroom/shared/shop"
	shopifyclient "backroom/shared/shopify"
	"backroom/shared/sqlite"
	"backroom/shared/table"
	"backroom/shared/wiring"
)

const (
	loadTime    = 2 * time.Minute
	restoreRate = 50.0 // points a second of either shop
	bucketSize  = 1000.0
	// A grant may be spent 5 s after it was given, so that much more than an
	// application's budget of 1,000 and 15 a second comes in any half of a minute.
	operationsAtMost = 1000 + 15*35
)

// quotas are two shops, whose companies are in one environment, and how they are
// reached. Their clock is that of a synctest bubble.
type quotas struct {
	shopify *shopify.Server
	bc      *businesscentral.Server
	cards   []shop.Shop
}

func newQuotas(t *testing.T) *quotas {
	t.Helper()
	q := &quotas{}
	var shops []*data.Data
	var companies []*businesscentral.Data
	for _, code := range []string{"one", "two"} {
		d := data.Bulk(time.Now(), 1)
		d.Shop.Domain = code + ".myshopify.com"
		shops, companies = append(shops, d), append(companies, businesscentral.Cronus(code))
	}
	var err error
	if q.shopify, err = shopify.New(shopify.Config{Now: time.Now, Shops: shops, Latency: 100 * time.Millisecond, Rate: restoreRate, Max: bucketSize}); err != nil {
		t.Fatal(err)
	}
	if q.bc, err = businesscentral.New(businesscentral.Options{
		Now: time.Now, Companies: companies, Overhead: 50 * time.Millisecond, Read: time.Millisecond,
		Limits: businesscentral.Limits{Requests: operationsAtMost, Window: 30 * time.Second, Running: 4, Queued: 1},
	}); err != nil {
		t.Fatal(err)
	}
	for i, d := range shops {
		code, _, _ := strings.Cut(d.Shop.Domain, ".")
		q.cards = append(q.cards, shop.Shop{Code: code, Domain: d.Shop.Domain, Company: shop.Company{ID: q.bc.Companies()[i].ID(), Tenant: "contoso.com", Environment: "Production"}})
	}
	return q
}

// options are those of a program on a table.
func (q *quotas) options(t table.Table) wiring.Options {
	return wiring.Options{
		Table: t, Now: time.Now,
		Shopify: func(card shop.Shop) (shopifyclient.Config, error) {
			return shopifyclient.Config{
				Domain: card.Domain, App: "app", Tokens: shopifyclient.StaticToken{Secret: shopifyclient.Secret(q.shopify.Shop(card.Domain).IssueToken())},
				HTTP: &http.Client{Transport: q.shopify.Transport()},
			}, nil
		},
		BC: func(card shop.Shop) (bc.Config, error) {
			return bc.Config{
				BaseURL: "https://bc.test/v2.0", Tenant: card.Company.Tenant, Environment: card.Company.Environment, CompanyID: card.Company.ID,
				ClientID: "backroom", ClientSecret: "secret", TokenURL: "https://bc.test/contoso.com/oauth2/v2.0/token", HTTP: q.bc.Transport(),
			}, nil
		},
	}
}

// load has four programs for each shop, each on the table that next gives it, ask as
// much of both sides as they may.
func (q *quotas) load(t *testing.T, next func() table.Table) {
	t.Helper()
	ctx := t.Context()
	end := time.Now().Add(loadTime)
	var wg sync.WaitGroup
	again := func(f func() error) {
		wg.Go(func() {
			for time.Now().Before(end) {
				err := f()
				if err != nil && fault.KindOf(err) != fault.Throttled {
					t.Error(err)
					return
				}
				time.Sleep(min(fault.RetryAfter(err), 5*time.Second)) // as the message comes back
			}
		})
	}
	none := make([]documents.Ref, 50)
	for i := range none {
		none[i].ID = fmt.Sprintf("00000000-0000-0000-0000-%012d", i)
	}
	for _, card := range q.cards {
		order := fmt.Sprint(q.shopify.Shop(card.Domain).Orders()[0].ID)
		for range 4 {
			o := q.options(next())
			sc, err := o.ConnectShopify(card)
			if err != nil {
				t.Fatal(err)
			}
			target, err := o.ConnectBC(card)
			if err != nil {
				t.Fatal(err)
			}
			again(func() error {
				_, err := sc.Orders.Orders(ctx, []string{order}) // costs as much as fifty
				return err
			})
			again(func() error { // 50 operations, all of which find nothing
				_, err := target.ReadDocuments(ctx, none)
				return err
			})
		}
	}
	wg.Wait()
}

// Programs that share a table share what the two sides allow, on either engine:
// however much they ask, nothing is refused, and hardly anything is left unused.
// Programs with tables of their own are refused, or this would prove nothing.
func TestOneBudgetForEachQuota(t *testing.T) {
	for _, tt := range []struct {
		name   string
		open   func(t *testing.T) func() table.Table
		shared bool
	}{
		{"in memory", func(*testing.T) func() table.Table {
			one := memory.NewTable(time.Now)
			return func() table.Table { return one }
		}, true},
		{"embedded", func(t *testing.T) func() table.Table {
			t.Helper()
			db, err := sqlite.Open(context.WithoutCancel(t.Context()), filepath.Join(t.TempDir(), "data.db"), sqlite.WithNow(time.Now))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			return func() table.Table { return db.Table() }
		}, true},
		{"each of its own", func(*testing.T) func() table.Table {
			return func() table.Table { return memory.NewTable(time.Now) }
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newQuotas(t)
				q.load(t, tt.open(t))
				sh, b := q.shopify.Meter(), q.bc.Meters()
				points := float64(sh.Charged) / (2 * (0.9*bucketSize + restoreRate*loadTime.Seconds()))
				operations := float64(b.Inner) / (1000 + 15*loadTime.Seconds())
				t.Logf("Shopify: %d requests, %d throttled, %.0f %% of the points; Business Central: %d requests, %d throttled, %.0f %% of the operations",
					sh.Requests, sh.Throttled, 100*points, b.Outer, b.Throttled, 100*operations)
				if !tt.shared {
					if sh.Throttled == 0 || b.Throttled == 0 {
						t.Error("nothing was throttled: the load is too small to prove anything")
					}
					return
				}
				if sh.Throttled > 0 || b.Throttled > 0 {
					t.Error("throttled, and nothing should be")
				}
				if points < 0.9 || operations < 0.9 {
					t.Error("less than 90 % of a quota is used")
				}
			})
		})
	}
}
