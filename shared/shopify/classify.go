package shopify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/shopifyapi"
)

// ErrNotFound means that the object named by an id does not exist (any more).
var ErrNotFound = errors.New("does not exist in the shop")

const (
	merchantReconnect = "Shopify no longer accepts the app's access to the shop; connect the shop again."
	merchantFrozen    = "The shop is frozen because a Shopify bill is unpaid; settle it in Shopify."
	merchantLocked    = "Shopify has locked the shop; the Shopify support can say why."
	merchantGone      = "There is no shop at this address any more; connect the shop again."
	merchantScope     = "The app lacks a permission in Shopify; grant it and reconnect the shop."
)

// Call says what is known of a request before it is sent.
type Call struct {
	Op    string // operation name
	Write bool   // may have had an effect when the answer is lost
	// Optional names fields that may be denied while the rest is of use.
	Optional []string
	// PerRoot means that the caller looks at each root field's own errors.
	PerRoot bool
	// PerNode means the same of each object of a list of nodes.
	PerNode bool
	// Split means that the caller halves its batch when an answer is of no use: it
	// is repeated once at most, and not at all if it was too slow or too large.
	Split bool
	// Long means that giving up for want of points would pay for the work
	// before it again and again, so that it waits for longer.
	Long bool
}

// judge turns an answer into nil or a *fault.Error. It decides by the status,
// by errors[] and by extensions.search, never by the text of a message.
// userErrors are the caller's.
func (c Call) judge(r reply) error {
	if f := c.judgeStatus(r); f != nil {
		return c.named(f, r)
	}
	return nil
}

// named is f with the operation and Shopify's own name of the request, which its
// support asks for.
func (c Call) named(f *fault.Error, r reply) *fault.Error {
	f.Op = "shopify." + c.Op
	if r.requestID != "" {
		f.Err = fmt.Errorf("%w (request %s)", f.Err, Clip(r.requestID, 80))
	}
	return f
}

func (c Call) judgeStatus(r reply) *fault.Error {
	if f := c.judgeHTTP(r); f != nil {
		return f
	}
	switch {
	case r.notJSON:
		return c.lost("NOT_JSON", fmt.Errorf("HTTP %d with content type %q", r.status, Clip(r.header.Get("Content-Type"), 80)))
	case r.broken != nil && isCut(r.broken):
		return c.lost("CUT_SHORT", r.broken)
	case r.broken != nil:
		return &fault.Error{Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: r.broken}
	}
	var worst *fault.Error
	for _, e := range r.errs {
		if c.tolerates(e, r.hasData) {
			continue
		}
		if f := c.judgeError(e, r.cost); worst == nil || rank(f.Kind) < rank(worst.Kind) {
			worst = f
		}
	}
	if worst != nil {
		return worst
	}
	for _, s := range r.search {
		for _, w := range s.Warnings {
			return &fault.Error{Kind: fault.Bug, Code: "SEARCH_WARNING", Err: fmt.Errorf("search ignored %s of %q: %s (%s)", Clip(w.Field, 80), Clip(s.Query, 200), Clip(w.Message, 200), Clip(w.Code, 40))}
		}
	}
	if !r.hasData {
		return c.lost("NO_DATA", errors.New("answer without data and errors"))
	}
	return nil
}

// judgeHTTP decides by the status alone, which says enough unless it is 200.
func (c Call) judgeHTTP(r reply) *fault.Error {
	if r.status == http.StatusOK {
		return nil
	}
	code := fault.HTTP(r.status)
	err := fmt.Errorf("HTTP %d %s", r.status, http.StatusText(r.status))
	if len(r.errs) > 0 {
		err = fmt.Errorf("%w: %s", err, Clip(r.errs[0].Message, 200))
	}
	blocked := func(merchant string) *fault.Error {
		return &fault.Error{Kind: fault.Blocked, Code: code, Merchant: merchant, Err: err}
	}
	switch r.status {
	case http.StatusUnauthorized:
		return blocked(merchantReconnect)
	case http.StatusPaymentRequired:
		return blocked(merchantFrozen)
	case http.StatusForbidden:
		return blocked(merchantScope)
	case http.StatusNotFound, http.StatusGone:
		return blocked(merchantGone)
	case http.StatusUnprocessableEntity, http.StatusLocked:
		return blocked(merchantLocked)
	case http.StatusTooManyRequests, 430:
		return &fault.Error{Kind: fault.Throttled, Code: code, RetryAfter: retryAfter(r.header), Err: err}
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return c.lost(code, fmt.Errorf("%w: %w", errNoAnswer, err))
	}
	switch {
	case r.status == http.StatusInternalServerError && len(r.errs) > 0:
		return c.lost(internal, err) // the API's own, and not the edge's
	case r.status >= 500:
		return c.lost(code, err)
	case r.status >= 300 && r.status < 400:
		return blocked(merchantGone) // never followed: it would carry the token elsewhere
	}
	return &fault.Error{Kind: fault.Bug, Code: code, Err: err}
}

// tolerates reports whether the rest of the answer is of use in spite of e.
func (c Call) tolerates(e apiError, hasData bool) bool {
	if !hasData || len(e.Path) == 0 || e.Extensions.Code == "THROTTLED" {
		return false
	}
	if c.PerRoot {
		return true
	}
	if _, ok := e.node(); c.PerNode && ok {
		return true
	}
	return c.withheld(e)
}

// withheld reports whether e only says that the app may not read a field that
// the rest is of use without.
func (c Call) withheld(e apiError) bool {
	return e.Extensions.Code == shopifyapi.CodeDenied && slices.ContainsFunc(c.Optional, func(f string) bool { return slices.Contains(e.Path, f) })
}

// judgeError classifies one entry of errors[]. The cost is the answer's.
func (c Call) judgeError(e apiError, k *cost) *fault.Error {
	f := &fault.Error{Kind: fault.Rejected, Code: Clip(string(e.Extensions.Code), 64), Err: errors.New(Clip(e.Message, 300))}
	switch e.Extensions.Code {
	case "THROTTLED":
		f.Kind, f.RetryAfter = fault.Throttled, throttleWait(k)
	case shopifyapi.CodeDenied:
		f.Kind, f.Merchant = fault.Blocked, merchantScope
		if need := string(e.Extensions.RequiredAccess); need != "" {
			f.Merchant = fmt.Sprintf("The app lacks a permission in Shopify (%s); grant it and reconnect the shop.", Clip(need, 200))
		}
		f.Err = fmt.Errorf("%w (at %s)", f.Err, Clip(strings.Join(e.Path, "."), 200))
	case internal, "TIMEOUT":
		return c.lost(f.Code, f.Err)
	case "MAX_COST_EXCEEDED", "BAD_REQUEST", "INVALID_FIELD_ARGUMENTS", "MAX_INPUT_SIZE_EXCEEDED",
		"undefinedField", "undefinedDirective", "undefinedType", "undefinedFragment", "argumentNotAccepted", "missingRequiredArguments",
		"argumentLiteralsIncompatible", "missingRequiredInputObjectAttribute", "selectionMismatch", "variableNotUsed", "variableNotDefined",
		"variableMismatch", "invalidOneOfInputObject", "PARSE_ERROR", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED":
		f.Kind = fault.Bug
	case "INVALID_VARIABLE":
		f.Merchant = "Shopify refuses a value that was sent to it."
		if len(e.Extensions.Problems) > 0 {
			f.Err = fmt.Errorf("%w: %s", f.Err, Clip(string(e.Extensions.Problems), 300))
		}
	case "RESOURCE_NOT_FOUND", "NOT_FOUND":
		f.Err = fmt.Errorf("%w: %s", ErrNotFound, Clip(e.Message, 300))
	default:
		f.Merchant = "Shopify refuses the request: " + Clip(e.Message, 200)
	}
	return f
}

// lost is an answer that does not tell whether the request ran: a read is
// simply repeated, a write has to be looked for first.
func (c Call) lost(code string, err error) *fault.Error {
	f := &fault.Error{Kind: fault.Transient, Code: code, Err: err}
	if c.Write {
		f.Kind = fault.Unknown
	}
	return f
}

// judgeTransport classifies a request that got no answer.
func (c Call) judgeTransport(ctx context.Context, err error) error {
	f := c.lost("NO_ANSWER", err)
	f.Op = "shopify." + c.Op
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" {
		f.Kind = fault.Transient // it was never sent
	}
	if errors.Is(err, errTooLarge) {
		f.Code = "TOO_LARGE"
	} else if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		f.Err = fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	return f
}

// rank orders kinds by what decides when several errors come at once.
func rank(k fault.Kind) int {
	return slices.Index([]fault.Kind{fault.Throttled, fault.Blocked, fault.Bug, fault.Unknown, fault.Transient, fault.Rejected}, k)
}

// throttleWait is how long the bucket needs for the refused request, at least a second.
func throttleWait(k *cost) time.Duration {
	if k == nil || k.Throttle.Rate <= 0 {
		return 2 * time.Second
	}
	s := math.Ceil((k.Requested - k.Throttle.Available) / k.Throttle.Rate)
	return time.Duration(min(max(s, 1), 3600)) * time.Second
}

// isCut reports whether JSON ended early, which a broken connection does; any
// other decoding error is a disagreement about types.
func isCut(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax)
}

// internal is the code of a failure inside the API.
const internal = "INTERNAL_SERVER_ERROR"

// OfContent reports whether err may come from what was asked for, so that asking
// for less of it helps. What throttles or refuses the app is the whole request's,
// and so is what we ask wrongly; for what comes from the edge see [OfEdge].
func OfContent(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind == fault.Throttled || f.Kind == fault.Blocked || strings.HasPrefix(f.Code, "HTTP_") {
		return false
	}
	switch f.Code {
	case "NO_ANSWER", "NOT_JSON", "CUT_SHORT", "TOO_DEAR", "MAX_COST_EXCEEDED":
		return false
	}
	return true
}

// OfEdge reports whether err is a failure in front of the API, which tells nothing
// of what was asked for.
func OfEdge(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Kind == fault.Transient && (strings.HasPrefix(f.Code, "HTTP_5") || f.Code == "NOT_JSON") && !TooHeavy(err)
}

// TooHeavy reports whether err can be mended by asking for less at once.
func TooHeavy(err error) bool {
	return errors.Is(err, errTooLarge) || errors.Is(err, errNoAnswer)
}
