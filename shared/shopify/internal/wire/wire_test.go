package wire

import (
	"encoding/json"
	"math"
	"testing"
)

func TestUint64(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Uint64
		bad  bool
	}{
		{in: `"18446744073709551615"`, want: math.MaxUint64},
		{in: `18446744073709551615`, want: math.MaxUint64},
		{in: `"0"`},
		{in: `null`},
		{in: `"-1"`, bad: true},
		{in: `1.5`, bad: true},
		{in: `"x"`, bad: true},
		{in: `18446744073709551616`, bad: true},
	} {
		var got Uint64
		err := json.Unmarshal([]byte(tt.in), &got)
		if (err != nil) != tt.bad || got != tt.want {
			t.Errorf("%s: %d, %v, want %d, error %t", tt.in, got, err, tt.want, tt.bad)
		}
	}
	if js, err := json.Marshal(Uint64(math.MaxUint64)); err != nil || string(js) != `"18446744073709551615"` {
		t.Errorf("%s, %v", js, err)
	}
}
