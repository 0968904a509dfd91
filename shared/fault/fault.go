// Package fault says how the queue should react to a failure.
//
// The package that sees the evidence (an API adapter, a store) classifies it
// once as an [*Error]; everyone above only asks [KindOf].
package fault

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is the queue's reaction to a failure. It is stored on runs, so it is
// text: reordering the constants never changes what an old item means.
type Kind string

// The kinds. Whose it is to mend follows from the kind: Rejected and Blocked
// go to the merchant, Transient and Bug to the operator.
const (
	// Transient: run again after a backoff; spends an attempt.
	Transient Kind = "transient"
	// Throttled: run again after RetryAfter; spends no attempt.
	Throttled Kind = "throttled"
	// Rejected: the same input fails again; a person must change data or settings.
	Rejected Kind = "rejected"
	// Blocked: no call of this connection can succeed until a person acts
	// (revoked token, frozen shop, missing permission, expired subscription).
	Blocked Kind = "blocked"
	// Unknown: a write may or may not have taken effect; look before repeating.
	Unknown Kind = "unknown"
	// Bug: our own request was wrong; repeating it cannot help.
	Bug Kind = "bug"
)

// Side says whose it is to mend a failure or what keeps a record waiting. Its text
// is stored.
type Side string

// The sides. "" is that nobody knows, or that there is nothing to mend.
const (
	Merchant Side = "merchant" // mapping, settings, data in Shopify or BC
	System   Side = "system"   // ours: passing failures, bugs
)

// InvalidClient is the code of a refusal of the app's own credentials, or its
// first word, in OAuth's words, which both sides use: it is ours to mend, whatever the shop.
const InvalidClient = "invalid_client"

// Error is a failure whose Kind is known where it happened.
type Error struct {
	Op         string        // package and call, such as "shopify.Orders"
	Kind       Kind          // the queue's reaction
	Code       string        // the other side's own code, such as "THROTTLED"; "" if none
	RetryAfter time.Duration // wait the other side asked for; 0 if none
	Merchant   string        // one sentence for the merchant; "" if there is nothing to say to one
	Err        error         // the cause, never nil
}

func (e *Error) Error() string {
	if e.Code != "" {
		return fmt.Sprintf("%s: %s (%s): %v", e.Op, e.Kind, e.Code, e.Err)
	}
	return fmt.Sprintf("%s: %s: %v", e.Op, e.Kind, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the outermost [*Error] in err's chain, and Transient
// when there is none: an unclassified failure is worth another try.
// KindOf(nil) is "".
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Transient
}

// Of is the outermost [*Error] in err's chain, the zero Error if there is none.
func Of(err error) Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return *e
	}
	return Error{}
}

// RetryAfter is the wait the outermost [*Error] in err's chain asks for, or 0.
func RetryAfter(err error) time.Duration { return Of(err).RetryAfter }

// Say is err's sentence for a merchant, or its own text if it has none.
func Say(err error) string { return cmp.Or(Of(err).Merchant, err.Error()) }

// HTTP is the code of an answer that says no more than its HTTP status, such as HTTP_404.
func HTTP(status int) string { return fmt.Sprintf("HTTP_%d", status) }

// RefusesApp reports whether err is a refusal of the app's own credentials.
func RefusesApp(err error) bool {
	e := Of(err)
	word, _, _ := strings.Cut(e.Code, " ")
	return e.Kind == Blocked && word == InvalidClient
}
