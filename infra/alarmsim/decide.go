package alarmsim

import "math"

// statistics of a bin.
var statistics = map[string]func(bin) float64{
	"Sum":         func(b bin) float64 { return b.sum },
	"Maximum":     func(b bin) float64 { return b.max },
	"Minimum":     func(b bin) float64 { return b.min },
	"Average":     func(b bin) float64 { return b.sum / math.Max(b.count, 1) },
	"SampleCount": func(b bin) float64 { return b.count },
}

// holds are the comparison operators.
var holds = map[string]func(v, threshold float64) bool{
	"GreaterThanThreshold":          func(v, t float64) bool { return v > t },
	"GreaterThanOrEqualToThreshold": func(v, t float64) bool { return v >= t },
	"LessThanThreshold":             func(v, t float64) bool { return v < t },
	"LessThanOrEqualToThreshold":    func(v, t float64) bool { return v <= t },
}

// mark is what a period says.
type mark int

const (
	absent mark = iota
	good
	bad
)

// decide is the state that marks of the range, newest first, give an alarm of m
// of n periods which is in state was.
//
// Where n real points are in range, the n newest of them count and the treatment
// of missing data does not. Else missing ones are filled up to n by it.
func decide(marks []mark, n, m int, treat treatment, was State) State {
	real, bads, oldestBad := 0, 0, 0
	for i, k := range marks {
		if k == absent {
			continue
		}
		if real++; k == bad {
			bads++
			oldestBad = i + 1
		}
		if real == n {
			return verdict(bads >= m)
		}
	}
	if real == 0 {
		return map[treatment]State{missing: Insufficient, ignore: was, breaching: Alarm, notBreaching: OK}[treat]
	}
	if treat == breaching {
		bads += n - real
	}
	switch {
	case bads >= m:
		return Alarm
	// It need not wait for a full window whose only news is bad.
	case bads == real && treat == missing && oldestBad >= m:
		return Alarm
	case bads == real && treat == ignore:
		return was
	}
	return OK
}

func verdict(alarm bool) State {
	if alarm {
		return Alarm
	}
	return OK
}
