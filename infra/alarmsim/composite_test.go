package alarmsim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The examples of the CloudWatch User Guide, "Suppressing composite alarm
// actions": a wait of 2, an extension of 3. "A2" is ALARM at 2, "O7" OK at 7.
func TestDocumentedSuppression(t *testing.T) {
	tests := []struct{ composite, suppressor, want string }{
		{"A2", "", "A4"},
		{"A2", "A3", ""},
		{"A2 O3", "", "O5"},
		{"A2", "A1", ""},
		{"A2", "A3 O6", "A9"},
		{"A2 O7", "A3 O6", "O9"},
	}
	for _, tt := range tests {
		s := suppressed{wait: 2, extension: 3}
		state, got := "O", []string{}
		for now := int64(1); now < 30; now++ {
			if at, ok := s.runs(now); ok {
				got = append(got, fmt.Sprint(state, at))
			}
			for _, is := range []string{"A", "O"} {
				if slices.Contains(strings.Fields(tt.suppressor), fmt.Sprint(is, now)) {
					s.suppressor(now, is == "A")
				}
				if slices.Contains(strings.Fields(tt.composite), fmt.Sprint(is, now)) {
					state = is
					s.changed(now)
				}
			}
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("composite %s, suppressor %q: actions %q, want %q", tt.composite, tt.suppressor, g, tt.want)
		}
	}
}

func TestCompositeRules(t *testing.T) {
	states := map[string]State{"a": Alarm, "b": OK, "c": Insufficient}
	for text, want := range map[string]bool{
		`ALARM("a")`: true, `ALARM(b)`: false, `OK("b") AND INSUFFICIENT_DATA("c")`: true, `NOT ALARM("a") OR OK("b")`: true,
		`ALARM("a") AND (ALARM("b") OR ALARM("c"))`: false, `ALARM("a") AND NOT (ALARM("b") OR ALARM("c"))`: true, `TRUE AND FALSE`: false,
	} {
		r, _, err := parseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := r(func(a string) State { return states[a] }); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
	for _, text := range []string{`ALARM("a"`, `AT_LEAST(2, ALARM, (a, b))`, `RINGS("a")`, `ALARM("a") ALARM("b")`, ""} {
		if _, _, err := parseRule(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
