package fault

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody is more than either API takes.
const maxBody = 64 << 20

// Middleware puts the injector in front of next. A lost answer is a dropped
// connection (a panic with [http.ErrAbortHandler], which net/http's server and
// [Transport] both understand). The effect of a call does not depend on
// whether its client is still waiting, as with a real server.
func (i *Injector) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.RunDue() //nolint:contextcheck // what is due belongs to calls that are long over
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			http.Error(w, "reading the body: "+err.Error(), http.StatusBadRequest)
			return
		}
		call := i.cfg.Describe(r, body)
		call.Method, call.Path = r.Method, r.URL.Path
		again := func(ctx context.Context) *http.Request {
			c := r.Clone(ctx)
			c.Body = io.NopCloser(bytes.NewReader(body))
			return c
		}
		effect := func(ctx context.Context) { discard(next, again(ctx)) }
		lasting := context.WithoutCancel(r.Context())
		rule := i.Decide(call)
		if rule == nil {
			next.ServeHTTP(w, again(lasting))
			return
		}
		switch rule.Mode {
		case Latency:
			start := i.cfg.Now()
			if err := i.cfg.Sleep(r.Context(), rule.Delay); err != nil {
				// The client has gone, its request has not.
				rest := max(rule.Delay-i.cfg.Now().Sub(start), 0)
				i.Later(rest, call, effect) //nolint:contextcheck // runs on its own
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, again(lasting))
		case ErrorBefore:
			refuse(w, rule)
		case ErrorAfter:
			discard(next, again(lasting))
			refuse(w, rule)
		case LostBefore:
			panic(http.ErrAbortHandler)
		case LostAfter:
			discard(next, again(lasting))
			panic(http.ErrAbortHandler)
		case Late:
			i.Later(rule.Delay, call, effect) //nolint:contextcheck // runs on its own
			panic(http.ErrAbortHandler)
		case Throttle:
			w.Header().Set("Retry-After", strconv.Itoa(cmp.Or(rule.RetryAfter, 2)))
			rule.Status = http.StatusTooManyRequests
			refuse(w, rule)
		default:
			http.Error(w, fmt.Sprintf("fault rule with unknown mode %q", rule.Mode), http.StatusInternalServerError)
		}
	})
}

// ExplainHeader of a simulator's answer says in its own words why a call was
// refused. A client must not read it.
const ExplainHeader = "X-Sim-Explain"

// HTML answers with a page in place of JSON, as the edge in front of an API does.
func HTML(w http.ResponseWriter, status int) { refuse(w, &Rule{Status: status}) }

func refuse(w http.ResponseWriter, r *Rule) {
	status := r.Status
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	body := r.Body
	if body == "" {
		body = fmt.Sprintf("<html><head><title>%d</title></head><body><h1>%s</h1></body></html>\n", status, http.StatusText(status))
	}
	if w.Header().Get(ExplainHeader) == "" {
		w.Header().Set(ExplainHeader, fmt.Sprintf("a fault on demand answers %d in place of the simulator", status))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if strings.HasPrefix(body, "{") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func discard(h http.Handler, r *http.Request) {
	h.ServeHTTP(&recorder{header: http.Header{}}, r)
}

// ErrLost is what an in-process client gets for a dropped connection.
var ErrLost = errors.New("fault: connection lost before the answer came")

// Transport calls h in process, without a socket, through i's faults; i may
// be nil. Works in a synctest bubble. A dropped connection is an error that
// wraps [ErrLost] and [io.ErrUnexpectedEOF].
func Transport(h http.Handler, i *Injector) http.RoundTripper {
	if i != nil {
		h = i.Middleware(h)
	}
	return roundTripper{h}
}

type roundTripper struct{ h http.Handler }

func (t roundTripper) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			if e, ok := p.(error); !ok || !errors.Is(e, http.ErrAbortHandler) {
				panic(p)
			}
			resp, err = nil, fmt.Errorf("%w: %w", ErrLost, io.ErrUnexpectedEOF)
			if r.Context().Err() != nil {
				err = r.Context().Err()
			}
		}
	}()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close() //nolint:errcheck // a RoundTripper must close it, and nothing was written
	in.RequestURI = in.URL.RequestURI()
	if in.Host == "" {
		in.Host = in.URL.Host
	}
	w := &recorder{header: http.Header{}}
	t.h.ServeHTTP(w, in)
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if w.sent == nil {
		w.sent = w.header.Clone()
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// recorder is a ResponseWriter in memory.
type recorder struct {
	header, sent http.Header
	status       int
	body         bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, w.header.Clone()
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// MarshalJSON writes Delay as text such as "1m30s".
func (r Rule) MarshalJSON() ([]byte, error) {
	type plain Rule
	return json.Marshal(struct {
		plain
		Delay string `json:"delay,omitempty"`
	}{plain(r), r.Delay.String()})
}

// UnmarshalJSON reads "delay" as text such as "1m30s".
func (r *Rule) UnmarshalJSON(b []byte) error {
	type plain Rule
	v := struct {
		*plain
		Delay string `json:"delay"`
	}{plain: (*plain)(r)}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if v.Delay == "" {
		return nil
	}
	d, err := time.ParseDuration(v.Delay)
	if err != nil {
		return fmt.Errorf("delay %q: want a duration such as 90s", v.Delay)
	}
	r.Delay = d
	return nil
}

// State is what the control endpoint tells.
type State struct {
	Requests int     `json:"requests"`
	Writes   int     `json:"writes"`
	Pending  int     `json:"pending"` // late effects still to come
	Rules    []Rule  `json:"rules"`
	Log      []Entry `json:"log"`
}

// ServeHTTP is the control endpoint: GET tells the state, POST adds the rule in
// the JSON body, DELETE removes all rules.
func (i *Injector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		var rule Rule
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&rule); err != nil {
			http.Error(w, "fault rule: "+err.Error(), http.StatusBadRequest)
			return
		}
		if !known(rule.Mode) {
			http.Error(w, fmt.Sprintf("mode %q: want one of %v", rule.Mode, Modes), http.StatusBadRequest)
			return
		}
		i.Add(rule)
	case http.MethodDelete:
		i.Clear()
	case http.MethodGet:
	default:
		http.Error(w, "want GET, POST or DELETE", http.StatusMethodNotAllowed)
		return
	}
	i.mu.Lock()
	s := State{Requests: i.requests, Writes: i.writes, Pending: len(i.pending), Rules: []Rule{}, Log: append([]Entry{}, i.log...)}
	for _, r := range i.rules {
		s.Rules = append(s.Rules, *r)
	}
	i.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s)
}

func known(m Mode) bool {
	return slices.Contains(Modes, m)
}
