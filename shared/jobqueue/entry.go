package jobqueue

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
	"backroom/shared/record"
	"backroom/shared/recurrence"
	"backroom/shared/strict"
)

// Status of a job entry, BC's words. In Process and Waiting are derived from
// the category and never stored.
type Status string

const (
	Ready     Status = "ready"
	InProcess Status = "in process" // its category's lease is held by a run of it
	Waiting   Status = "waiting"    // it is due and another run holds its category
	OnHold    Status = "on hold"
	InError   Status = "error"
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

// Rank orders priorities; a higher one goes first.
func (p Priority) Rank() int {
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
// (package jobs); the dispatcher changes only what a run changes about it.
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

	Status     Status     `json:"status"`
	HoldReason string     `json:"holdReason,omitempty"`
	Attempts   int        `json:"attempts,omitempty"`  // runs that failed in a row
	LastError  string     `json:"lastError,omitempty"` // of those, a sentence for the merchant
	Whose      fault.Side `json:"whose,omitempty"`     // who must mend it, as of the last run that failed
	// Cause is that of the last run that failed, and FailingSince when the failures
	// in a row began that have it; zero in entries of earlier releases.
	Cause        Cause     `json:"cause,omitempty"`
	FailingSince time.Time `json:"failingSince,omitzero"`
	// Quarantined: its last run crashed again and again. It does not resume by itself.
	Quarantined bool `json:"quarantined,omitempty"`
	// Made tells it from an earlier entry of the same id, by an id of its own that
	// saving gives a new one; "" if a release before that made it. What
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

// Problems are all that is wrong with e; none if it may be saved.
func (e Entry) Problems(tasks *Registry) []Problem {
	ps := e.Rule.Problems()
	bad := func(field string, value any, want string) {
		ps = append(ps, Problem{Field: field, Value: fmt.Sprint(value), Want: want})
	}
	for _, f := range []struct{ name, value string }{{"shop", e.Shop}, {"id", e.ID}, {"scope", e.Scope}} {
		if !IsID(f.value) {
			bad(f.name, strict.Clipped([]byte(f.value)), WantID)
		}
	}
	if reg, ok := tasks.Get(e.Task); !ok {
		bad("task", e.Task, "one of "+tasks.Names())
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
	case Ready, OnHold, InError, Finished:
	case InProcess, Waiting:
		bad("status", e.Status, "ready, on hold, error or finished; the others are derived")
	default:
		bad("status", e.Status, "ready, on hold, error or finished")
	}
	return ps
}

// Group is the message group: the category of the scope.
func (e Entry) Group() string { return e.Scope + "#" + e.Category }

// Resumes reports whether it runs by itself again after an error.
func (e Entry) Resumes() bool { return e.Resume && !e.Quarantined }

// IsAnother reports whether what says that it was made for an entry is of an
// earlier one of e's id. What says nothing is of an earlier release.
func (e Entry) IsAnother(made string) bool { return made != "" && made != e.Made }

// Input is what its runs work with. It is a run's own from then on, whatever the
// entry says later, so that it is never nothing.
func (e Entry) Input() json.RawMessage {
	if len(e.Parameters) == 0 {
		return json.RawMessage("{}")
	}
	return e.Parameters
}

// After is the entry after a run of it.
func (e Entry) After(r Run, verdict Ending) Entry {
	if e.Cancelling == r.ID {
		e.Cancelling = ""
	}
	switch r.Outcome {
	case Failed:
		e = e.fails(r.Cause(), r.Ended)
		e.LastError, e.Whose = r.Merchant, verdict.Whose
		if e.Attempts++; (!verdict.Retry || e.Attempts >= e.MaxAttempts) && e.Status != OnHold {
			e.Status = InError
		}
	case Succeeded, SucceededWithIssues:
		e = e.Mended()
		if e.Status == InError { // it was started by hand, or may resume
			e.Status = Ready
		}
	case Cancelled, Lost, Rejected, Skipped:
	}
	return e
}

// Mended is e without what its failures left behind.
func (e Entry) Mended() Entry {
	e.Attempts, e.LastError, e.Whose, e.Cause, e.FailingSince, e.Quarantined = 0, "", "", "", time.Time{}, false
	return e
}

// SameItem reports whether a run has left the entry's item as it was.
func (e Entry) SameItem(o Entry) bool {
	return e.Status == o.Status && e.Attempts == o.Attempts && e.LastError == o.LastError && e.Whose == o.Whose &&
		e.Cause == o.Cause && e.FailingSince.Equal(o.FailingSince) &&
		e.Cancelling == o.Cancelling && e.Queued == o.Queued && e.Quarantined == o.Quarantined && e.EarliestStart.Equal(o.EarliestStart)
}

// Righted says that times of an entry were set right. It stays until its next run,
// whose detail it becomes.
type Righted struct {
	At    time.Time     `json:"at"`
	Ahead time.Duration `json:"ahead"` // how far the clock was, as far as the times show
}

// Sentence is what an operator is told.
func (r Righted) Sentence() string {
	return fmt.Sprintf("Its stored times were %s ahead of the clock; they were set right at %s.", clock.Words(r.Ahead), r.At.UTC().Format("2006-01-02 15:04 MST"))
}
