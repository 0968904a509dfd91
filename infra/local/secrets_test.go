package main

import (
	"bytes"
	"compress/flate"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"backroom/infra/sim/host"
	"backroom/shared/api"
	"backroom/shared/config"
	"backroom/shared/documents"
	"backroom/shared/shop"
)

// door is the way to a simulator. It knows the secret that the engine is given,
// which is not the simulator's, and notes every token that passes.
type door struct {
	known, real string
	to          http.Handler

	mu    sync.Mutex
	seen  map[string]int // secrets and tokens, how often they passed
	echo  int            // what requests are answered with, and all that they sent; 0: nothing
	heard int            // requests that were answered so
}

func newDoor(t *testing.T, known, secret, base string) (*door, string) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	path := u.Path
	u.Path = ""
	d := &door{known: known, real: secret, to: httputil.NewSingleHostReverseProxy(u), seen: map[string]int{}}
	s := httptest.NewServer(d)
	t.Cleanup(s.Close)
	return d, s.URL + path
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	token := r.Header.Get("X-Shopify-Access-Token") + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	d.mu.Lock()
	if bytes.Contains(body, []byte(d.known)) {
		d.seen[d.known]++
	}
	if token != "" {
		d.seen[token]++
	}
	echo := d.echo
	if echo != http.StatusUnauthorized && strings.Contains(r.URL.Path, "oauth") {
		echo = 0 // with a token, so that the API is asked
	}
	if echo != 0 {
		d.heard++
	}
	d.mu.Unlock()
	if echo != 0 {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer error_description=%q", token+string(body)))
		w.WriteHeader(echo)
		text := fmt.Sprintf("%q is wrong, sent with %q", token, body)
		fmt.Fprintf(w, `{"error":{"code":"Authentication_InvalidCredentials","message":%q},"errors":%q,"error_description":%q}`, text, text, text)
		return
	}
	body = bytes.ReplaceAll(body, []byte(d.known), []byte(d.real))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	d.to.ServeHTTP(w, r)
}

func (d *door) answers(status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.echo = status
}

// logged collects what is logged, from all goroutines.
type logged struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

func (l *logged) text() string { l.mu.Lock(); defer l.mu.Unlock(); return l.String() }

// tried has a job run and waits until nothing is under way, however it ends.
func tried(t *testing.T, e *engine, entry string) {
	t.Helper()
	r, err := e.desk.Trigger(t.Context(), entry, ask{})
	if err != nil {
		t.Fatal(err)
	}
	for r.State != api.Ended {
		pause(t.Context(), 5*time.Millisecond)
		if r, err = e.desk.Run(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
	}
	settled(t, e)
}

// TestNoSecretIsKeptOrSaid: the demo's shop is synchronised with secrets that the
// test knows, while both sides work, and while they refuse and answer with all that
// was sent. Neither secrets nor tokens are in a log line, an item, a message, a
// schedule, a file or an answer of the interface.
func TestNoSecretIsKeptOrSaid(t *testing.T) {
	const ofShopify, ofBC, ofHost = "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", "Qx8~known.to.the-test_4711.bc", "k9-known-to-the-test-of-the-host"
	info := simulateAs(t, host.Options{})
	toShopify, shopify := newDoor(t, ofShopify, info.ClientSecret, info.Shopify)
	toBC, bc := newDoor(t, ofBC, info.BCSecret, info.BC)
	tokens, err := url.Parse(info.TokenURL)
	if err != nil {
		t.Fatal(err)
	}
	folder, log := t.TempDir(), &logged{}
	s := settings{Config: config.Config{
		Data: folder, Workers: 4, Every: 24 * time.Hour, Token: ofHost,
		Shopify: &config.Shopify{Domain: info.Domain, ClientID: info.ClientID, ClientSecret: ofShopify, BaseURL: shopify},
		BC: &config.BC{
			Tenant: info.Tenant, Environment: info.Environment, Company: info.Company, ClientID: info.BCClient, ClientSecret: ofBC,
			BaseURL: bc, TokenURL: strings.TrimSuffix(bc, "/v2.0") + tokens.Path,
		},
		Card: sampleCardFile(t),
	}, log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), anchor: time.Now().Add(24 * time.Hour)}
	e, err := open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	stop := work(t, e)
	said := []string{}
	look := func() { said = append(said, answersOf(t, e, ofHost)...) }

	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusBadRequest} {
		toShopify.answers(status)
		tried(t, e, "sync-orders")
		look()
		toShopify.answers(0)
		toBC.answers(status)
		tried(t, e, "sync-orders")
		tried(t, e, "process-orders")
		look()
		toBC.answers(0)
	}
	tried(t, e, "sync-orders")
	tried(t, e, "process-orders")
	look()
	stop()
	stored := contents(t, s.file())
	if err := e.close(); err != nil {
		t.Fatal(err)
	}

	found := map[string]string{"the log": log.text(), "what the interface says": strings.Join(said, "\n"), "the data file's rows": stored}
	for name, text := range files(t, folder) {
		found["the file "+name] = text
	}
	secrets := []string{ofHost}
	for _, d := range []*door{toShopify, toBC} {
		if d.seen[d.known] == 0 || len(d.seen) < 2 || d.heard == 0 {
			t.Errorf("no secret, no token or no refusal passed: %d, %d, %d", d.seen[d.known], len(d.seen), d.heard)
		}
		for secret := range d.seen {
			secrets = append(secrets, secret)
		}
	}
	for where, text := range found {
		for _, form := range forms(secrets) {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s has a secret or a token in it: ...%s...", where, text[max(i-200, 0):min(i+len(form)+40, len(text))])
			}
		}
	}
	// What is looked for would be found.
	for where, want := range map[string][]string{
		"the log": {"sync-orders"}, "what the interface says": {"sync-orders", "#10"}, "the data file's rows": {`"name":"#10`, "sync-orders"},
	} {
		for _, w := range want {
			if !strings.Contains(found[where], w) {
				t.Errorf("%s lacks %q: is all of it read?", where, w)
			}
		}
	}
}

// forms are secrets as they would be found: as they are, and encoded.
func forms(secrets []string) (all []string) {
	for _, s := range secrets {
		all = append(all, s, url.QueryEscape(s), base64.StdEncoding.EncodeToString([]byte(s)))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sampleCardFile is a file with the settings that fit the simulated company.
func sampleCardFile(t *testing.T) string {
	t.Helper()
	stored, err := sampleCard(documents.Card{Shop: shop.Shop{ConnectedAt: time.Now()}}).Stored()
	if err != nil {
		t.Fatal(err)
	}
	js, err := documents.Sections.Show(stored)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "card.json")
	if err := os.WriteFile(path, js, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// answersOf is what the interface of e says of all that there is, and to a token
// that is wrong.
func answersOf(t *testing.T, e *engine, token string) (said []string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = e.api(server.Listener.Addr().String(), token)
	server.Start()
	defer server.Close()
	paths := []string{"", "/card", "/jobs", "/jobs/sync-orders", "/runs", "/orders", "/issues", "/cues", "/trail", "/check"}
	rs, _, err := e.desk.Runs(t.Context(), "", 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		paths = append(paths, "/runs/"+r.ID)
	}
	orders, _, err := e.desk.Orders(t.Context(), "", "", 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range orders {
		paths = append(paths, "/orders/"+url.PathEscape(o.Name))
	}
	for _, p := range paths {
		for _, bearer := range []string{token, token[1:]} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/shops/"+e.card.Code+p, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+bearer)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || (bearer == token) != (resp.StatusCode == http.StatusOK) {
				t.Fatalf("%s: %s %s, %v", p, resp.Status, body, err)
			}
			said = append(said, fmt.Sprint(p, resp.Header, string(body)))
		}
	}
	return said
}

// contents are all rows of a data file, payloads inflated.
func contents(t *testing.T, file string) string {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var b strings.Builder
	for _, query := range []string{"SELECT pk || ' ' || sk, data FROM items ORDER BY pk, sk", "SELECT grp || ' ' || id, body FROM messages", "SELECT grp || ' ' || id, '' FROM dedup", "SELECT name, spec FROM schedules"} {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var key string
			var data []byte
			if err := rows.Scan(&key, &data); err != nil {
				t.Fatal(err)
			}
			b.WriteString(key + " " + inflated(data) + "\n")
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		_ = rows.Close()
	}
	return b.String()
}

// inflated is a payload as text: after a letter and a number of one byte it may be compressed.
func inflated(data []byte) string {
	if len(data) > 2 && data[0] == 'z' {
		if js, err := io.ReadAll(flate.NewReader(bytes.NewReader(data[2:]))); err == nil {
			return string(js)
		}
	}
	return string(data)
}

// files are all files below a folder.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[d.Name()] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
