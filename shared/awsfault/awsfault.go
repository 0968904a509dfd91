// Package awsfault reads the errors of the AWS SDK once for all adapters:
// whether a call may have taken effect without an answer, and whether the
// service asked for patience.
package awsfault

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"

	"backroom/shared/fault"
)

// Code is the service's own error code, "" if the service did not answer one.
func Code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// NoEffect reports whether the call that ended in err certainly did nothing:
// it was refused, or never left. Everything else may have worked.
func NoEffect(err error) bool {
	switch Code(err) {
	case "TransactionInProgressException", "RequestTimeout", "RequestTimeoutException":
		return false
	}
	if e, ok := errors.AsType[interface {
		error
		HTTPStatusCode() int
	}](err); ok {
		return e.HTTPStatusCode() >= http.StatusBadRequest && e.HTTPStatusCode() < http.StatusInternalServerError
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return true
	}
	if _, ok := errors.AsType[*v4.SigningError](err); ok {
		return true
	}
	_, ok := errors.AsType[*smithy.SerializationError](err)
	return ok
}

// Throttled reports whether the service refused the call to save itself.
func Throttled(err error) bool {
	_, ok := retry.DefaultThrottleErrorCodes[Code(err)]
	return ok && NoEffect(err)
}

// Misdeployed reports whether the service says that there is no such resource,
// or that the caller may not use it: nothing helps until the deployment changes.
func Misdeployed(err error) bool {
	switch strings.TrimSuffix(Code(err), "Exception") {
	case "ResourceNotFound", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue",
		"AccessDenied", "InvalidClientTokenId", "InvalidSignature", "SignatureDoesNotMatch", "UnrecognizedClient":
		return NoEffect(err)
	}
	return false
}

// Wrap names the call of an error that did nothing, and lets the queue wait
// rather than count an attempt when the service asked for patience. It lets the
// queue give up, and the operator know, when the deployment is wrong.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	if Throttled(err) {
		return &fault.Error{Op: op, Kind: fault.Throttled, Code: Code(err), Err: err}
	}
	if Misdeployed(err) {
		return &fault.Error{Op: op, Kind: fault.Bug, Code: Code(err), Err: err}
	}
	return fmt.Errorf("%s: %w", op, err)
}

// Watch is the retryer of one call. It remembers whether an attempt may have
// taken effect: after a lost answer, a later refusal says nothing about the
// first attempt.
type Watch struct {
	aws.Retryer

	// Repeatable calls are tried again after a lost answer too: the service
	// itself recognises the repeat.
	Repeatable bool

	lost atomic.Bool
}

// NewWatch watches one call that base retries. base is shared by all calls of
// a client: it holds the quota of retries.
func NewWatch(base aws.Retryer, repeatable bool) *Watch {
	return &Watch{Retryer: base, Repeatable: repeatable}
}

// IsErrorRetryable implements aws.Retryer.
func (w *Watch) IsErrorRetryable(err error) bool {
	if !NoEffect(err) {
		w.lost.Store(true)
		if !w.Repeatable {
			return false
		}
	}
	return w.Retryer.IsErrorRetryable(err)
}

// MayHaveWorked reports whether the call, which ended in err, or one of its
// attempts may have taken effect.
func (w *Watch) MayHaveWorked(err error) bool { return w.lost.Load() || !NoEffect(err) }
