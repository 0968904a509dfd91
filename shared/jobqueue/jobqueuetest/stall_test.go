package jobqueuetest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/queue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// stalled is the table of a dispatcher that has decided, and stands still
// before its first write: others act meanwhile.
type stalled struct {
	table.Table

	meanwhile func()
}

func (s *stalled) Write(ctx context.Context, ops ...table.Op) error {
	if do := s.meanwhile; do != nil {
		s.meanwhile = nil
		do()
	}
	return s.Table.Write(ctx, ops...)
}

// retryOf lets a run of sync-orders fail, and is the message of its retry.
func (r *rig) retryOf() queue.Message {
	r.tb.Helper()
	r.trigger("sync-orders")
	r.drain()
	r.Advance(2 * time.Minute)
	r.tick()
	return r.receive()
}

// TestDecisionsAboutOneRunExclude: whatever a dispatcher has decided before it
// stood still, what others have done about the same run meanwhile comes first,
// the run has one end, and its category serves the next one.
func TestDecisionsAboutOneRunExclude(t *testing.T) {
	for _, tt := range []struct {
		name      string
		message   func(r *rig) queue.Message
		meanwhile func(r *rig, m queue.Message)
		outcomes  string // of all runs, oldest first
	}{
		{
			name: "a retry starts, and was recorded as skipped", message: (*rig).retryOf,
			meanwhile: func(r *rig, m queue.Message) {
				r.hold("sync-orders")
				r.deliver(m)
				r.release("sync-orders")
			}, outcomes: "failed skipped succeeded",
		},
		{
			name: "a retry is skipped, and was started", message: func(r *rig) queue.Message {
				m := r.retryOf()
				r.hold("sync-orders")
				return m
			},
			meanwhile: func(r *rig, m queue.Message) {
				r.release("sync-orders")
				r.deliver(m)
			}, outcomes: "failed succeeded succeeded",
		},
		{
			name: "a retry starts, and its entry was put on hold", message: (*rig).retryOf,
			meanwhile: func(r *rig, _ queue.Message) { r.hold("sync-orders") }, outcomes: "failed skipped succeeded",
		},
		{
			name: "the run of an entry for one run starts, and was skipped when that expired",
			message: func(r *rig) queue.Message {
				e := jobqueue.Entry{
					Shop: shop, ID: "one", Task: "sync-orders", Scope: shop, Category: "orders", Status: jobqueue.Ready, Once: true, MaxAttempts: 1,
				}
				e.EarliestStart, e.Expiration = r.Now().Add(time.Minute), r.Now().Add(time.Hour)
				r.save(e)
				r.Advance(2 * time.Minute)
				r.tick()
				return r.receive()
			},
			meanwhile: func(r *rig, m queue.Message) {
				r.Advance(time.Hour)
				r.deliver(m)
			}, outcomes: "skipped failed succeeded",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			failures := 1
			r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				if failures--; failures >= 0 {
					return jobqueue.Result{}, errBroken
				}
				if len(q.Checkpoint) == 0 {
					return jobqueue.Result{Checkpoint: checkpoint(1)}, nil
				}
				return created(ctx, q)
			}))
			m := tt.message(r)
			slow := &stalled{Table: r.table}
			d := r.dispatcher(slow)
			slow.meanwhile = func() { tt.meanwhile(r, m) }
			disp, err := d.Handle(t.Context(), m)
			if err != nil && !errors.Is(err, table.ErrConflict) && !errors.Is(err, jobstore.ErrNotFound) {
				t.Fatal(err)
			}
			if slow.meanwhile != nil {
				t.Fatal("the dispatcher wrote nothing")
			}
			if disp.Ack {
				t.Error("acknowledged by the one that came second")
			}
			r.pass(10 * time.Minute)
			if e := r.entry("sync-orders"); e.Status == jobqueue.OnHold {
				r.release("sync-orders")
			}
			r.trigger("sync-orders")
			r.pass(10 * time.Minute)
			var got []string
			for _, run := range r.runs() {
				got = append(got, string(run.Outcome))
			}
			if strings.Join(got, " ") != tt.outcomes {
				t.Errorf("runs: %q, want %q", strings.Join(got, " "), tt.outcomes)
			}
		})
	}
}

func (r *rig) release(id string) {
	r.tb.Helper()
	if _, err := r.d.Jobs.Release(r.tb.Context(), shop, id); err != nil {
		r.tb.Fatal(err)
	}
}

// deliver hands a message to another dispatcher.
func (r *rig) deliver(m queue.Message) {
	r.tb.Helper()
	if _, err := r.d.Handle(r.tb.Context(), m); err != nil {
		r.tb.Fatal(err)
	}
}

// rowBeside gives the run in progress a row that says that it did not start, as
// an earlier release could leave it.
func (r *rig) rowBeside(ctx context.Context) {
	r.tb.Helper()
	going, err := r.d.Jobs.Store.Running(ctx, shop)
	if err != nil || len(going) != 1 {
		r.tb.Fatalf("%d runs in progress, %v", len(going), err)
	}
	data, err := record.Encode(1, map[string]string{"entry": "sync-orders", "outcome": "skipped"})
	if err != nil {
		r.tb.Fatal(err)
	}
	it := table.Item{Key: table.Key{PK: "SHOP#" + shop, SK: "RUN#" + going[0].ID}, Data: data}
	if err := r.table.Write(ctx, table.Put(it, table.Absent)); err != nil {
		r.tb.Fatal(err)
	}
}

// TestARowBesideARunInProgressGivesWay: a category that an earlier release left
// standing still is free again when the slice has ended, or by the sweep.
func TestARowBesideARunInProgressGivesWay(t *testing.T) {
	for _, tt := range []struct {
		name string
		dies bool
		want jobqueue.Outcome
	}{
		{"its slice ends", false, jobqueue.Succeeded},
		{"it is lost", true, jobqueue.Lost},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r *rig
			r = newRig(t, every(task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				r.rowBeside(ctx)
				return created(ctx, q)
			}), time.Hour))
			r.Advance(2 * time.Minute)
			r.tick()
			if tt.dies {
				r.d.Invoker = invokerFunc(func(ctx context.Context, _ jobqueue.Request) (jobqueue.Result, error) {
					r.rowBeside(ctx)
					return jobqueue.Result{}, errBroken
				})
			}
			m := r.receive()
			r.deliver(m)
			if tt.dies {
				r.Advance(2 * time.Hour)
				if swept, err := r.sweeper().Sweep(t.Context()); err != nil || swept.Lost != 1 {
					t.Errorf("%+v, %v, want one lost", swept, err)
				}
			}
			if got := r.runs(); len(got) != 1 || got[0].Outcome != tt.want {
				t.Errorf("%+v, want one that %s", got, tt.want)
			}
		})
	}
}

// refusing is a table in which no write takes effect that has a run's row in it.
type refusing struct{ table.Table }

func (r refusing) Write(ctx context.Context, ops ...table.Op) error {
	for _, op := range ops {
		if strings.HasPrefix(op.Item.SK, "RUN#") {
			return table.ErrConflict
		}
	}
	return r.Table.Write(ctx, ops...)
}

// TestASweepThatCouldNotRepairSaysSo, and counts no repair.
func TestASweepThatCouldNotRepairSaysSo(t *testing.T) {
	for _, tt := range []struct {
		name string
		ends bool // the outcome of its slice is durable
	}{{"a run without a lease", false}, {"an outcome that is not recorded", true}} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", created))
			r.trigger("sync-orders")
			work := r.d.Invoker
			r.d.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				if tt.ends {
					return work.Invoke(ctx, q)
				}
				return jobqueue.Result{}, errBroken
			})
			m := r.receive()
			d := r.dispatcher(&dead{Table: r.table})
			d.Invoker = r.d.Invoker
			if _, err := d.Handle(t.Context(), m); err == nil && tt.ends {
				t.Fatal("the end was recorded")
			}
			r.Advance(2 * time.Hour)
			s := sweep.New(r.dispatcher(refusing{r.table}), sweep.ShopList{shop})
			swept, err := s.Sweep(t.Context())
			if err == nil || swept.Recorded+swept.Lost != 0 {
				t.Errorf("%+v, %v, want nothing mended and an error", swept, err)
			}
		})
	}
}

// dead is the table of a dispatcher that dies after its first write.
type dead struct {
	table.Table

	wrote bool
}

func (d *dead) Write(ctx context.Context, ops ...table.Op) error {
	if d.wrote {
		return errBroken
	}
	d.wrote = true
	return d.Table.Write(ctx, ops...)
}
