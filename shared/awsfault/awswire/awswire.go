// Package awswire lets fakes of AWS services answer the real SDK in process:
// a transport with faults on demand, and the JSON protocols' errors.
package awswire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Fault is what goes wrong with one request.
type Fault int

// The faults.
const (
	None   Fault = iota
	Before       // the service answers 500 and did nothing
	After        // the service answers 500 and did what was asked
	Lost         // the service did what was asked; the connection breaks
	Busy         // the service is throttling
)

// ErrBroken is what a client sees of a Lost answer.
var ErrBroken = errors.New("connection reset by peer")

// Transport is an http.RoundTripper that serves requests itself. Safe for
// concurrent use.
type Transport struct {
	Handler http.Handler
	// Fault decides about the n-th request (from 1) of an operation; nil: no faults.
	Fault func(op string, n int) Fault

	mu    sync.Mutex
	calls map[string]int
}

// Calls is how many requests of the operation arrived.
func (t *Transport) Calls(op string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls[op]
}

// Operation is what a request asks for: the target of a JSON protocol without
// its prefix, or method and path.
func Operation(r *http.Request) string {
	if _, op, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return op
	}
	return r.Method + " " + r.URL.Path
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	op := Operation(r)
	t.mu.Lock()
	if t.calls == nil {
		t.calls = map[string]int{}
	}
	t.calls[op]++
	fault := None
	if t.Fault != nil {
		fault = t.Fault(op, t.calls[op])
	}
	t.mu.Unlock()
	w := httptest.NewRecorder()
	switch fault {
	case Before:
		Refuse(w, http.StatusInternalServerError, "InternalServerError", "before the effect")
		return w.Result(), nil
	case Busy:
		Refuse(w, http.StatusBadRequest, "ThrottlingException", "rate exceeded")
		return w.Result(), nil
	case None, After, Lost:
	}
	if r.Header.Get("Authorization") == "" {
		Refuse(w, http.StatusForbidden, "MissingAuthenticationTokenException", "request is not signed")
		return w.Result(), nil
	}
	body := []byte{}
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
	}
	in := r.Clone(r.Context())
	in.Body = io.NopCloser(bytes.NewReader(body))
	t.Handler.ServeHTTP(w, in)
	switch fault {
	case After:
		w = httptest.NewRecorder()
		Refuse(w, http.StatusInternalServerError, "InternalServerError", "after the effect")
	case Lost:
		return nil, ErrBroken
	case None, Before, Busy:
	}
	return w.Result(), nil
}

// Config is what clients of the fake behind t need. Their retries do not wait.
func Config(t http.RoundTripper) aws.Config {
	return aws.Config{
		Region: "eu-north-1", Credentials: aws.CredentialsProviderFunc(signer),
		HTTPClient: &http.Client{Transport: t}, BaseEndpoint: aws.String("http://aws.invalid"),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
}

func signer(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "of nobody"}, nil
}

// Refuse answers an error in both JSON protocols' forms.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("X-Amzn-ErrorType", code)
	Reply(w, status, map[string]string{"__type": code, "message": message})
}

// Reply answers JSON with its checksum.
func Reply(w http.ResponseWriter, status int, v any) {
	js, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("awswire: %T: %v", v, err)) // the fake's own types
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(js)), 10))
	w.WriteHeader(status)
	_, _ = w.Write(js)
}
