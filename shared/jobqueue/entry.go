package jobqueue

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"backroom/shared/record"
	"backroom/shared/recurrence"
	"backroom/shared/schedule"
)

// Status of a job entry, BC's words. In Process and Waiting are derived from
// the category and never stored.
type Status string

// The statuses.
const (
	Ready     Status = "ready"
	InProcess Status = "in process" // its category's lease is held by a run of it
	Waiting   Status = "waiting"    // it is due and another run holds its category
	OnHold    Status = "on hold"
	Error     Status = "error"
	Finished  Status = "finished"
)

// Priority is the order among entries of a category that are due.
type Priority string

// The priorities, BC's. The zero value is Normal.
const (
	High   Priority = "high"
	Normal Priority = "normal"
	Low    Priority = "low"
)

// rank orders priorities; a higher one goes first.
func (p Priority) rank() int {
	switch p {
	case High:
		return 1
	case Low:
		return -1
	case Normal:
	}
	return 0
}

// Entry is a job entry: what should run for a shop, and when. People write it
// ([Dispatcher.Save]); the dispatcher changes only what a run changes about it.
type Entry struct {
	record.Rest // settings of a newer release

	Shop        string          `json:"-"`
	ID          string          `json:"-"`
	Version     int64           `json:"-"` // of the stored item; 0: not stored
	Task        string          `json:"task"`
	Description string          `json:"description,omitempty"`
	Scope       string          `json:"scope"`    // shop code, or the BC company that shops share
	Category    string          `json:"category"` // at most one running entry per scope and category
	Priority    Priority        `json:"priority,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"` // by the task's schema; what is left out is as the task says

	recurrence.Rule // when it runs; the zero Rule: only when triggered

	// Once is an entry for one run, at the earliest start: it disappears when
	// that has ended, and stays in the log.
	Once bool `json:"once,omitempty"`

	MaxAttempts int           `json:"maxAttempts"`          // runs, not retries; ≥ 1. BC's value is one less
	RerunDelay  time.Duration `json:"rerunDelay,omitempty"` // shortest wait before a retry; 0 is 30 s
	RunTimeout  time.Duration `json:"runTimeout,omitempty"` // of a whole run, after which it fails and is repeated; 0 is 12 h
	Resume      bool          `json:"resume,omitempty"`     // an entry in Error runs again at its next slot or follow-up
	// NotifySuccess asks for a note ([Run.Note]) of each run that succeeds and is
	// in the log.
	NotifySuccess bool `json:"notifySuccess,omitempty"`

	Status     Status `json:"status"`
	HoldReason string `json:"holdReason,omitempty"`
	Attempts   int    `json:"attempts,omitempty"`  // runs that failed in a row
	LastError  string `json:"lastError,omitempty"` // of those, a sentence for the merchant
	Whose      string `json:"whose,omitempty"`     // who must mend it, as of the last run that failed
	// Cause is that of the last run that failed, and FailingSince when the failures
	// in a row began that have it; zero in entries of earlier releases.
	Cause        Cause     `json:"cause,omitempty"`
	FailingSince time.Time `json:"failingSince,omitzero"`
	// Quarantined: its last run crashed again and again. It does not resume by itself.
	Quarantined bool `json:"quarantined,omitempty"`
	// Made tells it from an earlier entry of the same id, by an id of its own that
	// [Dispatcher.Save] gives a new one; "" if a release before that made it. What
	// was sent or planned for another of that name is not this one's.
	Made string `json:"made,omitempty"`
	// Forgets is the last run of a deleted entry with the same id: what its runs
	// left behind is not this one's.
	Forgets string `json:"forgets,omitempty"`
	// Queued is the accepted run that has not started yet, "" if there is none.
	Queued string `json:"queued,omitempty"`
	// Wishes are accepted runs with parameters of their own, or dry ones, at most
	// MaxWaiting; some of them may have started.
	Wishes []string `json:"wishes,omitempty"`
	// SavedAt is when somebody saved it last; zero by an earlier release.
	SavedAt time.Time `json:"savedAt,omitzero"`
	// Righted says that times of it were set right since its last run; nil: none.
	Righted *Righted `json:"righted,omitempty"`
	// Cancelling is the run in progress that somebody asked to stop.
	Cancelling string `json:"cancelling,omitempty"`
}

var idPattern = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,40}$`)

// WantID says what shops, entries, runs and scopes may be called.
const WantID = "1 to 40 of letters, digits, - _ . and not dots alone"

// IsID reports whether s may be such a name. Dots alone are a way in a path, and
// no address would reach what is called so.
func IsID(s string) bool { return idPattern.MatchString(s) && strings.Trim(s, ".") != "" }

// clipValue is a value as messages show it.
func clipValue(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// Validate reports all that is wrong with e, as [Problem]s joined.
func (e Entry) Validate(tasks *Registry) error {
	return joined(fmt.Sprintf("job entry %s of %s", e.ID, e.Shop), e.Problems(tasks))
}

// Problems are all that is wrong with e; none if it may be saved.
func (e Entry) Problems(tasks *Registry) []Problem {
	ps := e.Rule.Problems()
	bad := func(field string, value any, want string) {
		ps = append(ps, Problem{Field: field, Value: fmt.Sprint(value), Want: want})
	}
	for _, f := range []struct{ name, value string }{{"shop", e.Shop}, {"id", e.ID}, {"scope", e.Scope}} {
		if !IsID(f.value) {
			bad(f.name, clipValue(f.value), WantID)
		}
	}
	if reg, ok := tasks.Get(e.Task); !ok {
		bad("task", e.Task, "one of "+tasks.names())
	} else {
		_, wrong := reg.Parameters.Fill(e.Parameters)
		ps = append(ps, wrong...)
	}
	if cs := tasks.Categories(); !slices.Contains(cs, e.Category) {
		bad("category", e.Category, "one of "+strings.Join(cs, ", "))
	}
	if len(e.Description) > 250 {
		bad("description", e.Description[:20]+"…", "at most 250 bytes")
	}
	switch e.Priority {
	case "", High, Normal, Low:
	default:
		bad("priority", e.Priority, "high, normal or low")
	}
	if (e.Recurs() || e.Once) && e.EarliestStart.IsZero() {
		bad("earliest start", "", "set: it is when the first run may be")
	}
	if e.Once && e.Recurs() {
		bad("once", e.Once, "false when it recurs")
	}
	if e.MaxAttempts < 1 || e.MaxAttempts > 11 {
		bad("maximum attempts", e.MaxAttempts, "1 to 11 runs")
	}
	if e.RerunDelay < 0 || e.RerunDelay > time.Hour {
		bad("rerun delay", e.RerunDelay, "0s to 1h")
	}
	if e.RunTimeout != 0 && (e.RunTimeout < time.Minute || e.RunTimeout > 7*24*time.Hour) {
		bad("run timeout", e.RunTimeout, "0s (12h) or 1m to 168h")
	}
	switch e.Status {
	case Ready, OnHold, Error, Finished:
	case InProcess, Waiting:
		bad("status", e.Status, "ready, on hold, error or finished; the others are derived")
	default:
		bad("status", e.Status, "ready, on hold, error or finished")
	}
	return ps
}

// Group is the message group: the category of the scope.
func (e Entry) Group() string { return e.Scope + "#" + e.Category }

// ScheduleName is the name of the entry's recurring schedule.
func (e Entry) ScheduleName() string { return clip(e.Shop + "." + e.ID) }

// Recurrence is the schedule that ticks at each slot of the rule, and false if
// the rule has none of its own: [Entry.NextRun] is for all rules.
func (e Entry) Recurrence() (schedule.Recurrence, bool) { return e.Grid() }

// NextRun is the next time that e, with history h, runs by itself: in the past
// when that run is late. It is false when e does not run by itself.
func (e Entry) NextRun(h History) (time.Time, bool) {
	switch {
	case e.Status == OnHold, e.Status == Finished, e.Status == Error && !e.resumes():
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

// resumes reports whether it runs by itself again after an error.
func (e Entry) resumes() bool { return e.Resume && !e.Quarantined }

// another reports whether what says that it was made for an entry is of an
// earlier one of e's id. What says nothing is of an earlier release.
func (e Entry) another(made string) bool { return made != "" && made != e.Made }

// oneShotStarted reports whether e, a one-time entry with history h, has had its
// scheduled run. A manual run before EarliestStart does not count.
func (e Entry) oneShotStarted(h History) bool {
	return e.Once && !e.EarliestStart.After(h.CoveredUntil)
}

// last reports whether r is the only run of an entry for one run, whatever its
// time: it was restarted. For one of its time the entry itself says so, which
// may have been given another one meanwhile.
func (r Run) last() bool { return r.Once && r.Trigger != BySchedule }

// input is what its runs work with. It is a run's own from then on, whatever the
// entry says later, so that it is never nothing.
func (e Entry) input() json.RawMessage {
	if len(e.Parameters) == 0 {
		return json.RawMessage("{}")
	}
	return e.Parameters
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

// isSlot reports whether a tick at t, handled at now, is to be run. It is when t
// is a slot of the rule, no later start has covered it, it is not too early after
// empty runs, and the window is still open.
func (e Entry) isSlot(h History, t, now time.Time) bool {
	if now.Before(t) {
		now = t // the clock of schedules may be ahead
	}
	next, ok := e.NextRun(h)
	if !ok || !t.After(h.CoveredUntil) || t.Before(next) {
		return false
	}
	return e.Once || e.IsSlot(t) && e.Open(now)
}

// coalesced is the number of slots up to now that the run of slot stands for,
// without its own and without those that idle back-off leaves out.
func (e Entry) coalesced(h History, slot, now time.Time) int {
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

// Outcome of a run.
type Outcome string

// The outcomes. A run without one is accepted or running.
const (
	Succeeded           Outcome = "succeeded"
	SucceededWithIssues Outcome = "succeeded with issues"
	Failed              Outcome = "failed"
	Cancelled           Outcome = "cancelled"
	Lost                Outcome = "lost"     // no message returned; closed by the sweeper
	Rejected            Outcome = "rejected" // the message made no sense
	Skipped             Outcome = "skipped"  // the entry was on hold, in Error, or gone
)

// Trigger says why a run is.
type Trigger string

// The triggers.
const (
	BySchedule Trigger = "schedule"
	ByHand     Trigger = "manual"
	ByRetry    Trigger = "retry"
	ByFollowUp Trigger = "follow-up"
	ByWebhook  Trigger = "webhook"
)

// Run is one execution of an entry, BC's log entry.
type Run struct {
	Shop      string    `json:"-"`
	ID        string    `json:"-"`
	Version   int64     `json:"-"`
	Entry     string    `json:"entry"`
	Made      string    `json:"made,omitempty"` // of the entry
	Task      string    `json:"task"`
	Trigger   Trigger   `json:"trigger"`
	Scheduled time.Time `json:"scheduled,omitzero"` // the slot, or when it was asked for
	Accepted  time.Time `json:"accepted,omitzero"`  // stored before it was sent; zero for schedules
	Started   time.Time `json:"started,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	Hop       int       `json:"hop,omitempty"` // follow-ups of follow-ups
	// Repeats is the run whose input a person has asked to try again.
	Repeats string `json:"repeats,omitempty"`

	Parameters json.RawMessage `json:"parameters,omitempty"` // the entry's, or the trigger's own
	DryRun     bool            `json:"dryRun,omitempty"`
	// Apart is a run with parameters of its own, or a dry one: how it ends says
	// nothing about the entry, and who asked for it sees it.
	Apart bool `json:"apart,omitempty"`

	Recovers   bool            `json:"recovers,omitempty"` // the run before it failed
	Once       bool            `json:"once,omitempty"`     // of an entry for one run, which is gone after it
	Overtook   string          `json:"overtook,omitempty"` // the run whose message started this one, by priority
	Notify     bool            `json:"notify,omitempty"`   // somebody wants to know when it succeeds
	Righted    bool            `json:"righted,omitempty"`  // times of its entry were set right before it, as its detail says
	Quiet      bool            `json:"quiet,omitempty"`    // it found nothing, and nobody waits to hear that: not in the log
	Slice      int             `json:"slice,omitempty"`    // the one running or run last
	Starts     int             `json:"starts,omitempty"`   // of slices since the last one with an outcome
	Checkpoint json.RawMessage `json:"checkpoint,omitempty"`
	// Parted: checkpoint and report are large, and in an item of their own while it runs.
	Parted    bool     `json:"parted,omitempty"`
	Counts    Counts   `json:"counts"`
	Progress  Progress `json:"progress,omitzero"`
	Coalesced int      `json:"coalesced,omitempty"`
	Cancel    bool     `json:"cancel,omitempty"` // asked for before it started

	ErrorKind string          `json:"errorKind,omitempty"` // fault.Kind
	Merchant  string          `json:"merchant,omitempty"`  // what went wrong, one sentence
	Note      string          `json:"note,omitempty"`      // what went well, for who wants to know, one sentence
	Detail    string          `json:"detail,omitempty"`    // for an operator
	Whose     string          `json:"whose,omitempty"`     // "merchant" or "system": who must mend it
	RetryAt   time.Time       `json:"retryAt,omitzero"`
	Report    json.RawMessage `json:"report,omitempty"`
}

// Done reports whether the run has ended.
func (r Run) Done() bool { return r.Outcome != "" }
