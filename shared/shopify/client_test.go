package shopify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Khan/genqlient/graphql"

	"backroom/shared/fault"
	"backroom/shared/record"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/shoptest"
	"backroom/shared/usage"
)

var twoOrders = shoptest.OK(10, 10, shoptest.Obj{"ordersCount": shoptest.Obj{"count": 2, "precision": "EXACT"}})

func count(ctx context.Context, c *Client) (int, error) {
	r, err := gql.OrdersCount(ctx, c.Read("OrdersCount"), nil, 100)
	if err != nil {
		return 0, err
	}
	return r.OrdersCount.Count, nil
}

func TestReadsAreRepeated(t *testing.T) {
	down := shoptest.Answer{Status: 503, Body: "<html>", Header: map[string]string{"Content-Type": "text/html"}}
	denied := shoptest.Answer{Status: 403, Body: `{"errors":"Forbidden"}`}
	tests := []struct {
		name     string
		answers  []shoptest.Answer
		want     fault.Kind
		requests int
		min, max time.Duration
	}{
		{"good at once", []shoptest.Answer{twoOrders}, "", 1, 0, 0},
		{"down once", []shoptest.Answer{down, twoOrders}, "", 2, 0, time.Second},
		{"down for long", []shoptest.Answer{down}, fault.Transient, 3, 0, 3 * time.Second},
		{"connection lost", []shoptest.Answer{{Err: errors.New("reset")}, twoOrders}, "", 2, 0, time.Second},
		{"throttled once", []shoptest.Answer{shoptest.Throttled(10, 0), twoOrders}, "", 2, time.Second, 5 * time.Second},
		{"throttled for ever", []shoptest.Answer{shoptest.Throttled(10, 0)}, fault.Throttled, 3, 2 * time.Second, 5 * time.Second},
		{"throttled for longer than we wait", []shoptest.Answer{shoptest.Throttled(900, 0)}, fault.Throttled, 1, 0, 0},
		{"edge throttle", []shoptest.Answer{{Status: 429, Header: map[string]string{"Retry-After": "2"}}, twoOrders}, "", 2, 2 * time.Second, 3 * time.Second},
		{"refused", []shoptest.Answer{denied}, fault.Blocked, 1, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := shoptest.New(t)
				f.On["OrdersCount"] = shoptest.InTurn(tt.answers...)
				c := client(f)
				ctx, used := usage.Begin(t.Context())
				start := time.Now()
				n, err := count(ctx, c)
				if fault.KindOf(err) != tt.want || err == nil && n != 2 {
					t.Errorf("%d, %v, want kind %q", n, err, tt.want)
				}
				if got := time.Since(start); got < tt.min || got > tt.max {
					t.Errorf("took %v, want %v to %v", got, tt.min, tt.max)
				}
				if got := len(f.Ops()); got != tt.requests || used.Count().ShopifyRequests != tt.requests {
					t.Errorf("%d requests, %d counted, want %d", got, used.Count().ShopifyRequests, tt.requests)
				}
			})
		})
	}
}

func TestWritesAreRepeatedOnlyIfNothingRan(t *testing.T) {
	done := shoptest.OK(10, 10, shoptest.Obj{"o0": shoptest.Obj{"order": shoptest.Obj{"id": "gid://shopify/Order/1", "updatedAt": t0.Add(time.Minute)}, "userErrors": []any{}}})
	tests := []struct {
		name   string
		writes []shoptest.Answer
		want   fault.Kind
		sent   int
	}{
		{"throttled", []shoptest.Answer{shoptest.Throttled(10, 0), done}, "", 2},
		{"edge throttle", []shoptest.Answer{{Status: 429, Header: map[string]string{"Retry-After": "1"}}, done}, "", 2},
		{"down", []shoptest.Answer{{Status: 502}, done}, fault.Unknown, 1},
		{"answer lost", []shoptest.Answer{{Err: errors.New("reset")}, done}, fault.Unknown, 1},
		{"answer cut short", []shoptest.Answer{{Body: `{"data":{`}, done}, fault.Unknown, 1},
		{"internal error", []shoptest.Answer{{Body: `{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`}, done}, fault.Unknown, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := shoptest.New(t)
				f.On[shoptest.SetOperation] = shoptest.InTurn(tt.writes...)
				c := client(f)
				var data map[string]any
				req := &graphql.Request{OpName: shoptest.SetOperation, Query: "mutation " + shoptest.SetOperation}
				err := c.Send(t.Context(), c.Do(Call{Op: req.OpName, Write: true}), req, 10, &data)
				if fault.KindOf(err) != tt.want {
					t.Errorf("%v, want kind %q", err, tt.want)
				}
				if got := len(f.Ops()); got != tt.sent {
					t.Errorf("sent %d times, want %d", got, tt.sent)
				}
			})
		})
	}
}

func TestPointsAreWaitedFor(t *testing.T) {
	poor := shoptest.Answer{Body: strings.Replace(twoOrders.Body, `"currentlyAvailable":1990`, `"currentlyAvailable":100`, 1)}
	synctest.Test(t, func(t *testing.T) {
		f := shoptest.New(t)
		f.On["OrdersCount"] = shoptest.InTurn(poor, twoOrders)
		c := client(f)
		ctx, used := usage.Begin(t.Context())
		for range 2 {
			if _, err := count(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		// The first grant still pays for some; then 200 of 2000 are left for others.
		for range 40 {
			if _, err := count(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		if used.Count() != (usage.Count{ShopifyRequests: 42, ShopifyPoints: 420}) {
			t.Errorf("spent %+v", used.Count())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := shoptest.New(t)
		c := client(f, func(c *Config) {
			c.Budget = fixedGrants{Grant{Wait: 6 * time.Second}}
		})
		c.purse.allowance = 0
		start := time.Now()
		_, err := count(t.Context(), c)
		if fault.KindOf(err) != fault.Throttled || fault.RetryAfter(err) != 6*time.Second || time.Since(start) != 0 || len(f.Ops()) != 0 {
			t.Errorf("%v after %v and %v, want a wait of 6s given back at once", err, time.Since(start), f.Ops())
		}
	})
	synctest.Test(t, func(t *testing.T) { // a wait that would end after the deadline is not begun
		f := shoptest.New(t)
		c := client(f, func(c *Config) { c.Budget = fixedGrants{Grant{Wait: 3 * time.Second}} })
		c.purse.allowance = 0
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := count(ctx, c); fault.KindOf(err) != fault.Throttled || time.Since(start) != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// fixedGrants always answers the same.
type fixedGrants struct{ grant Grant }

func (f fixedGrants) Grant(context.Context, Ask) (Grant, error) { return f.grant, nil }

func TestTooDearForTheBucket(t *testing.T) {
	f := shoptest.New(t)
	c := client(f, func(c *Config) {
		c.Budget = &SharedGrants{record.Shared[account]{Here: account{Bucket: Bucket{Max: 5, At: t0}}}}
	})
	c.purse.allowance = 0
	_, err := count(t.Context(), c)
	if fault.KindOf(err) != fault.Bug || !errors.Is(err, ErrTooDear) {
		t.Errorf("%v", err)
	}
}

func TestUnauthorizedRenewsTheTokenOnce(t *testing.T) {
	unauthorized := shoptest.Answer{Status: 401, Body: `{"errors":"[API] Invalid API key or access token"}`}
	for _, tt := range []struct {
		name     string
		answers  []shoptest.Answer
		want     fault.Kind
		requests int
	}{
		{"the new token is good", []shoptest.Answer{unauthorized, twoOrders}, "", 2},
		{"the new one is refused too", []shoptest.Answer{unauthorized}, fault.Blocked, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := shoptest.New(t)
				f.On["OrdersCount"] = shoptest.InTurn(tt.answers...)
				g := &grantServer{t: t, answer: good}
				c := client(f, func(c *Config) { c.Tokens = g.source() })
				ctx, used := usage.Begin(t.Context())
				_, err := count(ctx, c)
				if fault.KindOf(err) != tt.want || len(f.Ops()) != tt.requests || g.asked != 2 || used.Count().ShopifyRequests != tt.requests {
					t.Errorf("%v after %d requests and %d tokens", err, len(f.Ops()), g.asked)
				}
			})
		})
	}
	t.Run("a static token", func(t *testing.T) {
		f := shoptest.New(t)
		f.On["OrdersCount"] = shoptest.InTurn(unauthorized)
		_, err := count(t.Context(), client(f))
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Blocked || f.Merchant == "" {
			t.Errorf("%#v", err)
		}
	})
}

func TestNothingSecretIsLogged(t *testing.T) {
	var buf bytes.Buffer
	f := shoptest.New(t)
	old := twoOrders
	old.Header = map[string]string{"X-Shopify-API-Version": "2025-10", "X-Shopify-API-Deprecated-Reason": "https://shopify.dev"}
	f.On["OrdersCount"] = shoptest.InTurn(old)
	c := client(f, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(&buf, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	for range 3 {
		if _, err := count(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(buf.String(), "another API version"); got != 1 {
		t.Errorf("the version is complained of %d times, want 1: %s", got, buf.String())
	}
	if strings.Contains(buf.String()+fmt.Sprintf("%+v", c.tokens), "shpat_test") {
		t.Errorf("the token shows: %s", buf.String())
	}
}

func TestAnswerTooLarge(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrdersCount"] = shoptest.InTurn(shoptest.Answer{Body: `{"data":"` + strings.Repeat("x", maxAnswerBytes) + `"}`})
	c := client(f, func(c *Config) { c.Wait = func(context.Context, time.Duration) error { return nil } })
	if _, err := count(t.Context(), c); !errors.Is(err, errTooLarge) {
		t.Errorf("%v, want too large", err)
	}
}

func TestRequestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := shoptest.New(t)
		f.On["OrdersCount"] = func(shoptest.Request) shoptest.Answer { return shoptest.Answer{Err: context.DeadlineExceeded} }
		_, err := count(t.Context(), client(f))
		if fault.KindOf(err) != fault.Transient || !errors.Is(err, errNoAnswer) {
			t.Errorf("%v", err)
		}
	})
}

// Many goroutines share one client; the bucket is never overdrawn.
func TestConcurrentUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop := &shopBucket{max: 2000, level: 2000, rate: 100, at: time.Now()}
		var mu sync.Mutex
		f := shoptest.New(t)
		f.On["OrdersCount"] = func(shoptest.Request) shoptest.Answer {
			mu.Lock()
			defer mu.Unlock()
			shop.advance(time.Now())
			if shop.level < 10 {
				t.Errorf("throttled at %v points", shop.level)
				return shoptest.Throttled(10, int(shop.level))
			}
			shop.level -= 10
			return shoptest.Answer{Body: strings.Replace(twoOrders.Body, `"currentlyAvailable":1990`, fmt.Sprintf(`"currentlyAvailable":%d`, int(shop.level)), 1)}
		}
		c := client(f)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 60 {
					if _, err := count(t.Context(), c); err != nil && fault.KindOf(err) != fault.Throttled {
						t.Error(err)
					}
					time.Sleep(150 * time.Millisecond)
				}
			})
		}
		wg.Wait()
		if n := len(f.Ops()); n < 200 {
			t.Errorf("only %d requests in %v", n, time.Since(shop.at))
		}
	})
}

// The API's own figure for a document replaces ours.
func TestCostIsLearnt(t *testing.T) {
	f := shoptest.New(t)
	f.On["OrdersCount"] = shoptest.InTurn(shoptest.OK(40, 25, shoptest.Obj{"ordersCount": shoptest.Obj{"count": 2, "precision": "EXACT"}}))
	c := client(f)
	ctx, used := usage.Begin(t.Context())
	if _, err := count(ctx, c); err != nil {
		t.Fatal(err)
	}
	if got := c.costs.of("OrdersCount"); got != 40 {
		t.Errorf("cost %v, want 40", got)
	}
	if got := used.Count(); got != (usage.Count{ShopifyRequests: 1, ShopifyPoints: 25}) {
		t.Errorf("spent %+v", got)
	}
	if !slices.Equal(f.Ops(), []string{"OrdersCount"}) {
		t.Errorf("%v", f.Ops())
	}
}

// What was never sent is neither counted nor paid.
func TestNoTokenNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := shoptest.New(t)
		g := &grantServer{t: t, answer: func(int) (int, string, error) { return 503, "", nil }}
		c := client(f, func(c *Config) { c.Tokens = g.source() })
		ctx, used := usage.Begin(t.Context())
		if _, err := count(ctx, c); fault.KindOf(err) != fault.Transient || g.asked != readTries {
			t.Errorf("%v after %d tries", err, g.asked)
		}
		if got := used.Count(); got != (usage.Count{}) {
			t.Errorf("spent %+v", got)
		}
	})
}
