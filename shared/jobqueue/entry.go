package jobqueue

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

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

// Entry is a job entry: what should run for a shop.
type Entry struct {
	Shop        string          `json:"-"`
	ID          string          `json:"-"`
	Version     int64           `json:"-"` // of the stored item; 0: not stored
	Task        string          `json:"task"`
	Description string          `json:"description,omitempty"`
	Scope       string          `json:"scope"`    // shop code, or the BC company that shops share
	Category    string          `json:"category"` // at most one running entry per scope and category
	Parameters  json.RawMessage `json:"parameters,omitempty"`

	// Every is the fixed cadence; 0: runs only when triggered. EarliestStart is
	// the first slot, and the anchor of the grid.
	Every         time.Duration `json:"every,omitempty"` // whole minutes
	EarliestStart time.Time     `json:"earliestStart,omitzero"`

	MaxAttempts int           `json:"maxAttempts"`          // runs, not retries; ≥ 1
	RerunDelay  time.Duration `json:"rerunDelay,omitempty"` // shortest wait before a retry; 0 is 30 s
	RunTimeout  time.Duration `json:"runTimeout,omitempty"` // of a whole run; 0 is 12 h
	Resume      bool          `json:"resume,omitempty"`     // an entry in Error runs again at its next slot or follow-up

	Status     Status `json:"status"`
	HoldReason string `json:"holdReason,omitempty"`
	Attempts   int    `json:"attempts,omitempty"`  // runs that failed in a row
	LastError  string `json:"lastError,omitempty"` // of those, a sentence for the merchant
	// Queued is the accepted run that has not started yet, "" if there is none.
	Queued string `json:"queued,omitempty"`
	// Cancelling is the run in progress that somebody asked to stop.
	Cancelling string `json:"cancelling,omitempty"`

	// What its runs left behind, kept with the category: [Store.Entry] and
	// [Store.Entries] fill it in, saving ignores it.
	LastStarted time.Time `json:"-"`
	LastChecked time.Time `json:"-"` // end of the last run, an empty one too
	LastRun     string    `json:"-"` // the last one in the log
	LastOutcome Outcome   `json:"-"`
	Empty       int       `json:"-"` // runs in a row that found nothing to do
}

// merged is e with what its runs left behind.
func (e Entry) merged(c category) Entry {
	st := e.state(c)
	e.LastStarted, e.LastChecked, e.LastRun, e.LastOutcome, e.Empty = st.Started, st.Ended, st.Logged, st.Outcome, st.Empty
	return e
}

var idPattern = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,40}$`)

// Validate reports all that is wrong with e, each with field, value and what is allowed.
func (e Entry) Validate(tasks *Registry) error {
	var errs []error
	bad := func(field string, value any, want string) {
		errs = append(errs, fmt.Errorf("job entry %s: %s %q: must be %s", e.ID, field, fmt.Sprint(value), want))
	}
	for _, f := range []struct{ name, value string }{{"shop", e.Shop}, {"id", e.ID}, {"scope", e.Scope}, {"category", e.Category}} {
		if !idPattern.MatchString(f.value) {
			bad(f.name, f.value, "1 to 40 of letters, digits, - _ .")
		}
	}
	if _, ok := tasks.Get(e.Task); !ok {
		bad("task", e.Task, "one of "+tasks.names())
	}
	if e.Every < 0 || e.Every%time.Minute != 0 {
		bad("every", e.Every, "0 or whole minutes")
	}
	if !e.EarliestStart.Equal(e.EarliestStart.Truncate(time.Second)) {
		bad("earliest start", e.EarliestStart.Format(time.RFC3339Nano), "a whole second")
	}
	if e.MaxAttempts < 1 || e.MaxAttempts > 11 {
		bad("maximum attempts", e.MaxAttempts, "1 to 11 runs")
	}
	if e.RerunDelay < 0 || e.RerunDelay > time.Hour {
		bad("rerun delay", e.RerunDelay, "0s to 1h")
	}
	switch e.Status {
	case Ready, OnHold, Error, Finished:
	case InProcess, Waiting:
		bad("status", e.Status, "ready, on hold, error or finished; the others are derived")
	default:
		bad("status", e.Status, "ready, on hold, error or finished")
	}
	return errors.Join(errs...)
}

// Group is the message group: the category of the scope.
func (e Entry) Group() string { return e.Scope + "#" + e.Category }

// ScheduleName is the name of the entry's recurring schedule.
func (e Entry) ScheduleName() string { return clip(e.Shop + "." + e.ID) }

// Recurrence is the entry's cadence as the clock knows it, and false if it has none.
func (e Entry) Recurrence() (schedule.Recurrence, bool) {
	return schedule.Recurrence{Rate: e.Every, Anchor: e.EarliestStart}, e.Every > 0
}

// Coalesced is how many slots of the cadence between the last start and now
// were never run: missed ones give one run, and are counted on it.
func (e Entry) Coalesced(now time.Time) int { return e.coalesced(e.LastStarted, now) }

func (e Entry) coalesced(last, now time.Time) int {
	if e.Every <= 0 || last.IsZero() || now.Before(last) || now.Before(e.EarliestStart) {
		return 0
	}
	slot := func(t time.Time) int64 { return int64(max(t.Sub(e.EarliestStart), -time.Nanosecond) / e.Every) }
	return max(int(slot(now)-slot(last))-1, 0)
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
	Task      string    `json:"task"`
	Trigger   Trigger   `json:"trigger"`
	Scheduled time.Time `json:"scheduled,omitzero"` // the slot, or when it was asked for
	Accepted  time.Time `json:"accepted,omitzero"`  // stored before it was sent; zero for schedules
	Started   time.Time `json:"started,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	Hop       int       `json:"hop,omitempty"` // follow-ups of follow-ups

	Parameters json.RawMessage `json:"parameters,omitempty"` // the entry's, or the trigger's own
	DryRun     bool            `json:"dryRun,omitempty"`
	// Apart is a run with parameters of its own, or a dry one: how it ends says
	// nothing about the entry, and who asked for it sees it.
	Apart bool `json:"apart,omitempty"`

	Recovers   bool            `json:"recovers,omitempty"` // the run before it failed
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
	Detail    string          `json:"detail,omitempty"`    // for an operator
	Whose     string          `json:"whose,omitempty"`     // "merchant" or "system": who must mend it
	RetryAt   time.Time       `json:"retryAt,omitzero"`
	Report    json.RawMessage `json:"report,omitempty"`
}

// Done reports whether the run has ended.
func (r Run) Done() bool { return r.Outcome != "" }
