// Package apigateway lets API Gateway's HTTP API ask for runs and how they go.
// Who may ask is API Gateway's: every route is authorised by IAM.
package apigateway

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"backroom/shared/jobapi"
)

// The routes, as API Gateway writes them. The handler matches method and path
// itself, so that a gateway with one route for all does too.
const (
	RouteTrigger = "POST /v1/shops/{shop}/jobs/{entry}/runs"
	RouteRun     = "GET /v1/shops/{shop}/runs/{run}"
)

// Routes are all routes.
var Routes = []string{RouteTrigger, RouteRun}

// Handler answers requests in payload format 2.0. Safe for concurrent use.
type Handler struct {
	Jobs *jobapi.Jobs
	Log  *slog.Logger
}

// Handle answers one request; errors are {"error": "…"}.
func (h *Handler) Handle(ctx context.Context, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	body, err := decode(r)
	if err != nil {
		return h.refuse(ctx, r, err), nil
	}
	route, p := match(r.RequestContext.HTTP.Method, r.RawPath)
	var out events.APIGatewayV2HTTPResponse
	switch route {
	case RouteTrigger:
		var v jobapi.Run
		v, err = h.Jobs.Trigger(ctx, p["shop"], p["entry"], body)
		out = answer(http.StatusAccepted, v)
		out.Headers["Location"] = "/v1/shops/" + v.Shop + "/runs/" + v.ID
	case RouteRun:
		var v jobapi.Run
		v, err = h.Jobs.Run(ctx, p["shop"], p["run"])
		out = tagged(r, answer(http.StatusOK, v))
	default:
		err = &jobapi.Refusal{Status: http.StatusNotFound, Err: fmt.Errorf("there is no %s %q here; there are %s", r.RequestContext.HTTP.Method, r.RawPath, strings.Join(Routes, ", "))}
	}
	if err != nil {
		return h.refuse(ctx, r, err), nil
	}
	return out, nil
}

// match finds the route of a request and the parts of its path that vary.
func match(method, path string) (route string, parts map[string]string) {
	given := strings.Split(path, "/")
	for _, route := range Routes {
		m, pattern, _ := strings.Cut(route, " ")
		want := strings.Split(pattern, "/")
		if m != method || len(want) != len(given) {
			continue
		}
		parts := map[string]string{}
		fits := true
		for i, w := range want {
			name, varies := strings.CutPrefix(w, "{")
			if !varies {
				fits = fits && w == given[i]
				continue
			}
			v, err := url.PathUnescape(given[i])
			if err != nil {
				v = given[i] // refused as no id
			}
			parts[strings.TrimSuffix(name, "}")] = v
		}
		if fits {
			return route, parts
		}
	}
	return "", nil
}

// tagged is an answer that is not sent again while it is the same.
func tagged(r events.APIGatewayV2HTTPRequest, out events.APIGatewayV2HTTPResponse) events.APIGatewayV2HTTPResponse {
	sum := sha256.Sum256([]byte(out.Body))
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	if header(r, "If-None-Match") == tag {
		out = events.APIGatewayV2HTTPResponse{StatusCode: http.StatusNotModified, Headers: map[string]string{}}
	}
	out.Headers["ETag"] = tag
	return out
}

func (h *Handler) refuse(ctx context.Context, r events.APIGatewayV2HTTPRequest, err error) events.APIGatewayV2HTTPResponse {
	status, text := jobapi.Status(err), err.Error()
	if status >= http.StatusInternalServerError {
		h.Log.ErrorContext(ctx, "request failed", "method", r.RequestContext.HTTP.Method, "path", r.RawPath, "err", err)
		text = "it failed on our side; try again, or ask with request id " + r.RequestContext.RequestID
	}
	return answer(status, map[string]string{"error": text})
}

func decode(r events.APIGatewayV2HTTPRequest) ([]byte, error) {
	if !r.IsBase64Encoded {
		return []byte(r.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(r.Body)
	if err != nil {
		return nil, &jobapi.Refusal{Status: http.StatusBadRequest, Err: fmt.Errorf("body: %w", err)}
	}
	return body, nil
}

// header finds a header whatever its case.
func header(r events.APIGatewayV2HTTPRequest, name string) string {
	for k, v := range r.Headers {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

func answer(status int, v any) events.APIGatewayV2HTTPResponse {
	js, err := json.Marshal(v)
	if err != nil {
		status, js = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: status, Body: string(js), Headers: map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store",
	}}
}
