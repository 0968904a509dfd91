package businesscentral

import (
	"slices"
	"time"

	"backroom/shared/clock"
)

// longestHold is longer than any request is expected to run: a slot that is held
// for longer was taken while the clock was ahead.
const longestHold = 15 * time.Minute

// Limits is what one application may use of one environment. BC allows 6,000
// operations in any 5 minutes and works on 5 at a time; the defaults stay below.
type Limits struct {
	Rate     float64 // operations a second, sustained; default 15
	Burst    int     // operations at once after a rest; default 1000, so 5,500 in the worst 5 minutes
	InFlight int     // requests at a time; default 4
}

func (l Limits) orDefault() Limits {
	if l.Rate <= 0 {
		l.Rate = 15
	}
	if l.Burst <= 0 {
		l.Burst = 1000
	}
	if l.InFlight <= 0 {
		l.InFlight = 4
	}
	return l
}

// State is what is left of the limits, as all processes of an application see
// it. It is a plain value, stored as JSON.
type State struct {
	Level float64   `json:"level"` // operations that may start at At; below 0 after a batch larger than the burst
	At    time.Time `json:"at"`    // zero: never used, so full
	Slots []Slot    `json:"slots,omitempty"`
}

// Slot is one request in flight. A slot whose holder died ends by itself.
type Slot struct {
	ID    string    `json:"id"`
	Until time.Time `json:"until"`
}

// Ask is what a process wants for one request.
type Ask struct {
	Operations int           // that the request holds (≥ 0)
	Credit     int           // operations taken before and not used
	Slot       string        // the request's slot; one that is held already is kept
	Hold       time.Duration // how long the slot is kept unless it is given back
}

// Grant is the answer to an [Ask].
type Grant struct {
	Operations int           // taken: those asked for, and more for the next seconds if there are; 0 with a wait
	Wait       time.Duration // > 0: nothing was taken, ask again then
	Busy       bool          // it waits for a slot, which may come sooner than Wait
}

// Take decides ask at now and returns the ledger afterwards. It reads no
// clock. Within any time t at most Burst + Rate·t operations are granted, or
// those of one request where that is larger than the burst.
func (g State) Take(l Limits, now time.Time, ask Ask) (State, Grant) {
	l = l.orDefault()
	burst := float64(l.Burst)
	g.At = clock.Past(g.At, now)
	level := burst
	if !g.At.IsZero() {
		passed := max(now.Sub(g.At), 0) // a clock of another machine may be behind
		level = min(burst, g.Level+passed.Seconds()*l.Rate+float64(ask.Credit))
	}
	at := now
	if now.Before(g.At) {
		at = g.At
	}
	slots := slices.DeleteFunc(slices.Clone(g.Slots), func(s Slot) bool { return clock.Due(s.Until, now, longestHold) || s.ID == ask.Slot })
	after := State{Level: level, At: at, Slots: slots}
	if len(slots) >= l.InFlight {
		first := slices.MinFunc(slots, func(a, b Slot) int { return a.Until.Compare(b.Until) })
		return after, Grant{Wait: first.Until.Sub(now), Busy: true}
	}
	if need := min(float64(ask.Operations), burst); level < need {
		// Rounded up: asking again after Wait succeeds if nobody else took any.
		return after, Grant{Wait: time.Duration((need-level)/l.Rate*float64(time.Second)) + time.Millisecond}
	}
	n := max(ask.Operations, min(int(level), int(l.Rate*grantTime.Seconds())))
	after.Level -= float64(n)
	after.Slots = append(slots, Slot{ID: ask.Slot, Until: now.Add(ask.Hold)})
	return after, Grant{Operations: n}
}

// Free gives a slot back.
func (g State) Free(slot string) State {
	g.Slots = slices.DeleteFunc(slices.Clone(g.Slots), func(s Slot) bool { return s.ID == slot })
	return g
}
