package jobqueuetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/recurrence"
	"backroom/shared/schedule"
)

type thingParameters struct {
	From  time.Time `json:"from,omitzero"`
	Names []string  `json:"names,omitempty"`
	Limit int       `json:"limit"`
}

func typed(reg jobqueue.Registration) jobqueue.Registration {
	reg.Parameters = jobqueue.ParametersOf(thingParameters{Limit: 50}, func(js json.RawMessage) error {
		var p thingParameters
		if err := json.Unmarshal(js, &p); err != nil {
			return err
		}
		if p.Limit > 100 {
			return jobqueue.Problem{Field: "parameter limit", Value: fmt.Sprint(p.Limit), Want: "at most 100"}
		}
		return nil
	})
	return reg
}

func TestBadEntriesAreRefusedOnSaving(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*jobqueue.Entry)
		says   []string // field "value": must be …, each
	}{
		{"unknown task", func(e *jobqueue.Entry) { e.Task = "sync-horses" }, []string{`task "sync-horses": must be one of sync-orders`}},
		{"unknown category", func(e *jobqueue.Entry) { e.Category = "horses" }, []string{`category "horses": must be one of orders`, `must be acme#orders as before`}},
		{"unknown zone", func(e *jobqueue.Entry) { e.Zone = "Europe/Entenhausen" }, []string{`zone "Europe/Entenhausen"`}},
		{"unknown priority", func(e *jobqueue.Entry) { e.Priority = "urgent" }, []string{`priority "urgent": must be high, normal or low`}},
		{"unknown parameters, each", func(e *jobqueue.Entry) { e.Parameters = json.RawMessage(`{"form":"x","nmaes":[]}`) }, []string{
			`parameter "form": must be one of from, limit, names`, `parameter "nmaes"`,
		}},
		{"parameters of the wrong kind, each", func(e *jobqueue.Entry) {
			e.Parameters = json.RawMessage(`{"from":"noon","names":"#1001","limit":"ten"}`)
		}, []string{
			`parameter from "\"noon\"": must be a time in RFC 3339`, `parameter names "\"#1001\"": must be a list of texts`, `parameter limit "\"ten\"": must be a whole number`,
		}},
		{"parameters that are nothing, each", func(e *jobqueue.Entry) { e.Parameters = json.RawMessage(`{"limit":null,"names":null}`) }, []string{
			`parameter limit "null": must be a whole number`, `parameter names "null": must be a list of texts`,
		}},
		{"parameter that the task refuses", func(e *jobqueue.Entry) { e.Parameters = json.RawMessage(`{"limit":101}`) }, []string{`parameter limit "101": must be at most 100`}},
		{"parameters that are no object", func(e *jobqueue.Entry) { e.Parameters = json.RawMessage(`[1]`) }, []string{`parameters "[1]": must be one JSON object`}},
		{"expiration before the start", func(e *jobqueue.Entry) { e.Expiration = e.EarliestStart.Add(-time.Hour) }, []string{`expiration`}},
		{"window without length", func(e *jobqueue.Entry) { e.StartingTime, e.EndingTime = "08:00", "08:00" }, []string{`ending time "08:00"`}},
		{"no first run", func(e *jobqueue.Entry) { e.EarliestStart = time.Time{} }, []string{`earliest start "": must be set`}},
		{"once and for ever", func(e *jobqueue.Entry) { e.Once = true }, []string{`once "true"`}},
		{"derived status", func(e *jobqueue.Entry) { e.Status = jobqueue.Waiting }, []string{`status "waiting"`}},
		{"no attempt", func(e *jobqueue.Entry) { e.MaxAttempts = 0 }, []string{`maximum attempts "0": must be 1 to 11 runs`}},
		{"all at once", func(e *jobqueue.Entry) {
			e.Task, e.MaxAttempts, e.RerunDelay, e.RunTimeout, e.Every = "x", 12, 2*time.Hour, time.Second, 90*time.Second
		}, []string{`task "x"`, `maximum attempts "12"`, `rerun delay "2h0m0s"`, `run timeout "1s"`, `every "1m30s"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, typed(every(task("sync-orders", "orders", done), 10*time.Minute)))
			e := r.entry("sync-orders")
			c.change(&e)
			_, err := r.d.Jobs.Save(t.Context(), e)
			ps := jobqueue.Problems(err)
			if len(ps) != len(c.says) {
				t.Errorf("%d problems, want %d: %v", len(ps), len(c.says), err)
			}
			for _, want := range c.says {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("says %v, want %s", err, want)
				}
			}
			if got := r.entry("sync-orders"); got.Version != 1 {
				t.Error("it was stored all the same")
			}
		})
	}
}

func TestParametersAreFilledWithDefaults(t *testing.T) {
	var seen []string
	r := newRig(t, typed(task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		seen = append(seen, string(q.Parameters))
		return jobqueue.Result{Done: true}, nil
	})))
	r.trigger("sync-orders")
	ask := jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand, Parameters: json.RawMessage(`{"names":["#1"]}`)}
	if _, err := r.d.Jobs.Trigger(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if got, want := fmt.Sprint(seen), `[{"limit":50} {"limit":50,"names":["#1"]}]`; got != want {
		t.Errorf("parameters %s, want %s", got, want)
	}
	ask.Parameters = json.RawMessage(`{"limit":1000}`)
	if _, err := r.d.Jobs.Trigger(t.Context(), ask); len(jobqueue.Problems(err)) != 1 {
		t.Errorf("trigger with bad parameters: %v", err)
	}
}

// starts runs an entry of the rule for a while and answers when it started, in
// minutes since the rig began at 8:00.
func starts(t *testing.T, rule recurrence.Rule, for_ time.Duration, result func(n int) jobqueue.Result, took time.Duration) (string, *rig) {
	t.Helper()
	var at []int
	var r *rig
	begin := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) // a Monday
	reg := task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		at = append(at, int(r.Now().Sub(begin).Minutes()))
		r.Advance(took)
		return result(len(at)), nil
	})
	reg.Default.Rule = rule
	r = newRig(t, reg)
	r.pass(for_)
	return fmt.Sprint(at), r
}

func TestEntriesRunAtTheirSlots(t *testing.T) {
	work := func(int) jobqueue.Result { return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}} }
	nothing := func(int) jobqueue.Result { return jobqueue.Result{Done: true} }
	for _, c := range []struct {
		name   string
		rule   recurrence.Rule
		result func(int) jobqueue.Result
		took   time.Duration
		for_   time.Duration
		want   string
	}{
		{"a grid, whatever a run takes", recurrence.Rule{Every: 30 * time.Minute}, work, 7 * time.Minute, 2 * time.Hour, "[1 31 61 91]"},
		{"only inside its window", recurrence.Rule{Every: 20 * time.Minute, StartingTime: "08:30", EndingTime: "09:20"}, work, 0, 5 * time.Hour, "[30 50 70]"},
		{"ticks that are no slot are let pass", recurrence.Rule{Every: 50 * time.Minute, StartingTime: "08:00", EndingTime: "12:00"}, work, 0, 5 * time.Hour, "[50 100 150 200]"},
		{"drifting from the end of each run", recurrence.Rule{Every: 30 * time.Minute, Drifting: true}, work, 7 * time.Minute, 2 * time.Hour, "[1 38 75 112]"},
		{"by formula", recurrence.Rule{Formula: "1D", StartingTime: "09:00"}, work, 0, 50 * time.Hour, "[1 1500 2940]"},
		{"drifting with empty runs, which the task's side ends", recurrence.Rule{Every: 30 * time.Minute, Drifting: true}, nothing, 0, 2 * time.Hour, "[1 31 61 91]"},
		{"idle: the cadence stretches after three empty runs", recurrence.Rule{Every: 10 * time.Minute, IdleLimit: time.Hour}, nothing, 0, 4 * time.Hour, "[1 11 21 41 81 121 161 201]"},
		{"until it expires", recurrence.Rule{Every: 10 * time.Minute, Expiration: time.Date(2026, 11, 23, 8, 25, 0, 0, time.UTC)}, work, 0, time.Hour, "[1 11 21]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := starts(t, c.rule, c.for_, c.result, c.took); got != c.want {
				t.Errorf("started at %s, want %s", got, c.want)
			}
		})
	}
}

func TestATriggerWakesAnIdleEntry(t *testing.T) {
	rule := recurrence.Rule{Every: 10 * time.Minute, IdleLimit: 4 * time.Hour}
	_, r := starts(t, rule, 6*time.Hour, func(int) jobqueue.Result { return jobqueue.Result{Done: true} }, 0)
	before := r.history("sync-orders")
	next, _ := r.entry("sync-orders").NextRun(before)
	if rest := next.Sub(before.Started); rest < 2*time.Hour {
		t.Fatalf("after %d empty runs it rests %v, want hours", before.Empty, rest)
	}
	r.trigger("sync-orders")
	r.drain()
	if next, _ := r.entry("sync-orders").NextRun(r.history("sync-orders")); next.Sub(r.Now()) > 10*time.Minute {
		t.Errorf("after a trigger it rests until %v, want its cadence again", next)
	}
}

func TestMissingTickOfADriftingRuleIsArmedAgain(t *testing.T) {
	_, r := starts(t, recurrence.Rule{Every: 30 * time.Minute, Drifting: true}, 10*time.Minute, func(int) jobqueue.Result { return jobqueue.Result{Done: true} }, 0)
	e := r.entry("sync-orders")
	next, ok := e.NextRun(r.history(e.ID))
	name := fmt.Sprintf("acme.sync-orders.%s.at%d", e.Made, next.Unix())
	if _, err := r.schedules.Get(t.Context(), name); err != nil || !ok {
		t.Fatalf("next %v: %v", next, err)
	}
	if err := r.schedules.Delete(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := r.d.Jobs.Arm(t.Context(), e, r.history(e.ID)); err != nil {
		t.Fatal(err)
	}
	if s, err := r.schedules.Get(t.Context(), name); err != nil || !s.At.Equal(next) {
		t.Errorf("armed %+v, %v; want %v", s, err, next)
	}
}

func TestOneOffEntryDisappearsAndStaysInTheLog(t *testing.T) {
	var fail error
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: true}, fail
	}))
	save := func(id string, expires time.Duration) {
		t.Helper()
		e := r.entry("sync-orders")
		e.ID, e.Version, e.Once, e.MaxAttempts, e.EarliestStart = id, 0, true, 1, r.Now().Add(time.Hour)
		if expires > 0 {
			e.Expiration = e.EarliestStart.Add(expires)
		}
		if _, err := r.d.Jobs.Save(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	gone := func(id string) bool {
		_, err := r.d.Jobs.Store.Entry(t.Context(), shop, id)
		return errors.Is(err, jobstore.ErrNotFound)
	}
	save("once", 0)
	r.pass(59 * time.Minute)
	if gone("once") || len(r.runs()) != 0 {
		t.Fatal("it is gone before its time")
	}
	r.pass(2 * time.Minute)
	if rs := r.runs(); !gone("once") || len(rs) != 1 || rs[0].Entry != "once" || rs[0].Outcome != jobqueue.Succeeded {
		t.Errorf("gone %v, runs %+v; want it gone and in the log", gone("once"), rs)
	}
	if _, err := r.schedules.Get(t.Context(), "acme.once"); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("its schedule: %v", err)
	}

	fail = errBroken
	save("fails", 0)
	r.pass(61 * time.Minute)
	if gone("fails") || r.entry("fails").Status != jobqueue.InError {
		t.Error("one that failed is gone, want it in error")
	}

	save("late", time.Minute)
	r.Advance(2 * time.Hour) // nobody works
	r.pass(time.Minute)
	if rs := r.runs(); !gone("late") || rs[len(rs)-1].Outcome != jobqueue.Skipped {
		t.Errorf("one that expired: gone %v, last run %+v", gone("late"), rs[len(rs)-1])
	}
}
