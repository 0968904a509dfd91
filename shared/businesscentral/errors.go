package businesscentral

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/fault"
)

// Conditions that callers react to. They are in the chain of a *fault.Error.
var (
	// ErrNotFound: the record does not exist (any more).
	ErrNotFound = errors.New("no such record")
	// ErrExists: a record with this key exists already; read it and adopt it.
	ErrExists = errors.New("a record with this key exists")
	// ErrChanged: somebody else changed the record since it was read.
	ErrChanged = errors.New("record changed since it was read")
)

const (
	throttleWait = 10 * time.Second // after a 429 that names no time
	downWait     = 2 * time.Minute  // while the tenant is updated or mounted
	maxWait      = 15 * time.Minute // the longest Retry-After that is believed
)

// reply is what BC said about one operation that failed.
type reply struct {
	status      int
	code        string
	text        string // without the correlation id
	correlation string
	retryAfter  time.Duration
}

// about says what failed: whether it could have changed something, and whether
// its address names a single record.
type about struct {
	op     string
	write  bool
	record bool
	absent string // what a 404 of its set says to the merchant; "": the connection is wrong
}

// rule is one row of the classification: all conditions that are set must hold.
type rule struct {
	status   []int
	code     string   // exact, or a beginning that ends in *
	texts    []string // any of them, in lower case; texts are asked for in en-US
	kind     fault.Kind
	effect   bool // on a write the kind is Unknown instead: it may have taken effect
	is       error
	wait     time.Duration
	merchant string // "" with kind Rejected: BC's own text
}

const (
	sayCredentials = "Business Central refuses the credentials; check that the app is registered and enabled there."
	sayPermission  = "The app lacks a permission or licence in Business Central; check its permission sets."
	saySubscribe   = "The Business Central subscription has expired."
	sayCompany     = "The company can no longer be found in Business Central; choose the company again."
	sayAddress     = "Business Central does not know this environment or company; check the connection."
	// SayReasons is for a company without reason codes.
	SayReasons = "Business Central offers the app no reason codes (customerReturnReasons), by which several programs exclude each other: they are part of API v2.0, so update the environment, or check the connection if nothing else can be read."
	sayDialog  = "An extension in Business Central asks a question that nobody can answer here; tell your Business Central partner."
)

// rules are tried in order, the first that fits decides.
var rules = []rule{
	// A lost or late answer comes first: whatever its text says, the work may be done.
	{status: []int{408, 502, 504}, kind: fault.Transient, effect: true},
	{status: []int{503}, code: "Internal_TenantUnavailable", kind: fault.Transient, effect: true, wait: downWait},
	{status: []int{503}, kind: fault.Transient, effect: true},
	{status: []int{429}, kind: fault.Throttled, wait: throttleWait},
	{code: "Application_TooManyRequests", kind: fault.Throttled, wait: throttleWait},
	{status: []int{401}, kind: fault.Blocked, merchant: sayCredentials},
	{code: bcapi.CodeUnknownApp + "*", kind: fault.Blocked, merchant: sayCredentials},
	{status: []int{402}, kind: fault.Blocked, merchant: saySubscribe},
	{status: []int{403}, kind: fault.Blocked, merchant: sayPermission},
	{code: "Authorization_*", kind: fault.Blocked, merchant: sayPermission},
	{status: []int{400}, texts: []string{"you do not have the following permissions on"}, kind: fault.Blocked, merchant: sayPermission},
	// BC rolled back: nothing happened, and it can work a moment later.
	{texts: []string{"locked by another user", "deadlock", "try again"}, kind: fault.Transient},
	{code: "Internal_TenantUnavailable", kind: fault.Transient, wait: downWait},
	{code: bcapi.CodeNoCompany, kind: fault.Blocked, merchant: sayCompany},
	{code: "Internal_RecordNotFound", kind: fault.Rejected, is: ErrNotFound},
	{code: "Internal_DataNotFoundFilter", kind: fault.Rejected, is: ErrNotFound},
	{status: []int{404}, kind: fault.Rejected, is: ErrNotFound}, // a whole set: see classify
	{code: bcapi.CodeNoRelation, kind: fault.Rejected},
	{code: bcapi.CodeExists, kind: fault.Rejected, is: ErrExists},
	{code: "Request_EntityChanged", kind: fault.Transient, is: ErrChanged},
	{status: []int{409, 412}, kind: fault.Transient, is: ErrChanged},
	{code: "Internal_ServerError", kind: fault.Transient, effect: true},
	{status: []int{405, 413, 415}, kind: fault.Bug},
	{code: "Application_StringExceededLength", kind: fault.Bug}, // Fit should have cut it
	{code: "Application_DialogException", texts: []string{"enter numbers manually"}, kind: fault.Rejected, is: bcapi.ErrNumberForbidden},
	{code: "Application_CallbackNotAllowed", kind: fault.Rejected, merchant: sayDialog},
	{status: []int{400}, code: "Application_*", kind: fault.Rejected},
	{status: []int{400}, code: "BadRequest*", kind: fault.Bug},
	{status: []int{500, 501, 505, 507}, kind: fault.Transient, effect: true},
}

func (r rule) fits(p reply) bool {
	if r.status != nil && !slices.Contains(r.status, p.status) {
		return false
	}
	if begin, ok := strings.CutSuffix(r.code, "*"); ok {
		if !strings.HasPrefix(p.code, begin) {
			return false
		}
	} else if r.code != "" && r.code != p.code {
		return false
	}
	text := strings.ToLower(p.text)
	return r.texts == nil || slices.ContainsFunc(r.texts, func(m string) bool { return strings.Contains(text, m) })
}

// classify turns what BC said into what to do about it.
func classify(a about, p reply) *fault.Error {
	r := rule{kind: fault.Bug} // a status nobody documents
	if i := slices.IndexFunc(rules, func(r rule) bool { return r.fits(p) }); i >= 0 {
		r = rules[i]
	}
	if r.is == ErrNotFound && !a.record && p.status == http.StatusNotFound && strings.HasPrefix(p.code, "BadRequest_") || //nolint:errorlint // a table's constant
		p.status == http.StatusNotFound && p.code == "" && !a.record {
		r = rule{kind: fault.Blocked, merchant: cmp.Or(a.absent, sayAddress)}
	}
	e := &fault.Error{
		Op: a.op, Kind: r.kind, Code: cmp.Or(p.code, fault.HTTP(p.status)), // without a code it is a gateway's
		RetryAfter: cmp.Or(p.retryAfter, r.wait), Merchant: r.merchant,
	}
	if r.effect && a.write {
		e.Kind = fault.Unknown
	}
	// A refusal's text names the merchant's data: it is for the merchant, and
	// logs get code and correlation id.
	text := p.text
	if e.Kind == fault.Rejected || e.Kind == fault.Blocked {
		switch {
		case e.Merchant == "":
			e.Merchant = p.text
		case p.text != "":
			e.Merchant += " Business Central says: " + p.text
		}
		text = "refused"
	}
	text = cmp.Or(text, "no text")
	if p.correlation != "" {
		text += " (correlation id " + p.correlation + ")"
	}
	e.Err = fmt.Errorf("HTTP %d: %s", p.status, text)
	if r.is != nil {
		e.Err = fmt.Errorf("HTTP %d: %w: %s", p.status, r.is, text)
	}
	return e
}

var correlation = regexp.MustCompile(`(?i)\s*CorrelationId:\s*([0-9a-f-]+)?\s*\.?`)

// parseReply reads an error answer; gateways send HTML or nothing at all.
func parseReply(status int, retryAfter string, body []byte, now time.Time) reply {
	p := reply{status: status, retryAfter: parseRetryAfter(retryAfter, now)}
	var js struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &js) != nil {
		return p
	}
	p.code = js.Error.Code
	if m := correlation.FindStringSubmatch(js.Error.Message); m != nil {
		p.correlation = m[1]
	}
	p.text = strings.TrimSpace(correlation.ReplaceAllString(js.Error.Message, ""))
	return p
}

// parseRetryAfter reads seconds or a date, at most maxWait.
func parseRetryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
		return min(time.Duration(min(max(n, 0), 1<<20))*time.Second, maxWait)
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(max(t.Sub(now), 0), maxWait)
	}
	return 0
}

// lost classifies a request without a complete answer.
func lost(a about, err error) *fault.Error {
	e := &fault.Error{Op: a.op, Kind: fault.Transient, Err: fmt.Errorf("no complete answer: %w", err)}
	if a.write && !neverSent(err) {
		e.Kind = fault.Unknown
	}
	return e
}

// neverSent reports whether err shows that no connection came about.
func neverSent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// Lost classifies a write without a complete answer.
func Lost(op string, err error) error { return lost(about{op: op, write: true}, err) }

// Bug is a mistake of this program.
func Bug(op, format string, args ...any) *fault.Error {
	return &fault.Error{Op: op, Kind: fault.Bug, Err: fmt.Errorf(format, args...)}
}
