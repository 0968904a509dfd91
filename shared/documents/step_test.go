package documents

import (
	"fmt"
	"testing"
	"time"
)

// hostSteps are how far a host's clock may suddenly be from where it was.
var hostSteps = []time.Duration{30 * time.Minute, 400 * 24 * time.Hour, -45 * time.Minute, -400 * 24 * time.Hour}

// TestHostClockSteps: every write has its effect 15 minutes after its answer was
// lost, the host's clock steps in that moment, is put right again later, and BC's
// goes on as ever: each order has one document, and so has each customer.
func TestHostClockSteps(t *testing.T) {
	ss := sold(9)
	for _, step := range hostSteps {
		for _, dies := range []bool{false, true} {
			for n := 1; ; n += stride {
				w := crashWorld(t, ss)
				w.bc.manual = n%2 == 0 // a number of the order's own is the second line, not the first
				w.fail = plan{n, "late", dies}
				_, _ = w.drain()
				if w.writes < n {
					if n < 20 {
						t.Errorf("%d writes to lose, there were 20", n)
					}
					break
				}
				w.ahead = step
				for i := range 12 {
					if i == 7 {
						w.ahead = 0
					}
					w.advance(5 * time.Minute)
					_, _ = w.drain() // a step may end a run
				}
				w.advance(2 * time.Hour)
				w.must()
				checkAll(t, w, ss)
				if t.Failed() {
					t.Fatalf("write %d lost, dies %t, the clock steps by %v", n, dies, step)
				}
			}
		}
	}
}

// TestHostClockStepsAtEveryMoment: the clock steps at every moment of a run; what
// was intended is sent or taken back, and made once.
func TestHostClockStepsAtEveryMoment(t *testing.T) {
	ss := sold(9)
	for _, step := range hostSteps {
		for n := 1; ; n += stride {
			w := crashWorld(t, ss)
			w.bc.manual = false
			steps, stepped := 0, false
			w.pause = func() {
				if steps++; steps == n {
					w.ahead, stepped = step, true
				}
			}
			_, _ = w.drain()
			w.pause = nil
			for range 6 {
				w.advance(7 * time.Minute)
				_, _ = w.drain()
			}
			w.ahead = 0
			w.advance(2 * time.Hour)
			w.must()
			checkAll(t, w, ss)
			if t.Failed() {
				t.Fatalf("the clock steps by %v at step %d", step, n)
			}
			if !stepped {
				break
			}
		}
	}
}

// TestIntentOfAnEarlierRelease: one that was stored by the host's clock alone waits
// its 20 minutes by BC's, from when it is first looked for, whatever the host's says.
func TestIntentOfAnEarlierRelease(t *testing.T) {
	for _, stored := range []time.Duration{-400 * 24 * time.Hour, -time.Hour, 0, time.Hour, 400 * 24 * time.Hour} {
		t.Run(fmt.Sprint(stored), func(t *testing.T) {
			w := newWorld(t)
			w.put(placed("1"))
			r, err := w.row("1")
			if err != nil {
				t.Fatal(err)
			}
			r.State, r.SentAt = "creating", w.now.Add(stored)
			w.set(r)
			w.must()
			w.advance(19 * time.Minute)
			if w.must(); w.result("1") != "attention outcome-unknown" {
				t.Errorf("after 19 minutes: %s", w.result("1"))
			}
			w.advance(time.Minute)
			if w.must(); w.result("1") != "Order 190.00" {
				t.Errorf("after 20 minutes: %s", w.result("1"))
			}
		})
	}
}

// TestRefusedWhileTheClockWasAhead: what is not repeated for an hour is not left
// alone for longer when the clock is right again.
func TestRefusedWhileTheClockWasAhead(t *testing.T) {
	p := Pending{}
	now := time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		left time.Duration
		want bool
	}{
		{"refused just now", refusedFor, true},
		{"refused long ago", -time.Hour, false},
		{"refused 45 minutes ahead", 45*time.Minute + refusedFor, false},
		{"refused 400 days ahead", 400*24*time.Hour + refusedFor, false},
		{"waits for a change", differsFor, true},
		{"waits for a change, stored 400 days ahead", differsFor + 400*24*time.Hour, true},
		{"waits for a change, stored 400 days behind", differsFor - 400*24*time.Hour, true},
	} {
		p.NotBefore = now.Add(tt.left)
		if got := p.tooEarly(now); got != tt.want {
			t.Errorf("%s: too early %t, want %t", tt.name, got, tt.want)
		}
	}
}
