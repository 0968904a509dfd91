package jobqueuetest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/queue"
)

func (r *rig) job(id string) jobstore.Job {
	r.tb.Helper()
	js, err := r.d.Jobs.Store.Jobs(r.tb.Context(), shop)
	i := slices.IndexFunc(js, func(j jobstore.Job) bool { return j.ID == id })
	if err != nil || i < 0 {
		r.tb.Fatalf("job %s: %v", id, err)
	}
	return js[i]
}

func TestJobsSayWhatTheyWaitFor(t *testing.T) {
	var during, waiting jobstore.Job
	var r *rig
	begin := time.Time{}
	r = newRig(t,
		task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
			begin = r.Now()
			r.Advance(time.Minute)
			r.trigger("process-orders") //nolint:contextcheck // the test's
			r.d.Jobs.Store.Progress(ctx, q, jobqueue.Progress{Done: 40, Total: 100})
			r.Advance(time.Minute)
			if _, _, err := r.d.Jobs.Store.Renew(ctx, q.Lease); err != nil {
				t.Error(err)
			}
			during, waiting = r.job("sync-orders"), r.job("process-orders") //nolint:contextcheck // the test's
			return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 40}}, nil
		}),
		task("process-orders", "orders", done))
	if j := r.job("process-orders"); j.State != jobqueue.Ready || j.WaitsFor != nil {
		t.Errorf("before: %+v", j)
	}
	run := r.trigger("sync-orders")
	r.drain()

	if during.State != jobqueue.InProcess || during.Running == nil || during.Running.ID != run.ID {
		t.Fatalf("in process: %+v", during)
	}
	if p, left := during.Running.Pace(r.Now()); during.Running.Progress.Done != 40 || p != 20 || left != 3*time.Minute {
		t.Errorf("progress %+v at %v a minute, %v left; want 40 of 100, 20 and 3m", during.Running.Progress, p, left)
	}
	w := waiting.WaitsFor
	if waiting.State != jobqueue.Waiting || w == nil || w.Run != run.ID || w.Entry != "sync-orders" || w.Category != "orders" ||
		!w.Since.Equal(begin) || !w.Due.Equal(begin.Add(time.Minute)) {
		t.Errorf("waiting: %+v for %+v", waiting, w)
	}
	if len(waiting.Problems(r.tasks)) > 0 {
		t.Error("what is shown cannot be saved again")
	}
	js, err := r.d.Jobs.Store.Jobs(t.Context(), shop)
	if err != nil || len(js) != 2 || js[0].State != jobqueue.Ready || js[1].State != jobqueue.Ready || js[1].History.Logged != run.ID {
		t.Errorf("after: %+v, %v", js, err)
	}
}

func TestAnEmptyFollowUpIsNotInTheLog(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}, FollowUps: []string{"process-orders"}}, nil
	}), task("process-orders", "orders", done))
	r.trigger("sync-orders")
	ms := r.receive()
	if disp, err := r.d.Handle(t.Context(), ms); err != nil || !disp.Ack {
		t.Fatal(disp, err)
	}
	if err := r.queue.Delete(t.Context(), ms.Receipt); err != nil {
		t.Fatal(err)
	}
	follow := r.entry("process-orders").Queued
	m := r.receive()
	for range 2 { // and its message comes twice
		if disp, err := r.d.Handle(t.Context(), m); err != nil || !disp.Ack {
			t.Fatal(disp, err)
		}
	}
	rs := r.runs()
	if e := r.entry("process-orders"); len(rs) != 1 || rs[0].Task != "sync-orders" || r.history(e.ID).Empty != 1 || r.history(e.ID).Logged != "" || !r.history(e.ID).Ended.Equal(r.Now()) {
		t.Errorf("log %+v, entry %+v", rs, e)
	}
	if got := r.run(follow); got.Outcome != jobqueue.Succeeded {
		t.Errorf("who knows its id finds it %q, want succeeded", got.Outcome)
	}
}

func TestAcceptedRunOfATaskThatIsGoneEnds(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done), task("sync-images", "images", done))
	run := r.trigger("sync-images")
	r.d.Jobs.Tasks = jobqueue.NewRegistry(task("sync-orders", "orders", done))
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Rejected || got.Whose != "system" || !strings.Contains(got.Detail, "sync-images") {
		t.Errorf("run = %+v, want it rejected", got)
	}
}

func TestATickForNobodyIsHeardOnce(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", done), 10*time.Minute))
	body := []byte(`{"v":1,"shop":"acme","entry":"gone","trigger":"schedule","at":"2026-11-23T08:10:00Z"}`)
	disp, err := r.d.Handle(t.Context(), queue.Message{Body: body, Sent: r.Now(), Receives: 1})
	if rs := r.runs(); err != nil || !disp.Ack || len(rs) != 1 || rs[0].Outcome != jobqueue.Skipped {
		t.Errorf("%+v, %v, runs %+v", disp, err, rs)
	}
}
