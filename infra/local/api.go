package main

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"backroom/shared/jobapi"
	"backroom/shared/orders"
	"backroom/shared/plain"
	"backroom/shared/sqlite"
	"backroom/shared/staging"
)

// api is the HTTP interface of an engine:
//
//	GET  /v1/overview
//	GET  /v1/shop
//	GET  /v1/jobs                  POST /v1/jobs/{id}/runs     {"parameters": …, "dryRun": …}
//	GET  /v1/jobs/{id}             PUT  /v1/jobs               a job entry; answers it and what to be warned of
//	DELETE /v1/jobs/{id}           POST /v1/jobs/{id}/{hold|ready|restart|run|cancel|delete}  {"reason": …}
//	POST /v1/failed-jobs/ready
//	GET  /v1/pause                 POST /v1/pause, /v1/resume  {"reason": …, "everything": …}
//	GET  /v1/runs?limit=&page=     GET  /v1/runs/{id}          POST /v1/runs/{id}/{cancel|retry}
//	GET  /v1/log?entry=&outcome=&notes=&since=&until=&limit=&page=
//	GET  /v1/orders?state=&limit=&page=  GET  /v1/orders/{name}      POST /v1/orders/{name}/{accept|retry|unlink}
//	GET  /v1/issues
//
// A list that has more than is answered says so in a Link header with
// rel="next", the log in its field next. Errors are {"error": "…"}. Every request needs the bearer token, a Host that
// is this address, and, from a browser, an Origin that is too.
func api(b backend, addr, token string) http.Handler {
	e := checked{b}
	m := http.NewServeMux()
	handle(m, "GET /v1/overview", func(r *http.Request) (any, error) { return e.Overview(r.Context()) })
	handle(m, "GET /v1/shop", func(r *http.Request) (any, error) { return e.Card(r.Context()) })
	handle(m, "GET /v1/jobs", func(r *http.Request) (any, error) { return e.Jobs(r.Context()) })
	handle(m, "GET /v1/runs", func(r *http.Request) (any, error) {
		return paged(r, func(ctx context.Context, page string, limit int) (any, string, error) {
			return list(e.Runs(ctx, page, limit))
		})
	})
	handle(m, "GET /v1/runs/{id}", func(r *http.Request) (any, error) { return e.Run(r.Context(), r.PathValue("id")) })
	handle(m, "POST /v1/runs/{id}/cancel", func(r *http.Request) (any, error) {
		if err := e.Cancel(r.Context(), r.PathValue("id")); err != nil {
			return nil, err
		}
		return e.Run(r.Context(), r.PathValue("id"))
	})
	handle(m, "POST /v1/jobs/{id}/runs", func(r *http.Request) (any, error) {
		body, err := read(r)
		if err != nil {
			return nil, err
		}
		a, err := jobapi.ParseAsk(body)
		if err != nil {
			return nil, err
		}
		return e.Trigger(r.Context(), r.PathValue("id"), a)
	})
	handle(m, "GET /v1/orders", func(r *http.Request) (any, error) {
		s, err := orders.ParseState(r.URL.Query().Get("state"))
		if err != nil {
			return nil, &jobapi.Refusal{Status: http.StatusBadRequest, Err: err}
		}
		return paged(r, func(ctx context.Context, page string, limit int) (any, string, error) {
			return list(e.Orders(ctx, s, page, limit))
		})
	})
	handle(m, "GET /v1/orders/{name}", func(r *http.Request) (any, error) { return e.Order(r.Context(), r.PathValue("name")) })
	handle(m, "POST /v1/orders/{name}/{decision}", func(r *http.Request) (any, error) {
		return e.Decide(r.Context(), r.PathValue("name"), staging.Decision(r.PathValue("decision")))
	})
	steering(m, e)
	handle(m, "GET /v1/issues", func(r *http.Request) (any, error) { return e.Issues(r.Context()) })
	return guard(m, addr, token)
}

// list is a page as an answer has it: one without rows is a list too.
func list[V any](vs []V, next string, err error) (any, string, error) {
	if vs == nil {
		vs = []V{}
	}
	return vs, next, err
}

func handle(m *http.ServeMux, pattern string, f func(*http.Request) (any, error)) {
	m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, jobapi.MaxBody)
		v, err := f(r)
		if l, ok := v.(listed); ok && err == nil {
			l.link(w.Header(), r.URL)
			v = l.rows
		}
		status := http.StatusOK
		if err != nil {
			status = statusOf(err)
			v = map[string]string{"error": err.Error()}
		} else if strings.HasSuffix(pattern, "/runs") && r.Method == http.MethodPost {
			status = http.StatusAccepted
		}
		answer(w, status, v)
	})
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, staging.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, staging.ErrNotNow), errors.Is(err, staging.ErrSeveral):
		return http.StatusConflict
	case errors.Is(err, sqlite.ErrFull):
		return http.StatusInsufficientStorage
	case errors.Is(err, sqlite.ErrDisk):
		return http.StatusInternalServerError
	}
	return jobapi.Status(err)
}

// statusOfRead is the status of a body that could not be read.
func statusOfRead(err error) int {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

func answer(w http.ResponseWriter, status int, v any) {
	js, err := json.Marshal(v)
	if err != nil {
		status, js = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// Who asks by curl reads the answer in a terminal.
	if _, err := plain.NewWriter(w).Write(append(js, '\n')); err != nil {
		return // the client has gone
	}
}

// guard lets nothing through that does not know the token, or that a page of
// another site could send with the help of a browser on this machine.
func guard(next http.Handler, addr, token string) http.Handler {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		port = ""
	}
	ours := func(host string) bool {
		return host == addr || host == "127.0.0.1:"+port || host == "localhost:"+port || host == "[::1]:"+port
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse := func(status int, why string) { answer(w, status, map[string]string{"error": why}) }
		if !ours(r.Host) {
			refuse(http.StatusMisdirectedRequest, fmt.Sprintf("Host %q is not this server: use %s", clip(r.Host), addr))
			return
		}
		if o := r.Header.Get("Origin"); o != "" {
			host, ok := strings.CutPrefix(o, "http://")
			if !ok || !ours(host) {
				refuse(http.StatusForbidden, fmt.Sprintf("Origin %q may not call this server", clip(o)))
				return
			}
		}
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="backroom"`)
			refuse(http.StatusUnauthorized, "the token is missing or wrong: send Authorization: Bearer, with BACKROOM_TOKEN or the token that the server printed")
			return
		}
		next.ServeHTTP(w, r)
	})
}

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
