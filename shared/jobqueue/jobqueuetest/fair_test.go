package jobqueuetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"backroom/shared/jobqueue"
)

// A slot is long only for a run that nobody waits behind.
func TestSlicesShortenWhenOthersWait(t *testing.T) {
	var r *rig
	var had []string
	long := task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		had = append(had, fmt.Sprintf("%s %d %s", q.Entry, q.Slice, length(q.Deadline.Sub(r.Now()))))
		return jobqueue.Result{Done: q.Slice == 3, Counts: jobqueue.Counts{Created: 1}}, nil
	})
	r = newRig(t, long, task("sync-products", "products", done))
	r.trigger("sync-orders")
	r.next()
	r.next()
	r.trigger("sync-products") // of another group
	ms, err := r.queue.Receive(t.Context(), 1, time.Minute, 0)
	if err != nil || len(ms) != 1 {
		t.Fatal(ms, err)
	}
	// The message that was given back is behind the one that has waited since before.
	if m, err := jobqueue.ParseMessage(ms[0].Body); err != nil || m.Entry != "sync-orders" {
		t.Fatalf("received %+v, %v", m, err)
	}
	if _, err := r.d.Handle(t.Context(), ms[0]); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprint([]string{"sync-orders 1 short", "sync-orders 2 long", "sync-orders 3 short"})
	if fmt.Sprint(had) != want {
		t.Errorf("slices had %v, want %v", had, want)
	}
}

// length says whether a slice is one that others may wait behind.
func length(d time.Duration) string {
	switch {
	case d >= jobqueue.ShortSlice/2 && d <= jobqueue.ShortSlice:
		return "short"
	case d > jobqueue.ShortSlice && d <= 10*time.Minute:
		return "long"
	}
	return d.String()
}

// Slices that begin at the same time end at times of their own.
func TestSlicesEndApart(t *testing.T) {
	had := map[time.Duration]int{}
	var r *rig
	r = newRig(t, task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		d := q.Deadline.Sub(r.Now())
		had[d.Truncate(5*time.Second)]++
		if length(d) != "short" {
			t.Errorf("a first slice has %v", d)
		}
		return jobqueue.Result{Done: true}, nil
	}))
	for range 120 {
		r.trigger("sync-orders")
		r.next()
	}
	for d := jobqueue.ShortSlice / 2; d < jobqueue.ShortSlice; d += 5 * time.Second {
		if had[d] == 0 || had[d] > 60 {
			t.Errorf("%d of 120 slices have between %v and 5 s more: %v", had[d], d, had)
		}
	}
}

// More shops than slots: every one gets on, and none is left behind.
func TestGroupsTakeTurns(t *testing.T) {
	var said []string
	work := func(name string) jobqueue.Registration {
		return task(name, name, func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
			said = append(said, fmt.Sprintf("%s%d", name, q.Slice))
			return jobqueue.Result{Done: q.Slice == 2, Counts: jobqueue.Counts{Created: 1}}, nil
		})
	}
	r := newRig(t, work("a"), work("b"), work("c"))
	for _, e := range []string{"a", "b", "c"} {
		r.trigger(e)
		r.Advance(time.Second)
	}
	for range 6 {
		r.next()
		r.Advance(time.Second)
	}
	if got, want := fmt.Sprint(said), "[a1 b1 c1 a2 b2 c2]"; got != want {
		t.Errorf("did %s, want %s", got, want)
	}
}
