package shopify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
)

func apiErr(code, more string) string {
	return `{"errors":[{"message":"m","path":["orders"],"extensions":{"code":"` + code + `"` + more + `}}]}`
}

// Every HTTP status and code in errors[] that Shopify is known to answer with, for a
// read and for a write.
func TestJudge(t *testing.T) {
	const cost = `"extensions":{"cost":{"requestedQueryCost":500,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":150,"restoreRate":100}}}`
	tests := []struct {
		name        string
		status      int
		header      http.Header
		body        string
		read, write fault.Kind // "" is a good answer
		code        string
		after       time.Duration
		merchant    string // part of the sentence; "" none
		text        string // part of the error
	}{
		{name: "good", status: 200, body: `{"data":{"a":1}}`},
		{name: "good with an empty list of errors", status: 200, body: `{"data":{"a":1},"errors":[]}`},

		{name: "not a GraphQL request", status: 400, body: `{"errors":{"query":"Required parameter missing or invalid"}}`, read: fault.Bug, write: fault.Bug, code: "HTTP_400", text: "Required parameter"},
		{name: "token refused, errors a string", status: 401, body: `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}`, read: fault.Blocked, write: fault.Blocked, code: "HTTP_401", merchant: "connect the shop again", text: "Invalid API key"},
		{name: "frozen", status: 402, body: `{"errors":"Payment Required"}`, read: fault.Blocked, write: fault.Blocked, code: "HTTP_402", merchant: "bill"},
		{name: "forbidden", status: 403, body: `{"errors":"Forbidden"}`, read: fault.Blocked, write: fault.Blocked, code: "HTTP_403", merchant: "permission"},
		{name: "no such shop", status: 404, body: `{"errors":"Not Found"}`, read: fault.Blocked, write: fault.Blocked, code: "HTTP_404", merchant: "no shop at this address"},
		{name: "wrong Accept", status: 406, body: ``, read: fault.Bug, write: fault.Bug, code: "HTTP_406"},
		{name: "wrong Content-Type", status: 415, body: ``, read: fault.Bug, write: fault.Bug, code: "HTTP_415"},
		{name: "locked as 422", status: 422, body: `{"errors":"Unprocessable"}`, read: fault.Blocked, write: fault.Blocked, code: "HTTP_422", merchant: "locked"},
		{name: "locked", status: 423, body: `{}`, read: fault.Blocked, write: fault.Blocked, code: "HTTP_423", merchant: "locked"},
		{name: "edge throttle, not JSON", status: 429, header: http.Header{"Retry-After": {"7.0"}, "Content-Type": {"text/html"}}, body: `<html>`, read: fault.Throttled, write: fault.Throttled, code: "HTTP_429", after: 7 * time.Second},
		{name: "edge throttle without a wait", status: 430, body: ``, read: fault.Throttled, write: fault.Throttled, code: "HTTP_430", after: 2 * time.Second},
		{name: "edge throttle with a date", status: 429, header: http.Header{"Retry-After": {"Wed, 01 Jul 2026 10:00:00 GMT"}}, read: fault.Throttled, write: fault.Throttled, code: "HTTP_429", after: 2 * time.Second},
		{name: "edge throttle of a month", status: 429, header: http.Header{"Retry-After": {"2592000"}}, read: fault.Throttled, write: fault.Throttled, code: "HTTP_429", after: time.Hour},
		{name: "internal error, HTML", status: 500, header: http.Header{"Content-Type": {"text/html"}}, body: `<html>Oops</html>`, read: fault.Transient, write: fault.Unknown, code: "HTTP_500"},
		{name: "bad gateway", status: 502, body: ``, read: fault.Transient, write: fault.Unknown, code: "HTTP_502"},
		{name: "unavailable", status: 503, body: ``, read: fault.Transient, write: fault.Unknown, code: "HTTP_503"},
		{name: "gateway timeout", status: 504, body: ``, read: fault.Transient, write: fault.Unknown, code: "HTTP_504", text: "no answer in time"},
		{name: "redirect", status: 301, header: http.Header{"Location": {"https://evil.example"}}, read: fault.Blocked, write: fault.Blocked, code: "HTTP_301", merchant: "no shop at this address"},

		{name: "200 but HTML", status: 200, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, body: `<html>`, read: fault.Transient, write: fault.Unknown, code: "NOT_JSON"},
		{name: "200 cut short", status: 200, body: `{"data":{"a":`, read: fault.Transient, write: fault.Unknown, code: "CUT_SHORT"},
		{name: "200 and empty", status: 200, body: ``, read: fault.Transient, write: fault.Unknown, code: "CUT_SHORT"},
		{name: "200 without data", status: 200, body: `{}`, read: fault.Transient, write: fault.Unknown, code: "NO_DATA"},
		{name: "200, data null, no errors", status: 200, body: `{"data":null}`, read: fault.Transient, write: fault.Unknown, code: "NO_DATA"},
		{name: "200 of another shape", status: 200, body: `{"data":[1]}`, read: fault.Bug, write: fault.Bug, code: "UNEXPECTED_ANSWER"},
		{name: "errors a string", status: 200, body: `{"errors":"Not Found"}`, read: fault.Rejected, write: fault.Rejected, merchant: "Not Found", text: "Not Found"},

		{name: "THROTTLED", status: 200, body: `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],` + cost + `}`, read: fault.Throttled, write: fault.Throttled, code: "THROTTLED", after: 4 * time.Second},
		{name: "THROTTLED without a cost", status: 200, body: apiErr("THROTTLED", ""), read: fault.Throttled, write: fault.Throttled, code: "THROTTLED", after: 2 * time.Second},
		{name: "MAX_COST_EXCEEDED", status: 200, body: apiErr("MAX_COST_EXCEEDED", `,"cost":1500,"maxCost":1000`), read: fault.Bug, write: fault.Bug, code: "MAX_COST_EXCEEDED"},
		{name: "ACCESS_DENIED", status: 200, body: `{"data":null,"errors":[{"message":"Access denied for orders field.","path":["orders"],"extensions":{"code":"ACCESS_DENIED","requiredAccess":"` + "`read_orders`" + ` access scope."}}]}`, read: fault.Blocked, write: fault.Blocked, code: "ACCESS_DENIED", merchant: "read_orders"},
		{name: "ACCESS_DENIED deep in good data", status: 200, body: `{"data":{"a":1},"errors":[{"message":"x","path":["nodes",3,"customer"],"extensions":{"code":"ACCESS_DENIED"}}]}`, read: fault.Blocked, write: fault.Blocked, code: "ACCESS_DENIED", merchant: "permission", text: "nodes.3.customer"},
		{name: "ACCESS_DENIED of an optional field", status: 200, body: `{"data":{"a":1},"errors":[{"message":"x","path":["nodes",3,"paymentTerms"],"extensions":{"code":"ACCESS_DENIED"}}]}`},
		{name: "optional field without data", status: 200, body: `{"errors":[{"message":"x","path":["nodes",3,"paymentTerms"],"extensions":{"code":"ACCESS_DENIED"}}]}`, read: fault.Blocked, write: fault.Blocked, code: "ACCESS_DENIED", merchant: "permission"},
		{name: "INTERNAL_SERVER_ERROR of all", status: 200, body: apiErr("INTERNAL_SERVER_ERROR", ""), read: fault.Transient, write: fault.Unknown, code: "INTERNAL_SERVER_ERROR"},
		{name: "INTERNAL_SERVER_ERROR of one entry", status: 200, body: `{"data":{"nodes":[null]},"errors":[{"message":"Something went wrong","path":["nodes",0],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, read: fault.Transient, write: fault.Unknown, code: "INTERNAL_SERVER_ERROR"},
		{name: "BAD_REQUEST", status: 200, body: apiErr("BAD_REQUEST", ""), read: fault.Bug, write: fault.Bug, code: "BAD_REQUEST"},
		{name: "INVALID_FIELD_ARGUMENTS", status: 200, body: apiErr("INVALID_FIELD_ARGUMENTS", ""), read: fault.Bug, write: fault.Bug, code: "INVALID_FIELD_ARGUMENTS"},
		{name: "INVALID_VARIABLE", status: 200, body: apiErr("INVALID_VARIABLE", `,"problems":[{"path":["id"],"explanation":"Invalid global id 'x'"}]`), read: fault.Rejected, write: fault.Rejected, code: "INVALID_VARIABLE", merchant: "refuses a value", text: "Invalid global id"},
		{name: "RESOURCE_NOT_FOUND", status: 200, body: apiErr("RESOURCE_NOT_FOUND", ""), read: fault.Rejected, write: fault.Rejected, code: "RESOURCE_NOT_FOUND", text: "does not exist"},
		{name: "NOT_FOUND", status: 200, body: apiErr("NOT_FOUND", ""), read: fault.Rejected, write: fault.Rejected, code: "NOT_FOUND", text: "does not exist"},
		{name: "MAX_INPUT_SIZE_EXCEEDED", status: 200, body: apiErr("MAX_INPUT_SIZE_EXCEEDED", ""), read: fault.Bug, write: fault.Bug, code: "MAX_INPUT_SIZE_EXCEEDED"},
		{name: "INVALID", status: 200, body: apiErr("INVALID", ""), read: fault.Rejected, write: fault.Rejected, code: "INVALID", merchant: "refuses the request"},
		{name: "CURRENCY_CODE_INVALID", status: 200, body: apiErr("CURRENCY_CODE_INVALID", ""), read: fault.Rejected, write: fault.Rejected, code: "CURRENCY_CODE_INVALID", merchant: "refuses the request"},
		{name: "no extensions at all", status: 200, body: `{"errors":[{"message":"The api_client does not have a service"}]}`, read: fault.Rejected, write: fault.Rejected, merchant: "does not have a service"},
		{name: "code that is no text", status: 200, body: `{"errors":[{"message":"m","path":7,"extensions":{"code":12}}]}`, read: fault.Rejected, write: fault.Rejected, merchant: "m"},

		{name: "throttled decides over the rest", status: 200, body: `{"errors":[{"message":"a","extensions":{"code":"INVALID"}},{"message":"b","extensions":{"code":"THROTTLED"}}]}`, read: fault.Throttled, write: fault.Throttled, code: "THROTTLED", after: 2 * time.Second},
		{name: "a lost write decides over a refusal", status: 200, body: `{"errors":[{"message":"a","extensions":{"code":"INVALID"}},{"message":"b","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, read: fault.Transient, write: fault.Unknown, code: "INTERNAL_SERVER_ERROR"},
		{
			name: "search warning: the answer is unfiltered", status: 200, read: fault.Bug, write: fault.Bug, code: "SEARCH_WARNING", text: "location_id",
			body: `{"data":{"orders":{"nodes":[]}},"extensions":{"search":[{"path":["orders"],"query":"location_id:1","warnings":[{"field":"location_id","message":"Invalid search field for this query.","code":"invalid_field"}]}]}}`,
		},
		{name: "search note without warnings", status: 200, body: `{"data":{"orders":{"nodes":[]}},"extensions":{"search":[{"path":["orders"],"query":"name:1"}]}}`},
	}
	for _, code := range []string{
		"undefinedField", "argumentNotAccepted", "missingRequiredArguments", "argumentLiteralsIncompatible",
		"missingRequiredInputObjectAttribute", "selectionMismatch", "variableNotUsed", "undefinedDirective", "invalidOneOfInputObject", "PARSE_ERROR",
	} {
		row := tests[0]
		row.name, row.body, row.read, row.write, row.code = code, apiErr(code, ""), fault.Bug, fault.Bug, code
		tests = append(tests, row)
	}
	for _, tt := range tests {
		for _, write := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, write %t", tt.name, write), func(t *testing.T) {
				h := tt.header.Clone()
				if h == nil {
					h = http.Header{}
				}
				if h.Get("Content-Type") == "" {
					h.Set("Content-Type", "application/json; charset=utf-8")
				}
				h.Set("X-Request-Id", "req-1")
				var data map[string]any
				k := Call{Op: "Test", Write: write, Optional: []string{"paymentTerms"}}
				err := k.judge(read(tt.status, h, []byte(tt.body), &data))
				want := tt.read
				if write {
					want = tt.write
				}
				if got := fault.KindOf(err); got != want {
					t.Fatalf("kind %q, want %q: %v", got, want, err)
				}
				if want == "" {
					return
				}
				f, ok := errors.AsType[*fault.Error](err)
				if !ok {
					t.Fatalf("%v is no *fault.Error", err)
				}
				if f.Code != tt.code || f.RetryAfter != tt.after || f.Op != "shopify.Test" {
					t.Errorf("code %q, retry after %v, op %s, want %q, %v", f.Code, f.RetryAfter, f.Op, tt.code, tt.after)
				}
				if (tt.merchant == "") != (f.Merchant == "") || !strings.Contains(f.Merchant, tt.merchant) {
					t.Errorf("merchant is told %q, want %q in it", f.Merchant, tt.merchant)
				}
				if !strings.Contains(f.Error(), tt.text) || !strings.Contains(f.Error(), "req-1") {
					t.Errorf("error %q, want %q and the request id in it", f, tt.text)
				}
			})
		}
	}
}

func TestJudgeTransport(t *testing.T) {
	tests := []struct {
		name        string
		err         error
		read, write fault.Kind
		heavy       bool
	}{
		{"connection reset", &net.OpError{Op: "read", Err: errors.New("reset")}, fault.Transient, fault.Unknown, false},
		{"never connected", &net.OpError{Op: "dial", Err: errors.New("refused")}, fault.Transient, fault.Transient, false},
		{"no such host", &net.DNSError{Err: "no such host"}, fault.Transient, fault.Transient, false},
		{"our own timeout", context.DeadlineExceeded, fault.Transient, fault.Unknown, true},
		{"too large", errTooLarge, fault.Transient, fault.Unknown, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, write := range []bool{false, true} {
				want := tt.read
				if write {
					want = tt.write
				}
				err := Call{Op: "Test", Write: write}.judgeTransport(t.Context(), fmt.Errorf("Post: %w", tt.err))
				if fault.KindOf(err) != want || TooHeavy(err) != tt.heavy || !errors.Is(err, tt.err) {
					t.Errorf("write %t: %v (kind %s, too heavy %t), want %s, %t", write, err, fault.KindOf(err), TooHeavy(err), want, tt.heavy)
				}
			}
		})
	}
}

// Whatever comes back, reading and judging it neither panics nor calls garbage good.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{"data":{"a":1}}`, `{"errors":"x"}`, `{"errors":[{"path":[1,"a"],"extensions":null}]}`, `{"extensions":{"cost":null,"search":[]}}`,
		`{"errors":[null]}`, `[]`, `null`, `"x"`, `{"data":{},"errors":{"a":["b"]}}`, `{"extensions":{"cost":{"actualQueryCost":"x"}}}`,
	} {
		f.Add(200, "application/json", s)
	}
	f.Add(503, "text/html", "<html>")
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		var data map[string]any
		r := read(status, http.Header{"Content-Type": {contentType}}, []byte(body), &data)
		err := Call{Op: "Test"}.judge(r)
		if err == nil && (status != 200 || !r.hasData || len(r.errs) > 0) {
			t.Errorf("HTTP %d %q is called good", status, body)
		}
		if _, ok := errors.AsType[*fault.Error](err); err != nil && !ok {
			t.Errorf("%v is no *fault.Error", err)
		}
	})
}
