package outbound

import (
	"fmt"
	"strings"
	"time"
)

// Did is what happened to a create or an action. Its text is stored.
type Did string

// What may happen to one.
const (
	DidIntend   Did = "intended"
	DidSend     Did = "sent"
	DidMake     Did = "made"
	DidAct      Did = "done"
	DidLose     Did = "no answer" // or one that leaves it open
	DidRefuse   Did = "refused"
	DidWithdraw Did = "withdrawn"
	DidFind     Did = "found"
)

// Event is one thing that happened to a create or an action.
type Event struct {
	At   time.Time `json:"at"` // by the host's clock
	Did  Did       `json:"did"`
	Says string    `json:"says,omitempty"` // the number that was made or found, or the error
}

// Log is what has happened to a create or an action so far, oldest first. The zero
// Log is empty. It is stored with the thing that it is about.
type Log []Event

const (
	logLength  = 12  // events that are kept, the newest
	saysLength = 120 // characters of what an event says
)

// With is l and what has happened since. What happens again right after itself is
// in it once, with the time at which it happened first.
func (l Log) With(events ...Event) Log {
	out := append(Log(nil), l...)
	for _, e := range events {
		if r := []rune(e.Says); len(r) > saysLength {
			e.Says = string(r[:saysLength-3]) + "..."
		}
		e.At = e.At.UTC().Truncate(time.Second)
		if n := len(out); n > 0 && out[n-1].Did == e.Did && out[n-1].Says == e.Says {
			continue
		}
		out = append(out, e)
	}
	return out[max(0, len(out)-logLength):]
}

// String is one line an event, such as "2026-07-02 08:00:00 UTC  made: order 1001".
func (l Log) String() string {
	var b strings.Builder
	for _, e := range l {
		fmt.Fprintf(&b, "%s  %s", e.At.UTC().Format("2006-01-02 15:04:05 MST"), e.Did)
		if e.Says != "" {
			b.WriteString(": " + e.Says)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// event is what the answer says, without its time; made is how it is called if it
// is good.
func (a Answer[W, E]) event(made Did) Event {
	e := Event{Did: made}
	if a.Err != nil {
		e.Says = a.Err.Error()
	}
	switch a.Verdict {
	case Made:
	case Lost:
		e.Did = DidLose
	case Unsent:
		e.Did = DidWithdraw
	case Taken, Refused:
		e.Did = DidRefuse
	}
	return e
}
