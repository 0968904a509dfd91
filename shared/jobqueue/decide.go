package jobqueue

import (
	"fmt"
	"time"

	"backroom/shared/fault"
)

// Ending is how a run ends, or goes on.
type Ending struct {
	Outcome Outcome // "": it goes on
	Retry   bool    // a retry is planned if attempts are left
	Whose   fault.Side
}

// DecideEnd decides about a slice's error, nil when it has none. Issues that a
// merchant must resolve never fail a run, however many; it fails when every
// record failed for a cause on the system's side.
func DecideEnd(err error, total Counts) Ending {
	if err == nil {
		handled := total.Created + total.Updated + total.Unchanged + total.Skipped
		switch {
		case total.Failed == 0:
			return Ending{Outcome: Succeeded}
		case total.Failed == total.SystemFailed && handled == 0:
			return Ending{Outcome: Failed, Retry: true, Whose: fault.System}
		}
		return Ending{Outcome: SucceededWithIssues}
	}
	if fault.RefusesApp(err) {
		return Ending{Outcome: Failed, Whose: fault.System}
	}
	switch fault.KindOf(err) {
	case fault.Throttled:
		return Ending{}
	case fault.Rejected, fault.Blocked:
		return Ending{Outcome: Failed, Whose: fault.Merchant}
	case fault.Bug:
		return Ending{Outcome: Failed, Whose: fault.System}
	case fault.Transient, fault.Unknown:
		return Ending{Outcome: Failed, Retry: true, Whose: fault.System}
	}
	return Ending{Outcome: Failed, Retry: true, Whose: fault.System}
}

// Because is a reason as the end of a sentence: ": reason", or nothing without one.
func Because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// PassingText is what a merchant is told about a run that failed for a passing reason.
const PassingText = "The run failed for a passing reason and is tried again by itself."

// GaveUpText is what a merchant is told about the last one of so many attempts.
func GaveUpText(attempts int) string {
	if attempts <= 1 {
		return "The run failed for a passing reason, and its only attempt is used up."
	}
	return fmt.Sprintf("The run failed for a passing reason, as all %d attempts did.", attempts)
}

// Sizes of the protocol: visibility
// follows the dispatcher, the lease follows the task.
const (
	LeaseTime   = 120 * time.Second // renewed every RenewEvery
	RenewEvery  = 30 * time.Second
	HoldTime    = 90 * time.Second // a dead dispatcher frees its group this late
	ShortSlice  = 60 * time.Second // of a slice that others may wait behind
	MaxStarts   = 5                // of a slice without outcome, then quarantine
	MaxHops     = 8                // of follow-ups: Lambda's recursion guard stays on
	ResendAfter = 60 * time.Second // an accepted trigger that has not started
	MaxWaiting  = 20               // accepted runs of an entry that have not started, beside a plain one
	MaxBackoff  = 6 * time.Hour
)

// Cause is why a run failed, by who is to do something about it.
type Cause string

const (
	// Passing: the other side, the network or our own store is in trouble. It
	// mends itself, and somebody is told when it does not.
	Passing Cause = "passing"
	// OurBug: the program is wrong, and repeating the run cannot help.
	OurBug Cause = "bug"
	// OurApp: the credentials of the app, which all shops share, are refused.
	OurApp Cause = "app"
	// TheMerchants: the shop's own access, settings or data.
	TheMerchants Cause = "merchant"
	// NoNextRun: nothing follows from the entry's schedule. No run has failed.
	NoNextRun Cause = "no next run"
)

// Cause is why r failed, "" if it did not.
func (r Run) Cause() Cause {
	switch r.Outcome {
	case Failed:
		return CauseOf(r.ErrorKind, r.Whose)
	case Lost, Rejected:
		return OurBug
	case Succeeded, SucceededWithIssues, Cancelled, Skipped:
	}
	return ""
}

// CauseOf is the cause of a failure of a kind, as [DecideEnd] says whose it is.
func CauseOf(kind fault.Kind, whose fault.Side) Cause {
	switch {
	case whose == fault.Merchant:
		return TheMerchants
	case kind == fault.Bug:
		return OurBug
	case kind == fault.Blocked:
		return OurApp
	}
	return Passing
}

// fails is e after one more run of it that failed at a time. A row of failures
// on our side is as old as its first one.
func (e Entry) fails(cause Cause, at time.Time) Entry {
	if e.FailingSince.IsZero() || e.Cause == TheMerchants && cause != TheMerchants {
		e.FailingSince = at
	}
	e.Cause = cause
	return e
}
