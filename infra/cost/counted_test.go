package main

import (
	"testing"

	"backroom/infra/plan"
)

// The alarms of the bill are those that are deployed: one is billed for each
// metric that it looks at, and a composite as much as five.
func TestAlarmsAreCounted(t *testing.T) {
	in, _, err := read()
	if err != nil {
		t.Fatal(err)
	}
	p := plan.Deployed()
	n := 5 * len(p.Composites())
	for _, a := range p.Alarms("prod") {
		n += max(1, len(a.Metric.Using))
	}
	if in.Fixed.Alarms != float64(n) {
		t.Errorf("inputs.json has %v alarms, want %d", in.Fixed.Alarms, n)
	}
}
