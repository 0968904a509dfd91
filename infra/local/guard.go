package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"backroom/shared/api"
	"backroom/shared/connect"
	"backroom/shared/identity"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/plain"
	"backroom/shared/shop"
	"backroom/shared/sqlite"
)

// maxWait is how long an answer waits for a run at most.
const maxWait = 25 * time.Second

// api is the interface of an engine: what the document says, for whoever knows
// the token.
func (e *engine) api(addr, token string) http.Handler {
	return guard(e.handler(&identity.Machine{Token: token}), addr)
}

// handler is the interface for callers from wherever.
func (e *engine) handler(callers api.Callers) http.Handler {
	s := e.settings
	people := *e.People
	people.Purge = e.db.Purge
	return api.New(&api.Host{
		Jobs: e.requests(), Table: e.db.Table(), Cards: e.Cards, Sections: e.Sections, Orders: e.Orders, Issues: e.Issues, Reasons: e.Reasons, French: e.French, Links: &link.Store{Table: e.db.Table()}, People: &people,
		Callers: callers, Now: time.Now, Log: e.log, Used: e.Used, Simulated: e.simulated, Elsewhere: s.elsewhere(), MaxWait: maxWait, Classify: ofDisk,
		CarryOut: func(ctx context.Context, code string) error { return e.CarryOut(ctx, e.jobs, code) },
		HandMade: func(ctx context.Context, card shop.Shop, number string) (orders.HandMade, bool, error) {
			if s.Shopify == nil && s.sims == nil {
				return orders.HandMade{}, false, s.errNoConnection()
			}
			return e.HandMade(ctx, card, number)
		},
		Check: func(ctx context.Context, card shop.Shop) (connect.Report, error) {
			if s.Shopify == nil && s.sims == nil {
				return connect.Report{}, s.errNoConnection()
			}
			return connect.Check(ctx, s.options(e.db.Table(), e.jobs.Store), s.names(), card)
		},
		Forget: e.Forget, Remains: s.remains(),
	})
}

// ofDisk makes an error of the data file one that whoever asks can mend.
func ofDisk(err error) error {
	switch {
	case errors.Is(err, sqlite.ErrFull):
		return &api.Refusal{Status: http.StatusInsufficientStorage, Code: api.ProblemCodeDiskFull, Err: err}
	case errors.Is(err, sqlite.ErrDisk):
		return &api.Refusal{Status: http.StatusInternalServerError, Code: api.ProblemCodeDiskFull, Remedy: "See to the disk that holds the data, and repeat the request.", Err: err}
	}
	return err
}

// guard lets nothing through that a page of another site could send with the help
// of a browser on this machine.
func guard(next http.Handler, addr string) http.Handler {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		port = ""
	}
	ours := func(host string) bool {
		return host == addr || host == "127.0.0.1:"+port || host == "localhost:"+port || host == "[::1]:"+port
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ours(r.Host) {
			api.WriteProblem(w, api.ProblemOf(http.StatusMisdirectedRequest, api.ProblemCodeWrongHost, fmt.Sprintf("Host %q is not this server: use %s", clip(r.Host), addr)))
			return
		}
		if o := r.Header.Get("Origin"); o != "" {
			host, ok := strings.CutPrefix(o, "http://")
			if !ok || !ours(host) {
				api.WriteProblem(w, api.ProblemOf(http.StatusForbidden, api.ProblemCodeWrongOrigin, fmt.Sprintf("Origin %q may not call this server", clip(o))))
				return
			}
		}
		next.ServeHTTP(inTerminal{w}, r)
	})
}

// inTerminal makes answers fit for a terminal, in which who asks by curl reads them.
type inTerminal struct{ http.ResponseWriter }

func (t inTerminal) Write(b []byte) (int, error) { return plain.NewWriter(t.ResponseWriter).Write(b) }

func clip(s string) string {
	if len(s) > 100 {
		return s[:100]
	}
	return s
}

// server is an http.Server with limits that fit the loopback interface.
func server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
}
