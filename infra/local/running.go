package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"backroom/shared/identity"
)

// running is a server of this machine, as it announces itself.
type running struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	PID     int    `json:"pid"`
}

func serverFile(data string) string { return filepath.Join(data, "server.json") }

// announce lets commands of the same user find the server.
func (r *running) announce(data string) error {
	js, err := json.Marshal(r)
	if err == nil {
		_ = os.Remove(serverFile(data)) // whose mode would stay
		err = os.WriteFile(serverFile(data), js, 0o600)
	}
	if err != nil {
		return fmt.Errorf("BACKROOM_DATA: %w", err)
	}
	return nil
}

// find gives the server that runs on this data and the desk of its shop, nil if
// there is none.
func find(ctx context.Context, data string) (*running, *desk) {
	js, err := os.ReadFile(serverFile(data))
	if err != nil {
		return nil, nil
	}
	r := &running{}
	if err := json.Unmarshal(js, r); err != nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	d, err := r.desk(ctx)
	if err != nil {
		return nil, nil
	}
	return r, d
}

// desk is that of the server's one shop.
func (r *running) desk(ctx context.Context) (*desk, error) {
	d, err := deskAt("http://"+r.Address, bearer{r.Token, http.DefaultClient})
	if err != nil {
		return nil, err
	}
	d.at = "server at " + r.Address
	return d, d.choose(ctx, "")
}

// choose makes the shop that a person names the desk's, or the only one.
func (d *desk) choose(ctx context.Context, code string) error {
	ss, err := d.Shops(ctx)
	if err != nil {
		return err
	}
	var codes []string
	for _, s := range ss {
		if s.Code == code || code == "" && len(ss) == 1 {
			d.Shop, d.simulated = s.Code, s.Simulated
			return nil
		}
		codes = append(codes, s.Code)
	}
	switch {
	case len(ss) == 0:
		return fmt.Errorf("%s: it has no shop", d.at)
	case code == "":
		return fmt.Errorf("%s has %d shops: name one with --shop: %s", d.at, len(ss), some(codes))
	}
	return fmt.Errorf("--shop %q: %s has %s", code, d.at, some(codes))
}

// some is a list that a sentence can hold.
func some(names []string) string {
	const most = 12
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", listed(names[:most]), len(names)-most)
	}
	return listed(names)
}

// doer sends requests, as an http.Client does.
type doer interface {
	Do(r *http.Request) (*http.Response, error)
}

// bearer sends requests with a token.
type bearer struct {
	token string
	to    doer
}

// Do sends one.
func (b bearer) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.to.Do(r)
}

// inProcess has a handler of this process answer.
type inProcess struct{ handler http.Handler }

// Do has one answered, whole.
func (p inProcess) Do(r *http.Request) (*http.Response, error) {
	a := &answer{header: http.Header{}, status: http.StatusOK}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	p.handler.ServeHTTP(a, r)
	return &http.Response{
		Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status, Header: a.header, Body: io.NopCloser(&a.body), Request: r,
	}, r.Context().Err()
}

// answer collects what a handler writes.
type answer struct {
	header  http.Header
	status  int
	started bool
	body    bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter: the first status counts.
func (a *answer) WriteHeader(status int) {
	if !a.started {
		a.status, a.started = status, true
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.started = true
	return a.body.Write(b)
}

// inside is the desk of an engine in this process.
func (e *engine) inside() (*desk, error) {
	t := rand.Text()
	d, err := deskAt("http://engine.invalid", bearer{t, inProcess{e.handler(&identity.Machine{Token: t})}})
	if err != nil {
		return nil, err
	}
	d.at, d.Shop, d.simulated, d.own = "the engine", e.card.Code, e.simulated, true
	return d, nil
}
