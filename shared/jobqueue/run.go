package jobqueue

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"backroom/shared/fault"
)

// NobodyWaits reports whether nobody waits to hear that r has found nothing.
func (r Run) NobodyWaits() bool {
	switch r.Trigger {
	case BySchedule, ByFollowUp, ByWebhook:
		return !r.Recovers && !r.Once && !r.DryRun && !r.Apart && !r.Cancel && !r.Righted
	case ByHand, ByRetry:
	}
	return false
}

// WithoutReport is r when the report does not fit into an item.
func (r Run) WithoutReport() Run {
	r.Detail = strings.TrimSpace(fmt.Sprintf("%s the report of %d bytes was too large to be kept", r.Detail, len(r.Report)))
	r.Report = nil
	return r
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
	Version   int64     `json:"-"` // of its row; 0: it has none
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
	// RetriedBy is the last run that repeats this one by a person's wish.
	RetriedBy string `json:"retriedBy,omitempty"`

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
	Coalesced int      `json:"coalesced,omitempty"` // slots that it stands for, beside its own
	Cancel    bool     `json:"cancel,omitempty"`    // asked for before it started

	ErrorKind fault.Kind      `json:"errorKind,omitempty"`
	Merchant  string          `json:"merchant,omitempty"` // what went wrong, one sentence
	Note      string          `json:"note,omitempty"`     // what went well, for who wants to know, one sentence
	Detail    string          `json:"detail,omitempty"`   // for an operator
	Whose     fault.Side      `json:"whose,omitempty"`    // who must mend it
	RetryAt   time.Time       `json:"retryAt,omitzero"`
	Report    json.RawMessage `json:"report,omitempty"`
	RowsLeft  int             `json:"rowsLeft,omitempty"` // how many rows more Report would have had
}

// Done reports whether the run has ended.
func (r Run) Done() bool { return r.Outcome != "" }

// Pace is how much a run does in a minute, counted from its start, and how long
// the rest takes at that pace. left is 0 while the total, or the pace, is not known.
func (r Run) Pace(now time.Time) (perMinute float64, left time.Duration) {
	if r.Done() {
		now = r.Ended
	}
	took := now.Sub(r.Started)
	if r.Started.IsZero() || took <= 0 || r.Progress.Done <= 0 {
		return 0, 0
	}
	perMinute = float64(r.Progress.Done) / took.Minutes()
	if rest := r.Progress.Total - r.Progress.Done; rest > 0 && !r.Done() {
		left = time.Duration(float64(rest) / perMinute * float64(time.Minute)).Round(time.Second)
	}
	return perMinute, left
}
