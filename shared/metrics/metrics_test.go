package metrics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/metrics"
	"backroom/shared/usage"
)

var at = time.Date(2026, 11, 23, 8, 10, 0, 0, time.UTC)

func emitter() (*metrics.Emitter, *bytes.Buffer) {
	var b bytes.Buffer
	return &metrics.Emitter{Stage: "prod", W: &b, Now: func() time.Time { return at }}, &b
}

// emf checks lines against the specification of the embedded metric format,
// and answers their fields.
func emf(t *testing.T, b *bytes.Buffer) []map[string]any {
	t.Helper()
	if !bytes.HasSuffix(b.Bytes(), []byte("\n")) {
		t.Fatalf("the last line does not end: %q", b)
	}
	var out []map[string]any
	for l := range strings.Lines(b.String()) {
		var fields map[string]any
		var root struct {
			AWS struct {
				Timestamp         int64
				CloudWatchMetrics []struct {
					Namespace  string
					Dimensions [][]string
					Metrics    []struct{ Name, Unit string }
				}
			} `json:"_aws"`
		}
		if err := errors.Join(json.Unmarshal([]byte(l), &fields), json.Unmarshal([]byte(l), &root)); err != nil { //nolint:musttag // CloudWatch's own names
			t.Fatal(err)
		}
		if root.AWS.Timestamp != at.UnixMilli() || len(root.AWS.CloudWatchMetrics) == 0 {
			t.Errorf("metadata in %s", l)
		}
		for _, d := range root.AWS.CloudWatchMetrics {
			if d.Namespace != "Backroom" || len(d.Dimensions) == 0 || len(d.Metrics) == 0 || len(d.Metrics) > 100 {
				t.Errorf("directive %+v", d)
			}
			for _, name := range slices.Concat(d.Dimensions...) {
				if v, ok := fields[name].(string); !ok || v == "" || len(v) > 1024 {
					t.Errorf("dimension %s is %v: must be a text", name, fields[name])
				}
				if !slices.Contains([]string{"Stage", "Task", "Outcome"}, name) {
					t.Errorf("dimension %s: each value of it is billed", name)
				}
			}
			for _, m := range d.Metrics {
				if _, ok := fields[m.Name].(float64); !ok {
					t.Errorf("metric %s is %v: must be a number", m.Name, fields[m.Name])
				}
				if !slices.Contains([]string{"Count", "Seconds", "Percent"}, m.Unit) {
					t.Errorf("metric %s has unit %q", m.Name, m.Unit)
				}
			}
		}
		out = append(out, fields)
	}
	return out
}

func TestEndOfARunExactly(t *testing.T) {
	e, b := emitter()
	e.Ended(jobqueue.Run{
		Shop: "acme", ID: "r1", Entry: "sync-orders", Task: "sync-orders", Trigger: jobqueue.BySchedule, Outcome: jobqueue.SucceededWithIssues,
		Scheduled: at.Add(-95 * time.Second), Started: at.Add(-90 * time.Second), Ended: at,
		Counts: jobqueue.Counts{Read: 9, Created: 7, Failed: 2, SystemFailed: 1, Points: 40},
	})
	want := `{"Created":7,"LateSeconds":5,"Outcome":"succeeded with issues","Points":40,"RecordsFailed":2,"RecordsSystem":1,"RunSeconds":90,"Runs":1,` +
		`"RunsAppRefused":0,"RunsFailed":0,"RunsGaveUp":0,"RunsRefused":0,"RunsRetried":0,"Stage":"prod","Task":"sync-orders","_aws":{"Timestamp":1795421400000,"CloudWatchMetrics":[` +
		`{"Namespace":"Backroom","Dimensions":[["Stage"],["Stage","Outcome"],["Stage","Task"]],"Metrics":[{"Name":"Runs","Unit":"Count"}]},` +
		`{"Namespace":"Backroom","Dimensions":[["Stage"],["Stage","Task"]],"Metrics":[{"Name":"RunsFailed","Unit":"Count"}]},` +
		`{"Namespace":"Backroom","Dimensions":[["Stage","Task"]],"Metrics":[{"Name":"RunsAppRefused","Unit":"Count"},{"Name":"RunsRetried","Unit":"Count"},{"Name":"RunsGaveUp","Unit":"Count"},` +
		`{"Name":"RunsRefused","Unit":"Count"},{"Name":"Points","Unit":"Count"},{"Name":"Created","Unit":"Count"},{"Name":"RecordsFailed","Unit":"Count"},` +
		`{"Name":"RecordsSystem","Unit":"Count"},{"Name":"RunSeconds","Unit":"Seconds"},{"Name":"LateSeconds","Unit":"Seconds"}]}]},` +
		`"entry":"sync-orders","msg":"run ended","run":"r1","shop":"acme","trigger":"schedule"}` + "\n"
	if b.String() != want {
		t.Errorf("line\n%s\nwant\n%s", b, want)
	}
	emf(t, b)
}

// A failed run pages when nobody else will mend it.
func TestWhoIsToldOfAFailedRun(t *testing.T) {
	failed := func(change func(*jobqueue.Run)) jobqueue.Run {
		r := jobqueue.Run{Task: "sync-orders", Outcome: jobqueue.Failed, Whose: "system", Started: at, Ended: at}
		change(&r)
		return r
	}
	tests := []struct {
		name string
		run  jobqueue.Run
		want string
	}{
		{"our fault", failed(func(r *jobqueue.Run) { r.ErrorKind = "bug" }), metrics.RunsFailed},
		{"our fault, somebody waits for it", failed(func(r *jobqueue.Run) { r.ErrorKind, r.Apart = "bug", true }), metrics.RunsFailed},
		{"the app's credentials", failed(func(r *jobqueue.Run) { r.ErrorKind = "blocked" }), metrics.RunsAppRefused},
		{"a passing cause, attempts used up", failed(func(r *jobqueue.Run) { r.ErrorKind = "transient" }), metrics.RunsGaveUp},
		{"every record failed", failed(func(*jobqueue.Run) {}), metrics.RunsGaveUp},
		{"a passing cause, tried again by itself", failed(func(r *jobqueue.Run) { r.RetryAt = at }), metrics.RunsRetried},
		{"a passing cause, somebody waits for it", failed(func(r *jobqueue.Run) { r.Apart = true }), ""},
		{"nobody knows whose cause", failed(func(r *jobqueue.Run) { r.Whose = "" }), metrics.RunsGaveUp},
		{"the merchant's cause", failed(func(r *jobqueue.Run) { r.Whose = "merchant" }), metrics.RunsRefused},
		{"the merchant's cause, tried again", failed(func(r *jobqueue.Run) { r.Whose, r.RetryAt = "merchant", at }), metrics.RunsRefused},
		{"lost", failed(func(r *jobqueue.Run) { r.Outcome = jobqueue.Lost }), metrics.RunsFailed},
		{"a message that makes no sense", failed(func(r *jobqueue.Run) { r.Outcome = jobqueue.Rejected }), metrics.RunsFailed},
		{"cancelled", failed(func(r *jobqueue.Run) { r.Outcome = jobqueue.Cancelled }), ""},
		{"skipped", failed(func(r *jobqueue.Run) { r.Outcome = jobqueue.Skipped }), ""},
		{"succeeded", failed(func(r *jobqueue.Run) { r.Outcome = jobqueue.Succeeded }), ""},
		{"succeeded with issues", failed(func(r *jobqueue.Run) { r.Outcome = jobqueue.SucceededWithIssues }), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, b := emitter()
			e.Ended(tt.run)
			l := emf(t, b)[0]
			for _, m := range []string{metrics.RunsFailed, metrics.RunsAppRefused, metrics.RunsGaveUp, metrics.RunsRetried, metrics.RunsRefused} {
				if got := l[m] == 1.0; got != (m == tt.want) {
					t.Errorf("%s is %v, want only %q", m, l[m], tt.want)
				}
			}
		})
	}
}

// A message without a task, and one that never started, still make a valid line.
func TestRunsThatNeverStarted(t *testing.T) {
	e, b := emitter()
	e.Ended(jobqueue.Run{Outcome: jobqueue.Rejected, Ended: at})
	l := emf(t, b)[0]
	if l["Task"] != "none" || l["RunSeconds"] != nil || l["LateSeconds"] != nil {
		t.Errorf("line %v", l)
	}
}

type task func(context.Context) (jobqueue.Result, error)

func (f task) Invoke(ctx context.Context, _ jobqueue.Request) (jobqueue.Result, error) { return f(ctx) }

func TestSlices(t *testing.T) {
	e, b := emitter()
	inner := task(func(ctx context.Context) (jobqueue.Result, error) {
		usage.Add(ctx, usage.Count{ShopifyRequests: 3, BCRequests: 6})
		return jobqueue.Result{Done: true}, nil
	})
	res, err := e.Tasks(inner).Invoke(t.Context(), jobqueue.Request{Shop: "acme", Task: "sync-orders", Run: "r1", Slice: 2})
	if err != nil || !res.Done {
		t.Fatal(res, err)
	}
	if l := emf(t, b)[0]; l[metrics.ShopifyCalls] != 3.0 || l[metrics.BCCalls] != 6.0 || l["shop"] != "acme" {
		t.Errorf("line %v", l)
	}
}

func TestSlicesSentAway(t *testing.T) {
	e, b := emitter()
	for _, err := range []error{nil, errors.New("broken"), &fault.Error{Op: "x", Kind: fault.Throttled, Err: errors.New("full")}} {
		_, got := e.Throttled(task(func(context.Context) (jobqueue.Result, error) { return jobqueue.Result{}, err })).Invoke(t.Context(), jobqueue.Request{Task: "sync-orders"})
		if !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
	if ls := emf(t, b); len(ls) != 1 || ls[0][metrics.Throttles] != 1.0 {
		t.Errorf("lines %v", ls)
	}
}

func TestSwept(t *testing.T) {
	tally := func(shops, passing, refused int) (out sweep.Ends) {
		for i := range out {
			out[i] = sweep.Tally{Shops: shops, Passing: passing, Refused: refused}
		}
		return out
	}
	e, b := emitter()
	e.Swept(sweep.Swept{
		Shops: 200, Entries: 400, InError: 2, Failing: 5, Armed: 1, Revived: 2, Lost: 1, Overdue: 3, Late: 4, Stuck: 6, Stranded: 7,
		FailingHour: 8, FailingFourHours: 9, AppRefused: 10, DeadLetters: 11, Undelivered: 12,
		Tasks: map[string]sweep.Ends{"sync-orders": tally(200, 20, 0), "process-orders": tally(20, 0, 5), "idle": {}},
	}, 2*time.Second, true)
	l := emf(t, b)[0]
	for name, want := range map[string]float64{
		metrics.Sweeps: 1, metrics.SweepSeconds: 2, metrics.SweepProblems: 1, metrics.Mended: 7, metrics.LeasesExpiredInUse: 3,
		metrics.JobsInError: 2, metrics.Shops: 200, metrics.ShopsFailing: 5, metrics.OverdueNow: 4, metrics.StuckCategories: 6, metrics.JobsStranded: 7,
		metrics.FailingHour: 8, metrics.FailingFourHours: 9, metrics.AppRefused: 10, metrics.DeadLetters: 11, metrics.UndeliveredSchedules: 12,
		metrics.FailingPercent: 10, metrics.DownPercent: 10, metrics.RefusedPercent: 25,
	} {
		if l[name] != want {
			t.Errorf("%s is %v, want %v", name, l[name], want)
		}
	}
}

// A sweep that reaches no shop counts as none, unless there is none to reach.
func TestSweepsThatReachNobody(t *testing.T) {
	for _, tt := range []struct {
		shops  int
		failed bool
		want   float64
	}{{0, false, 1}, {0, true, 0}, {1, true, 1}, {1, false, 1}} {
		e, b := emitter()
		e.Swept(sweep.Swept{Shops: tt.shops}, -time.Second, tt.failed)
		if l := emf(t, b)[0]; l[metrics.Sweeps] != tt.want || l[metrics.SweepSeconds] != 0.0 || l[metrics.FailingPercent] != 0.0 {
			t.Errorf("%+v: %v", tt, l)
		}
	}
}

func TestUnrecorded(t *testing.T) {
	e, b := emitter()
	e.Unrecorded("acme#orders", errors.New("no table"))
	if l := emf(t, b)[0]; l[metrics.Unrecorded] != 1.0 || l["group"] != "acme#orders" || l["err"] != "no table" {
		t.Errorf("line %v", l)
	}
}

// A local host has no emitter.
func TestNobodyListens(t *testing.T) {
	var e *metrics.Emitter
	e.Ended(jobqueue.Run{})
	e.Swept(sweep.Swept{}, 0, false)
	e.Unrecorded("", nil)
	done := task(func(context.Context) (jobqueue.Result, error) { return jobqueue.Result{Done: true}, nil })
	for _, i := range []jobqueue.Invoker{e.Tasks(done), e.Throttled(done)} {
		if r, err := i.Invoke(t.Context(), jobqueue.Request{}); err != nil || !r.Done {
			t.Error(r, err)
		}
	}
}
