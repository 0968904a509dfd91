package jobqueuetest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobqueuetest"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// TestAJobRunsAgainAfterARunGotLost: also one that has no next time but by its
// last run's end, and one that is for one run; wherever the run was when it got
// lost.
func TestAJobRunsAgainAfterARunGotLost(t *testing.T) {
	for _, rule := range []struct {
		name string
		set  func(e *jobqueue.Entry)
	}{
		{"every half hour", func(e *jobqueue.Entry) { e.Every = 30 * time.Minute }},
		{"half an hour after each run", func(e *jobqueue.Entry) { e.Every, e.Drifting = 30*time.Minute, true }},
		{"once", func(e *jobqueue.Entry) { e.Once = true }},
	} {
		for _, aside := range []bool{false, true} {
			name := rule.name
			if aside {
				name += ", and another run had come in"
			}
			t.Run(name, func(t *testing.T) {
				r := newRig(t, task("sync-orders", "orders", created), task("process-orders", "orders", created))
				e := jobqueue.Entry{Shop: shop, ID: "job", Task: "sync-orders", Scope: shop, Category: "orders", MaxAttempts: 1, Status: jobqueue.Ready}
				e.EarliestStart = r.Now().Add(time.Minute)
				rule.set(&e)
				r.save(e)
				r.Advance(2 * time.Minute)
				r.tick()
				r.dies()
				if aside {
					r.Advance(jobqueue.LeaseTime + time.Second)
					r.trigger("process-orders")
					r.drain()
				}
				lost := r.unsent(r.sweeper(), 70*time.Minute)
				if lost.Lost != 1 {
					t.Fatalf("%+v, want a run closed", lost)
				}
				for range 45 {
					if _, err := r.sweeper().Sweep(t.Context()); err != nil {
						t.Fatal(err)
					}
					r.pass(time.Minute)
				}
				ran := 0
				for _, run := range r.runs() {
					if run.Entry == "job" && run.Outcome == jobqueue.Succeeded {
						ran++
					}
				}
				if ran == 0 {
					t.Errorf("it does not run again: %+v", r.runs())
				}
				if _, err := r.d.Jobs.Store.Entry(t.Context(), shop, "job"); e.Once && !errors.Is(err, jobstore.ErrNotFound) {
					t.Errorf("after its run it is still there: %v", err)
				}
			})
		}
	}
}

// dies has a dispatcher and a slice die with the message that is next, which
// goes with them.
func (r *rig) dies() {
	r.tb.Helper()
	m := r.receive()
	d := r.dispatcher(r.table)
	d.Invoker = invokerFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{}, errBroken
	})
	if disp, err := d.Handle(r.tb.Context(), m); err != nil || disp.Ack {
		r.tb.Fatal(disp, err)
	}
	if err := r.queue.Delete(r.tb.Context(), m.Receipt); err != nil {
		r.tb.Fatal(err)
	}
}

// TestARunSetAsideIsNotClosedBesideOneAtWork: that would fence it.
func TestARunSetAsideIsNotClosedBesideOneAtWork(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done), task("process-orders", "orders", done))
	r.trigger("sync-orders")
	r.dies()
	r.Advance(jobqueue.LeaseTime + time.Second)
	r.trigger("process-orders")
	m := r.receive()
	s := r.sweeper()
	slow := r.dispatcher(r.table)
	slow.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		for range 140 {
			r.Advance(jobqueue.RenewEvery)
			if _, _, err := slow.Jobs.Store.Renew(ctx, q.Lease); err != nil {
				return jobqueue.Result{}, err
			}
			if swept, err := s.Sweep(ctx); err != nil || swept.Lost != 0 {
				t.Errorf("beside a run at work: %+v, %v", swept, err)
			}
		}
		note := table.Put(table.Item{Key: table.Key{PK: "SHOP#" + shop, SK: "NOTE"}, Data: []byte("{}")}, table.Always)
		if err := slow.Jobs.Store.Write(ctx, q.Lease, note); err != nil {
			t.Errorf("the run at work: %v", err)
		}
		return jobqueue.Result{Done: true}, jobqueuetest.SaveSlice(ctx, slow.Jobs.Store, q, jobqueue.Result{Done: true})
	})
	if disp, err := slow.Handle(t.Context(), m); err != nil || !disp.Ack {
		t.Fatalf("%+v, %v", disp, err)
	}
	if swept := r.unsent(s, 3*time.Minute); swept.Lost != 1 {
		t.Errorf("afterwards: %+v, want the other one closed", swept)
	}
}
