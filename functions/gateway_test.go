package functions_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"backroom/shared/api/client"
	"backroom/shared/lambdafn/lambdafntest"
)

// operator calls as a principal of IAM.
func (w *world) operator() *client.ClientWithResponses {
	return w.calling("https://api.test/operator", func(r *http.Request) {
		r.Header.Set(lambdafntest.SignedBy, "arn:aws:sts::123456789012:assumed-role/operator/jo")
	})
}

// merchant calls as a user of the shop, each time with a new session token.
func (w *world) merchant(user string) *client.ClientWithResponses {
	n := 0
	return w.calling("https://api.test", func(r *http.Request) {
		n++
		r.Header.Set("Authorization", "Bearer "+w.token(user, fmt.Sprint(user, "-", n, "-", w.Now().UnixNano())))
	})
}

func (w *world) calling(url string, edit func(*http.Request)) *client.ClientWithResponses {
	c, err := client.NewClientWithResponses(url, client.WithHTTPClient(&http.Client{Transport: lambdafntest.Gateway{Invoke: w.api.Invoke}}),
		client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error { edit(r); return nil }))
	if err != nil {
		w.tb.Fatal(err)
	}
	return c
}

func (w *world) token(user, id string) string {
	s := w.shop.Shop
	return lambdafntest.SessionToken(s.ClientID, s.ClientSecret, s.Domain, user, id, w.Now())
}

// answer fails unless a call has come to status.
func answer[A interface{ StatusCode() int }](t *testing.T, want int) func(A, error) A {
	t.Helper()
	return func(a A, err error) A {
		t.Helper()
		if err != nil || a.StatusCode() != want {
			t.Fatalf("answered %q, %v; want %d", fmt.Sprintf("%s", any(a)), err, want)
		}
		return a
	}
}
