package lambdafntest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Gateway is the HTTP API in front of the function api, as a transport. Below
// /operator it wants a signature, which the header SignedBy stands for here, and
// tells the function whose it is.
type Gateway struct {
	Invoke func(ctx context.Context, event []byte) ([]byte, error)
}

// SignedBy is a header with the ARN of the principal that has signed the request.
const SignedBy = "X-Test-Signed-By"

// RoundTrip makes the event of a request, and a response of what the function
// answers. A function that fails is a 500 in the gateway's own words.
func (g Gateway) RoundTrip(r *http.Request) (*http.Response, error) {
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
		arn := r.Header.Get(SignedBy)
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
	out, err := g.Invoke(context.WithoutCancel(r.Context()), js)
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
	resp := &http.Response{StatusCode: status, Status: fmt.Sprint(status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
	for k, v := range header {
		resp.Header.Set(k, v)
	}
	return resp
}

// SessionToken is a session token as App Bridge makes them: of a user of the
// shop with that domain, for the app, signed with its secret, good for a minute.
func SessionToken(app, secret, domain, user, id string, now time.Time) string {
	part := func(v any) string {
		js, err := json.Marshal(v)
		if err != nil {
			panic(err) // texts and numbers
		}
		return base64.RawURLEncoding.EncodeToString(js)
	}
	shop := "https://" + domain
	text := part(map[string]string{"alg": "HS256", "typ": "JWT"}) + "." + part(map[string]any{
		"iss": shop + "/admin", "dest": shop, "aud": app, "sub": user, "jti": id, "sid": "s",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	})
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
