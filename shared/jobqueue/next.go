package jobqueue

import "time"

// NextRun is the next time that e, with history h, runs by itself: in the past
// when that run is late. It is false when e does not run by itself.
func (e Entry) NextRun(h History) (time.Time, bool) {
	switch {
	case e.Status == OnHold, e.Status == Finished, e.Status == InError && !e.Resumes():
		return time.Time{}, false
	case e.Once:
		return e.EarliestStart, e.EarliestStart.After(h.CoveredUntil) && !e.Expired(e.EarliestStart)
	case e.Chained():
		return e.chained(h)
	case h.CoveredUntil.IsZero():
		return e.Next(e.EarliestStart.Add(-time.Nanosecond))
	}
	return e.NextIdle(h.CoveredUntil, h.Empty)
}

// OneShotStarted reports whether e, a one-time entry with history h, has had its
// scheduled run. A manual run before EarliestStart does not count.
func (e Entry) OneShotStarted(h History) bool {
	return e.Once && !e.EarliestStart.After(h.CoveredUntil)
}

// chained is the next time of a rule that counts from the end of a run. It is
// false while a run is in progress.
func (e Entry) chained(h History) (time.Time, bool) {
	if h.Started.After(h.Ended) {
		return time.Time{}, false
	}
	if h.Ended.IsZero() {
		return e.Next(e.EarliestStart.Add(-time.Nanosecond))
	}
	return e.Next(h.Ended)
}

// IsDue reports whether a tick at t, handled at now, is to be run. It is when t
// is a slot of the rule, no later start has covered it, it is not too early after
// empty runs, and the window is still open.
func (e Entry) IsDue(h History, t, now time.Time) bool {
	if now.Before(t) {
		now = t // the clock of schedules may be ahead
	}
	next, ok := e.NextRun(h)
	if !ok || !t.After(h.CoveredUntil) || t.Before(next) {
		return false
	}
	return e.Once || e.IsSlot(t) && e.Open(now)
}

// Coalesced is the number of slots up to now that the run of slot stands for,
// without its own and without those that idle back-off leaves out.
func (e Entry) Coalesced(h History, slot, now time.Time) int {
	switch {
	case !e.Recurs() || e.Chained():
		return 0
	case h.CoveredUntil.IsZero():
		return e.Slots(slot, now) // the first one: those before it are nobody's
	}
	due, ok := e.NextIdle(h.CoveredUntil, h.Empty)
	if !ok {
		return 0
	}
	return e.Slots(due, now)
}

// Misranked reports whether c is free and does not know e's priority.
func (e Entry) Misranked(c Category) bool {
	h, known := c.Entries[stateKey(e.Scope, e.Shop, e.ID)]
	return c.Run == nil && (!known || h.Rank != e.Priority.Rank())
}

// Rescheduled is an entry for one run after that has failed or got lost: its time is
// used, and it gets another one, now.
func (e Entry) Rescheduled(h History, now time.Time) Entry {
	if !e.OneShotStarted(h) {
		return e
	}
	if h.CoveredUntil.After(now) {
		now = h.CoveredUntil
	}
	e.EarliestStart = now.Truncate(time.Second).Add(time.Second)
	return e
}
