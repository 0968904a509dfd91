// Package apigateway lets API Gateway's HTTP API reach the interface of package
// api. Operators come in below a prefix of their own, whose route is authorised by
// IAM; every other route leaves it to the interface who calls.
package apigateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"backroom/shared/api"
	"backroom/shared/identity"
)

// Prefix is what operators put in front of each path.
const Prefix = "/operator"

// Handler answers requests in payload format 2.0 with HTTP's answers. Safe for
// concurrent use.
type Handler struct{ HTTP http.Handler }

// Handle answers one request. Its error is always nil: what is wrong is an answer.
func (h *Handler) Handle(ctx context.Context, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	out := &answer{header: http.Header{}}
	req, problem := request(ctx, r)
	if problem != nil {
		api.WriteProblem(out, *problem)
	} else {
		h.HTTP.ServeHTTP(out, req)
	}
	return out.event(), nil
}

// request is the event as HTTP has it.
func request(ctx context.Context, r events.APIGatewayV2HTTPRequest) (*http.Request, *api.Problem) {
	body := []byte(r.Body)
	if r.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(r.Body); err != nil {
			p := api.ProblemOf(http.StatusBadRequest, api.ProblemCodeBadBody, "body: "+err.Error())
			return nil, &p
		}
	}
	ctx = api.WithRequest(ctx, r.RequestContext.RequestID)
	if a := r.RequestContext.Authorizer; a != nil && a.IAM != nil && a.IAM.UserARN != "" {
		ctx = identity.WithOperator(ctx, a.IAM.UserARN)
	}
	raw := r.RawPath
	if rest, ok := strings.CutPrefix(raw, Prefix+"/"); ok {
		raw = "/" + rest
	}
	req, err := http.NewRequestWithContext(ctx, r.RequestContext.HTTP.Method, "/", bytes.NewReader(body))
	if err != nil { // the method is none
		p := api.ProblemOf(http.StatusMethodNotAllowed, api.ProblemCodeMethod, err.Error())
		return nil, &p
	}
	// A path that arrives decoded is encoded again by its URL.
	path, err := url.PathUnescape(raw)
	if err != nil {
		path = raw
	}
	req.URL = &url.URL{Path: path, RawPath: raw, RawQuery: r.RawQueryString}
	req.Host, req.RequestURI = r.RequestContext.DomainName, ""
	for name, value := range r.Headers {
		req.Header.Set(name, value)
	}
	return req, nil
}

// answer collects what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter: the first status counts.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

func (a *answer) event() events.APIGatewayV2HTTPResponse {
	a.WriteHeader(http.StatusOK)
	out := events.APIGatewayV2HTTPResponse{StatusCode: a.status, Body: a.body.String(), Headers: map[string]string{}}
	for name, values := range a.header {
		out.Headers[name] = strings.Join(values, ", ")
	}
	return out
}
