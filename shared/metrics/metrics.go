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

// The dimensions.
const (
	Stage   = "Stage"
	Task    = "Task"
	Outcome = "Outcome"
)

// Metrics of the end of a run. Runs has the dimensions stage, task and outcome,
// the others stage and task.
const (
	Runs          = "Runs"
	RunsFailed    = "RunsFailed"    // for a cause on our side, and no retry is planned: pages
	RunsRetried   = "RunsRetried"   // failed for a cause on our side, and tried again by itself
	RunsRefused   = "RunsRefused"   // failed for a cause that the merchant must mend: a warning when many
	RunSeconds    = "RunSeconds"    // from the first slice's start to the end
	LateSeconds   = "LateSeconds"   // from the slot, or the wish, to the first slice's start
	Points        = "Points"        // Shopify points requested
	Created       = "Created"       // records
	RecordsFailed = "RecordsFailed" // records that became issues
	RecordsSystem = "RecordsSystem" // those of them whose cause is on our side
)

// NoTask is the dimension Task of a trigger that made no sense: a dimension is not empty.
const NoTask = "none"

// Metrics of one slice of a task, with the dimensions stage and task.
const (
	ShopifyCalls = "ShopifyCalls"
	BCCalls      = "BCCalls"   // requests; a $batch is one
	Throttles    = "Throttles" // slices that Lambda had no room for, or that an API sent away
)

// Metrics of one sweep, with the dimension stage.
const (
	Sweeps             = "Sweeps"
	SweepSeconds       = "SweepSeconds"
	SweepProblems      = "SweepProblems" // 1: a part of it failed
	Mended             = "Mended"        // repairs of all kinds
	LeasesExpiredInUse = "LeasesExpiredInUse"
	OverdueJobs        = "OverdueJobs"       // entries whose slot went by without a run
	JobsInError        = "JobsInError"       // entries in Error for a cause on our side
	ShopsFailing       = "ShopsFailing"      // with an entry whose last run failed for a cause on our side
	ShopsFailingShare  = "ShopsFailingShare" // percent of all
	Shops              = "Shops"
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

// with adds metrics under dimensions.
func (l *line) with(dimensions []string, ms ...value) {
	s := set{Namespace: Namespace, Dimensions: [][]string{dimensions}}
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

// Ended tells the end of a run; it fits jobqueue.Dispatcher.OnEnd.
func (e *Emitter) Ended(r jobqueue.Run) {
	if e == nil {
		return
	}
	l := newLine("run ended")
	for k, v := range map[string]string{
		"shop": r.Shop, "entry": r.Entry, "run": r.ID, "trigger": string(r.Trigger), "kind": r.ErrorKind, "whose": r.Whose, "err": r.Detail, "note": r.Note,
	} {
		if v != "" {
			l.fields[k] = v
		}
	}
	l.fields[Task], l.fields[Outcome] = cmp.Or(r.Task, NoTask), string(r.Outcome)
	l.with([]string{Stage, Task, Outcome}, count(Runs, 1))
	which := verdict(r)
	ms := []value{
		flag(RunsFailed, which == RunsFailed), flag(RunsRetried, which == RunsRetried), flag(RunsRefused, which == RunsRefused),
		count(Points, r.Counts.Points), count(Created, r.Counts.Created), count(RecordsFailed, r.Counts.Failed), count(RecordsSystem, r.Counts.SystemFailed),
	}
	if !r.Started.IsZero() && !r.Ended.IsZero() {
		ms = append(ms, seconds(RunSeconds, r.Ended.Sub(r.Started)))
	}
	if !r.Started.IsZero() && !r.Scheduled.IsZero() {
		ms = append(ms, seconds(LateSeconds, r.Started.Sub(r.Scheduled)))
	}
	l.with([]string{Stage, Task}, ms...)
	e.write(l)
}

// verdict is the metric that counts a run that went wrong, by who will mend it;
// "" for one that did not. A run with parameters of its own has somebody who
// waits for it and sees how it ends.
func verdict(r jobqueue.Run) string {
	switch r.Outcome {
	case jobqueue.Lost, jobqueue.Rejected:
		return RunsFailed
	case jobqueue.Failed:
	case jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Cancelled, jobqueue.Skipped:
		return ""
	default:
		return ""
	}
	switch {
	case r.Whose == "merchant":
		return RunsRefused
	case !r.RetryAt.IsZero():
		return RunsRetried
	case r.Apart:
		return ""
	}
	return RunsFailed
}
