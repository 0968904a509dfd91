package alarmsim

import (
	"strings"
	"testing"
)

// marksOf reads points as the guide writes them, newest right.
func marksOf(points string) (out []mark) {
	for _, c := range points {
		out = append([]mark{map[rune]mark{'-': absent, '0': good, 'X': bad}[c]}, out...)
	}
	return out
}

// The examples of the CloudWatch User Guide, "Configuring how CloudWatch alarms
// treat missing data": three periods, five fetched. The columns are missing,
// ignore, breaching, notBreaching; "keep" is the state of before, "!" any but ALARM.
func TestDocumentedExamples(t *testing.T) {
	tests := []struct {
		m      int
		points string
		want   string
	}{
		{3, "0-X-X", "OK OK OK OK"},
		{3, "0----", "OK OK OK OK"},
		{3, "0XX-X", "ALARM ALARM ALARM ALARM"},
		{3, "-----", "INSUFFICIENT_DATA keep ALARM OK"},
		{3, "--X--", "ALARM keep ALARM OK"},
		{3, "----X", "! ? ? ?"},
		{3, "---X-", "! ? ? ?"},
		{2, "0-X-X", "ALARM ALARM ALARM ALARM"},
		{2, "00X0X", "ALARM ALARM ALARM ALARM"},
		{2, "0-X--", "OK OK ALARM OK"},
		{2, "----0", "OK OK ALARM OK"},
		{2, "---X-", "ALARM keep ALARM OK"},
	}
	for _, tt := range tests {
		for i, want := range strings.Fields(tt.want) {
			treat := []treatment{missing, ignore, breaching, notBreaching}[i]
			for _, was := range []State{OK, Alarm, Insufficient} {
				got := decide(marksOf(tt.points), 3, tt.m, treat, was)
				if want == "keep" && got != was || want == "!" && got == Alarm || strings.Contains("OK ALARM INSUFFICIENT_DATA", want) && string(got) != want {
					t.Errorf("%d of 3, %s, %s, %s before: %s, want %s", tt.m, tt.points, treat, was, got, want)
				}
			}
		}
	}
}

// Where as many real points as are wanted are in range, missing data change nothing.
func TestRealPointsAreEnough(t *testing.T) {
	for _, treat := range []treatment{missing, ignore, breaching, notBreaching} {
		for points, want := range map[string]State{"X-----": Alarm, "0-----": OK, "X-0---": OK, "0-X-": Alarm} {
			if got := decide(marksOf(points), 1, 1, treat, Insufficient); got != want {
				t.Errorf("1 of 1, %s, %s: %s, want %s", points, treat, got, want)
			}
		}
	}
}
