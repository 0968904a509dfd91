package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"backroom/shared/identity"
)

// The principal that commands of the tests sign as.
const (
	keyID  = "AKIDEXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	region = "eu-central-1"
)

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// again escapes a path that is escaped already, as signatures of all services but
// S3 have it.
func again(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// signature is that of a request by the published rules of Signature Version 4.
func signature(r *http.Request, body []byte, names []string) string {
	var headers strings.Builder
	for _, n := range names {
		v := r.Header.Get(n)
		switch n {
		case "host":
			v = r.Host
		case "content-length":
			v = fmt.Sprint(len(body))
		}
		fmt.Fprintf(&headers, "%s:%s\n", n, strings.Join(strings.Fields(v), " "))
	}
	var query []string
	for k, vs := range r.URL.Query() {
		for _, v := range vs {
			query = append(query, strings.ReplaceAll(url.QueryEscape(k)+"="+url.QueryEscape(v), "+", "%20"))
		}
	}
	sort.Strings(query)
	hash := func(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }
	canonical := strings.Join([]string{
		r.Method, again(r.URL.EscapedPath()), strings.Join(query, "&"), headers.String(), strings.Join(names, ";"), hash(body),
	}, "\n")
	at := r.Header.Get("X-Amz-Date")
	scope := at[:8] + "/" + region + "/execute-api/aws4_request"
	key := mac(mac(mac(mac([]byte("AWS4"+secret), at[:8]), region), "execute-api"), "aws4_request")
	return hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+at+"\n"+scope+"\n"+hash([]byte(canonical))))
}

// gateway is a stage's API in front of an engine: below /operator it wants a right
// signature, and tells the interface whose it is.
func gateway(t *testing.T, e *engine) *httptest.Server {
	t.Helper()
	inner := e.handler(&identity.Gateway{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		auth := r.Header.Get("Authorization")
		_, rest, _ := strings.Cut(auth, "SignedHeaders=")
		names, given, _ := strings.Cut(rest, ", Signature=")
		at := r.Header.Get("X-Amz-Date")
		path, below := strings.CutPrefix(r.URL.EscapedPath(), operators+"/")
		switch {
		case !below:
			http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
			return
		case len(at) < 8 || !strings.HasPrefix(auth, "AWS4-HMAC-SHA256 Credential="+keyID+"/"+at[:8]+"/"+region+"/execute-api/aws4_request, ") ||
			given == "" || given != signature(r, body, strings.Split(names, ";")):
			http.Error(w, `{"message":"Forbidden"}`, http.StatusForbidden)
			return
		}
		ctx := identity.WithOperator(r.Context(), "arn:aws:iam::123456789012:user/jo")
		next, err := http.NewRequestWithContext(ctx, r.Method, "/"+path+"?"+r.URL.RawQuery, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		next.Header = r.Header.Clone()
		next.Header.Del("Authorization")
		inner.ServeHTTP(w, next)
	}))
	t.Cleanup(s.Close)
	return s
}

// TestCommandsForAStage: the same commands work on a stage, signed by whoever the
// SDK finds, and what the gateway answers by itself is said with a way out.
func TestCommandsForAStage(t *testing.T) {
	e := at(t, simulate(t, 6))
	defer work(t, e)()
	s := gateway(t, e)
	bin, path := filepath.Dir(compiled(t, "backroom-aws", "../sign")), os.Getenv("PATH")
	t.Setenv("PATH", t.TempDir())
	if _, stderr, status := command(t, "jobs", "--api", s.URL); status != 1 || !strings.Contains(stderr, "backroom-aws, beside this one") {
		t.Errorf("without the program that signs: %d, %s", status, stderr)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+path)
	t.Setenv("BACKROOM_DATA", t.TempDir())
	t.Setenv("AWS_ACCESS_KEY_ID", keyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	t.Setenv("AWS_REGION", region)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"run", "sync-orders"}, 0, "6 read, 6 created"},
		{[]string{"orders"}, 0, "#1001"},
		{[]string{"orders", "#1001"}, 0, "#1001"}, // escaped twice in the signature
		{[]string{"runs", "--since", "24h", "--outcome", "succeeded with issues,succeeded"}, 0, "sync-orders"},
		{[]string{"jobs", "hold", "sync-orders", "--reason", "Inventur, ß"}, 0, "on hold"},
		{[]string{"jobs", "hold", "sync-orders", "--shop", "other"}, 1, "--shop"},
		{[]string{"jobs", "pause", "--everything", "--reason", "moving"}, 0, "All jobs are paused"},
		{[]string{"jobs", "resume", "--everything"}, 0, "start again"},
		{[]string{"jobs", "hold", "../x"}, 1, "not dots"},
	} {
		stdout, stderr, status := command(t, append(c.args, "--api", s.URL)...)
		if status != c.status || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%q: %d, want %d and %q\n%s%s", c.args, status, c.status, c.says, stdout, stderr)
		}
	}
	changes, _, err := e.trail(t)
	if err != nil || len(changes) == 0 || changes[0].By != "arn:aws:iam::123456789012:user/jo" {
		t.Errorf("the trail says %+v, %v", changes, err)
	}
	t.Setenv("BACKROOM_API", s.URL)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "somebody else's")
	if _, stderr, status := command(t, "jobs"); status != 1 || !strings.Contains(stderr, "execute-api:Invoke") {
		t.Errorf("with a wrong signature: %d, %s", status, stderr)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if _, stderr, status := command(t, "jobs"); status != 1 || !strings.Contains(stderr, "no AWS credentials") {
		t.Errorf("without credentials: %d, %s", status, stderr)
	}
	t.Setenv("BACKROOM_API", "http://example.com")
	if _, stderr, status := command(t, "jobs"); status != 1 || !strings.Contains(stderr, "must be the APIAddress") {
		t.Errorf("an address in the open: %d, %s", status, stderr)
	}
}

func (e *engine) trail(t *testing.T) ([]identity.Change, string, error) {
	t.Helper()
	return (&identity.Trail{Table: e.db.Table()}).List(t.Context(), e.card.Code, "", 10)
}
