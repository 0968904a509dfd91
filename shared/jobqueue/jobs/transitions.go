package jobs

import (
	"time"

	"backroom/shared/jobqueue"
)

// Action is what a person does to a job entry.
type Action string

const (
	ToHold   Action = "hold"    // nothing of it starts; a run in process goes on to its end
	ToReady  Action = "ready"   // it runs at its next time; attempts and error are forgotten
	Restart  Action = "restart" // ready, and one run now
	RunNow   Action = "run"     // one run now, beside what its schedule does
	ToCancel Action = "cancel"  // its run stops: at its next heartbeat, or before it starts
	ToDelete Action = "delete"  // the entry goes, its runs stay in the log
)

// gone is where deleting leads.
const gone = "gone"

// transition is what an action makes of an entry of one status.
type transition struct {
	to     jobqueue.Status // "": refused
	wayOut string          // of a refused one
}

// transitions has a row for each action and a cell for each status: what the
// action leads to, or the way out where the status forbids it.
var transitions = map[Action]map[jobqueue.Status]transition{
	ToHold: {
		jobqueue.Ready: {to: jobqueue.OnHold}, jobqueue.InProcess: {to: jobqueue.OnHold}, jobqueue.Waiting: {to: jobqueue.OnHold}, jobqueue.OnHold: {to: jobqueue.OnHold}, jobqueue.InError: {to: jobqueue.OnHold}, jobqueue.Finished: {to: jobqueue.OnHold},
	},
	ToReady: {
		jobqueue.Ready: {wayOut: runInstead}, jobqueue.InProcess: {wayOut: runInstead}, jobqueue.Waiting: {wayOut: runInstead},
		jobqueue.OnHold: {to: jobqueue.Ready}, jobqueue.InError: {to: jobqueue.Ready}, jobqueue.Finished: {to: jobqueue.Ready},
	},
	Restart: {
		jobqueue.Ready: {wayOut: runInstead}, jobqueue.InProcess: {wayOut: runInstead}, jobqueue.Waiting: {wayOut: runInstead},
		jobqueue.OnHold: {to: jobqueue.Ready}, jobqueue.InError: {to: jobqueue.Ready}, jobqueue.Finished: {to: jobqueue.Ready},
	},
	RunNow: {
		jobqueue.Ready: {to: jobqueue.Ready}, jobqueue.InProcess: {to: jobqueue.InProcess}, jobqueue.Waiting: {to: jobqueue.Waiting}, jobqueue.InError: {to: jobqueue.InError}, jobqueue.Finished: {to: jobqueue.Finished},
		jobqueue.OnHold: {wayOut: "make it ready first, or restart it"},
	},
	ToCancel: {
		jobqueue.InProcess: {to: jobqueue.InProcess}, jobqueue.Waiting: {to: jobqueue.Ready},
		jobqueue.Ready: {wayOut: nothingToCancel}, jobqueue.OnHold: {wayOut: nothingToCancel}, jobqueue.InError: {wayOut: nothingToCancel}, jobqueue.Finished: {wayOut: nothingToCancel},
	},
	ToDelete: {
		jobqueue.Ready: {to: gone}, jobqueue.Waiting: {to: gone}, jobqueue.OnHold: {to: gone}, jobqueue.InError: {to: gone}, jobqueue.Finished: {to: gone},
		jobqueue.InProcess: {wayOut: "cancel its run, and delete it when that has ended"},
	},
}

const (
	runInstead      = "it runs by itself; run it now if it should not wait for that"
	nothingToCancel = "no run of it is in process or waits to start; hold it if none shall"
)

// standing is the status by which an action on e is decided. A run in process
// decides about stopping and deleting; about the rest, what a person has set
// does.
func standing(e jobqueue.Entry, a Action, c jobqueue.Category, now time.Time) jobqueue.Status {
	running := c.Run != nil && c.Shop == e.Shop && c.Run.Entry == e.ID
	switch {
	case running && (a == ToCancel || a == ToDelete || e.Status == jobqueue.Ready):
		return jobqueue.InProcess
	case a == ToCancel && e.Queued != "", a != ToCancel && e.Status == jobqueue.Ready && e.Queued != "" && c.Run != nil:
		return jobqueue.Waiting
	case e.Status == jobqueue.Ready && !e.Expiration.IsZero() && e.Expired(now):
		return jobqueue.Finished
	}
	return e.Status
}

// allowed decides an action on e, and gives the status that it leads to.
func allowed(e jobqueue.Entry, a Action, c jobqueue.Category, now time.Time) (jobqueue.Status, error) {
	s := standing(e, a, c, now)
	t := transitions[a][s]
	r := &Refusal{Action: a, Shop: e.Shop, Entry: e.ID, Status: s, WayOut: t.wayOut}
	switch s {
	case jobqueue.OnHold:
		r.Detail = jobqueue.Because(e.HoldReason)
	case jobqueue.InProcess:
		if c.Run != nil {
			r.Detail = " (run " + c.ID + ")"
		}
	case jobqueue.Ready, jobqueue.Waiting, jobqueue.InError, jobqueue.Finished:
	}
	if t.to == jobqueue.Ready && (a == ToReady || a == Restart) && !e.Expiration.IsZero() && e.Expired(now) {
		t.to = ""
		r.Detail = " and expired at " + e.Expiration.UTC().Format(time.RFC3339)
		r.WayOut = "save it with a later expiration"
	}
	if t.to == "" {
		return "", r
	}
	return t.to, nil
}
