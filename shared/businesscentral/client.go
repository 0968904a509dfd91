// Package businesscentral is the core of the clients of Business Central's API v2.0:
// it gets tokens, pays from the budget, sends, batches and classifies. What is asked
// for is known by the packages below it, one for each domain, which implement the
// domain's interfaces.
//
// What the rest of the program relies on:
//   - every error is a [*fault.Error]; a write that may have taken effect has
//     kind fault.Unknown, and no write is ever repeated blindly;
//   - a call that writes is over within [CallTimeout], waits included;
//   - an application stays within its share of BC's limits, see [Budget];
//   - tokens, secrets and customer data reach no log.
package businesscentral

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"backroom/shared/clock"
)

// DefaultBaseURL is Microsoft's gateway. Its v2.0 is the gateway's version.
const DefaultBaseURL = "https://api.businesscentral.dynamics.com/v2.0"

// CallTimeout bounds every call that writes, waiting for the budget included,
// and every single request of a call that reads. A lease must outlive it before
// a create starts.
const CallTimeout = 100 * time.Second

// maxAnswer is the largest answer that is read into memory, in bytes.
const maxAnswer = 32 << 20

// Config describes the connection to one company. Its text form and its log
// form hold no secret.
type Config struct {
	BaseURL     string // default DefaultBaseURL; https unless on a loopback address
	Tenant      string // Entra tenant: guid or domain
	Environment string // such as Production
	CompanyID   string // guid; may be empty for Companies only

	// Tokens gives access tokens; nil means client credentials below.
	Tokens       oauth2.TokenSource
	ClientID     string
	ClientSecret string
	TokenURL     string // default the tenant's at login.microsoftonline.com
	// Renew is asked once for other credentials when these are refused, and
	// reports false if it has no others. nil: there are none.
	Renew func(id, secret string) (newID, newSecret string, ok bool)

	HTTP   http.RoundTripper // default http.DefaultTransport
	Budget Budget            // default a budget of its own, see NewBudgets for a shared one
	Now    func() time.Time  // default time.Now
	// Wait blocks for d or until ctx ends; default on real time.
	Wait func(ctx context.Context, d time.Duration) error
	Log  *slog.Logger // default none
}

// LogValue leaves out the secret and the tokens.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("base_url", c.BaseURL), slog.String("tenant", c.Tenant),
		slog.String("environment", c.Environment), slog.String("company", c.CompanyID),
		slog.String("client_id", c.ClientID))
}

// String is what LogValue says, for fmt.
func (c Config) String() string { return c.LogValue().String() }

// GoString hides the secret from %#v.
func (c Config) GoString() string { return "businesscentral.Config" + c.String() }

// Client talks to one company. Safe for concurrent use.
type Client struct {
	base    *url.URL // BaseURL
	root    string   // of the API
	company string   // "companies(<id>)/", relative to root
	http    *http.Client
	tokens  *tokens
	budget  Budget
	now     func() time.Time
	wait    func(ctx context.Context, d time.Duration) error
	log     *slog.Logger

	reads  Sizes
	filter width
	heard  heard
}

// IsGUID reports whether s has the form of an id of a record.
func IsGUID(s string) bool { return guid.MatchString(s) }

// Now is the time by this host's clock.
func (c *Client) Now() time.Time { return c.now() }

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// New checks cfg and makes a client. It sends nothing.
func New(cfg Config) (*Client, error) {
	base, err := checkBase(cfg.BaseURL)
	var problems []error
	if err != nil {
		problems = append(problems, err)
	}
	if cfg.Tenant == "" {
		problems = append(problems, errors.New("tenant is empty: it must be the Entra tenant, a guid or a domain"))
	}
	if cfg.Environment == "" {
		problems = append(problems, errors.New("environment is empty: it must be a name such as Production"))
	}
	if cfg.CompanyID != "" && !guid.MatchString(cfg.CompanyID) {
		problems = append(problems, fmt.Errorf("company id %q is not a guid: names can change, take the id", cfg.CompanyID))
	}
	if cfg.Tokens == nil && (cfg.ClientID == "" || cfg.ClientSecret == "") {
		problems = append(problems, errors.New("client id or client secret is empty: both are needed to get tokens"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("businesscentral.New: %w", err)
	}
	cfg = cfg.withDefaults()
	client := &http.Client{
		Transport: cfg.HTTP,
		// A redirect would carry the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c := &Client{
		base: base, root: base.String() + "/" + url.PathEscape(cfg.Tenant) + "/" + url.PathEscape(cfg.Environment) + "/api/v2.0/",
		company: "companies(" + cfg.CompanyID + ")/",
		http:    client, budget: cfg.Budget, now: cfg.Now, wait: cfg.Wait, log: cfg.Log,
		tokens: &tokens{source: cfg.Tokens, renew: cfg.Renew, now: cfg.Now},
	}
	if cfg.Tokens == nil {
		c.tokens.credentials = &clientcredentials.Config{
			ClientID: cfg.ClientID, ClientSecret: cfg.ClientSecret, TokenURL: cfg.TokenURL,
			Scopes: []string{"https://api.businesscentral.dynamics.com/.default"}, AuthStyle: oauth2.AuthStyleInParams,
		}
		c.tokens.http = client
	}
	return c, nil
}

// withDefaults is cfg with what it leaves to New.
func (cfg Config) withDefaults() Config {
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultTransport
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Wait == nil {
		cfg.Wait = clock.Wait
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.TokenURL = cmp.Or(cfg.TokenURL, "https://login.microsoftonline.com/"+url.PathEscape(cfg.Tenant)+"/oauth2/v2.0/token")
	if cfg.Budget == nil {
		cfg.Budget = NewBudget(NewLocalLedger(Limits{}), BudgetOptions{Now: cfg.Now, Wait: cfg.Wait})
	}
	return cfg
}

func checkBase(s string) (*url.URL, error) {
	s = cmp.Or(s, DefaultBaseURL)
	u, err := url.Parse(strings.TrimRight(s, "/"))
	if err != nil || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("base URL %q is not an address like %s", s, DefaultBaseURL)
	}
	ip := net.ParseIP(u.Hostname())
	if loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback(); u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return nil, fmt.Errorf("base URL %q must use https: the token would travel in the clear", s)
	}
	return u, nil
}

// jitter is a random part of d, so that many callers do not return together.
func jitter(d time.Duration) time.Duration {
	return rand.N(d) + 1 //nolint:gosec // spreads load, protects nothing
}
