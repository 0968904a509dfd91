// Package config is the only reader of the environment. It turns variables
// into one validated struct, or into all their problems at once.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/shared/secret"
)

// Secret is text that must not be printed.
type Secret = secret.Text

// Config is everything that the environment can say.
type Config struct {
	Data     string        // BACKROOM_DATA: folder of the durable file; default ".local"
	Listen   string        // BACKROOM_LISTEN: loopback address of the HTTP interface; default "127.0.0.1:8420"
	API      string        // BACKROOM_API: APIAddress of the stage that commands are for; default: this machine
	Token    Secret        // BACKROOM_TOKEN: bearer token of the HTTP interface; default: made at start and printed
	Workers  int           // BACKROOM_WORKERS: runs at the same time; default 4, 1 to 64
	LogLevel slog.Level    // BACKROOM_LOG: debug, info, warn or error; default info
	Shopify  *Shopify      // nil when no SHOPIFY_* and no BC_* variable is set: the simulators are used
	BC       *BC           // nil likewise
	Card     string        // BACKROOM_SHOP_FILE: JSON file with shop-card settings; default none
	Import   time.Time     // BACKROOM_IMPORT_FROM: RFC 3339, since 2000; default the time of connection
	Every    time.Duration // BACKROOM_EVERY: cadence of sync-orders; default 10m, whole minutes, 1m to 8784h
	KeepRuns time.Duration // BACKROOM_RUN_DAYS: how long ended runs stay in the log; default 30 days, 1 to 3650
}

// Shopify is the connection to the shop.
type Shopify struct {
	Domain       string // SHOPIFY_SHOP: name.myshopify.com
	AccessToken  Secret // SHOPIFY_ACCESS_TOKEN: Admin API token; or client id and secret
	ClientID     string // SHOPIFY_CLIENT_ID
	ClientSecret Secret // SHOPIFY_CLIENT_SECRET
	BaseURL      string // SHOPIFY_BASE_URL: default https://<shop>; a proxy or simulator may stand in
}

// BC is the connection to Business Central.
type BC struct {
	Tenant       string // BC_TENANT: Entra tenant, guid or domain
	Environment  string // BC_ENVIRONMENT: such as Production
	Company      string // BC_COMPANY_ID: guid of the company
	ClientID     string // BC_CLIENT_ID
	ClientSecret Secret // BC_CLIENT_SECRET
	BaseURL      string // BC_BASE_URL: default https://api.businesscentral.dynamics.com/v2.0
	TokenURL     string // BC_TOKEN_URL: default https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token
}

// Problem is one wrong or missing variable.
type Problem struct {
	Name, Value, Want string
}

func (p Problem) Error() string {
	if p.Value == "" {
		return fmt.Sprintf("%s is not set: it must be %s", p.Name, p.Want)
	}
	return fmt.Sprintf("%s=%q: it must be %s", p.Name, p.Value, p.Want)
}

// Load reads the configuration through lookup (os.LookupEnv in programs). names
// are those of all variables that are set, see [Unknown]. All problems are joined
// into the error; secrets are never part of it.
func Load(lookup func(string) (string, bool), names []string) (Config, error) {
	r := reader{lookup: lookup}
	r.unknown(names)
	c := Config{
		Data:   r.text("BACKROOM_DATA", ".local"),
		Listen: r.loopback("BACKROOM_LISTEN", "127.0.0.1:8420"),
		API:    r.text("BACKROOM_API", ""),
		Token:  Secret(r.text("BACKROOM_TOKEN", "")),
		Card:   r.text("BACKROOM_SHOP_FILE", ""),
	}
	if n := len(c.Token); n > 0 && n < 16 {
		r.problem("BACKROOM_TOKEN", "***", "at least 16 characters")
	}
	c.Workers = r.whole("BACKROOM_WORKERS", 4, 1, 64)
	c.LogLevel = r.level("BACKROOM_LOG")
	c.Import = r.time("BACKROOM_IMPORT_FROM")
	c.Every = r.minutes("BACKROOM_EVERY", 10*time.Minute)
	c.KeepRuns = r.runDays()
	if r.any("SHOPIFY_SHOP", "SHOPIFY_ACCESS_TOKEN", "SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET", "SHOPIFY_BASE_URL",
		"BC_TENANT", "BC_ENVIRONMENT", "BC_COMPANY_ID", "BC_CLIENT_ID", "BC_CLIENT_SECRET", "BC_BASE_URL", "BC_TOKEN_URL") {
		c.Shopify, c.BC = r.shopify(), r.bc()
	}
	return c, errors.Join(r.problems...)
}

var (
	shopDomain = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)
	guid       = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	tenantName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]*$`)
	envName    = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*$`)
)

func (r *reader) shopify() *Shopify {
	s := &Shopify{
		Domain:       strings.ToLower(r.match("SHOPIFY_SHOP", shopDomain, "the permanent host of the shop, such as my-shop.myshopify.com")),
		AccessToken:  Secret(r.text("SHOPIFY_ACCESS_TOKEN", "")),
		ClientID:     r.text("SHOPIFY_CLIENT_ID", ""),
		ClientSecret: Secret(r.text("SHOPIFY_CLIENT_SECRET", "")),
	}
	s.BaseURL = r.url("SHOPIFY_BASE_URL", "https://"+s.Domain)
	switch {
	case s.AccessToken != "" && (s.ClientID != "" || s.ClientSecret != ""):
		r.problem("SHOPIFY_ACCESS_TOKEN", "***", "left out where SHOPIFY_CLIENT_ID or SHOPIFY_CLIENT_SECRET is set: only one of the two ways in can count")
	case s.AccessToken == "":
		if s.ClientID == "" {
			r.problem("SHOPIFY_CLIENT_ID", "", "the client id of the app (or set SHOPIFY_ACCESS_TOKEN instead)")
		}
		if s.ClientSecret == "" {
			r.problem("SHOPIFY_CLIENT_SECRET", "", "the client secret of the app (or set SHOPIFY_ACCESS_TOKEN instead)")
		}
	}
	return s
}

func (r *reader) bc() *BC {
	b := &BC{
		Tenant:       r.match("BC_TENANT", tenantName, "the Entra tenant, a guid or a domain"),
		Environment:  r.match("BC_ENVIRONMENT", envName, "the name of the environment, such as Production"),
		Company:      r.match("BC_COMPANY_ID", guid, "the id of the company, a guid (names can change)"),
		ClientID:     r.required("BC_CLIENT_ID", "the client id of the Entra app"),
		ClientSecret: Secret(r.required("BC_CLIENT_SECRET", "the client secret of the Entra app")),
		BaseURL:      r.url("BC_BASE_URL", "https://api.businesscentral.dynamics.com/v2.0"),
	}
	b.TokenURL = r.url("BC_TOKEN_URL", "https://login.microsoftonline.com/"+b.Tenant+"/oauth2/v2.0/token")
	return b
}

type reader struct {
	lookup   func(string) (string, bool)
	problems []error
}

func (r *reader) problem(name, value, want string) {
	r.problems = append(r.problems, Problem{name, value, want})
}

func (r *reader) any(names ...string) bool {
	for _, n := range names {
		if r.text(n, "") != "" {
			return true
		}
	}
	return false
}

func (r *reader) text(name, fallback string) string {
	if v, ok := r.lookup(name); ok && strings.TrimSpace(v) != "" {
		return strings.TrimSpace(v)
	}
	return fallback
}

func (r *reader) required(name, want string) string {
	v := r.text(name, "")
	if v == "" {
		r.problem(name, "", want)
	}
	return v
}

func (r *reader) match(name string, re *regexp.Regexp, want string) string {
	v := r.text(name, "")
	if !re.MatchString(v) && (v == "" || !re.MatchString(strings.ToLower(v))) {
		r.problem(name, v, want)
	}
	return v
}

func (r *reader) url(name, fallback string) string {
	v := r.text(name, fallback)
	u, err := url.Parse(v)
	good := err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && Loopback(u.Hostname()))
	switch {
	case v == fallback:
	case !good:
		r.problem(name, v, "an https address (http only for 127.0.0.1, localhost or [::1])")
	case u.User != nil: // not printed: it may hold a password
		r.problem(name, u.Redacted(), "an address without a user's name in it")
	case strings.ContainsAny(v, "?#"): // the paths of calls are added at its end
		r.problem(name, v, "an address without ? and #")
	}
	return strings.TrimSuffix(v, "/")
}

func (r *reader) loopback(name, fallback string) string {
	v := r.text(name, fallback)
	host, port, err := net.SplitHostPort(v)
	if _, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil || !Loopback(host) {
		r.problem(name, v, "a loopback address with a port, such as 127.0.0.1:8420")
	}
	return v
}

func (r *reader) whole(name string, fallback, low, high int) int {
	v := r.text(name, strconv.Itoa(fallback))
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		r.problem(name, v, fmt.Sprintf("a whole number from %d to %d", low, high))
		return fallback
	}
	return n
}

// runDays is how long ended runs are kept, the same in every engine.
func (r *reader) runDays() time.Duration {
	return time.Duration(r.whole("BACKROOM_RUN_DAYS", 30, 1, 3650)) * 24 * time.Hour
}

func (r *reader) level(name string) slog.Level {
	var l slog.Level
	v := r.text(name, "info")
	known := slices.Contains([]string{"debug", "info", "warn", "error"}, strings.ToLower(v))
	if !known || l.UnmarshalText([]byte(v)) != nil {
		r.problem(name, v, "debug, info, warn or error")
	}
	return l
}

func (r *reader) time(name string) time.Time {
	v := r.text(name, "")
	if v == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil || t.Year() < 2000 { // there was no shop, and the first moment of all would count as unset
		r.problem(name, v, "a time since 2000, such as 2026-07-01T00:00:00Z")
	}
	return t
}

// longestEvery is the longest interval that a job may have.
const longestEvery = 366 * 24 * time.Hour

func (r *reader) minutes(name string, fallback time.Duration) time.Duration {
	v := r.text(name, fallback.String())
	d, err := time.ParseDuration(v)
	if err != nil || d < time.Minute || d > longestEvery || d%time.Minute != 0 {
		r.problem(name, v, "a duration in whole minutes, such as 10m or 1h, at most 8784h")
		return fallback
	}
	return d
}

// Loopback reports whether host is an address of this machine alone, or its
// usual name. A name that only begins like such an address is somebody's domain.
func Loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}
