package apigateway_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"backroom/shared/api"
	"backroom/shared/apigateway"
	"backroom/shared/identity"
)

// seen is what the interface was asked.
type seen struct {
	method, path, escaped, query, body, auth, host string
	caller                                         identity.Caller
	err                                            error
}

func handle(t *testing.T, e events.APIGatewayV2HTTPRequest) (seen, events.APIGatewayV2HTTPResponse) {
	t.Helper()
	var s seen
	h := apigateway.Handler{HTTP: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s = seen{method: r.Method, path: r.URL.Path, escaped: r.URL.EscapedPath(), query: r.URL.RawQuery, body: string(body), auth: r.Header.Get("Authorization"), host: r.Host}
		s.caller, s.err = (&identity.Gateway{Sessions: &identity.Sessions{}}).Caller(r.Context(), "")
		w.Header().Set("Location", "/v1/x")
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte("{}"))
	})}
	out, err := h.Handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return s, out
}

func event(method, path string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{RawPath: path, Headers: map[string]string{"authorization": "Bearer x"}}
	e.RequestContext.HTTP.Method, e.RequestContext.DomainName = method, "api.test"
	return e
}

func signed(e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
	e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{UserARN: "arn:jo"}}
	return e
}

func TestRequestsArriveAsTheyWereSent(t *testing.T) {
	for _, c := range []struct {
		name, given, path, escaped string
	}{
		{"plain", "/v1/shops/acme/jobs", "/v1/shops/acme/jobs", "/v1/shops/acme/jobs"},
		{"encoded", "/v1/shops/acme/orders/%231042", "/v1/shops/acme/orders/#1042", "/v1/shops/acme/orders/%231042"},
		{"decoded by the gateway", "/v1/shops/acme/orders/#1042", "/v1/shops/acme/orders/#1042", "/v1/shops/acme/orders/%231042"},
		{"a slash in a part", "/v1/shops/acme%2Fx/jobs", "/v1/shops/acme/x/jobs", "/v1/shops/acme%2Fx/jobs"},
		{"a broken escape", "/v1/shops/%zz/jobs", "/v1/shops/%zz/jobs", "/v1/shops/%25zz/jobs"},
		{"below the prefix", "/operator/v1/shops", "/v1/shops", "/v1/shops"},
		{"like the prefix", "/operators/v1/shops", "/operators/v1/shops", "/operators/v1/shops"},
		{"nothing", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := event("POST", c.given)
			e.RawQueryString, e.Body = "limit=1", `{"a":1}`
			s, out := handle(t, e)
			if s.path != c.path || s.escaped != c.escaped || s.method != "POST" || s.query != "limit=1" || s.body != `{"a":1}` || s.auth != "Bearer x" || s.host != "api.test" {
				t.Errorf("%+v", s)
			}
			if out.StatusCode != 202 || out.Headers["Location"] != "/v1/x" || out.Body != "{}" || out.IsBase64Encoded {
				t.Errorf("%+v", out)
			}
		})
	}
	e := event("POST", "/v1/shops")
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte("{}")), true
	if s, _ := handle(t, e); s.body != "{}" {
		t.Errorf("body %q", s.body)
	}
}

// FuzzHandle: whatever event comes, the interface is asked what it says or nothing
// at all, nobody is an operator for what a request can say of itself, and there is
// an answer.
func FuzzHandle(f *testing.F) {
	f.Add("GET", "/v1/shops/acme/orders/%231042", "limit=1", "", false, "authorization", "Bearer x")
	f.Add("POST", "/operator/v1/shops", "", "e30=", true, "x-amzn-iam", "arn:jo")
	f.Add("P T", "/v1/%zz", "%", "{", true, "", "\n")
	f.Fuzz(func(t *testing.T, method, path, query, body string, encoded bool, name, value string) {
		e := event(method, path)
		e.RawQueryString, e.Body, e.IsBase64Encoded = query, body, encoded
		e.Headers[name] = value
		s, out := handle(t, e)
		if out.StatusCode < 200 || out.StatusCode > 599 {
			t.Fatalf("answered %+v", out)
		}
		if s.method == "" { // not asked
			if out.StatusCode < 400 {
				t.Fatalf("answered %+v, and nobody was asked", out)
			}
			return
		}
		if s.err == nil {
			t.Fatalf("%+v is somebody", s.caller)
		}
		want := body
		if encoded {
			raw, err := base64.StdEncoding.DecodeString(body)
			if err != nil {
				t.Fatalf("body %q arrived as %q", body, s.body)
			}
			want = string(raw)
		}
		if s.body != want || s.query != query || s.method != cmp.Or(method, "GET") {
			t.Fatalf("%s %q %q arrived as %+v", method, query, body, s)
		}
	})
}

// TestOperatorsAreWhomTheGatewayNames: the prefix alone makes nobody one.
func TestOperatorsAreWhomTheGatewayNames(t *testing.T) {
	if s, _ := handle(t, signed(event("GET", "/operator/v1/shops"))); s.err != nil || s.caller.Kind != identity.Operator || s.caller.Name != "arn:jo" {
		t.Errorf("%+v, %v", s.caller, s.err)
	}
	for _, path := range []string{"/operator/v1/shops", "/v1/shops"} {
		if s, _ := handle(t, event("GET", path)); s.err == nil {
			t.Errorf("%s: %+v without a signature", path, s.caller)
		}
	}
}

func TestWhatCannotBeReadIsAProblem(t *testing.T) {
	broken := event("POST", "/v1/shops")
	broken.Body, broken.IsBase64Encoded = "%%%", true
	for _, e := range []events.APIGatewayV2HTTPRequest{broken, event("G T", "/v1/shops")} {
		s, out := handle(t, e)
		var p api.Problem
		if err := json.Unmarshal([]byte(out.Body), &p); err != nil || p.Status != out.StatusCode || p.Code == "" || s.method != "" || out.Headers["Content-Type"] != "application/problem+json" {
			t.Errorf("%+v, %v", out, err)
		}
	}
}
