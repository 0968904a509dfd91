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
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"backroom/shared/jobapi"
)

// The routes, as API Gateway writes them.
const (
	RouteTrigger = "POST /v1/shops/{shop}/jobs/{entry}/runs"
	RouteRun     = "GET /v1/shops/{shop}/runs/{run}"
)

// Handler answers requests in payload format 2.0. Safe for concurrent use.
type Handler struct {
	Jobs *jobapi.Jobs
	Log  *slog.Logger
}

// Handle answers one request; errors are {"error": "…"}.
func (h *Handler) Handle(ctx context.Context, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	var v jobapi.Run
	body, err := decode(r)
	status := http.StatusOK
	p := r.PathParameters
	switch {
	case err != nil:
	case r.RouteKey == RouteTrigger:
		status = http.StatusAccepted
		v, err = h.Jobs.Trigger(ctx, p["shop"], p["entry"], body)
	case r.RouteKey == RouteRun:
		v, err = h.Jobs.Run(ctx, p["shop"], p["run"])
	default:
		err = &jobapi.Refusal{Status: http.StatusNotFound, Err: fmt.Errorf("there is no %q here; there are %q and %q", r.RouteKey, RouteTrigger, RouteRun)}
	}
	if err != nil {
		return h.refuse(ctx, r, err), nil
	}
	out := answer(status, v)
	if status == http.StatusAccepted {
		out.Headers["Location"] = "/v1/shops/" + v.Shop + "/runs/" + v.ID
		return out, nil
	}
	sum := sha256.Sum256([]byte(out.Body))
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	if header(r, "If-None-Match") == tag {
		out = events.APIGatewayV2HTTPResponse{StatusCode: http.StatusNotModified, Headers: map[string]string{}}
	}
	out.Headers["ETag"] = tag
	return out, nil
}

func (h *Handler) refuse(ctx context.Context, r events.APIGatewayV2HTTPRequest, err error) events.APIGatewayV2HTTPResponse {
	status, text := jobapi.Status(err), err.Error()
	if status >= http.StatusInternalServerError {
		h.Log.ErrorContext(ctx, "request failed", "route", r.RouteKey, "shop", r.PathParameters["shop"], "err", err)
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
