package functions_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"backroom/shared/api/client"
)

// gateway is the HTTP API in front of the function: below /operator it wants a
// signature, which a header stands for here, and tells the function whose it is.
type gateway struct{ api lambda.Handler }

const signedBy = "X-Test-Signed-By"

func (g gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	path := r.URL.EscapedPath()
	e := events.APIGatewayV2HTTPRequest{RawPath: path, RawQueryString: r.URL.RawQuery, Body: string(body), Headers: map[string]string{}}
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.Path = r.Method, r.URL.Path
	e.RequestContext.RequestID = fmt.Sprintf("request-%x", sha256.Sum256([]byte(r.Method+path+string(body)+r.Header.Get("Authorization"))))[:24]
	for name := range r.Header {
		e.Headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	if strings.HasPrefix(path, "/operator/") {
		arn := r.Header.Get(signedBy)
		if arn == "" {
			return answered(r, http.StatusForbidden, nil, `{"message":"Forbidden"}`), nil
		}
		e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{UserARN: arn}}
	} else if !strings.HasPrefix(path, "/v1/") {
		return answered(r, http.StatusNotFound, nil, `{"message":"Not Found"}`), nil
	}
	js, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	out, err := g.api.Invoke(context.WithoutCancel(r.Context()), js)
	if err != nil {
		return answered(r, http.StatusInternalServerError, nil, `{"message":"Internal Server Error"}`), nil //nolint:nilerr // what the gateway answers to it
	}
	var a events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &a); err != nil {
		return nil, err
	}
	return answered(r, a.StatusCode, a.Headers, a.Body), nil
}

func answered(r *http.Request, status int, header map[string]string, body string) *http.Response {
	resp := &http.Response{StatusCode: status, Status: fmt.Sprint(status), Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte(body))), Request: r}
	for k, v := range header {
		resp.Header.Set(k, v)
	}
	return resp
}

// operator calls as a principal of IAM.
func (w *world) operator() *client.ClientWithResponses {
	return w.calling("https://api.test/operator", func(r *http.Request) {
		r.Header.Set(signedBy, "arn:aws:sts::123456789012:assumed-role/operator/jo")
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
	c, err := client.NewClientWithResponses(url, client.WithHTTPClient(&http.Client{Transport: gateway{w.api}}),
		client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error { edit(r); return nil }))
	if err != nil {
		w.tb.Fatal(err)
	}
	return c
}

// token is a session token as App Bridge makes them.
func (w *world) token(user, id string) string {
	shop := "https://" + w.shop.Shop.Domain
	js, err := json.Marshal(map[string]any{
		"iss": shop + "/admin", "dest": shop, "aud": w.shop.Shop.ClientID, "sub": user, "jti": id, "sid": "s",
		"iat": w.Now().Unix(), "nbf": w.Now().Unix(), "exp": w.Now().Add(time.Minute).Unix(),
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(js)
	m := hmac.New(sha256.New, []byte(w.shop.Shop.ClientSecret))
	m.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
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
