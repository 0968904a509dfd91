package jobqueue

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
)

// Sizes of the protocol: visibility
// follows the dispatcher, the lease follows the task.
const (
	LeaseTime     = 120 * time.Second // renewed every RenewEvery
	RenewEvery    = 30 * time.Second
	HoldTime      = 90 * time.Second // a dead dispatcher frees its group this late
	ShortSlice    = 60 * time.Second // of a slice that others may wait behind
	MaxStarts     = 5                // of a slice without outcome, then quarantine
	MaxHops       = 8                // of follow-ups: Lambda's recursion guard stays on
	ResendAfter   = 60 * time.Second // an accepted trigger that has not started
	MaxWaiting    = 20               // accepted runs of an entry that have not started, beside a plain one
	handOverAfter = 900              // receives of one message
	handOverAge   = 10 * 24 * time.Hour
	maxBackoff    = 6 * time.Hour
)

// claimStep is what a claim may do.
type claimStep int

const (
	claimNew    claimStep = iota + 1 // free, or its owner is dead
	claimResume                      // the same run goes on: yielded, or its slice died
	claimWait                        // a live owner holds it
)

// until is the end of the lease, renewals counted.
func until(c category, b beat) time.Time {
	if b.Fence == c.Fence && (b.Right || b.Until.After(c.Until)) {
		return b.Until
	}
	return c.Until
}

// decideClaim decides whether run may take the category at now. skew is how
// far clocks may differ: a lease counts as over only that much later.
func decideClaim(c category, b beat, run string, now time.Time, skew time.Duration) (step claimStep, wait time.Duration) {
	switch {
	case c.Run == nil:
		return claimNew, 0
	case c.Yields && c.ID == run:
		return claimResume, 0
	}
	// A yielded category is kept for its run until the lease time is over, so
	// that a run whose message was lost does not block the category for ever.
	end := until(c, b).Add(skew)
	switch {
	case now.Before(end):
		longest := LeaseTime + skew
		if c.Yields {
			longest += maxBackoff
		}
		if clock.Due(end, now, longest) {
			return claimWait, RenewEvery // it ends later than it can, which a sweep sets right
		}
		return claimWait, end.Sub(now)
	}
	if c.ID == run {
		return claimResume, 0
	}
	return claimNew, 0
}

// backoff is the wait before attempt n+1, n ≥ 1 failures in a row:
// exponential between delay and six hours, with full jitter above delay.
func backoff(delay time.Duration, n int, random func(int64) int64) time.Duration {
	if delay <= 0 {
		delay = 30 * time.Second
	}
	ceiling := maxBackoff
	if n < 20 && delay<<n < maxBackoff {
		ceiling = delay << n
	}
	if ceiling <= delay {
		return delay
	}
	return delay + time.Duration(random(int64(ceiling-delay)+1))
}

// ending is how a run ends, or goes on.
type ending struct {
	outcome Outcome // "": it goes on
	retry   bool    // a retry is planned if attempts are left
	whose   string
}

// decideEnd decides about a slice's error, nil when it has none. Issues that a
// merchant must resolve never fail a run, however many; it fails when every
// record failed for a cause on the system's side.
func decideEnd(err error, total Counts) ending {
	if err == nil {
		handled := total.Created + total.Updated + total.Unchanged + total.Skipped
		switch {
		case total.Failed == 0:
			return ending{outcome: Succeeded}
		case total.Failed == total.SystemFailed && handled == 0:
			return ending{outcome: Failed, retry: true, whose: "system"}
		}
		return ending{outcome: SucceededWithIssues}
	}
	if fault.RefusesApp(err) {
		return ending{outcome: Failed, whose: "system"}
	}
	switch fault.KindOf(err) {
	case fault.Throttled:
		return ending{}
	case fault.Rejected, fault.Blocked:
		return ending{outcome: Failed, whose: "merchant"}
	case fault.Bug:
		return ending{outcome: Failed, whose: "system"}
	case fault.Transient, fault.Unknown:
		return ending{outcome: Failed, retry: true, whose: "system"}
	}
	return ending{outcome: Failed, retry: true, whose: "system"}
}

// sentence is what a merchant is told about a failed run.
func sentence(kind fault.Kind) string {
	switch kind {
	case fault.Rejected:
		return "The run was refused; the settings or the data it uses must be corrected."
	case fault.Blocked:
		return "The connection needs attention: access was refused until somebody renews it."
	case fault.Throttled:
		return "The other side is busy; the run goes on by itself."
	case fault.Bug:
		return "The run failed because of a fault on our side; it is being looked at."
	case fault.Transient, fault.Unknown:
	}
	return passing
}

// passing is what a merchant is told about a run that failed for a passing reason.
const passing = "The run failed for a passing reason and is tried again by itself."

// gaveUp is what a merchant is told about the last one of so many attempts.
func gaveUp(attempts int) string {
	if attempts <= 1 {
		return "The run failed for a passing reason, and its only attempt is used up."
	}
	return fmt.Sprintf("The run failed for a passing reason, as all %d attempts did.", attempts)
}

// wayOut is what an entry in Error needs; what stopped it is said beside it.
func (e Entry) wayOut() string {
	switch {
	case e.Quarantined:
		return "It does not run again by itself: make it ready once the fault is mended."
	case e.Resume:
		return "It runs again at its next time; to have it run before, restart it."
	}
	return "It does not run again by itself: make it ready, or restart it, once the cause is mended."
}

// noteOf is what somebody who wants to know is told about a run that has ended
// well; "" if nobody does, or if there is nothing to tell.
func noteOf(e Entry, r Run) string {
	if !r.Notify || r.Quiet || r.DryRun || r.Outcome != Succeeded && r.Outcome != SucceededWithIssues {
		return ""
	}
	var done []string
	for _, n := range []struct {
		count int
		word  string
	}{
		{r.Counts.Created, "created"},
		{r.Counts.Updated, "updated"},
		{r.Counts.Unchanged, "unchanged"},
		{r.Counts.Skipped, "skipped"},
		{r.Counts.Failed, "failed"},
	} {
		if n.count > 0 {
			done = append(done, fmt.Sprintf("%d %s", n.count, n.word))
		}
	}
	if len(done) == 0 {
		done = []string{"there was nothing to do"}
	}
	return fmt.Sprintf("%s %s: %s.", cmp.Or(e.Description, e.ID), r.Outcome, strings.Join(done, ", "))
}

func clip(name string) string {
	if len(name) <= 64 {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return name[:43] + "." + hex.EncodeToString(sum[:10])
}
