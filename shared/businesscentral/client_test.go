package businesscentral_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/bctest"
	"backroom/shared/businesscentral/salesapi"
	"backroom/shared/fault"
	"backroom/shared/usage"
)

func TestNewSaysAllThatIsWrong(t *testing.T) {
	_, err := businesscentral.New(businesscentral.Config{BaseURL: "http://api.example.com", CompanyID: "CRONUS", ClientID: "x"})
	for _, want := range []string{"https", "tenant", "environment", "company id \"CRONUS\"", "client secret"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
	for _, base := range []string{"http://127.0.0.1:9000/v2.0", "http://localhost:1", "https://proxy.example.com/v2.0/", ""} {
		if _, err := businesscentral.New(businesscentral.Config{BaseURL: base, Tenant: "t", Environment: "e", ClientID: "c", ClientSecret: "s"}); err != nil {
			t.Errorf("base URL %q: %v", base, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	cfg := businesscentral.Config{Tenant: "t", ClientID: "id-1", ClientSecret: "hush-hush", Tokens: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "hush-token"})}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("config", "cfg", cfg)
	for _, out := range []string{fmt.Sprint(cfg), fmt.Sprintf("%+v %#v %s", cfg, cfg, cfg), log.String()} {
		if strings.Contains(out, "hush") || !strings.Contains(out, "id-1") {
			t.Errorf("printed as %s", out)
		}
	}
}

// tokenServer answers the token endpoint and passes the rest on.
type tokenServer struct {
	bc     http.RoundTripper
	asked  int
	status int
	body   string
	form   string
}

func (s *tokenServer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != "login.test" {
		return s.bc.RoundTrip(req)
	}
	s.asked++
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	s.form = string(raw)
	if s.status != 0 {
		return bctest.Response(s.status, s.body, map[string]string{"Content-Type": "application/json"}), nil
	}
	return bctest.Response(200, fmt.Sprintf(`{"access_token":"tok-%d","expires_in":3600,"token_type":"Bearer"}`, s.asked), map[string]string{"Content-Type": "application/json"}), nil
}

func withCredentials(s *tokenServer) func(*businesscentral.Config) {
	return func(c *businesscentral.Config) {
		c.Tokens, c.ClientID, c.ClientSecret, c.TokenURL, c.HTTP = nil, "app-1", "hush", "https://login.test/token", s
	}
}

func TestTokenIsKeptAndRenewed(t *testing.T) {
	f := bctest.New(t, func(bctest.Op) bctest.Result { return bctest.Rows() })
	s := &tokenServer{bc: f}
	c := company(f, withCredentials(s))
	ctx, used := usage.Begin(t.Context())
	for range 2 {
		if _, err := c.Accounts(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if s.asked != 1 || !strings.Contains(s.form, "grant_type=client_credentials") || !strings.Contains(s.form, "scope=https%3A%2F%2Fapi.businesscentral.dynamics.com%2F.default") {
		t.Errorf("asked %d times with %q", s.asked, s.form)
	}
	f.Pass(56 * time.Minute) // less than five minutes to live
	if _, err := c.Accounts(ctx); err != nil || s.asked != 2 {
		t.Errorf("asked %d times, %v", s.asked, err)
	}
	if outer := used.Count().BCRequests; outer != 3 {
		t.Errorf("%d requests; the token endpoint does not count", outer)
	}
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	f := bctest.New(t, createOrder)
	refuse := "tok-1"
	var last string
	f.Outer = func(req *http.Request) (*http.Response, error) {
		last = strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
		if refuse == "all" || last == refuse {
			return bctest.Response(401, bctest.ErrorBody("Authentication_InvalidCredentials", "no"), nil), nil
		}
		return nil, nil
	}
	s := &tokenServer{bc: f}
	c := company(f, withCredentials(s))
	got, err := c.CreateDocuments(t.Context(), someOrders(2))
	if err != nil || got[1].Err != nil || last != "tok-2" {
		t.Fatalf("%v, last token %s: a refused write has not happened and is sent again", err, last)
	}
	refuse = "all"
	_, err = c.CreateDocuments(t.Context(), someOrders(1))
	if fault.KindOf(err) != fault.Blocked || f.Count() != 4 || last != "tok-3" {
		t.Errorf("got %v after %d requests, last token %s", err, f.Count(), last)
	}

	static := bctest.New(t, nil)
	static.Outer = f.Outer
	_, err = company(static).Accounts(t.Context())
	if fault.KindOf(err) != fault.Blocked || static.Count() != 1 {
		t.Errorf("a source with one token: %v after %d requests", err, static.Count())
	}
}

func TestTokenEndpointFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   fault.Kind
	}{
		{"wrong secret", 401, `{"error":"invalid_client","error_description":"hush is wrong"}`, fault.Blocked},
		{"unknown app", 400, `{"error":"unauthorized_client"}`, fault.Blocked},
		{"throttled", 429, ``, fault.Throttled},
		{"down", 503, `<html>`, fault.Transient},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := bctest.New(t, nil)
			c := company(f, withCredentials(&tokenServer{bc: f, status: tt.status, body: tt.body}))
			_, err := c.CreateDocuments(t.Context(), someOrders(1))
			if fault.KindOf(err) != tt.want || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v, want kind %s", err, tt.want)
			}
			if f.Count() != 0 {
				t.Error("sent without a token")
			}
		})
	}
}

func TestNextLink(t *testing.T) {
	page := func(link string) bctest.Result {
		return bctest.Result{Status: 200, Body: fmt.Sprintf(`{"value":[{"id":"1","number":"1000"}],"@odata.nextLink":%q}`, link)}
	}
	verbatim := bctest.Root + "companies(" + bctest.CompanyID + ")/accounts?aid=FIN&$skiptoken=%27a%2Bb%27"
	t.Run("followed as it is", func(t *testing.T) {
		var uris []string
		f := bctest.New(t, func(o bctest.Op) bctest.Result {
			if o.Query.Has("$skiptoken") {
				return bctest.Rows(`{"id":"2","number":"2000"}`)
			}
			return page(verbatim)
		})
		f.Outer = func(req *http.Request) (*http.Response, error) {
			uris = append(uris, req.URL.String())
			return nil, nil
		}
		got, err := company(f).Accounts(t.Context())
		if err != nil || len(got) != 2 || len(uris) != 2 || uris[1] != verbatim {
			t.Errorf("%v, %v, %v", got, err, uris)
		}
	})
	for name, link := range map[string]string{
		"another host":    "https://evil.test/v2.0/x",
		"another port":    "https://bc.test:8443/v2.0/x",
		"plain http":      "http://bc.test/v2.0/x",
		"user and host":   "https://bc.test@evil.test/x",
		"same page again": bctest.Root + "companies(" + bctest.CompanyID + ")/accounts?$select=" + "id,number,displayName,blocked,accountType,directPosting",
		"not an address":  "://",
	} {
		t.Run(name, func(t *testing.T) {
			f := bctest.New(t, func(bctest.Op) bctest.Result { return page(link) })
			_, err := company(f).Accounts(t.Context())
			if fault.KindOf(err) != fault.Bug || f.Count() != 1 {
				t.Errorf("got %v after %d requests", err, f.Count())
			}
		})
	}
	t.Run("two pages that lead to each other", func(t *testing.T) {
		f := bctest.New(t, func(o bctest.Op) bctest.Result {
			if o.Query.Get("$skiptoken") == "b" {
				return page(strings.Replace(verbatim, "%27a%2Bb%27", "c", 1))
			}
			return page(strings.Replace(verbatim, "%27a%2Bb%27", "b", 1))
		})
		if _, err := company(f).Accounts(t.Context()); fault.KindOf(err) != fault.Bug || f.Count() > 4 {
			t.Errorf("got %v after %d requests", err, f.Count())
		}
	})
	t.Run("inside a batch", func(t *testing.T) {
		f := bctest.New(t, func(o bctest.Op) bctest.Result {
			if o.Query.Has("$skiptoken") {
				return bctest.Rows(`{"itemNumber":"A","code":"2"}`)
			}
			return bctest.Result{Status: 200, Body: fmt.Sprintf(`{"value":[{"itemNumber":"A","code":"1"}],"@odata.nextLink":%q}`, bctest.Root+"companies("+bctest.CompanyID+")/itemVariants?$skiptoken=x")}
		})
		got, err := company(f).VariantsByItem(t.Context(), []string{"a"})
		if err != nil || len(got) != 2 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestRedirectIsNotFollowed(t *testing.T) {
	f := bctest.New(t, nil)
	f.Outer = func(*http.Request) (*http.Response, error) {
		return bctest.Response(302, "", map[string]string{"Location": "https://evil.test/"}), nil
	}
	if _, err := company(f).Accounts(t.Context()); fault.KindOf(err) != fault.Bug || f.Count() != 1 {
		t.Errorf("got %v after %d requests", err, f.Count())
	}
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
func (endless) Close() error { return nil }

func TestAnswerIsBounded(t *testing.T) {
	f := bctest.New(t, nil)
	f.Outer = func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: endless{}}, nil
	}
	if _, err := company(f).Accounts(t.Context()); fault.KindOf(err) != fault.Bug {
		t.Errorf("read: %v", err)
	}
	if _, err := company(f).CreateDocuments(t.Context(), someOrders(1)); fault.KindOf(err) != fault.Unknown {
		t.Errorf("write: %v", err)
	}
}

// stuck never answers.
type stuck struct{}

func (stuck) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func TestCallsEndAfterTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, err := businesscentral.New(businesscentral.Config{
			BaseURL: bctest.Base, Tenant: "t", Environment: "e", CompanyID: bctest.CompanyID, HTTP: stuck{},
			Tokens: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "x"}),
		})
		if err != nil {
			t.Fatal(err)
		}
		c, start := salesapi.New(core), time.Now()
		_, err = c.CreateDocuments(t.Context(), someOrders(60))
		if fault.KindOf(err) != "" && fault.KindOf(err) != fault.Unknown || time.Since(start) != businesscentral.CallTimeout {
			t.Errorf("got %v after %v, want unknown after %v", err, time.Since(start), businesscentral.CallTimeout)
		}
		if n := c.OrdersPerBatch(); n != businesscentral.StartBatch/2 {
			t.Errorf("next batch %d, want half of %d", n, businesscentral.StartBatch)
		}
	})
}

func TestNoConnectionIsNotUnknown(t *testing.T) {
	f := bctest.New(t, nil)
	f.Outer = func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	if _, err := company(f).CreateDocuments(t.Context(), someOrders(1)); fault.KindOf(err) != fault.Transient {
		t.Errorf("got %v, want transient: nothing was sent", err)
	}
}

func TestThrottledReadWaitsInsideThenGivesBack(t *testing.T) {
	wait := "2"
	f := bctest.New(t, nil)
	f.Answer = func(bctest.Op) bctest.Result {
		if f.Count() == 1 || wait == "60" {
			r := bctest.Refusal(429, "Application_TooManyRequests", "x")
			r.Header = map[string]string{"Retry-After": wait}
			return r
		}
		return bctest.Rows()
	}
	c := company(f)
	if _, err := c.Accounts(t.Context()); err != nil || f.Clock().Sub(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)) != 2*time.Second {
		t.Errorf("%v, waits %v", err, f.Waits)
	}
	wait = "60"
	_, err := c.Accounts(t.Context())
	if fault.KindOf(err) != fault.Throttled || fault.RetryAfter(err) != time.Minute {
		t.Errorf("got %v, RetryAfter %v", err, fault.RetryAfter(err))
	}
	// Others of this application hold back too.
	before := f.Count()
	_, err = c.CreateDocuments(t.Context(), someOrders(1))
	if fault.KindOf(err) != fault.Throttled || f.Count() != before {
		t.Errorf("got %v, %d requests more", err, f.Count()-before)
	}
}

func TestLogNamesNoCustomer(t *testing.T) {
	var log bytes.Buffer
	f := bctest.New(t, func(bctest.Op) bctest.Result { return bctest.Refusal(502, "", "") })
	c := company(f, func(cfg *businesscentral.Config) {
		cfg.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	_, err := c.CustomersByEmail(t.Context(), []string{"ada@example.com"})
	f.Outer = func(*http.Request) (*http.Response, error) { return nil, bctest.ErrReset }
	_, err2 := c.CustomersByEmail(t.Context(), []string{"ada@example.com"})
	out := log.String() + err.Error() + err2.Error()
	if strings.Contains(out, "ada") || strings.Contains(out, "tok-1") || !strings.Contains(out, "CustomersByEmail") {
		t.Errorf("logged %s", out)
	}
}

func TestConcurrentUse(t *testing.T) {
	f := bctest.New(t, createOrder)
	c := company(f)
	ctx, used := usage.Begin(t.Context())
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := c.CreateDocuments(context.WithoutCancel(ctx), someOrders(20))
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if inner := used.Count().BCOperations; inner != 80 {
		t.Errorf("%d operations, want 80", inner)
	}
}

func TestCancelledWhileGettingAToken(t *testing.T) {
	f := bctest.New(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := company(f, withCredentials(&tokenServer{bc: stuck{}}), func(cfg *businesscentral.Config) { cfg.TokenURL = "https://elsewhere.test/token" })
	_, err := c.CreateDocuments(ctx, someOrders(1))
	if fault.KindOf(err) != fault.Transient || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want transient, cancelled: nothing was sent", err)
	}
}

// A BC that answers only after a minute is not asked four times over.
func TestSlowReadsAreNotRepeated(t *testing.T) {
	f := bctest.New(t, func(bctest.Op) bctest.Result { return bctest.Refusal(504, "", "") })
	f.Took = func(bctest.Op) time.Duration { return time.Minute }
	if _, err := company(f).Accounts(t.Context()); fault.KindOf(err) != fault.Transient || f.Count() != 1 {
		t.Errorf("got %v after %d requests", err, f.Count())
	}
}
