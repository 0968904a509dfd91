package awsfault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"backroom/shared/fault"
)

func answer(status int, code string) error {
	return &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: &smithy.GenericAPIError{Code: code},
	}
}

func TestNoEffect(t *testing.T) {
	tests := []struct {
		name      string
		err       error
		noEffect  bool
		throttled bool
	}{
		{"refused", answer(400, "ValidationException"), true, false},
		{"throttled", answer(400, "ThrottlingException"), true, true},
		{"too many requests", answer(429, "TooManyRequestsException"), true, true},
		{"a throttle that the service met itself", answer(502, "EC2ThrottledException"), false, false},
		{"under way", answer(400, "TransactionInProgressException"), false, false},
		{"server error", answer(500, "InternalServerError"), false, false},
		{"gateway", answer(503, ""), false, false},
		{"success that could not be read", answer(200, ""), false, false},
		{"no connection", &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, true, false},
		{"connection lost", &smithyhttp.RequestSendError{Err: &net.OpError{Op: "read", Err: errors.New("reset")}}, false, false},
		{"end of file", &smithyhttp.RequestSendError{Err: io.EOF}, false, false},
		{"cancelled", &aws.RequestCanceledError{Err: context.Canceled}, false, false},
		{"not signed", &v4.SigningError{Err: errors.New("no credentials")}, true, false},
		{"not encoded", &smithy.SerializationError{Err: errors.New("odd")}, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := fmt.Errorf("operation: %w", tt.err)
			if NoEffect(err) != tt.noEffect || Throttled(err) != tt.throttled {
				t.Errorf("no effect %v, throttled %v; want %v, %v", NoEffect(err), Throttled(err), tt.noEffect, tt.throttled)
			}
			if w := Wrap("op", err); !errors.Is(w, tt.err) || (fault.KindOf(w) == fault.Throttled) != tt.throttled {
				t.Errorf("wrapped as %v", w)
			}
		})
	}
	if Wrap("op", nil) != nil {
		t.Error("no error becomes one")
	}
}

func TestMisdeployed(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"no such table, schedule group or function", answer(400, "ResourceNotFoundException"), true},
		{"no such queue", answer(400, "QueueDoesNotExist"), true},
		{"no such queue, in the old form", answer(400, "AWS.SimpleQueueService.NonExistentQueue"), true},
		{"a right is missing", answer(400, "AccessDeniedException"), true},
		{"a right is missing, as SQS says it", answer(403, "AccessDenied"), true},
		{"keys of nobody", answer(400, "UnrecognizedClientException"), true},
		{"keys whose time is over", answer(400, "ExpiredTokenException"), false},
		{"a wrong request", answer(400, "ValidationException"), false},
		{"an answer of which nothing is certain", answer(500, "AccessDeniedException"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Misdeployed(tt.err); got != tt.want {
				t.Errorf("misdeployed: %v", got)
			}
			if k := fault.KindOf(Wrap("op", tt.err)); (k == fault.Bug) != tt.want {
				t.Errorf("kind %q", k)
			}
		})
	}
}

// retryAll retries whatever it is asked about.
type retryAll struct{ aws.NopRetryer }

func (retryAll) IsErrorRetryable(error) bool { return true }

func TestWatch(t *testing.T) {
	lost, refused, busy := answer(500, "InternalServerError"), answer(400, "ConditionalCheckFailedException"), answer(400, "ThrottlingException")
	w := NewWatch(retryAll{}, false)
	if !w.IsErrorRetryable(busy) || w.IsErrorRetryable(lost) {
		t.Error("a call that may not be repeated is, or one that did nothing is not")
	}
	w = NewWatch(retryAll{}, true)
	if w.MayHaveWorked(refused) {
		t.Error("a refusal worked")
	}
	if !w.IsErrorRetryable(lost) || !w.MayHaveWorked(refused) {
		t.Error("a refusal after a lost answer is believed")
	}
}
