package shopify

import (
	"context"
	_ "embed" // the schema
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"backroom/infra/sim/fault"
	"backroom/infra/sim/shopify/data"
)

//go:embed schema.graphql
var schemaText string

var hostPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)

// Config of a [Server]. Every field but Shops has a working zero value.
type Config struct {
	// Now is the clock of everything: stamps, buckets, tokens, the index.
	Now   func() time.Time
	Shops []*data.Data
	// Latency is added to every API call.
	Latency time.Duration
	// Sleep waits for Latency until ctx ends. The default is a timer; a run on a
	// virtual clock moves that clock instead.
	Sleep func(ctx context.Context, d time.Duration) error
	// Rate is the restore rate in points a second, Max the bucket's size. The
	// defaults are the Standard plan's, 100 and 20 times the rate.
	Rate, Max float64
	// IndexLag is how far lists with a query trail the database.
	IndexLag time.Duration
	// Client sends webhooks; without it none are sent.
	Client *http.Client
	// Log tells of every refusal why. The default says nothing.
	Log *slog.Logger
	// BulkTakes is how long a bulk operation runs; the default is a second.
	BulkTakes time.Duration
	// LocalWebhooks allows http:// and localhost, which Shopify refuses.
	LocalWebhooks bool
	// Faults sits in front of the API. The default is an injector on Now; see
	// [Server.Faults].
	Faults *fault.Injector
}

// Server simulates the Admin API of its shops. It is safe for concurrent use.
type Server struct {
	cfg    Config
	schema *ast.Schema
	shops  []*Shop
	faults *fault.Injector
	api    http.Handler

	mu         sync.Mutex
	documents  map[string]*document
	requests   int
	deliveries sync.WaitGroup
}

// New makes a server of cfg's shops.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Rate == 0 {
		cfg.Rate = 100
	}
	if cfg.BulkTakes == 0 {
		cfg.BulkTakes = time.Second
	}
	if cfg.Max == 0 {
		cfg.Max = 20 * cfg.Rate
	}
	if len(cfg.Shops) == 0 {
		return nil, errors.New("shopify: no shops to simulate: set Config.Shops")
	}
	schema, err := loaded()
	if err != nil {
		return nil, fmt.Errorf("shopify: %w", err)
	}
	s := &Server{cfg: cfg, schema: schema, faults: cfg.Faults, documents: map[string]*document{}}
	if s.faults == nil {
		s.faults = fault.New(fault.Config{Now: cfg.Now, Sleep: cfg.Sleep, Describe: Describe})
	}
	s.api = s.faults.Middleware(http.HandlerFunc(s.serveAPI))
	for _, d := range cfg.Shops {
		if s.find(d.Shop.Domain) != nil {
			return nil, fmt.Errorf("shopify: shop %s occurs twice", d.Shop.Domain)
		}
		shop, err := newShop(s, d)
		if err != nil {
			return nil, err
		}
		s.shops = append(s.shops, shop)
	}
	return s, nil
}

// loaded is the schema, which all simulators of a process read and none changes.
var loaded = sync.OnceValues(func() (*ast.Schema, error) {
	return gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: schemaText})
})

// Shop is the shop of a domain; "" is the first one. nil: there is none.
func (s *Server) Shop(domain string) *Shop {
	if domain == "" {
		return s.shops[0]
	}
	return s.find(domain)
}

// Shops are all shops.
func (s *Server) Shops() []*Shop { return s.shops }

// Faults makes the API misbehave. The control API is not affected.
func (s *Server) Faults() *fault.Injector { return s.faults }

// Transport calls the server in process.
func (s *Server) Transport() http.RoundTripper { return fault.Transport(s, nil) }

// Flush waits until the webhooks that are under way have been delivered.
func (s *Server) Flush() { s.deliveries.Wait() }

func (s *Server) find(domain string) *Shop {
	for _, sh := range s.shops {
		if strings.EqualFold(sh.info.Domain, domain) {
			return sh
		}
	}
	return nil
}

// host finds the shop of a request. A server with one shop also answers to
// names that are no shop's, such as localhost.
func (s *Server) host(r *http.Request) *Shop {
	h := r.Host
	if name, _, err := net.SplitHostPort(h); err == nil {
		h = name
	}
	if sh := s.find(h); sh != nil {
		return sh
	}
	if len(s.shops) == 1 && !strings.HasSuffix(h, ".myshopify.com") {
		return s.shops[0]
	}
	return nil
}

// ServeHTTP serves the Admin API, the control API under /_sim/ and an index page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/_sim/") || r.URL.Path == "/":
		s.serveControl(w, r)
	default:
		s.api.ServeHTTP(w, r)
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	// The clock of the answer is the simulator's: a client judges by it what is young.
	w.Header().Set("Date", s.cfg.Now().UTC().Format(http.TimeFormat))
	s.mu.Lock()
	s.requests++
	w.Header().Set("X-Request-Id", fmt.Sprintf("%08x-0000-4000-8000-%012x", s.requests, s.requests))
	s.mu.Unlock()
	if s.cfg.Latency > 0 && s.cfg.Sleep(r.Context(), s.cfg.Latency) != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	shop := s.host(r)
	if shop == nil {
		s.refuseEdge(w, r, http.StatusNotFound, "Not Found", "no shop has the host "+r.Host+" (1, 5)")
		return
	}
	shop.mu.RLock()
	down := shop.down
	shop.mu.RUnlock()
	if down != 0 {
		s.refuseEdge(w, r, down, downText(down), "the shop was set to answer with this status (5)")
		return
	}
	version, isGraphQL := graphqlPath(r.URL.Path)
	switch {
	case isFilePath(r.URL.Path):
		shop.serveFile(w, r)
	case strings.HasPrefix(r.URL.Path, bulkPath):
		shop.serveBulk(w, r)
	case r.Method != http.MethodPost:
		s.refuseEdge(w, r, http.StatusNotFound, "Not Found", "want POST (1)")
	case r.URL.Path == grantPath:
		shop.serveToken(w, r)
	case isGraphQL && known(version):
		w.Header().Set("X-Shopify-API-Version", answering(version, s.cfg.Now()))
		shop.serveGraphQL(w, r)
	default:
		s.refuseEdge(w, r, http.StatusNotFound, "Not Found", "want /admin/api/"+apiVersion+"/graphql.json, an earlier version of it, or "+grantPath+" (1)")
	}
}

const grantPath = "/admin/oauth/access_token"

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func graphqlPath(p string) (version string, ok bool) {
	rest, ok := strings.CutPrefix(p, "/admin/api/")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, "/graphql.json")
}

var versionPattern = regexp.MustCompile(`^20[0-9]{2}-(01|04|07|10)$`)

// known: this version and those that came before.
func known(version string) bool { return versionPattern.MatchString(version) && version <= apiVersion }

// answering is the version that answers a request for an earlier one at now: that
// one while it is supported, for 12 months, then the oldest that still is. What
// is answered is this simulator's schema all the same.
func answering(version string, now time.Time) string {
	from := now.UTC().AddDate(-1, 0, 0)
	quarter := time.Date(from.Year(), (from.Month()+1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	if quarter.Before(from) {
		quarter = quarter.AddDate(0, 3, 0)
	}
	return max(version, quarter.Format("2006-01"))
}

func downText(status int) string {
	switch status {
	case http.StatusPaymentRequired:
		return "Unavailable Shop"
	case http.StatusForbidden:
		return "Unavailable Shop: flagged"
	case http.StatusLocked:
		return "This shop is locked"
	}
	return http.StatusText(status)
}

// plainErrors is the answer of the edge: errors is text, not a list.
func plainErrors(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, map[string]any{"errors": text})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"errors":"Internal Server Error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(b); err != nil {
		return // the client has gone
	}
}

// tokenLife is what expires_in says.
const tokenLife = 86399 * time.Second

// IssueToken makes an access token, as a token request would.
func (s *Shop) IssueToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := hex.DecodeString(fmt.Sprintf("%032x", s.next()))
	if err != nil {
		raw = nil
	}
	token := "shpat_" + hex.EncodeToString([]byte(Sign(s.info.ClientSecret, raw)))[:32]
	s.tokens[token] = s.srv.cfg.Now().Add(tokenLife)
	s.meter.Tokens++
	return token
}

// Uninstall removes the app: its tokens die at once and no new ones are issued.
func (s *Shop) Uninstall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.uninstalled = map[string]time.Time{}, true
}
