package shopify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"backroom/shared/clock"
	"backroom/shared/fault"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopifyapi"
	"backroom/shared/usage"
)

// Version is the version of the API that the documents are written for.
const Version = "2026-07"

const (
	maxAnswerBytes = 24 << 20
	readTries      = 3                      // of a request that failed for a passing cause
	longWait       = 12 * time.Second       // of a page of orders, which costs 9 seconds' worth
	firstBackoff   = 500 * time.Millisecond // doubles with each try, with full jitter
)

var shopDomain = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)

// Config is what a Client needs. Only Domain and Tokens are required.
type Config struct {
	Domain  string // x.myshopify.com
	BaseURL string // scheme and host in its place, for a simulator or proxy; default https://<Domain>
	// App names the installation whose points are spent: the app's client id, or
	// empty for that of a given access token.
	App    string
	Tokens TokenSource
	HTTP   *http.Client // default: one of its own; redirects are never followed
	Budget Grants       // default: a bucket of this client alone
	// MaxWait bounds the pauses of one call, for points and between tries;
	// default 5 s. A longer wait is the caller's: a fault with RetryAfter.
	MaxWait time.Duration
	Timeout time.Duration    // of one request; default 30 s
	Now     func() time.Time // default time.Now
	// Wait pauses for d or until ctx ends, whichever is first; default a timer.
	// A run on a virtual clock moves that clock instead.
	Wait func(ctx context.Context, d time.Duration) error
	Log  *slog.Logger // default: none
}

// Client talks to the Admin API of one shop. It is safe for concurrent use.
type Client struct {
	url     string
	tokens  TokenSource
	http    *http.Client
	purse   *purse
	maxWait time.Duration
	timeout time.Duration
	now     func() time.Time
	wait    func(ctx context.Context, d time.Duration) error
	log     *slog.Logger
	costs   costTable

	mu     sync.Mutex
	warned map[string]bool // what has been logged once
	// told is the shop's time as its last answer said it, zero if none did, and
	// heard is ours when that came.
	told, heard time.Time
}

// New checks cfg and makes a client. It sends nothing.
func New(cfg Config) (*Client, error) {
	base, err := endpoint(cfg.Domain, cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.Tokens == nil {
		return nil, fmt.Errorf("shopify.New(%s): Tokens is not set", cfg.Domain)
	}
	c := &Client{
		url: base + "/admin/api/" + Version + "/graphql.json", tokens: cfg.Tokens, http: withoutRedirects(cfg.HTTP),
		maxWait: cmp.Or(cfg.MaxWait, 5*time.Second), timeout: cmp.Or(cfg.Timeout, 30*time.Second), now: cfg.Now, wait: cfg.Wait, log: cfg.Log, warned: map[string]bool{},
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.wait == nil {
		c.wait = clock.Wait
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if cfg.Budget == nil {
		cfg.Budget = &SharedGrants{}
	}
	c.purse = newPurse(cfg.Budget, uuid.NewString(), c.now)
	return c, nil
}

// endpoint is the scheme and host to talk to. A domain from outside that is not
// a shop's would let others choose where the token goes.
func endpoint(domain, baseURL string) (string, error) {
	if !shopDomain.MatchString(domain) {
		return "", fmt.Errorf("shopify: domain %q is not of the form name.myshopify.com", domain)
	}
	if baseURL == "" {
		return "https://" + domain, nil
	}
	u, err := url.Parse(baseURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("shopify: the base URL is not an http(s) URL of scheme, host and path")
	}
	return strings.TrimRight(baseURL, "/"), nil
}

func withoutRedirects(hc *http.Client) *http.Client {
	if hc == nil {
		hc = &http.Client{}
	}
	own := *hc
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// Exchange is one call through generated code, which hands over the request and
// where the data goes.
type Exchange struct {
	client *Client
	call   Call
	sent   bool  // the last try got as far as being sent
	reply  reply // of the last try
}

// Do prepares one call. What it returns serves generated code once.
func (c *Client) Do(k Call) *Exchange { return &Exchange{client: c, call: k} }

// Read is Do for a read that needs nothing more.
func (c *Client) Read(op string) *Exchange { return c.Do(Call{Op: op}) }

// MakeRequest implements graphql.Client.
func (x *Exchange) MakeRequest(ctx context.Context, req *graphql.Request, resp *graphql.Response) error {
	x.call.Op = req.OpName
	return x.client.Send(ctx, x, req, x.client.costs.of(req.OpName), resp.Data)
}

// Send sends req, of so many points, until it has an answer that counts, within
// bounds: reads after a passing failure, writes only if nothing ran. data is a
// pointer to where the answer's data goes.
func (c *Client) Send(ctx context.Context, x *Exchange, req *graphql.Request, points float64, data any) error {
	body, err := json.Marshal(req)
	if err != nil {
		return &fault.Error{Op: "shopify." + x.call.Op, Kind: fault.Bug, Err: err}
	}
	var waited time.Duration
	for try := 1; ; try++ {
		grantNo, err := c.pay(ctx, x.call, points, &waited)
		if err != nil {
			return err
		}
		reflect.ValueOf(data).Elem().SetZero() // of a try before
		err = c.once(ctx, x, body, data)
		points = c.settle(ctx, x, grantNo, points, err)
		if err == nil {
			c.note(ctx, x)
			return nil
		}
		again, wait := c.again(x.call, try, err)
		if !again || waited+wait > c.patience(x.call) || !c.lasts(ctx, wait) {
			return err
		}
		waited += wait
		if c.wait(ctx, wait) != nil {
			return err
		}
	}
}

// again decides whether a failed try is repeated here, and after what wait.
func (c *Client) again(k Call, try int, err error) (bool, time.Duration) {
	if try >= readTries {
		return false, 0
	}
	switch fault.KindOf(err) {
	case fault.Throttled:
		return true, fault.RetryAfter(err) + jitter(time.Second)
	case fault.Transient:
		if k.Split && (TooHeavy(err) || try > 1) {
			return false, 0
		}
		return !k.Write, jitter(firstBackoff << try)
	case fault.Rejected, fault.Blocked, fault.Unknown, fault.Bug:
	}
	return false, 0
}

// jitter is a random part of d: clients that failed together do not return together.
func jitter(d time.Duration) time.Duration {
	return rand.N(d) //nolint:gosec // spreads load, protects nothing
}

// patience is how long one request may wait here.
func (c *Client) patience(k Call) time.Duration {
	if k.Long {
		return max(c.maxWait, longWait)
	}
	return c.maxWait
}

// lasts reports whether ctx outlives a wait of d.
func (c *Client) lasts(ctx context.Context, d time.Duration) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(end) > d)
}

// pay takes the points, waiting for them as long as the bound on waits allows.
func (c *Client) pay(ctx context.Context, k Call, points float64, waited *time.Duration) (grantNo int, err error) {
	op := k.Op
	for {
		wait, grantNo, err := c.purse.take(ctx, points)
		switch {
		case errors.Is(err, ErrTooDear):
			return 0, &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Code: "TOO_DEAR", Err: err}
		case err != nil:
			return 0, fmt.Errorf("shopify.%s: %w", op, err)
		case wait == 0:
			return grantNo, nil
		}
		if *waited+wait > c.patience(k) || !c.lasts(ctx, wait) {
			return 0, &fault.Error{
				Op: "shopify." + op, Kind: fault.Throttled, Code: "POINTS", RetryAfter: wait,
				Err: fmt.Errorf("%.0f points are not free for another %v", points, wait.Round(time.Millisecond)),
			}
		}
		*waited += wait
		if err := c.wait(ctx, wait); err != nil {
			return 0, &fault.Error{Op: "shopify." + op, Kind: fault.Throttled, Code: "POINTS", RetryAfter: wait, Err: err}
		}
	}
}

// settle books what the try cost and answers what the next one will.
func (c *Client) settle(ctx context.Context, x *Exchange, grantNo int, points float64, err error) float64 {
	charged := points // unless the answer says otherwise
	k := x.reply.cost
	kind := fault.KindOf(err)
	switch {
	case !x.sent:
		charged = 0
	case k != nil && k.Actual != nil:
		charged = *k.Actual
	case err != nil && (kind == fault.Throttled || kind == fault.Blocked || kind == fault.Bug):
		charged = 0 // refused before anything ran
	}
	c.purse.settle(grantNo, points, charged, k.status(c.now()))
	if kind == fault.Throttled {
		c.purse.empty()
	}
	usage.Add(ctx, usage.Count{ShopifyPoints: int(charged)})
	if k == nil || k.Requested <= 0 {
		return points
	}
	if err == nil {
		c.costs.learn(x.call.Op, k.Requested)
	}
	return k.Requested
}

// once sends the request one time, and a second time with a new token if the
// first is refused as not authorised.
func (c *Client) once(ctx context.Context, x *Exchange, body []byte, data any) error {
	x.sent, x.reply = false, reply{}
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return err
	}
	for renewed := false; ; renewed = true {
		x.sent = true
		if x.reply, err = c.post(ctx, x.call, token, body, data); err != nil {
			return err
		}
		err = x.call.judge(x.reply)
		if x.reply.status != http.StatusUnauthorized || renewed {
			return err
		}
		if token, err = c.tokens.Refresh(ctx, token); err != nil {
			return err
		}
	}
}

func (c *Client) post(ctx context.Context, k Call, token Secret, body []byte, data any) (reply, error) {
	tctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(tctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return reply{}, &fault.Error{Op: "shopify." + k.Op, Kind: fault.Bug, Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("X-Shopify-Access-Token", token.Reveal())
	usage.Add(ctx, usage.Count{ShopifyRequests: 1})
	resp, err := c.http.Do(req)
	if err != nil {
		return reply{}, k.judgeTransport(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or given up, either way nothing depends on it
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes+1))
	if err == nil && len(text) > maxAnswerBytes {
		err = errTooLarge
	}
	if err != nil {
		return reply{}, k.judgeTransport(ctx, err)
	}
	if token != "" && bytes.Contains(text, []byte(token.Reveal())) { // what an answer says may become part of an error
		text = bytes.ReplaceAll(text, []byte(token.Reveal()), []byte("***"))
	}
	c.hear(resp.Header)
	return read(resp.StatusCode, resp.Header, text, data), nil
}

// hear takes the time from an answer. It was made some time before it is here,
// and its second had begun by then, so that the shop's clock is at least that far.
func (c *Client) hear(h http.Header) {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told, c.heard = at, c.now()
}

// believed is how much of our own clock's time is added to what an answer has told.
const believed = 2 * time.Minute

// Now is the time by this host's clock.
func (c *Client) Now() time.Time { return c.now() }

// Clock is the time at the shop, at most what it is there now; zero before an answer
// has told it.
func (c *Client) Clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told.IsZero() {
		return time.Time{}
	}
	// Our clock may have been set since: what counts as passed is little, and the
	// next answer tells anew.
	return c.told.Add(min(clock.Passed(c.heard, c.now()), believed))
}

// note logs, once a client, what a good answer says about us.
func (c *Client) note(ctx context.Context, x *Exchange) {
	if v := x.reply.header.Get("X-Shopify-API-Version"); v != "" && v != Version && c.first("version") {
		c.log.ErrorContext(ctx, "Shopify answers with another API version", "asked", Version, "answered", Clip(v, 40))
	}
	if why := x.reply.header.Get("X-Shopify-API-Deprecated-Reason"); why != "" && c.first("deprecated") {
		c.log.WarnContext(ctx, "Shopify calls a part of the request deprecated", "operation", x.call.Op, "reason", Clip(why, 200))
	}
	for _, e := range x.reply.errs {
		if field := e.Path; len(field) > 0 && e.Extensions.Code == shopifyapi.CodeDenied && c.first("denied "+field[len(field)-1]) {
			c.log.WarnContext(ctx, "Shopify withholds a field", "operation", x.call.Op, "field", field[len(field)-1], "needs", Clip(string(e.Extensions.RequiredAccess), 200))
		}
	}
}

func (c *Client) first(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.warned[what]
	c.warned[what] = true
	return !was
}

// costTable holds the requested cost of each operation: ours at first, the
// API's own as soon as it has told one.
type costTable struct {
	mu    sync.Mutex
	known map[string]float64
}

func (t *costTable) of(op string) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.known[op]; ok {
		return n
	}
	return gql.Costs[op]
}

func (t *costTable) learn(op string, n float64) {
	if _, fixed := gql.Costs[op]; !fixed {
		return // depends on the request
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = map[string]float64{}
	}
	t.known[op] = n
}
