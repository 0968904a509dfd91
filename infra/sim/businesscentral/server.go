package businesscentral

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"backroom/infra/sim/fault"
)

// jsonMinimal is the content type of answers.
const jsonMinimal = "application/json; odata.metadata=minimal; odata.streaming=true"

// Options of a [Server]. Every field has a working zero value.
type Options struct {
	// Now is the clock of everything: stamps, tokens, limits, posting dates.
	Now func() time.Time
	// Sleep waits for work to be done and for a place in the queue. The default
	// is a timer, so it is virtual in a synctest bubble. One that moves a clock
	// and returns at once suits clients that send one request at a time.
	Sleep func(ctx context.Context, d time.Duration) error

	Companies   []*Data  // default one of [Cronus]
	Tenant      string   // default "contoso.com"
	Environment string   // default "Production"
	Clients     []Client // default id "backroom", secret "secret"

	// How long an operation takes. A batch takes as long as its operations do
	// and Overhead once.
	Overhead, Read, Write, Line time.Duration
	Limits                      Limits

	// Switches choose between readings of what only a live tenant can tell; see [Server.SetSwitches].
	Switches Switches
	// Pictures are what a company does not do of pictures.
	Pictures PictureSwitches
	// Log is told of every refusal, with its reason and the section of the
	// reference; nil keeps it to the header X-Sim-Explain.
	Log *slog.Logger
	// NoCaseFunctions refuses tolower and toupper in filters.
	NoCaseFunctions bool
	// Companion are the entity sets of the companion API below CompanionRoot; without
	// any it is not installed. See [Server.SetCompanion].
	Companion     []string
	CompanionRoot string // default "backroom/shopify/v1.0"
	// Faults sits in front of API and token endpoint; see [Server.Faults].
	Faults *fault.Injector
}

// Client is an app registration. Limits hold for each of them.
type Client struct {
	ID, Secret string
	Disabled   bool // known to Microsoft Entra, not enabled in BC: 401
	NoRights   bool // no permission to write: 403
}

// Server simulates one environment. It is safe for concurrent use.
type Server struct {
	o         Options
	companies []*Company
	faults    *fault.Injector
	inner     *fault.Injector
	api       http.Handler
	meters    meters

	mu     sync.Mutex
	ids    int
	tokens map[string]token
	gates  map[string]*gate // by client id
	down   *apiError        // answered to everything
}

// New makes a server.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Tenant == "" {
		o.Tenant = "contoso.com"
	}
	if o.Environment == "" {
		o.Environment = "Production"
	}
	if len(o.Clients) == 0 {
		o.Clients = []Client{{ID: "backroom", Secret: "secret"}}
	}
	if o.CompanionRoot == "" {
		o.CompanionRoot = "backroom/shopify/v1.0"
	}
	if len(o.Companies) == 0 {
		o.Companies = []*Data{Cronus("CRONUS International Ltd.")}
	}
	o.Limits = o.Limits.withDefaults()
	s := &Server{o: o, faults: o.Faults, tokens: map[string]token{}, gates: map[string]*gate{}}
	if s.faults == nil {
		s.faults = fault.New(fault.Config{Now: o.Now, Sleep: o.Sleep, Describe: Describe})
	}
	s.inner = fault.New(fault.Config{Now: o.Now, Sleep: o.Sleep})
	s.api = s.faults.Middleware(http.HandlerFunc(s.serveAPI))
	for _, d := range o.Companies {
		if err := s.AddCompany(d); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// AddCompany adds a company to the environment.
func (s *Server) AddCompany(d *Data) error {
	if d.Name == "" || s.Company(d.Name) != nil {
		return fmt.Errorf("businesscentral: company %q has no name or occurs twice", d.Name)
	}
	c, err := newCompany(s, d)
	if err != nil {
		return fmt.Errorf("businesscentral: company %q: %w", d.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companies = append(slices.Clip(s.companies), c)
	return nil
}

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

// Faults makes requests go wrong as a whole: a batch with all it holds. An
// operation's name is its entity set, $batch, token or the action. The control
// API is not affected.
func (s *Server) Faults() *fault.Injector { return s.faults }

// FailInner makes operations inside batches go wrong. The lost modes leave the
// operation out of the batch's answer; Body is the text of an error, such as
// "… was locked by another user". Latency does not exist here.
func (s *Server) FailInner(r fault.Rule) error {
	if r.Mode == fault.Latency {
		return errors.New("businesscentral: no latency inside a batch: set Options.Write")
	}
	s.inner.Add(r)
	return nil
}

// RunDue applies late effects whose time has come; the next request does so too.
func (s *Server) RunDue() int { return s.faults.RunDue() + s.inner.RunDue() }

// Transport calls the server in process.
func (s *Server) Transport() http.RoundTripper { return fault.Transport(s, nil) }

// Company is the company with a name or id; "" is the first one. nil: there is none.
func (s *Server) Company(nameOrID string) *Company {
	for _, c := range s.Companies() {
		if nameOrID == "" || nameOrID == c.name || strings.EqualFold(nameOrID, c.id) {
			return c
		}
	}
	return nil
}

// Companies are all companies.
func (s *Server) Companies() []*Company {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.companies
}

// SetDown answers every API request with status until it is called with 0:
// 402, 403, 503 and so on. 503 has the code of a tenant under maintenance.
func (s *Server) SetDown(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch status {
	case 0:
		s.down = nil
	case http.StatusServiceUnavailable:
		s.down = refuse(status, "Internal_TenantUnavailable", "The tenant is not available.")
	case http.StatusForbidden:
		s.down = refuse(status, "Authorization_RequestDenied", "The license does not allow this.")
	default:
		s.down = refuse(status, "Unknown", "%s", http.StatusText(status))
	}
}

// guid is the next of a series of ids that is the same in every run.
func (s *Server) guid() string {
	s.mu.Lock()
	s.ids++
	n := s.ids
	s.mu.Unlock()
	return guidOf(fmt.Sprintf("%s/%d", s.o.Environment, n))
}

// guidOf is an id made of a name.
func guidOf(name string) string {
	h := sha256.Sum256([]byte(name))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// clientGone carries the context of the client's own request past the fault
// injector, which takes its end away.
type clientGone struct{}

// patience ends when the client goes.
func patience(ctx context.Context) context.Context {
	if client, ok := ctx.Value(clientGone{}).(context.Context); ok {
		return client
	}
	return ctx
}

// ServeHTTP serves the API, the token endpoint, the control API under /_sim/
// and a page for people.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.o.Now().UTC().Format(http.TimeFormat))
	if r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/_sim/") {
		s.serveControl(w, r)
		return
	}
	s.inner.RunDue() //nolint:contextcheck // what is due belongs to calls that are long over
	ctx := context.WithValue(r.Context(), clientGone{}, r.Context())
	s.api.ServeHTTP(w, r.WithContext(ctx))
}

// write sends an answer.
func (r response) write(w http.ResponseWriter) {
	for k, v := range r.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(r.status)
	if _, err := w.Write(r.body); err != nil {
		return // the client has gone
	}
}

// response is an answer, to a request or to an operation in a batch.
type response struct {
	status int
	header map[string]string
	body   []byte
}

func jsonResponse(status int, body []byte) response {
	return response{status: status, header: map[string]string{"Content-Type": jsonMinimal}, body: body}
}
