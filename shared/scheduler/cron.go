package scheduler

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/robfig/cron/v3"

	"backroom/shared/schedule"
)

// maxExpression is the longest expression that EventBridge Scheduler takes.
const maxExpression = 256

// star is the bit by which package cron marks a field written as "*".
const star = 1 << 63

// Cron writes a five-field cron expression in EventBridge Scheduler's six
// fields. Days of the week count from 1 there, and one of the two fields for
// days must be "?": an expression that names both means either of them, which
// cannot be said. Errors: schedule.ErrInvalid.
func Cron(five string) (string, error) {
	parsed, err := cron.ParseStandard(five)
	spec, ok := parsed.(*cron.SpecSchedule)
	if err != nil || !ok {
		return "", fmt.Errorf("recurrence: Cron %q: five fields, minute hour day-of-month month day-of-week: %w", five, schedule.ErrInvalid)
	}
	dom, dow := "?", "?"
	switch {
	case spec.Dow&star != 0:
		dom = list(spec.Dom, 1, 31, 0)
	case spec.Dom&star != 0:
		dow = list(spec.Dow, 0, 6, 1)
	default:
		return "", fmt.Errorf("recurrence: Cron %q: day of month and day of week cannot both be limited, leave one of them *: %w", five, schedule.ErrInvalid)
	}
	expr := fmt.Sprintf("cron(%s %s %s %s %s *)", list(spec.Minute, 0, 59, 0), list(spec.Hour, 0, 23, 0), dom, list(spec.Month, 1, 12, 0), dow)
	if len(expr) > maxExpression {
		return "", fmt.Errorf("recurrence: Cron %q: too many values, %d characters when written out, at most %d: %w", five, len(expr), maxExpression, schedule.ErrInvalid)
	}
	return expr, nil
}

// list writes the bits from low to high that are set, each plus shift; "*" for
// all of them.
func list(bits uint64, low, high, shift int) string {
	var parts []string
	for from := low; from <= high; from++ {
		if bits&(1<<from) == 0 {
			continue
		}
		to := from
		for to < high && bits&(1<<(to+1)) != 0 {
			to++
		}
		switch {
		case from == low && to == high:
			return "*"
		case from == to:
			parts = append(parts, strconv.Itoa(from+shift))
		default:
			parts = append(parts, fmt.Sprintf("%d-%d", from+shift, to+shift))
		}
		from = to
	}
	return strings.Join(parts, ",")
}
