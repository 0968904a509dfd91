package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"backroom/shared/fault"
)

func TestRefusesApp(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{&fault.Error{Kind: fault.Blocked, Code: "invalid_client", Err: errors.New("no")}, true},
		{&fault.Error{Kind: fault.Blocked, Code: "invalid_client AADSTS7000222", Err: errors.New("no")}, true},
		{fmt.Errorf("run: %w", &fault.Error{Kind: fault.Blocked, Code: "invalid_client", Err: errors.New("no")}), true},
		{&fault.Error{Kind: fault.Blocked, Code: "AADSTS700016", Err: errors.New("no")}, false},
		{&fault.Error{Kind: fault.Blocked, Code: "invalid_clients", Err: errors.New("no")}, false},
		{&fault.Error{Kind: fault.Transient, Code: "invalid_client", Err: errors.New("no")}, false},
		{errors.New("invalid_client"), false},
		{nil, false},
	} {
		if got := fault.RefusesApp(tt.err); got != tt.want {
			t.Errorf("%v: %v", tt.err, got)
		}
	}
}
