package dynamo

import (
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"backroom/shared/awsfault"
	"backroom/shared/fault"
	"backroom/shared/table"
)

// answered is err as the SDK gives it when the service answered with status.
func answered(status int, err error) error {
	return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err}
}

func cancelled(codes ...string) error {
	e := &types.TransactionCanceledException{}
	for _, c := range codes {
		e.CancellationReasons = append(e.CancellationReasons, types.CancellationReason{Code: aws.String(c)})
	}
	return answered(http.StatusBadRequest, e)
}

// What a fake does not show by itself: other transactions at the same item.
func TestOutcome(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want error // sentinel; nil: none
		kind fault.Kind
	}{
		{"a condition failed", cancelled("None", "ConditionalCheckFailed"), table.ErrConflict, fault.Transient},
		{"another transaction was at an item", cancelled("TransactionConflict", "None"), table.ErrConflict, fault.Transient},
		{"a condition tells more than a throttle", cancelled("ThrottlingError", "ConditionalCheckFailed"), table.ErrConflict, fault.Transient},
		{"throttled inside the transaction", cancelled("None", "ProvisionedThroughputExceeded"), nil, fault.Throttled},
		{"invalid inside the transaction", cancelled("ValidationError"), nil, fault.Transient},
		{"a plain write met a transaction", answered(http.StatusBadRequest, &types.TransactionConflictException{}), table.ErrConflict, fault.Transient},
		{"the same transaction is under way", answered(http.StatusBadRequest, &types.TransactionInProgressException{}), table.ErrUnknown, fault.Transient},
		{"the token belongs to another transaction", answered(http.StatusBadRequest, &types.IdempotentParameterMismatchException{}), nil, fault.Transient},
		{"the service broke", answered(http.StatusInternalServerError, &types.InternalServerError{}), table.ErrUnknown, fault.Transient},
		{"an answer that ended early", answered(http.StatusOK, errors.New("unexpected EOF")), table.ErrUnknown, fault.Transient},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := outcome(tt.err, awsfault.NewWatch(aws.NopRetryer{}, true))
			for _, sentinel := range []error{table.ErrConflict, table.ErrUnknown} {
				if errors.Is(got, sentinel) != (sentinel == tt.want) { //nolint:errorlint // the sentinel itself
					t.Errorf("is %q: %v", sentinel, errors.Is(got, sentinel))
				}
			}
			if k := fault.KindOf(got); k != tt.kind {
				t.Errorf("kind %q, want %q", k, tt.kind)
			}
		})
	}
}
