package api

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/shared/connect"
	"backroom/shared/identity"
	"backroom/shared/issue"
	"backroom/shared/language"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/privacy"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
	"backroom/shared/usage"
)

// Callers tell who a request comes from by its bearer token, "" without one.
type Callers interface {
	Caller(ctx context.Context, bearer string) (identity.Caller, error)
}

// Host is what a host gives its interface. Every field is set unless its comment says
// otherwise. Safe for concurrent use.
type Host struct {
	Jobs     *Jobs
	Table    table.Table
	Cards    *shop.Store
	Sections shop.Sections // all settings of the cards
	Orders   *staging.Store
	Issues   *issue.Store
	Reasons  issue.Catalogue  // of all tasks: what issues say, in each language
	French   language.Phrases // of what all tasks say beside reasons
	Links    *link.Store
	People   *privacy.Desk // finds and erases customers
	Callers  Callers
	Now      func() time.Time
	Log      *slog.Logger

	// CarryOut has the decisions about a shop's orders that are stored carried out now.
	CarryOut func(ctx context.Context, shop string) error
	// Check reads both sides of a shop.
	Check func(ctx context.Context, card shop.Shop) (connect.Report, error)
	// Forget drops what the process keeps of a shop's clients, their tokens too; nil:
	// it keeps none.
	Forget func(shop string)
	// Remains is what is left to a person who has disconnected a shop, a sentence each.
	Remains []string
	// HandMade finds the document of a number in the company of a shop; false: it has none.
	HandMade func(ctx context.Context, card shop.Shop, number string) (orders.HandMade, bool, error)
	// Used is what this process has asked of the two sides of a shop; nil: it asks nothing.
	Used func(shop string) usage.Count
	// Simulated says that the shops are those of simulators.
	Simulated bool
	// Elsewhere are the settings that the host gives the card at each start; nil: none.
	Elsewhere []shop.Elsewhere
	// Origins are those whose pages may call; nil: none may.
	Origins []string
	// Limits bound the requests of merchants; nil: nothing does.
	Limits *identity.Limits
	// CoolDown is for how long a merchant's plain run request is answered with the run
	// of the one before.
	CoolDown time.Duration
	// MaxWait is how long an answer waits for a run at most.
	MaxWait time.Duration
	// Wait pauses for d or until ctx ends; nil: a timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Classify makes errors of the host's own table known, as a *Refusal; nil: none.
	Classify func(error) error

	french *language.Speaker
}

// operation is what the document says of one, beside its answers.
type operation struct {
	ID, Role string
	Query    []parameter
	Body     bool
}

// parameter is one of a query, as the document has it.
type parameter struct {
	Name, Type        string
	Min, Max, Longest int      // 0: no bound
	Words             []string // nil: any
}

// The words of x-role beside the roles.
const (
	anyone = "anyone"
	ofHost = "host" // whoever is no merchant
)

// New makes the handler of h's fields.
func New(h *Host) http.Handler {
	h.french = language.Speaking(h.phrases)
	mux := http.NewServeMux()
	strict := NewStrictHandlerWithOptions(&server{h}, nil, StrictHTTPServerOptions{
		RequestErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			h.fail(w, r, &Refusal{Status: http.StatusBadRequest, Err: err})
		},
		ResponseErrorHandlerFunc: h.fail,
	})
	HandlerWithOptions(strict, StdHTTPServerOptions{BaseRouter: mux, ErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
		h.fail(w, r, &Refusal{Status: http.StatusBadRequest, Code: ProblemCodeBadQuery, Err: err})
	}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.serve(mux, w, r) })
}

// serve lets nothing through to the routes that is not theirs, and no caller who
// may not.
func (h *Host) serve(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	s := &state{request: requestOf(r.Context()), speaks: language.Of(strings.Join(r.Header.Values("Accept-Language"), ","))}
	r = r.WithContext(context.WithValue(r.Context(), stateKey{}, s))
	secure(w.Header())
	w.Header().Set("Content-Language", string(s.speaks))
	if done := h.cors(w, r); done {
		return
	}
	op, err := h.route(mux, w, r)
	if err == nil && op.Role != anyone {
		err = h.admit(w, r, s, op)
	}
	if err == nil {
		err = checkQuery(r, op)
	}
	if err == nil {
		r, err = checkBody(w, r, op)
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if r.Method == http.MethodGet {
		mux.ServeHTTP(w, r)
		return
	}
	h.change(mux, w, r, s, op)
}

// secure sets what every answer says to browsers.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("Vary", "Origin, Accept-Language")
}

// cors answers a page's question whether it may call, and lets the pages of
// Origins read answers.
func (h *Host) cors(w http.ResponseWriter, r *http.Request) (done bool) {
	origin := r.Header.Get("Origin")
	allowed := origin != "" && slices.Contains(h.Origins, origin)
	if allowed {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", "ETag, Location, Preference-Applied, Retry-After, X-Shopify-Retry-Invalid-Session-Request")
	}
	if r.Method != http.MethodOptions {
		return false
	}
	if !allowed {
		h.fail(w, r, refuseAs(http.StatusForbidden, ProblemCodeWrongOrigin, "a page of origin %.100q may not call this server", origin))
		return true
	}
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
	w.Header().Set("Access-Control-Allow-Headers", "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-None-Match, Prefer")
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// route finds the operation of a request, and gives it the values of its path.
func (h *Host) route(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) (operation, error) {
	path := r.URL.EscapedPath()
	if _, pattern := mux.Handler(r); clean(path) && strings.HasPrefix(pattern, r.Method+" ") {
		if op, ok := operations[pattern]; ok {
			return op, nil
		}
	}
	var allow []string
	for _, m := range []string{http.MethodDelete, http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodPut} {
		if match(m, path) {
			allow = append(allow, m)
		}
	}
	if len(allow) > 0 {
		w.Header().Set("Allow", strings.Join(allow, ", "))
		return operation{}, refuseAs(http.StatusMethodNotAllowed, ProblemCodeMethod, "%.10q is no method of %.200q: use %s", r.Method, r.URL.Path, strings.Join(allow, " or "))
	}
	return operation{}, refuseAs(http.StatusNotFound, ProblemCodeNoRoute, "there is no %.10s %.200q", r.Method, r.URL.Path)
}

// clean reports whether an escaped path has no part that is empty or that a path is cleaned of.
func clean(path string) bool {
	for _, part := range strings.Split(path, "/")[1:] {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

// match reports whether there is an operation of a method at an escaped path.
func match(method, path string) bool {
	for pattern := range operations {
		m, want, _ := strings.Cut(pattern, " ")
		if m == method && clean(path) && fits(strings.Split(want, "/"), strings.Split(path, "/")) {
			return true
		}
	}
	return false
}

func fits(want, given []string) bool {
	if len(want) != len(given) {
		return false
	}
	for i, w := range want {
		if !strings.HasPrefix(w, "{") && w != given[i] {
			return false
		}
	}
	return true
}

// shopOf is the shop that a path names, as the routes read it; "" if it names none.
func shopOf(r *http.Request) string {
	parts := strings.Split(r.URL.EscapedPath(), "/")
	if len(parts) < 4 || parts[2] != "shops" {
		return ""
	}
	code, err := url.PathUnescape(parts[3])
	if err != nil {
		return parts[3] // no code of a shop
	}
	return code
}

// admit lets a caller through who may call op: known, of the shop, of the role,
// within the rate.
func (h *Host) admit(w http.ResponseWriter, r *http.Request, s *state, op operation) error {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		bearer = ""
	}
	c, err := h.Callers.Caller(r.Context(), bearer)
	if err != nil {
		return err
	}
	s.caller, s.role = c, c.Role
	code := shopOf(r)
	if c.Kind == identity.Merchant {
		if err := h.admitMerchant(w, r, s, op, code); err != nil {
			return err
		}
	} else if code != "" {
		if err := CheckID("shop", code); err != nil {
			return err
		}
	}
	if op.Role != ofHost && !s.role.Allows(identity.Role(op.Role)) {
		return refuseAs(http.StatusForbidden, ProblemCodeRole, "%s needs the role %s; yours is %s", op.ID, op.Role, s.role)
	}
	return nil
}

// admitMerchant finds a merchant's role in the shop that the path names, which must be
// the token's.
func (h *Host) admitMerchant(w http.ResponseWriter, r *http.Request, s *state, op operation, code string) error {
	if op.Role == ofHost {
		return refuseAs(http.StatusForbidden, ProblemCodeRole, "%s is about all shops, and for those who run the host", op.ID)
	}
	limited := s.caller.Domain
	s.role = identity.Viewer
	if code != "" {
		if err := h.ofShop(r.Context(), code, s.caller.Domain); err != nil {
			return err
		}
		var err error
		if s.role, err = h.roles().Of(r.Context(), code, s.caller.Name); err != nil {
			return err
		}
		limited = code
	}
	if h.Limits == nil {
		return nil
	}
	if wait := h.Limits.Take(limited, r.Method != http.MethodGet); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return refuseAs(http.StatusTooManyRequests, ProblemCodeTooManyRequests, "the shop has sent too many requests")
	}
	return nil
}

// ofShop reports by an error that a merchant of the domain has no shop of that
// code. Whether there is one of somebody else's is not told.
func (h *Host) ofShop(ctx context.Context, code, domain string) error {
	other := refuseAs(http.StatusForbidden, ProblemCodeOtherShop, "shop %.60q is not connected for %s", strings.ToValidUTF8(code, "?"), domain)
	if CheckID("shop", code) != nil {
		return other
	}
	card, err := h.Cards.Get(ctx, code)
	if errors.Is(err, shop.ErrNotFound) || err == nil && !strings.EqualFold(card.Domain, domain) {
		return other
	}
	return err
}

// change makes a change once for each session token, and leaves a trail of it.
func (h *Host) change(mux *http.ServeMux, w http.ResponseWriter, r *http.Request, s *state, op operation) {
	ctx := r.Context()
	if s.caller.Kind == identity.Merchant {
		if err := (&identity.Replays{Table: h.Table}).Use(ctx, s.caller.Session); err != nil {
			h.fail(w, r, err)
			return
		}
	}
	c, err := h.trail().Begin(ctx, shopOf(r), s.request, identity.Change{Kind: s.caller.Kind, By: s.caller.Name, Operation: op.ID, Path: r.URL.EscapedPath()})
	if err != nil {
		h.fail(w, r, err)
		return
	}
	answer := &recorder{ResponseWriter: w, status: http.StatusOK}
	mux.ServeHTTP(answer, r)
	// Who asked may have gone: the change has been made all the same.
	if err := h.trail().End(context.WithoutCancel(ctx), c, answer.status, s.effect); err != nil {
		h.Log.WarnContext(ctx, "the effect of a change is not in the trail", "operation", op.ID, "request", s.request, "err", err)
	}
}

// recorder remembers an answer's status.
type recorder struct {
	http.ResponseWriter

	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (h *Host) roles() *identity.Roles { return &identity.Roles{Table: h.Table, Now: h.Now} }
func (h *Host) trail() *identity.Trail { return &identity.Trail{Table: h.Table, Now: h.Now} }

type requestKey struct{}

// WithRequest names a request by the id that its gateway has given it.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// requestOf is the id of a request, a new one if it has none.
func requestOf(ctx context.Context) string {
	if id, ok := ctx.Value(requestKey{}).(string); ok && id != "" {
		return id
	}
	return rand.Text()
}

// server implements the generated interface.
type server struct{ *Host }

var _ StrictServerInterface = (*server)(nil)
