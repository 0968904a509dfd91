package jobqueue

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"backroom/shared/schedule"
)

// SameRecurrence reports whether two recurrences tick at the same times.
func SameRecurrence(a, b schedule.Recurrence) bool {
	zone := func(r schedule.Recurrence) string {
		if r.Zone == nil {
			return time.UTC.String()
		}
		return r.Zone.String()
	}
	return a.Rate == b.Rate && a.Cron == b.Cron && a.Anchor.Equal(b.Anchor) && zone(a) == zone(b)
}

// Target is what a schedule sends: m, in e's group.
func (e Entry) Target(m Message) schedule.Target {
	return schedule.Target{Group: e.Group(), Body: string(m.Encode())}
}

// OnceName is the name of the entry's schedule for one time.
func (e Entry) OnceName(at time.Time) string {
	name := e.Shop + "." + e.ID
	if e.Made != "" {
		name += "." + e.Made
	}
	return ClipName(fmt.Sprintf("%s.at%d", name, at.Unix()))
}

// Stranded reports whether e should run again and again, without an end, and
// has no next time. Its rule was accepted with one: what follows from it has
// changed since, such as the rules of its time zone or this program.
func (e Entry) Stranded(h History) bool {
	if e.Status != Ready || !e.Recurs() || !e.Expiration.IsZero() || e.Chained() && h.Started.After(h.Ended) {
		return false
	}
	_, ok := e.NextRun(h)
	return !ok
}

// ClipName is the name of a schedule in the 64 bytes that it may have: a longer one
// ends with a hash of it.
func ClipName(name string) string {
	if len(name) <= 64 {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return name[:43] + "." + hex.EncodeToString(sum[:10])
}

// ScheduleName is the name of the entry's recurring schedule.
func (e Entry) ScheduleName() string { return ClipName(e.Shop + "." + e.ID) }

// RetryName is the name of the schedule for the retry of r, the run of e that failed last.
func RetryName(e Entry, r Run) string {
	return ClipName(fmt.Sprintf("%s.%s.retry%d", e.Shop, r.ID, e.Attempts))
}
