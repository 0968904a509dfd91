package jobqueuetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/sweep"
)

func prior(reg jobqueue.Registration, p jobqueue.Priority) jobqueue.Registration {
	reg.Default.Priority = p
	return reg
}

// slow is a task of so many slices, which writes down what it does.
func slow(name string, slices int, said *[]string) jobqueue.Registration {
	return task(name, "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		*said = append(*said, fmt.Sprintf("%s %d", name, q.Slice))
		return jobqueue.Result{Done: q.Slice >= slices, Checkpoint: checkpoint(q.Slice), Counts: jobqueue.Counts{Created: 1}}, nil
	})
}

func TestHigherPriorityGoesFirstAtARunBoundary(t *testing.T) {
	var said []string
	r := newRig(t,
		prior(slow("low", 2, &said), jobqueue.Low), slow("normal", 1, &said), prior(slow("high", 3, &said), jobqueue.High))
	low, normal, high := r.trigger("low"), r.trigger("normal"), r.trigger("high")
	r.next() // low's message: high goes first
	r.next()
	again := r.trigger("low") // joins the one that waits
	r.drain()
	if got, want := fmt.Sprint(said), "[high 1 high 2 high 3 normal 1 low 1 low 2]"; got != want {
		t.Errorf("did %s, want %s", got, want)
	}
	if again.ID != low.ID || r.queue.Len() != 0 {
		t.Errorf("low was accepted as %s and %s; %d messages are left", low.ID, again.ID, r.queue.Len())
	}
	for _, id := range []string{low.ID, normal.ID, high.ID} {
		if got := r.run(id); got.Outcome != jobqueue.Succeeded {
			t.Errorf("run of %s is %q", got.Entry, got.Outcome)
		}
	}
	if got := r.run(high.ID); got.Overtook != low.ID {
		t.Errorf("high says that it overtook %q, want %s", got.Overtook, low.ID)
	}
}

func TestASlotOfHigherPriorityGoesFirstAndItsMessageCoalesces(t *testing.T) {
	var said []string
	r := newRig(t, prior(slow("low", 2, &said), jobqueue.Low), prior(every(slow("high", 2, &said), 10*time.Minute), jobqueue.High))
	r.Advance(time.Minute)
	r.tick()
	r.drain()
	said = nil
	r.trigger("low")
	r.next() // low's first slice, before the slot is due
	r.Advance(10 * time.Minute)
	r.tick() // high's message is behind low's
	r.drain()
	if got, want := fmt.Sprint(said), "[low 1 low 2 high 1 high 2]"; got != want {
		t.Errorf("a run that goes on: did %s, want %s", got, want)
	}
	said = nil
	r.trigger("low")
	r.Advance(10 * time.Minute)
	r.tick()
	r.drain()
	if got, want := fmt.Sprint(said), "[high 1 high 2 low 1 low 2]"; got != want || r.queue.Len() != 0 {
		t.Errorf("a run that starts: did %s, want %s; %d messages left", got, want, r.queue.Len())
	}
}

func TestARunThatOvertookSurvivesItsDispatcher(t *testing.T) {
	var said []string
	r := newRig(t, prior(slow("low", 1, &said), jobqueue.Low), prior(slow("high", 2, &said), jobqueue.High))
	r.trigger("high")
	r.drain()
	said = nil
	r.trigger("low")
	high := r.trigger("high")
	dead := r.dispatcher(r.table)
	dead.Invoker = invokerFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) { return jobqueue.Result{}, errBroken })
	if disp, err := dead.Handle(t.Context(), r.receive()); err != nil || disp.Ack {
		t.Fatal(disp, err)
	}
	r.Advance(jobqueue.LeaseTime + jobqueue.HoldTime)
	r.drain()
	if got, want := fmt.Sprint(said), "[high 1 high 2 low 1]"; got != want || r.run(high.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("did %s, want %s; high is %q", got, want, r.run(high.ID).Outcome)
	}
}

// TestARaisedPriorityCountsAtOnce, and one raised while the category is busy
// from the next sweep on, or from the entry's next start.
func TestARaisedPriorityCountsAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name string
		busy bool
		want string
	}{
		{"in a free category", false, "[x 1 low 1]"},
		{"beside a run", true, "[x 1 low 1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var said []string
			r := newRig(t, slow("low", 1, &said), slow("x", 1, &said), slow("long", 2, &said))
			r.trigger("low")
			r.trigger("x")
			r.drain()
			if tt.busy {
				r.trigger("long")
				r.next()
			}
			e := r.entry("x")
			e.Priority = jobqueue.High
			r.save(e)
			r.drain()
			if tt.busy {
				s := sweep.New(r.d, sweep.ShopList{shop})
				if swept, err := s.Sweep(t.Context()); err != nil || swept.Aligned != 1 {
					t.Errorf("swept %+v, %v", swept, err)
				}
				if swept, err := s.Sweep(t.Context()); err != nil || swept.Mended() != 0 {
					t.Errorf("swept again %+v, %v", swept, err)
				}
			}
			said = nil
			r.trigger("low")
			r.trigger("x")
			r.drain()
			if got := fmt.Sprint(said); got != tt.want {
				t.Errorf("did %s, want %s", got, tt.want)
			}
		})
	}
}
