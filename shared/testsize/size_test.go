package testsize

import "testing"

func TestOf(t *testing.T) {
	for _, tt := range []struct{ value, want string }{{"", "plain"}, {"small", "plain"}, {Whole, "whole"}} {
		t.Setenv(Variable, tt.value)
		want := tt.want
		if Race {
			want = "race"
		}
		if got := Of("whole", "plain", "race"); got != want {
			t.Errorf("%s=%q: %s, want %s", Variable, tt.value, got, want)
		}
	}
}
