package shopifyapi_test

import (
	"errors"
	"fmt"
	"testing"

	"backroom/shared/fault"
	"backroom/shared/shopifyapi"
)

func TestDenied(t *testing.T) {
	for _, tt := range []struct {
		kind fault.Kind
		code string
		want bool
	}{
		{fault.Blocked, "ACCESS_DENIED", true},
		{fault.Blocked, "HTTP_403", true},
		{fault.Blocked, "HTTP_401", false},
		{fault.Blocked, "UNAUTHORIZED", false},
		{fault.Rejected, "ACCESS_DENIED", false},
	} {
		err := fmt.Errorf("a call: %w", &fault.Error{Op: "o", Kind: tt.kind, Code: tt.code, Err: errors.New("refused")})
		if got := shopifyapi.Denied(err); got != tt.want {
			t.Errorf("%s %s: %v", tt.kind, tt.code, got)
		}
	}
	if shopifyapi.Denied(nil) || shopifyapi.Denied(errors.New("ACCESS_DENIED")) {
		t.Error("an error of nobody's is a lacking permission")
	}
}
