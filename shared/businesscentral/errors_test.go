package businesscentral

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/bcapi"
	"backroom/shared/fault"
)

const correlationID = "1b0c6f0e-0000-4000-8000-00000000beef"

func errorBody(code, text string) string {
	return fmt.Sprintf(`{"error":{"code":%q,"message":"%s  CorrelationId:  %s."}}`, code, text, correlationID)
}

// One row for every error that BC is known to answer with, and for the special
// cases among them.
func TestClassify(t *testing.T) {
	const set, rec = false, true
	for _, tt := range []struct {
		name        string
		status      int
		code, text  string
		record      bool
		read, write fault.Kind
		is          error
	}{
		{"number that the series forbids", 400, "Application_DialogException", "You may not enter numbers manually. If you want to enter numbers manually, please activate Manual Nos. in No. Series S-ORD.", set, fault.Rejected, fault.Rejected, bcapi.ErrNumberForbidden},
		{"malformed JSON", 400, "BadRequest", "Bad JSON", set, fault.Bug, fault.Bug, nil},
		{"wrong URL", 400, "BadRequest_InvalidRequestUrl", "x", set, fault.Bug, fault.Bug, nil},
		{"wrong verb", 400, "BadRequest_MethodNotImplemented", "x", set, fault.Bug, fault.Bug, nil},
		{"unknown environment", 404, "BadRequest_NotFound", "x", set, fault.Blocked, fault.Blocked, nil},
		{"unknown set", 404, "BadRequest_ResourceNotFound", "x", set, fault.Blocked, fault.Blocked, nil},
		{"404 of the gateway", 404, "", "", set, fault.Blocked, fault.Blocked, nil},
		{"record that was posted", 404, "BadRequest_NotFound", "x", rec, fault.Rejected, fault.Rejected, ErrNotFound},
		{"record without a code", 404, "", "", rec, fault.Rejected, fault.Rejected, ErrNotFound},
		{"read-only field", 400, "BadRequest_InvalidOperation", "x", rec, fault.Bug, fault.Bug, nil},
		{"If-Match missing", 400, "BadRequest_InvalidToken", "x", rec, fault.Bug, fault.Bug, nil},
		{"parameter missing", 400, "BadRequest_RequiredParamNotProvided", "x", set, fault.Bug, fault.Bug, nil},
		{"verb not allowed", 405, "BadRequest_MethodNotAllowed", "x", set, fault.Bug, fault.Bug, nil},
		{"bad token", 401, "Authentication_InvalidCredentials", "x", set, fault.Blocked, fault.Blocked, nil},
		{"not licensed", 403, "Authorization_UserIsNotAuthorized", "x", set, fault.Blocked, fault.Blocked, nil},
		{"forbidden as HTML", 403, "", "", set, fault.Blocked, fault.Blocked, nil},
		{"permission as a business error", 400, "Application_DialogException", "You do not have the following permissions on TableData Customer: Insert", set, fault.Blocked, fault.Blocked, nil},
		{"subscription expired", 402, "", "", set, fault.Blocked, fault.Blocked, nil},
		{"company gone", 404, "Internal_CompanyNotFound", "x", set, fault.Blocked, fault.Blocked, nil},
		{"company gone, as 400", 400, "Internal_CompanyNotFound", "x", rec, fault.Blocked, fault.Blocked, nil},
		{"record gone", 404, "Internal_RecordNotFound", "x", rec, fault.Rejected, fault.Rejected, ErrNotFound},
		{"filter found nothing", 404, "Internal_DataNotFoundFilter", "x", set, fault.Rejected, fault.Rejected, ErrNotFound},
		{"unknown country", 400, "Internal_InvalidTableRelation", "XX cannot be found in the related table (Country/Region)", set, fault.Rejected, fault.Rejected, nil},
		{"number taken", 400, "Internal_EntityWithSameKeyExists", "x", set, fault.Rejected, fault.Rejected, ErrExists},
		{"number taken, as 409", 409, "Internal_EntityWithSameKeyExists", "x", set, fault.Rejected, fault.Rejected, ErrExists},
		{"stale ETag", 409, "Request_EntityChanged", "Another user has changed it; try it", rec, fault.Transient, fault.Transient, ErrChanged},
		{"stale ETag, as 412", 412, "", "", rec, fault.Transient, fault.Transient, ErrChanged},
		{"SQL error", 500, "Internal_ServerError", "unexpected", set, fault.Transient, fault.Unknown, nil},
		{"SQL error, as 400", 400, "Internal_ServerError", "unexpected", set, fault.Transient, fault.Unknown, nil},
		{"lock time-out was rolled back", 500, "Internal_ServerError", "The Sales Header table is locked by another user", set, fault.Transient, fault.Transient, nil},
		{"deadlock in AL", 400, "Application_DialogException", "a Deadlock was detected", set, fault.Transient, fault.Transient, nil},
		{"busy, AL says try again", 400, "Application_DialogException", "Please Try Again later", set, fault.Transient, fault.Transient, nil},
		{"tenant mounting", 400, "Internal_TenantUnavailable", "x", set, fault.Transient, fault.Transient, nil},
		{"tenant gone in mid-request", 503, "Internal_TenantUnavailable", "x", set, fault.Transient, fault.Unknown, nil},
		{"business error", 400, "Application_DialogException", "Item does not exist.", set, fault.Rejected, fault.Rejected, nil},
		{"mandatory field", 400, "Application_FieldValidationException", "x", set, fault.Rejected, fault.Rejected, nil},
		{"value does not convert", 400, "Application_EvaluateException", "x", set, fault.Rejected, fault.Rejected, nil},
		{"bad guid", 400, "Application_InvalidGUID", "x", set, fault.Rejected, fault.Rejected, nil},
		{"bad filter value", 400, "Application_FilterErrorException", "x", set, fault.Rejected, fault.Rejected, nil},
		{"too long, which Fit prevents", 400, "Application_StringExceededLength", "x", set, fault.Bug, fault.Bug, nil},
		{"extension asks back", 400, "Application_CallbackNotAllowed", "x", set, fault.Rejected, fault.Rejected, nil},
		{"too many requests", 429, "Application_TooManyRequests", "Too many requests reached.", set, fault.Throttled, fault.Throttled, nil},
		{"too many requests as HTML", 429, "", "", set, fault.Throttled, fault.Throttled, nil},
		{"eight minutes", 408, "", "", set, fault.Transient, fault.Unknown, nil},
		{"eight minutes, text says try again", 408, "Unknown", "try again", set, fault.Transient, fault.Unknown, nil},
		{"too big", 413, "", "", set, fault.Bug, fault.Bug, nil},
		{"wrong content type", 415, "", "", set, fault.Bug, fault.Bug, nil},
		{"unclassified", 500, "Unknown", "x", set, fault.Transient, fault.Unknown, nil},
		{"unclassified without a body", 500, "", "", set, fault.Transient, fault.Unknown, nil},
		{"bad gateway", 502, "", "", set, fault.Transient, fault.Unknown, nil},
		{"queue overflow", 503, "", "", set, fault.Transient, fault.Unknown, nil},
		{"queue overflow, text says try again", 503, "", "try again", set, fault.Transient, fault.Unknown, nil},
		{"gateway time-out", 504, "", "", set, fault.Transient, fault.Unknown, nil},
		{"redirect", 302, "", "", set, fault.Bug, fault.Bug, nil},
		{"nobody's status", 418, "", "", set, fault.Bug, fault.Bug, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := "<html>oops</html>"
			if tt.code != "" || tt.text != "" {
				body = errorBody(tt.code, tt.text)
			}
			p := parseReply(tt.status, "", []byte(body), time.Time{})
			for write, want := range map[bool]fault.Kind{false: tt.read, true: tt.write} {
				e := classify(about{op: "op", write: write, record: tt.record}, p)
				if e.Kind != want {
					t.Errorf("write %v: kind %s, want %s (%v)", write, e.Kind, want, e)
				}
				if tt.is != nil && !errors.Is(e, tt.is) {
					t.Errorf("write %v: %v is not %v", write, e, tt.is)
				}
				if e.Code != cmp.Or(tt.code, fmt.Sprintf("HTTP_%d", tt.status)) || e.Op != "op" {
					t.Errorf("op %q, code %q", e.Op, e.Code)
				}
				if strings.Contains(strings.ToLower(e.Merchant), "correlation") {
					t.Errorf("merchant text %q", e.Merchant)
				}
				if (e.Kind == fault.Blocked || e.Kind == fault.Rejected && tt.text != "") && e.Merchant == "" {
					t.Error("nothing to say to the merchant")
				}
				if tt.code != "" && !strings.Contains(e.Error(), correlationID) {
					t.Errorf("%v: no correlation id for the log", e)
				}
			}
		})
	}
}

func TestRefusalTextIsForTheMerchantOnly(t *testing.T) {
	p := parseReply(400, "", []byte(errorBody("Application_FieldValidationException", "ada@example.com is not valid.")), time.Time{})
	e := classify(about{op: "op"}, p)
	if e.Merchant != "ada@example.com is not valid." {
		t.Errorf("merchant text %q", e.Merchant)
	}
	if strings.Contains(e.Error(), "ada@") {
		t.Errorf("error for the log %q names a customer", e)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 29, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, in string
		want     time.Duration
	}{
		{"seconds", "7", 7 * time.Second},
		{"date", "Sun, 29 Mar 2026 10:00:30 GMT", 30 * time.Second},
		{"date in the past", "Sun, 29 Mar 2026 09:00:30 GMT", 0},
		{"absurdly long", "9999999999999", maxWait},
		{"negative", "-3", 0},
		{"nonsense", "soon", 0},
		{"absent", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseRetryAfter(tt.in, now); got != tt.want {
				t.Errorf("parseRetryAfter(%q) = %v, want %v", tt.in, got, tt.want)
			}
		})
	}
	e := classify(about{op: "op"}, parseReply(429, "", nil, now))
	if e.RetryAfter != throttleWait {
		t.Errorf("429 without a time: %v, want %v", e.RetryAfter, throttleWait)
	}
}

func TestLost(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	for _, tt := range []struct {
		name  string
		err   error
		write bool
		want  fault.Kind
	}{
		{"no connection: nothing was sent", dial, true, fault.Transient},
		{"no such host", &net.DNSError{Name: "x"}, true, fault.Transient},
		{"reset after sending", &net.OpError{Op: "read", Err: errors.New("reset")}, true, fault.Unknown},
		{"reset of a read", &net.OpError{Op: "read", Err: errors.New("reset")}, false, fault.Transient},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := lost(about{write: tt.write}, tt.err); got.Kind != tt.want {
				t.Errorf("kind %s, want %s", got.Kind, tt.want)
			}
		})
	}
	if err := plain(&url.Error{URL: "https://x/?$filter=email", Err: dial}); strings.Contains(err.Error(), "filter") {
		t.Errorf("%v: the address holds customer data", err)
	}
}

// Whatever BC answers, a write that a gateway may have lost is Unknown, and
// nothing but a lost answer or a server error makes it so.
func TestClassifyLaw(t *testing.T) {
	codes := []string{"", "Unknown", "BadRequest", "BadRequest_NotFound", "Internal_ServerError", "Internal_TenantUnavailable", "Application_DialogException", "Application_TooManyRequests"}
	rapid.Check(t, func(t *rapid.T) {
		status := rapid.IntRange(300, 599).Draw(t, "status")
		p := reply{status: status, code: rapid.SampledFrom(codes).Draw(t, "code"), text: rapid.SampledFrom([]string{"", "deadlock", "try again", "x"}).Draw(t, "text")}
		e := classify(about{write: true, record: rapid.Bool().Draw(t, "record")}, p)
		switch {
		case status == 408 || status == 502 || status == 503 || status == 504:
			if e.Kind != fault.Unknown {
				t.Fatalf("%+v is %s", p, e.Kind)
			}
		case status < 500 && p.code != "Internal_ServerError" && e.Kind == fault.Unknown:
			t.Fatalf("%+v is %s", p, e.Kind)
		}
		if r := classify(about{}, p); r.Kind == fault.Unknown {
			t.Fatalf("a read of %+v is %s", p, r.Kind)
		}
	})
}

// FuzzBatch: whatever a batch is answered with, each operation has one answer, and
// one that the other side did not say to be done is not taken for done.
func FuzzBatch(f *testing.F) {
	f.Add(`{"responses":[{"id":"0","status":200,"body":{"id":"x"}},{"id":"1","status":201,"body":{}}]}`)
	f.Add(`{"responses":[{"id":"1","status":201},{"id":"1","status":400}]}`)
	f.Add(`{"responses":[{"id":"0","status":429,"headers":{"retry-after":"9"},"body":{"error":{"code":"Application_TooManyRequests"}}}]}`)
	f.Add(`{"responses":null}`)
	ops := []Operation{{Method: http.MethodGet, Path: "items(1)", Record: true}, {Method: http.MethodPost, Path: "salesOrders"}}
	f.Fuzz(func(t *testing.T, body string) {
		answers, err := answersOf("op", ops, about{op: "op", write: true}, []byte(body), time.Time{})
		if err != nil {
			if fault.KindOf(err) != fault.Unknown || answers != nil {
				t.Fatalf("an answer of writes that cannot be read is %s, with %v", fault.KindOf(err), answers)
			}
			return
		}
		if len(answers) != len(ops) {
			t.Fatalf("%d answers for %d operations", len(answers), len(ops))
		}
		for i, a := range answers {
			var said struct {
				Responses []struct {
					ID any `json:"id"`
				} `json:"responses"`
			}
			if json.Unmarshal([]byte(body), &said) != nil {
				continue
			}
			times := 0
			for _, r := range said.Responses {
				if r.ID == strconv.Itoa(i) {
					times++
				}
			}
			if times != 1 && fault.KindOf(a.Err) == "" {
				t.Fatalf("operation %d is mentioned %d times, and done", i, times)
			}
			if times != 1 && ops[i].Method == http.MethodPost && fault.KindOf(a.Err) != fault.Unknown {
				t.Fatalf("a write that is mentioned %d times is %s", times, fault.KindOf(a.Err))
			}
		}
	})
}

func FuzzParseReply(f *testing.F) {
	f.Add(400, errorBody("Application_DialogException", "No."))
	f.Add(502, "<html>")
	f.Add(500, `{"error":null}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		p := parseReply(status, "", []byte(body), time.Time{})
		if correlation.MatchString(p.text) && strings.Contains(strings.ToLower(p.text), correlationID) {
			t.Errorf("text %q keeps the correlation id", p.text)
		}
		if e := classify(about{op: "op"}, p); e.Kind == "" || e.Err == nil {
			t.Errorf("%+v is not classified", p)
		}
	})
}
