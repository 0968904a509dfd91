package shopify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backroom/shared/fault"
)

func TestSecretIsHidden(t *testing.T) {
	s := Secret("shpat_abc")
	js, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %+v %#v %s %q %v %s %s", s, s, s, s, s, StaticToken{s}, s.LogValue(), js)
	if strings.Contains(all, "abc") {
		t.Errorf("the secret shows: %s", all)
	}
	if Secret("").String() != "" {
		t.Error("no secret looks like one")
	}
}

// grantServer is Shopify's token endpoint.
type grantServer struct {
	t      *testing.T
	mu     sync.Mutex
	asked  int
	answer func(n int) (status int, body string, err error)
}

func (g *grantServer) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("grant_type") != "client_credentials" || form.Get("client_id") != "id" || form.Get("client_secret") != "sec" || r.URL.Path != "/admin/oauth/access_token" {
		g.t.Errorf("%s %s with %d fields: not the client credentials grant", r.Method, r.URL, len(form))
	}
	g.mu.Lock()
	g.asked++
	n := g.asked
	g.mu.Unlock()
	status, text, err := g.answer(n)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"3"}}, Body: io.NopCloser(strings.NewReader(text))}, nil
}

func good(n int) (status int, body string, err error) {
	return 200, fmt.Sprintf(`{"access_token":"tok%d","scope":"read_orders","expires_in":86399}`, n), nil
}

func (g *grantServer) source() *ClientCredentials {
	g.t.Helper()
	c, err := NewClientCredentials("my-shop.myshopify.com", "", "id", Secret("sec"), &http.Client{Transport: g}, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return c
}

func TestClientCredentialsRenewEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grantServer{t: t, answer: good}
		c := g.source()
		for _, step := range []struct {
			wait time.Duration
			want string
		}{
			{0, "tok1"},
			{24*time.Hour - 6*time.Minute, "tok1"},
			{time.Minute, "tok2"},
		} {
			time.Sleep(step.wait)
			if got, err := c.Token(t.Context()); err != nil || got.Reveal() != step.want {
				t.Errorf("after %v: %s, %v, want %s", step.wait, got.Reveal(), err, step.want)
			}
		}
	})
}

func TestClientCredentialsAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grantServer{t: t}
		g.answer = func(n int) (int, string, error) {
			time.Sleep(time.Second)
			return good(n)
		}
		c := g.source()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if got, err := c.Token(t.Context()); err != nil || got.Reveal() != "tok1" {
					t.Errorf("%s, %v", got.Reveal(), err)
				}
			})
		}
		wg.Wait()
		if g.asked != 1 {
			t.Errorf("asked %d times for 20 callers", g.asked)
		}
	})
}

func TestClientCredentialsForcedRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grantServer{t: t, answer: good}
		c := g.source()
		first, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		second, err := c.Refresh(t.Context(), first)
		if err != nil || second == first {
			t.Fatalf("%s, %v", second.Reveal(), err)
		}
		if again, err := c.Refresh(t.Context(), first); err != nil || again != second || g.asked != 2 {
			t.Errorf("a caller with the old token got %s, %v after %d requests", again.Reveal(), err, g.asked)
		}
		if _, err := c.Refresh(t.Context(), second); fault.KindOf(err) != fault.Blocked || g.asked != 2 {
			t.Errorf("a second refresh within the minute: %v after %d requests", err, g.asked)
		}
		time.Sleep(time.Minute)
		if third, err := c.Refresh(t.Context(), second); err != nil || third.Reveal() != "tok3" {
			t.Errorf("a minute later: %s, %v", third.Reveal(), err)
		}
	})
}

func TestClientCredentialsFaults(t *testing.T) {
	tests := []struct {
		name     string
		status   int
		body     string
		err      error
		kind     fault.Kind
		merchant string
	}{
		{"uninstalled", 400, `{"error":"app_not_installed"}`, nil, fault.Blocked, "install it again"},
		{"another organisation", 400, `{"error":"shop_not_permitted"}`, nil, fault.Blocked, "organisation"},
		{"wrong secret", 401, `{"error":"invalid_client"}`, nil, fault.Blocked, "connect the shop again"},
		{"throttled", 429, ``, nil, fault.Throttled, ""},
		{"down", 503, `<html>`, nil, fault.Transient, ""},
		{"no connection", 0, ``, errors.New("reset"), fault.Transient, ""},
		{"HTML as a good answer", 200, `<html>`, nil, fault.Transient, ""},
		{"no token inside", 200, `{}`, nil, fault.Transient, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := &grantServer{t: t, answer: func(int) (int, string, error) { return tt.status, tt.body, tt.err }}
			_, err := g.source().Token(t.Context())
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Kind != tt.kind || !strings.Contains(f.Merchant, tt.merchant) {
				t.Errorf("%#v, want %s and %q", err, tt.kind, tt.merchant)
			}
			if strings.Contains(fmt.Sprint(err), "sec") {
				t.Errorf("the secret shows: %v", err)
			}
		})
	}
}

// While renewing fails for a passing cause, the old token is good to its end.
func TestClientCredentialsOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grantServer{t: t}
		g.answer = func(n int) (int, string, error) {
			if n > 1 {
				return 503, "", nil
			}
			return good(n)
		}
		c := g.source()
		if _, err := c.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24*time.Hour - 2*time.Minute)
		if got, err := c.Token(t.Context()); err != nil || got.Reveal() != "tok1" {
			t.Errorf("%s, %v, want the old token", got.Reveal(), err)
		}
		time.Sleep(2 * time.Minute)
		if _, err := c.Token(t.Context()); fault.KindOf(err) != fault.Transient {
			t.Errorf("after the token's end: %v", err)
		}
	})
}

func TestNewRefusesHosts(t *testing.T) {
	for _, domain := range []string{"", "my-shop", "my-shop.myshopify.com.evil.example", "MY-SHOP.myshopify.com", "-a.myshopify.com", "a/b.myshopify.com", "a.myshopify.com\n"} {
		if _, err := New(Config{Domain: domain, Tokens: StaticToken{}}); err == nil {
			t.Errorf("domain %q is accepted", domain)
		}
	}
	for _, base := range []string{"ftp://x", "https://", "https://u:p@x", "https://x?y", "://"} {
		if _, err := New(Config{Domain: "a.myshopify.com", BaseURL: base, Tokens: StaticToken{}}); err == nil {
			t.Errorf("base URL %q is accepted", base)
		}
	}
	if _, err := New(Config{Domain: "a.myshopify.com"}); err == nil {
		t.Error("no token source is accepted")
	}
	if _, err := NewClientCredentials("a.myshopify.com", "", "", Secret("x"), nil, nil); err == nil {
		t.Error("no client id is accepted")
	}
}
