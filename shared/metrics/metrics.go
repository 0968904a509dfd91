// Package metrics writes what CloudWatch makes metrics of: lines of the
// embedded metric format on the standard output of a function. A line is a log
// line too, whose other fields say which shop and which run it was. The only
// dimensions are stage, task and outcome: each combination is billed, so a shop
// is a field and never a dimension.
package metrics

import (
	"cmp"
	"encoding/json"
	"io"
	"sync"
	"time"

	"backroom/shared/jobqueue"
)

// Namespace of all metrics.
const Namespace = "Backroom"

const (
	Stage   = "Stage"
	Task    = "Task"
	Outcome = "Outcome"
)

// Metrics of the end of a run. Runs has the dimensions stage, stage and outcome,
// stage and task; RunsFailed stage, stage and task; the others stage and task. What
// counts over all tasks has a dimension set of its own: a sum that an alarm makes
// may have ten metrics.
const (
	Runs           = "Runs"
	RunsFailed     = "RunsFailed"     // for a fault of ours that nothing but a person mends: pages
	RunsAppRefused = "RunsAppRefused" // the credentials of the app were refused
	RunsRetried    = "RunsRetried"    // failed for a passing cause, and tried again by itself
	RunsGaveUp     = "RunsGaveUp"     // failed for a passing cause, and no attempt is left
	RunsRefused    = "RunsRefused"    // failed for a cause that the merchant must mend
	RunSeconds     = "RunSeconds"     // from the first slice's start to the end
	LateSeconds    = "LateSeconds"    // from the slot, or the wish, to the first slice's start
	Points         = "Points"         // Shopify points requested
	Created        = "Created"        // records
	RecordsFailed  = "RecordsFailed"  // records that became issues
	RecordsSystem  = "RecordsSystem"  // those of them whose cause is on our side
)

// Unrecorded counts deliveries after which nothing is known to be stored: the
// end of a run could not be recorded, or its beginning. Their message comes back.
// It has the dimension stage.
const Unrecorded = "Unrecorded"

// NoTask is the dimension Task of a trigger that made no sense: a dimension is not empty.
const NoTask = "none"

// Metrics of one slice of a task, with the dimensions stage and task.
const (
	ShopifyCalls = "ShopifyCalls"
	BCCalls      = "BCCalls"   // requests; a $batch is one
	Throttles    = "Throttles" // slices that Lambda had no room for, or that an API sent away; for the stage too
)

// Metrics of one sweep, with the dimension stage.
const (
	Sweeps             = "Sweeps" // 1; 0 if it reached no shop for all that it tried
	SweepSeconds       = "SweepSeconds"
	SweepProblems      = "SweepProblems" // 1: a part of it failed
	Mended             = "Mended"        // repairs of all kinds
	LeasesExpiredInUse = "LeasesExpiredInUse"
	Shops              = "Shops"
	ShopsFailing       = "ShopsFailing" // with an entry that fails for a cause on our side
	JobsInError        = "JobsInError"  // entries in Error for a cause on our side
	JobsStranded       = "JobsStranded" // those of them that have no next run and no run that failed

	// What is so at this moment.
	OverdueNow      = "OverdueNow"      // slots, accepted runs and retries that are long without a run
	StuckCategories = "StuckCategories" // whose run makes no progress, long after its lease

	// Percent of the shops that ran a task, of the task in which it is most. One or
	// two shops count as none. See sweep.Ends.
	FailingPercent = "FailingPercent" // fail for a passing cause
	DownPercent    = "DownPercent"    // the same, of those that ran last
	RefusedPercent = "RefusedPercent" // are refused for causes of their merchants

	FailingHour      = "FailingHour"      // shops that fail for a passing cause for an hour
	FailingFourHours = "FailingFourHours" // and for four
	AppRefused       = "AppRefused"       // shops for which the app's credentials are refused

	DeadLetters          = "DeadLetters"          // messages received a thousand times
	UndeliveredSchedules = "UndeliveredSchedules" // firings that did not reach the queue
)

// Emitter writes metrics. A nil one writes nothing: a local host has none. Safe
// for concurrent use.
type Emitter struct {
	Stage string
	W     io.Writer // a line is one Write
	Now   func() time.Time

	mu sync.Mutex
}

type metric struct {
	Name string
	Unit string
}

// set is metrics with the same dimensions.
type set struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metric
}

type directive struct {
	Timestamp         int64 // milliseconds
	CloudWatchMetrics []set
}

// line is a line in the making.
type line struct {
	sets   []set
	fields map[string]any
}

func newLine(message string) *line { return &line{fields: map[string]any{"msg": message}} }

// with adds metrics under each set of dimensions.
func (l *line) with(dimensions [][]string, ms ...value) {
	s := set{Namespace: Namespace, Dimensions: dimensions}
	for _, m := range ms {
		s.Metrics = append(s.Metrics, metric{m.name, m.unit})
		l.fields[m.name] = m.v
	}
	l.sets = append(l.sets, s)
}

type value struct {
	name, unit string
	v          any
}

func count(name string, n int) value { return value{name, "Count", n} }
func flag(name string, is bool) value {
	if is {
		return count(name, 1)
	}
	return count(name, 0)
}

// seconds of a duration; clocks of two functions differ, time does not run backwards.
func seconds(name string, d time.Duration) value {
	return value{name, "Seconds", max(d, 0).Seconds()}
}

func (e *Emitter) write(l *line) {
	l.fields["_aws"] = directive{e.Now().UnixMilli(), l.sets}
	l.fields[Stage] = e.Stage
	js, err := json.Marshal(l.fields)
	if err != nil {
		return // texts and numbers only
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, _ = e.W.Write(append(js, '\n')) // there is nobody to tell
}

// Ended tells the end of a run; it fits dispatch.Dispatcher.OnEnd.
func (e *Emitter) Ended(r jobqueue.Run) {
	if e == nil {
		return
	}
	l := newLine("run ended")
	for k, v := range map[string]string{
		"shop": r.Shop, "entry": r.Entry, "run": r.ID, "trigger": string(r.Trigger), "kind": string(r.ErrorKind), "whose": string(r.Whose), "err": r.Detail, "note": r.Note,
	} {
		if v != "" {
			l.fields[k] = v
		}
	}
	l.fields[Task], l.fields[Outcome] = cmp.Or(r.Task, NoTask), string(r.Outcome)
	if c := r.Cause(); c != "" {
		l.fields["cause"] = c
	}
	l.with([][]string{{Stage}, {Stage, Outcome}, {Stage, Task}}, count(Runs, 1))
	which := verdict(r)
	l.with([][]string{{Stage}, {Stage, Task}}, flag(RunsFailed, which == RunsFailed))
	ms := []value{
		flag(RunsAppRefused, which == RunsAppRefused), flag(RunsRetried, which == RunsRetried), flag(RunsGaveUp, which == RunsGaveUp), flag(RunsRefused, which == RunsRefused),
		count(Points, r.Counts.Points), count(Created, r.Counts.Created), count(RecordsFailed, r.Counts.Failed), count(RecordsSystem, r.Counts.SystemFailed),
	}
	if !r.Started.IsZero() && !r.Ended.IsZero() {
		ms = append(ms, seconds(RunSeconds, r.Ended.Sub(r.Started)))
	}
	if !r.Started.IsZero() && !r.Scheduled.IsZero() {
		ms = append(ms, seconds(LateSeconds, r.Started.Sub(r.Scheduled)))
	}
	l.with(byTask, ms...)
	e.write(l)
}

// byTask are the dimensions of what tasks do.
var byTask = [][]string{{Stage, Task}}

// verdict is the metric that counts a run that went wrong, by who will mend it;
// "" for one that did not. A run with parameters of its own has somebody who
// waits for it and sees how it ends: a passing cause is told to nobody else.
func verdict(r jobqueue.Run) string {
	switch r.Cause() {
	case jobqueue.OurBug:
		return RunsFailed
	case jobqueue.OurApp:
		return RunsAppRefused
	case jobqueue.TheMerchants:
		return RunsRefused
	case jobqueue.Passing:
		switch {
		case !r.RetryAt.IsZero():
			return RunsRetried
		case r.Apart:
			return ""
		}
		return RunsGaveUp
	case jobqueue.NoNextRun:
	}
	return ""
}

// Unrecorded tells of a delivery after which nothing is known to be stored; it
// fits dispatch.Dispatcher.OnUnrecorded.
func (e *Emitter) Unrecorded(group string, err error) {
	if e == nil {
		return
	}
	l := newLine("message not recorded")
	l.fields["group"], l.fields["err"] = group, err.Error()
	l.with([][]string{{Stage}}, count(Unrecorded, 1))
	e.write(l)
}
