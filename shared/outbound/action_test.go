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

// letter is a thing to stamp, as a run has read it: the other side stamps it again
// whenever it is asked to, and numbers the stamps.
type letter struct {
	*item
	before int // stamps that it had when it was looked at
}

// stamping is a run that stamps letters: a world's things, whose contents are stamps.
// How many a letter had is stored as its number, with the intent.
type stamping struct{ *run }

func (s stamping) Intend(ctx context.Context, ls []letter, in outbound.Intent) ([]letter, error) {
	items := make([]*item, len(ls))
	for n, l := range ls {
		l.number = fmt.Sprint(l.before)
		items[n] = l.item
	}
	left, err := s.run.Intend(ctx, items, in)
	var out []letter
	for _, l := range ls {
		for _, i := range left {
			if i == l.item {
				out = append(out, l)
			}
		}
	}
	return out, err
}

func (s stamping) Send(ctx context.Context, ls []letter) ([]outbound.Created[string], error) {
	return s.run.Send(ctx, things(ls))
}

func (s stamping) Withdraw(ctx context.Context, ls []letter) error {
	return s.run.Withdraw(ctx, things(ls))
}

func (s stamping) Answered(_ context.Context, as []outbound.Answer[letter, string]) error {
	var out []*item
	for _, a := range as {
		i := a.Item.item
		s.log = s.log.With(a.Log...)
		switch a.Verdict {
		case outbound.Lost, outbound.Taken:
			continue
		case outbound.Made:
			i.number = "stamped"
		case outbound.Refused:
			i.number, i.refused = "", true
		case outbound.Unsent:
			i.number = ""
		}
		i.sent, i.from = time.Time{}, time.Time{}
		out = append(out, i)
	}
	return s.put(out...)
}

func things(ls []letter) (out []*item) {
	for _, l := range ls {
		out = append(out, l.item)
	}
	return out
}

func (s stamping) actions() outbound.Actions[letter, string] {
	c := s.creates()
	return outbound.Actions[letter, string]{Hold: c.Hold, Records: s, Clock: s, Ready: c.Ready, Already: func(err error) bool { return errors.Is(err, errStamped) }}
}

var errStamped = errors.New("has its stamp")

// stamps runs once over the letters: each is to have one stamp more than when it was
// looked at first.
func (w *world) stamps(t *testing.T, names ...string) (err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(died); !ok {
				panic(p)
			}
			err = errors.New("died")
		}
	}()
	s := stamping{w.begin()}
	there, err := outbound.There(t.Context(), s, w.clock())
	if err != nil {
		return err
	}
	var send []letter
	for _, n := range names {
		i := &item{n, w.store[n]}
		if i.number == "stamped" || i.refused {
			continue
		}
		switch outbound.Due(outbound.Sent(!i.sent.IsZero(), i.from, there), shown(i, len(w.made[n])), there) {
		case outbound.Act:
			send = append(send, letter{item: i, before: len(w.made[n])})
		case outbound.Finish:
			i.number, i.sent, i.from = "stamped", time.Time{}, time.Time{}
			if err := s.put(i); err != nil {
				return err
			}
		case outbound.Await:
		}
	}
	if len(send) == 0 {
		return nil
	}
	return s.actions().Act(t.Context(), send)
}

// shown is what a look says that has found so many stamps on a letter.
func shown(i *item, stamps int) outbound.Shown {
	before := 0
	if _, err := fmt.Sscan(i.number, &before); err != nil || stamps == before {
		return outbound.Undone
	}
	if stamps == before+1 {
		return outbound.Done
	}
	return outbound.Other
}

// Whichever write fails, in whichever way, each thing is acted on once in the end.
func TestEveryWriteOfAnActionFailsOnce(t *testing.T) {
	const writes = 3 // the intents, the request, what was answered
	for n := 1; n <= writes; n++ {
		for _, when := range []string{"before", "after", "late"} {
			for _, dies := range []bool{false, true} {
				for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
					t.Run(fmt.Sprintf("%d %s dies=%v ahead=%v", n, when, dies, ahead), func(t *testing.T) {
						w := newWorld(names...)
						w.made["b"] = []string{"an old one"} // it counts for nothing
						w.failAt, w.when, w.dies = n, when, dies
						_ = w.stamps(t, names...)
						if w.writes < n {
							t.Fatalf("the run made %d writes", w.writes)
						}
						w.ahead = ahead // the host's clock is set
						for range 12 {
							w.advance(4 * time.Minute)
							if err := w.stamps(t, names...); err != nil {
								t.Fatal(err)
							}
						}
						w.advance(24 * time.Hour)
						for _, name := range names {
							want := 1
							if name == "b" {
								want = 2
							}
							if len(w.made[name]) != want || w.store[name].number != "stamped" {
								t.Errorf("%s: %d stamps, stored %+v", name, len(w.made[name]), w.store[name])
							}
						}
					})
				}
			}
		}
	}
}

// An action whose answer is lost is sent again when it has settled, not before, and
// not at all if it was done meanwhile.
func TestUnsettledActionIsWaitedFor(t *testing.T) {
	for _, tt := range []struct {
		name     string
		did      int // stamps by somebody else meanwhile
		requests int // while it may still come
		in       int // at last
	}{
		{"it never came", 0, 1, 2},
		{"it was done", 1, 1, 1},
		{"somebody has been at it", 2, 1, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("a")
			w.failAt, w.when = 2, "before"
			if err := w.stamps(t, "a"); err != nil || w.store["a"].sent.IsZero() {
				t.Fatalf("%v, stored %+v", err, w.store["a"])
			}
			for range tt.did {
				w.made["a"] = append(w.made["a"], "theirs")
			}
			w.now = w.store["a"].from.Add(outbound.Settle - time.Second)
			if err := w.stamps(t, "a"); err != nil || len(w.requests) != tt.requests {
				t.Fatalf("%v, %d requests before it has settled", err, len(w.requests))
			}
			w.advance(time.Second)
			if err := w.stamps(t, "a"); err != nil || len(w.requests) != tt.in {
				t.Errorf("%v, %d requests in the end", err, len(w.requests))
			}
		})
	}
}

func TestVerdictsOfActions(t *testing.T) {
	const (
		done = iota
		kept // the intent
		gone
		refused
	)
	already := &fault.Error{Op: "x", Kind: fault.Rejected, Err: errStamped}
	for _, tt := range []struct {
		name  string
		err   error // of the action on a; that on b is done
		whole bool
		want  int
		stops fault.Kind // of the run
	}{
		{"done", nil, false, done, ""},
		{"nobody classified it", errors.New("EOF"), false, kept, ""},
		{"unknown", of(fault.Unknown), false, kept, ""},
		{"it is so already", already, false, kept, ""},
		{"a number is taken, which says nothing of an action", rejected("Internal_EntityWithSameKeyExists"), false, refused, ""},
		{"refused", rejected("Application_DialogException"), false, refused, ""},
		{"our own mistake", of(fault.Bug), false, refused, ""},
		{"for the moment", of(fault.Transient), false, gone, ""},
		{"throttled", of(fault.Throttled), false, gone, ""},
		{"blocked", of(fault.Blocked), false, gone, fault.Blocked},
		{"the call: unknown", of(fault.Unknown), true, kept, ""},
		{"the call: throttled", of(fault.Throttled), true, gone, fault.Throttled},
		{"the call: refused", rejected(""), true, gone, fault.Rejected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("a", "b")
			if w.answers["a"] = tt.err; tt.whole {
				w.answers["a"], w.whole = nil, tt.err
			}
			if err := w.stamps(t, "a", "b"); fault.KindOf(err) != tt.stops {
				t.Errorf("the run: %v", err)
			}
			s := w.store["a"]
			got := map[int]bool{done: s.number == "stamped", kept: !s.sent.IsZero(), refused: s.refused, gone: s.version > 0 && s == stored{version: s.version}}
			if want := (map[int]bool{done: false, kept: false, gone: false, refused: false, tt.want: true}); !reflect.DeepEqual(got, want) {
				t.Errorf("stored %+v", s)
			}
			if b := w.store["b"]; (b.number == "stamped") == tt.whole || len(w.requests) != 1 {
				t.Errorf("its neighbour %+v, %d requests", b, len(w.requests))
			}
		})
	}
}

// No action is sent that may not be; what is stored by then says whether it was.
func TestActionNotSent(t *testing.T) {
	no := errors.New("no")
	for _, tt := range []struct {
		name   string
		set    func(*world, *run)
		err    func(error) bool
		intent bool // stays
	}{
		{"slept after the intent", func(w *world, _ *run) { w.sleep = outbound.SendWithin }, kind(fault.Transient), false},
		{"slept over the lease", func(w *world, _ *run) { w.sleep = 14 * time.Minute }, isErr(jobqueue.ErrFenced), true},
		{"not ready", func(w *world, _ *run) { w.ready = func() error { return no } }, isErr(no), false},
		{"the lease is lost", func(w *world, _ *run) { w.fence++ }, isErr(jobqueue.ErrFenced), false},
		{"it has changed", func(_ *world, r *run) { r.gone = "a" }, isErr(nil), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("a")
			s := stamping{w.begin()}
			tt.set(w, s.run)
			err := s.actions().Act(t.Context(), []letter{{item: &item{"a", w.store["a"]}}})
			if !tt.err(err) || len(w.requests) > 0 || w.store["a"].sent.IsZero() == tt.intent {
				t.Errorf("%v; %d requests, stored %+v", err, len(w.requests), w.store["a"])
			}
		})
	}
}

func TestDue(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		sent  time.Time
		shown outbound.Shown
		want  outbound.Course
	}{
		{"never sent", time.Time{}, outbound.Undone, outbound.Act},
		{"never sent, yet somebody has done it", time.Time{}, outbound.Done, outbound.Finish},
		{"never sent, and it stands as no look before has known it", time.Time{}, outbound.Other, outbound.Act},
		{"sent just now, nothing to see", now, outbound.Undone, outbound.Await},
		{"done while it is unsettled", now, outbound.Done, outbound.Finish},
		{"somebody else, and ours may still come", now.Add(-outbound.Settle + time.Second), outbound.Other, outbound.Await},
		{"somebody else, and ours is over", now.Add(-outbound.Settle), outbound.Other, outbound.Act},
		{"settled to the second", now.Add(-outbound.Settle), outbound.Undone, outbound.Act},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := outbound.Due(tt.sent, tt.shown, now); got != tt.want {
				t.Errorf("course %d, want %d", got, tt.want)
			}
		})
	}
}

// An answer that is good is called done, with what the other side said.
func TestActionsAreLogged(t *testing.T) {
	w := newWorld("a")
	s := stamping{w.begin()}
	a := s.actions()
	a.Name = func(says string) string { return "stamp " + says }
	if err := a.Act(t.Context(), []letter{{item: &item{"a", w.store["a"]}}}); err != nil {
		t.Fatal(err)
	}
	if want := "2026-07-02 08:00:01 UTC  sent\n2026-07-02 08:00:02 UTC  done: stamp no. of a\n"; s.log.String() != want {
		t.Errorf("got\n%swant\n%s", s.log, want)
	}
}
