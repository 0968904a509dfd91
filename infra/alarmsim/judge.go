package alarmsim

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

// Message is what an action sent to a topic.
type Message struct {
	At    time.Time
	Alarm string // its name
	State State
	Topic string // its name
	// Refused: the topic's policy does not admit it, and nobody is told.
	Refused bool
}

// Change is a change of an alarm's state.
type Change struct {
	At    time.Time
	Alarm string
	State State
}

// Judge is the alarms of a stage. It keeps nothing between judgements.
type Judge struct {
	stacks     *Stacks
	metrics    []metricAlarm
	composites []compositeAlarm
	topics     map[string]string
}

// New reads the alarms of stacks; what it cannot model is an error, all joined.
func New(s *Stacks) (*Judge, error) {
	j := &Judge{stacks: s, topics: s.topics()}
	var errs []error
	names := map[string]bool{}
	once := func(name string) {
		if names[name] {
			errs = append(errs, fmt.Errorf("two alarms are called %s", name))
		}
		names[name] = true
	}
	for _, id := range s.of("AWS::CloudWatch::Alarm") {
		a, err := s.alarmOf(id)
		j.metrics, errs = append(j.metrics, a), append(errs, err)
		once(a.name)
	}
	for _, id := range s.of("AWS::CloudWatch::CompositeAlarm") {
		c, err := s.compositeOf(id)
		j.composites, errs = append(j.composites, c), append(errs, err)
		once(c.name)
	}
	return j, errors.Join(errs...)
}

// Reads are the metrics that alarms are about, each with the names of those alarms.
func (j *Judge) Reads() map[string][]string {
	out := map[string][]string{}
	for _, a := range j.metrics {
		for _, q := range a.queries {
			if q.expression == nil && !slices.Contains(out[q.series], a.name) {
				out[q.series] = append(out[q.series], a.name)
			}
		}
	}
	return out
}

// Tells are the names of the alarms that have an action.
func (j *Judge) Tells() []string {
	var out []string
	for _, a := range j.metrics {
		if len(a.actions) > 0 {
			out = append(out, a.name)
		}
	}
	for _, c := range j.composites {
		if len(c.actions) > 0 {
			out = append(out, c.name)
		}
	}
	return out
}

// Judgement is what alarms made of a recording.
type Judgement struct {
	Messages []Message
	Changes  []Change
}

// column is a metric over the minutes of a recording.
type column struct {
	bins []bin
	last int64 // minute of the latest value, from the base
}

// hearing is one judgement in the making.
type hearing struct {
	*Judge
	rules    Rules
	base     int64 // first minute
	begin    int64 // minute in which the alarms are made
	columns  map[string]*column
	states   map[string]State // by ARN and by name
	held     map[string]*suppressed
	plans    []plan
	out      Judgement
	scratch  inputs
	failures error
}

// plan is a metric alarm with the columns it reads.
type plan struct {
	*metricAlarm
	columns []*column
	turn    int64 // second of the minute
}

// Judge makes the alarms at from and evaluates them until to.
func (j *Judge) Judge(r *Recording, from, to time.Time, rules Rules) (Judgement, error) {
	h := &hearing{Judge: j, rules: rules, begin: minuteOf(from), columns: map[string]*column{}, states: map[string]State{}, held: map[string]*suppressed{}}
	h.base = h.begin
	for _, e := range r.events {
		h.base = min(h.base, e.minute)
	}
	end := minuteOf(to)
	columns := make([]*column, len(r.names))
	for i, name := range r.names {
		columns[i] = &column{bins: make([]bin, end-h.base+1), last: -1}
		h.columns[name] = columns[i]
	}
	h.prepare()
	arrivals := h.arrivals(r)
	for t := h.begin; t <= end; t++ {
		for len(arrivals) > 0 && h.visible(arrivals[0]) <= t {
			e := arrivals[0]
			if m := e.minute - h.base; m < int64(len(columns[e.series].bins)) {
				columns[e.series].bins[m].add(e.bin)
				columns[e.series].last = max(columns[e.series].last, m)
			}
			arrivals = arrivals[1:]
		}
		h.minute(t)
	}
	return h.out, h.failures
}

// visible is the first minute in which an event can be read.
func (h *hearing) visible(e event) int64 {
	return e.arrives + 1 + int64(h.rules.Delay/time.Minute)
}

// arrivals are the events in the order in which they can be read.
func (h *hearing) arrivals(r *Recording) []event {
	var out []event
	for _, e := range r.events {
		if e.twice && !h.rules.Twice || e.awake < int64(h.rules.Idle/time.Minute) {
			continue
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b event) int { return int(h.visible(a) - h.visible(b)) })
	return out
}

// prepare makes the alarms, all of which begin without data.
func (h *hearing) prepare() {
	for i := range h.metrics {
		a := &h.metrics[i]
		p := plan{metricAlarm: a}
		for _, q := range a.queries {
			c := h.columns[q.series]
			if c == nil {
				c = &column{last: -1}
			}
			p.columns = append(p.columns, c)
		}
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(a.name))
		p.turn = (int64(sum.Sum32()%60) + int64(h.rules.Turn)) % 60
		h.plans = append(h.plans, p)
		h.states[a.arn] = Insufficient
	}
	slices.SortStableFunc(h.plans, func(a, b plan) int { return int(a.turn - b.turn) })
	for i := range h.composites {
		c := &h.composites[i]
		h.states[c.arn] = Insufficient
		if c.suppressor != "" {
			h.held[c.arn] = &suppressed{wait: c.wait, extension: c.extension, held: h.rules.Unknown}
		}
	}
	for _, c := range h.composites {
		for _, arn := range append(slices.Clone(c.children), c.suppressor) {
			if _, ok := h.states[arn]; arn != "" && !ok {
				h.failures = errors.Join(h.failures, fmt.Errorf("%s: no alarm %s", c.name, arn))
			}
		}
	}
	h.settle(h.begin * 60)
}

// minute evaluates each alarm once in the minute t, at its own second.
func (h *hearing) minute(t int64) {
	for _, p := range h.plans {
		now := t*60 + p.turn
		h.due(now)
		if span := int64(p.n) * p.period; span > 24*60 && t%60 != 0 {
			continue // hourly, on data up to the full hour
		}
		was := h.states[p.arn]
		if is := h.evaluate(p, t, was); is != was {
			h.enter(now, p.name, p.arn, is, p.actions)
			h.settle(now)
		}
	}
	h.due(t*60 + 59)
}

// enter changes a state; its actions run.
func (h *hearing) enter(now int64, name, arn string, is State, actions map[State][]string) {
	h.states[arn] = is
	h.out.Changes = append(h.out.Changes, Change{time.Unix(now, 0).UTC(), name, is})
	if s := h.held[arn]; s != nil {
		s.changed(now)
	} else {
		h.act(now, name, arn, is, actions)
	}
	for _, c := range h.composites {
		if c.suppressor == arn {
			h.held[c.arn].suppressor(now, is == Alarm || is == Insufficient && h.rules.Unknown)
		}
	}
}

// settle computes composites anew until none changes.
func (h *hearing) settle(now int64) {
	for range len(h.composites) + 1 {
		moved := false
		for _, c := range h.composites {
			is := verdict(c.rule(func(arn string) State { return h.states[arn] }))
			if is != h.states[c.arn] {
				h.enter(now, c.name, c.arn, is, c.actions)
				moved = true
			}
		}
		if !moved {
			return
		}
	}
	h.failures = errors.Join(h.failures, errors.New("composites that name each other do not settle"))
}

// due runs the actions whose wait is over.
func (h *hearing) due(now int64) {
	for _, c := range h.composites {
		if s := h.held[c.arn]; s != nil {
			if at, ok := s.runs(now); ok {
				h.act(at, c.name, c.arn, h.states[c.arn], c.actions)
			}
		}
	}
}

func (h *hearing) act(now int64, name, arn string, is State, actions map[State][]string) {
	for _, topic := range actions[is] {
		m := Message{At: time.Unix(now, 0).UTC(), Alarm: name, State: is, Topic: h.topics[topic]}
		ok, err := h.stacks.mayPublish(topic, arn)
		m.Refused = !ok || m.Topic == ""
		h.failures = errors.Join(h.failures, err)
		h.out.Messages = append(h.out.Messages, m)
	}
}

// evaluate is the state of an alarm by what can be read in the minute t.
func (h *hearing) evaluate(p plan, t int64, was State) State {
	fetched := p.n + h.rules.Extra
	end := t
	if p.wallClock {
		end = t / p.period * p.period
	}
	in := inputs{vectors: h.scratch.vectors, periods: fetched, fillsEmpty: h.rules.FillsEmpty}
	if in.vectors == nil {
		in.vectors = map[string]vector{}
		h.scratch.vectors = in.vectors
	}
	clear(in.vectors)
	for i, q := range p.queries {
		if q.expression != nil {
			in.vectors[q.id] = q.expression.eval(&in)
		} else {
			in.vectors[q.id] = h.read(p.columns[i], q.statistic, end, p.period, fetched)
		}
	}
	marks := make([]mark, fetched)
	real := 0
	for i, v := range in.vectors[p.result].points {
		switch {
		case !v.is:
			continue
		case holds[p.compare](v.v, p.threshold):
			marks[i] = bad
		default:
			marks[i] = good
		}
		real++
	}
	if t < h.begin+p.warmUp && (p.waitsFull || real < p.n) {
		return Insufficient
	}
	return decide(marks, p.n, p.m, p.treat, was)
}

// read is a metric over the last periods, newest first.
func (h *hearing) read(c *column, statistic string, end, period int64, fetched int) vector {
	out := vector{points: make([]point, fetched)}
	of := statistics[statistic]
	for i := range out.points {
		to := end - h.base - int64(i)*period
		from := max(to-period, 0)
		if from > c.last {
			continue
		}
		var b bin
		for m := from; m < to && m <= c.last; m++ {
			if c.bins[m].count > 0 {
				b.add(c.bins[m])
			}
		}
		if b.count > 0 {
			out.points[i] = point{of(b), true}
		}
	}
	return out
}

// All are rules that cover what AWS leaves open: each amount of periods with each
// delay, and the rest in turn.
func All() []Rules {
	var out []Rules
	for i, extra := range []int{0, 2, 4} {
		for k, delay := range []time.Duration{0, time.Minute, 2 * time.Minute} {
			n := 3*i + k
			out = append(out, Rules{
				Extra: extra, Delay: delay, Idle: time.Duration(n%2) * 15 * time.Minute, Twice: n%3 == 1, FillsEmpty: n%4 < 2, Unknown: n%3 == 2, Turn: 17 * n,
			})
		}
	}
	return out
}

// Few are as many of them as have each value of each rule at least once.
func Few() []Rules {
	all := All()
	return []Rules{all[0], all[2], all[3], all[7]} // among them the worst: no period more, and the longest delay
}
