package sweep

import (
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
)

// The sweep's patience. All of it is far beyond what happens by itself: a dead
// slice's message comes back within HoldTime, and a lease ends within LeaseTime.
const (
	overdueAfter = 7 * time.Minute   // a slot without a run
	lateAfter    = 9 * time.Minute   // the same, and what the sweep sent did not help: somebody is told
	stuckAfter   = 10 * time.Minute  // a run without a live lease: the same
	reviveAfter  = 5 * time.Minute   // a run without a live lease: its message is sent again
	lostAfter    = time.Hour         // the same: it is closed
	recordAfter  = jobqueue.HoldTime // an outcome that nobody has recorded
	retryGrace   = 5 * time.Minute   // a retry that has not come
)

// sendWindow is how long a moment to send something lasts: sweeps come once a
// minute, and the queue knows the same message again for longer than this.
const sendWindow = 2 * time.Minute

// sendNow decides whether what has been missing for age is sent (again) at
// this sweep: at first, then at ages that double, then hourly. Sweeps need no
// memory for that: those of one moment send the same message, and the queue
// keeps one.
func sendNow(age, first time.Duration) bool {
	if age < first {
		return false
	}
	at := first
	for at < time.Hour && age >= 2*at {
		at *= 2
	}
	if at >= time.Hour {
		return (age-at)%time.Hour < sendWindow
	}
	return age-at < sendWindow
}

// alone is how long a category's run has been without a live lease at now, as
// every clock within skew sees it; 0 or less while one may live.
func alone(c jobqueue.Category, b jobqueue.Beat, now time.Time, skew time.Duration) time.Duration {
	if c.Run == nil {
		return 0
	}
	return now.Sub(jobqueue.LeaseEnd(c, b).Add(skew))
}

// fate is what a sweep does about a run in progress.
type fate int

const (
	leave  fate = iota
	settle      // its outcome is durable, and nobody has recorded it
	revive      // its message is sent again
	closeIt
)

// decideRun decides about the run in progress of a category that has been
// without a live lease for so long.
func decideRun(c jobqueue.Category, alone, lost time.Duration) fate {
	switch {
	case c.Run == nil || alone <= 0:
		return leave
	case c.End != nil && c.End.Run == c.ID && c.End.Slice == c.Run.Slice:
		if alone > recordAfter {
			return settle
		}
	case alone > lost:
		return closeIt
	case sendNow(alone, reviveAfter):
		return revive
	}
	return leave
}

// asLost is r as the sweep closes it.
func asLost(r jobqueue.Run, now time.Time) jobqueue.Run {
	r.Ended, r.Outcome, r.Whose, r.ErrorKind = now, jobqueue.Lost, fault.System, ""
	r.Merchant = "The run stopped without a word and was closed; the job runs again at its next time."
	r.Detail = "no message of the run came back after its lease had ended"
	r.Checkpoint, r.Parted = nil, false
	return r
}

// overdueSlot is the slot of e, with history h, that has gone by for long without
// a run, and false if there is none. A slot whose window has
// closed waits for the next opening, as its tick would.
func overdueSlot(e jobqueue.Entry, h jobqueue.History, now time.Time) (time.Time, bool) {
	slot, ok := e.NextRun(h)
	if !ok || now.Sub(slot) < overdueAfter || !e.IsDue(h, slot, now) {
		return time.Time{}, false
	}
	return slot, true
}
