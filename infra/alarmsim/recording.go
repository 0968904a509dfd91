package alarmsim

import (
	"errors"
	"time"
)

// bin is what a minute of a metric holds.
type bin struct {
	count, sum, min, max float64
}

func (b *bin) add(o bin) {
	if b.count == 0 {
		*b = o
		return
	}
	b.count, b.sum, b.min, b.max = b.count+o.count, b.sum+o.sum, min(b.min, o.min), max(b.max, o.max)
}

// event is a part of a minute's values that arrives at one moment.
type event struct {
	series  int
	minute  int64 // since 1970
	arrives int64 // minute at whose end it is there, before any delay
	bin     bin
	twice   bool  // a value that may be extracted a second time
	awake   int64 // minutes since its queue woke; those of a queue that is awake long: many
}

// Recording is what a stage has published, once, to be judged under any rules.
// Not safe for concurrent use.
type Recording struct {
	names  []string
	ids    map[string]int
	events []event
	last   map[[2]int64]int // series and arrival: the place of its latest event
	lines  int
	// Failed are the lines that mean to be metrics and are none.
	Failed []error
}

// NewRecording makes an empty one.
func NewRecording() *Recording {
	return &Recording{ids: map[string]int{}, last: map[[2]int64]int{}}
}

// Published are the metrics that have a value, in the order of their first.
func (r *Recording) Published() []string { return r.names }

func (r *Recording) id(series string) int {
	id, ok := r.ids[series]
	if !ok {
		id = len(r.names)
		r.ids[series], r.names = id, append(r.names, series)
	}
	return id
}

const awakeLong = 1 << 30

// doubled is how many lines there are to one that may count twice.
const doubled = 7

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

func binOf(values []float64) (b bin) {
	for _, v := range values {
		b.add(bin{1, v, v, v})
	}
	return b
}

func (r *Recording) add(e event) {
	k := [2]int64{int64(e.series), e.arrives}
	if i, ok := r.last[k]; ok && !e.twice && !r.events[i].twice && r.events[i].minute == e.minute && r.events[i].awake == e.awake {
		r.events[i].bin.add(e.bin)
		return
	}
	if !e.twice {
		r.last[k] = len(r.events)
	}
	r.events = append(r.events, e)
}

// times is as many of them.
func (b bin) times(n int) bin {
	b.count, b.sum = b.count*float64(n), b.sum*float64(n)
	return b
}

// Line takes a line of a log group that was written at a time, n of them at once:
// so many shops that all do the same.
func (r *Recording) Line(at time.Time, group string, line []byte, n int) {
	some, err := extract(line, at)
	switch {
	case errors.Is(err, errNotEMF):
		return
	case err != nil:
		r.Failed = append(r.Failed, err)
		name := "EMFValidationErrors"
		if errors.Is(err, errParse) {
			name = "EMFParsingErrors"
		}
		r.Value(at, at, Series("AWS/Logs", name, "LogGroupName", group), 1)
		return
	}
	r.lines++
	for _, s := range some {
		e := event{series: r.id(s.series), minute: minuteOf(s.at), arrives: minuteOf(at), bin: binOf(s.values).times(n), awake: awakeLong}
		r.add(e)
		if r.lines%doubled == 0 {
			e.twice = true
			r.add(e)
		}
	}
}

// Value takes values of AWS's own: they carry the time at and are sent at another.
func (r *Recording) Value(at, sent time.Time, series string, values ...float64) {
	r.add(event{series: r.id(series), minute: minuteOf(at), arrives: minuteOf(sent), bin: binOf(values), awake: awakeLong})
}
