// Package scheduletest is the contract suite of schedule.Schedules: every
// adapter passes it, every saboteur in its own tests fails it.
package scheduletest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/testclock"
)

// Harness is an empty book of schedules, the queue it sends to, and a clock.
type Harness struct {
	Schedules schedule.Schedules
	Queue     queue.Queue
	Now       func() time.Time
	// Advance moves the clock and lets everything fire that became due.
	Advance func(t contract.T, d time.Duration)
	// Down moves the clock while nothing fires, then starts again.
	Down func(t contract.T, d time.Duration)
}

// Start is the time that a harness' clock begins at: shortly before Stockholm
// goes back to winter time.
var Start = time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC)

// OnClock is a harness whose schedules fire when tick is called.
func OnClock(c *testclock.Clock, s schedule.Schedules, q queue.Queue, tick func(context.Context) error) Harness {
	step := func(t contract.T, d time.Duration) {
		t.Helper()
		c.Advance(d)
		if err := tick(t.Context()); err != nil {
			t.Fatalf("tick: %v", err)
		}
	}
	return Harness{
		Schedules: s, Queue: q, Now: c.Now, Down: step,
		Advance: func(t contract.T, d time.Duration) {
			t.Helper()
			for ; d > 0; d -= time.Minute {
				step(t, min(time.Minute, d))
			}
		},
	}
}

// Run checks the whole contract. open gives a fresh harness each time.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	contract.Run(t, Cases, open)
}

// Cases are the promises of the contract.
var Cases = []contract.Case[Harness]{
	{Name: "a rate fires on its grid", Check: rate},
	{Name: "an anchor in the past keeps the grid", Check: oldAnchor},
	{Name: "cron is read in its zone, daylight saving included", Check: cronZone},
	{Name: "every replaces", Check: replace},
	{Name: "at fires once and disappears (I10)", Check: once},
	{Name: "a second at of a name changes nothing (I10)", Check: onceAgain},
	{Name: "at in the past fires at once (I8)", Check: past},
	{Name: "what was missed fires once, for the latest slot (I15)", Check: missed},
	{Name: "one-time schedules that were missed all fire", Check: missedOnce},
	{Name: "deleted schedules do not fire (I14)", Check: deleted},
	{Name: "get answers what is stored", Check: get},
	{Name: "the body carries the scheduled time, the group is the target's (I12)", Check: body},
	{Name: "wrong schedules are refused by field", Check: wrong},
}

func target(group string) schedule.Target {
	return schedule.Target{Group: group, Body: group + " " + schedule.TimePlaceholder}
}

func every(t contract.T, h Harness, name string, r schedule.Recurrence, tg schedule.Target) {
	t.Helper()
	if err := h.Schedules.Every(t.Context(), name, r, tg); err != nil {
		t.Fatalf("Every(%s): %v", name, err)
	}
}

func at(t contract.T, h Harness, name string, when time.Time, tg schedule.Target) {
	t.Helper()
	if err := h.Schedules.At(t.Context(), name, when, tg); err != nil {
		t.Fatalf("At(%s): %v", name, err)
	}
}

// sent empties the queue and answers the bodies in the order they were sent.
func sent(t contract.T, h Harness) []string {
	t.Helper()
	var out []string
	for {
		ms, err := h.Queue.Receive(t.Context(), 10, time.Hour, 0)
		if err != nil {
			t.Fatalf("Receive: %v", err)
		}
		if len(ms) == 0 {
			return out
		}
		for _, m := range ms {
			out = append(out, string(m.Body))
			if err := h.Queue.Delete(t.Context(), m.Receipt); err != nil {
				t.Fatalf("Delete: %v", err)
			}
		}
	}
}

func wantSent(t contract.T, h Harness, want ...string) {
	t.Helper()
	if got := sent(t, h); !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func rate(t contract.T, h Harness) {
	every(t, h, "r", schedule.Recurrence{Rate: 10 * time.Minute, Anchor: h.Now().Add(5 * time.Minute)}, target("g"))
	h.Advance(t, 4*time.Minute)
	wantSent(t, h)
	h.Advance(t, time.Minute)
	wantSent(t, h, "g 2026-10-24T20:05:00Z")
	h.Advance(t, 9*time.Minute)
	wantSent(t, h)
	h.Advance(t, time.Minute)
	wantSent(t, h, "g 2026-10-24T20:15:00Z")
}

func oldAnchor(t contract.T, h Harness) {
	every(t, h, "r", schedule.Recurrence{Rate: time.Hour, Anchor: h.Now().Add(-100*time.Hour + 7*time.Minute)}, target("g"))
	h.Advance(t, time.Minute)
	wantSent(t, h)
	h.Advance(t, 6*time.Minute)
	wantSent(t, h, "g 2026-10-24T20:07:00Z")
}

func cronZone(t contract.T, h Harness) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatalf("%v", err)
	}
	every(t, h, "c", schedule.Recurrence{Cron: "30 2 * * *", Zone: zone}, target("g"))
	var got []string
	for range 40 {
		h.Advance(t, time.Hour)
		got = append(got, sent(t, h)...)
	}
	if want := []string{"g 2026-10-25T00:30:00Z", "g 2026-10-26T01:30:00Z"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func replace(t contract.T, h Harness) {
	every(t, h, "r", schedule.Recurrence{Rate: time.Minute, Anchor: h.Now()}, target("old"))
	every(t, h, "r", schedule.Recurrence{Rate: 3 * time.Minute, Anchor: h.Now()}, target("new"))
	h.Advance(t, 3*time.Minute)
	wantSent(t, h, "new 2026-10-24T20:03:00Z")
}

func once(t contract.T, h Harness) {
	at(t, h, "o", h.Now().Add(90*time.Minute), target("g"))
	h.Advance(t, time.Hour)
	wantSent(t, h)
	h.Advance(t, 31*time.Minute)
	wantSent(t, h, "g 2026-10-24T21:30:00Z")
	h.Advance(t, 24*time.Hour)
	wantSent(t, h)
	if _, err := h.Schedules.Get(t.Context(), "o"); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("Get after it fired: %v, want ErrNotFound", err)
	}
}

func onceAgain(t contract.T, h Harness) {
	at(t, h, "o", h.Now().Add(time.Hour), target("first"))
	at(t, h, "o", h.Now().Add(10*time.Minute), target("second"))
	h.Advance(t, 2*time.Hour)
	wantSent(t, h, "first 2026-10-24T21:00:00Z")
}

func past(t contract.T, h Harness) {
	at(t, h, "o", h.Now().Add(-time.Hour), target("g"))
	h.Advance(t, time.Minute)
	wantSent(t, h, "g 2026-10-24T19:00:00Z")
}

func missed(t contract.T, h Harness) {
	every(t, h, "r", schedule.Recurrence{Rate: 10 * time.Minute, Anchor: h.Now()}, target("g"))
	every(t, h, "c", schedule.Recurrence{Cron: "*/20 * * * *"}, target("c"))
	h.Down(t, 95*time.Minute)
	got := sent(t, h)
	slices.Sort(got)
	if want := []string{"c 2026-10-24T21:20:00Z", "g 2026-10-24T21:30:00Z"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	h.Advance(t, 5*time.Minute)
	got = sent(t, h)
	slices.Sort(got)
	if want := []string{"c 2026-10-24T21:40:00Z", "g 2026-10-24T21:40:00Z"}; !slices.Equal(got, want) {
		t.Errorf("then sent %q, want %q", got, want)
	}
}

func missedOnce(t contract.T, h Harness) {
	at(t, h, "a", h.Now().Add(10*time.Minute), target("a"))
	at(t, h, "b", h.Now().Add(20*time.Minute), target("b"))
	h.Down(t, time.Hour)
	got := sent(t, h)
	slices.Sort(got)
	if want := []string{"a 2026-10-24T20:10:00Z", "b 2026-10-24T20:20:00Z"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func deleted(t contract.T, h Harness) {
	every(t, h, "r", schedule.Recurrence{Rate: time.Minute, Anchor: h.Now()}, target("g"))
	at(t, h, "o", h.Now().Add(time.Minute), target("g"))
	for _, name := range []string{"r", "o", "never-there"} {
		if err := h.Schedules.Delete(t.Context(), name); err != nil {
			t.Fatalf("Delete(%s): %v", name, err)
		}
	}
	h.Advance(t, time.Hour)
	wantSent(t, h)
}

func get(t contract.T, h Harness) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatalf("%v", err)
	}
	r := schedule.Recurrence{Cron: "0 8 * * 1-5", Zone: zone, Anchor: h.Now()}
	every(t, h, "c", r, target("g"))
	s, err := h.Schedules.Get(t.Context(), "c")
	if err != nil || s.Name != "c" || s.Recurrence.Cron != r.Cron || s.Recurrence.Zone.String() != zone.String() || !s.Recurrence.Anchor.Equal(r.Anchor) || s.Target != target("g") {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := h.Schedules.Get(t.Context(), "none"); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("err = %v, want ErrNotFound", err)
	}
}

func body(t contract.T, h Harness) {
	at(t, h, "o", h.Now().Add(time.Minute), schedule.Target{Group: "MAIN#orders", Body: `{"at":"` + schedule.TimePlaceholder + `","again":"` + schedule.TimePlaceholder + `"}`})
	h.Advance(t, 2*time.Minute)
	ms, err := h.Queue.Receive(t.Context(), 1, time.Hour, 0)
	if err != nil || len(ms) != 1 || ms[0].Group != "MAIN#orders" || string(ms[0].Body) != `{"at":"2026-10-24T20:01:00Z","again":"2026-10-24T20:01:00Z"}` {
		t.Errorf("got %v, %v", ms, err)
	}
}

func wrong(t contract.T, h Harness) {
	hourly := schedule.Recurrence{Rate: time.Hour, Anchor: h.Now()}
	for what, err := range map[string]error{
		"a name with a space": h.Schedules.Every(t.Context(), "a b", hourly, target("g")),
		"a rate of seconds":   h.Schedules.Every(t.Context(), "a", schedule.Recurrence{Rate: 30 * time.Second}, target("g")),
		"no recurrence":       h.Schedules.Every(t.Context(), "a", schedule.Recurrence{}, target("g")),
		"a date never comes":  h.Schedules.Every(t.Context(), "a", schedule.Recurrence{Cron: "0 0 30 2 *"}, target("g")),
		"no group":            h.Schedules.Every(t.Context(), "a", hourly, schedule.Target{Body: "x"}),
		"no body":             h.Schedules.At(t.Context(), "a", h.Now(), schedule.Target{Group: "g"}),
	} {
		if !errors.Is(err, schedule.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", what, err)
		}
	}
	h.Advance(t, 2*time.Hour)
	wantSent(t, h)
}
