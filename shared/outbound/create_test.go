package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
)

var names = []string{"a", "b", "c"}

// Whichever write fails, in whichever way, each thing is made once in the end.
func TestEveryWriteFailsOnce(t *testing.T) {
	const writes = 3 // the intents, the request, what was answered
	for n := 1; n <= writes; n++ {
		for _, when := range []string{"before", "after", "late"} {
			for _, dies := range []bool{false, true} {
				for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
					t.Run(fmt.Sprintf("%d %s dies=%v ahead=%v", n, when, dies, ahead), func(t *testing.T) {
						w := newWorld(names...)
						w.failAt, w.when, w.dies = n, when, dies
						_ = w.slice(t, names...)
						if w.writes < n {
							t.Fatalf("the run made %d writes", w.writes)
						}
						w.ahead = ahead // the host's clock is set
						for range 12 {
							w.advance(4 * time.Minute)
							if err := w.slice(t, names...); err != nil {
								t.Fatal(err)
							}
						}
						w.advance(24 * time.Hour)
						for _, name := range names {
							if len(w.made[name]) != 1 || w.store[name].number != "no. of "+name {
								t.Errorf("%s: made %d times, stored %+v", name, len(w.made[name]), w.store[name])
							}
						}
					})
				}
			}
		}
	}
}

// What is lost is not sent again before it has settled, and then it is.
func TestUnsettledIsWaitedFor(t *testing.T) {
	w := newWorld("a")
	w.failAt, w.when = 2, "before" // nobody knows that it has not arrived
	if err := w.slice(t, "a"); err != nil || w.store["a"].sent.IsZero() {
		t.Fatalf("%v, stored %+v", err, w.store["a"])
	}
	w.now = w.store["a"].from.Add(outbound.Settle - time.Second)
	if err := w.slice(t, "a"); err != nil || len(w.requests) != 1 {
		t.Fatalf("%v, %d requests before it has settled", err, len(w.requests))
	}
	w.now = w.store["a"].from.Add(outbound.Settle)
	if err := w.slice(t, "a"); err != nil || len(w.requests) != 2 || len(w.made["a"]) != 1 {
		t.Errorf("%v, %d requests, made %v", err, len(w.requests), w.made)
	}
}

// What is found is never made again, whatever it says.
func TestFoundWithOtherContent(t *testing.T) {
	for _, lost := range []bool{false, true} {
		w := newWorld("a")
		if lost {
			w.failAt, w.when = 2, "before"
			if err := w.slice(t, "a"); err != nil {
				t.Fatal(err)
			}
		}
		asked := len(w.requests)
		w.made["a"] = []string{"what a person has made"}
		w.advance(time.Hour)
		if err := w.slice(t, "a"); err != nil || len(w.requests) != asked || !w.store["a"].differs || w.store["a"].number != "" {
			t.Errorf("lost=%v: %v, %d requests, stored %+v", lost, err, len(w.requests), w.store["a"])
		}
	}
}

func TestVerdicts(t *testing.T) {
	const (
		made = iota
		kept // the intent
		gone
		refused
	)
	for _, tt := range []struct {
		name  string
		err   error // of the create of a; b is made
		whole bool
		want  int
		stops fault.Kind // of the run
	}{
		{"made", nil, false, made, ""},
		{"nobody classified it", errors.New("EOF"), false, kept, ""},
		{"unknown", of(fault.Unknown), false, kept, ""},
		{"the number is taken", rejected("Internal_EntityWithSameKeyExists"), false, kept, ""},
		{"refused", rejected("Internal_InvalidTableRelation"), false, refused, ""},
		{"our own mistake", of(fault.Bug), false, refused, ""},
		{"for the moment", of(fault.Transient), false, gone, ""},
		{"throttled", of(fault.Throttled), false, gone, ""},
		{"blocked", of(fault.Blocked), false, gone, fault.Blocked},
		{"the call: unknown", of(fault.Unknown), true, kept, ""},
		{"the call: the caller gave up", context.DeadlineExceeded, true, kept, ""},
		{"the call: throttled", of(fault.Throttled), true, gone, fault.Throttled},
		{"the call: for the moment", of(fault.Transient), true, gone, fault.Transient},
		{"the call: refused", rejected(""), true, gone, fault.Rejected},
		{"the call: blocked", of(fault.Blocked), true, gone, fault.Blocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("a", "b")
			if w.answers["a"] = tt.err; tt.whole {
				w.answers["a"], w.whole = nil, tt.err
			}
			if err := w.slice(t, "a", "b"); fault.KindOf(err) != tt.stops {
				t.Errorf("the run: %v", err)
			}
			s := w.store["a"]
			got := map[int]bool{made: s.number != "", kept: !s.sent.IsZero(), refused: s.refused, gone: s.version > 0 && s == stored{version: s.version}}
			if want := (map[int]bool{made: false, kept: false, gone: false, refused: false, tt.want: true}); !reflect.DeepEqual(got, want) {
				t.Errorf("stored %+v", s)
			}
			if b := w.store["b"]; (b.number != "") == tt.whole || len(w.requests) != 1 {
				t.Errorf("its neighbour %+v, %d requests", b, len(w.requests))
			}
		})
	}
}

// Nothing is sent that may not be; what is stored by then says whether it was.
func TestNotSent(t *testing.T) {
	no := errors.New("no")
	for _, tt := range []struct {
		name   string
		set    func(*world, *run)
		err    func(error) bool
		intent bool // stays
		stored bool // something was
	}{
		{"slept after the intent", func(w *world, _ *run) { w.sleep = outbound.SendWithin }, kind(fault.Transient), false, true},
		{"slept over the lease", func(w *world, _ *run) { w.sleep = 14 * time.Minute }, isErr(jobqueue.ErrFenced), true, true},
		{"bound no more", func(w *world, _ *run) { w.bound = func() bool { return false } }, kind(fault.Transient), false, true},
		{"not ready", func(w *world, _ *run) { w.ready = func() error { return no } }, isErr(no), false, false},
		{"cancelled", func(w *world, _ *run) { w.cancel = true }, isErr(context.Canceled), false, false},
		{"the lease is lost", func(w *world, _ *run) { w.fence++ }, isErr(jobqueue.ErrFenced), false, false},
		{"nobody tells the time", func(w *world, _ *run) { w.deaf = no }, isErr(no), false, false},
		{"all have changed", func(_ *world, r *run) { r.gone = "a" }, isErr(nil), false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("a")
			r := w.begin()
			tt.set(w, r)
			err := r.creates().Create(t.Context(), w.read("a"))
			s := w.store["a"]
			if !tt.err(err) || len(w.requests) > 0 || s.sent.IsZero() == tt.intent || (s.version > 0) != tt.stored {
				t.Errorf("%v; %d requests, stored %+v", err, len(w.requests), s)
			}
		})
	}
}

// One that has changed meanwhile does not stop the others.
func TestChangedMeanwhile(t *testing.T) {
	w := newWorld(names...)
	r := w.begin()
	r.gone = "b"
	if err := r.creates().Create(t.Context(), w.read(names...)); err != nil || !reflect.DeepEqual(w.requests, [][]string{{"a", "c"}}) {
		t.Errorf("%v, requests %v", err, w.requests)
	}
}

// The intent has the time of both clocks.
func TestIntentHasBothTimes(t *testing.T) {
	w := newWorld("a")
	w.ahead, w.failAt, w.when = time.Hour, 2, "after"
	at := w.now
	if err := w.slice(t, "a"); err != nil || !w.store["a"].sent.Equal(at.Add(time.Hour)) || !w.store["a"].from.Equal(at) {
		t.Errorf("%v, stored %+v", err, w.store["a"])
	}
}

func TestEnsure(t *testing.T) {
	for _, tt := range []struct {
		name    string
		left    time.Duration
		fenced  bool
		renewed bool
		want    error
	}{
		{"long enough", 3 * time.Minute, true, false, nil}, // nobody is asked
		{"ends with the request", 2 * time.Minute, false, true, nil},
		{"over, and lost", -time.Minute, true, false, jobqueue.ErrFenced},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			r := w.begin()
			r.lease.Until = w.clock().Add(tt.left)
			if tt.fenced {
				w.fence++
			}
			err := r.creates().Ensure(t.Context())
			if !errors.Is(err, tt.want) || r.lease.Until.Equal(w.clock().Add(15*time.Minute)) != tt.renewed {
				t.Errorf("%v, the lease ends at %v", err, r.lease.Until)
			}
		})
	}
}

func kind(k fault.Kind) func(error) bool {
	return func(err error) bool { return fault.KindOf(err) == k }
}

func isErr(want error) func(error) bool {
	return func(err error) bool { return errors.Is(err, want) }
}
